"""One store for each kind of database, shared by the tests of a file; each test has an app of its own."""

import uuid

import pytest
from msgspec.structs import replace

from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.integration.connectors.placing import TENANT


@pytest.fixture(scope="module")
def store(shared_store: Store) -> Store:
    """An empty store: once on each kind of database."""
    return shared_store


@pytest.fixture
def app(store: Store) -> AppStore:
    """A new app."""
    tenant = replace(TENANT, app_id=f"st-{uuid.uuid4().hex}")
    store.ensure(tenant)
    return store.within(tenant)
