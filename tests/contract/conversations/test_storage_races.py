"""What others commit in the middle of a transaction, made to happen: on both databases, by two stores on each."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from threading import Thread

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from auscult.domain.assist.live import Ended
from auscult.domain.assist.live_log import Decision, RestingState
from auscult.domain.change import CHANGE_KINDS, Delivery, Webhook
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.delivery.webhook_work import Standing
from auscult.domain.privacy.settings import PrivacySettings
from auscult.domain.probe import Judgement, JudgementAnswer, Transcript
from auscult.domain.scoring.judging import JudgeResult, Usage
from auscult.services.privacy.settings import change_settings
from auscult.services.scoring.batches import view_job
from auscult.storage import Store, migrate, open_store
from auscult.storage.core.tables.judge import judge_answers, judge_calls
from auscult.storage.privacy.redaction import AppPrivacy, Incoming
from auscult.storage.store import AppStore
from tests.contract.storing import TENANT, conversation, put
from tests.databases import KEY
from tests.waiting import PATIENCE_S, existing

NOW = datetime(2026, 6, 7, 3, 5, tzinfo=UTC)
QUESTION = Judgement("polite", Transcript("c-1", conversation("c-1").turns), ("m1",))
HEARD = JudgeResult(
    conversation_id="c-1",
    answers={QUESTION: JudgementAnswer(holds=True, turn_ids=("m1",), reason="", engine="judge 1 m")},
    usage=Usage(calls=1, tokens_in=100, tokens_cached=0, tokens_out=7, cost=700),
    prompt_hash="ab12",
    model="m",
)


@pytest.fixture
def other(database_url: str, app: AppStore) -> Iterator[AppStore]:
    """The same app as another process has it."""
    store = open_store(database_url, KEY)
    yield store.within(app.tenant)
    store.close()


@contextmanager
def before(store: Store, words: str, act: Callable[[], object], time: int = 1) -> Iterator[None]:
    """Have somebody else act right before a store says these words, the first ``time`` or a later one.

    It may have to wait for the store's transaction.
    """
    said = count(1)
    raised: list[Exception] = []

    def do() -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001  (whatever it is, it is told below)
            raised.append(error)

    somebody = Thread(target=do)

    def begin(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(words) and next(said) == time:
            somebody.start()
            somebody.join(0.3)  # where it must wait, it waits for what follows

    engine = store._database.engine
    event.listen(engine, "before_cursor_execute", begin)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", begin)
    assert somebody.ident is not None, "nobody said so"
    somebody.join(PATIENCE_S)
    assert raised == []


def rows(store: Store, table: sa.Table) -> int:
    """How many rows a table has."""
    with store._database.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


@pytest.mark.parametrize("words", ["INSERT INTO judge_calls", "INSERT INTO judge_answers"])
def test_what_a_judge_answers_while_the_conversation_is_erased(
    store: Store, app: AppStore, other: AppStore, words: str
) -> None:
    """The answer goes with it, what it cost stays, and neither is refused."""
    put(app, conversation("c-1"))
    with before(store, words, lambda: other.conversations.erase("c-1")):
        app.answers.keep(HEARD, {QUESTION: b"key"})
    assert app.conversations.get("c-1") is None
    assert (rows(store, judge_answers), rows(store, judge_calls)) == (0, 1)


def added(app: AppStore) -> str:
    """A webhook that has two changes to tell."""
    url = "http://127.0.0.1:9/none"
    app.webhooks.add(Webhook(id="wh-1", url=url, secret="s", kinds=frozenset(CHANGE_KINDS), position=0, created_at=NOW))
    put(app, conversation("c-1"), conversation("c-2"))
    return "wh-1"


def test_redaction_that_is_switched_on_while_a_load_comes_in(
    app: AppStore, other: AppStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The load is redacted once more, by the new settings, before it is stored."""
    admitted = AppPrivacy.admitted

    def slowly(self: AppPrivacy, coming: Sequence[Conversation], settings: PrivacySettings) -> Incoming:
        found = admitted(self, coming, settings)
        change_settings(other, "cli:test", {"redaction": "mask"})
        return found

    monkeypatch.setattr(AppPrivacy, "admitted", slowly)
    said = conversation("c-1", turns=(Turn("m1", "customer", "my card is 4539 1488 0343 6467"),))
    app.conversations.accept([said])
    assert existing(app.conversations.get("c-1")).conversation.turns[0].text == "my card is [card 1]"


def test_a_webhook_that_is_removed_while_it_is_told(store: Store, app: AppStore, other: AppStore) -> None:
    """It goes with the try that is being noted."""
    webhook_id = added(app)
    due = existing(store.webhook_work.claim(60_000))
    told = Delivery(number=1, conversation_id="c-1", kind="created", at=NOW, status=204, error=None)
    with before(store, "INSERT INTO deliveries", lambda: other.webhooks.remove(webhook_id)):
        store.webhook_work.keep(due, Standing(1, 0), told)
    assert app.webhooks.listing() == []


def test_a_webhook_goes_no_way_back(store: Store, app: AppStore) -> None:
    """A worker that was held up for longer than its lease does not undo what the next one has told."""
    added(app)
    slow = store.webhook_work.claim(0)
    quick = store.webhook_work.claim(60_000)
    assert slow is not None
    assert quick is not None
    store.webhook_work.keep(quick, Standing(2, 0))
    store.webhook_work.keep(slow, Standing(0, 5_000, failures=1))
    store.webhook_work.keep(slow, Standing(1, 0))
    (stands,) = app.webhooks.listing()
    assert (stands.position, stands.failures) == (2, 0)


def test_a_live_conversation_that_is_made_and_erased_while_it_begins(postgresql_url: str) -> None:
    """On a file nobody can come in between."""
    migrate(postgresql_url)
    store, somebody = open_store(postgresql_url, KEY), open_store(postgresql_url, KEY)
    store.ensure(TENANT)
    app, other = store.within(TENANT), somebody.within(TENANT)
    over = Ended(id="ended", at=NOW, received_at=NOW)

    def add(to: AppStore) -> tuple[object, ...]:
        return to.live.append("c-1", lambda _: Decision([over], NOW), make=True).added

    with (
        before(store, "INSERT INTO live_conversations", lambda: add(other)),
        before(store, "SELECT live_conversations.live", lambda: other.conversations.erase("c-1"), time=2),
    ):
        assert add(app) == (over,)
    assert app.live.count("c-1") == 1
    store.close()
    somebody.close()


def test_what_happened_since_it_was_looked_at_is_not_left_out(app: AppStore) -> None:
    """A conversation is handed on as it is, or not at all: neither when it went on, nor when it was erased."""
    over = Ended(id="ended", at=NOW, received_at=NOW)
    settled = RestingState(events=1, due_at=None, is_ended=True)
    assert not app.conversations.accept_ended(conversation("c-1"), settled)
    app.live.append("c-1", lambda _: Decision([over], NOW), make=True)
    late = Ended(id="again", at=NOW, received_at=NOW)
    app.live.append("c-1", lambda _: Decision([late], NOW))
    assert not app.conversations.accept_ended(conversation("c-1"), settled)
    assert app.conversations.get("c-1") is None
    assert app.conversations.accept_ended(conversation("c-1"), RestingState(events=2, due_at=None, is_ended=True))
    assert app.conversations.get("c-1") is not None


def test_a_batch_that_was_split_meanwhile_stays_done(store: Store, app: AppStore) -> None:
    """Who began it before says what he could not do, and it is not his any more."""
    batch_id = app.conversations.accept([conversation("c-1"), conversation("c-2")]).batch_id or ""
    assert store.batches.split(batch_id) == 2
    app.conversations.record(batch_id, [], "1 could not be processed")
    assert view_job(app, batch_id).state == "done"
    assert len(store.batches.waiting()) == 2
