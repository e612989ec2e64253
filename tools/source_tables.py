"""Writes tables of docs/reference whose text is that of the source code; with ``--check`` compares only.

Reasons of answers in errors.md, variables in settings.md, and the columns of each table in tables.md.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from auscult.config import PREFIX, Settings, describe
from auscult.server.errors import REASONS
from auscult.services.delivery.tables import KINDS

FOLDER = Path("docs/reference")
_BEGIN = "<!-- Written by `make docs` from the source code; `make check` compares. -->\n\n"
_END = "\n<!-- End of what `make docs` writes. -->\n"
_MARKED = re.compile(f"{re.escape(_BEGIN)}.*?{re.escape(_END)}", re.DOTALL)
_STATE = "~/.local/state/auscult"
"""The default of ``state_dir``, which depends on the user's home."""


def reasons() -> Iterator[str]:
    """Yield the lines of the table of reasons."""
    yield from ("| reason | status | code | meaning |", "| --- | --- | --- | --- |")
    for name, reason in REASONS.items():
        yield f"| `{name}` | {reason.status} | {reason.code} | {reason.meaning} |"


def settings() -> Iterator[str]:
    """Yield the lines of the table of settings."""
    yield from ("| variable | default | value |", "| --- | --- | --- |")
    defaults = dict(zip(Settings.__struct_fields__, Settings.__struct_defaults__, strict=True)) | {"state_dir": _STATE}
    for name, default in defaults.items():
        shown = "none" if default is None else f"`{default}`"
        yield f"| `{PREFIX}{name.upper()}` | {shown} | {describe(name)} |"


def columns(name: str) -> Iterator[str]:
    """Yield the lines of the columns of an exported table."""
    yield from ("| column | type |", "| --- | --- |")
    for column, schema in KINDS[name].columns.items():
        yield f"| `{column}` | {_type(schema)} |"


def pages() -> Iterator[tuple[Path, str]]:
    """Yield each page and its text as it would be written."""
    for name, lines in (("errors", reasons()), ("settings", settings())):
        page = FOLDER / f"{name}.md"
        yield page, _written(page.read_text(encoding="utf-8"), lines)
    page = FOLDER / "tables.md"
    text = page.read_text(encoding="utf-8")
    for name in KINDS:
        head, heading, rest = text.partition(f"\n## {name}\n")
        text = head + heading + _written(rest, columns(name))
    yield page, text


def main() -> int:
    """Write the pages, or with ``--check`` compare; 1 when one differs."""
    wrong = [(page, text) for page, text in pages() if page.read_text(encoding="utf-8") != text]
    if "--check" not in sys.argv[1:]:
        for page, text in wrong:
            page.write_text(text, encoding="utf-8")
        return 0
    for page, _ in wrong:
        print(f"{page} is not what the source code says: run `make docs`", file=sys.stderr)
    return 1 if wrong else 0


def _written(text: str, lines: Iterator[str]) -> str:
    """Return a text whose first marked part has these lines."""
    table = _BEGIN + "\n".join(lines) + "\n" + _END
    return _MARKED.sub(lambda _: table, text, count=1)


def _type(schema: Mapping[str, Any]) -> str:
    """Return a column's type as the page names it."""
    if "items" in schema:
        return f"list of {schema['items']['type']}"
    return "timestamp" if schema.get("format") == "date-time" else str(schema["type"])


if __name__ == "__main__":
    sys.exit(main())
