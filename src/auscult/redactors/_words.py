"""Word lists of this folder, in the format of ``wording.word_lists``."""

from collections.abc import Mapping
from pathlib import Path

from auscult.wording.word_lists import read_lines, read_words

_HERE = Path(__file__).parent


def lines_of(name: str) -> Mapping[str, list[str]]:
    """Read the lines of a file by title."""
    return read_lines(_HERE / name)


def words_of(name: str) -> Mapping[str, frozenset[str]]:
    """Read the words of a file by title."""
    return read_words(_HERE / name)
