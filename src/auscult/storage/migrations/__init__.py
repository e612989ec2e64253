"""Tables are created and changed here and nowhere else, one file in ``versions`` a change, in one line of history."""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from auscult.domain.errors import SettingsError
from auscult.storage.database import Database

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

_HERE = Path(__file__).parent


def migrate(url: str) -> None:
    """Create the tables of a new database, or bring an older one's up to date.

    Any number of processes may do so at once: one does it, the others wait and find it done.
    Raises ``SettingsError`` when the URL is of no known kind, when nothing answers there or it is no database,
    or when the database was made by a newer version.
    """
    database = Database(url)
    try:
        _reach(database)
        with database.reading() as connection:
            if _versions(connection) == [newest()]:
                return
        with database.writing() as connection:
            database.dialect.lock_schema(connection)
            _upgrade(connection)
    finally:
        database.close()


def _reach(database: Database) -> None:
    try:
        with database.reading():
            pass
        database.dialect.prepare(database.engine)
    except (DBAPIError, sqlite3.Error) as error:
        told = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()[0]
        raise SettingsError(
            f"The database does not open: {told}", code="database.unreachable", field="database"
        ) from error


def newest() -> str:
    """The version that this auscult makes, by the names of the files: alembic takes a fifth of a second to say it."""
    return max(path.name.partition("_")[0] for path in (_HERE / "versions").glob("[0-9]*_*.py"))


def _versions(connection: Connection) -> list[str]:
    if not inspect(connection).has_table("alembic_version"):
        return []
    return list(connection.scalars(text("SELECT version_num FROM alembic_version")))


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  (only where there is something to do: every command opens a database)
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    settings = Config()
    settings.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    settings.attributes["connection"] = connection
    _refuse_newer(connection, ScriptDirectory.from_config(settings))
    command.upgrade(settings, "head")


def _refuse_newer(connection: Connection, scripts: "ScriptDirectory") -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    for version in _versions(connection):
        if version not in known:
            raise SettingsError(
                f"This database is at version {version}, which this auscult does not know; use the newer auscult",
                code="database.newer",
                field="database",
                value=version,
            )
