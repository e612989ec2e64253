"""Tables are created and changed here and nowhere else: new databases by the baseline, others by files in ``versions``."""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from auscult.domain.errors import SettingsError
from auscult.storage.core.baseline import BASELINE, create_tables
from auscult.storage.core.database import Database
from auscult.storage.core.migrations.alongside import keep_alongside, may_run_alongside

if TYPE_CHECKING:
    from alembic.config import Config

_HERE = Path(__file__).parent
UNFINISHED = "unfinished_restore"
"""Table of a database that is being restored: what was erased may be back in it, and holds be missing."""


def migrate(url: str, *, is_restoring: bool = False) -> None:
    """Create the tables of a new database, or bring an older one's up to date.

    Any number of processes may do so at once: one does it, the others wait and find it done.
    Raises ``SettingsError`` when the URL is of no known kind, when nothing answers there or it is no database,
    when the tables are of a version that this auscult cannot migrate, or when they are being restored by another process.
    """
    database = Database(url)
    try:
        _reach(database)
        with database.reading() as connection:
            if not is_restoring:
                _refuse_unfinished(connection)
            if is_usable(connection):
                return
        with database.writing(is_shown=False) as connection:
            database.dialect.lock_schema(connection)
            _upgrade(connection)
    finally:
        database.close()


class Migration(NamedTuple):
    """One change of the tables: its number, and its first line of documentation."""

    revision: str
    summary: str


class MigrationPlan(NamedTuple):
    """The version of a database's tables (None without tables), ours, and the migrations between the two."""

    current: str | None
    newest: str
    pending: tuple[Migration, ...]


def plan_migrations(url: str) -> MigrationPlan:
    """Read what ``migrate`` would do, and change nothing. Raises ``SettingsError`` as ``migrate`` does."""
    current = current_version(url)
    if current is not None:
        check_known(current)
    pending = (each for each in all_migrations() if current is None or each.revision > current)
    return MigrationPlan(current, newest(), tuple(pending))


def step_back(url: str) -> str:
    """Undo the last migration of a database; return the version that its tables are of afterwards.

    Raises ``SettingsError`` where that migration cannot be undone, or the database does not open.
    """
    database = Database(url)
    try:
        _reach(database)
        with database.writing(is_shown=False) as connection:
            database.dialect.lock_schema(connection)
            return _downgrade(connection)
    finally:
        database.close()


def _downgrade(connection: Connection) -> str:
    from alembic import command  # noqa: PLC0415  (see _upgrade)
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    current = max(versions(connection), default=None)
    scripts = ScriptDirectory(str(_HERE))
    if current is not None:
        check_known(current)
    script = scripts.get_revision(current) if current is not None else None
    if script is None or script.down_revision is None or not hasattr(script.module, "downgrade"):
        raise SettingsError(
            f"version {current or 'none'} of the tables has no way back; "
            "restore the backup that was made before the upgrade",
            code="migration.no_way_back",
            field="database",
        )
    command.downgrade(_alembic(connection), "-1")
    keep_alongside(connection, [])
    return max(versions(connection))


def all_migrations() -> tuple[Migration, ...]:
    """Return every migration, the first one first."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415  (see _upgrade)

    scripts = ScriptDirectory(str(_HERE)).walk_revisions("base", "heads")
    found = [Migration(script.revision, (script.doc or "").splitlines()[0]) for script in scripts]
    return tuple(reversed(found))


def current_version(url: str) -> str | None:
    """Return the version of a database's tables; None without tables. Raises ``SettingsError`` if it does not open."""
    database = Database(url)
    try:
        with database.reading() as connection:
            return max(versions(connection), default=None)
    except DBAPIError as error:
        raise _unreachable(error, database) from error
    finally:
        database.close()


def is_usable(connection: Connection) -> bool:
    """Return whether the tables are ours, or newer ones alongside which programs of this version may go on."""
    found = max(versions(connection), default=None)
    return found is not None and (found == newest() or may_run_alongside(connection, found, newest()))


def check_migrated(url: str) -> None:
    """Refuse a database whose tables are not those of this version: ``SettingsError``."""
    database = Database(url)
    try:
        with database.reading() as connection:
            _refuse_unfinished(connection)
            if is_usable(connection):
                return
    except DBAPIError as error:
        raise _unreachable(error, database) from error
    finally:
        database.close()
    current = current_version(url)
    if current is not None and is_earlier(current):
        raise refusal(current)
    has = "no tables" if current is None else f"tables of version {current}"
    raise SettingsError(
        f"this database has {has}, this auscult needs version {newest()}, and AUSCULT_MIGRATE is never; "
        "run `auscult migrate`",
        code="database.outdated",
        field="AUSCULT_MIGRATE",
    )


def _refuse_unfinished(connection: Connection) -> None:
    if inspect(connection).has_table(UNFINISHED):
        raise SettingsError(
            "this database is being restored, or its restore was cut off; wait for it, or restore into a new one",
            code="database.unfinished",
            field="database",
        )


def _unreachable(error: Exception, database: Database) -> SettingsError:
    reason = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()[0]
    which = f" {database.engine.url.database}" if database.dialect.is_embedded else ""  # PostgreSQL's reason names it
    return SettingsError(f"The database{which} does not open: {reason}", code="database.unreachable", field="database")


def _reach(database: Database) -> None:
    try:
        with database.reading():
            pass
        database.dialect.prepare(database.engine)
    except (DBAPIError, sqlite3.Error) as error:
        raise _unreachable(error, database) from error


def newest() -> str:
    """Return the version that this auscult makes, without loading alembic, which takes a fifth of a second."""
    last = max(path.name.partition("_")[0] for path in (_HERE / "versions").glob("[0-9]*_*.py"))
    return BASELINE if BASELINE.startswith(last) else last


def versions(connection: Connection) -> list[str]:
    """Return the versions that a database says its tables are of: one, or none where there are no tables."""
    if not inspect(connection).has_table("alembic_version"):
        return []
    return list(connection.scalars(text("SELECT version_num FROM alembic_version")))


def _upgrade(connection: Connection) -> None:
    found = versions(connection)
    if not found:
        create_tables(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": newest()})
        return
    check_known(max(found))
    from alembic import command  # noqa: PLC0415  (only where there is something to do: every command opens a database)
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    command.upgrade(_alembic(connection), "head")
    scripts = ScriptDirectory(str(_HERE)).iterate_revisions("head", max(found))
    keep_alongside(connection, [each.module for each in scripts])


def _alembic(connection: Connection) -> "Config":
    """Return Alembic's settings, with the connection whose transaction it works in."""
    from alembic.config import Config  # noqa: PLC0415  (see _upgrade)

    settings = Config()
    settings.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    settings.attributes["connection"] = connection
    return settings


def check_known(version: str) -> None:
    """Refuse tables of a version from which no migration here leads to ours: ``SettingsError``."""
    if version not in {each.revision for each in all_migrations()}:
        raise refusal(version)


def is_earlier(version: str) -> bool:
    """Return whether tables are of an auscult before 0.3.0, which no later one migrates."""
    return version[:4] <= BASELINE[:4] and version != BASELINE


def refusal(version: str) -> SettingsError:
    """Return the error for tables of a version that this auscult does not know."""
    if is_earlier(version):
        return SettingsError(
            f"this database has tables of version {version}, made by an auscult before 0.3.0, and this one needs "
            f"{newest()}; export with the auscult that made it, and load into a new database "
            "(docs/how-to/upgrade.md)",
            code="database.earlier",
            field="database",
            value=version,
        )
    return SettingsError(
        f"this database has tables of version {version}, made by a newer auscult, and this one needs {newest()}; "
        "use the newer auscult",
        code="database.newer",
        field="database",
        value=version,
    )
