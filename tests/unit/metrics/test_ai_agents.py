"""The questions about AI agents, by short conversations of a table, and by the examples that come along."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auscult.domain.ai_agents.context import AiContext, Call, Tool
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.evaluation import Verdict
from auscult.domain.scoring.segments import TAKEN_OVER, segments_of
from auscult.formats import Limits
from auscult.metrics import METRICS
from auscult.services.scoring.intake.read import read_file
from bench.quality.ai_agents import overlap
from tests.data_files import lines_of

SPEAKERS = {"bot": "bot", "customer": "customer", "person": "agent"}
INSTRUCTIONS = "Orders may be returned within 30 days of delivery. Ask for a yes before any change."
EXAMPLES = Path(__file__).parents[3] / "examples" / "ai-agents" / "conversations.ndjson"
CASES = Path(overlap.FOLDER) / "cases.ndjson"
ROWS = [line.split("\t") for line in lines_of(Path(__file__).with_name("ai_agents.tsv"))]
KNOWN_GAPS = {
    ("ai-02-return-only-said", "confirmed"),
    ("ai-13-wrong-count", "grounded"),
    ("ai-14-person-ignored", "no_loop"),
    ("ai-16-handover-lost", "human"),
}
"""A yes without a call, a count among what is available, a menu repeated without anger, and a person who was not asked for."""


def conversation_of(steps: str, language: str = "en", tools: tuple[Tool, ...] = ()) -> Conversation:
    """Return the conversation that is written in a row of the table."""
    turns: list[Turn] = []
    calls: list[Call] = []
    for step in steps.split(" | "):
        who, _, text = step.partition(": ")
        if who in SPEAKERS:
            turns.append(Turn(f"m{len(turns) + 1}", SPEAKERS[who], text))  # type: ignore[arg-type]
            continue
        name, how, values = step.split(" ", 2)
        arguments, result = (json.loads(each) for each in re.findall(r"\{.*?\}(?= \{|$)", values))
        after = turns[-1].id if turns else None
        calls.append(Call(f"c{len(calls) + 1}", name, None, after, None, None, arguments, result, how == "ok"))
    return Conversation(
        id="a",
        channel="chat",
        language=language,
        started_at=datetime(2026, 5, 20, tzinfo=UTC),
        turns=tuple(turns),
        calls=tuple(calls),
        ai=AiContext(INSTRUCTIONS, (), tools),
    )


def judged(kind: str, conversation: Conversation, **settings: Any) -> Verdict:
    """Return the verdict of a metric type with these settings."""
    metric = METRICS[kind]
    return metric.judge(msgspec.convert(settings, metric.settings_type), conversation, {})


@pytest.mark.parametrize(("kind", "check", "answer", "language", "steps"), ROWS)
def test_answers(kind: str, check: str, answer: str, language: str, steps: str) -> None:
    """Each row's question has its answer; a NO has a pair of evidence, and answers have a confidence."""
    verdict = judged(kind, conversation_of(steps, language), **({"check": check} if check else {}))
    assert verdict.qualification == answer, verdict.reason
    assert answer == "NA" or verdict.confidence is not None
    assert answer != "NO" or (verdict.evidence[0].turn_id and len(verdict.evidence) > 1)


@pytest.mark.parametrize(
    "line", CASES.read_text(encoding="utf-8").splitlines(), ids=lambda line: json.loads(line)["id"]
)
def test_examples_are_judged_as_a_fair_reader_does(line: str) -> None:
    """The conversations of the demo, by the labels of their author."""
    case = json.loads(line)
    found = {each.id: each for each in read_file(EXAMPLES, "", Limits()) if isinstance(each, Conversation)}
    conversation = found[case["id"]]
    for question, label in case["right"].items():
        kind = {"grounded": "by_grounding", "no_loop": "by_repetition"}.get(question, "by_claim")
        if question in ("kept", "grounded", "no_loop", "human", "handover", "confirmed") and (
            (case["id"], question) not in KNOWN_GAPS
        ):
            wanted = label if isinstance(label, str) else label[0]
            given = judged(kind, conversation, **({"check": question} if kind != "by_repetition" else {}))
            assert given.qualification == wanted, (question, given.reason)


def test_evidence_names_the_call() -> None:
    """The sentence first, then the call that it is held against."""
    conversation = conversation_of('customer: pay | refund failed {"amount": 5} {} | bot: I have refunded you.')
    said, against = judged("by_claim", conversation, check="kept").evidence
    assert (said.turn_id, against.call_id, against.why) == ("m2", "c1", "the call refund failed")


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"needs": ["order"]}, "'order' is not given, which the tool needs"),
        ({"after": ["verify"]}, "'verify' had not succeeded before"),
        ({"confirm": True}, "no yes to a question lies before it"),
        (
            {"allowed_if": [{"name": "get_order", "where": {"total": {"at_most": 50}}}]},
            "the tool is not allowed: 'total' is '80'",
        ),
    ],
)
def test_rules_of_tools(rule: dict[str, Any], reason: str) -> None:
    """A finding names the rule, the field and its value; without calls of the tool it is N/A."""
    conversation = conversation_of('customer: pay me | get_order ok {} {"total": 80} | refund ok {} {} | bot: Here.')
    rules = [{"tool": "refund", **rule}]
    verdict = judged("by_claim", conversation, check="tool_rules", rules=rules)
    assert (verdict.qualification, verdict.reason) == ("NO", reason)
    assert judged("by_claim", conversation, check="tool_rules", rules=[{**rules[0], "tool": "x"}]).qualification == "NA"


def test_tools_declare_their_own_rules() -> None:
    """What a conversation's tools declare needs no form."""
    steps = "customer: pay | refund ok {} {} | bot: Here."
    assert judged("by_claim", conversation_of(steps), check="tool_rules").qualification == "NA"
    tools = (Tool("refund", after=("verify",)),)
    assert judged("by_claim", conversation_of(steps, tools=tools), check="tool_rules").qualification == "NO"


def test_unknown_calls_and_other_languages_are_not_judged() -> None:
    """Where it is not known what was called, nothing is said about it; nor where the words are not read."""
    conversation = conversation_of("customer: cancel it | bot: I've cancelled it.")
    unknown = msgspec.structs.replace(conversation, calls=None)
    assert judged("by_claim", unknown, check="kept").reason == "it is not known what was called"
    dutch = msgspec.structs.replace(conversation, language="nl")
    assert judged("by_claim", dutch, check="kept").qualification == "NA"


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        ({"name": "refund"}, "YES"),
        (
            {
                "name": "refund",
                "ok": True,
                "where": {"amount": {"at_least": 5, "at_most": 5}, "to.card": {"equals": "A"}},
            },
            "YES",
        ),
        ({"name": "refund", "where": {"amount": {"one_of": [4, 6]}}}, "NO"),
        ({"name": "refund", "where": {"reason": {"given": False}}}, "YES"),
        ({"name": "refund", "ok": False}, "NO"),
    ],
)
def test_conditions_on_calls(test: dict[str, Any], answer: str) -> None:
    """A call is found at the turn that it follows, by its tool, its success and its fields."""
    steps = (
        'bot: One moment. | customer: ok | bot: Now. | refund ok {"amount": 5, "to": {"card": "a"}} {} | customer: bye'
    )
    settings = {"answer": {"speaker": "handler", "any_of": [{"call": test}]}}
    verdict = judged("by_question", conversation_of(steps), **settings)
    assert verdict.qualification == answer
    assert answer == "NO" or (verdict.evidence[0].turn_id, verdict.evidence[0].why) == ("m3", "calls refund (c1)")


def test_the_part_before_a_person_shows_that_one_took_over() -> None:
    """Nobody is missed who came: the segment of an AI agent ends with an event where a person's follows."""
    whole = conversation_of("customer: a human please | bot: I'm putting you through. | person: Hello, Marta here.")
    part = segments_of(whole)[0].conversation
    assert part.events[-1].type == TAKEN_OVER
    assert judged("by_claim", part, check="kept").qualification != "NO"


def test_hands_share_next_to_no_words() -> None:
    """Hands that repeat one another would measure no more than one does."""
    assert overlap.main() == 0


CALLED = {"speaker": "bot", "window": {"last": "1 turn"}, "any_of": [{"call": {"name": "refund"}}]}


def test_a_call_in_a_question_is_the_one_of_its_turn_and_unknown_without_calls() -> None:
    """Of two calls the one that follows the turn is named; where calls are not known there is no NO, but a phrase may say yes."""
    steps = "bot: First | refund ok {} {} | customer: And the other | bot: Done | refund ok {} {}"
    conversation = conversation_of(steps)
    found = judged("by_question", conversation, answer=CALLED)
    assert [(each.turn_id, each.why) for each in found.evidence] == [("m3", "calls refund (c2)")]
    unknown = msgspec.structs.replace(conversation, calls=None)
    for answer in (CALLED, {"speaker": "bot", "none_of": [{"call": {"name": "refund"}}]}):
        verdict = judged("by_question", unknown, answer=answer)
        assert (verdict.qualification, verdict.reason) == ("NA", "it is not known what was called")
    phrase = {"speaker": "bot", "any_of": [{"call": {"name": "refund"}}, {"phrases": ["done"]}]}
    assert judged("by_question", unknown, answer=phrase).qualification == "YES"
