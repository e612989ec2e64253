"""ROOM: the only SQLAlchemy. One path for SQLite and PostgreSQL; the differences are in ``dialect.py``.

The store is put together of the stores of capabilities, which import the core: so its names are imported when asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auscult.storage.access.clients import new_secret_key
    from auscult.storage.core.migrations import check_migrated, migrate, plan_migrations
    from auscult.storage.core.migrations import newest as newest_version
    from auscult.storage.store import AppStore, Store, open_store
    from auscult.storage.upkeep.verify import Difference

__all__ = [
    "AppStore",
    "Difference",
    "Store",
    "check_migrated",
    "migrate",
    "new_secret_key",
    "newest_version",
    "open_store",
    "plan_migrations",
]

_PLACES = {
    "AppStore": "store:AppStore",
    "Difference": "upkeep.verify:Difference",
    "Store": "store:Store",
    "check_migrated": "core.migrations:check_migrated",
    "migrate": "core.migrations:migrate",
    "new_secret_key": "access.clients:new_secret_key",
    "newest_version": "core.migrations:newest",
    "open_store": "store:open_store",
    "plan_migrations": "core.migrations:plan_migrations",
}


def __getattr__(name: str) -> object:
    """Import a part of the room when it is asked for."""
    if name not in _PLACES:
        raise AttributeError(name)
    module, _, found = _PLACES[name].partition(":")
    return getattr(import_module(f"{__name__}.{module}"), found)
