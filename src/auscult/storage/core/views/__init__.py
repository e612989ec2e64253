"""Views for people who query the database directly: ``v_conversations`` and the others, with the columns of the exports.

They are removed before tables change and created again afterwards, because a database refuses to change what a view
reads. docs/reference/tables.md describes their columns, which are stable.
"""

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import Connection, inspect, text

from auscult.storage.core.views._functions import Postgres, Sqlite
from auscult.storage.core.views._selects import selects

__all__ = ["VIEWS", "create_views", "without_views"]

VIEWS = (
    "v_conversations",
    "v_verdicts",
    "v_evidence",
    "v_insights",
    "v_calls",
    "v_audits",
    "v_comments",
    "v_notices",
    "v_examples",
    "v_corrections",
    "v_pins",
    "v_collections",
    "v_absences",
    "v_agents",
)
"""The names, each before those that read it."""


def create_views(connection: Connection) -> None:
    """Create the views. The tables must be those of this version, or of one step back: then nothing is packed."""
    is_packed = any(column["name"] == "readable" for column in inspect(connection).get_columns("conversations"))
    functions = Sqlite if connection.dialect.name == "sqlite" else Postgres
    bodies = selects(functions(is_packed=is_packed))
    for name in VIEWS:
        connection.execute(text(f"CREATE VIEW {name} AS {bodies[name]}".replace(":", r"\:")))


@contextmanager
def without_views(connection: Connection) -> Generator[None]:
    """Remove the views while tables change, and create them again with everything that was granted on them."""
    granted = _grants(connection) if connection.dialect.name == "postgresql" else []
    for name in reversed(VIEWS):
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))
    yield
    create_views(connection)
    for grant in granted:
        connection.exec_driver_sql(grant)


_GRANTED = """SELECT relname, privilege_type, is_grantable, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS role
FROM pg_class, aclexplode(relacl)
WHERE relkind = 'v' AND relnamespace = current_schema()::regnamespace AND grantee <> relowner"""


def _grants(connection: Connection) -> list[str]:
    """Return the statements that grant again what other roles may do with the views."""
    return [
        f"GRANT {row.privilege_type} ON {row.relname} TO {row.role}{' WITH GRANT OPTION' * row.is_grantable}"
        for row in connection.execute(text(_GRANTED))
        if row.relname in VIEWS
    ]
