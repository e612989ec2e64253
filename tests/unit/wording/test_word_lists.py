"""Word lists are read by title."""

from pathlib import Path

from auscult.wording.word_lists import read_lines, read_words
from tests.data_files import data_of

TEXT = data_of(__file__, "text")


def test_lists_are_read_by_title(tmp_path: Path) -> None:
    """Comments and empty lines are skipped, and an indented line continues the one before it."""
    file = tmp_path / "sea.txt"
    file.write_text(TEXT, encoding="utf-8")
    assert read_lines(file) == {"calm": ["flat  glassy", "still"], "rough": ["white horses, high waves"]}
    assert read_words(file) == {
        "calm": frozenset({"flat", "glassy", "still"}),
        "rough": frozenset({"white", "horses,", "high", "waves"}),
    }


def test_lines_before_the_first_title_have_an_empty_one(tmp_path: Path) -> None:
    """A file of one list needs no title."""
    file = tmp_path / "sea.txt"
    file.write_text("flat\n[rough]\nhigh\n", encoding="utf-8")
    assert read_words(file) == {"": frozenset({"flat"}), "rough": frozenset({"high"})}
