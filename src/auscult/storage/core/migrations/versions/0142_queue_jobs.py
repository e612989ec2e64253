"""Results of changes of queues and their agents that were asked for by the vendor's API.

Revision 0142, after 0141.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0142"
down_revision = "0141"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "queue_jobs",
        sa.Column("job", NUMBER, nullable=False),
        sa.Column("job_id", KEY, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("job", name="pk_queue_jobs"),
        sa.UniqueConstraint("job_id", name="uq_queue_jobs_job_id"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_queue_jobs_app"),
    )
    op.create_index("ix_queue_jobs_app_created_at", "queue_jobs", ["app", "created_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("queue_jobs")
