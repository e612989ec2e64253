"""Transfer etiquette: every transfer must pass, or the whole weight is lost (domain 2)."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from auscult.domain.conversation import Event
from auscult.domain.evaluation import Verdict
from auscult.metrics.transfer import Settings, Transfer
from tests.strategies import talk

METRIC = Transfer()
PARTS = [
    {"id": "told", "before": {"any_of": [{"phrases": ["transfer you"]}]}},
    {"id": "reason", "before": {"window": {"last": "10 seconds"}, "any_of": [{"phrases": ["because"]}]}},
]
CALL = talk(
    "customer: I want my money.",
    "agent: I will transfer you to billing, because they hold the accounts.",
    "agent: Billing, hello.",
    "agent: Bye.",
    events=(Event("transfer", 19_500, None, to_queue_id="qu-2"),),
)


def judge(conversation: Any, **written: Any) -> Verdict:
    """Judge a conversation."""
    read = msgspec.convert({"parts": PARTS} | written, Settings)
    assert METRIC.problems(read) == ()
    return METRIC.judge(read, conversation, {})


def test_notification_and_reason_are_parts_without_credit_of_their_own() -> None:
    """Rule 9 names no partial credit for transfers; what was missed is told all the same."""
    verdict = judge(CALL)
    assert verdict.qualification == "YES"
    assert [(one.name, one.qualification, one.weight) for one in verdict.parts] == [
        ("Told", "YES", 0),
        ("Reason", "YES", 0),
    ]
    assert METRIC.is_split(msgspec.convert({"parts": PARTS}, Settings)) is False


@pytest.mark.parametrize(("instances", "answer"), [("every", "NO"), ("any", "YES")])
def test_all_transfers_must_pass(instances: str, answer: str) -> None:
    """One that fails loses the weight, unless the form asks for any."""
    twice = replace(CALL, events=(*CALL.events, Event("transfer", 39_500)))
    verdict = judge(twice, instances=instances)
    assert verdict.qualification == answer
    assert ("transfer 2 of 2 at 39500 ms" in verdict.reason) == (answer == "NO")


def test_transfers_that_touch_are_two() -> None:
    """Whoever passes the customer on at once has to say so too; only a hold goes on in another."""
    events = (Event("transfer", 19_500, 30_000, "a-1"), Event("transfer", 30_000, 39_500, "a-2"))
    assert len(judge(replace(CALL, events=events)).evidence) == 2


def test_no_transfer_is_not_applicable_nor_is_one_before_an_agent_spoke() -> None:
    """A bot that passes the customer on is no agent's doing."""
    assert judge(replace(CALL, events=())).qualification == "NA"
    early = judge(replace(CALL, events=(Event("transfer", 5_000),)))
    assert early.qualification == "NA"
    assert "the agent has not spoken yet" in early.reason


def test_who_takes_over_may_be_asked_for_a_greeting() -> None:
    """A part after a transfer; talk goes on with the next turn."""
    parts = [*PARTS, {"id": "greeting", "after": {"any_of": [{"phrases": ["hello"]}]}}]
    assert judge(CALL, parts=parts).qualification == "YES"


@pytest.mark.parametrize("key", ["weight", "max_duration"])
def test_shares_and_lengths_do_not_belong_here(key: str) -> None:
    """They are not known to a transfer's parts."""
    with pytest.raises(msgspec.ValidationError, match=key):
        msgspec.convert({"parts": [PARTS[0] | {key: 1}]}, Settings)
