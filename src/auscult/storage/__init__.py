"""ROOM: the only SQLAlchemy. One path for SQLite and PostgreSQL; the differences are in ``dialect.py``."""

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
