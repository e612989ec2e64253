"""Removal of deleted data from the files too: SQLite would leave it in free pages and in its log of writes.

PostgreSQL keeps deleted rows until it vacuums, which it does by itself and workers do after many changes.
"""

from sqlalchemy import Connection

from auscult.storage.core.database import Database


def overwrite_deleted(connection: Connection, database: Database) -> None:
    """Let this connection overwrite with zeros what it deletes from now on."""
    if database.dialect.is_embedded:
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def empty_log(database: Database) -> None:
    """Write the log of writes into the file and cut it to nothing; readers that still need it delay that."""
    if not database.dialect.is_embedded:
        return
    connection = database.engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
