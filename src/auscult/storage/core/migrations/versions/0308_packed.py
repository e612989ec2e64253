"""Add what SQL reads of conversations and insights that are packed.

Revision 0308.
"""

import sqlalchemy as sa
from alembic import op

from auscult.storage.core.packing import unpack
from auscult.storage.core.tables.base import NUMBER

revision = "0308"
down_revision = "0307"
branch_labels = None
depends_on = None

_KEYS = {"conversations": ("conversation",), "insights": ("conversation", "revision"), "report_rows": ("row",)}
_AT_ONCE = 1_000


def upgrade() -> None:
    """Add the columns; workers pack what is stored."""
    for table in ("conversations", "insights"):
        op.add_column(table, sa.Column("readable", sa.LargeBinary))


def downgrade() -> None:
    """Unpack everything, and drop them."""
    connection = op.get_bind()
    for name, keys in _KEYS.items():
        table = sa.table(name, *(sa.column(each, NUMBER) for each in keys), sa.column("body", sa.LargeBinary))
        same = [table.c[each] == sa.bindparam(f"its_{each}") for each in keys]
        for rows in connection.execute(sa.select(table)).partitions(_AT_ONCE):
            changed = [{**{f"its_{key}": getattr(row, key) for key in keys}, "whole": unpack(row.body)} for row in rows]
            connection.execute(sa.update(table).where(*same).values(body=sa.bindparam("whole")), changed)
    for table in ("conversations", "insights"):
        op.drop_column(table, "readable")
