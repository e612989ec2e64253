"""Exports of the list: written part by part, resumed, withdrawn when something is erased, kept within grants."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from auscult.bootstrap.people import list_exporting
from auscult.domain.assist.assistance import Assist
from auscult.domain.conversation import Conversation, Queue
from auscult.domain.errors import NotFoundError, RequestError
from auscult.domain.people.principal import operator
from auscult.domain.people.users import User
from auscult.domain.people.visibility import Visibility
from auscult.services.conversations.latest import Sought
from auscult.services.delivery import list_exports
from auscult.services.delivery.list_exports import request_export
from auscult.services.people.principals import Principals
from auscult.services.people.users import Access, Users
from auscult.storage.store import AppStore, Store
from tests.golden.storing import TENANT, process

AT = datetime(2026, 3, 1, tzinfo=UTC)
NUMBER = 40


@pytest.fixture
def app(store: Store) -> AppStore:
    """Forty conversations in two queues."""
    store.ensure(TENANT)
    process(
        store,
        [
            Conversation(
                id=f"c-{n:03}",
                custom_id="=cmd()" if n == 0 else None,
                channel="chat",
                direction="inbound",
                started_at=AT + n * timedelta(minutes=1),
                queues=(Queue(id=f"q-{n % 2}", name=f"Queue {n % 2}"),),
                assist=Assist(),
            )
            for n in range(NUMBER)
        ],
    )
    return store.within(TENANT)


def someone(store: Store, role: str, queues: tuple[str, ...] = ()) -> User:
    """Return a new user with a role."""
    users = Users(store, operator(TENANT.account_id))
    user = users.add(f"{role}@example.com", role, TENANT.account_id)
    users.grant(user, TENANT, Access(role=role, queues=queues))
    return user


def rows_of(app: AppStore, export_id: str, user: User) -> list[dict[str, str]]:
    """Return the rows of a CSV export, which begins with one byte order mark, so that Excel reads it as UTF-8."""
    text = b"".join(app.exports.content(export_id, user.user_id)).decode()
    assert text.rfind("\ufeff") == 0
    return list(csv.DictReader(io.StringIO(text[1:])))


def test_a_whole_range_in_parts(store: Store, app: AppStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every conversation is in it once, newest first, with one header; formulas are quoted; the log names it."""
    monkeypatch.setattr(list_exports, "AT_A_TIME", 7)
    user = someone(store, "qa-manager")
    export_id = request_export(app, user.user_id, user.email, Sought(), "csv")
    waiting = app.exports.get(export_id, user.user_id)
    assert (waiting.state, waiting.total, waiting.done) == ("waiting", NUMBER, 0)
    assert list_exporting(store).run_once()
    assert not list_exporting(store).run_once()
    done = app.exports.get(export_id, user.user_id)
    assert (done.state, done.total, done.done) == ("done", NUMBER, NUMBER)
    rows = rows_of(app, export_id, user)
    assert [row["id"] for row in rows] == [f"c-{n:03}" for n in reversed(range(NUMBER))]
    assert rows[-1]["custom_id"] == "'=cmd()"
    assert any(entry.action == "data.exported" for entry in app.log.entries())


def test_goes_on_where_another_worker_ended(store: Store, app: AppStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a worker wrote before it was cut off stays, and the next goes on behind it."""
    monkeypatch.setattr(list_exports, "AT_A_TIME", 15)
    user = someone(store, "qa-manager")
    export_id = request_export(app, user.user_id, user.email, Sought(), "csv")
    wrote = store.export_work.add_part
    monkeypatch.setattr(list_exports, "_LEASE_MS", 0)
    monkeypatch.setattr(
        store.export_work,
        "add_part",
        lambda *given: wrote(*given) and given[0].part < 1,  # cut off behind the second
    )
    assert list_exporting(store).run_once()
    assert app.exports.get(export_id, user.user_id).state == "running"
    monkeypatch.setattr(store.export_work, "add_part", wrote)
    assert list_exporting(store).run_once()
    assert len({row["id"] for row in rows_of(app, export_id, user)}) == NUMBER


def test_what_is_not_seen_is_not_exported(store: Store, app: AppStore) -> None:
    """A supervisor's export has their queue alone; it is theirs alone; without the permission there is none."""
    user, other = someone(store, "supervisor", ("Queue 1",)), someone(store, "qa-manager")
    seen = app.seen_by(app_visibility(store, user))
    export_id = request_export(seen, user.user_id, user.email, Sought(), "csv")
    assert list_exporting(store).run_once()
    assert len(rows_of(app, export_id, user)) == NUMBER // 2
    with pytest.raises(NotFoundError):
        app.exports.get(export_id, other.user_id)
    late = request_export(app, user.user_id, user.email, Sought(), "csv")
    Users(store, operator(TENANT.account_id)).revoke(user)
    assert list_exporting(store).run_once()
    assert app.exports.get(late, user.user_id).state == "failed"


def app_visibility(store: Store, user: User) -> Visibility:
    """Return what a user may export."""
    principals = Principals(store)
    return principals.principal(store.people.access.of_user(user), TENANT).visibility("report.export")


def test_withdrawn_with_what_is_erased(store: Store, app: AppStore) -> None:
    """Once something is erased, no file that may hold it is left; another can be asked for."""
    user = someone(store, "qa-manager")
    export_id = request_export(app, user.user_id, user.email, Sought(), "ndjson")
    assert list_exporting(store).run_once()
    assert b"".join(app.exports.content(export_id, user.user_id)).count(b"\n") == NUMBER
    assert app.erasure.erase("c-001")
    assert app.exports.get(export_id, user.user_id).state == "withdrawn"
    assert list(app.exports.content(export_id, user.user_id)) == []
    assert store.export_work.expire(0) == 0


def test_what_is_erased_while_it_is_written_is_in_no_part(store: Store, app: AppStore) -> None:
    """The worker that writes it stops before another one begins it again."""
    user = someone(store, "qa-manager")
    export_id = request_export(app, user.user_id, user.email, Sought(), "ndjson")
    writing = store.export_work.claim(60_000)
    assert writing is not None
    assert app.erasure.erase("c-001")
    assert store.export_work.claim(60_000) is None
    assert not store.export_work.add_part(writing, b"c-001", None, NUMBER, 60_000)
    assert app.exports.get(export_id, user.user_id).state == "waiting"


def test_saved_views(store: Store, app: AppStore) -> None:
    """A view is its owner's unless shared; one of the same name replaces it; only the owner removes it."""
    views = store.within(TENANT).people.views
    views.save("ann@example.com", "Fatal", "outcome=fatal", is_shared=False)
    mine = views.save("ann@example.com", "Fatal", "outcome=fatal&days=7", is_shared=False)
    shared = views.save("ann@example.com", "Chat", "channel=chat", is_shared=True)
    assert [(each.name, each.query) for each in views.listing("ann@example.com")] == [
        ("Chat", "channel=chat"),
        ("Fatal", "outcome=fatal&days=7"),
    ]
    assert [each.view_id for each in views.listing("bob@example.com")] == [shared]
    with pytest.raises(NotFoundError):
        views.remove(shared, "bob@example.com")
    views.remove(mine, "ann@example.com")
    with pytest.raises(RequestError):
        views.save("ann@example.com", " ", "", is_shared=False)
    assert app.tenant == TENANT
