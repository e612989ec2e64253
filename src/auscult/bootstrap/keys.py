"""Paths of a database's file, of the key to its secrets, and of the address of the server that runs on it."""
# ruff: noqa: PLC0415  (heavy rooms are imported where they are used)

import os
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from auscult.config import Settings
from auscult.domain.errors import ConflictError, SettingsError

if TYPE_CHECKING:
    from auscult.storage import Store


SQLITE = "sqlite:///"


def sqlite_path(settings: Settings) -> Path | None:
    """The file of an embedded database; None where the database is a server."""
    url = settings.database_url.partition("?")[0]
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None


def secret_key(settings: Settings) -> tuple[bytes, bool]:
    """The key of the settings, or the one kept for this database; and whether it was made just now."""
    from auscult.storage.access.key_file import kept_key

    if settings.secret_key is not None:
        return settings.secret_key.encode(), False
    path = key_path(settings)
    key, made = kept_key(path)
    if made and sqlite_path(settings) is None:
        sys.stderr.write(
            f"auscult: made a key for the secrets of this database, in {path}. Other hosts on it need the same one: "
            "set AUSCULT_SECRET_KEY there to what stands in that file.\n"
        )
    return key, made


def key_path(settings: Settings) -> Path:
    """Return the path of the key to the database's secrets, unless the settings hold one."""
    path = sqlite_path(settings)
    if path is not None:
        return path.with_name(path.name + ".key")
    location = settings.database_url.partition("?")[0].partition("//")[2].rpartition("@")[2]
    readable = "".join(letter if letter.isalnum() or letter in "-." else "-" for letter in location)[:80]
    return Path(settings.state_dir) / f"{readable}-{blake2b(location.encode(), digest_size=4).hexdigest()}.key"


@contextmanager
def noting_address(settings: Settings, ready: Callable[[str], None]) -> Generator[Callable[[str], None]]:
    """Yield ``ready``, which notes the address that it receives until the end. A folder that is read-only keeps none."""
    path = _address_path(settings)

    def noted(address: str) -> None:
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{os.getpid()} {address}\n")
        ready(address)

    try:
        yield noted
    finally:
        with suppress(OSError, ValueError):
            if _read_address(path)[0] == os.getpid():
                path.unlink()


def running_address(settings: Settings) -> str | None:
    """Return the address of the server that runs on this machine; None where none does, or none is known."""
    with suppress(OSError, ValueError):
        process, address = _read_address(_address_path(settings))
        os.kill(process, 0)  # raises where there is no such process
        return address
    return None


def _address_path(settings: Settings) -> Path:
    return key_path(settings).with_suffix(".address")


def _read_address(path: Path) -> tuple[int, str]:
    process, _, address = path.read_text().strip().partition(" ")
    return int(process), address


def check_key(store: "Store", settings: Settings, *, is_new: bool) -> None:
    """Open one client's secret, so that a wrong key is reported at once and not at the first request."""
    known = next((client.client_id for client in store.clients.listing() if client.revoked_at is None), None)
    if known is None:
        return
    if is_new:
        path = key_path(settings)
        path.unlink()
        raise SettingsError(
            f"this database has clients, and the key to their secrets is not in {path}: put that file back, "
            "or set AUSCULT_SECRET_KEY",
            code="secret_key.missing",
            field="AUSCULT_SECRET_KEY",
        )
    store.clients.find(known)


NEXT = ".next"
"""Ending of the file with the new key while a rotation is under way."""

_BETWEEN_S = 0.2


class Rotation(NamedTuple):
    """A rotation that was completed: changed secrets, and the file with the new key."""

    changed: int
    key_file: Path


def rotate_key(settings: Settings, to_file: Path | None, progress: Callable[[int, int | None], None]) -> Rotation:
    """Lock every secret of a database with a new key.

    The new key is made in a file before anything is locked with it, so that a rotation which is killed goes on with
    the same key. Without ``to_file`` it then takes the place of the present key file. Raises ``SettingsError`` where
    the key is a setting and ``to_file`` is not given, and ``ConflictError`` while workers run.
    """
    from auscult.storage import open_store
    from auscult.storage.access.key_file import kept_key
    from auscult.storage.upkeep.rotation import rotate

    path = key_path(settings)
    if settings.secret_key is not None and to_file is None:
        raise SettingsError(
            "the key is set by AUSCULT_SECRET_KEY; name a file for the new one with --to-file",
            code="secret_key.set",
            field="--to-file",
        )
    if settings.secret_key is None and not path.exists():
        raise SettingsError(
            f"this database has no key to rotate: there is no {path}", code="secret_key.missing", field="--database"
        )
    old, _ = secret_key(settings)
    _refuse_workers(open_store(settings.database_url, old))
    target = to_file or path.with_name(path.name + NEXT)
    new, _ = kept_key(target)
    if new == old:
        raise SettingsError(
            f"{target} holds the present key; name a new file", code="secret_key.same", field="--to-file"
        )
    changed = rotate(settings.database_url, old, new, progress)
    if to_file is None:
        os.replace(target, path)  # noqa: PTH105  (the one call that replaces in one step everywhere)
    return Rotation(changed, to_file or path)


def _refuse_workers(store: "Store") -> None:
    """Refuse where a worker runs: it would go on with the old key.

    One on this machine is known by the kernel, one elsewhere by its heartbeats, which come late where there is much
    to do: only one that has sent none for ``DEAD_AFTER_S`` counts as stopped.
    """
    from auscult.workers.heartbeat import DEAD_AFTER_S, Heartbeat

    try:
        heartbeat, since, before = Heartbeat(store.workers), time.monotonic(), store.workers.beats()
        while workers := heartbeat.check().running:
            beats = store.workers.beats()
            running = [worker for worker in workers if beats.get(worker) != before.get(worker)]
            if running or time.monotonic() - since > DEAD_AFTER_S:
                raise ConflictError(
                    f"{len(workers)} workers run on this database; stop servers and workers first",
                    code="secret_key.in_use",
                    field="--database",
                )
            time.sleep(_BETWEEN_S)
    finally:
        store.close()
