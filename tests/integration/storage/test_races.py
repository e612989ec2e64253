"""Everything at once and at random, by many who share nothing but the database: nothing is lost, and nothing is twice.

Before each statement somebody may dawdle, so that others come in between (but on a file, where who writes is alone).
What is chosen at random comes from a seed, which is printed; ``AUSCULT_TEST_SEED`` gives it again, though threads take turns as they like.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Event

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy import event

from auscult.domain.audits.audit import AuditMovedError, assign
from auscult.domain.conversation import Conversation
from auscult.domain.errors import NotFoundError
from auscult.domain.history.backfills import BackfillScope
from auscult.domain.probe import Judgement, JudgementAnswer, Transcript
from auscult.domain.scoring.batches import Batch
from auscult.domain.scoring.judging import JudgeResult, Usage
from auscult.domain.scoring.stored import ConversationDetail, PendingConversation, RenderedRows
from auscult.storage import Store, migrate, new_secret_key, open_store
from auscult.storage.core.tables.conversations import evaluations
from tests.contract.history.test_storage_backfills import do
from tests.contract.storing import REPORT, TENANT, conversation, of_pending
from tests.waiting import existing, now

pytestmark = pytest.mark.night

STEPS = int(os.environ.get("AUSCULT_TEST_STEPS", "20"))
SENDERS = WORKERS = 3
DAWDLE_S = 0.002
_KEY = new_secret_key()


class Field:
    """A database, the people who are at it, and what was told to be accepted or erased, by conversation."""

    def __init__(self, url: str, seed: int) -> None:
        """Nobody is there yet."""
        self.told: dict[str, Conversation | None] = {}
        self.tried: set[tuple[str, int]] = set()
        """Which revisions somebody took in hand."""
        self.is_over = Event()
        self._url = url
        self._seeds = random.Random(seed)
        self._stores: list[Store] = []
        migrate(url)

    def store(self, chance: random.Random | None = None) -> Store:
        """A store of somebody's own, who dawdles where there is a chance."""
        store = open_store(self._url, _KEY)
        self._stores.append(store)
        if chance is not None and not store.is_embedded:
            quick = chance.random()

            def dawdle(*_: object) -> None:
                if chance.random() > quick:
                    time.sleep(chance.random() * DAWDLE_S)

            event.listen(store._database.engine, "before_cursor_execute", dawdle)
        return store

    def person(self, step: Callable[["Field", Store, random.Random], object]) -> Callable[[], None]:
        """Somebody who takes this step again and again until it is over."""
        chance = random.Random(self._seeds.randrange(1 << 32))
        store = self.store(chance)

        def live() -> None:
            while not self.is_over.is_set():
                step(self, store, chance)

        return live

    def sender(self, name: str) -> Callable[[], None]:
        """Somebody who sends, changes and erases conversations of their own, so often."""
        chance = random.Random(self._seeds.randrange(1 << 32))
        store = self.store(chance)

        def live() -> None:
            for number in range(STEPS):
                send(self, store, chance, name, number)

        return live

    def close(self) -> None:
        """Let all go."""
        for store in self._stores:
            store.close()


def send(field: Field, store: Store, chance: random.Random, name: str, number: int) -> None:
    """Send something new, alone or with others, or something that was sent before; or erase."""
    mine = store.within(TENANT).conversations
    known = [each for each in field.told if each.startswith(name)]
    if known and chance.random() < 0.1:
        gone = chance.choice(known)
        mine.erase(gone)
        field.told[gone] = None
        return
    ids = [f"{name}-{number}-{n}" for n in range(4)]
    if known and chance.random() < 0.4:
        ids = chance.sample(known, min(2, len(known)))
    some = [conversation(each, timedelta(minutes=chance.randrange(90)), language=chance.choice("abc")) for each in ids]
    if chance.random() < 0.3:
        mine.accept(some)
    else:
        for each in some:
            mine.accept([each], priority="live")
    field.told |= {each.id: each for each in some}


def finished(pending: PendingConversation) -> RenderedRows:
    """What a worker makes of a conversation."""
    done = of_pending(pending)
    return replace(done, audit=pending.audit, evaluation=replace(done.evaluation, evaluated_at=now()))


def work(field: Field, store: Store, chance: random.Random) -> None:
    """Take a batch as a worker does, and die with it, postpone it, give it up, or do some or all of it."""
    store.batches.join()
    waiting = store.batches.waiting(50)
    if not waiting:
        return
    untouched = [one for one in waiting if not one.starts]
    batch_id = (untouched or waiting)[0].batch_id if chance.random() < 0.7 else chance.choice(waiting).batch_id
    mine = store.within(TENANT).conversations
    if store.work.begin(batch_id) > 3 and store.batches.split(batch_id):
        return
    pending = mine.pending(batch_id)
    field.tried |= {(each.conversation.id, each.revision) for each in pending}
    rendered = [finished(each) for each in pending]
    fate = chance.random()
    with suppress(AuditMovedError):  # it is begun again
        if fate < 0.1:
            return
        if fate < 0.15:
            store.work.postpone(batch_id, "the judge is away", now() + timedelta(seconds=chance.choice([0, 60])))
        elif fate < 0.2:
            store.work.fail(batch_id, "no engine")
        elif fate < 0.3:
            mine.record(batch_id, rendered[1:], "1 could not be processed")
        elif fate < 0.4:
            mine.record(batch_id, rendered[:1], is_last=False)
        else:
            mine.record(batch_id, rendered)


def join(_: Field, store: Store, chance: random.Random) -> None:
    """Put together what came one by one, as every worker does all the time."""
    store.batches.join()
    time.sleep(chance.random() * DAWDLE_S)


def steer(_: Field, store: Store, chance: random.Random) -> None:
    """Cancel what waits, and put back what is over or postponed."""
    jobs = store.within(TENANT).jobs
    if chance.random() < 0.2:
        store.work.resume()
    for listed in jobs.listing((), limit=20):
        batch_id = listed.batch.batch_id
        if chance.random() < 0.3:
            (jobs.cancel if chance.random() < 0.3 else jobs.retry)(batch_id)


def rescore(_: Field, store: Store, chance: random.Random) -> None:
    """Begin a re-score; do chunks, give them up, cancel it, take it up again."""
    app = store.within(TENANT)
    some = store.work.next("chunk", 4)
    if not some:
        app.backfills.begin("rescore", b"{}", app.backfills.ranges(BackfillScope(), 10))
        return
    chunk_id = chance.choice(some)
    backfill_id = chunk_id.rpartition("-")[0]
    with suppress(NotFoundError, AuditMovedError):
        store.work.begin(chunk_id)
        fate = chance.random()
        if fate < 0.1:
            store.backfills.fail(chunk_id, "no engine")
        elif fate < 0.2:
            app.backfills.cancel(backfill_id)
            app.backfills.resume(backfill_id)
        else:
            do(store, app, chunk_id, now())


def audit(field: Field, store: Store, chance: random.Random) -> None:
    """Give conversations to auditors, and have a judge answer about them."""
    app = store.within(TENANT)
    name = chance.choice(list(field.told) or ["c"])
    case = app.audits.case(name)
    if case is not None:
        change = assign(case.audit, case.evaluation, chance.choice(["Ada", "Ben"]), "Cy", now())
        rows = {REPORT: f"{name} is assigned".encode()}
        if change is not None:
            shown = RenderedRows(
                conversation=case.conversation,
                evaluation=case.evaluation,
                insights=case.insights,
                audit=change.audit,
                rows=rows,
            )
            with suppress(AuditMovedError):
                app.audits.save(change, shown if case.is_current else None)
    question = Judgement("polite", Transcript(name, conversation(name).turns), ("m1",))
    answer = JudgementAnswer(holds=True, turn_ids=("m1",), reason="", engine="judge 1 m")
    usage = Usage(calls=1, tokens_in=100, tokens_cached=0, tokens_out=7, cost=700)
    heard = JudgeResult(conversation_id=name, answers={question: answer}, usage=usage, prompt_hash="ab12", model="m")
    app.answers.keep(heard, {question: str(chance.random()).encode()})


def tidy(field: Field, store: Store, chance: random.Random) -> None:
    """Render anew what is there, and count it; and look whether it all agrees. Not too often: it is much work."""
    field.is_over.wait(1)
    mine = store.within(TENANT).conversations
    after = ""
    while found := mine.rerender(after, 20):
        after = found[-1].conversation.id
        rows = {REPORT: b"rendered anew"}
        mine.replace_rows(
            [
                RenderedRows(conversation=one.conversation, evaluation=one.evaluation, audit=one.audit, rows=rows)
                for one in found
            ]
        )
    if chance.random() < 0.3:
        store.rebuild_tallies()
    assert store.recount() == []


class Follower:
    """A copy elsewhere: what it knows of each conversation, from the feed and from reading what was changed."""

    def __init__(self, store: Store) -> None:
        """Nothing is known."""
        self.copy: dict[str, object] = {}
        self._app = store.within(TENANT)
        self._last = 0

    def read(self) -> bool:
        """Read on; whether there was something."""
        found = self._app.feed.after(self._last, 7)
        for change in found:
            assert change.number > self._last
            self._last = change.number
            self.copy[change.conversation_id] = shown(self._app.conversations.get(change.conversation_id))
        return bool(found)


def shown(detail: ConversationDetail | None) -> object:
    """What a reader sees of a conversation: which evaluation counts, and how its audit stands."""
    if detail is None or not detail.evaluations:
        return None
    newest = detail.evaluations[0]
    return newest.revision, newest.evaluated_at, detail.audit and detail.audit.changes


def drain(store: Store) -> None:
    """Do all that is left, as it should be done."""
    app = store.within(TENANT)
    for listed in app.jobs.listing((), limit=10_000):
        app.jobs.retry(listed.batch.batch_id)
    while True:
        store.batches.join()
        waiting: list[Batch] = store.batches.waiting()
        if not waiting:
            break
        for batch in waiting:
            store.work.begin(batch.batch_id)
            pending = app.conversations.pending(batch.batch_id)
            app.conversations.record(batch.batch_id, [finished(each) for each in pending])
    while some := store.work.next("chunk", 100):
        for chunk_id in some:
            do(store, app, chunk_id, now())


@pytest.fixture
def field(database_url: str) -> Iterator[Field]:
    """An app with nothing in it, of each kind of database."""
    seed = int(os.environ.get("AUSCULT_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
    print(f"AUSCULT_TEST_SEED={seed}")  # noqa: T201  (to be had again)
    field = Field(database_url, seed)
    field.store().ensure(TENANT)
    yield field
    field.close()


def test_everything_at_once(field: Field) -> None:
    """What was accepted last is recorded, once, told once, and counted; what was erased is gone."""
    store = field.store()
    app = store.within(TENANT)
    follower = Follower(field.store())
    people = [field.person(step) for step in (join, steer, rescore, audit, tidy, lambda *_: follower.read())]
    people += [field.person(work) for _ in range(WORKERS)]
    senders = [field.sender(f"c{n}") for n in range(SENDERS)]
    with ThreadPoolExecutor(len(people) + len(senders)) as threads:
        at_it = [threads.submit(one) for one in people]
        try:
            for sending in [threads.submit(one) for one in senders]:
                sending.result()
        finally:
            field.is_over.set()
    for one in at_it:
        one.result()
    for listed in app.jobs.listing(["failed"], limit=10_000):
        for name in app.jobs.left(listed.batch.batch_id):
            found = existing(app.conversations.get(name))
            assert (name, found.revision) in field.tried, f"{listed.batch.reason}, and nobody tried {name}"
    drain(store)
    while follower.read():
        pass
    assert app.jobs.listing() == []
    assert store.recount() == []
    details = {name: app.conversations.get(name) for name in field.told}
    assert {name: found and found.conversation for name, found in details.items()} == field.told
    assert all(found.is_current for found in details.values() if found)
    assert {name: follower.copy[name] for name in field.told if name in follower.copy or details[name]} == {
        name: shown(found) for name, found in details.items() if name in follower.copy or found
    }
    told = Counter[tuple[str, str]]()
    for change in app.feed.after(0, 1_000_000):
        told[change.conversation_id, change.kind] += 1
    for name, found in details.items():
        if found is not None:
            made = {each.revision for each in found.evaluations}
            assert (told[name, "created"], told[name, "revised"]) == (1, len(made) - 1)
            assert told[name, "rescored"] == len(found.evaluations) - len(made)
            assert told[name, "assigned"] == (found.audit.changes if found.audit else 0)
        else:
            assert not any(told[name, kind] for kind in ("created", "revised", "rescored", "assigned"))
    with store._database.reading() as connection:
        each = sa.select(evaluations.c.conversation, evaluations.c.revision, evaluations.c.backfill)
        assert set(Counter(tuple(row) for row in connection.execute(each)).values()) <= {1}
