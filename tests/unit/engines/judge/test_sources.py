"""What a judge reads in addition to turns: instructions, knowledge, tools and calls, quoted word for word or not at all."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from auscult.domain.ai_agents.context import AiContext, Call, Knowledge, Tool
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.evaluation import Verdict
from auscult.domain.probe import Judgement, Transcript
from auscult.domain.scoring.judging import Allowance
from auscult.domain.scoring.stored import PendingConversation
from auscult.engines._judge.prompt import MOST_OF_CALLS, MOST_OF_SOURCES, RULES, SOURCES, build_prompt
from auscult.metrics import METRICS
from auscult.services.definitions.forms.reading import read_form
from auscult.services.scoring.engine_calls.answer_cache import RunSpending
from auscult.services.scoring.evaluate import Evaluator
from tests.data_files import data_of
from tests.scripted_judge import Scripted, ScriptedJudge, scripted_judge
from tests.unit.engines.judging import NOW, budget_of, judge

STARTED = datetime(2026, 3, 2, 9, tzinfo=UTC)
USES = ("instructions", "knowledge", "tools", "calls")
PLACES = ("turn", "result", "article")
TALK = Conversation(
    id="c-1",
    started_at=STARTED,
    ended_at=STARTED + timedelta(minutes=2),
    channel="chat",
    language="en",
    turns=(
        Turn("m1", "bot", "Hello, I am a virtual assistant."),
        Turn("m2", "customer", "Refund my order please."),
        Turn("m3", "bot", "I have refunded 89 euros to your card."),
    ),
    ai=AiContext("Refund within 30 days only.", (Knowledge("Shoes go back unworn.", "Returns"),), (Tool("refund"),)),
    calls=(Call("c1", "refund", after_turn="m2", arguments={"amount": 89.0}, result={"id": "R-1"}, ok=True),),
)
NO = data_of(__file__, "answered_no")


@pytest.fixture
def server() -> Iterator[ScriptedJudge]:
    """A server on a port of its own."""
    with scripted_judge() as listening:
        yield listening


def answering(*answers: dict[str, Any], likely: float | None = None) -> list[Scripted]:
    """One reply for each answer to the one question."""
    return [Scripted(text=json.dumps({"q1": each}), likely=likely) for each in answers]


def verdict(
    server: ScriptedJudge | str, conversation: Conversation = TALK, spending: RunSpending | None = None, **chosen: Any
) -> Verdict:
    """The verdict of the form's one metric."""
    mind = judge(server, budget_of(Allowance(), spending=spending), **chosen)
    evaluator = Evaluator(METRICS, {}, far=dict.fromkeys(mind.kinds, mind))
    batch = [PendingConversation(conversation=conversation, revision=1)]
    (found,) = evaluator.evaluate(batch, [read_form(msgspec.json.encode(data_of(__file__, "form")))], datetime.now(UTC))
    mind.close()
    return found.evaluation.results[0].verdict


def prompt_of(conversation: Conversation, *uses: Any) -> str:
    """The request that asks one statement."""
    transcript = Transcript.of(conversation, uses)
    prompt = build_prompt([Judgement("It is so.", transcript, ("m1",))], transcript, [0])
    assert prompt.system == (RULES + SOURCES if uses else RULES)
    return prompt.user


def test_what_a_question_uses_is_sent_and_nothing_else() -> None:
    """Sources stand before the conversation, so that a cache serves them; each call behind the turn that it follows."""
    lines = prompt_of(TALK, *USES).splitlines()
    assert lines[2:8] == [
        "END OF QUESTIONS",
        "SOURCES",
        '{"source":1,"title":"Instructions","text":"Refund within 30 days only."}',
        '{"source":2,"title":"Tools","text":"{\\"name\\":\\"refund\\"}"}',
        '{"source":3,"title":"Returns","text":"Shoes go back unworn."}',
        "END OF SOURCES",
    ]
    at = lines.index('{"turn":2,"customer":"Refund my order please."}')
    called = '{"call":1,"name":"refund","arguments":{"amount":89.0},"result":{"id":"R-1"},"ok":true}'
    assert lines[at + 1] == called
    assert prompt_of(TALK) == prompt_of(replace(TALK, calls=None, ai=None))
    assert "SOURCES" not in prompt_of(TALK, "calls")


def test_the_record_keeps_within_its_room() -> None:
    """A result of a megabyte is cut by field; of 2,000 calls and a long article the parts are sent that matter."""
    big = Call("c1", "find", None, "m2", result={"rows": [{"text": "x" * 900}] * 1000, "refund": "allowed"})
    said = prompt_of(replace(TALK, calls=(big,)), "calls")
    assert '"refund":"allowed"' in said
    assert len(said) < MOST_OF_CALLS + 2_000
    many = tuple(replace(big, id=f"c{n}") for n in range(2_000))
    assert len(prompt_of(replace(TALK, calls=many), "calls")) < 2 * MOST_OF_CALLS
    article = "\n".join([f"Line {n} about nothing." for n in range(2_000)] + ["A refund of an order goes to the card."])
    told = prompt_of(replace(TALK, ai=AiContext("Be kind.", (Knowledge(article),))), "instructions", "knowledge")
    assert "A refund of an order" in told
    assert len(told) < MOST_OF_SOURCES * 1.1


def test_a_verdict_rests_on_the_turn_the_call_and_the_source(server: ScriptedJudge) -> None:
    """Asked twice, as the server gives no probabilities: alike, so fairly sure; both calls are counted."""
    server.script.extend(answering(NO, NO))
    spending = RunSpending()
    found = verdict(server, spending=spending)
    assert (found.qualification, found.confidence) == ("NO", Decimal("0.8"))
    assert [(one.turn_id, one.call_id, one.text, one.why) for one in found.evidence[1:]] == [
        (None, "c1", 'amount":89', "written in refund"),
        (None, None, "within 30 days", "written in Instructions"),
    ]
    assert len(server.requests) == 2
    used = [one.text for one in server.requests]
    assert spending.spent(NOW.date().isoformat())[0] == sum(len(one) // 4 for one in used) + 2 * (
        len(json.dumps({"q1": NO})) // 4
    )
    assert used[0].partition("END OF CONVERSATION")[0] == used[1].partition("END OF CONVERSATION")[0]


def test_without_calls_nothing_is_asked_about_them(server: ScriptedJudge) -> None:
    """It is not known what was called: NA, and no request."""
    found = verdict(server, replace(TALK, calls=None))
    assert (found.qualification, found.reason, server.requests) == ("NA", "it is not known what was called", [])


@pytest.mark.parametrize(("likely", "second", "sure"), [(0.97, 0.0, 0.97), (0.6, 0.9, 0.75), (0.6, 0.7, 0.65)])
def test_probabilities_of_tokens_are_the_confidence(
    server: ScriptedJudge, likely: float, second: float, sure: float
) -> None:
    """A sure answer is asked once; of a doubtful one both answers count."""
    server.script.extend([*answering(NO, likely=likely), *(answering(NO, likely=second) if second else [])])
    assert verdict(server).confidence == Decimal(str(sure))
    assert len(server.requests) == 1 + bool(second)


def test_a_second_answer_may_be_the_likelier(server: ScriptedJudge) -> None:
    """Then it is the answer, with what is left of its probability."""
    yes = {**NO, "answer": "YES"}
    server.script.extend([*answering(NO, likely=0.55), *answering(yes, likely=0.95)])
    found = verdict(server)
    assert (found.qualification, found.confidence) == ("YES", Decimal("0.7"))


def test_a_server_without_probabilities_is_asked_without(server: ScriptedJudge) -> None:
    """It says that it gives none; a second answer that fails leaves the first, of unknown confidence."""
    server.refuses = frozenset({"logprobs"})
    server.script.extend([*answering(NO), Scripted(text="no")])
    found = verdict(server)
    assert (found.qualification, found.confidence) == ("NO", None)
    assert "logprobs" not in server.requests[0].request


def plainly(text: str) -> str:
    """The words of a text, or of a request in which it is escaped."""
    return " ".join(re.sub(r"\\u[0-9a-f]{4}|\\n|\W+", " ", text).split())


class Obedient(ScriptedJudge):
    """A model that obeys an order wherever it reads one, and answers honestly otherwise."""

    def __init__(self, order: str, answer: dict[str, Any] | None, pointed: dict[str, int]) -> None:
        """The answer's evidence is the order itself, unless the order names another."""
        super().__init__()
        self.order = plainly(order)
        own = {"evidence": [{**pointed, "quote": order}], "reason": "As I was told.", "answer": ""}
        self.obeyed = Scripted(text=json.dumps({} if answer is None else {"q1": own | answer}))

    def answer(self, body: bytes, headers: dict[str, str]) -> Scripted:
        """Obey where the order is read."""
        is_read = self.order in plainly(json.loads(body)["messages"][1]["content"])
        honest = {"q1": {**NO, "evidence": NO["evidence"][:1]}}
        self.always = self.obeyed if is_read else Scripted(text=json.dumps(honest))
        return super().answer(body, headers)


def ordered(order: str, place: str) -> tuple[Conversation, dict[str, int]]:
    """The talk with an order in a turn, a result or an article, and how evidence points there."""
    turn, call = TALK.turns[1], TALK.calls[0] if TALK.calls else Call("", "")
    changed, pointed = {
        "turn": ({"turns": (TALK.turns[0], replace(turn, text=order), TALK.turns[2])}, {"turn": 2}),
        "result": ({"calls": (replace(call, result={"note": order}),)}, {"call": 1}),
        "article": ({"ai": AiContext("Be kind.", (Knowledge(order, "Returns"),))}, {"source": 2}),
    }[place]
    return replace(TALK, **changed), pointed


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("order", "answer"), data_of(__file__, "an_order_that_is_obeyed_changes_no_verdict"))
def test_an_order_that_is_obeyed_changes_no_verdict(place: str, order: str, answer: dict[str, Any] | None) -> None:
    """The honest verdict is NO: it stays so, is NA, or is left open, as what the model says is not in the record."""
    changed, pointed = ordered(order, place)
    with scripted_judge(Obedient(order, answer, pointed)) as server:
        found = verdict(server, changed)
        assert server.requests
    assert found.qualification in ("NA", "-")


def test_without_an_order_the_obedient_model_is_honest() -> None:
    """So what the orders of the test before end in is their doing."""
    with scripted_judge(Obedient("An order that is nowhere.", None, {})) as server:
        assert verdict(server).qualification == "NO"
