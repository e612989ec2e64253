"""No input of one account ends the work of another: a panic of a library in each loop of a worker, and what is done then."""

import logging
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from types import SimpleNamespace
from typing import Any, cast

import pytest
import sqlalchemy as sa

from auscult.bootstrap import auditing, privacy, scheduling
from auscult.config import Settings
from auscult.domain.operations.guarding import PanicError
from auscult.domain.tenancy import Tenant
from auscult.reports import REPORTS
from auscult.services.recordings.removal import remove_due
from auscult.services.scoring import rebuild
from auscult.services.scoring.evaluate import Evaluator
from auscult.storage import Store
from auscult.storage.core.database import Database
from auscult.storage.core.tables.base import apps
from auscult.workers import background
from auscult.workers.background.live_poller import LiveConversationPoller
from auscult.workers.background.log_sealer import LogSealer
from auscult.workers.background.thread import BackgroundThread
from auscult.workers.background.webhook_dispatcher import WebhookDispatcher
from auscult.workers.scheduler import Schedule
from auscult.workers.worker import _scheduled
from tests.integration.working import conversation, working
from tests.waiting import PATIENCE_S, wait_until

BAD = Tenant(account_id="ac-1", org_id="o-1", app_id="st-1")
GOOD = Tenant(account_id="ac-2", org_id="o-2", app_id="st-2")
MAIL = Settings(smtp_url="smtp://127.0.0.1:1", mail_from="a@example.com")
LOOPS: dict[str, tuple[Any, str, Callable[[Store], object]]] = {
    "plans": (auditing, "planning", auditing.draw_due),
    "held audits": (auditing, "desk", auditing.submit_held),
    "schedules": (scheduling, "scheduling", lambda store: scheduling.run_schedules(store, Settings())),
    "connectors": (scheduling, "connecting", lambda store: scheduling.run_connectors(store, Settings())),
    "late audits": (scheduling, "note_late", lambda store: scheduling.run_notices(store, Settings())),
    "e-mails": (scheduling, "send_mails", lambda store: scheduling.run_notices(store, MAIL)),
    "messages": (scheduling, "send_messages", lambda store: scheduling.run_notices(store, Settings())),
    "retention": (privacy, "erasing", lambda store: privacy.run_retention(Settings(), store)),
    "rows": (rebuild, "_replace_rows", lambda store: rebuild.render_outdated(store, REPORTS, lambda _: False)),
}
"""Loops over apps: the module and the name of what does one of them, and what runs the loop."""
THREADS = [each.name for each in iter_modules(background.__path__) if each.name != "thread"]


class RustPanic(BaseException):
    """As ``pyo3_runtime.PanicException``."""


def panic(*_: object) -> None:
    """Raise as a library in Rust does."""
    raise RustPanic("called `Result::unwrap()` on an `Err` value")


@pytest.fixture
def both(store: Store, sqlite_url: str) -> Store:
    """A store with an app of each of two accounts, whose rows are of an earlier version."""
    for each in (BAD, GOOD):
        store.ensure(each)
    database = Database(sqlite_url)
    with database.writing() as connection:
        connection.execute(sa.update(apps).values(rows_version=0))
    database.close()
    return store


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest) -> str:
    """One database: what is guarded is the same on both."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.mark.parametrize("name", LOOPS)
def test_a_panic_for_one_app_leaves_the_others_theirs(
    both: Store, name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The app of the other account has its turn, and the log has which one failed, with the panic."""
    module, part, loop = LOOPS[name]
    done, original = list[str](), getattr(module, part)

    def planted(*given: Any, **more: Any) -> object:
        tenant = next(each if isinstance(each, Tenant) else each.tenant for each in given if _is_of_app(each))
        if tenant == BAD:
            panic()
        found = original(*given, **more)
        done.append(tenant.app_id)
        return found

    monkeypatch.setattr(module, part, planted)
    loop(both)
    assert done == [GOOD.app_id]
    (failed,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert failed.getMessage().startswith(f"{name} of app {BAD.app_id}: ")
    assert "RustPanic: called `Result::unwrap()`" in caplog.text


def _is_of_app(given: object) -> bool:
    return isinstance(given, Tenant) or isinstance(getattr(given, "tenant", None), Tenant)


@pytest.mark.parametrize("module", THREADS)
def test_a_panic_ends_no_thread_of_a_worker(module: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever a round raises, there is a next one; the end of the process passes."""
    found = vars(import_module(f"{background.__name__}.{module}")).values()
    (kind,) = (
        each
        for each in found
        if isinstance(each, type) and issubclass(each, BackgroundThread) and each.__module__.endswith(module)
    )
    rounds, again = list[Callable[[], object]]([panic]), threading.Event()
    made: Any = type("Planted", (kind,), {"__init__": BackgroundThread.__init__, "__exit__": BackgroundThread.__exit__})
    made._run_due = lambda _self: rounds.pop()() if rounds else again.set()
    with made("planted", 0.01):
        assert again.wait(PATIENCE_S)
    assert "planted: a library failed" in caplog.text
    rounds.append(sys.exit)
    with pytest.raises(SystemExit):
        made("ending", 0.01)._watch()


def test_live_conversations_webhooks_and_files_of_others_are_done(caplog: pytest.LogCaptureFixture) -> None:
    """Also where the fault meets what is to be stored about a conversation that cannot be processed."""
    done: list[str] = []

    def one(app: Any, name: str = "") -> None:
        if "bad" in (app, name):
            panic()
        done.append(name or app)

    due = [SimpleNamespace(tenant=each, conversation_id=each) for each in ("bad", "good")]
    store = SimpleNamespace(live_work=SimpleNamespace(due=lambda _at: due), within=lambda app: app)
    LiveConversationPoller(
        cast("Any", store), cast("Any", SimpleNamespace(process=one)), lambda: cast("Any", 0)
    ).process_due()
    assert done == ["good"]

    waiting = [SimpleNamespace(webhook=SimpleNamespace(id=each)) for each in ("good hook", "bad")]
    sending = SimpleNamespace(
        claim=lambda: waiting.pop() if waiting else None, deliver=lambda due: one(due.webhook.id), close=lambda: None
    )
    with WebhookDispatcher(cast("Any", sending)):
        wait_until(lambda: "good hook" in done)

    files = ["bad", "good file"]
    recordings = SimpleNamespace(due_removals=lambda most: files[:most], removed=files.remove)
    folder = SimpleNamespace(remove=one, remove_temporary=lambda _before: None)
    assert remove_due(cast("Any", recordings), cast("Any", folder)) == 1
    assert (files, done[-1]) == (["bad"], "good file")

    LogSealer(lambda: done.append("sealed") or 0, panic)._run_due()
    assert done[-1] == "sealed"
    assert caplog.text.count("a library failed") == 3
    assert "live conversation bad: will be processed again" in caplog.text


def test_a_conversation_that_panics_fails_alone(store: Store, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its batch ends with the reason, and the worker goes on with the batch of another account."""
    evaluate = Evaluator.evaluate_ready

    def planted(self: Evaluator, batch: Any, *given: Any, **more: Any) -> Any:
        if any("panic" in turn.text for each in batch for turn in each.conversation.turns):
            panic()
        return evaluate(self, batch, *given, **more)

    monkeypatch.setattr(Evaluator, "evaluate_ready", planted)
    for tenant, text in ((BAD, "panic"), (GOOD, "hello")):
        store.ensure(tenant)
        app = store.within(tenant)
        app.conversations.accept([conversation(f"c-{tenant.app_id}", text)], "live")
    with working(store, sqlite_url):
        wait_until(lambda: not any(store.batches.has_waiting(each) for each in (BAD, GOOD)))
    good, bad = (store.within(each).conversations.get(f"c-{each.app_id}") for each in (GOOD, BAD))
    assert good is not None
    assert good.evaluations
    assert bad is None or not bad.evaluations


def test_a_schedule_that_panics_fails_as_others_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the durable engine records it, and begins the next one at its time."""
    monkeypatch.setattr("auscult.workers.worker.DBOS.run_step", lambda _options, do: do())
    with pytest.raises(PanicError, match="RustPanic"):
        _scheduled(Schedule("planted", "* * * * *", panic))(cast("Any", None), None)
