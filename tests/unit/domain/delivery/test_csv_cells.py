"""No cell of a CSV begins a formula, wherever Excel splits the line; and what was guarded is read again as it was."""

import csv
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.delivery.csv_cells import csv_lines, guarded_cell, unguarded_cell
from tests.data_files import tuples_of

HOSTILE = tuples_of(__file__, "hostile")
"""What begins a formula somewhere."""
_PIECES = st.sampled_from([*"=+-@;\t\r\n \"',a1", "\uff1d", "\ufeff", "\u200b"])
_TEXTS = st.lists(_PIECES, max_size=8).map("".join)


def formulas(line: str) -> list[str]:
    """Return the cells that Excel would read as formulas, by any list separator."""
    found: list[str] = []
    for separator in ",;\t":
        for row in csv.reader(io.StringIO(line, newline=""), delimiter=separator):
            for cell in row:
                text = unicodedata.normalize("NFKC", cell).strip('\ufeff\u200b \t\r\n"')
                found += [cell] if text.startswith(tuple("=+-@")) else []
    return found


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_begins_a_formula(text: str) -> None:
    """Neither at the beginning, nor after a semicolon, a tab or the end of a line; it is quoted where one is in it."""
    line = csv_lines([["c-1", text, "x"], [text]])
    assert not formulas(line)
    assert formulas(f"c-1,{text},x") or text == "\t1"
    assert unguarded_cell(next(csv.reader(io.StringIO(line, newline="")))[1]) == text


@given(_TEXTS)
def test_every_text_is_guarded_and_read_again(text: str) -> None:
    """Whatever it is made of."""
    assert not formulas(csv_lines([["c-1", text, "x"]]))
    assert unguarded_cell(guarded_cell(text)) == text


def test_numbers_and_plain_texts_stay_as_they_are() -> None:
    """A negative number is a number, and a semicolon alone only has the cell quoted."""
    assert csv_lines([[-5, -0.5, None, "a-b", "a; b", 'say "x"'], [None]]) == (
        '-5,-0.5,,a-b,"a; b","say ""x"""\r\n""\r\n'
    )


def test_a_long_text_is_searched_once() -> None:
    """A million separators take a moment, and not a day."""
    assert len(guarded_cell("\n" * 1_000_000)) == 1_000_000
