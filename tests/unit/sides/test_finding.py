"""Sides of speakers, by what they say: two, three, a bot, and when it is not sure."""

from datetime import UTC, datetime
from typing import Any

import pytest

from auscult.domain.conversation import Agent, Conversation, Turn
from auscult.sides import find, probability, reader, with_sides
from tests.data_files import tuples_of

OPENING = tuples_of(__file__, "opening")
SPANISH = tuples_of(__file__, "spanish")


def talk(*said: tuple[str | None, str], **changes: Any) -> Conversation:
    """A conversation of speakers with labels and no sides."""
    turns = tuple(
        Turn(f"m{number}", "unknown", text, speaker_label=label) for number, (label, text) in enumerate(said, start=1)
    )
    given: dict[str, Any] = {
        "id": "c-1",
        "channel": "voice",
        "started_at": datetime(2026, 5, 1, tzinfo=UTC),
        "turns": turns,
    }
    return Conversation(**given | changes)


def two(said: tuple[str, ...], *labels: str) -> list[tuple[str | None, str]]:
    """Lines of two speakers in turn."""
    return [(labels[index % 2], text) for index, text in enumerate(said)]


@pytest.mark.parametrize(("said", "language"), [(OPENING, "en"), (SPANISH, "es")])
@pytest.mark.parametrize("labels", [("Speaker 1", "Speaker 2"), ("spk_1", "spk_0")])
def test_two_speakers_get_their_sides_whatever_they_are_called(
    said: tuple[str, ...], language: str, labels: tuple[str, str]
) -> None:
    """Labels stay, and it is on the record that the sides were found."""
    found = with_sides(talk(*two(said, *labels)), language)
    assert [turn.speaker for turn in found.turns][:2] == ["agent", "customer"]
    assert {turn.speaker_label for turn in found.turns} == {*labels}
    assert found.assumed == {"sides": "words"}


def test_a_second_agent_and_a_bot_are_no_customers() -> None:
    """Who takes over is an agent, and a machine that says what it is is a bot."""
    transfer: list[tuple[str | None, str]] = [
        ("A" if index < 4 and index % 2 == 0 else "C" if index % 2 == 0 else "B", text)
        for index, text in enumerate(OPENING)
    ]
    assert find(talk(*transfer), reader("en"), {}).sides == {"A": "agent", "B": "customer", "C": "agent"}
    bot = ("IVR line", "welcome i am the virtual assistant of harbour water how can i help you today")
    found = find(talk(bot, ("B", "billing please"), *two(OPENING, "A", "B")), reader("en"), {})
    assert found.sides == {"IVR line": "bot", "A": "agent", "B": "customer"}


def test_what_says_nothing_of_sides_stays_as_it_was() -> None:
    """Too few words, a language without weights, one speaker alone, or speakers without labels."""
    for given, language in (
        (talk(("A", "hello"), ("B", "hello")), "en"),
        (talk(*two(OPENING, "A", "B")), "ja"),
        (talk(*two(OPENING, "A", "A")), "en"),
        (talk(*((None, text) for text in OPENING)), "en"),
    ):
        assert with_sides(given, language) is given


def test_labels_and_names_decide_where_words_say_little() -> None:
    """A role, and the name of an agent whom the document names; and a side that it states."""
    short = ("hello", "hello", "yes", "no")
    assert with_sides(talk(*two(short, "Kunde", "Berater")), "de").turns[0].speaker == "customer"
    named = talk(*two(short, "Maria", "Rosa"), agents=(Agent("a-1", "Rosa"),))
    assert [turn.speaker for turn in with_sides(named, "en").turns[:2]] == ["customer", "agent"]
    assert find(named, reader("en"), {"Maria": "agent"}).is_sure is False


def test_stated_sides_that_words_contradict_are_improbable() -> None:
    """The same words with the sides swapped; None where one side says nothing."""
    reading = reader("en")
    assert reading is not None
    right = [Turn(f"m{n}", "customer" if n % 2 else "agent", text) for n, text in enumerate(OPENING)]
    swapped = [Turn(f"m{n}", "agent" if n % 2 else "customer", text) for n, text in enumerate(OPENING)]
    one, other = probability(right, reading), probability(swapped, reading)
    assert one is not None
    assert other == pytest.approx(1 - one)
    assert one > 0.99
    assert probability(right[:1], reading) is None
