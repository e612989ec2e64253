"""A sheet of questions read into a form document, every fault with its cell, and what cannot be carried said."""

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import PurePath
from typing import Any, NamedTuple

import yaml

from auscult.domain.errors import about
from auscult.domain.form import derive_metric_id
from auscult.services.definitions.forms.document import Path, path_of, read_document
from auscult.services.definitions.forms.editing.questions import derive_section_id
from auscult.services.definitions.forms.reading import check_form
from auscult.services.definitions.sheets.cells import (
    UNREAD,
    CellFault,
    Cells,
    CellValue,
    cell_name,
    number_of,
    text_of,
)
from auscult.services.definitions.sheets.columns import ALIASES, COLUMNS, SETTINGS, Column, as_json, same
from auscult.services.definitions.sheets.files import read_cells
from auscult.services.definitions.sheets.layout import (
    SECTION_HEADINGS,
    SECTION_KEYS,
    form_key,
    read_form_value,
    read_object,
    read_section_value,
)

_BY_NAME = {column.name: column for column in COLUMNS}
_TOTALS = frozenset({"total", "totals", "total score", "total points", "total weight", "sum", "overall"})
_SUBTOTALS = frozenset({"subtotal", "sub total", "sub-total", "section total"})
_SETTINGS_HEADING = re.compile(rf"{SETTINGS}(?: \d+)?")
_LONGEST_NAME = 200


class Imported(NamedTuple):
    """A form document in YAML, what is wrong with it by cell, and what of the sheet is not in it.

    ``questions`` has the place of each question in the form by its row of the sheet, from 1.
    """

    document: bytes
    faults: tuple[CellFault, ...]
    notes: tuple[CellFault, ...]
    questions: Mapping[int, int]


def import_form(document: bytes, file: str, given: dict[str, str] | None = None) -> Imported:
    """Read a spreadsheet, CSV or XLSX, into a form document and check it.

    ``given`` are keys of the form, such as ``channel``, that replace what the sheet says. Raises ``FormError`` for a
    file that is no sheet.
    """
    cells = read_cells(document, file)
    reader = _Reader(cells)
    reader.read()
    form = reader.form(PurePath(file).stem, given or {})
    written = _yaml(form)
    known = {fault.cell for fault in reader.faults}
    if reader.is_readable:
        for problem in check_form(written).problems:
            cell = reader.cell_of(path_of(problem.field))
            if not cell or cell not in known:
                message = about(problem.field, problem.coded) if problem.field else problem.coded
                reader.faults.append(CellFault(cell, message))
    order = sorted(dict.fromkeys(reader.faults), key=lambda fault: (fault.row, fault.cell))
    return Imported(written, tuple(order), tuple(dict.fromkeys(reader.notes)), reader.questions)


class _Reader:
    """Reads the rows of a sheet from the top."""

    def __init__(self, cells: Cells) -> None:
        self.faults = list(cells.faults)
        self.notes = list(cells.notes)
        self.questions: dict[int, int] = {}
        self._cells = cells
        self._form: dict[str, Any] = {}
        self._sections: list[dict[str, Any]] = []
        self._metrics: list[dict[str, Any]] = []
        self._cell_names: dict[Path, str] = {}
        self._columns: dict[int, Column | None] = {}
        self._settings: list[int] = []
        self._heading: str | None = None
        self._has_section_table = False
        self._subtotal_from = 0
        self._form_settings = ""

    @property
    def is_readable(self) -> bool:
        """Return whether there is a table of questions to check."""
        return bool(self._metrics)

    def read(self) -> None:
        """Read every row."""
        is_section_table = False
        for at, row in self._cells.rows():
            if not row:
                is_section_table = False
            elif self._columns or self._settings:
                self._read_question(at, row)
            elif is_section_table:
                self._read_section(at, row)
            elif text_of(row.get(min(row))).casefold() == SECTION_HEADINGS[0]:
                is_section_table = self._has_section_table = True
            elif not self._read_headings(at, row):
                self._read_key(at, row)
        if not self._columns:
            headings = "name or question, weight, section, answers"
            self.faults.append(CellFault("", f"has no table of questions; give it a row of headings: {headings}"))
        elif not self._metrics:
            self.faults.append(CellFault("", "has no questions under its headings"))
        self._finish()

    def form(self, file: str, given: dict[str, str]) -> dict[str, Any]:
        """Return the form document of what was read."""
        name = given.get("name") or self._form.get("name") or file
        words = "-".join("".join(letter if letter.isalnum() else " " for letter in name.casefold()).split())
        has_manual = any(metric.get("type") == "manual" for metric in self._metrics)
        form: dict[str, Any] = {"id": f"ef-{words or 'imported'}", "name": name}
        form |= {"scoring": "points"} if has_manual else {}
        form |= self._form | {key: value for key, value in given.items() if value}
        return form | ({"sections": self._sections} if self._sections else {}) | {"metrics": self._metrics}

    def cell_of(self, path: Path) -> str:
        """Return the cell that a path of the document comes from, or of the nearest thing around it."""
        return next(
            (self._cell_names[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self._cell_names), ""
        )

    def _fault(self, at: int, column: int, reason: str) -> None:
        self.faults.append(CellFault(cell_name((at, column)), reason))

    def _read_key(self, at: int, row: dict[int, CellValue]) -> None:
        """Read a row above the questions: a key of the form and its value, or a title."""
        first, *others = sorted(row)
        key = form_key(text_of(row[first]))
        if key is None and not others and "name" not in self._form:
            self._form["name"] = text_of(row[first])
            self._cell_names["name",] = cell_name((at, first))
        elif key is None or len(others) != 1:
            self.notes.append(CellFault(cell_name((at, first)), f"'{text_of(row[first])}' is not carried"))
        elif key == SETTINGS:
            self._form_settings += str(row[others[0]])
            self._cell_names[SETTINGS,] = cell_name((at, others[0]))
        else:
            self._cell_names[key,] = cell_name((at, others[0]))
            try:
                self._form |= read_form_value(key, row[others[0]])
            except ValueError as error:
                self._fault(at, others[0], f"{key}: {error}")

    def _read_section(self, at: int, row: dict[int, CellValue]) -> None:
        section: dict[str, Any] = {}
        index = len(self._sections)
        self._cell_names["sections", index] = cell_name((at, min(row)))
        for column, value in row.items():
            if column >= len(SECTION_KEYS):
                self.notes.append(CellFault(cell_name((at, column)), "is beside the sections and is not carried"))
                continue
            key = SECTION_KEYS[column]
            self._cell_names["sections", index, key] = cell_name((at, column))
            try:
                section[key] = read_section_value(key, value)
            except ValueError as error:
                self._fault(at, column, f"{key}: {error}")
        self._sections.append(section)

    def _read_headings(self, at: int, row: dict[int, CellValue]) -> bool:
        """Read a row as headings of the questions, if it is one."""
        found: dict[int, Column | None] = {}
        settings: list[int] = []
        for column, value in row.items():
            word = text_of(value).casefold().strip(" *:")
            if _SETTINGS_HEADING.fullmatch(word):
                settings.append(column)
            else:
                found[column] = _BY_NAME.get(ALIASES.get(word, word.replace(" ", "_")))
        names = [column.name for column in found.values() if column]
        if not {"name", "question"} & set(names) or len(names) + len(settings) < 2:  # noqa: PLR2004  (else a key or title)
            return False
        for column, kind in found.items():
            if kind is not None and names.count(kind.name) > 1:
                self._fault(at, column, f"is a second column of {kind.name}; keep one")
            if kind is None:
                message = f"column '{text_of(row[column])}' is not carried; it has no place in a form"
                self.notes.append(CellFault(cell_name((at, column)), message))
        self._columns, self._settings = found, settings
        return True

    def _read_question(self, at: int, row: dict[int, CellValue]) -> None:
        texts = {kind.name: text_of(row[column]) for column, kind in self._columns.items() if kind and column in row}
        label = texts.get("name") or texts.get("question") or text_of(row[min(row)])
        is_bare = not ({"type", "id", "answers"} & texts.keys())
        if is_bare and label.casefold().rstrip(":").strip() in _TOTALS | _SUBTOTALS:
            self._check_total(at, row, label)
        elif len(row) == 1 and not ({"section", "weight"} & texts.keys()) and is_bare and "weight" in self._known:
            self._heading = label
            self._subtotal_from = len(self._metrics)
        elif not ({"name", "question"} & texts.keys()) and not any(column in row for column in self._settings):
            self._fault(at, min(row), "has no question in its row; write one, or remove the row")
        else:
            self._add_metric(at, row)

    @property
    def _known(self) -> set[str]:
        return {kind.name for kind in self._columns.values() if kind}

    def _add_metric(self, at: int, row: dict[int, CellValue]) -> None:
        index = self.questions[at + 1] = len(self._metrics)
        metric: dict[str, Any] = {}
        for column, kind in self._columns.items():
            if kind is None or column not in row:
                continue
            cell = cell_name((at, column))
            if row[column] == UNREAD:
                self._cell_names |= {("metrics", index, key): cell for key in kind.keys}
                continue
            self._cell_names |= {("metrics", index, key): cell for key in kind.keys}
            self._cell_names.setdefault(("metrics", index), cell)
            try:
                metric |= kind.read(row[column])
            except ValueError as error:
                self._fault(at, column, f"{kind.name}: {error}")
        if any(column in row for column in self._settings):
            metric |= self._settings_of(at, row)
        if self._heading is not None and "section" not in metric:
            metric["section"] = self._heading
        self._metrics.append(_completed(metric))

    def _settings_of(self, at: int, row: dict[int, CellValue]) -> dict[str, Any]:
        columns = [column for column in sorted(self._settings) if column in row]
        try:
            return read_object("".join(str(row[column]) for column in columns))
        except ValueError as error:
            self._fault(at, columns[0], f"{SETTINGS}: {error}")
            return {}

    def _check_total(self, at: int, row: dict[int, CellValue], label: str) -> None:
        """Compare a total, or the subtotal since the last heading or subtotal, with the weights above it."""
        is_part = label.casefold().rstrip(":").strip() in _SUBTOTALS
        column = next((column for column, kind in self._columns.items() if kind and kind.name == "weight"), None)
        metrics = self._metrics[self._subtotal_from if is_part else 0 :]
        self._subtotal_from = len(self._metrics) if is_part else self._subtotal_from
        if column is None or column not in row or row[column] == UNREAD or self._has_unread_weight:
            return
        total = sum((Decimal(one.get("weight", 0)) for one in metrics if not one.get("bonus")), Decimal(0))
        if number_of(row[column]) != total:
            message = f"{label} is {text_of(row[column])}, and the weights above it total {total.normalize():f}"
            self._fault(at, column, message)

    @property
    def _has_unread_weight(self) -> bool:
        """Return whether a weight above is a fault already, so that no total can be compared."""
        weights = {column for column, kind in self._columns.items() if kind and kind.name == "weight"}
        return any(value == UNREAD and column in weights for (_, column), value in self._cells.values.items())

    def _finish(self) -> None:
        """Put in what rows of their own say: further keys of the form, and the ids of sections that have none."""
        if self._form_settings:
            try:
                self._form |= read_object(self._form_settings)
            except ValueError as error:
                self.faults.append(CellFault(self._cell_names[SETTINGS,], f"{SETTINGS}: {error}"))
        self._sections = self._sections or list(self._form.pop("sections", []))
        by_name = {str(one.get("name", "")).casefold(): one.get("id") for one in self._sections}
        ids = {one.get("id") for one in self._sections}
        for metric in self._metrics:
            section = metric.get("section")
            if section is None or section in ids:
                continue
            if section.casefold() in by_name:
                metric["section"] = by_name[section.casefold()]
            elif not self._has_section_table and "sections" not in self._form:
                made = derive_section_id(section)
                self._sections.append({"id": made, "name": section})
                by_name[section.casefold()] = metric["section"] = made


def _completed(metric: dict[str, Any]) -> dict[str, Any]:
    """Return a metric with what every metric has: an id and a name, made of its question where it has none."""
    name = metric.get("name") or " ".join(str(metric.get("question", "")).split())[:_LONGEST_NAME]
    identity = metric["id"] if "id" in metric else derive_metric_id(name)
    return {"id": identity, "name": name, "type": "manual"} | metric


class _Dumper(yaml.SafeDumper):
    """A dumper of what form documents hold: exact decimals, and texts in quotes where they look like anything else."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  (PyYAML's signature)
        return True


def _decimal(dumper: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
    written = f"{value.normalize():f}"
    return dumper.represent_scalar(  # pyright: ignore[reportUnknownMemberType]  (its stub leaves a value open)
        f"tag:yaml.org,2002:{'float' if '.' in written else 'int'}", written
    )


def _string(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    looks_like_more = re.match(r"[-+.]?\.?\d|[-+.]", value) is not None
    return dumper.represent_scalar(  # pyright: ignore[reportUnknownMemberType]  (its stub leaves a value open)
        "tag:yaml.org,2002:str", value, style='"' if looks_like_more else None
    )


_Dumper.add_representer(Decimal, _decimal)
_Dumper.add_representer(str, _string)


def _yaml(form: dict[str, Any]) -> bytes:
    """Write a form as YAML; as JSON where a text has characters that YAML would not return."""
    text: str = yaml.dump(form, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    written = text.encode()
    return written if same(read_document(written).value, form) else as_json(form).encode()
