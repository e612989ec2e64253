"""A store for the tests of one file: they only read what was loaded once."""

import pytest

from auscult.storage import Store


@pytest.fixture(scope="module")
def store(shared_store: Store) -> Store:
    """An empty store: once on each kind of database."""
    return shared_store
