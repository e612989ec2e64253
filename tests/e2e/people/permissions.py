"""The permission that each operation asks a user for, written down once more, by hand: the test's own table."""

from collections.abc import Mapping
from pathlib import Path

from tests.data_files import rows_of

_ROWS = rows_of(Path(__file__).with_suffix(".csv"))
assert len(_ROWS) == len({row["operation"] for row in _ROWS}), "an operation is in the table twice"


def _table(holds: str) -> Mapping[str, str]:
    return {row["operation"]: row["permission"] for row in _ROWS if row["holds"] == holds}


READS = _table("somewhere")
"""Allowed where the permission holds somewhere, or for the conversation of the path."""
WHOLE_APP = _table("whole app")
"""Allowed where the permission holds in the whole app."""
CONVERSATION = _table("conversation")
"""Writes about one conversation: allowed where the permission holds for it."""
OWN = frozenset(_table("own"))
"""Operations about the caller alone, which ask for no permission."""
assert len(_ROWS) == sum(map(len, (READS, WHOLE_APP, CONVERSATION, OWN))), "a row that holds nowhere"
