"""``auscult backup`` and ``auscult restore``: a restored database answers as the original did, byte by byte."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import yaml

from auscult import bootstrap
from auscult.config import Settings
from auscult.domain.errors import AuscultError
from auscult.domain.operations.backups import KeepRule
from auscult.domain.record import RecordQuery
from auscult.domain.tenancy import Tenant
from auscult.reports import REPORTS
from auscult.storage.store import Store
from tests.databases import client_of, database
from tests.e2e.sounding import tone, wav
from tests.golden.storing import TENANT, conversations, process, publish
from tests.integration.bucket import bucket as bucket  # noqa: PLC0414  (a fixture)
from tests.integration.program import AUSCULT, auscult, conversation, environment, ran, write
from tests.integration.program import TENANT as APP
from tests.waiting import existing, wait_until

pytestmark = pytest.mark.night

ROOT = Path(__file__).parents[3]
CLIENT = client_of(TENANT)


def fill(settings: Settings) -> None:
    """Store forms, a client and golden conversations."""
    with bootstrap.open(settings) as application:
        publish(application.store, "scorereporting.chat.yaml", "scorereporting.inbound.yaml")
        application.store.clients.add(CLIENT)
        process(
            application.store,
            [*conversations("scorereporting"), *conversations("calldetails"), *conversations("aaconversation")],
        )


def pages(store: Store) -> dict[str, bytes]:
    """Return the rows of each report, as a page has them."""
    app = store.within(TENANT).conversations
    everything = {"app_ids": (TENANT.app_id,), "since_ms": -(10**15), "until_ms": 10**15}
    return {name: b"\n".join(app.page(RecordQuery(report=name, **everything)).rows) for name in REPORTS}


@pytest.fixture
def original(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a database with data."""
    settings = Settings(database_url=database_url, state_dir=str(tmp_path / "state"))
    fill(settings)
    return settings


@pytest.fixture
def empty(original: Settings, postgresql_server: str, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a new database of the same kind, on another machine: its state folder is another."""
    there = tmp_path / "there"
    there.mkdir()
    with database(original.database_url.partition(":")[0], postgresql_server, there, is_empty=True) as url:
        yield Settings(database_url=url, state_dir=str(there))


@pytest.mark.landing
def test_a_restored_database_answers_the_same(original: Settings, empty: Settings, tmp_path: Path) -> None:
    """Every report's rows are equal byte by byte, the client's secret opens, and every table's digest is verified."""
    with bootstrap.open(original) as application:
        before = pages(application.store)
    assert all(before.values()), "every report has rows to compare"
    made = bootstrap.back_up(original, tmp_path / "backup")
    assert made.manifest.key == "plain"
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "backup").iterdir()} == {0o600}
    report = bootstrap.restore(empty, tmp_path / "backup", verify=True)
    assert (report.verified, report.differences) == (True, ())
    assert report.rows > 50
    with bootstrap.open(empty) as application:
        assert pages(application.store) == before
        assert existing(application.store.clients.find(CLIENT.client_id)).secret == CLIENT.secret
        process(application.store, [conversations("rawdata")[0]])
        assert application.verify() == []
        assert len(REPORTS) == 5


def test_writers_go_on_during_a_backup(original: Settings, empty: Settings, tmp_path: Path) -> None:
    """An open writer elsewhere neither blocks the backup nor gets into it; the figures know when it was made."""
    with bootstrap.open(original) as application:
        bootstrap.back_up(original, tmp_path / "backup")
        process(application.store, [conversations("rawdata")[0]])
        assert application.store.figures().last_backup is not None
    bootstrap.restore(empty, tmp_path / "backup")
    with bootstrap.open(empty) as application:
        assert application.verify() == []
        assert application.store.figures().last_backup is None, "made after the state that it holds"


def test_a_locked_key_needs_its_passphrase(original: Settings, empty: Settings, tmp_path: Path) -> None:
    """With a passphrase the key is nowhere in the backup as it is; a wrong or missing one restores nothing."""
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text("correct horse\n")
    wrong.write_text("battery staple\n")
    folder = tmp_path / "backup"
    assert bootstrap.back_up(original, folder, right).manifest.key == "locked"
    key = bootstrap.key_path(original).read_bytes().strip()
    assert not any(key in path.read_bytes() for path in folder.iterdir())
    for given, reason in ((None, "backup.passphrase_missing"), (wrong, "backup.passphrase_wrong")):
        with pytest.raises(AuscultError) as refused:
            bootstrap.restore(empty, folder, given)
        assert refused.value.reason == reason
    bootstrap.restore(empty, folder, right, verify=True)
    assert bootstrap.key_path(empty).read_bytes().strip() == key


def test_a_database_with_data_is_not_overwritten(original: Settings, tmp_path: Path) -> None:
    """The target must be new or empty, and so must the folder of a new backup."""
    folder = tmp_path / "backup"
    bootstrap.back_up(original, folder)
    with pytest.raises(AuscultError) as refused:
        bootstrap.restore(original, folder)
    assert refused.value.reason == "backup.target_not_empty"
    with pytest.raises(AuscultError) as refused:
        bootstrap.back_up(original, folder)
    assert refused.value.reason == "backup.folder_not_empty"


def test_a_damaged_backup_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    """One changed byte, a missing manifest or the other kind of database is found before anything is written."""
    original = Settings(database_url=sqlite_url)
    fill(original)
    folder, target = tmp_path / "backup", Settings(database_url=f"sqlite:///{tmp_path / 'new.db'}")
    bootstrap.back_up(original, folder)
    other = Settings(database_url="postgresql://postgres@127.0.0.1/none", state_dir=str(tmp_path))
    with pytest.raises(AuscultError) as refused:
        bootstrap.restore(other, folder)
    assert refused.value.reason == "backup.other_kind"
    file = folder / "database.sqlite"
    content = bytearray(file.read_bytes())
    content[5_000] ^= 1
    file.write_bytes(content)
    with pytest.raises(AuscultError) as refused:
        bootstrap.restore(target, folder)
    assert refused.value.reason == "backup.damaged"
    (folder / "backup.json").unlink()
    with pytest.raises(AuscultError) as refused:
        bootstrap.restore(target, folder)
    assert refused.value.reason == "backup.no_manifest"
    assert not (tmp_path / "new.db").exists()


def test_a_missing_client_program_is_named(postgresql_url: str, tmp_path: Path) -> None:
    """Without pg_dump the message names the program and its package, and no folder looks like a backup."""
    settings = {"AUSCULT_STATE_DIR": str(tmp_path / "state"), "PATH": str(AUSCULT.parent)}
    auscult(tmp_path, "migrate", "--database", postgresql_url, settings=settings)
    done = auscult(tmp_path, "backup", "b", "--database", postgresql_url, settings=settings)
    assert done.status == 1
    assert "pg_dump is not installed; install PostgreSQL's client programs" in done.err
    assert list((tmp_path / "b").iterdir()) == []


@pytest.mark.landing
def test_the_commands_say_what_they_did(sqlite_url: str, tmp_path: Path) -> None:
    """Backup warns of a plain key, restore verifies and warns of holds that may be missing, and both speak JSON."""
    fill(Settings(database_url=sqlite_url))
    made = auscult(tmp_path, "backup", "b", "--database", sqlite_url, "--json")
    assert (made.status, "as plain text (mode 0600)" in made.err) == (0, True)
    assert made.last["key"] == "plain"
    done = auscult(tmp_path, "restore", "b", "--database", "sqlite:///new.db", "--verify", "--json")
    assert (done.status, done.err.count("warning: "), "auscult retention resume" in done.err) == (0, 1, True)
    assert (done.last["verified"], done.last["differences"], done.last["erasures_wait"]) == (True, [], True)
    resumed = [auscult(tmp_path, "retention", "resume", "--database", "sqlite:///new.db").out for _ in range(2)]
    assert resumed == ["erasures go on\n", "erasures do not wait\n"]
    assert auscult(tmp_path, "log", "export", "--database", "sqlite:///new.db").out.count('"erasures.resumed"') == 1
    listed = auscult(tmp_path, "clients", "list", "--database", "sqlite:///new.db", "--json")
    assert CLIENT.client_id in listed.out


def test_a_backup_of_no_database_makes_none(tmp_path: Path) -> None:
    """A slip in the address makes neither a database nor a folder."""
    done = auscult(tmp_path, "backup", "b", "--database", "sqlite:///slip.db")
    assert (done.status, "there is no database at slip.db" in done.err) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_tenants_are_restored(original: Settings, empty: Settings, tmp_path: Path) -> None:
    """Apps belong where they belonged."""
    with bootstrap.open(original) as application:
        application.store.ensure(Tenant(account_id="acc-9", org_id="o-9", app_id="st-9"))
    bootstrap.back_up(original, tmp_path / "backup")
    bootstrap.restore(empty, tmp_path / "backup")
    with bootstrap.open(empty) as application:
        assert [each.app_id for each in application.store.tenants()] == [TENANT.app_id, "st-9"]


def test_recordings_are_listed_with_their_hashes(tmp_path: Path) -> None:
    """The list has each file's hash; restoring warns of missing sound, accepts a copy of it, and names a changed one."""
    url, new = "sqlite:///here/a.db", "sqlite:///there/b.db"
    for name in ("here", "there", "again"):
        (tmp_path / name).mkdir()
    write(tmp_path / "one.ndjson", conversation("c-1"))
    assert auscult(tmp_path, "load", "one.ndjson", *APP, "--database", url).status == 0
    (tmp_path / "one.wav").write_bytes(wav(tone()))
    added = auscult(tmp_path, "recordings", "add", "c-1", "one.wav", "--app", "st-1", "--database", url)
    assert added.status == 0, added.err
    made = auscult(tmp_path, "backup", "b", "--database", url, "--json")
    assert made.last["recordings"] == 1
    (listed,) = [json.loads(line) for line in (tmp_path / "b" / "recordings.ndjson").read_text().splitlines()]
    assert listed["sha256"] == hashlib.sha256((tmp_path / "one.wav").read_bytes()).hexdigest()
    done = auscult(tmp_path, "restore", "b", "--database", new, "--verify", "--json")
    assert (done.status, done.last["recordings_missing"]) == (0, 1)
    assert "1 of 1 recordings are not in the folder of recordings" in done.err
    shutil.copytree(tmp_path / "here" / "a.db.recordings", tmp_path / "again" / "c.db.recordings")
    copied = auscult(tmp_path, "restore", "b", "--database", "sqlite:///again/c.db", "--verify", "--json")
    assert (copied.status, copied.last["recordings_missing"], "recordings" in copied.err) == (0, 0, False)
    (tmp_path / "again" / "c.db").unlink()
    (sound,) = [path for path in (tmp_path / "again" / "c.db.recordings").rglob("*") if path.is_file()]
    sound.write_bytes(sound.read_bytes() + b"x")
    changed = auscult(tmp_path, "restore", "b", "--database", "sqlite:///again/c.db", "--verify")
    assert (changed.status, "the file differs from the one that was backed up" in changed.err) == (1, True)


@pytest.mark.parametrize("kind", ["folder", "objects"])
def test_an_archive_is_restored_from_its_place(
    kind: str, original: Settings, empty: Settings, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """One encrypted file in a folder or an object store; the newest is restored with its key, and verified."""
    place = str(tmp_path / "archives") if kind == "folder" else f"{request.getfixturevalue('bucket')}/{uuid4()}"
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("a long one, of several words")
    made = bootstrap.archive(original, place, passphrase, KeepRule())
    with bootstrap.open(original) as application:
        before = pages(application.store)
        assert application.store.figures().last_backup is not None
    with bootstrap.opened_backup(place, passphrase) as folder:
        assert bootstrap.restore(empty, folder, passphrase, verify=True).differences == ()
    with bootstrap.open(empty) as application:
        assert pages(application.store) == before
    with bootstrap.opened_backup(f"{place}/{made.name}", passphrase) as folder:
        assert (folder / "backup.json").is_file()


def test_the_command_restores_from_an_object_store(bucket: str, sqlite_url: str, tmp_path: Path) -> None:
    """`auscult restore` reads the newest backup of the place, or the one that is named, and verifies it."""
    fill(Settings(database_url=sqlite_url))
    (tmp_path / "passphrase").write_text("a long one, of several words")
    locked, place = ("--passphrase-file", "passphrase"), f"{bucket}/{uuid4()}"
    made = auscult(tmp_path, "backup", "--to", place, *locked, "--database", sqlite_url, "--json")
    assert made.status == 0, made.err
    for number, address in enumerate((place, f"{place}/{made.last['name']}")):
        url = f"sqlite:///new-{number}.db"
        done = auscult(tmp_path, "restore", address, *locked, "--database", url, "--verify", "--json")
        assert (done.status, done.last["verified"], done.last["differences"]) == (0, True, []), done.err
        assert CLIENT.client_id in auscult(tmp_path, "clients", "list", "--database", url, "--json").out
    for address in (f"{place}/auscult-20260301T023000Z.backup", f"{bucket}/empty"):
        refused = auscult(tmp_path, "restore", address, *locked, "--database", "sqlite:///none.db")
        assert (refused.status, "no backup" in refused.err) == (1, True), refused.err
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_loop_of_a_compose_file_backs_up(kind: str, sqlite_url: str, tmp_path: Path) -> None:
    """Its shell runs the command of the service at once, and goes on; the alert on backups is silent from then on."""
    fill(Settings(database_url=sqlite_url))
    document = yaml.safe_load((ROOT / "deploy" / f"compose.{kind}.yaml").read_text())
    service = document["services"]["backup"]
    place, passphrase = tmp_path / "backups", tmp_path / "passphrase"
    passphrase.write_text("a long one, of several words")
    (loop,) = service["command"]
    loop = loop.replace("${BACKUPS:-/var/lib/backups}", str(place)).replace(
        "/run/secrets/backup_passphrase", str(passphrase)
    )
    given = environment(AUSCULT_DATABASE_URL=sqlite_url, PATH=f"{AUSCULT.parent}:{os.environ['PATH']}")
    with (
        bootstrap.open(Settings(database_url=sqlite_url)) as application,
        subprocess.Popen([*service["entrypoint"], loop], env=given, start_new_session=True) as running,  # noqa: S603
    ):
        try:
            wait_until(lambda: application.store.figures().last_backup is not None)
            assert running.poll() is None
        finally:
            os.killpg(running.pid, signal.SIGTERM)
    assert [path.suffix for path in place.glob("auscult-*")] == [".backup"]


def test_an_archive_shows_nothing_and_opens_with_its_passphrase_only(sqlite_url: str, tmp_path: Path) -> None:
    """Neither a word of a conversation nor the key is in it, and one that was changed is refused; nothing else is left."""
    settings, place, passphrase = Settings(database_url=sqlite_url), tmp_path / "archives", tmp_path / "passphrase"
    fill(settings)
    passphrase.write_text("a long one, of several words")
    made = bootstrap.archive(settings, str(place), passphrase, KeepRule())
    (file,) = place.iterdir()
    content = file.read_bytes()
    assert (file.name, file.stat().st_mode & 0o777) == (made.name, 0o600)
    assert b"SQLite format" not in content
    assert b"backup.json" not in content
    wrong = tmp_path / "wrong"
    wrong.write_text("another")
    file.write_bytes(content[:5000] + bytes([content[5000] ^ 1]) + content[5001:])
    for given, reason in ((wrong, "passphrase_wrong"), (passphrase, "passphrase_wrong"), (None, "passphrase_missing")):
        with pytest.raises(AuscultError) as refused, bootstrap.opened_backup(str(place), given):
            pass
        assert refused.value.reason == f"backup.{reason}"


def test_archives_are_kept_by_the_rule(sqlite_url: str, tmp_path: Path) -> None:
    """Those of other days stay as the rule says, what is not ours stays, and the command names what it removed."""
    fill(Settings(database_url=sqlite_url))
    (tmp_path / "passphrase").write_text("a long one, of several words")
    place = tmp_path / "archives"
    place.mkdir()
    for name in ("auscult-20260301T023000Z.backup", "auscult-20260302T023000Z.backup", "auscult-notes.backup"):
        (place / name).write_bytes(b"old")
    rule = ("--keep-daily", "1", "--keep-weekly", "0", "--keep-monthly", "2")
    words = ("backup", "--to", "archives", "--passphrase-file", "passphrase", "--database", sqlite_url, *rule)
    made = auscult(tmp_path, *words, "--json")
    assert (made.status, made.last["removed"]) == (0, ["auscult-20260301T023000Z.backup"]), made.err
    left = {made.last["name"], "auscult-20260302T023000Z.backup", "auscult-notes.backup"}
    assert {path.name for path in place.iterdir()} == left
    words = ("restore", "archives", "--passphrase-file", "passphrase", "--database", "sqlite:///n.db", "--verify")
    # in a process of its own, which has imported nothing before
    done = ran([AUSCULT, *words], cwd=tmp_path, env=environment())
    assert (done.returncode, "verified, 0 differences" in done.stdout) == (0, True), done.stderr
    refused = auscult(tmp_path, "backup", "--to", "archives", "--database", sqlite_url)
    assert (refused.status, "--passphrase-file" in refused.err) == (1, True)
