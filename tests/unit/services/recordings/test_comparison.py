"""Signs that the channels of a recording are swapped."""

from auscult.domain.conversation import Turn
from auscult.domain.recordings.recording import Speaker
from auscult.domain.recordings.voice import Span, voice_figures
from auscult.domain.recordings.words import Transcription, Word
from auscult.services.recordings.comparison import are_swapped
from tests.contract.storing import conversation

SIDES: tuple[Speaker, Speaker] = ("agent", "customer")
TURNS = (Turn("m1", "agent", "hello", None, 0, 20_000), Turn("m2", "customer", "hi", None, 21_000, 30_000))
LEFT, RIGHT = [Span(0, 20_000)], [Span(21_000, 30_000)]


def said(channel: int) -> Transcription:
    """A greeting on a channel, and something else on the other one."""
    words = [
        (channel, each)
        for each in ["good", "morning", "thank", "you", "for", "calling", "how", "can", "i", "help", "you"]
    ]
    words += [(1 - channel, each) for each in ["i", "lost", "my", "card"]]
    return Transcription(
        recording_id="rec-1",
        state="done",
        words=tuple(
            Word(channel=at, text=text, start_ms=index * 400, end_ms=index * 400 + 300)
            for index, (at, text) in enumerate(words)
        ),
    )


def test_a_greeting_on_the_customers_channel_says_so() -> None:
    """Words decide where there are any."""
    figures = voice_figures([LEFT, RIGHT], SIDES, 30_000)
    untimed = conversation("c-1", turns=())
    assert are_swapped(figures, untimed, said(1))
    assert not are_swapped(figures, untimed, said(0))


def test_talk_in_the_turns_of_the_other_side_says_so() -> None:
    """Without words the times of turns decide; too little talk decides nothing."""
    timed = conversation("c-1", turns=TURNS)
    assert are_swapped(voice_figures([RIGHT, LEFT], SIDES, 30_000), timed, None)
    assert not are_swapped(voice_figures([LEFT, RIGHT], SIDES, 30_000), timed, None)
    assert not are_swapped(voice_figures([[Span(22_000, 23_000)], []], SIDES, 30_000), timed, None)
    assert not are_swapped(voice_figures([RIGHT, LEFT], SIDES, 30_000, is_dual_mono=True), timed, None)
