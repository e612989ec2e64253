"""Figures of sound in place of the times of turns."""

from auscult.domain.conversation import Heard, Turn
from auscult.domain.said.speech import cross_talk, pace, silences, with_times_of_sound
from auscult.metrics.by_speech import BySpeech, Settings
from tests.contract.storing import conversation

UNTIMED = (Turn("m1", "agent", "one two three four five six"), Turn("m2", "customer", "seven eight"))
HEARD = Heard(agent=((0, 5_000), (50_000, 55_000)), customer=((4_000, 8_000),), music=((10_000, 30_000),))


def test_a_transcript_without_times_is_judged_by_the_sound() -> None:
    """Overlap, silence without the music, pace; the verdict says where its times are from."""
    heard = conversation("c-1", turns=UNTIMED, heard=HEARD)
    timed = with_times_of_sound(heard)
    assert [(each.start_ms, each.end_ms, each.begun_by) for each in cross_talk(timed, 500)] == [
        (4_000, 5_000, "customer")
    ]
    assert [(each.start_ms, each.end_ms) for each in silences(timed, 5_000)] == [(30_000, 50_000)]
    said = pace(heard, "agent")
    assert said is not None
    assert (said.words, said.talk_ms) == (6, 10_000)
    verdict = BySpeech().judge(Settings(measure="dead_air", min_duration="15s"), heard, {})
    assert verdict.qualification == "NO"
    assert verdict.evidence[0].turn_id is None
    assert "by the sound of the recording" in verdict.reason


def test_times_of_turns_come_first() -> None:
    """A transcript that has some is judged by them alone."""
    own = conversation("c-1", heard=HEARD)
    assert with_times_of_sound(own) is own
    assert BySpeech().judge(Settings(measure="dead_air"), conversation("c-1", turns=UNTIMED), {}).qualification == "NA"
