"""Keys of recordings: each app has its own; rotation, backups and erasure leave nothing unreadable, and nothing behind."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from auscult import bootstrap
from auscult.config import Settings
from auscult.domain.errors import SettingsError
from auscult.domain.recordings.recording import Claims, Recording
from auscult.domain.tenancy import Tenant
from auscult.services.recordings.accept import Upload
from auscult.storage.core.database import Database
from auscult.storage.core.tables.operations import kept_keys
from auscult.storage.core.tables.recordings import recording_keys
from auscult.storage.recordings.keys import RecordingKeys, common_key, keys_lock
from tests.contract.storing import conversation
from tests.databases import database
from tests.e2e.sounding import tone, wav

pytestmark = pytest.mark.night

ONE, OTHER = (Tenant(account_id="acc-1", org_id="o-1", app_id=name) for name in ("st-1", "st-2"))
SOUND = wav(tone())


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a new database whose recordings are encrypted."""
    (tmp_path / "state").mkdir()
    return Settings(
        database_url=database_url,
        state_dir=str(tmp_path / "state"),
        recordings=str(tmp_path / "sound"),
        recording_encryption="on",
    )


def add(settings: Settings, tenant: Tenant, name: str) -> Recording:
    """Add a conversation with a recording, and return the recording."""
    with bootstrap.open(settings) as application:
        application.store.ensure(tenant)
        app = application.store.within(tenant)
        app.conversations.accept([conversation(name)])
        folder = bootstrap.recordings.folder(settings)
        upload = Upload(app, folder, name, Claims(), partial(datetime.now, UTC))
        upload.write(SOUND)
        return upload.finish()


def sound(settings: Settings, recording: Recording) -> bytes:
    """Return the bytes of a recording, as a new process reads them."""
    with bootstrap.recordings.folder(settings).open(recording.location) as file:
        return file.read()


def number(settings: Settings, recording: Recording) -> int:
    """Return the number of the key that a file names."""
    head = (Path(settings.recordings or "") / recording.location).read_bytes()[:16]
    assert head[:8] == b"auscrec2"
    return int.from_bytes(head[8:], "big")


def _ignore(_done: int, _total: int | None) -> None:
    """Take progress, and show none."""


def rotate(settings: Settings) -> tuple[bytes, bytes]:
    """Rotate the secret key; return the one before and the one after."""
    path = bootstrap.key_path(settings)
    old = path.read_bytes().strip()
    bootstrap.rotate_key(settings, None, _ignore)
    return old, path.read_bytes().strip()


def write_older(settings: Settings, location: str, key: bytes) -> None:
    """Write a file as it was encrypted before apps had keys of their own."""
    nonce = os.urandom(8)
    sealed = AESGCM(key).encrypt(nonce + bytes(4), SOUND, b"end")
    path = Path(settings.recordings or "") / location
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"auscrec1" + nonce + sealed)


@pytest.mark.landing
def test_each_app_has_a_key_of_its_own(settings: Settings) -> None:
    """Files of one app name one key, those of another app another, and nothing of the sound is in the folder."""
    first, second, third = add(settings, ONE, "c-1"), add(settings, ONE, "c-2"), add(settings, OTHER, "c-3")
    assert number(settings, first) == number(settings, second) != number(settings, third)
    keys = RecordingKeys(settings.database_url, lambda: bootstrap.key_path(settings).read_bytes().strip())
    assert keys.of(number(settings, first)) != keys.of(number(settings, third))
    assert [sound(settings, each) for each in (first, second, third)] == [SOUND] * 3
    for path in Path(settings.recordings or "").rglob("*"):
        assert not path.is_file() or SOUND[100:200] not in path.read_bytes()


def test_a_rotation_keeps_files_and_begins_new_keys(settings: Settings) -> None:
    """Twice: files open as before, unchanged on disk; new ones have a new key; the old secret key opens none."""
    before = add(settings, ONE, "c-1")
    path = Path(settings.recordings or "") / before.location
    kept = path.read_bytes()
    for count in (2, 3):
        old, _ = rotate(settings)
        after = add(settings, ONE, f"c-{count}")
        assert number(settings, after) != number(settings, before)
        assert [sound(settings, each) for each in (before, after)] == [SOUND] * 2
        with pytest.raises(SettingsError, match="does not open"):
            RecordingKeys(settings.database_url, lambda old=old: old).of(number(settings, before))
    assert path.read_bytes() == kept


def test_files_of_one_key_for_all_apps_still_open(settings: Settings) -> None:
    """Those that were encrypted before apps had keys of their own: at once, and after two rotations."""
    recording = add(settings, ONE, "c-1")
    secret = bootstrap.key_path(settings).read_bytes().strip()
    write_older(settings, recording.location, common_key(secret))
    assert sound(settings, recording) == SOUND
    for _ in range(2):
        rotate(settings)
        assert sound(settings, recording) == SOUND
    write_older(settings, recording.location, b"z" * 32)
    with pytest.raises(SettingsError, match="changed"):
        sound(settings, recording)


def test_an_interrupted_rotation_goes_on(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ended after any of its transactions, it is run again with the same new key, and every file opens."""
    recordings = [add(settings, ONE, "c-1"), add(settings, OTHER, "c-2")]
    writing, most = Database.writing, 0
    for most in range(1, 40):
        left = [most]

        def counted(database: Database, left: list[int] = left) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            return writing(database)

        monkeypatch.setattr(Database, "writing", counted)
        try:
            rotate(settings)
        except KeyboardInterrupt:
            monkeypatch.setattr(Database, "writing", writing)
            continue
        break
    else:
        pytest.fail("it never ended")
    monkeypatch.setattr(Database, "writing", writing)
    assert most > 3, "it was interrupted several times"
    assert [sound(settings, each) for each in recordings] == [SOUND] * 2


@pytest.fixture
def elsewhere(settings: Settings, postgresql_server: str, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a new database of the same kind, with folders of its own."""
    there = tmp_path / "there"
    there.mkdir()
    with database(settings.database_url.partition(":")[0], postgresql_server, there, is_empty=True) as url:
        yield Settings(database_url=url, state_dir=str(there), recordings=str(there / "sound"))


def test_a_restored_database_opens_the_files(settings: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    """With the database, the backup's key and a copy of the folder; the check of the backup reads them too."""
    recordings = [add(settings, ONE, "c-1")]
    rotate(settings)
    recordings.append(add(settings, ONE, "c-2"))
    bootstrap.back_up(settings, tmp_path / "backup")
    shutil.copytree(str(settings.recordings), str(elsewhere.recordings))
    report = bootstrap.restore(elsewhere, tmp_path / "backup", verify=True)
    assert (report.verified, report.differences, report.recordings_missing) == (True, (), 0)
    assert [sound(elsewhere, each) for each in recordings] == [SOUND] * 2


def test_an_erased_recording_leaves_no_file(settings: Settings) -> None:
    """Its files are removed, in whatever form they are encrypted; the other app's stay readable."""
    gone, stays = add(settings, ONE, "c-1"), add(settings, OTHER, "c-2")
    secret = bootstrap.key_path(settings).read_bytes().strip()
    write_older(settings, f"{gone.location}.peaks", common_key(secret))
    with bootstrap.open(settings) as application:
        application.store.within(ONE).conversations.erase("c-1")
        bootstrap.recordings.remove_due(settings, application.store)
    assert not [path for path in Path(settings.recordings or "").rglob(f"*{gone.recording_id}*") if path.is_file()]
    assert sound(settings, stays) == SOUND


def test_keys_are_in_the_database_only_encrypted(settings: Settings) -> None:
    """Neither a key of an app nor the common key is in a row as it is."""
    recording = add(settings, ONE, "c-1")
    old, new = rotate(settings)
    key = RecordingKeys(settings.database_url, lambda: new).of(number(settings, recording))
    found = Database(settings.database_url)
    with found.reading() as connection:
        rows = [
            *connection.scalars(sa.select(recording_keys.c.locked)),
            *connection.scalars(sa.select(kept_keys.c.locked)),
        ]
    found.close()
    opens: Callable[[bytes], bytes] = keys_lock(new).decrypt
    assert opens(bytes(rows[0])) == key
    for row in rows:
        assert not any(each in bytes(row) for each in (key, common_key(old), Fernet(old)._signing_key))
