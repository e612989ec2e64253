"""One store for each kind of database, shared by the tests of a file; each test has an app of its own."""

import uuid
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from auscult.storage import Store, new_secret_key, open_store
from auscult.storage.store import AppStore
from tests.databases import database
from tests.integration.connectors.placing import TENANT


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """An empty store: once on each kind of database."""
    kind: str = request.param
    server = request.getfixturevalue("postgresql_server") if kind == "postgresql" else ""
    with database(kind, server, tmp_path_factory.mktemp("connectors")) as url:
        store = open_store(url, new_secret_key())
        yield store
        store.close()


@pytest.fixture
def app(store: Store) -> AppStore:
    """A new app."""
    tenant = replace(TENANT, app_id=f"st-{uuid.uuid4().hex}")
    store.ensure(tenant)
    return store.within(tenant)
