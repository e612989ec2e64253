"""Hits of the one search: how words match names, which turn is quoted, and what a pasted text names."""

import pytest

from auscult.domain.audits.frame import is_said
from auscult.domain.conversation import Turn
from auscult.domain.said.search import parse
from auscult.domain.search import Opened, best, folded, opened_by, opening, quote, turn_with
from tests.strategies import talk
from tests.waiting import existing

TURNS = (
    Turn(id="m1", speaker="agent", text="Good morning, my card desk."),
    Turn(id="m2", speaker="customer", text="Hello."),
    Turn(id="m3", speaker="customer", text="I lost my card at the station."),
)


def test_beginnings_come_first() -> None:
    """Then words inside a name, then parts of words; shorter names before longer ones; every word has to be there."""
    names = ["Scorecards", "Lost card handling", "Card blocked", "Cards", "Refund"]
    assert best(folded("card"), names, str) == ["Cards", "Card blocked", "Lost card handling", "Scorecards"]
    assert best(folded("CARD lost"), names, str) == ["Lost card handling"]
    assert best(folded("refund form"), names, str, lambda _: "a form") == ["Refund"]


def test_the_turn_with_most_words_is_quoted() -> None:
    """The first of them where several have as many; none where no word is there."""
    assert existing(turn_with(TURNS, parse("lost card"))).id == "m3"
    assert existing(turn_with(TURNS, parse("car*"))).id == "m1"
    assert existing(turn_with(TURNS, parse("customer:card"))).id == "m3"
    assert turn_with(TURNS, parse("refund")) is None
    assert existing(opening(TURNS)).id == "m3"
    assert opening(()) is None


def test_long_turns_are_quoted_around_the_word() -> None:
    """With dots where words are left out, and whole words alone."""
    text = "before " * 60 + "the card " + "after " * 60
    quoted = quote(text, parse("card"))
    assert "the card" in quoted
    assert len(quoted) < 150
    assert quoted.startswith("… before")
    assert quoted.endswith("after …")
    assert quote("short\n text", parse("text")) == "short text"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("c-7f8b1f0e", Opened("conversation", "c-7f8b1f0e")),
        (" https://x.example/console/conversations/c-1%2F2?a=b#t-m5 ", Opened("conversation", "c-1/2", "t-m5")),
        ("https://x.example/console/audits/c-1#t-m5", Opened("conversation", "c-1", "t-m5")),
        ("/console/agents/a-1", Opened("agent", "a-1")),
        ("https://x.example/console/agents", None),
        ("https://x.example/console/agents/%00", None),
        ("https://x.example/console/users/u-1", None),
        ("lost card", None),
        ("c\x00d", None),
        ("", None),
    ],
)
def test_links_and_ids_are_understood(text: str, named: Opened | None) -> None:
    """Links of the console name a thing, with the part of its page; other words name none."""
    assert opened_by(text) == named


def test_a_plan_searches_what_lists_search() -> None:
    """A bot's words are the agent's side, of which a plan's ``said`` finds the same conversations."""
    led = talk("bot: Your refund is on its way.", "customer: Thanks")
    assert [is_said(led, text) for text in ("refund", "agent:refund", "customer:refund")] == [True, True, False]
