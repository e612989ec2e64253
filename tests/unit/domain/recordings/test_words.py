"""Turns that words of recordings make."""

from collections.abc import Sequence

import pytest

from auscult.domain.recordings.recording import Speaker
from auscult.domain.recordings.words import Word, turns_of


def said(text: str, *, channel: int = 0, at: int = 0, speaker: Speaker | None = None) -> list[Word]:
    """Words that last 200 ms each."""
    return [
        Word(channel=channel, text=each, start_ms=at + 200 * index, end_ms=at + 200 * index + 200, speaker=speaker)
        for index, each in enumerate(text.split())
    ]


@pytest.mark.parametrize(
    ("words", "speakers", "expected"),
    [
        (said("hello there"), ["unknown"], [("unknown", "hello there")]),
        ([*said("good morning"), *said("hi", at=2_000)], ["unknown"], [("unknown", "good morning"), ("unknown", "hi")]),
        (
            [*said("good morning", speaker="agent"), *said("hi", at=400, speaker="customer")],
            ["unknown"],
            [("agent", "good morning"), ("customer", "hi")],
        ),
        (
            [*said("good morning"), *said("hi", channel=1, at=900)],
            ["agent", "customer"],
            [("agent", "good morning"), ("customer", "hi")],
        ),
        (said("hi", speaker="agent"), ["customer"], [("customer", "hi")]),
    ],
    ids=["one", "a pause", "the recogniser names them", "stereo", "the channel counts"],
)
def test_turns_have_the_speakers_that_are_known(
    words: Sequence[Word], speakers: Sequence[Speaker], expected: list[tuple[str, str]]
) -> None:
    """A channel's speaker, else the one that the recogniser names, else unknown."""
    assert [(turn.speaker, turn.text) for turn in turns_of(words, speakers)] == expected
