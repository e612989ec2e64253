"""Tables of an app, in which what was said is looked up."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from auscult.domain.definitions.lookup_table import LookupTable, read_table
from auscult.domain.errors import EngineError, FormatError, about, coded
from auscult.domain.probe import Answer, LookupAnswer, Probe, TableLookup

_NAME = re.compile(r"\w[\w.-]{0,99}")

FindTable = Callable[[str, str], tuple[bytes, str] | None]
"""App id and name of a table in; the document and what to call this version of it out. None: there is no such table."""


def in_folder(folder: str | None) -> FindTable:
    """Tables that lie in a folder, whichever app asks: ``plans.csv`` or ``plans.json`` is the table plans."""

    def find(_app_id: str, name: str) -> tuple[bytes, str] | None:
        # Only names of files in this very folder: whoever writes a form must not lead out of it.
        if folder is None or not _NAME.fullmatch(name):
            return None
        for ending in ("csv", "json"):
            path = Path(folder) / f"{name}.{ending}"
            if path.is_file():
                return path.read_bytes(), f"table {name}"
        return None

    return find


class Tables:
    """The tables of one app after the other."""

    probe: ClassVar[type[Probe]] = TableLookup
    version = "tables 1"

    def __init__(self, find: FindTable, app_id: str = "") -> None:
        """Nothing is read yet."""
        self._find = find
        self._app_id = app_id

    def for_app(self, app_id: str) -> "Tables":
        """The tables of this app."""
        return Tables(self._find, app_id)

    def answer(self, probes: Sequence[Probe]) -> list[Answer]:
        """One answer for each; a failed one where there is no such table or column."""
        tables: dict[str, LookupTable | str] = {}
        names: dict[str, str] = {}
        answers: list[Answer] = []
        for probe in probes:
            if not isinstance(probe, TableLookup):
                raise EngineError(
                    f"tables answer no {type(probe).__name__} probes",
                    code="engine.wrong_probe",
                    value=type(probe).__name__,
                )
            if probe.table not in tables:
                tables[probe.table], names[probe.table] = self._read(probe.table)
            answers.append(_answer(tables[probe.table], names[probe.table], probe))
        return answers

    def _read(self, name: str) -> tuple[LookupTable | str, str]:
        """A table, or why there is none; and what it is called."""
        found = self._find(self._app_id, name)
        if found is None:
            return coded("there is no table {name}", name=name), self.version
        document, called = found
        try:
            return _parsed(document), called
        except FormatError as error:
            return f"the table {name} cannot be read: {error.message}", called


@lru_cache(maxsize=16)
def _parsed(document: bytes) -> LookupTable:
    return read_table(document)


def _answer(table: LookupTable | str, called: str, probe: TableLookup) -> LookupAnswer:
    if isinstance(table, str):
        return LookupAnswer(None, table, called, is_failed=True)
    try:
        cell = table.find(probe.key_column, probe.key, probe.column)
    except KeyError as unknown:
        reason = coded(
            "{name} has no column {column}; it has {words}",
            name=called,
            column=unknown.args[0],
            words=", ".join(table.columns),
        )
        return LookupAnswer(None, reason, called, is_failed=True)
    return LookupAnswer(
        cell.text,
        "" if cell.text is not None else about(called, cell.reason),
        called,
    )
