"""Create every table, view, index and trigger.

New databases are created by ``storage/core/baseline.py`` without alembic; later revisions come after this one.
"""

from auscult.storage.core.baseline import BASELINE

revision = BASELINE
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing: a database of this version has its tables."""
