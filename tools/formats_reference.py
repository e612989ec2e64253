"""Writes docs/reference/other-formats.md from the shelf of formats; with ``--check`` compares only."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from auscult.formats import READERS
from auscult.formats._shelf import AnyReader
from auscult.formats.tables._described import NAMES
from auscult.formats.tables.workbook import Workbook

PAGE = Path("docs/reference/other-formats.md")
_VENDORS = "docs/reference/connectors-formats.md"

HEAD = """\
# Formats of other programs

<!-- Written by `make docs` from src/auscult/formats; `make check` compares. -->

`auscult load`, `auscult score`, `POST /api/v1/conversations` and the console's upload recognise a file by its content, whatever its name: plain, as gzip, Zstandard, ZIP or tar, in UTF-8, UTF-16 or Windows-1252.
[Load what you have](../how-to/load-what-you-have.md) shows how common tools export such files.
`--format NAME`, or `format=NAME` in a query, names the format instead.

| format | name | a file is | written from |
| --- | --- | --- | --- |
"""

GAPS = """
Each format is written from samples or schemas of two makers.
For {names} no second one was found by name, in code and threads of public repositories, documentation and web pages, in November 2026.
"""
MIDDLE = """
Native documents and vCons are described in [formats](formats.md), the formats of connectors in [formats of other vendors](connectors-formats.md).
None was tried against the vendor's own service.

## What a file does not say

The answer lists what was assumed, and each conversation keeps it in `assumed`, with where it was taken from:

| field | taken from, in this order |
| --- | --- |
| `started_at` | the name of the file (`2026-10-14_1534_dolores.vtt`), `--started-at`, the time of the file's last change, the day of receipt |
| `time_zone` | `--time-zone`, the app's time zone, UTC |
| `date_order` | all dates of the file, `--date-order`; a table whose rows do not decide is refused until you choose |
| `language` | `--language`, the words (English, German, Spanish, French, Portuguese), English |
| `channel` | `--channel`, the times of the turns, voice |
| `agent` | `--agent`; the AI agent of messages is `ai-agent` |

Labels of speakers that are words for a side in these five languages (`Agent`, `Kundin`, `Cliente 1`) decide the side; of two speakers, the other one follows.
Any other label (`Speaker 1`, a name) is kept as `speaker_label`, and the side is `unknown` until it is found or given: `--sides 'Speaker 1=agent'`.

A chat without an end, such as an export of WhatsApp, is parted where no one writes for 12 hours, or as long as the app says (`auscult apps set --chat-inactivity-minutes`, `PUT /api/v1/times`, page *Settings*).
The id of each part is made from who takes part and its first message, so that a later, longer export adds only what is new.

## Columns of tables

The first matching name is taken, in any case, with spaces, dots or hyphens for underscores; without one, the column is found by its values.
`--columns text=Message` names a column. A column that nothing uses becomes a custom field.
In a table without a column of speakers, a cell may hold a whole transcript (`Agent: …`), and each row is a conversation.

| column holds | names |
| --- | --- |
"""


def page() -> str:
    """Return the whole page."""
    gaps = ", ".join(f"`{name}`" for name, reader in READERS.items() if len(makers_of(reader)) == 1)
    return HEAD + "\n".join(_rows()) + "\n" + GAPS.format(names=gaps) + MIDDLE + "\n".join(_names()) + "\n"


def _rows() -> Iterator[str]:
    for reader in (*READERS.values(), Workbook()):
        made = ", ".join(
            f"see [formats of other vendors](connectors-formats.md#{reader.name})"
            if each == _VENDORS
            else f"[{_host(each)}]({each.partition(' ')[0]})"
            for each in reader.makers
        )
        summary = "" if reader.makers[0] == _VENDORS else _summary(reader)
        yield f"| {reader.title} | `{reader.name}` | {summary} | {made} |"


def makers_of(reader: "AnyReader | Workbook") -> frozenset[str]:
    """Return who made the samples that a format was written from: as named, else the owner of a repository, or the host."""
    named = re.compile(r"\((.+)\)$")
    return frozenset(
        found[1] if (found := named.search(each)) else _host(each).partition("/")[0] for each in reader.makers
    )


def _summary(reader: "AnyReader | Workbook") -> str:
    """Return what the docstring of a reader says of a file."""
    words = (type(reader).__doc__ or "").split("\n\n")[0].replace("\n", " ").replace("``", "`").replace("|", "\\|")
    return " ".join(words.split()).rstrip(".")


def _host(address: str) -> str:
    link, _, maker = address.partition(" ")
    host = link.partition("//")[2].partition("/")[0].removeprefix("www.")
    if host == "github.com":
        host = "/".join(link.split("/")[3:5])
    return f"{host} {maker}".strip()


def _names() -> Iterator[str]:
    for what, names in NAMES.items():
        yield f"| `{what}` | {', '.join(f'`{name}`' for name in names)} |"


def main() -> int:
    """Write the page, or with ``--check`` compare; 1 when it differs."""
    is_right = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if not is_right:
        print(f"{PAGE} is not what the shelf of formats says: run `make docs`", file=sys.stderr)
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
