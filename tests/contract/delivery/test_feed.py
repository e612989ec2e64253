"""The feed of changes and the webhooks that follow it, over both databases and a real receiver."""

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from standardwebhooks.webhooks import Webhook as Receiver
from standardwebhooks.webhooks import WebhookVerificationError

from auscult.domain.audits.audit import AuditAnswer, assign
from auscult.domain.change import CHANGE_KINDS, Delivery, Webhook, new_webhook_id, new_webhook_secret, signature
from auscult.domain.delivery.addresses import OPERATOR
from auscult.domain.delivery.webhook_work import Due, Standing
from auscult.domain.errors import NotFoundError
from auscult.domain.tenancy import Tenant
from auscult.reports import REPORTS
from auscult.services.audits.workflow import Auditing
from auscult.services.delivery.webhooks import PAUSES_S, WebhookDispatch
from auscult.storage import Store
from auscult.storage.core.tables.delivery import webhooks
from auscult.storage.store import AppStore
from auscult.workers.webhook_sender import HttpSender
from tests.contract.storing import OTHER, conversation, of_pending, put, rendered
from tests.http_servers import QuietHandler, listening
from tests.waiting import existing

NOW = datetime(2026, 3, 23, 10, tzinfo=UTC)


def feed(app: AppStore, after: int = 0, limit: int = 100) -> list[tuple[int, str, str]]:
    """What the feed tells after a change."""
    return [(each.number, each.conversation_id, each.kind) for each in app.feed.after(after, limit)]


def test_every_change_is_told_once_and_in_order(store: Store, app: AppStore) -> None:
    """Created, revised, audited and erased; what changes nothing tells nothing; apps are apart."""
    store.ensure(OTHER)
    put(app, conversation("c-1"), conversation("c-2"))
    put(store.within(OTHER), conversation("c-1"))
    put(app, conversation("c-1"))
    put(app, conversation("c-1", language="de"))
    case = existing(app.audits.case("c-2"))
    change = existing(assign(case.audit, case.evaluation, "Ada", by="Bob", at=NOW))
    app.audits.save(change, replace(rendered(case.conversation), evaluation=case.evaluation, audit=change[0]))
    assert feed(app) == [(1, "c-1", "created"), (2, "c-2", "created"), (3, "c-1", "revised"), (4, "c-2", "assigned")]
    assert feed(app, after=2, limit=1) == [(3, "c-1", "revised")]
    assert feed(store.within(OTHER)) == [(1, "c-1", "created")]
    app.conversations.erase("c-1")
    assert feed(app) == [(2, "c-2", "created"), (4, "c-2", "assigned"), (5, "c-1", "erased")]
    assert app.feed.last() == 5
    put(app, conversation("c-1"))
    assert feed(app, after=4) == [(5, "c-1", "erased"), (6, "c-1", "created")]


_NUMBERS = iter(range(10**9))


@pytest.mark.landing
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    steps=st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["put", "erase"])), max_size=12),
    step=st.integers(1, 4),
)
def test_a_copy_that_follows_the_feed_is_equal(store: Store, steps: list[tuple[str, str]], step: int) -> None:
    """The law of the feed: who reads it a few changes at a time, whenever, ends with what is there."""
    tenant = Tenant(account_id="acc-1", org_id="o-1", app_id=f"st-feed-{next(_NUMBERS)}")
    store.ensure(tenant)
    app = store.within(tenant)
    copy: dict[str, int] = {}
    at = 0

    def follow() -> None:
        nonlocal at
        for change in app.feed.after(at, step):
            at = change.number
            found = app.conversations.get(change.conversation_id)
            copy.pop(change.conversation_id, None)
            if found is not None:
                copy[change.conversation_id] = found.revision

    for n, (name, what) in enumerate(steps):
        if what == "put":
            put(app, conversation(name, source=str(n)))
        else:
            app.conversations.erase(name)
        follow()
    while app.feed.after(at, 1):
        follow()
    there = {name: found.revision for name in "abcd" if (found := app.conversations.get(name)) is not None}
    assert copy == there


@contextmanager
def receiving(secret: str) -> Iterator[tuple[str, list[Any], list[int]]]:
    """Address of a receiver that checks signatures by the reference library; what it took, and what to answer next."""
    taken: list[Any] = []
    answers: list[int] = []

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = answers.pop(0) if answers else 204
            if status < 300:
                told = Receiver(secret).verify(body, {name.lower(): value for name, value in self.headers.items()})
                taken.append((self.headers["webhook-id"], told))
            self.reply(status)

    with listening(Handler) as address:
        yield f"{address}/hook", taken, answers


def test_a_recorded_message_is_refused_by_a_receiver() -> None:
    """Sent again after five minutes, with another time or id, or in other words: the reference library refuses it."""
    secret, body, now = new_webhook_secret(), b'{"type":"conversation.erased"}', int(time.time())

    def received(id_: str, at: int, content: bytes, signed_at: int) -> object:
        signed = signature(secret, "st-1.1", signed_at, body)
        given = {"webhook-id": id_, "webhook-timestamp": str(at), "webhook-signature": signed}
        return Receiver(secret).verify(content, given)

    assert received("st-1.1", now, body, now)
    old = ("st-1.1", now - 301, body, now - 301)
    for again in (old, ("st-1.2", now, body, now), ("st-1.1", now, body, now - 301), ("st-1.1", now, body + b" ", now)):
        with pytest.raises(WebhookVerificationError):
            received(*again)


def webhook(url: str, secret: str, *kinds: Any) -> Webhook:
    """A webhook for all that changes from the beginning."""
    return Webhook(
        id=new_webhook_id(),
        url=url,
        secret=secret,
        kinds=frozenset(kinds or CHANGE_KINDS),
        position=0,
        created_at=NOW,
    )


@contextmanager
def dispatching(
    store: Store, app: AppStore, sender: HttpSender, *kinds: Any
) -> Iterator[tuple[WebhookDispatch, Webhook, list[Any], list[int]]]:
    """What tells a receiver of the app's changes, by which webhook; what that took, and what it is to answer next."""
    secret = new_webhook_secret()
    with receiving(secret) as (url, taken, answers):
        made = webhook(url, secret, *kinds)
        app.webhooks.add(made)
        yield WebhookDispatch(store, sender, lambda: datetime.now(UTC)), made, taken, answers


@pytest.fixture
def sender() -> Iterator[HttpSender]:
    """The real one."""
    sender = HttpSender(OPERATOR)
    yield sender
    sender.close()


def test_a_webhook_is_told_signed_and_in_order(store: Store, app: AppStore, sender: HttpSender) -> None:
    """Standard Webhooks, verified by its own library; each change once, and none of another kind."""
    with dispatching(store, app, sender, "created", "erased") as (dispatcher, made, taken, _):
        put(app, conversation("c-1"), conversation("c-2"))
        put(app, conversation("c-1", language="de"))
        app.conversations.erase("c-2")
        while dispatcher.run_once():
            pass
        assert not dispatcher.run_once()
    assert [id_ for id_, _ in taken] == ["st-1.1", "st-1.4"]
    (_, created), (_, erased) = taken
    assert created["type"] == "conversation.created"
    assert (created["data"]["conversation_id"], created["data"]["status"]) == ("c-1", "evaluated")
    assert (erased["type"], erased["data"]["conversation_id"], erased["data"]["score"]) == (
        "conversation.erased",
        "c-2",
        None,
    )
    assert [(each.number, each.status) for each in app.webhooks.deliveries(made.id, 10)] == [(4, 204), (1, 204)]
    (listed,) = app.webhooks.listing()
    assert (listed.position, listed.failures, listed.secret) == (4, 0, "")


def test_a_late_message_has_what_held_at_its_change(store: Store, app: AppStore, sender: HttpSender) -> None:
    """What was not accepted at once is sent with the status and audit of its change, not with later ones."""
    with dispatching(store, app, sender, "created", "revised", "audited") as (dispatcher, _, taken, _):
        put(app, conversation("c-1"))
        auditing = Auditing(app, REPORTS, lambda: datetime.now(UTC))
        auditing.assign("c-1", "Jane")
        audited = auditing.submit("c-1", [AuditAnswer(metric_id="em-2", answer="YES")], as_machine=True)
        assert audited.result is not None
        accepted = app.conversations.accept([conversation("c-1", language="de")])
        assert accepted.batch_id is not None
        (waiting,) = app.conversations.pending(accepted.batch_id)
        done = of_pending(waiting, "not_evaluated")
        later = replace(done.evaluation, evaluated_at=datetime.now(UTC))
        app.conversations.record(accepted.batch_id, [replace(done, evaluation=later, audit=audited)])
        while dispatcher.run_once():
            pass
    score = audited.result.score
    assert [(each["type"], each["data"]["status"], each["data"]["audit_score"]) for _, each in taken] == [
        ("conversation.created", "evaluated", None),
        ("conversation.audited", "evaluated", score),
        ("conversation.revised", "not_evaluated", score),
    ]


def test_what_fails_is_tried_again_and_nothing_is_passed_over(store: Store, app: AppStore, sender: HttpSender) -> None:
    """Retries and a log; after the last try the webhook is disabled, keeps its position, and goes on when enabled."""
    with dispatching(store, app, sender) as (dispatcher, made, taken, answers):
        put(app, conversation("c-1"))
        put(app, conversation("c-2"))
        answers.extend([500, 302])
        assert dispatcher.run_once()
        assert not dispatcher.run_once(), "it waits before it tries again"
        for _ in range(2):
            _wake(app, made.id)
            dispatcher.run_once()
        assert [id_ for id_, _ in taken] == ["st-1.1", "st-1.2"]
        log = [(each.number, each.status, each.is_done) for each in app.webhooks.deliveries(made.id, 10)]
        assert log == [(2, 204, True), (1, 204, True), (1, 302, False), (1, 500, False)]
        put(app, conversation("c-3"))
        answers.extend([503] * (len(PAUSES_S) + 1))
        for _ in range(len(PAUSES_S) + 1):
            _wake(app, made.id)
            dispatcher.run_once()
        (listed,) = app.webhooks.listing()
        assert (listed.is_disabled, listed.position) == (True, 2)
        assert not dispatcher.run_once()
        app.webhooks.enable(made.id)
        assert dispatcher.run_once()
    assert [id_ for id_, _ in taken] == ["st-1.1", "st-1.2", "st-1.3"]


def test_who_is_gone_is_not_tried_again(store: Store, app: AppStore, sender: HttpSender) -> None:
    """410 says so, by Standard Webhooks; when enabled it goes on where it stopped."""
    with dispatching(store, app, sender) as (dispatcher, made, taken, answers):
        put(app, conversation("c-1"))
        answers.append(410)
        assert dispatcher.run_once()
        assert app.webhooks.listing()[0].is_disabled
        app.webhooks.enable(made.id)
        assert dispatcher.run_once()
    assert [id_ for id_, _ in taken] == ["st-1.1"]


def test_what_a_webhook_is_not_told_costs_one_write(
    store: Store, app: AppStore, sender: HttpSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that waits for audits passes a backfill over in one step: on a file every write holds the scoring up."""
    app.webhooks.add(webhook("http://127.0.0.1:9/none", new_webhook_secret(), "audited"))
    put(app, *(conversation(f"c-{n}") for n in range(60)))
    kept: list[int] = []
    keep = store.webhook_work.keep

    def count(due: Due, stands: Standing, told: Delivery | None = None) -> None:
        kept.append(stands.position)
        keep(due, stands, told)

    monkeypatch.setattr(store.webhook_work, "keep", count)
    assert WebhookDispatch(store, sender, lambda: datetime.now(UTC)).run_once()
    assert (kept, app.webhooks.listing()[0].position) == ([60], 60)


def test_a_slow_webhook_holds_no_other_up(store: Store, app: AppStore, sender: HttpSender) -> None:
    """One that takes its time has a turn, and no more of it; then the others have theirs."""
    secret = new_webhook_secret()
    seconds = itertools.count(0, 6)
    dispatcher = WebhookDispatch(store, sender, lambda: datetime.now(UTC) + timedelta(seconds=next(seconds)))
    with receiving(secret) as (slow, first, _), receiving(secret) as (url, second, _):
        app.webhooks.add(webhook(slow, secret))
        app.webhooks.add(webhook(url, secret))
        put(app, *(conversation(f"c-{n}") for n in range(5)))
        dispatcher.run_once()
        assert 0 < len(first) + len(second) < 5
        dispatcher.run_once()
        assert first
        assert second
        while dispatcher.run_once():
            pass
    assert [id_ for id_, _ in first] == [id_ for id_, _ in second] == [f"st-1.{n}" for n in range(1, 6)]


def _wake(app: AppStore, webhook_id: str) -> None:
    """Let its pause be over, as time would."""
    database = app.webhooks._database  # type: ignore[attr-defined]
    with database.writing() as connection:
        connection.execute(sa.update(webhooks).where(webhooks.c.webhook_id == webhook_id).values(due_at=0))


def test_nobody_there_is_a_try_that_failed(store: Store, app: AppStore, sender: HttpSender) -> None:
    """An address where nothing listens is told in the log, and holds no other webhook up."""
    app.webhooks.add(webhook("http://127.0.0.1:9/none", new_webhook_secret()))
    secret = new_webhook_secret()
    dispatcher = WebhookDispatch(store, sender, lambda: datetime.now(UTC))
    with receiving(secret) as (url, taken, _):
        app.webhooks.add(webhook(url, secret))
        put(app, conversation("c-1"))
        while dispatcher.run_once():
            pass
        assert len(taken) == 1
    tries = [each for one in app.webhooks.listing() for each in app.webhooks.deliveries(one.id, 5)]
    (failed,) = (each for each in tries if not each.is_done)
    assert (failed.status, failed.error) == (None, "unreachable")


def test_one_webhook_is_one_workers_at_a_time(store: Store, app: AppStore) -> None:
    """Two workers do not send the same: who has it has it for a while, and after that anybody may."""
    app.webhooks.add(webhook("http://127.0.0.1:9/none", new_webhook_secret()))
    put(app, conversation("c-1"))
    assert store.webhook_work.claim(60_000) is not None
    assert store.webhook_work.claim(60_000) is None
    _wake(app, app.webhooks.listing()[0].id)
    assert store.webhook_work.claim(0) is not None
    assert store.webhook_work.claim(60_000) is not None


def test_what_is_removed_is_gone(store: Store, app: AppStore) -> None:
    """A webhook goes with its log; an unknown one is told; a secret is never stored in clear."""
    made = webhook("http://127.0.0.1:9/none", new_webhook_secret())
    app.webhooks.add(made)
    app.webhooks.remove(made.id)
    assert app.webhooks.listing() == []
    for act in (app.webhooks.remove, app.webhooks.enable, lambda id_: app.webhooks.deliveries(id_, 1)):
        with pytest.raises(NotFoundError):
            act(made.id)
        with pytest.raises(NotFoundError):
            act("a\0b")
    assert store.webhook_work.claim(1) is None
