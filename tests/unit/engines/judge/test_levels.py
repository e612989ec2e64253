"""Levels that a judge chooses: in the one call of a conversation, with evidence, and asked once more where wrong."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from auscult.domain.evaluation import Evaluation
from auscult.domain.probe import Grading, GradingAnswer, LevelMeaning
from auscult.domain.scoring.stored import PendingConversation
from auscult.engines._judge.prompt import GRADES, RULES, build_prompt, schema
from auscult.engines._judge.reply import Read, read
from auscult.metrics import METRICS
from auscult.services.definitions.forms.reading import check_form, read_form
from auscult.services.scoring.evaluate import Evaluator
from tests.data_files import data_of
from tests.scripted_judge import Scripted, ScriptedJudge, scripted_judge
from tests.strategies import STARTED, talk
from tests.unit.engines.judging import CALL, HELLO, judge

LEVELS = (LevelMeaning("Full", "asks for the budget"), LevelMeaning("None", "asks nothing at all"))
GRADING = Grading("How well are needs asked for?", LEVELS, "None", CALL, ("m1", "m3"))
NUMBER = Grading("How many minutes were promised?", (), "0", CALL, ("m1", "m3"))
FULL = {"evidence": [{"turn": 1, "quote": "Hello, thank you"}], "reason": "It asks.", "level": "Full"}

FORM = data_of(__file__, "form")


def reading(answer: dict[str, Any], question: Grading = GRADING) -> Read:
    """Read an answer to a question of levels."""
    return read(json.dumps({"q1": answer}), [question], CALL, [0], "judge 1 m")


def test_a_level_is_read_with_its_evidence() -> None:
    """The words as they stand in the turn."""
    assert reading(FULL).answers[0] == GradingAnswer("Full", ("m1",), "It asks.", "judge 1 m", ("Hello, thank you",))
    assert reading({"evidence": [], "reason": "", "level": "None"}).answers[0] == GradingAnswer(
        "None", (), "", "judge 1 m"
    )
    assert reading({"evidence": [], "reason": "", "level": "NA"}).answers[0] == GradingAnswer(None, (), "", "judge 1 m")


@pytest.mark.parametrize(("changed", "fault"), data_of(__file__, "a_level_that_cannot_be_used_is_a_fault"))
def test_a_level_that_cannot_be_used_is_a_fault(changed: dict[str, Any], fault: str) -> None:
    """Asked once more, as for a wrong quote."""
    assert fault in reading(FULL | changed).faults[0]


def test_a_number_is_plain() -> None:
    """Written as JSON or as text; words are no number."""
    answer = {"evidence": [{"turn": 1, "quote": "Hello, thank you"}], "reason": ""}
    assert [reading(answer | {"level": level}, NUMBER).answers[0].level for level in (5, "7.5")] == ["5", "7.5"]  # type: ignore[union-attr]
    assert reading(answer | {"level": "five"}, NUMBER).faults[0] == "its level is not a plain number"


def test_requests_without_levels_stay_what_they_were() -> None:
    """The prompt has the rules of levels only where one is asked for, so that stored answers stay valid."""
    assert build_prompt([HELLO], CALL, [0]).system == RULES
    prompt = build_prompt([HELLO, GRADING], CALL, [0, 1])
    assert prompt.system == RULES + GRADES
    assert '"grade":"How well are needs asked for?","baseline":"None"' in prompt.user
    definitions = schema(prompt.asked)["$defs"]
    assert definitions["levels_of_q2"]["properties"]["level"]["enum"] == ["Full", "None", "NA"]


def evaluated(server: ScriptedJudge, *said: str) -> Evaluation:
    """The evaluation of a conversation whose judge is this server."""
    mind = judge(server)
    evaluator = Evaluator(METRICS, {}, far=dict.fromkeys(mind.kinds, mind))
    form = read_form(FORM.encode())
    batch = [PendingConversation(conversation=talk(*said, ended_at=STARTED + timedelta(minutes=1)), revision=1)]
    (found,) = evaluator.evaluate(batch, [form], datetime.now(UTC))
    mind.close()
    return found.evaluation


def test_levels_and_statements_are_one_call() -> None:
    """A form with both asks once; the level earns its share, with its turn as evidence."""
    with scripted_judge() as server:
        found = evaluated(server, "agent: Sorry. How big is your team?", "customer: Ten.")
        assert len(server.requests) == 1
    needs, sorry = found.results
    assert (needs.verdict.level, needs.verdict.share, needs.verdict.qualification) == ("Some", Decimal(50), "YES")
    assert [one.turn_id for one in needs.verdict.evidence] == ["m1"]
    assert (sorry.verdict.qualification, found.score) == ("YES", 70)


def test_words_that_decide_ask_no_judge() -> None:
    """A rule that holds is the answer."""
    with scripted_judge() as server:
        found = evaluated(server, "agent: Sorry, tell me team and budget.", "customer: Ten.")
        assert [next(iter(one.questions.values())).get("grade") for one in server.requests] == [None]
    assert (found.results[0].verdict.level, found.score) == ("Full", 100)


def wrong(answers: dict[str, Any]) -> None:
    """Name a level that does not exist."""
    answers["q1"]["level"] = "Superb"


@pytest.mark.parametrize(("times", "level", "score"), [(1, "Some", 70), (2, None, 100)])
def test_an_unknown_level_is_asked_once_more(times: int, level: str | None, score: int) -> None:
    """And only that question; after that nobody has answered."""
    with scripted_judge() as server:
        server.script.extend([Scripted(edit=wrong)] * times)
        found = evaluated(server, "agent: Sorry. How big is your team?", "customer: Ten.")
        assert [one.asked for one in server.requests] == [("q1", "q2"), ("q1",)]
        assert "its level is none of Full, Some, None" in server.requests[1].text
    needs = found.results[0].verdict
    assert (needs.level, found.score) == (level, score)
    assert needs.qualification == ("YES" if level else "-")


@pytest.mark.parametrize(
    ("there", "instead", "field", "reason"), data_of(__file__, "what_a_judge_could_not_choose_is_a_fault")
)
def test_what_a_judge_could_not_choose_is_a_fault(there: str, instead: str, field: str, reason: str) -> None:
    """Every level has a meaning, once."""
    document = FORM.replace(f"        - {there}\n" if not instead else there, instead, 1)
    found = {one.field: one.reason for one in check_form(document.encode()).problems}
    assert reason in found[f"metrics[0].{field}"]
