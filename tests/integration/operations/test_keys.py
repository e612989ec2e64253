"""``auscult keys rotate``: every secret opens with the new key and none with the old, also after kills at any moment."""

import random
import subprocess
import time
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken

from auscult import bootstrap
from auscult.config import Settings
from auscult.domain.assist.live import Message
from auscult.domain.errors import AuscultError
from auscult.domain.people.principal import operator
from auscult.domain.tenancy import Tenant
from auscult.services.people.users import Users
from auscult.services.privacy.log import verify
from auscult.storage.core.database import Database
from auscult.storage.core.tables.assist import live_conversations, live_events
from auscult.storage.core.tables.base import clients
from auscult.storage.core.tables.privacy import redactions
from auscult.storage.privacy.redaction import originals_lock
from tests.contract.storing import STARTED
from tests.databases import client_of
from tests.integration.program import AUSCULT, auscult, environment
from tests.waiting import PATIENCE_S, existing

pytestmark = pytest.mark.night

TENANT = Tenant(account_id="acc-1", org_id="o-1", app_id="st-1")
CLIENT = client_of(TENANT)
MANY = 2_000
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""Of a second factor."""


def fill(settings: Settings, many: int) -> None:
    """Store a client, sealed log entries, and originals of redacted conversations."""
    with bootstrap.open(settings) as application:
        store = application.store
        store.ensure(TENANT)
        store.clients.add(CLIENT)
        store.log.append("cli:test", "something.done")
        assert store.log.seal() is not None
        user = Users(store, operator()).add("ann@example.com", "Ann", TENANT.account_id)
        store.people.second_factors.begin(user.user_id, SECRET, STARTED)
        lock = originals_lock(bootstrap.key_path(settings).read_bytes().strip())
    database = Database(settings.database_url)
    originals = lock.encrypt(msgspec.json.encode({"[number 1]": "4711"}))
    rows = [{"app": 1, "conversation_id": f"c-{n:05}", "spans": "{}", "originals": originals} for n in range(many)]
    with database.writing() as connection:
        connection.execute(sa.insert(redactions), rows)
    database.close()


def under(settings: Settings, key: bytes) -> int:
    """Return how many originals a key opens."""
    database, lock, count = Database(settings.database_url), originals_lock(key), 0
    with database.reading() as connection:
        for token in connection.scalars(sa.select(redactions.c.originals)):
            try:
                lock.decrypt(bytes(token))
            except InvalidToken:
                continue
            count += 1
    database.close()
    return count


@pytest.mark.landing
def test_every_secret_is_under_the_new_key(database_url: str, tmp_path: Path) -> None:
    """Clients sign in, originals open, the log's seals hold, twice in a row; the old key opens nothing."""
    settings = Settings(database_url=database_url, state_dir=str(tmp_path))
    fill(settings, 450)
    for _ in range(2):
        old = bootstrap.key_path(settings).read_bytes().strip()
        done = auscult(
            tmp_path, "keys", "rotate", "--json", "--database", database_url,
            settings={"AUSCULT_STATE_DIR": str(tmp_path)},
        )  # fmt: skip
        assert (done.status, done.last["changed"]) == (0, 452), done.err
        new = bootstrap.key_path(settings).read_bytes().strip()
        assert old != new
        assert bootstrap.key_path(settings).stat().st_mode & 0o777 == 0o600
        assert (under(settings, old), under(settings, new)) == (0, 450)
        with bootstrap.open(settings) as application:
            assert existing(application.store.clients.find(CLIENT.client_id)).secret == CLIENT.secret
            kept = existing(application.store.within(TENANT).privacy.redaction("c-00007"))
            assert kept.originals == {"[number 1]": "4711"}
            user = application.store.people.users.by_email("ann@example.com")
            factor = existing(application.store.people.second_factors.get(user.user_id) if user else None)
            assert factor.secret == SECRET
            assert verify(application.store) == []
    with (
        pytest.raises(AuscultError) as refused,
        bootstrap.open(msgspec.structs.replace(settings, secret_key=old.decode())),
    ):
        pass
    assert refused.value.reason == "secret_key.wrong"


def test_a_rotation_survives_kills(tmp_path: Path) -> None:
    """Killed at random moments, it goes on with the same new key, and in the end everything is under it."""
    settings = Settings(database_url=f"sqlite:///{tmp_path}/auscult.db", state_dir=str(tmp_path))
    fill(settings, MANY)
    old = bootstrap.key_path(settings).read_bytes().strip()
    words = [str(AUSCULT), "keys", "rotate", "--database", settings.database_url]
    path = bootstrap.key_path(settings)
    following = path.with_name(path.name + ".next")
    draw = random.Random(4711)
    kills, seen = 0, set[bytes]()
    while path.read_bytes().strip() == old and kills < 12:
        with subprocess.Popen(words, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:  # noqa: S603
            until = time.monotonic() + PATIENCE_S
            while not following.exists() and process.poll() is None:
                assert time.monotonic() < until
                time.sleep(0.005)
            if following.exists():
                seen.add(following.read_bytes())
            time.sleep(draw.uniform(0, 0.4))
            process.kill()
        kills += 1
    if path.read_bytes().strip() == old:
        assert auscult(tmp_path, "keys", "rotate", "--database", settings.database_url).status == 0
    new = path.read_bytes().strip()
    assert seen == {new + b"\n"}, "one new key, however often it was killed"
    assert (under(settings, old), under(settings, new)) == (0, MANY)
    with bootstrap.open(settings) as application:
        assert existing(application.store.clients.find(CLIENT.client_id)).secret == CLIENT.secret


def test_a_key_that_is_a_setting_needs_a_file(sqlite_url: str, tmp_path: Path) -> None:
    """The new key is written to the file that is named; the command says what to set."""
    key = Fernet.generate_key().decode()
    with bootstrap.open(Settings(database_url=sqlite_url, secret_key=key)) as application:
        application.store.ensure(TENANT)
        application.store.clients.add(CLIENT)
    given = {"AUSCULT_SECRET_KEY": key}
    bare = auscult(tmp_path, "keys", "rotate", "--database", sqlite_url, settings=given)
    assert (bare.status, "name a file for the new one with --to-file" in bare.err) == (1, True)
    done = auscult(tmp_path, "keys", "rotate", "--to-file", "new.key", "--database", sqlite_url, settings=given)
    assert (done.status, "AUSCULT_SECRET_KEY_FILE=new.key" in done.err) == (0, True)
    again = {"AUSCULT_SECRET_KEY_FILE": "new.key"}
    listed = auscult(tmp_path, "clients", "list", "--database", sqlite_url, settings=again)
    assert CLIENT.client_id in listed.out
    same = auscult(tmp_path, "keys", "rotate", "--to-file", "new.key", "--database", sqlite_url, settings=again)
    assert (same.status, "holds the present key" in same.err) == (1, True)


def test_live_texts_are_rotated(sqlite_url: str, tmp_path: Path) -> None:
    """What is kept of a conversation that goes on opens with the new key."""
    settings = Settings(database_url=sqlite_url, state_dir=str(tmp_path))
    fill(settings, 0 + 1)
    path = bootstrap.key_path(settings)
    message = Message(
        id="e-1", at=STARTED, received_at=STARTED, message_id="m-1", author="customer", text="[number]",
        sealed=originals_lock(path.read_bytes().strip()).encrypt(b"4711"),
    )  # fmt: skip
    database = Database(sqlite_url)
    with database.writing() as connection:
        columns = {
            column.name: 1 for column in live_conversations.columns if not column.nullable and column.name != "live"
        }
        texts = {name: "c-live" for name in columns if isinstance(live_conversations.c[name].type, sa.Text)}
        connection.execute(sa.insert(live_conversations).values({"live": 1, **columns, **texts}))
        row = {"live": 1, "seq": 1, "event_id": "e-1", "body": msgspec.json.encode(message)}
        connection.execute(sa.insert(live_events).values(row))
    done = auscult(tmp_path, "keys", "rotate", "--database", sqlite_url)
    assert done.status == 0, done.err
    with database.reading() as connection:
        body = connection.scalar(sa.select(live_events.c.body))
        secret = connection.scalar(sa.select(clients.c.secret))
    database.close()
    assert b"sealed" in bytes(body)
    kept = msgspec.json.decode(bytes(body), type=Message)
    assert kept.sealed is not None
    key = path.read_bytes().strip()
    assert originals_lock(key).decrypt(kept.sealed) == b"4711"
    assert Fernet(key).decrypt(bytes(secret)).decode() == CLIENT.secret


def test_running_workers_are_named(sqlite_url: str, tmp_path: Path) -> None:
    """While a worker sends heartbeats nothing is changed."""
    settings = Settings(database_url=sqlite_url)
    fill(settings, 1)
    env = environment()
    with subprocess.Popen(  # noqa: S603  (our own program)
        [str(AUSCULT), "worker", "--database", sqlite_url], env=env, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        assert "is ready" in worker.stdout.readline()
        done = auscult(tmp_path, "keys", "rotate", "--database", sqlite_url)
        worker.terminate()
    assert (done.status, "stop servers and workers first" in done.err) == (1, True)
