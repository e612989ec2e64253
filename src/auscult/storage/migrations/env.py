"""What Alembic runs. The connection, with its transaction and its lock, is ``migrate``'s."""

from alembic import context

from auscult.storage.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
)
context.run_migrations()
