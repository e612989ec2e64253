"""Writes the client's types of rows from the reports' own rows; with ``--check`` compares only.

The client is also built as a package of its own, which has no reports to import.
"""

import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import wrap
from typing import Any

from auscult.client.wire import WIRE
from auscult.reports import REPORTS

FOLDER = Path("src/auscult/client")
ROWS = {
    "scorereporting": "ScoreRow",
    "rawdata": "RawDataRow",
    "account_rawdata": "AccountRawDataRow",
    "calldetails": "CallDetailsRow",
    "aaconversation": "AssistRow",
}
"""Report -> the client's name of its rows."""
NAMES = {
    "scorereporting.AgentRow": "ScoredAgentRow",
    "rawdata.AgentRow": "RawAgentRow",
    "scorereporting.AuditedMetricRow": "MetricRow",
    "rawdata.JustifiedMetricRow": "RawMetricRow",
    "account_rawdata.AgentRow": "AccountAgentRow",
    "account_rawdata.MetricRow": "AccountMetricRow",
    "aaconversation.AnswerComponent": "AnswerRow",
}
"""Part of a row -> its name in the client, where that is not the report's with ``Row`` at its end."""
VALUES = {
    "Qualification": frozenset({"YES", "NO", "NA", "-"}),
    "Sentiment": frozenset({"positive", "neutral", "negative"}),
    "Side": frozenset({"agent", "customer"}),
}
"""Names of sets of values that several rows have."""
COLUMNS = 120
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}

ASSIST_HEAD = '''\
"""The rows of assist conversations as types: see ``rows``. Written by ``make docs``."""
'''
HEAD = '''\
"""Rows of the five reports as types, with the wire's own names, its spelling faults included.

A row stays the dict that the server sent: nothing is converted, and keys that a later server adds are there, too.
Keys that are ``NotRequired`` may be absent. Values are as docs/reference/reports.md has them.
Written by ``make docs`` from the rows of ``auscult.reports``; ``make check`` compares.
"""

from collections.abc import Mapping
'''

Schema = Mapping[str, Any]


class Types:
    """Types of rows as source text, each after those that it refers to."""

    def __init__(self) -> None:
        """Begin with no report."""
        self._schemas: dict[str, Schema] = {}
        self.classes: dict[str, str] = {}

    def add(self, report: str) -> None:
        """Add the rows of a report. Of several kinds of rows one type is made, with the keys of all."""
        described = REPORTS[report].describe(REPORTS[report].limits)
        self._schemas |= described.schemas
        row = described.answer["properties"][WIRE[report].rows]["items"]
        kinds = [self._schemas[_referred(kind)] if "$ref" in kind else kind for kind in row.get("anyOf", [row])]
        properties = {name: each for kind in kinds for name, each in kind["properties"].items()}
        required = set.intersection(*(_always(kind) for kind in kinds))
        texts = [kind["description"] for kind in kinds if "description" in kind]
        text = ", or ".join(text[0].lower() + text[1:].removesuffix(".") for text in texts)
        self._define(ROWS[report], f"A row of ``{report}``{': ' * bool(text)}{text}.", properties, required)

    def _define(self, name: str, text: str, properties: Mapping[str, Schema], required: set[str]) -> None:
        """Write a type. Raises ``ValueError`` where two parts of rows would have one name."""
        is_total = bool(required)
        keys = {
            key: (f"NotRequired[{kind}]" if is_total and key not in required else kind, each.get("description"))
            for key, each in properties.items()
            for kind in [self._type(each)]
        }
        write = _class if all(map(str.isidentifier, keys)) else _table
        written = write(name, text, keys, is_total=is_total)
        if self.classes.setdefault(name, written) != written:
            raise ValueError(f"two reports have different rows for {name}; name one of them in NAMES")

    def _type(self, schema: Schema) -> str:
        """Return a type as Python writes it."""
        match schema:
            case {"$ref": _}:
                kind = self._part(_referred(schema))
            case {"anyOf": kinds}:
                kind = _union(self._type(each) for each in kinds)
            case {"enum": values}:
                kind = _union([_literal([each for each in values if each is not None]), *["None"] * (None in values)])
            case {"type": [*kinds]}:
                kind = _union(PLAIN[each] for each in kinds)
            case {"type": "array"}:
                kind = f"list[{self._type(schema['items'])}]"
            case {"type": "object"}:
                kind = f"dict[str, {self._type(schema.get('additionalProperties', {}))}]"
            case {"type": str(name)}:
                kind = PLAIN[name]
            case _:
                kind = "Any"
        return kind

    def _part(self, part: str) -> str:
        """Return the name of a part of a row, once it is written."""
        schema = self._schemas[part]
        title = schema["title"]
        name = NAMES.get(part, title if title.endswith("Row") else f"{title}Row")
        self._define(name, schema["description"], schema["properties"], _always(schema))
        return name


def _referred(schema: Schema) -> str:
    return schema["$ref"].rpartition("/")[2]


def _always(schema: Schema) -> set[str]:
    """Return the keys that are always there: required ones, and those with a default; one that is null is left out."""
    return {
        *schema["required"],
        *(key for key, each in schema["properties"].items() if each.get("default") is not None),
    }


def _union(kinds: Iterable[str]) -> str:
    names = dict.fromkeys(kinds)
    return " | ".join(name for name in names if not (name == "int" and "float" in names))


def _literal(values: list[str]) -> str:
    named = next((name for name, each in VALUES.items() if each == frozenset(values)), None)
    return named or f"Literal[{', '.join(map(_quoted, values))}]"


def _quoted(text: str) -> str:
    return f'"{text}"'


def _class(name: str, text: str, keys: Mapping[str, tuple[str, str | None]], *, is_total: bool) -> str:
    lines = [f"class {name}(TypedDict{'' if is_total else ', total=False'}):", *_docstring(text, "    "), ""]
    for key, (kind, described) in keys.items():
        lines.append(f"    {key}: {kind}")
        if described:
            lines.append(f'    """{described}"""')
    return "\n".join(lines)


def _table(name: str, text: str, keys: Mapping[str, tuple[str, str | None]], *, is_total: bool) -> str:
    """Write a type of which some keys are no names of Python."""
    lines = [f'{name} = TypedDict("{name}", {{']
    for key, (kind, described) in keys.items():
        lines += wrap(described or "", COLUMNS, initial_indent="        # ", subsequent_indent="        # ")
        lines.append(f"    {_quoted(key)}: {kind},")
    return "\n".join([*lines, "}" + ("" if is_total else ", total=False") + ")", *_docstring(text)])


def _docstring(text: str, indent: str = "") -> list[str]:
    """Return the lines of a docstring; one that is too long for a line has its first sentence on a line of its own."""
    line = f'{indent}"""{text}"""'
    first, _, others = text.partition(". ")
    if len(line) <= COLUMNS or not others:
        return [line]
    rest = wrap(others, COLUMNS, initial_indent=indent, subsequent_indent=indent)
    return [f'{indent}"""{first}.', "", *rest, f'{indent}"""']


def files() -> Mapping[Path, str]:
    """Return the text of each module."""
    assist, others = Types(), Types()
    for report in ROWS:
        (assist if report == "aaconversation" else others).add(report)
    values = "\n".join(f"{name} = Literal[{', '.join(map(_quoted, sorted(each)))}]" for name, each in VALUES.items())
    table = "\n".join(f'    "{report}": {name},' for report, name in ROWS.items())
    rows = f'ROWS: Mapping[str, type] = {{\n{table}\n}}\n"""The type of each report\'s rows."""'
    imported = "from auscult.client.assist_rows import AssistRow"
    return {
        FOLDER / "assist_rows.py": _formatted(ASSIST_HEAD, "", assist.classes.values()),
        FOLDER / "rows.py": _formatted(HEAD, imported, [values, *others.classes.values(), rows]),
    }


def _formatted(head: str, imports: str, parts: Iterable[str]) -> str:
    body = "\n\n".join(parts)
    names = [name for name in ("Any", "Literal", "NotRequired", "TypedDict") if re.search(rf"\b{name}\b", body)]
    source = f"{head}from typing import {', '.join(names)}\n\n{imports}\n\n{body}\n"
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", "rows.py", "-"]
    return subprocess.run(command, input=source, capture_output=True, check=True, encoding="utf-8").stdout  # noqa: S603


def main() -> int:
    """Write the modules, or with ``--check`` compare; 1 when one differs."""
    wrong = {
        path: text for path, text in files().items() if not path.is_file() or path.read_text(encoding="utf-8") != text
    }
    if "--check" not in sys.argv[1:]:
        for path, text in wrong.items():
            path.write_text(text, encoding="utf-8")
        return 0
    for path in wrong:
        print(f"{path} is not what the reports say: run `make docs`", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
