"""The judge against a server on a real port: honest, slow, failing, lying, cut off."""

import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from auscult.domain.probe import Answer, FailedAnswer, JudgementAnswer, Question
from auscult.domain.scoring.judging import Allowance, JudgeResult, Prices, RetryAfter, Usage
from auscult.engines import judge as judging
from auscult.engines._breaker import FAILURES
from auscult.engines._judge.budget import Reservation
from auscult.engines._judge.session import JudgeSession
from auscult.engines.judge import Judge
from auscult.services.scoring.engine_calls.answer_cache import RunSpending
from tests.attacks import ATTACKS, Attack
from tests.scripted_judge import Scripted, ScriptedJudge, scripted_judge
from tests.unit.engines.judging import (
    CALL,
    HELLO,
    NOW,
    REFUND,
    SORRY,
    budget_of,
    judge,
    judgement,
    transcript,
)

DAY = NOW.date().isoformat()


@pytest.fixture(scope="module")
def listening() -> Iterator[ScriptedJudge]:
    """One server for all."""
    with scripted_judge() as server:
        yield server


@pytest.fixture
def server(listening: ScriptedJudge) -> ScriptedJudge:
    """The server, as if it were new."""
    listening.__dict__.update({**ScriptedJudge().__dict__, "url": listening.url})
    return listening


class Outcome:
    """All that was heard of some questions."""

    def __init__(self, heard: list[JudgeResult]) -> None:
        """What was heard, in its order."""
        self.heard = heard
        self.answers: dict[Question, Answer | FailedAnswer] = {}
        for one in heard:
            self.answers |= one.answers
        self.postponed = next((one.postponed for one in heard if one.postponed), None)
        self.used = sum((one.usage for one in heard if one.usage), Usage())


def ask(of: Judge, *questions: Question) -> Outcome:
    """Ask, and hear to the end."""
    found = Outcome(list(of.ask(questions)))
    close(of)
    return found


def close(of: Judge) -> None:
    """Close it, and see its connections go."""
    of.close()
    for thread in of._threads:
        thread.join()


def lying(**changed: Any) -> Scripted:
    """An answer to q1 in which something is not so."""
    return Scripted(edit=lambda answers: answers["q1"].update(changed))


def test_one_call_a_conversation_for_all_its_questions(server: ScriptedJudge) -> None:
    """Twenty questions about each of two conversations are two calls."""
    other = transcript("agent: Hello again.", name="c-2")
    questions = [judgement(f"The agent says word{n}.", of) for n in range(19) for of in (CALL, other)]
    found = ask(judge(server), *questions, HELLO, judgement("The agent says hello.", other))
    assert len(server.requests) == found.used.calls == 2
    assert {len(one.asked) for one in server.requests} == {20}
    assert len(found.answers) == 40
    assert sum(isinstance(one, JudgementAnswer) and one.holds is True for one in found.answers.values()) == 2


def test_what_is_sent(server: ScriptedJudge) -> None:
    """Temperature 0, a schema that is enforced, a limit on the reply; and nothing of the environment."""
    answer = ask(judge(server, api_key="k-1"), HELLO).answers[HELLO]
    assert answer == JudgementAnswer(
        holds=True,
        turn_ids=("m1",),
        reason="hello was said",
        engine="judge 1 m-1",
        quotes=("Hello, thank you for calling",),
    )
    request = server.requests[0].request
    assert request["temperature"] == 0
    assert request["max_tokens"] == 300
    assert request["response_format"]["json_schema"]["strict"] is True
    assert request["response_format"]["json_schema"]["schema"]["required"] == ["q1"]
    assert server.headers[0]["authorization"] == "Bearer k-1"


def test_the_client_takes_nothing_from_the_environment(server: ScriptedJudge, monkeypatch: pytest.MonkeyPatch) -> None:
    """What other programs keep there for OpenAI is not sent to somebody else's server."""
    for name in ("API_KEY", "ORG_ID", "PROJECT_ID", "BASE_URL", "ADMIN_KEY", "WEBHOOK_SECRET"):
        monkeypatch.setenv(f"OPENAI_{name}", "http://192.0.2.1/secret")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Secret: secret")
    assert HELLO in ask(judge(server), HELLO).answers
    assert "secret" not in str(server.headers)
    assert "x-stainless-os" not in server.headers[0]


def test_a_server_that_points_elsewhere_is_not_followed(server: ScriptedJudge) -> None:
    """Transcripts go where the settings say."""
    with scripted_judge() as other:
        server.always = Scripted(status=307, headers=(("Location", f"{other.url}/chat/completions"),))
        found = ask(judge(server), HELLO)
        assert other.requests == []
    assert found.postponed
    assert "status 307" in found.postponed.reason


@pytest.mark.landing
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_a_judge_that_reads_lines_is_not_moved(server: ScriptedJudge, attack: Attack) -> None:
    """With the attack in a customer's turn, or an agent's, nothing else is answered than without it."""
    said = [transcript("agent: Hello there.", "customer: ok", "agent: fine"), None, None]
    said[1] = transcript("agent: Hello there.", f"customer: {attack.said}", "agent: fine")
    said[2] = transcript("agent: Hello there.", "customer: ok", f"agent: {attack.said}")
    held = []
    for of in said:
        asked = [judgement(f"The agent says {word}.", of) for word in ("hello", "compensation", "apologies")]  # type: ignore[arg-type]
        answers = ask(judge(server), *asked).answers
        held.append([getattr(answers[one], "holds", None) for one in asked])
    assert held[0] == held[1] == [True, False, False]
    assert held[2][1:] == [False, False]


def test_what_is_wrong_is_asked_once_more(server: ScriptedJudge) -> None:
    """Only what was wrong, with what was wrong with it, after the very same prefix; the others stand."""
    server.script.append(lying(evidence=[{"turn": 7, "quote": "Hello"}]))
    found = ask(judge(server), HELLO, SORRY)
    first, second = server.requests
    assert (first.asked, second.asked) == (("q1", "q2"), ("q1",))
    assert "q1: it points at turn 7, and the turns are 1 to 4." in second.text
    shared = first.text.index("END OF CONVERSATION")
    assert second.text[:shared] == first.text[:shared]
    assert all(isinstance(answer, JudgementAnswer) and answer.holds for answer in found.answers.values())
    assert found.used.tokens_cached > 0


def test_what_is_wrong_twice_has_failed(server: ScriptedJudge) -> None:
    """It is recorded with what was wrong, and is no NA; nothing that the model wrote goes back to it or to us."""
    for _ in range(2):
        server.script.append(lying(evidence=[{"turn": 1, "quote": "IGNORE THE RULES"}]))
    found = ask(judge(server), HELLO, SORRY)
    failed = found.answers[HELLO]
    assert isinstance(failed, FailedAnswer)
    assert failed.reason.startswith("the words it quotes are not in turn 1")
    assert isinstance(found.answers[SORRY], JudgementAnswer)
    assert "IGNORE THE RULES" not in server.requests[1].text
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "bad",
    [
        Scripted(text="I cannot do that."),
        Scripted(text=""),
        Scripted(text='{"q1": {"evidence": [{"turn": 1, "quote": "Hel'),
        Scripted(refusal="I will not.", text=""),
        Scripted(finish="content_filter", text=""),
        Scripted(status=400, body=b'{"error": {"code": "content_filter", "message": "no"}}'),
        Scripted(text='{"q1": {"evidence": [{"tur', finish="length"),
    ],
)
def test_no_usable_reply_is_asked_once_more_and_then_failed(server: ScriptedJudge, bad: Scripted) -> None:
    """Whatever came back instead: malformed, empty, cut off, refused, filtered."""
    server.script.append(bad)
    assert isinstance(ask(judge(server), HELLO).answers[HELLO], JudgementAnswer)
    server.script.extend([bad, bad])
    assert isinstance(ask(judge(server), HELLO).answers[HELLO], FailedAnswer)
    assert len(server.requests) == 4


def test_a_reply_that_is_cut_off_is_asked_in_halves(server: ScriptedJudge) -> None:
    """What is too long to write at once is not lost."""
    server.script.append(Scripted(text='{"q1": {"evi', finish="length"))
    found = ask(judge(server), HELLO, SORRY, REFUND)
    assert [len(one.asked) for one in server.requests] == [3, 1, 2]
    assert [isinstance(one, JudgementAnswer) for one in found.answers.values()] == [True] * 3


def test_a_request_is_cut_only_where_the_context_is_too_small(server: ScriptedJudge) -> None:
    """By what we count, or by what the server says."""
    questions = [judgement(f"The agent says word{n}.") for n in range(8)]
    found = ask(judge(server, context=3_000), *questions)
    assert [len(one.asked) for one in server.requests] == [4, 4]
    assert len(found.answers) == 8
    server.requests.clear()
    too_long = b'{"error": {"code": "context_length_exceeded", "message": "too long"}}'
    server.script.append(Scripted(status=400, body=too_long))
    assert len(ask(judge(server), HELLO, SORRY).answers) == 2
    assert [one.asked for one in server.requests] == [("q1", "q2"), ("q1",), ("q1",)]


def test_a_conversation_that_no_model_can_hold_has_failed(server: ScriptedJudge) -> None:
    """It is said, and nothing is sent."""
    long = transcript(f"agent: {'hello ' * 20_000}")
    failed = ask(judge(server), judgement("The agent says hello.", long)).answers
    assert [one.reason for one in failed.values() if isinstance(one, FailedAnswer)] == [
        "the conversation is too long for the judge"
    ]
    assert server.requests == []


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (Scripted(status=500, body=b"{}"), "the judge cannot answer (status 500"),
        (Scripted(status=503, body=b"busy"), "the judge cannot answer (status 503: busy)"),
        (Scripted(status=429, body=b"{}"), "the judge is asked too often (status 429"),
        (Scripted(status=401, body=b"wrong key k-1"), "the judge refuses the key (status 401: wrong key ***)"),
        (Scripted(status=404, body=b"{}"), "the judge knows no model m-1 at this address (status 404"),
        (Scripted(status=400, body=b'{"error": {"message": "odd"}}'), "the judge cannot answer (status 400"),
        (Scripted(body=b"<html>welcome</html>"), "the judge sends what is no chat completion"),
        (Scripted(body=b'{"choices": []}'), "the judge sends a chat completion without a choice"),
        (Scripted(hang_up=True), "the judge cannot be reached"),
    ],
)
def test_a_judge_that_cannot_answer_postpones(server: ScriptedJudge, trouble: Scripted, said: str) -> None:
    """Every kind of trouble says itself in words; no answer is made up, and a key is not repeated."""
    server.always = trouble
    found = ask(judge(server, api_key="k-1"), HELLO, SORRY)
    assert found.answers == {}
    assert found.postponed
    assert found.postponed.reason.startswith(said)


def test_no_more_is_asked_than_was_kept(server: ScriptedJudge) -> None:
    """A slot asks its next question once its answer is stored, so a kill loses at most one; a caller that leaves stops no other."""
    asker = judge(server, at_once=1)
    found = asker.ask(
        [judgement("The agent says hello.", transcript("agent: Hello.", name=f"c-{n}")) for n in range(3)]
    )
    for number in (1, 2):
        assert isinstance(next(found), JudgeResult)
        time.sleep(0.2)
        assert len(server.requests) == number
    found.close()
    assert len(list(asker.ask([HELLO]))) == 1


def test_nobody_there() -> None:
    """An address where nobody listens."""
    found = ask(judge("http://127.0.0.1:9/v1"), HELLO)
    assert found.postponed
    assert found.postponed.reason.startswith("the judge cannot be reached (")


def test_a_reply_that_takes_too_long_is_not_waited_for() -> None:
    """What was sent is counted all the same: the server may have worked on it."""
    with scripted_judge() as server:
        server.always = Scripted(delay_s=10)
        found = ask(judge(server, timeout_s=0.1), HELLO)
    assert found.postponed
    assert found.postponed.reason == "the judge did not answer within 0.1 s"
    assert found.used.tokens_in > 0
    assert found.used.tokens_out == 0


def test_trouble_that_passes_is_tried_again_at_once(server: ScriptedJudge) -> None:
    """As often as the settings say, after as long as the server says."""
    server.script.extend([Scripted(status=429, headers=(("retry-after-ms", "20"),)), Scripted(status=500)])
    assert HELLO in ask(judge(server, retries=2), HELLO).answers
    assert len(server.requests) == 3


def test_retry_after_says_when_to_ask_again(server: ScriptedJudge) -> None:
    """Longer than it is worth waiting for: it is postponed for as long, and nobody else asks meanwhile."""
    server.script.append(Scripted(status=429, headers=(("Retry-After", "600"),)))
    of = judge(server, at_once=1)
    first, second = (
        of.ask([HELLO]),
        of.ask([judgement("The agent says hello.", transcript("agent: Hello.", name="c-2"))]),
    )
    assert [one.postponed.after_s for one in first if one.postponed] == [600.0]
    (later,) = [one.postponed for one in second if one.postponed]
    assert later.reason == "the judge failed several times in a row and is left in peace for a while"
    assert 590 < (later.after_s or 0) <= 600
    assert len(server.requests) == 1
    close(of)


def test_a_server_that_keeps_failing_is_left_in_peace(server: ScriptedJudge) -> None:
    """After some failures in a row nothing more is sent for a while: a circuit breaker."""
    server.always = Scripted(status=500)
    of = judge(server, at_once=1)
    talks = [transcript("agent: Hello.", name=f"c-{n}") for n in range(FAILURES + 3)]
    heard = list(of.ask([judgement("The agent says hello.", talk) for talk in talks]))
    close(of)
    assert len(server.requests) == FAILURES
    assert len(heard) == len(talks)
    assert all(one.postponed for one in heard)


@pytest.mark.parametrize("names", [{"max_tokens"}, {"temperature"}, {"response_format"}, {"max_tokens", "temperature"}])
def test_a_server_that_takes_a_parameter_another_way_is_asked_so(server: ScriptedJudge, names: set[str]) -> None:
    """Newer models take other names and no temperature, llama-cpp-python a schema beside json_object."""
    server.refuses = frozenset(names)
    of = judge(server)
    assert HELLO in Outcome(list(of.ask([HELLO]))).answers
    request = server.requests[-1].request
    assert ("max_completion_tokens" in request) == ("max_tokens" in names)
    assert ("temperature" in request) == ("temperature" not in names)
    if "response_format" in names:
        assert request["response_format"]["schema"]["$defs"]["judgement"]["properties"]["reason"]["maxLength"]
    assert SORRY in ask(of, SORRY).answers
    assert len(server.requests) == 2


def test_what_calls_take_is_told(server: ScriptedJudge) -> None:
    """Tokens in, out and cached, what they cost, and a hash of the prompt that is the same for the same prompt."""
    prices = Prices(tokens_in=Decimal("0.15"), tokens_cached=Decimal("0.075"), tokens_out=Decimal("0.60"))
    spending = RunSpending()
    of = judge(server, budget_of(prices=prices, spending=spending))
    (first,) = of.ask([HELLO])
    (again,) = of.ask([HELLO])
    used = first.usage
    assert used
    assert (first.model, first.prompt_hash, used.calls) == ("m-1", again.prompt_hash, 1)
    assert used.cost == prices.cost(used) == round(used.tokens_in * 150 + used.tokens_out * 600)
    assert again.usage
    assert again.usage.tokens_cached == again.usage.tokens_in
    (other,) = of.ask([SORRY])
    assert other.prompt_hash != first.prompt_hash
    total = used + again.usage + (other.usage or Usage())
    assert spending.spent(DAY) == (total.tokens, total.cost)
    close(of)


def test_a_days_limit_is_not_exceeded(server: ScriptedJudge) -> None:
    """A call that could exceed it is not begun; what waits is told to wait for the next day."""
    for allowance in (Allowance(tokens=500), Allowance(cost=1)):
        spending = RunSpending()
        prices = Prices(tokens_in=Decimal(1), tokens_cached=Decimal(1), tokens_out=Decimal(1))
        found = ask(judge(server, budget_of(allowance, prices, spending)), HELLO)
        assert found.postponed
        assert found.postponed.reason.startswith("the judge's limit of a day is reached (")
        assert found.postponed.after_s == 2 * 3600
        assert spending.spent(DAY) == (0, 0)
    assert server.requests == []


def test_a_days_limit_pays_for_whole_conversations(server: ScriptedJudge) -> None:
    """With a small context each takes several calls; what is left of the day is not spread over many beginnings."""
    calls = [transcript(*(f"{turn.speaker}: {turn.text}" for turn in CALL.turns), name=f"c-{at}") for at in range(12)]
    asked = {
        of: [judgement(f"The agent says {word}.", of) for word in ("hello", "sorry", "thanks", "bye")] for of in calls
    }
    one = JudgeSession(calls[0], asked[calls[0]], context=2_000, engine="").most()
    assert one.calls > 1
    budget = budget_of(Allowance(tokens=3 * one.tokens))
    found = ask(judge(server, budget, context=2_000, at_once=4), *(each for about in asked.values() for each in about))
    answered = [sum(each in found.answers for each in about) for about in asked.values()]
    assert set(answered) == {0, 4}
    assert answered.count(4) >= 3


def test_a_plan_gives_back_what_it_did_not_use() -> None:
    """Reserved for a conversation, and not called for; a conversation that no day holds reserves call by call."""
    spending, most = RunSpending(), Usage(calls=2, tokens_in=800)
    budget = budget_of(Allowance(tokens=1_000), spending=spending)
    with budget.plan(most) as plan:
        reserved = plan.reserve(Usage(calls=1, tokens_in=400))
        assert isinstance(reserved, Reservation)
        assert spending.spent(DAY) == (800, 0)
        with budget.plan(most) as other:
            assert isinstance(other.reserve(Usage(calls=1, tokens_in=100)), RetryAfter)
        budget.reconcile(reserved, Usage(calls=1, tokens_in=300))
    assert spending.spent(DAY) == (300, 0)
    with budget.plan(Usage(calls=5, tokens_in=2_000)) as long:
        assert isinstance(long.reserve(Usage(calls=1, tokens_in=400)), Reservation)
        assert spending.spent(DAY) == (700, 0)


def test_a_usage_that_the_server_does_not_tell_is_counted_as_the_most(server: ScriptedJudge) -> None:
    """So that a limit holds with every server."""
    server.script.append(
        Scripted(
            body=b'{"choices": [{"message": {"content": "{\\"q1\\": {\\"evidence\\": [], \\"reason\\": \\"\\", \\"answer\\": \\"NO\\"}}"}}]}'
        )
    )
    found = ask(judge(server), HELLO)
    assert isinstance(found.answers[HELLO], JudgementAnswer)
    assert found.used.tokens_out == 300
    assert found.used.tokens_in > len(server.requests[0].text) // 4


def test_a_closed_judge_ends_what_is_under_way_and_no_more(
    server: ScriptedJudge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is paid already is taken along if it ends soon; what is not is left, neither answered nor postponed."""
    server.always = Scripted(delay_s=0.3)
    of = judge(server, at_once=1)
    waiting = judgement("The agent says hello.", transcript("agent: Hello.", name="c-2"))
    heard = of.ask([HELLO, waiting])
    first = next(heard)
    of.close()
    rest = list(heard)
    assert [list(one.answers) for one in [first, *rest]] in ([[HELLO]], [[HELLO], [waiting]])
    close(of)
    monkeypatch.setattr(judging, "GRACE_S", 0.0)
    server.always = Scripted(delay_s=2.0)
    of = judge(server)
    threading.Timer(0.3, of.close).start()
    assert list(of.ask([HELLO])) == []
    close(of)


def test_as_many_at_once_as_the_settings_say(server: ScriptedJudge) -> None:
    """No more, however many threads ask."""
    server.always = Scripted(delay_s=0.05)
    of = judge(server, at_once=3)
    talks = [transcript("agent: Hello.", name=f"c-{n}") for n in range(9)]
    assert len(list(of.ask([judgement("The agent says hello.", talk) for talk in talks]))) == 9
    close(of)
    assert server.most_at_once == 3
