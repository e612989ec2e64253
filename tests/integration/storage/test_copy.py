"""``auscult copy``: a store moves to another database, of either kind, and nothing of it is lost or changed."""

import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from auscult import bootstrap
from auscult.config import Settings
from auscult.domain.assist.live import Arrival, Message
from auscult.domain.conversation import Conversation
from auscult.domain.errors import ConflictError
from auscult.domain.tenancy import Tenant
from auscult.services.assist.knowledge import add_document
from auscult.services.assist.live import LiveConversation
from auscult.storage import migrate, new_secret_key
from auscult.storage.core.database import Database
from auscult.storage.upkeep.copy import copy
from tests.databases import client_of
from tests.golden.storing import TENANT, conversations, process, publish
from tests.integration.program import AUSCULT, auscult, environment
from tests.waiting import existing

pytestmark = pytest.mark.night

KEY = new_secret_key().decode()
CLIENT = client_of(TENANT)
SAID = Arrival(
    event=Message(
        id="", at=CLIENT.created_at, received_at=CLIENT.created_at, message_id="", author="customer", text="Hi"
    )
)


def settings(url: str) -> Settings:
    """Settings whose keys are those of this test."""
    return Settings(database_url=url, secret_key=KEY)


def fill(url: str, more: int = 0) -> None:
    """The golden conversations of two reports, a form, a client, and some that say nothing."""
    with bootstrap.open(settings(url)) as application:
        store = application.store
        publish(store, "scorereporting.chat.yaml", "scorereporting.inbound.yaml")
        store.clients.add(CLIENT)
        app = store.within(TENANT)
        add_document(app, "faq.csv", b"question,answer\nWhen?,At eight.\n", "en")
        LiveConversation(app, "c-live", lambda: datetime.now(UTC)).receive([SAID])
        process(store, [*conversations("scorereporting"), *conversations("calldetails")])
        at = datetime(2026, 3, 1, tzinfo=UTC)
        for start in range(0, more, 1_000):
            many = [
                Conversation(id=f"c-{n}", channel="chat", direction="inbound", started_at=at)
                for n in range(start, min(more, start + 1_000))
            ]
            process(store, many)


@pytest.fixture
def new_url(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> str:
    """URL of another database of the other kind."""
    if database_url.startswith("sqlite"):
        return request.getfixturevalue("postgresql_url")
    return f"sqlite:///{tmp_path / 'other.db'}"


@pytest.mark.landing
def test_a_store_moves_to_the_other_kind_of_database(database_url: str, new_url: str) -> None:
    """Verified by counts and hashes; what it holds, its clients' secrets too, goes on working there."""
    fill(database_url)
    steps: list[tuple[int, int | None]] = []
    tables = bootstrap.copy(settings(database_url), settings(new_url), lambda *step: steps.append(step))
    assert all(table.is_equal for table in tables)
    rows = sum(table.rows for table in tables)
    assert rows > 50
    assert steps == [(done, 2 * rows) for done, _ in sorted(steps)], "comparing is half of the work, and is shown"
    assert steps[-1] == (2 * rows, 2 * rows)
    assert {"live_events", "knowledge_passages"} <= {table.table for table in tables if table.rows}
    with bootstrap.open(settings(new_url)) as application:
        assert application.verify() == []
        assert existing(application.store.clients.find(CLIENT.client_id)).secret == CLIENT.secret
        process(application.store, [Conversation(id="c-new", channel="chat", started_at=datetime.now(UTC))])
        assert application.verify() == []


def test_a_copy_that_was_killed_goes_on(database_url: str, new_url: str, tmp_path: Path) -> None:
    """Killed at any moment, the same command ends with a store that is equal."""
    fill(database_url, more=1_000)
    words = ["copy", "--from", database_url, "--to", new_url, "--json"]
    given = {"AUSCULT_SECRET_KEY": KEY}
    migrate(new_url)
    for wait_s in (0.8, 1.1):
        command, env = [AUSCULT, *words], environment(**given)
        with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.DEVNULL) as killed:  # noqa: S603
            time.sleep(wait_s)
            killed.kill()
    done = auscult(tmp_path, *words, settings=given)
    assert done.status == 0, done.err
    assert all(table["is_equal"] for table in done.last)
    rows = {table["table"]: table["rows_there"] for table in done.last}
    assert rows["conversations"] >= 1_000


def test_a_copy_over_another_store_is_refused(database_url: str, new_url: str) -> None:
    """A target that holds something else is left as it is."""
    fill(database_url)
    with bootstrap.open(settings(new_url)) as application:
        application.store.ensure(Tenant(account_id="acc-9", org_id="o-9", app_id="st-9"))
    with pytest.raises(ConflictError, check=lambda error: error.reason == "copy.target_not_empty"):
        bootstrap.copy(settings(database_url), settings(new_url), lambda *_: None)


def test_a_difference_is_told(database_url: str, new_url: str) -> None:
    """What was changed on one side is found by the comparison, table by table."""
    fill(database_url)
    bootstrap.copy(settings(database_url), settings(new_url), lambda *_: None)
    with bootstrap.open(settings(database_url)) as application:
        process(application.store, [replace(conversations("calldetails")[0], source="elsewhere")])
    here, there = Database(database_url), Database(new_url)
    try:
        different = {table.table for table in copy(here, there, lambda *_: None) if not table.is_equal}
    finally:
        here.close()
        there.close()
    assert "conversations" in different


def test_what_is_written_meanwhile_is_told(database_url: str, new_url: str) -> None:
    """Who forgot to stop the servers learns of it, and does not leave behind what came in while rows were copied."""
    fill(database_url)
    migrate(new_url)
    here, there = Database(database_url), Database(new_url)
    news = iter([Conversation(id="c-meanwhile", channel="chat", started_at=datetime(2026, 3, 1, tzinfo=UTC))])

    def write(_done: int, _total: int) -> None:
        with bootstrap.open(settings(database_url)) as application:
            application.store.within(TENANT).conversations.accept(list(news))

    try:
        different = {table.table for table in copy(here, there, write) if not table.is_equal}
    finally:
        here.close()
        there.close()
    assert different == {"conversations", "batches"}


def test_the_key_of_the_secrets_comes_along(tmp_path: Path) -> None:
    """Where no setting gives the key, the copy can open what the original's clients signed."""
    here, there = (Settings(database_url=f"sqlite:///{tmp_path / name}") for name in ("a.db", "b.db"))
    with bootstrap.open(here) as application:
        application.store.ensure(TENANT)
        application.store.clients.add(CLIENT)
    bootstrap.copy(here, there, lambda *_: None)
    with bootstrap.open(there) as application:
        found = application.store.clients.find(CLIENT.client_id)
    assert found is not None
    assert found.secret == CLIENT.secret
    assert (tmp_path / "b.db.key").stat().st_mode & 0o777 == 0o600


def test_a_key_that_was_made_too_early_gives_way(database_url: str, new_url: str, tmp_path: Path) -> None:
    """Who looked at the new database before the copy has a key there, to no secret: clients are known all the same."""
    here, there = (Settings(database_url=url, state_dir=str(tmp_path / "state")) for url in (database_url, new_url))
    with bootstrap.open(here) as application:
        application.store.ensure(TENANT)
        application.store.clients.add(CLIENT)
    with bootstrap.open(there):
        assert bootstrap.key_path(there).read_bytes() != bootstrap.key_path(here).read_bytes()
    bootstrap.copy(here, there, lambda *_: None)
    with bootstrap.open(there) as application:
        found = application.store.clients.find(CLIENT.client_id)
    assert found is not None
    assert found.secret == CLIENT.secret


def test_no_key_is_made_where_the_source_has_none(tmp_path: Path) -> None:
    """A key that stands elsewhere is not taken for lost: another would lock the clients out of the copy."""
    here, there = (Settings(database_url=f"sqlite:///{tmp_path / name}") for name in ("a.db", "b.db"))
    migrate(here.database_url)
    bootstrap.copy(here, there, lambda *_: None)
    assert list(tmp_path.glob("*.key")) == []


def test_a_slip_in_an_address_copies_nothing(tmp_path: Path) -> None:
    """A file that is not there is no empty database, and a database is not copied into itself."""
    migrate(f"sqlite:///{tmp_path / 'a.db'}")
    slip = auscult(tmp_path, "copy", "--from", "sqlite:///slip.db", "--to", "sqlite:///b.db")
    assert (slip.status, "there is no database at slip.db" in slip.err) == (2, True)
    same = auscult(tmp_path, "copy", "--from", "sqlite:///a.db", "--to", f"sqlite:///{tmp_path / 'a.db'}")
    assert (same.status, same.err) == (1, "error: --from and --to are the same database\n")
    assert [each.name for each in tmp_path.glob("*.db")] == ["a.db"]
