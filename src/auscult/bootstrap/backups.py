"""A backup of a database with the key to its secrets, and the way back; what a migration would do."""
# ruff: noqa: PLC0415  (heavy rooms are imported where they are used)

import os
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from auscult import __version__
from auscult.bootstrap.keys import key_path, secret_key, sqlite_path
from auscult.config import Settings
from auscult.domain.errors import ConflictError, RequestError, SettingsError
from auscult.domain.operations.backups import (
    KEY_FILE,
    LOCKED_KEY_FILE,
    MANIFEST,
    RECORDINGS_FILE,
    BackedUpRecording,
    BackedUpTable,
    BackupFile,
    KeepRule,
    KeyState,
    Manifest,
    RestoreReport,
)

if TYPE_CHECKING:
    from auscult.domain.privacy.erasure_list import Listed
    from auscult.storage.core.migrations import MigrationPlan


_PIECE = 1 << 20


class Backup(NamedTuple):
    """A backup that was made: its manifest, and the folder that holds it."""

    folder: Path
    manifest: Manifest


class Archived(NamedTuple):
    """An archive that was made: its name in its place, its manifest, and the archives that were removed for it."""

    name: str
    manifest: Manifest
    removed: tuple[str, ...]


def backup_versions(settings: Settings) -> tuple[int | None, int]:
    """Return the major versions of pg_dump here, None where it is not installed, and of the PostgreSQL server."""
    from auscult.storage.upkeep.backup import backup_versions

    return backup_versions(settings.database_url)


def plan_migrations(settings: Settings) -> "MigrationPlan":
    """Read what a migration would do. Of a file that does not exist nothing is made."""
    from auscult.storage.core.migrations import MigrationPlan, all_migrations, newest, plan_migrations

    path = sqlite_path(settings)
    if path is not None and not path.exists():
        return MigrationPlan(None, newest(), all_migrations())
    return plan_migrations(settings.database_url)


def step_back(settings: Settings) -> str:
    """Undo the last migration; return the version of the tables afterwards. Raises ``SettingsError``."""
    from auscult.storage.core.migrations import step_back

    return step_back(settings.database_url)


def back_up(settings: Settings, folder: Path, passphrase_file: Path | None = None) -> Backup:
    """Write a backup into a new or empty folder, its manifest last: without one, a folder is no backup.

    The database must have been opened, so migrated. Raises ``ConflictError`` where the folder holds something,
    ``SettingsError`` where a client program or the key is missing.
    """
    made = _write(settings, folder, _read_passphrase(passphrase_file))
    _note(settings, made.manifest, str(folder.absolute()))
    return made


def archive(settings: Settings, place: str, passphrase_file: Path, rule: KeepRule) -> Archived:
    """Write a backup as one encrypted file to a folder or an object store, and remove those that ``rule`` does not keep.

    It counts as made once it is in its place. Raises as ``back_up`` does.
    """
    from auscult.storage.upkeep.archives import Archives

    archives, passphrase = Archives(place), _passphrase_in(passphrase_file)
    with archives.room() as room:
        made = _write(settings, room / "files", passphrase)
        made_at = datetime.fromisoformat(made.manifest.made_at)
        name = archives.add(room, made.folder, passphrase, made_at)
    removed = archives.prune(rule)
    _note(settings, made.manifest, f"{place}/{name}", [f"{place}/{each}" for each in removed])
    return Archived(name, made.manifest, removed)


@contextmanager
def opened_backup(address: str, passphrase_file: Path | None) -> Generator[Path]:
    """Yield the folder of a backup: a folder itself, or the files of an archive, the newest where a place is named.

    Raises ``RequestError`` where there is none, or the passphrase is missing or wrong.
    """
    from auscult.storage.recordings.blobs import SCHEMES
    from auscult.storage.upkeep.archives import Archives, split

    if (Path(address) / MANIFEST).is_file():
        yield Path(address)
        return
    place, name = split(address)
    if not place.startswith(SCHEMES) and not Path(place).is_dir():
        raise RequestError(
            f"there is no folder {place}; name the folder of a backup, or the place of encrypted ones",
            code="backup.unknown",
            field="DIR",
            value=place,
        )
    archives = Archives(place)
    if not name:
        names = list(archives.instants().values())
        if not names and address.startswith(SCHEMES):
            raise RequestError(f"no backup in {address}", code="backup.unknown", field="DIR")
        if not names:
            yield Path(address)  # what is missing there is reported as for every folder
            return
        name = names[-1]
    if passphrase_file is None:
        raise RequestError(
            f"the backup {name} is encrypted; give --passphrase-file",
            code="backup.passphrase_missing",
            field="--passphrase-file",
        )
    with archives.opened(name, _passphrase_in(passphrase_file)) as folder:
        yield folder


def _note(settings: Settings, manifest: Manifest, place: str, removed: Sequence[str] = ()) -> None:
    """Record in the database that a backup was made, for the metric of its age and for certificates."""
    from auscult.storage.upkeep.backup import note_backup

    made_at = datetime.fromisoformat(manifest.made_at)
    size = sum(each.bytes for each in manifest.files)
    note_backup(settings.database_url, int(made_at.timestamp() * 1000), size, place, removed)


def _write(settings: Settings, folder: Path, passphrase: bytes | None) -> Backup:
    """Write the files of a backup, the manifest last."""
    from auscult.storage import newest_version
    from auscult.storage.upkeep.backup import database_file, write_backup

    _check_folder(folder)
    kind = "sqlite" if sqlite_path(settings) else "postgresql"
    key_name, key_state = _write_key(settings, folder, passphrase)
    name = database_file(settings.database_url)
    made_at = datetime.now(UTC)
    target = folder / name
    try:
        listed = _Listing(folder / RECORDINGS_FILE)
        tables = write_backup(settings.database_url, target, listed.write)
    except BaseException:
        for path in folder.iterdir():
            path.unlink()
        raise
    target.chmod(0o600)
    manifest = Manifest(
        auscult=__version__,
        made_at=made_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        database=kind,
        schema=newest_version(),
        key=key_state,
        files=tuple(_described(folder / each) for each in (name, key_name, RECORDINGS_FILE) if each),
        recordings=listed.count,
        tables=tuple(tables),
    )
    document = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    _write_private(folder / MANIFEST, document)
    return Backup(folder, manifest)


def restore(
    settings: Settings,
    folder: Path,
    passphrase_file: Path | None = None,
    *,
    verify: bool = False,
    erasures: tuple[Path, ...] = (),
) -> RestoreReport:
    """Fill the empty database of the settings from a backup, and put its key in place.

    What was erased since, and holds that were placed or lifted since, by the lists ``erasures`` and that of the
    settings, are so again at once; until then no other process opens the database. ``verify`` compares every table with
    the backup, and recounts everything. The hashes of the files are always checked, and lists read, before anything is
    written. Raises ``RequestError``, ``ConflictError`` and ``SettingsError``.
    """
    from auscult.storage import migrate, newest_version
    from auscult.storage.core.migrations import check_known
    from auscult.storage.upkeep.backup import database_file, finish_restore, load_backup, read_digests

    manifest = _read_manifest(folder)
    check_known(manifest.schema)
    kind = "sqlite" if sqlite_path(settings) else "postgresql"
    if kind != manifest.database:
        raise RequestError(
            f"this is a backup of {manifest.database}, and {kind} was named; restore into {manifest.database}, "
            "then move it with `auscult copy`",
            code="backup.other_kind",
            field="--database",
        )
    _check_files(folder, manifest)
    key = _read_key(settings, folder, manifest, _read_passphrase(passphrase_file))
    listed = _read_lists(settings, erasures)
    load_backup(folder / database_file(settings.database_url), settings.database_url)
    _put_key(settings, key)
    differences: list[str] = []
    if verify and manifest.schema == newest_version():
        differences += _differences(manifest.tables, read_digests(settings.database_url))
    migrate(settings.database_url, is_restoring=True)
    agreed = _agree_again(settings, listed, manifest)
    finish_restore(settings.database_url)
    if verify:
        differences += _recounted(settings)
    found = _check_recordings(settings, folder, manifest) if verify else _Found((), 0)
    return RestoreReport(
        database=kind,
        tables=len(manifest.tables),
        rows=sum(each.rows for each in manifest.tables),
        key=manifest.key,
        verified=verify,
        erased_again=agreed.erased,
        holds_again=agreed.holds,
        erasures_wait=agreed.waits,
        unreadable=listed.faults,
        recordings=manifest.recordings,
        recordings_missing=found.missing,
        differences=(*differences, *found.differences),
    )


def _read_lists(settings: Settings, lists: tuple[Path, ...]) -> "Listed":
    """Read lists of erasures and holds, and that of the settings where it is there."""
    from auscult.services.privacy.erased_elsewhere import read_lists

    own = () if settings.erasures_to is None else (Path(settings.erasures_to),)
    return read_lists(dict.fromkeys((*lists, *(path for path in own if path.is_file()))))


class _Agreed(NamedTuple):
    """Holds and conversations for which a restored database agrees with a list again, and whether erasures wait."""

    holds: int
    erased: int
    waits: bool


def _agree_again(settings: Settings, listed: "Listed", manifest: Manifest) -> _Agreed:
    """Erase what was erased after the backup was made, and place and lift holds, by lists in a second place.

    Nothing is written to a list: a restore for practice says nothing of the database that goes on.
    """
    from auscult.bootstrap.privacy import agree_again
    from auscult.storage import open_store
    from auscult.storage.privacy.log import RESTORED

    store = open_store(settings.database_url, secret_key(settings)[0])
    try:
        began = datetime.fromisoformat(manifest.made_at)
        holds, erased = agree_again(store, listed, int(began.timestamp() * 1000), "system")
        return _Agreed(holds, erased, bool(store.log.count(RESTORED)))
    finally:
        store.close()


def _differences(backed_up: tuple[BackedUpTable, ...], restored: list[BackedUpTable]) -> list[str]:
    """Compare tables, a line for each that differs."""
    there = {each.table: each for each in restored}
    return [
        f"{each.table}: {each.rows} rows in the backup, {found.rows if found else 'no'} rows restored, and they differ"
        for each in backed_up
        if (found := there.get(each.table)) != each
    ]


def _recounted(settings: Settings) -> list[str]:
    """Recount everything of the restored database, and open a secret with its key: a line for each difference."""
    from auscult.bootstrap.application import open as open_application

    with open_application(msgspec.structs.replace(settings, erasures_to=None)) as application:
        return application.verify()


class _Listing:
    """The file that lists recordings, and how many it has."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.count = 0

    def write(self, recordings: Iterable[BackedUpRecording]) -> None:
        """Write a line for each."""
        with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for each in recordings:
                file.write(msgspec.json.encode(each) + b"\n")
                self.count += 1


class _Found(NamedTuple):
    """Recordings of a backup in the folder of the restored database."""

    differences: tuple[str, ...]
    missing: int


def _check_recordings(settings: Settings, folder: Path, manifest: Manifest) -> _Found:
    """Compare the sound in the folder of recordings with the list of a backup. What is missing can be copied later."""
    from auscult.bootstrap.recordings import folder as folder_of

    if not manifest.recordings:
        return _Found((), 0)
    sound = folder_of(settings)
    differences: list[str] = []
    missing = 0
    with (folder / RECORDINGS_FILE).open("rb") as lines:
        for line in lines:
            listed = msgspec.json.decode(line, type=BackedUpRecording)
            if not sound.has(listed.location):
                missing += 1
                continue
            digest = sha256()
            with sound.open(listed.location) as file:
                for piece in iter(partial(file.read, _PIECE), b""):
                    digest.update(piece)
            if digest.hexdigest() != listed.sha256:
                differences.append(f"recording {listed.location}: the file differs from the one that was backed up")
    return _Found(tuple(differences), missing)


def _check_folder(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConflictError(
            f"{folder} is there and not an empty folder; name a new one", code="backup.folder_not_empty", field="DIR"
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _read_passphrase(path: Path | None) -> bytes | None:
    return None if path is None else _passphrase_in(path)


def _passphrase_in(path: Path) -> bytes:
    passphrase = path.read_bytes().strip()
    if not passphrase:
        raise RequestError(f"{path} is empty", code="backup.passphrase_empty", field="--passphrase-file")
    return passphrase


def _write_key(settings: Settings, folder: Path, passphrase: bytes | None) -> tuple[str, KeyState]:
    """Write the key, locked where there is a passphrase; the name of its file, empty where there is no key yet."""
    from auscult.storage.access.locked_key import lock_key

    if settings.secret_key is None and not key_path(settings).exists():
        return "", "none"
    key, _ = secret_key(settings)
    if passphrase is None:
        _write_private(folder / KEY_FILE, key + b"\n")
        return KEY_FILE, "plain"
    _write_private(folder / LOCKED_KEY_FILE, lock_key(key, passphrase) + b"\n")
    return LOCKED_KEY_FILE, "locked"


def _read_key(settings: Settings, folder: Path, manifest: Manifest, passphrase: bytes | None) -> bytes | None:
    """Return the key of a backup, None where it has none. Raises when it cannot be had, or another one is set."""
    from auscult.storage.access.locked_key import unlock_key

    match manifest.key:
        case "none":
            return None
        case "plain":
            key = (folder / KEY_FILE).read_bytes().strip()
        case "locked":
            if passphrase is None:
                raise RequestError(
                    "the key of this backup is locked; give --passphrase-file",
                    code="backup.passphrase_missing",
                    field="--passphrase-file",
                )
            key = unlock_key((folder / LOCKED_KEY_FILE).read_bytes(), passphrase)
    kept = key_path(settings)
    known = settings.secret_key.encode() if settings.secret_key else kept.read_bytes().strip() if kept.exists() else key
    if known != key:
        where = "AUSCULT_SECRET_KEY" if settings.secret_key else str(kept)
        raise SettingsError(
            f"{where} is not the key of this backup; unset or move it, so that the backup's key takes its place",
            code="backup.other_key",
            field="AUSCULT_SECRET_KEY",
        )
    return key


def _put_key(settings: Settings, key: bytes | None) -> None:
    from auscult.storage.access.key_file import kept_key

    if key is not None and settings.secret_key is None:
        kept_key(key_path(settings), key)


def _read_manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    if not path.is_file():
        raise RequestError(
            f"{folder} is no backup: {MANIFEST} is missing; a backup that was cut off has none",
            code="backup.no_manifest",
            field="DIR",
        )
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        raise RequestError(f"cannot read {path}: {error}", code="backup.manifest_invalid", field="DIR") from error


def _check_files(folder: Path, manifest: Manifest) -> None:
    for each in manifest.files:
        path = folder / each.name
        if Path(each.name).name != each.name or not path.is_file() or _described(path) != each:
            raise RequestError(
                f"{path} is missing or was changed since the backup was made; use another copy of the backup",
                code="backup.damaged",
                field="DIR",
            )


def _described(path: Path) -> BackupFile:
    with path.open("rb") as file:
        return BackupFile(name=path.name, bytes=path.stat().st_size, sha256=file_digest(file, "sha256").hexdigest())


def _write_private(path: Path, content: bytes) -> None:
    """Write a new file that only its owner can read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
