"""Where a database's file and the key to its secrets are."""
# ruff: noqa: PLC0415  (heavy rooms are imported where they are used)

import sys
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from auscult.config import Settings
from auscult.domain.errors import SettingsError

if TYPE_CHECKING:
    from auscult.storage import Store


SQLITE = "sqlite:///"


def sqlite_path(settings: Settings) -> Path | None:
    """The file of an embedded database; None where the database is a server."""
    url = settings.database_url.partition("?")[0]
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None


def secret_key(settings: Settings) -> tuple[bytes, bool]:
    """The key of the settings, or the one kept for this database; and whether it was made just now."""
    from auscult.storage.key_file import kept_key

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
    """Where the key to the database's secrets is kept, unless the settings hold one."""
    path = sqlite_path(settings)
    if path is not None:
        return path.with_name(path.name + ".key")
    place = settings.database_url.partition("?")[0].partition("//")[2].rpartition("@")[2]
    readable = "".join(letter if letter.isalnum() or letter in "-." else "-" for letter in place)[:80]
    return Path(settings.state_dir) / f"{readable}-{blake2b(place.encode(), digest_size=4).hexdigest()}.key"


def check_key(store: "Store", settings: Settings, *, is_new: bool) -> None:
    """Open one client's secret, so that a wrong key is told at once and not at the first request."""
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
