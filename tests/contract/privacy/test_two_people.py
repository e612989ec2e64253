"""Steps for two people, retention of the log, and the list of erasures in a second place, on both databases."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from auscult.domain.conversation import Customer
from auscult.domain.directory import NO_ALIASES
from auscult.domain.errors import AccessError, ConflictError, NotFoundError, SettingsError
from auscult.reports import REPORTS
from auscult.services.privacy.approvals import Approvals
from auscult.services.privacy.erased_elsewhere import ErasedList, read_list
from auscult.services.privacy.erasure import Erasing
from auscult.services.privacy.holds import place_hold
from auscult.services.privacy.log import record, verify
from auscult.services.privacy.settings import change_settings
from auscult.services.scoring.render import render
from auscult.storage import Store
from auscult.storage.privacy.log import PRUNED
from auscult.storage.store import AppStore
from tests.contract.privacy.test_redaction_at_intake import stored
from tests.contract.storing import STARTED, TENANT, conversation, put


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """An app that asks two people."""
    change_settings(app, "cli:test", {"two_people": True})
    put(app, conversation("c-1", customer=Customer(id="u-1")), conversation("c-2"))
    return app


def by(app: AppStore, name: str) -> Approvals:
    """Steps of a person."""
    erasing = Erasing(
        app, lambda: STARTED + timedelta(days=1), partial(render, TENANT, reports=REPORTS, aliases=NO_ALIASES)
    )
    return Approvals(app, erasing, f"user:{name}@example.com")


def test_an_erasure_waits_for_another_person(store: Store, app: AppStore) -> None:
    """The one who asked cannot approve; another one can, once; what names the customer is encrypted, then gone."""
    asked = by(app, "ann").erase_customer("customer", "u-1")
    assert asked.receipt is None
    assert asked.approval is not None
    assert app.conversations.get("c-1") is not None
    with pytest.raises(AccessError, match="another person"):
        by(app, "ann").approve(asked.approval.number)
    done = by(app, "bob").approve(asked.approval.number)
    assert done.receipt is not None
    assert (done.receipt.erased, done.receipt.principal) == (1, "user:bob@example.com")
    assert app.conversations.get("c-1") is None
    assert done.approval is not None
    assert (done.approval.state, done.approval.subject, done.approval.run_id) == ("approved", None, done.receipt.id)
    with pytest.raises(ConflictError, match="decided already"):
        by(app, "eve").approve(asked.approval.number)
    with pytest.raises(NotFoundError):
        by(app, "eve").approve(99)
    assert not [value for value in stored(store) if b'"u-1"' in value]
    assert [entry.action for entry in app.log.entries()][-4:-1] != []
    assert verify(store) == []


def test_lifting_a_hold_waits_too_and_can_be_refused(app: AppStore) -> None:
    """Refused, the hold stays; approved, it is lifted; an unknown one is refused at once."""
    hold = place_hold(app, "cli:test", "customer", "u-1", "case 7")
    first = by(app, "ann").lift(hold, "over")
    assert first.approval is not None
    assert by(app, "bob").refuse(first.approval.number).state == "refused"
    assert [each.number for each in app.retention.holds()] == [hold]
    second = by(app, "ann").lift(hold, "over")
    assert second.approval is not None
    by(app, "bob").approve(second.approval.number)
    assert app.retention.holds() == []
    with pytest.raises(NotFoundError):
        by(app, "ann").lift(hold, "again")


def test_letting_one_person_be_enough_needs_two(app: AppStore) -> None:
    """Else the setting would guard nothing."""
    with pytest.raises(AccessError, match="second person"):
        change_settings(app, "user:ann@example.com", {"two_people": False})
    asked = by(app, "ann").one_person()
    assert app.privacy.settings().two_people
    assert asked.approval is not None
    by(app, "bob").approve(asked.approval.number)
    assert not app.privacy.settings().two_people
    assert by(app, "ann").erase_customer("customer", "u-1").receipt is not None


def test_the_log_is_kept_for_its_own_time(store: Store) -> None:
    """Only sealed entries go, the log says so and stays whole; who sets the counter alone is found."""
    for number in range(4):
        record(store, "user:ann@example.com", "session.opened", f"session:{number}")
        if number == 1:
            assert store.log.seal() is not None
    assert store.log.prune(0) == 0
    assert store.log.prune(2**62) == 2
    assert [entry.number for entry in store.log.entries()] == [3, 4, 5]
    assert [entry.action for entry in store.log.entries(after=4)] == ["log.pruned"]
    assert verify(store) == []
    assert store.log.seal() is not None
    assert verify(store) == []
    with store._database.writing() as connection:
        connection.execute(sa.text("UPDATE counters SET value = 3 WHERE name = :name"), {"name": PRUNED})
        connection.execute(sa.text("DELETE FROM access_log WHERE entry <= 3"))
    assert "entries 1 to 3 were removed, and no entry of the log records it" in [str(fault) for fault in verify(store)]


def test_the_list_of_erasures_names_nobody_and_is_complete(store: Store, app: AppStore, tmp_path: Path) -> None:
    """Each erasure is in the file once, under a keyed hash; what came back with a backup is found by it."""
    path = tmp_path / "erasures.ndjson"
    kept = ErasedList(store, path)
    assert (kept.write(), kept.write()) == (1, 0)
    app.conversations.erase("c-1")
    assert (kept.write(), kept.write()) == (2, 0)
    app.conversations.erase("c-2")
    place_hold(app, "cli:test", "customer", "u-1", "case 7")
    assert kept.write() == 2
    assert not [word for word in (b"c-1", b"u-1", b"case") if word in path.read_bytes()]
    lines = read_list(path).lines
    assert {(line.key, line.at) for line in lines if line.key} == {
        (key.hex(), at) for key, at in app.retention.erased()
    }
    assert app.retention.holds_of(lines) == app.retention.holds()
    assert kept.differences(path) == []
    path.unlink()
    assert kept.differences(path) == [f"{path}: 2 erasures of the database are missing"]
    assert kept.write() == 4
    with pytest.raises(SettingsError, match="cannot be read"):
        read_list(tmp_path)
