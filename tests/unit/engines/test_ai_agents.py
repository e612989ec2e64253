"""External agents: the contract, and what is done with one that is slow, fails, or lies."""

import json
from typing import Any

import pytest

from auscult.domain.conversation import Turn
from auscult.domain.probe import FailedAnswer, Review, ReviewAnswer, Transcript
from auscult.domain.scoring.judging import JudgeResult
from auscult.engines._outside.asking import Outside
from auscult.engines._outside.hosts import Hosts, Rule, origin_of
from auscult.engines.ai_agents import TRIES, AiAgents
from tests.scripted_system import Given, ScriptedSystem, Sent, system, told

TURNS = (
    Turn("m1", "agent", "Hello. There is a fee of \u201cten\u201d dollars a month.", start_ms=0, end_ms=900),
    Turn("m2", "customer", "Thanks."),
)
FEE = {
    "subMetricId": "sm-1",
    "subMetricName": "Fee disclosed",
    "justification": 'The agent says "there is a fee of ten dollars".',
    "messageIds": ["m1"],
    "timestamps": ["2026-03-23T10:00:00Z"],
    "source": "agent",
    "isQualified": "YES",
    "failureReason": "",
}
TERMS = {"subMetricId": "sm-2", "isQualified": "NO", "failureReason": "no terms were read"}


def reply(*subs: Any, **changes: Any) -> dict[str, Any]:
    """An answer as the contract has it."""
    evaluation = [{"eval-1": {"subMetrics": list(subs or (FEE, TERMS))}}]
    return {"botId": "b", "accountId": "a", "conversationId": "c-1", "agentEvaluation": evaluation} | changes


def question(of: ScriptedSystem) -> Review:
    """Two sub-metrics, with what the agent is told beside the transcript."""
    meta = (("customConversationId", "crm-1"), ("phone_number", "555"))
    return Review(f"{of.url}/execute", "eval-1", ("sm-1", "sm-2"), meta, Transcript("c-1", TURNS))


def engine(of: ScriptedSystem, **chosen: Any) -> AiAgents:
    """An engine that may ask one agent."""
    rule = Rule(origin_of(of.url), is_private=True)._replace(**chosen)
    return AiAgents(Outside(Hosts([rule])), at_once=2)


def heard(*given: Given, **chosen: Any) -> tuple[JudgeResult, list[Sent]]:
    """What comes of asking an agent that answers so, one after the other, the last for ever."""
    left = list(given)
    with system(lambda _: left.pop(0) if len(left) > 1 else left[0]) as agent:
        (one,) = engine(agent, **chosen).ask([question(agent)])
        return one, agent.sent


def answer(one: JudgeResult) -> ReviewAnswer | FailedAnswer:
    """The one answer."""
    (found,) = one.answers.values()
    assert isinstance(found, ReviewAnswer | FailedAnswer)
    return found


def test_one_request_has_all_that_the_contract_names() -> None:
    """Transcript, sub-metrics, and requestMeta with the custom id and the mapped fields; one call for all of them."""
    one, (sent,) = heard(told(reply()))
    assert (sent.method, sent.path, sent.headers["Content-Type"]) == ("POST", "/execute", "application/json")
    body = json.loads(sent.body)
    assert body["requestMeta"] == {"customConversationId": "crm-1", "phone_number": "555"}
    assert (body["conversationId"], body["metricId"]) == ("c-1", "eval-1")
    assert body["subMetrics"] == [{"subMetricId": "sm-1"}, {"subMetricId": "sm-2"}]
    first = {"messageId": "m1", "source": "agent", "text": TURNS[0].text, "startMs": 0, "endMs": 900}
    assert body["transcript"][0] == first
    found = answer(one)
    assert isinstance(found, ReviewAnswer)
    assert [(each.sub_metric, each.qualification, each.turn_ids) for each in found.reviewed] == [
        ("sm-1", "YES", ("m1",)),
        ("sm-2", "NO", ()),
    ]
    assert found.reviewed[1].failure_reason == "no terms were read"


def test_the_order_of_what_it_says_does_not_matter() -> None:
    """Nor do evaluations of other metrics, or keys that nobody knows."""
    other = {"eval-2": {"subMetrics": [{"subMetricId": "x", "isQualified": "NA"}]}}
    mine = {"eval-1": {"subMetrics": [TERMS, FEE | {"more": 1}]}}
    one, _ = heard(told(reply(agentEvaluation=[other, mine], more=[])))
    found = answer(one)
    assert isinstance(found, ReviewAnswer)
    assert [each.sub_metric for each in found.reviewed] == ["sm-1", "sm-2"]


LIES: list[tuple[Any, str]] = [
    (reply(conversationId="c-2"), "another conversation"),
    (reply(agentEvaluation=[]), "answers 0 times for eval-1"),
    (reply(agentEvaluation=[{"eval-9": {"subMetrics": [FEE, TERMS]}}]), "answers 0 times for eval-1"),
    (
        reply(agentEvaluation=[{"eval-1": {"subMetrics": [FEE]}}, {"eval-1": {"subMetrics": [TERMS]}}]),
        "answers 2 times",
    ),
    (reply(FEE), "does not answer for 'sm-2'"),
    (reply(FEE, TERMS, {"subMetricId": "sm-3", "isQualified": "NO"}), "'sm-3', which it was not asked about"),
    (reply(FEE, FEE, TERMS), "answers twice"),
    (reply(FEE | {"messageIds": ["m9"]}, TERMS), "points at 'm9', which is no message"),
    (reply(FEE | {"messageIds": []}, TERMS), "is YES and points at no message"),
    (reply(FEE | {"justification": 'Says "there are no fees at all".'}, TERMS), "quotes what nobody said"),
    (reply(FEE, TERMS | {"justification": "\u201cnever said any of this\u201d"}), "quotes what nobody said"),
    (reply(FEE, TERMS | {"failureReason": 'Says "there are no terms at all".'}), "quotes what nobody said"),
    (
        reply(FEE | {"justification": 'Says "ten dollars a month thanks".'}, TERMS),
        "quotes what nobody said",
    ),  # two said it
    (reply(FEE | {"isQualified": "yes"}, TERMS), "isQualified"),
    (reply(FEE | {"isQualified": True}, TERMS), "isQualified"),
    (reply(FEE | {"messageIds": "m1"}, TERMS), "messageIds"),
    (reply(FEE | {"source": "robot"}, TERMS), "source"),
    (reply(FEE | {"justification": "x" * 5000}, TERMS), "justification"),
    (reply("FEE"), "agreed shape"),
    (reply(agentEvaluation={"eval-1": {}}), "agreed shape"),
    ([], "agreed shape"),
    ("YES", "agreed shape"),
]


@pytest.mark.parametrize(("said", "reason"), LIES, ids=range(len(LIES)))
def test_a_lie_is_asked_for_once_more_and_is_then_a_failed_answer(said: Any, reason: str) -> None:
    """Unknown ids, wrong types, quotations that are not in the transcript: nothing of it is believed."""
    one, sent = heard(told(said))
    found = answer(one)
    assert isinstance(found, FailedAnswer)
    assert reason in found.reason
    assert len(sent) == TRIES


@pytest.mark.parametrize(
    "given", [Given(body=b"not json"), Given(body=b"\xff\xfe"), Given(body=b"[" * 200_000), Given(status=422)]
)
def test_what_is_no_answer_at_all_fails_too(given: Given) -> None:
    """Not JSON, not text, nested without end, refused."""
    assert isinstance(answer(heard(given)[0]), FailedAnswer)


def test_an_oversized_answer_fails() -> None:
    """It is cut off where the operator says."""
    found = answer(heard(told(reply()), max_bytes=50)[0])
    assert isinstance(found, FailedAnswer)
    assert "more than 50 bytes" in found.reason


def test_the_second_try_may_be_right() -> None:
    """What was garbled once is not yet a failure."""
    one, sent = heard(Given(body=b"oops"), told(reply()))
    assert isinstance(answer(one), ReviewAnswer)
    assert len(sent) == 2


@pytest.mark.parametrize(
    "given", [Given(delay_s=5), Given(hang_up=True), Given(status=500), Given(status=429), Given(status=401)]
)
def test_a_slow_or_failing_agent_lets_the_conversation_wait(given: Given) -> None:
    """Not scored yet, with a reason, and never silently NA."""
    one, _ = heard(given, timeout_ms=200)
    assert one.answers == {}
    assert one.postponed is not None
    assert one.postponed.reason


def test_a_short_quotation_is_no_lie() -> None:
    """A term in quotation marks is not what somebody said."""
    assert isinstance(answer(heard(told(reply(FEE | {"justification": 'A "hidden fee".'}, TERMS)))[0]), ReviewAnswer)


def test_a_host_of_another_app_is_not_asked() -> None:
    """Rule 16."""
    with system(lambda _: told(reply())) as agent:
        agents = engine(agent, apps=frozenset({"st-1"}))
        (refused,) = agents.for_app("st-2").ask([question(agent)])
        assert refused.postponed is not None
        assert agent.sent == []
        (let_in,) = agents.for_app("st-1").ask([question(agent)])
        assert let_in.answers
