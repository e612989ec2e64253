"""Templates: what texts share, and the values that each has in the gaps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.ai_agents.templates import MOST_OWN, filled, shared, values_in
from tests.strategies import texts
from tests.waiting import existing

POLICY = """You are Nia, an assistant of Hilltop Outdoor.
Refunds go to the original payment method within 5 to 7 business days.
An order can be cancelled only while it is pending; ask for the reason, and confirm before you act.
"""
PROMPT = POLICY + "You talk with {name}, account {account}. Today is {date}, and the shop is open.\n" + POLICY


def prompt(name: str, account: str, date: str) -> str:
    """Return the prompt of one customer."""
    return PROMPT.format(name=name, account=account, date=date)


def test_a_prompt_is_its_template_and_the_customers_values() -> None:
    """Nothing of the first two customers is in the template; the third one's values are found without comparing."""
    anna, bob = prompt("Anna Smith", "88112233", "2026-11-02"), prompt("Bob Ray", "70551", "2026-11-03")
    template = existing(shared((anna,), bob))
    assert not any(value in "".join(template) for value in ("Anna", "Bob", "Smith", "88112233", "70551"))
    third = prompt("Zoë van der Berg-Okonkwo", "1", "31 December 2027")
    assert shared(template, third) is not None
    values = existing(values_in(shared(template, third) or (), third))
    assert "Zoë van der Berg-Okonkwo" in values[0]
    assert sum(map(len, values)) < 120


@pytest.mark.parametrize("other", ["", "x", POLICY[::-1], "Something else entirely. " * 20])
def test_texts_that_share_too_little_have_no_template(other: str) -> None:
    """They are stored whole."""
    assert shared((PROMPT,), other) is None


def test_a_text_of_a_size_that_takes_long_is_not_compared() -> None:
    """A megabyte of lines has no template but itself."""
    lines = "".join(f"line {n} of the manual\n" for n in range(40_000))
    assert shared((lines,), lines + "x") is None
    assert values_in((lines,), lines) == ()


STRETCHES = st.lists(texts(most=40, least=0), min_size=1, max_size=4)


@given(STRETCHES, st.lists(texts(most=3), min_size=3, max_size=3))
def test_values_fill_the_template_they_were_read_from(stretches: list[str], values: list[str]) -> None:
    """Whatever values are found, the same text comes out; a text that was made of the template is found in it, or has too much of its own."""
    template = tuple(stretches)
    text = filled(template, values[: len(template) - 1])
    found = values_in(template, text)
    own = sum(map(len, values[: len(template) - 1]))
    assert found is not None or own > MOST_OWN * len(text)
    assert found is None or filled(template, found) == text


@given(STRETCHES, st.lists(st.sampled_from([POLICY, "a. b, c", "x\n", "Refunds "]), max_size=4), texts(most=60))
def test_what_is_shared_makes_both_texts_or_none(one: list[str], more: list[str], other: str) -> None:
    """The template is of the new text, and each of its stretches is in the template that it was compared with."""
    before, text = (POLICY, *one), POLICY + "".join(more) + other
    template = shared(before, text)
    if template is not None:
        values = existing(values_in(template, text))
        assert filled(template, values) == text
        assert all(any(stretch in each for each in before) for stretch in template)
