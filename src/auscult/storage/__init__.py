"""ROOM: the only SQLAlchemy. One path for SQLite and PostgreSQL; what differs stands in ``dialect.py``."""

from auscult.storage.clients import new_secret_key
from auscult.storage.migrations import migrate
from auscult.storage.recount import Difference
from auscult.storage.store import AppStore, Store, open_store

__all__ = ["AppStore", "Difference", "Store", "migrate", "new_secret_key", "open_store"]
