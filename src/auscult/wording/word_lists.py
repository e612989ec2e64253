"""Word lists as text files: words or lines under a ``[title]``, comments behind ``#``.

A line that is indented by four spaces continues the one before it.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

_INDENT = " " * 4


def read_lines(file: Traversable) -> Mapping[str, list[str]]:
    """Read the lines of a file by title; lines before the first title have the empty one."""
    groups: dict[str, list[str]] = {}
    title = ""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            title = line[1:-1]
        elif line.startswith(_INDENT):
            groups[title][-1] += line.removeprefix(_INDENT)
        elif line and not line.startswith("#"):
            groups.setdefault(title, []).append(line)
    return groups


def read_words(file: Traversable) -> Mapping[str, frozenset[str]]:
    """Read the words of a file by title."""
    return {title: frozenset(" ".join(lines).split()) for title, lines in read_lines(file).items()}


@cache
def usual_words() -> frozenset[str]:
    """Read the usual words of English, in small letters."""
    return read_words(files("auscult.wording") / "usual_words.txt")[""]
