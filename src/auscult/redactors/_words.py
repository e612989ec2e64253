"""Word lists of this folder: lines under a ``[title]``, comments behind ``#``.

A line that is indented by four spaces continues the one before it.
"""

from collections.abc import Mapping
from pathlib import Path

_HERE = Path(__file__).parent
_INDENT = " " * 4


def lines_of(name: str) -> Mapping[str, list[str]]:
    """Read the lines of a file by title; lines before the first title have the empty one."""
    groups: dict[str, list[str]] = {}
    title = ""
    for line in (_HERE / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            title = line[1:-1]
        elif line.startswith(_INDENT):
            groups[title][-1] += line.removeprefix(_INDENT)
        elif line and not line.startswith("#"):
            groups.setdefault(title, []).append(line)
    return groups


def words_of(name: str) -> Mapping[str, frozenset[str]]:
    """Read the words of a file by title."""
    return {title: frozenset(" ".join(lines).split()) for title, lines in lines_of(name).items()}
