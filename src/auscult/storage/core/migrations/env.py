"""Entry point of Alembic. The connection, with its transaction and its lock, is ``migrate``'s."""

from alembic import context

from auscult.storage.core.tables.base import METADATA
from auscult.storage.core.views import without_views

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    transactional_ddl=True,
)
with without_views(connection):  # tables cannot change under views that read them
    context.run_migrations()
