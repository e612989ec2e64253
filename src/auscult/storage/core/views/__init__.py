"""Views for people who query the database directly: ``v_conversations`` and the others, with the columns of the exports.

They are removed before tables change and created again afterwards, because a database refuses to change what a view
reads. docs/reference/tables.md describes their columns, which are stable.
"""

from sqlalchemy import Connection, text

from auscult.storage.core.views._functions import Postgres, Sqlite
from auscult.storage.core.views._selects import selects

__all__ = ["VIEWS", "create_views", "drop_views"]

VIEWS = (
    "v_conversations",
    "v_verdicts",
    "v_evidence",
    "v_insights",
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
    """Create the views. The tables must be those of this version."""
    functions = Sqlite() if connection.dialect.name == "sqlite" else Postgres()
    bodies = selects(functions)
    for name in VIEWS:
        connection.execute(text(f"CREATE VIEW {name} AS {bodies[name]}".replace(":", r"\:")))


def drop_views(connection: Connection) -> None:
    """Remove the views that there are."""
    for name in reversed(VIEWS):
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))
