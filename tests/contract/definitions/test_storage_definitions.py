"""What every store must do, tried on both databases: what apps define beside forms."""

import pytest
from msgspec.structs import replace

from auscult.domain.definitions.form_version import DraftMovedError, Signed, revision_of
from auscult.storage import Store
from tests.contract.storing import OTHER, TENANT


def test_versions_follow_each_other(store: Store) -> None:
    """The same document again is no new version; an older one again is; kinds do not know each other."""
    store.ensure(TENANT)
    app = store.within(TENANT).definitions
    published = [app.publish("table", "rates", document) for document in (b"one", b"one", b"two", b"one")]
    assert [each.version for each in published] == [1, 1, 2, 3]
    app.publish("table", "fees", b"zero")
    app.publish("scorecard", "rates", b"other")
    assert [(each.name, each.version) for each in app.in_force("table")] == [("fees", 1), ("rates", 3)]
    assert app.get("table", "rates") == published[3]
    assert app.get("table", "rates", 2) == published[2]
    assert app.get("scorecard", "rates", 2) is None
    assert [(each.version, each.document) for each in app.versions("table", "rates")] == [
        (3, b"one"),
        (2, b"two"),
        (1, b"one"),
    ]
    assert app.versions("taxonomy", "rates") == app.versions("table", "\ud800") == []
    for unknown in ("other", "a\0", "\ud800"):
        assert app.get("table", unknown) is None


def test_versions_say_who_published_them_and_why(store: Store) -> None:
    """As given; a command has no name, and the same document again keeps what was said first."""
    store.ensure(TENANT)
    app = store.within(TENANT).definitions
    app.publish("scorecard", "sc-1", b"one")
    app.publish("scorecard", "sc-1", b"two", Signed("dana@example.com", "Empathy weighs more"))
    app.publish("scorecard", "sc-1", b"two", Signed("sam@example.com", "Again"))
    assert [(each.by, each.note) for each in app.versions("scorecard", "sc-1")] == [
        ("dana@example.com", "Empathy weighs more"),
        (None, None),
    ]


def test_what_is_removed_is_not_in_force(store: Store) -> None:
    """Its versions stay, and publishing it again brings it back as a new one."""
    store.ensure(TENANT)
    app = store.within(TENANT).definitions
    first = app.publish("table", "rates", b"one")
    removed = app.remove("table", "rates")
    assert removed is not None
    assert removed.removed_at is not None
    assert replace(removed, removed_at=None) == first
    assert app.remove("table", "rates") == removed
    assert app.in_force("table") == []
    assert app.get("table", "rates") == removed
    again = app.publish("table", "rates", b"one")
    assert (again.version, app.in_force("table")) == (2, [again])
    assert app.remove("table", "\ud800") is None
    assert app.remove("scorecard", "rates") is None


def test_an_app_sees_its_own(store: Store) -> None:
    """Rule 16."""
    for tenant in (TENANT, OTHER):
        store.ensure(tenant)
    store.within(TENANT).definitions.publish("table", "rates", b"one")
    assert store.within(OTHER).definitions.in_force("table") == []
    assert store.within(OTHER).definitions.get("table", "rates") is None


def test_drafts(store: Store) -> None:
    """One for each name and kind; what was changed in between is not replaced; published, it is gone."""
    store.ensure(TENANT)
    store.ensure(OTHER)
    app = store.within(TENANT).definitions
    app.save_draft("scorecard", "rates", b"one")
    app.save_draft("taxonomy", "rates", b"tree")
    app.save_draft("scorecard", "rates", b"two", revision_of(b"one"))
    app.save_draft("scorecard", "rates", b"two", revision_of(b"one"))
    with pytest.raises(DraftMovedError):
        app.save_draft("scorecard", "rates", b"three", revision_of(b"one"))
    with pytest.raises(DraftMovedError):
        app.discard_draft("scorecard", "rates", revision_of(b"one"))
    assert [(each.name, each.document) for each in app.drafts("scorecard")] == [("rates", b"two")]
    assert store.within(OTHER).definitions.drafts("scorecard") == []
    app.publish("scorecard", "rates", b"other")
    assert app.draft("scorecard", "rates") is not None
    app.publish("scorecard", "rates", b"two")
    assert app.draft("scorecard", "rates") is None
    app.save_draft("scorecard", "rates", b"four", revision_of(b"two"))
    with pytest.raises(DraftMovedError):
        app.save_draft("scorecard", "rates", b"five", revision_of(b"two"))
    assert app.discard_draft("scorecard", "rates") is True
    assert app.discard_draft("scorecard", "rates") is False
    assert app.discard_draft("scorecard", "\ud800") is False
    assert app.draft("scorecard", "\ud800") is None
    assert app.draft("taxonomy", "rates") is not None
