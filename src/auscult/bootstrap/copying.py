"""A database into another, with the key to its secrets."""
# ruff: noqa: PLC0415  (heavy rooms are imported where they are used)

from collections.abc import Callable
from typing import TYPE_CHECKING

from auscult.bootstrap.keys import key_path
from auscult.config import Settings
from auscult.domain.errors import RequestError

if TYPE_CHECKING:
    from auscult.storage.upkeep.copy import Copied


def copy(source: Settings, target: Settings, progress: Callable[[int, int | None], None]) -> "list[Copied]":
    """Copy one database into another and compare them. The target gets the key of the source's secrets, if it is here."""
    from auscult.storage import migrate
    from auscult.storage.access.key_file import kept_key
    from auscult.storage.core.database import Database
    from auscult.storage.upkeep.copy import copy as copy_store

    ours, theirs = key_path(source), key_path(target)
    if ours.resolve() == theirs.resolve():
        raise RequestError("--from and --to are the same database", code="copy.same_database", field="--to")
    migrate(source.database_url)
    migrate(target.database_url)
    here, there = Database(source.database_url), Database(target.database_url)
    try:
        copied = copy_store(here, there, progress)
    finally:
        here.close()
        there.close()
    if source.secret_key is None and ours.exists():
        key, _ = kept_key(ours)
        theirs.unlink(missing_ok=True)  # one that was made before there were secrets
        kept_key(theirs, key)
    return copied
