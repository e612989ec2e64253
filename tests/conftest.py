"""Databases for the tests: the same test runs on SQLite and on PostgreSQL by taking ``database_url`` or ``store``.

PostgreSQL is looked for at ``AUSCULT_TEST_POSTGRESQL`` (a URL of a role that may create databases).
Where none answers, its tests are skipped with one line; under ``CI=true`` they fail instead.
``AUSCULT_TEST_POOLER`` (host:port) puts a pooler in transaction mode between the tests and that server.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

import psycopg
import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from httpx._transports import default
from hypothesis import HealthCheck, settings

from auscult.domain.tenancy import Tenant
from auscult.services.people import passwords
from auscult.storage import Store, open_store
from auscult.storage.store import AppStore
from tests.databases import KEY, Content, Place, database, remove_templates
from tests.tiers import TIER, by_tier, is_due, is_later
from tools.durations import Durations

# How long examples take depends on who else uses the machine; what they show does not.
settings.register_profile(
    "auscult",
    max_examples=int(os.environ.get("AUSCULT_TEST_EXAMPLES", by_tier("10", night="25"))),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("auscult")

# Argon2 is slow on purpose, and tests sign in thousands of times. A server that runs as a process hashes at full cost.
passwords._HASHER = PasswordHasher.from_parameters(CHEAPEST)

# Every client of httpx reads all certificate authorities, which takes longer than most requests of the tests together.
default.create_ssl_context = cache(default.create_ssl_context)  # pyright: ignore[reportPrivateImportUsage]

DEFAULT_SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"


@pytest.fixture(scope="session")
def postgresql_server() -> str:
    """URL of a running PostgreSQL server, at a database that one may connect to."""
    url = os.environ.get("AUSCULT_TEST_POSTGRESQL", DEFAULT_SERVER)
    try:
        psycopg.connect(url, connect_timeout=60).close()
    except psycopg.OperationalError as error:
        reason = f"PostgreSQL does not answer at {url.rpartition('@')[2]}: {str(error).splitlines()[0]}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return url


def pytest_configure(config: pytest.Config) -> None:
    """Record what each test of a whole tier costs; a part of it, and a second try, leave the record as it is."""
    chosen = config.option
    if config.args == config.getini("testpaths") and not (chosen.lf or chosen.keyword or chosen.markexpr):
        config.pluginmanager.register(Durations(config, TIER))


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Do not import what has no test for a push: collecting costs each worker seconds."""
    is_test = collection_path.name.startswith("test_") and collection_path.suffix == ".py"
    return True if TIER == "push" and is_test and is_later(collection_path) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests of later tiers out."""
    later = [item for item in items if not is_due(item)]
    if later:
        config.hook.pytest_deselected(items=later)
        items[:] = [item for item in items if is_due(item)]


def pytest_collection_finish() -> None:
    """Keep the modules that collecting has imported out of every later collection of garbage, and collect less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_sessionfinish() -> None:
    """Remove what the databases of the tests are copies of."""
    remove_templates()


def wants_tables(request: pytest.FixtureRequest) -> bool:
    """Whether the test asks for a store, which begins with a migrated database."""
    return "store" in request.fixturenames


@pytest.fixture
def content(request: pytest.FixtureRequest) -> Content | None:
    """Content of a store's database: the file's ``CONTENT``, or else nothing."""
    return getattr(request.module, "CONTENT", None)


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, tmp_path: Path, content: Content | None) -> Iterator[str]:
    """URL of an SQLite database that does not exist yet, or is a store's."""
    with database("sqlite", "", tmp_path, is_empty=not wants_tables(request), content=content) as url:
        yield url


def pooled(url: str, pooler: str | None) -> str:
    """The same database through a pooler at host:port, if there is one."""
    if not pooler:
        return url
    server, _, name = url.rpartition("/")
    return f"{server.rpartition('@')[0]}@{pooler}/{name}?pooler=transaction"


@pytest.fixture
def postgresql_url(
    request: pytest.FixtureRequest, postgresql_server: str, tmp_path: Path, content: Content | None
) -> Iterator[str]:
    """URL of a new PostgreSQL database, empty unless it is a store's; dropped afterwards, whoever is connected."""
    is_empty = not wants_tables(request)
    with database("postgresql", postgresql_server, tmp_path, is_empty=is_empty, content=content) as url:
        yield pooled(url, os.environ.get("AUSCULT_TEST_POOLER"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of a new database, as users write it: once of each kind; empty unless it is a store's."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A database that the tests of a file share, once of each kind, with the file's ``CONTENT``; and a folder."""
    server = request.getfixturevalue("postgresql_server") if request.param == "postgresql" else ""
    folder, content = tmp_path_factory.mktemp("place"), getattr(request.module, "CONTENT", None)
    with database(request.param, server, folder, content=content) as url:
        yield Place(url, folder)


@pytest.fixture(scope="module")
def shared_store(place: Place) -> Iterator[Store]:
    """A store that the tests of a file share."""
    with closing(open_store(place.url, KEY)) as store:
        yield store


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store, empty unless the file has a ``CONTENT``: once on each kind of database."""
    store = open_store(database_url, KEY)
    yield store
    store.close()


@pytest.fixture
def app(store: Store, request: pytest.FixtureRequest) -> AppStore:
    """The app of the file's ``TENANT``, or else of that of contracts, in the store."""
    tenant: Tenant = getattr(request.module, "TENANT", Tenant(account_id="ac-1", org_id="o-1", app_id="st-1"))
    store.ensure(tenant)
    return store.within(tenant)
