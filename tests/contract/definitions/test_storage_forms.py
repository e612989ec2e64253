"""What every store must do, tried on both databases: forms and clients."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from auscult.domain.definitions.form_version import DraftMovedError, revision_of
from auscult.domain.errors import ConflictError, NotFoundError, SettingsError
from auscult.domain.tenancy import Client, new_client_id, new_client_secret
from auscult.storage import Store, migrate, new_secret_key, open_store
from auscult.storage.store import AppStore
from tests.contract.storing import OTHER


class TestForms:
    """A published form is never edited, only followed."""

    def test_versions_follow_each_other(self, app: AppStore) -> None:
        """Rule 7: the same document again is no new version; an older one again is."""
        published = [app.forms.publish("ef-1", document) for document in (b"one", b"one", b"two", b"one")]
        assert [each.version for each in published] == [1, 1, 2, 3]
        app.forms.publish("ef-0", b"zero")
        assert [(each.form_id, each.version) for each in app.forms.in_force()] == [("ef-0", 1), ("ef-1", 3)]
        assert app.forms.get("ef-1") == published[3]
        assert app.forms.get("ef-1", 2) == published[2]
        assert app.forms.get("ef-1", 9) is None
        assert app.forms.get("ef-9") is None

    def test_a_retired_form_is_not_in_force(self, app: AppStore) -> None:
        """Its versions stay; publishing the same document again brings it back, as a new version."""
        app.forms.publish("ef-1", b"one")
        second = app.forms.publish("ef-1", b"two")
        app.forms.publish("ef-2", b"other")
        retired = app.forms.retire("ef-1")
        assert (retired.version, retired.document, retired.retired_at is not None) == (2, b"two", True)
        assert app.forms.retire("ef-1") == retired
        assert [each.form_id for each in app.forms.in_force()] == ["ef-2"]
        assert app.forms.get("ef-1") == retired
        assert [each.retired_at for each in app.forms.versions("ef-1")] == [retired.retired_at, None]
        again = app.forms.publish("ef-1", b"two")
        assert (again.version, again.retired_at) == (3, None)
        assert [(each.form_id, each.version) for each in app.forms.in_force()] == [("ef-1", 3), ("ef-2", 1)]
        assert app.forms.get("ef-1", 2) == retired
        assert replace(retired, retired_at=None) == second
        for unknown in ("ef-9", "ef-\0", "\ud800"):
            with pytest.raises(NotFoundError, check=lambda error: error.reason == "form.unknown"):
                app.forms.retire(unknown)


class TestDrafts:
    """Kept, and not in force."""

    def test_a_draft_is_kept_beside_the_versions(self, app: AppStore) -> None:
        """It replaces the draft that there was, and is no version."""
        app.forms.publish("ef-1", b"one")
        new = app.forms.save_draft("ef-0", b"not even a form")
        first = app.forms.save_draft("ef-1", b"two")
        assert (new.based_on, first.based_on) == (None, 1)
        second = app.forms.save_draft("ef-1", b"three")
        assert app.forms.drafts() == [new, second]
        assert (app.forms.draft("ef-1"), app.forms.draft("ef-9")) == (second, None)
        assert [(each.form_id, each.version) for each in app.forms.in_force()] == [("ef-1", 1)]
        assert app.forms.get("ef-0") is None

    def test_a_draft_that_is_published_is_done_with(self, app: AppStore) -> None:
        """Only the very document: one that was changed meanwhile stays."""
        app.forms.save_draft("ef-1", b"one")
        app.forms.publish("ef-1", b"another")
        assert app.forms.draft("ef-1") is not None
        assert app.forms.publish("ef-1", b"one").version == 2
        assert app.forms.draft("ef-1") is None
        app.forms.save_draft("ef-1", b"one")
        assert app.forms.publish("ef-1", b"one").version == 2
        assert app.forms.draft("ef-1") is None

    def test_a_draft_can_be_discarded(self, app: AppStore) -> None:
        """Once."""
        app.forms.save_draft("ef-1", b"one")
        assert [app.forms.discard_draft(each) for each in ("ef-1", "ef-1", "ef-\0")] == [True, False, False]
        assert app.forms.drafts() == []

    def test_a_draft_of_another_revision_is_neither_replaced_nor_discarded(self, app: AppStore) -> None:
        """The revision is that of the draft, else of the newest version; the same text again loses nothing."""
        forms = app.forms
        forms.publish("ef-1", b"one")
        assert forms.save_draft("ef-1", b"two", revision_of(b"one")).document == b"two"
        for late in (
            lambda: forms.save_draft("ef-1", b"three", revision_of(b"one")),
            lambda: forms.discard_draft("ef-1", revision_of(b"one")),
        ):
            with pytest.raises(DraftMovedError, match="was changed in between"):
                late()
        assert [each.document for each in forms.drafts()] == [b"two"]
        assert forms.save_draft("ef-1", b"two", revision_of(b"one")).document == b"two"
        assert forms.discard_draft("ef-1", revision_of(b"two"))
        assert forms.save_draft("ef-new", b"new", revision_of(b"gone")).document == b"new"

    def test_apps_do_not_see_each_others(self, app: AppStore, store: Store) -> None:
        """Rule 16."""
        store.ensure(OTHER)
        other = store.within(OTHER).forms
        app.forms.save_draft("ef-1", b"one")
        app.forms.publish("ef-1", b"one")
        other.publish("ef-1", b"mine")
        app.forms.retire("ef-1")
        app.forms.save_draft("ef-1", b"two")
        assert (other.draft("ef-1"), other.drafts(), other.discard_draft("ef-1")) == (None, [], False)
        assert [each.document for each in other.in_force()] == [b"mine"]


class TestClients:
    """JWT apps."""

    def test_a_client_is_found_with_its_secret(self, store: Store) -> None:
        """Until it is revoked; the list never shows secrets."""
        client = Client(
            client_id=new_client_id(),
            secret=new_client_secret(),
            account_id="ac-1",
            app_ids=frozenset({"st-1", "st-2"}),
            scopes=frozenset({"Quality AI"}),
            created_at=datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC),
        )
        store.clients.add(client)
        assert store.clients.find(client.client_id) == client
        assert store.clients.find("cs-nobody") is None
        with pytest.raises(ConflictError):
            store.clients.add(client)
        store.clients.revoke(client.client_id)
        assert store.clients.find(client.client_id) is None
        (listed,) = store.clients.listing()
        assert (listed.client_id, listed.secret, listed.app_ids) == (client.client_id, "", client.app_ids)
        assert listed.revoked_at is not None
        store.clients.revoke(client.client_id)
        assert store.clients.listing() == [listed]
        with pytest.raises(NotFoundError):
            store.clients.revoke("cs-nobody")

    def test_a_secret_is_of_no_use_without_the_key(self, database_url: str) -> None:
        """Encrypted at rest: with another key the store says so, with no key at all it does not open."""
        migrate(database_url)
        client = Client(
            client_id="cs-1",
            secret="s" * 40,
            account_id="ac-1",
            app_ids=frozenset(),
            scopes=frozenset(),
            created_at=datetime.now(UTC),
        )
        with_key = open_store(database_url, new_secret_key())
        with_key.clients.add(client)
        with_key.close()
        without = open_store(database_url, new_secret_key())
        with pytest.raises(SettingsError) as refused:
            without.clients.find("cs-1")
        without.close()
        assert refused.value.reason == "secret_key.wrong"
        with pytest.raises(SettingsError, check=lambda error: error.reason == "secret_key.invalid"):
            open_store(database_url, b"too short")
