"""Masked rows of the conversation list, for auditors who have not submitted yet, and for agents."""

from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from auscult.domain.audits.assignment import Hidden
from auscult.domain.audits.blindness import Blindness, masked_row
from auscult.domain.audits.bookmark import AuditSettings
from auscult.domain.record import RecordQuery
from auscult.services.audits.blind import kept_from, shows_only_audited


class View(NamedTuple):
    """Data hidden from a caller: of each conversation while they audit it, and as an agent.

    ``revealed``: data that the presence of a row would show, because the list is filtered by it.
    """

    blindness: Blindness
    settings: AuditSettings | None
    revealed: frozenset[Hidden]

    @property
    def is_open(self) -> bool:
        """Return whether nothing is hidden."""
        return not self.blindness and self.settings is None

    @property
    def left_out(self) -> frozenset[str]:
        """Return the conversations whose rows would reveal hidden data."""
        revealed = self.revealed | {"others"} if self._finds_only_audited else self.revealed
        return frozenset(each for each, hidden in self.blindness.items() if hidden & revealed)

    @property
    def _finds_only_audited(self) -> bool:
        """Return whether a row would reveal a result, and results are shown of audited conversations alone."""
        return "machine" in self.revealed and shows_only_audited(self.settings)

    def narrowed(self, asked: RecordQuery) -> RecordQuery:
        """Return a query without rows that would reveal what is hidden: no row, total or cursor is of them."""
        asked = replace(asked, without=tuple(sorted(self.left_out)))
        if not self._finds_only_audited:
            return asked
        is_none = bool(asked.audits) and "audited" not in asked.audits
        return replace(asked, audits=("audited",), ids=() if is_none else asked.ids)

    def hidden(self, row: dict[str, Any]) -> frozenset[Hidden]:
        """Return the kinds of data hidden in a row."""
        found = self.blindness.get(row["id"], frozenset[Hidden]())
        return found | kept_from(self.settings, row["audit"]["state"], found)


def masked(row: bytes, view: View) -> bytes | None:
    """Return a row without hidden data; None if its presence would reveal them."""
    shown: dict[str, Any] = msgspec.json.decode(row)
    hidden = view.hidden(shown)
    if hidden & view.revealed:
        return None
    return row if not hidden else msgspec.json.encode(masked_row(shown, hidden))
