"""What an external agent says, as a parent of sub-metrics with shares of its weight (domain 2, rules 3 and 9)."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import MetricResult, Verdict, score
from auscult.domain.form import Form, Metric
from auscult.domain.probe import Review, ReviewAnswer, Reviewed, Transcript
from auscult.metrics.by_ai_agent import ByAiAgent, Settings
from tests.strategies import talk

METRIC = ByAiAgent()
SUBS = [
    {"id": "fee", "name": "Fee disclosed", "weight": 25},
    {"id": "rate", "weight": 30, "negative_weight": 10},
    {"id": "pushy", "name": "Pushy", "weight": 45, "correct_answer": "no"},
]
BASE: dict[str, Any] = {"url": "https://agents.example.com/execute", "evaluation": "eval-1", "sub_metrics": SUBS}
CALL = talk(
    "agent: There is a fee of ten dollars.", "customer: Fine.", custom_id="crm-1", custom_fields={"phone": "555"}
)


def settings(**written: Any) -> Settings:
    """Settings as a form writes them."""
    read = msgspec.convert(BASE | written, Settings, strict=False)
    assert METRIC.problems(read) == ()
    return read


def judge(*answers: str, conversation: Conversation = CALL, **written: Any) -> Verdict:
    """Judge it, with these answers of the agent, one for each sub-metric."""
    read = settings(**written)
    reviewed = tuple(
        Reviewed(sub.id, answer, "because", ("m1",) if answer == "YES" else (), "")  # type: ignore[arg-type]
        for sub, answer in zip(read.sub_metrics, answers, strict=True)
    )
    return METRIC.judge(
        read, conversation, dict.fromkeys(METRIC.probes(read, conversation), ReviewAnswer(reviewed, "t"))
    )


def points(verdict: Verdict, weight: int = 20, negative: int = 0) -> int | None:
    """The score of a form of this metric alone."""
    metric = Metric(
        id="em", name="Agent", type="by_ai_agent", weight=Decimal(weight), negative_weight=Decimal(negative)
    )
    found = score([MetricResult(metric=metric, verdict=verdict)], Form(id="e", name="n", channel="voice", metrics=()))
    return None if found is None else int(found)


def test_one_question_for_all_sub_metrics() -> None:
    """With the custom id of itself, and the fields that the form maps, where the conversation has them."""
    told = [{"custom_field": "phone", "name": "phone_number"}, {"custom_field": "other", "name": "ticket"}]
    assert METRIC.probes(settings(meta=told), CALL) == (
        Review(
            url="https://agents.example.com/execute",
            evaluation="eval-1",
            sub_metrics=("fee", "rate", "pushy"),
            meta=(("customConversationId", "crm-1"), ("phone_number", "555")),
            transcript=Transcript.of(CALL),
        ),
    )


def test_sub_metrics_are_parts_with_evidence() -> None:
    """Name, answer, share, the turns that the agent points at, and why."""
    verdict = judge("YES", "NO", "NO")
    assert verdict.qualification == "NO"
    assert [(one.name, one.qualification, one.adhered) for one in verdict.parts] == [
        ("Fee disclosed", "YES", True),
        ("rate", "NO", False),
        ("Pushy", "NO", True),
    ]
    (evidence,) = verdict.parts[0].evidence
    assert (evidence.turn_id, evidence.why) == ("m1", "the agent says: because")
    assert verdict.reason == "rate: because"


@pytest.mark.parametrize(
    ("answers", "weight", "negative", "found"),
    [
        (("YES", "YES", "NO"), 20, 0, 100),
        (("NO", "YES", "NO"), 20, 0, 75),
        (("NO", "NO", "YES"), 20, 0, 0),
        (("YES", "NO", "NO"), 20, 20, 60),
        (("NA", "YES", "NO"), 20, 0, 100),
        (("NA", "NA", "NA"), 20, 0, None),
        (("NO", "NO", "YES"), 0, 0, None),
    ],
)
def test_sub_weights_split_the_parents_weight(
    answers: tuple[str, ...], weight: int, negative: int, found: int | None
) -> None:
    """Each its own yes and no weight; a parent of weight 0 does not count (rule 2)."""
    assert points(judge(*answers), weight, negative) == found


def test_the_whole_is_yes_when_every_part_is_right() -> None:
    """Right, not yes: one of them asks for a no."""
    assert judge("YES", "YES", "NO").qualification == "YES"
    assert judge("NA", "NA", "NA").qualification == "NA"


def test_a_fatal_sub_metric_makes_the_score_zero() -> None:
    """Domain 2: the fatal toggle of a sub-metric."""
    subs = [SUBS[0] | {"fatal": True}, *SUBS[1:]]
    assert points(judge("NO", "YES", "NO", sub_metrics=subs)) == 0


def test_nobody_speaks_and_nobody_is_asked() -> None:
    """NA without a question."""
    verdict = judge("YES", "YES", "NO", conversation=talk())
    assert (verdict.qualification, METRIC.probes(settings(), talk())) == ("NA", ())


@pytest.mark.parametrize(
    ("written", "field", "reason"),
    [
        ({"url": "agents.example.com"}, "url", "https://"),
        ({"evaluation": " "}, "evaluation", "is empty"),
        ({"sub_metrics": []}, "sub_metrics", "at least one"),
        ({"sub_metrics": SUBS[:2]}, "sub_metrics", "total 55"),
        ({"sub_metrics": [*SUBS[:2], SUBS[0] | {"weight": 45}]}, "sub_metrics[2].id", "stand once"),
        ({"sub_metrics": [SUBS[0] | {"weight": 0}, SUBS[1] | {"weight": 100}]}, "sub_metrics[0].weight", "above 0"),
        ({"sub_metrics": [SUBS[0] | {"weight": 100, "negative_weight": 101}]}, "sub_metrics[0].negative_weight", "from 0 to 100"),
        ({"sub_metrics": [SUBS[0] | {"negative_weight": 90}, *SUBS[1:]]}, "sub_metrics", "negative weights total 145"),
        ({"meta": [{"custom_field": "a", "name": "customConversationId"}]}, "meta[0].name", "does not receive already"),
        ({"meta": [{"custom_field": "a", "name": "b"}] * 2}, "meta[1].name", "does not receive already"),
    ],
)  # fmt: skip
def test_problems_say_where_and_what_would_be_right(written: dict[str, Any], field: str, reason: str) -> None:
    """Every fault of the settings has its path and its remedy."""
    found = METRIC.problems(msgspec.convert(BASE | written, Settings, strict=False))
    assert found[0][0] == field
    assert reason in found[0][1]
