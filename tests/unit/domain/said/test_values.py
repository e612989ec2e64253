"""Values as people say them and as a source writes them, read into one form and compared."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.said import values
from auscult.domain.said.numbers import numbers, tokens, written_number
from auscult.domain.said.values import KINDS, Kind, Locale, is_same, mentions, read
from tests.data_files import data_of, tuples_of

AMERICAN = Locale.of("en", date(2026, 3, 23))
BRITISH = Locale.of("en-GB", date(2026, 3, 23))
SMALL = data_of(__file__, "small")
TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def spelled(number: int, *, dash: str = "-", joint: str = " and ") -> str:
    """A number in words."""
    for size, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand")):
        if number >= size:
            rest = number % size
            more = f"{joint if rest < 100 else ' '}{spelled(rest, dash=dash, joint=joint)}" if rest else ""
            return f"{spelled(number // size, dash=dash, joint=joint)} {name}{more}"
    if number >= 100:
        rest = number % 100
        return f"{SMALL[number // 100]} hundred" + (joint + spelled(rest, dash=dash) if rest else "")
    if number >= 20:
        return TENS[number // 10] + (dash + SMALL[number % 10] if number % 10 else "")
    return SMALL[number]


def said(kind: Kind, text: str, locale: Locale = AMERICAN) -> list[tuple[str, str]]:
    """What is found: the words, and what they come to."""
    return [(text[one.start : one.end], str(one.value)) for one in mentions(kind, text, locale)]


@given(st.integers(0, 10**12 - 1), st.sampled_from(["-", " "]), st.sampled_from([" and ", " "]))
def test_every_number_in_words_is_read_back(number: int, dash: str, joint: str) -> None:
    """Spoken with or without and, written with or without a dash."""
    text = spelled(number, dash=dash, joint=joint)
    assert [one.value for one in numbers(tokens(text))] == [number]


@given(st.decimals(0, 10**9, places=2))
def test_every_written_number_is_read_back(number: Decimal) -> None:
    """As computers write it, with American and with European separators."""
    assert written_number(f"{number:f}") == number
    assert written_number(f"{number:,.2f}") == number
    assert written_number(f"{number:,.2f}".translate({ord(","): ".", ord("."): ","})) == number


@given(st.decimals(0, 10**6, places=2))
def test_an_amount_is_the_same_said_and_written(number: Decimal) -> None:
    """Dollars and cents in words against what a source writes."""
    whole, cents = divmod(int(number * 100), 100)
    text = f"that is {spelled(whole)} dollars and {spelled(cents)} cents altogether"
    (found,) = mentions("amount", text, AMERICAN)
    source = read("amount", f"{number:f}", AMERICAN)
    assert source is not None
    assert is_same("amount", found.value, source)


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.sampled_from(KINDS))
def test_what_is_found_is_a_slice_in_order(text: str, kind: Kind) -> None:
    """Whatever is said: every mention has words, they come in order, and reading them again finds the same."""
    found = mentions(kind, text, AMERICAN)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert [one.start for one in found] == sorted(one.start for one in found)


PIECES = st.sampled_from(data_of(__file__, "pieces"))


@given(st.lists(PIECES, max_size=10).map(" ".join), st.sampled_from(KINDS))
def test_no_look_in_advance_hides_a_value(text: str, kind: Kind) -> None:
    """Turns without a hint are passed over; none of these says a value."""
    finder = values._FINDERS.get(kind)
    found = sorted(finder(text, tokens(text), AMERICAN)) if finder else []
    assert mentions(kind, text, AMERICAN) == found


@pytest.mark.parametrize(("kind", "text", "found"), tuples_of(__file__, "what_people_say_is_found"))
def test_what_people_say_is_found(kind: Kind, text: str, found: tuple[tuple[str, str], ...]) -> None:
    """Amount, number, percentage, digits, phone and e-mail; spoken forms and spelled digits."""
    assert said(kind, text) == list(found)


@pytest.mark.parametrize(("text", "found"), data_of(__file__, "dates"))
def test_dates(text: str, found: str | None) -> None:
    """In words and figures; without a year the nearest; what no calendar shows is none."""
    assert [value for _, value in said("date", text)] == ([found] if found else [])


def test_the_day_goes_first_where_people_write_it_so() -> None:
    """3/5 is the fifth of March in America, and the third of May elsewhere."""
    assert said("date", "3/5/2026", BRITISH) == [("3/5/2026", "2026-05-03")]
    assert said("date", "3/5/2026") == [("3/5/2026", "2026-03-05")]


@pytest.mark.parametrize(("kind", "written", "plain"), data_of(__file__, "what_a_source_writes_is_read"))
def test_what_a_source_writes_is_read(kind: Kind, written: str, plain: str | None) -> None:
    """Bare or with a unit; what is no such value, or two of them, is none."""
    found = read(kind, written, AMERICAN)
    assert (None if found is None else str(found)) == plain


@pytest.mark.parametrize(("kind", "one", "other", "tolerance", "same"), data_of(__file__, "sameness"))
def test_sameness(kind: Kind, one: str, other: str, tolerance: Any, *, same: bool) -> None:
    """Numbers within the tolerance; currencies that contradict are no match; telephone numbers by their end."""
    first, second = read(kind, one, AMERICAN), read(kind, other, AMERICAN)
    assert first is not None
    assert second is not None
    assert is_same(kind, first, second, Decimal(tolerance)) is same
    assert is_same(kind, second, first, Decimal(tolerance)) is same
