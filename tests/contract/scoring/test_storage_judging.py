"""What every store must do for judges, on both databases: answers kept once, a day counted over all, batches that wait."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from auscult.domain.probe import (
    Answer,
    Extracted,
    ExtractionAnswer,
    FailedAnswer,
    Inquiry,
    Judgement,
    JudgementAnswer,
    SummaryAnswer,
    Transcript,
)
from auscult.domain.scoring.judging import Allowance, JudgeResult, Usage
from auscult.storage import Store, new_secret_key, open_store
from auscult.storage.core.tables.judge import judge_answers, judge_calls
from auscult.storage.store import AppStore
from tests.contract.storing import OTHER, conversation, of_pending

DAY = "2026-03-23"
ANSWERS: tuple[Answer | FailedAnswer, ...] = (
    JudgementAnswer(holds=True, turn_ids=("m1",), reason="ja, größer", engine="judge 1 m", quotes=("hello",)),
    JudgementAnswer(holds=None, turn_ids=(), reason="", engine="judge 1 m"),
    ExtractionAnswer((Extracted("m1", "25 dollars", "25"),), "judge 1 m"),
    SummaryAnswer("All went well.", ("m1",), "judge 1 m"),
    FailedAnswer(reason="it points at turn 9", engine="judge 1 m"),
)


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """An app with two conversations that wait."""
    app.conversations.accept([conversation("c-1"), conversation("c-2")])
    return app


def asked(name: str, *statements: str) -> list[Inquiry]:
    """Questions about a conversation."""
    return [Judgement(statement, Transcript(name, conversation(name).turns), ("m1",)) for statement in statements]


def heard(
    name: str, *answers: Answer | FailedAnswer, cost: int | None = 700
) -> tuple[JudgeResult, dict[Inquiry, bytes]]:
    """One call with these answers, and the keys that they are kept under."""
    questions = asked(name, *(f"s{at}" for at in range(len(answers))))
    usage = Usage(calls=1, tokens_in=100, tokens_cached=40, tokens_out=7, cost=cost)
    call = JudgeResult(
        conversation_id=name,
        answers=dict(zip(questions, answers, strict=True)),
        usage=usage,
        prompt_hash="ab12",
        model="m",
    )
    return call, {question: f"{name} {at}".encode() for at, question in enumerate(questions)}


def only_batch(store: Store) -> str:
    """The one batch that there is."""
    (batch,) = [*store.batches.waiting(), *store.batches.postponed()]
    return batch.batch_id


def count(store: Store, table: sa.Table) -> int:
    """How many rows a table has."""
    with store._database.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_answers_are_found_as_they_were_kept(app: AppStore) -> None:
    """Of every kind, failed ones too (reused when nothing they depend on changed)."""
    call, keys = heard("c-1", *ANSWERS)
    app.answers.keep(call, keys)
    assert app.answers.find([*keys.values(), b"other"]) == dict(zip(keys.values(), ANSWERS, strict=True))
    assert app.answers.find([]) == {}


def test_what_is_kept_first_stays(store: Store, app: AppStore) -> None:
    """Two workers may have asked the same: both calls were paid, one answer counts."""
    call, keys = heard("c-1", ANSWERS[0])
    app.answers.keep(call, keys)
    app.answers.keep(heard("c-1", ANSWERS[1])[0], keys)
    assert list(app.answers.find(list(keys.values())).values()) == [ANSWERS[0]]
    assert count(store, judge_calls) == 2


def test_a_failed_answer_gives_way_to_a_better_one(app: AppStore) -> None:
    """Who asks once more what failed keeps what comes of it, whatever else is kept in the same call."""
    call, keys = heard("c-1", ANSWERS[4], ANSWERS[0])
    app.answers.keep(call, keys)
    app.answers.keep(heard("c-1", ANSWERS[1], ANSWERS[4])[0], keys)
    assert list(app.answers.find(list(keys.values())).values()) == [ANSWERS[1], ANSWERS[0]]


def test_another_app_finds_nothing(store: Store, app: AppStore) -> None:
    """Answers quote what was said."""
    call, keys = heard("c-1", *ANSWERS)
    app.answers.keep(call, keys)
    store.ensure(OTHER)
    assert store.within(OTHER).answers.find(list(keys.values())) == {}
    assert store.within(OTHER).answers.usage(only_batch(store)) == Usage()


def test_usage_of_a_batch_adds_up(store: Store, app: AppStore) -> None:
    """Calls, tokens in, cached and out, and the cost as far as it is known."""
    batch = only_batch(store)
    assert app.answers.usage(batch) == Usage()
    for name, cost in (("c-1", 700), ("c-2", None), ("c-1", 2**40)):
        app.answers.keep(*heard(name, ANSWERS[0], cost=cost))
    used = Usage(calls=3, tokens_in=300, tokens_cached=120, tokens_out=21, cost=2**40 + 700)
    assert app.answers.usage(batch) == used


def test_a_call_without_an_answer_is_counted_and_an_answer_without_a_call_is_kept(store: Store, app: AppStore) -> None:
    """A time-out may cost; a conversation that is too long costs nothing."""
    app.answers.keep(heard("c-1")[0], {})
    call, keys = heard("c-2", ANSWERS[4])
    app.answers.keep(JudgeResult(conversation_id="c-2", answers=call.answers), keys)
    assert app.answers.usage(only_batch(store)).calls == 1
    assert len(app.answers.find(list(keys.values()))) == 1


def test_an_erased_conversation_takes_its_answers_along(store: Store, app: AppStore) -> None:
    """What it cost stays; an answer that comes afterwards is not kept."""
    call, keys = heard("c-1", *ANSWERS)
    app.answers.keep(call, keys)
    other, its_keys = heard("c-2", ANSWERS[0])
    app.answers.keep(other, its_keys)
    assert app.conversations.erase("c-1")
    assert app.answers.find(list(keys.values())) == {}
    assert len(app.answers.find(list(its_keys.values()))) == 1
    app.answers.keep(call, keys)
    assert (count(store, judge_answers), count(store, judge_calls)) == (1, 3)
    assert app.answers.usage(only_batch(store)).calls == 1


def test_a_day_is_counted_over_every_process(database_url: str, store: Store) -> None:
    """Sixteen at once, of whom the limit holds ten, through two stores: ten, exactly."""
    other = open_store(database_url, new_secret_key())
    reserved: list[bool] = []

    def reserve(of: Store) -> None:
        reserved.append(of.spending.reserve(DAY, 100, 5, Allowance(tokens=1_050)))

    threads = [threading.Thread(target=reserve, args=((store, other)[n % 2],)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert sum(reserved) == 10
    assert store.spending.spent(DAY) == (1_000, 50)


def test_a_days_limits(store: Store) -> None:
    """Of tokens, of money, of neither; what is given back can be reserved again; each day is its own."""
    spending = store.spending
    assert spending.spent(DAY) == (0, 0)
    assert spending.reserve(DAY, 900, 10, Allowance(tokens=1_000, cost=20))
    assert not spending.reserve(DAY, 101, 1, Allowance(tokens=1_000))
    assert not spending.reserve(DAY, 1, 11, Allowance(cost=20))
    spending.reconcile(DAY, -800, -9)
    assert spending.spent(DAY) == (100, 1)
    assert spending.reserve(DAY, 900, 19, Allowance(tokens=1_000, cost=20))
    assert spending.reserve(DAY, 10**12, 10**15, Allowance())
    assert spending.reserve("2026-03-24", 1_000, 0, Allowance(tokens=1_000))


def test_a_postponed_batch_waits_until_its_time(store: Store, app: AppStore) -> None:
    """It is on no worker's list, says why, and is on it again when its time has come; its starts count anew."""
    batch = only_batch(store)
    assert store.work.begin(batch) == 1
    until = datetime.now(UTC) + timedelta(hours=1)
    store.work.postpone(batch, "the judge is away", until)
    assert store.batches.waiting() == []
    (found,) = store.batches.postponed()
    assert (found.batch_id, found.state, found.reason, found.postponements) == (
        batch,
        "accepted",
        "the judge is away",
        1,
    )
    assert found.postponed_until
    assert abs(found.postponed_until - until) < timedelta(seconds=1)
    detail = app.conversations.get("c-1")
    assert detail
    assert detail.wait
    assert (detail.wait.reason, detail.wait.until, detail.has_failed) == (
        "the judge is away",
        found.postponed_until,
        False,
    )
    assert app.conversations.unfinished(["c-1", "c-2", "c-3"]) == {"c-1", "c-2"}
    store.work.resume()
    assert [one.batch_id for one in store.batches.waiting()] == [batch]
    assert store.work.begin(batch) == 1
    store.work.postpone(batch, "still", datetime.now(UTC) - timedelta(seconds=1))
    assert [one.postponements for one in store.batches.waiting()] == [2]
    assert store.batches.postponed() == []


def test_a_batch_may_be_recorded_in_parts(store: Store, app: AppStore) -> None:
    """What is recorded counts at once; the batch goes on until the last part, or waits, and ends clean."""
    batch = only_batch(store)
    first, second = app.conversations.pending(batch)
    app.conversations.record(batch, [of_pending(first)], is_last=False)
    assert set(app.conversations.statuses(["c-1", "c-2"])) == {"c-1"}
    assert [one.conversation.id for one in app.conversations.pending(batch)] == ["c-2"]
    assert app.conversations.unfinished(["c-1", "c-2"]) == {"c-2"}
    store.work.postpone(batch, "the judge is away", datetime.now(UTC) + timedelta(hours=1))
    found = app.conversations.get("c-1")
    assert found
    assert found.wait is None
    app.conversations.record(batch, [of_pending(second)])
    ended = store.batches.get(batch)
    assert ended
    assert (ended.state, ended.reason, ended.postponed_until) == ("done", None, None)


def test_the_reason_of_a_wait_goes_with_what_is_erased(store: Store, app: AppStore) -> None:
    """It may repeat what a server said of it."""
    batch = only_batch(store)
    store.work.postpone(batch, "status 400: 'my card is 4711'", datetime.now(UTC) + timedelta(hours=1))
    assert app.conversations.erase("c-1")
    (found,) = store.batches.postponed()
    assert "4711" not in (found.reason or "")
