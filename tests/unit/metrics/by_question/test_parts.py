"""Questions scored in two parts (rule 9), in several languages, and where a judge says that they do not arise."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from auscult.metrics.by_question import Settings
from tests.data_files import data_of
from tests.strategies import talk
from tests.unit.metrics.questions import CALL, METRIC, judge

HALVES = {
    "trigger": {"speaker": "agent", "any_of": [{"phrases": ["i will read the terms"]}]},
    "answer": {"speaker": "customer", "after": "trigger", "any_of": [{"phrases": ["i agree"]}]},
    "sub_weights": {"trigger": 40, "answer": 60},
}
READ, AGREED = "agent: I will read the terms.", "customer: I agree."


def parts(*lines: str) -> tuple[str, list[tuple[str, str, Decimal]]]:
    """The whole answer, and of each part its name, answer and share."""
    verdict = judge(talk(*lines), **HALVES)
    return verdict.qualification, [(one.id, one.qualification, one.weight) for one in verdict.parts]


def test_trigger_and_answer_are_scored_one_by_one() -> None:
    """Domain 2b: sub-weights for trigger and answer, the answer here by the customer."""
    assert parts(READ, AGREED) == ("YES", [("trigger", "YES", 40), ("answer", "YES", 60)])
    assert parts(READ, "customer: No.") == ("NO", [("trigger", "YES", 40), ("answer", "NO", 60)])


def test_a_trigger_that_is_not_said_is_not_adhered() -> None:
    """Domain 2b: with trigger scoring the absence of the trigger is a NO, and no NA; nothing is earned."""
    assert parts("agent: Hello.", AGREED) == ("NO", [("trigger", "NO", 40), ("answer", "NO", 60)])


def test_a_trigger_of_which_nobody_can_know_is_not_held_against_the_agent() -> None:
    """A window of time, and a transcript without times."""
    written: dict[str, Any] = HALVES | {"trigger": HALVES["trigger"] | {"window": {"first": "60 seconds"}}}
    verdict = judge(talk(READ, AGREED, step_ms=None), **written)
    assert (verdict.qualification, verdict.parts) == ("NA", ())
    assert verdict.reason.startswith("no times are known of the agent's turns")


def test_each_part_says_what_shows_it_or_why_not() -> None:
    """Evidence of a part is its own."""
    verdict = judge(talk(READ, "customer: No."), **HALVES)
    trigger, answer = verdict.parts
    assert [one.turn_id for one in trigger.evidence] == ["m1"]
    assert answer.reason == "not found in the customer's turns after the trigger"


def test_without_sub_weights_there_are_no_parts() -> None:
    """Rule 9: partial credit only where a form asks for it."""
    written = {key: value for key, value in HALVES.items() if key != "sub_weights"}
    assert judge(talk(READ, AGREED), **written).parts == ()
    assert judge(talk("agent: Hello.", AGREED), **written).qualification == "NA"


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    data_of(__file__, "sub_weights_are_checked")
)  # fmt: skip
def test_sub_weights_are_checked(changes: dict[str, Any], field: str, reason: str) -> None:
    """Sub-weights total 100 %, and the trigger is the agent's own."""
    answer = {"speaker": "customer", "any_of": [{"phrases": ["i agree"]}]}
    found = METRIC.problems(msgspec.convert(HALVES | {"answer": answer} | changes, Settings, strict=False))
    assert found[0][0] == field
    assert reason in found[0][1]


@pytest.mark.parametrize(("window", "found"), data_of(__file__, "messages_are_those_of_everybody"))
def test_messages_are_those_of_everybody(window: dict[str, str], found: str | None) -> None:
    """Domain 2: in chat a window counts messages; m5 of 7 is the agent's third."""
    verdict = judge(CALL, answer={"window": window, "any_of": [{"phrases": ["anything else"]}]})
    assert [one.turn_id for one in verdict.evidence] == [found]


def test_messages_after_the_trigger_count_from_there() -> None:
    """The next so many of anybody."""
    trigger = {"any_of": [{"phrases": ["i lost my card"]}]}
    for count, answer in (("2 messages", "NO"), ("3 messages", "YES")):
        window = {"after": "trigger", "window": {"first": count}, "any_of": [{"phrases": ["anything else"]}]}
        assert judge(CALL, trigger=trigger, answer=window).qualification == answer


def test_words_of_a_language_are_looked_for_in_conversations_of_it() -> None:
    """Domain 2: sample answers per language; en is for en-GB too, and de is not."""
    answer = {
        "any_of": [
            {"language": "en", "any_of": [{"phrases": ["gift"]}]},
            {"language": "de-AT", "any_of": [{"phrases": ["grüß gott"]}]},
        ]
    }
    said = ("agent: gift", "agent: Grüß Gott")
    for language, turn in (("en", "m1"), ("EN-gb", "m1"), ("de-AT", "m2"), ("de", None)):
        verdict = judge(talk(*said, language=language), answer=answer)
        assert [one.turn_id for one in verdict.evidence] == [turn]


def test_a_question_that_does_not_arise_is_na() -> None:
    """A judge answers YES, NO or NA; its NA is ours, with its reason."""
    answer = {"any_of": [{"judge": "The agent returns the deposit."}]}
    verdict = judge(CALL, judged={"holds": None, "reason": "there was none"}, answer=answer)
    assert verdict.qualification == "NA"
    assert verdict.reason.endswith("the judge says that it does not apply: there was none")


def test_what_is_decided_without_the_judge_stays_decided() -> None:
    """A NO of one required condition is a NO, and a YES of one alternative a YES, whatever else stays open."""
    unclear = {"holds": None, "reason": "?"}
    sure = {"any_of": [{"any_of": [{"judge": "a"}]}, {"any_of": [{"phrases": ["goodbye"]}]}]}
    assert judge(CALL, judged=unclear, answer=sure).qualification == "YES"
    lost = {"all_of": [{"any_of": [{"judge": "a"}]}, {"any_of": [{"phrases": ["never said"]}]}]}
    assert judge(CALL, judged=unclear, answer=lost).qualification == "NO"
    open_ = {"all_of": [{"any_of": [{"judge": "a"}]}, {"any_of": [{"phrases": ["goodbye"]}]}]}
    assert judge(CALL, judged=unclear, answer=open_).qualification == "NA"
