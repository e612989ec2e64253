"""What every store must do, tried on both databases: forms and clients."""

from datetime import UTC, datetime

import pytest

from auscult.domain.errors import ConflictError, NotFoundError, SettingsError
from auscult.domain.tenancy import Client, new_client_id, new_client_secret
from auscult.pipeline.ports import AppStore
from auscult.storage import Store, migrate, new_secret_key, open_store
from tests.contract.storing import (
    TENANT,
)


@pytest.fixture
def app(store: Store) -> AppStore:
    """An app with nothing in it."""
    store.ensure(TENANT)
    return store.within(TENANT)


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
        with pytest.raises(SettingsError) as refused:
            open_store(database_url, b"too short")
        assert refused.value.reason == "secret_key.invalid"
