"""Sources of truth over HTTP: what a reply is worth, and how few requests many questions take."""

import json
from typing import Any

import pytest

from auscult.domain.conversation import Turn
from auscult.domain.probe import Answer, FailedAnswer, Lookup, LookupAnswer, Transcript
from auscult.domain.scoring.judging import JudgeResult, RetryAfter
from auscult.engines._outside.asking import Outside
from auscult.engines._outside.hosts import Hosts, Rule, origin_of
from auscult.engines.lookups import KEPT_S, Lookups, Replies
from tests.data_files import data_of
from tests.scripted_system import Given, ScriptedSystem, Sent, system, told


def question(
    of: ScriptedSystem, path: str = "data.rate", path_of_url: str = "/1", conversation: str = "c-1", **more: Any
) -> Lookup:
    """What stands at a path of the reply to a GET."""
    transcript = Transcript(conversation, (Turn("m1", "agent", "secret words"),))
    given = {"method": "GET", "headers": (), "body": ""} | more
    return Lookup(url=of.url + path_of_url, path=path, transcript=transcript, **given)


def engine(of: ScriptedSystem, at_once: int = 4, replies: Replies | None = None, **chosen: Any) -> Lookups:
    """An engine that may ask one system."""
    rule = Rule(origin_of(of.url), is_private=True)._replace(**chosen)
    return Lookups(Outside(Hosts([rule])), at_once=at_once, replies=replies)


def answers(heard: list[JudgeResult]) -> dict[Any, Answer | FailedAnswer]:
    """All that was answered."""
    return {question: answer for one in heard for question, answer in one.answers.items()}


def asked(given: Given, path: str = "data.rate") -> Answer | FailedAnswer | RetryAfter | None:
    """What comes of one question."""
    with system(lambda _: given) as crm:
        (heard,) = engine(crm).ask([question(crm, path)])
    return next(iter(heard.answers.values()), heard.postponed)


@pytest.mark.parametrize(("reply", "path", "value"), data_of(__file__, "the_value_at_a_path"))
def test_the_value_at_a_path(reply: Any, path: str, value: str | None) -> None:
    """Scalars as text; what is not there is none, and the reason says so."""
    found = asked(told(reply), path)
    assert isinstance(found, LookupAnswer)
    assert found.value == value
    assert found.engine.startswith("lookup http://127.0.0.1:")
    assert (found.reason == "") == (value is not None)
    assert value is not None or f"has nothing at {path}" in found.reason


@pytest.mark.parametrize("status", [404, 410])
def test_what_it_does_not_know_is_no_value(status: int) -> None:
    """Nobody of that name is an answer, not a failure."""
    found = asked(Given(status=status))
    assert isinstance(found, LookupAnswer)
    assert (found.value, f"({status})" in found.reason) == (None, True)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (Given(body=b"<html>"), "no JSON"),
        (Given(body=b"\xff"), "no JSON"),
        (Given(body=b"[" * 100_000), "no JSON"),
        (told({"data": {"rate": {"of": 1}}}), "no single value"),
        (told({"data": {"rate": [1]}}), "no single value"),
        (Given(status=400), "answers 400"),
        (Given(body=b"x" * (2 << 20)), "more than"),
    ],
)
def test_replies_of_no_use_are_failed_answers(given: Given, reason: str) -> None:
    """Asked again it would say the same: a person must look."""
    found = asked(given)
    assert isinstance(found, FailedAnswer)
    assert reason in found.reason


def test_trouble_postpones_the_conversation() -> None:
    """Never silently NA: no answer, and a reason to wait."""
    found = asked(Given(status=503))
    assert isinstance(found, RetryAfter)
    assert "answers 503" in found.reason


def test_one_request_for_all_who_ask_the_same() -> None:
    """Several conversations, several paths, one reply; each conversation is told its own."""
    with system(lambda _: told({"data": {"rate": 1, "fee": 2}})) as crm:
        questions = [
            question(crm, f"data.{path}", conversation=f"c-{at}") for at in range(5) for path in ("rate", "fee")
        ]
        heard = list(engine(crm).ask(questions))
        assert len(crm.sent) == 1
    assert sorted(one.conversation_id for one in heard) == [f"c-{at}" for at in range(5)]
    assert {one.path: answer.value for one, answer in answers(heard).items()} == {"data.rate": "1", "data.fee": "2"}  # type: ignore[union-attr]
    assert answers(heard).keys() == set(questions)


def test_a_reply_counts_for_a_while() -> None:
    """The next batch does not ask again, until the reply is old; another app asks for itself."""
    now = [0.0]
    with system(lambda _: told({"data": {"rate": 1}})) as crm:
        lookups = engine(crm, replies=Replies(lambda: now[0]))
        for at, requests in ((0.0, 1), (KEPT_S - 1, 1), (KEPT_S + 1, 2), (KEPT_S + 1, 2)):
            now[0] = at
            list(lookups.ask([question(crm, conversation=f"c-{at}")]))
            assert len(crm.sent) == requests
        list(lookups.for_app("st-2").ask([question(crm)]))
        assert len(crm.sent) == 3


def test_failures_are_not_kept() -> None:
    """What was down may be up again."""
    replies = iter([Given(status=500), told({"data": {"rate": 1}})])
    with system(lambda _: next(replies)) as crm:
        lookups = engine(crm)
        (first,) = lookups.ask([question(crm)])
        (second,) = lookups.ask([question(crm)])
    assert first.postponed
    assert second.answers


def test_no_more_requests_at_a_time_than_allowed() -> None:
    """Somebody else's system is not to be run over."""
    with system(lambda _: told({"data": {"rate": 1}}, delay_s=0.02)) as crm:
        heard = list(engine(crm, at_once=3).ask([question(crm, path_of_url=f"/{at}") for at in range(12)]))
        assert (len(heard), len(crm.sent)) == (12, 12)
        assert crm.most_at_once <= 3


def test_no_word_of_the_conversation_is_sent() -> None:
    """Only the key that the form names."""
    with system(lambda _: told({})) as crm:
        list(engine(crm).ask([question(crm, method="POST", body=json.dumps({"id": 1}))]))
        (sent,) = crm.sent
    assert "secret words" not in str(sent)
    assert sent.body == b'{"id": 1}'


def test_one_bad_system_does_not_hold_up_another() -> None:
    """Each conversation waits for what it asked, and no other."""

    def answer(sent: Sent) -> Given:
        return Given(status=500) if sent.path == "/bad" else told({"data": {"rate": 1}})

    with system(answer) as crm:
        heard = list(engine(crm).ask([question(crm, path_of_url=f"/{at}", conversation=at) for at in ("bad", "good")]))
    assert {one.conversation_id: bool(one.answers) for one in heard} == {"bad": False, "good": True}


def test_a_host_of_another_app_is_not_asked() -> None:
    """Rule 16."""
    with system(lambda _: told({"data": {"rate": 1}})) as crm:
        lookups = engine(crm, apps=frozenset({"st-1"}))
        for bound, is_answered in ((lookups, False), (lookups.for_app("st-2"), False), (lookups.for_app("st-1"), True)):
            (heard,) = bound.ask([question(crm)])
            assert bool(heard.answers) is is_answered


def test_closed_it_asks_no_more() -> None:
    """A worker that is told to end does not wait."""
    with system(lambda _: told({})) as crm:
        lookups = engine(crm)
        lookups.for_app("st-1").close()
        assert list(lookups.ask([question(crm)])) == []
        assert crm.sent == []
