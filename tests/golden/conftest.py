"""A store for the tests of one file: they only read what was loaded once."""

from collections.abc import Iterator

import pytest

from auscult.storage import Store, new_secret_key, open_store
from tests.databases import database


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """An empty store: once on each kind of database."""
    kind: str = request.param
    server = request.getfixturevalue("postgresql_server") if kind == "postgresql" else ""
    with database(kind, server, tmp_path_factory.mktemp("golden")) as url:
        store = open_store(url, new_secret_key())
        yield store
        store.close()
