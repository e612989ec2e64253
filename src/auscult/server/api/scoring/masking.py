"""Rows of the conversation list as a caller may see them: blind while they audit, or as the agent."""

from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from auscult.domain.audits.assignment import Hidden
from auscult.domain.audits.blindness import Blindness, masked_row
from auscult.domain.audits.bookmark import AuditSettings
from auscult.domain.record import RecordQuery
from auscult.services.audits.blind import kept_from, shows_only_audited


class View(NamedTuple):
    """What a caller does not see: of each conversation while they audit it, and as an agent.

    ``revealed`` is what the presence of a row would show, as the list was filtered by it.
    """

    blindness: Blindness
    settings: AuditSettings | None
    revealed: frozenset[Hidden]

    @property
    def is_open(self) -> bool:
        """Whether everything is seen."""
        return not self.blindness and self.settings is None

    @property
    def left_out(self) -> frozenset[str]:
        """Conversations whose rows would reveal what is hidden."""
        return frozenset(each for each, hidden in self.blindness.items() if hidden & self.revealed)

    def narrowed(self, asked: RecordQuery) -> RecordQuery:
        """Return a query without rows that would reveal what the machine decided where that is kept from the agent."""
        is_kept = "machine" in self.revealed and shows_only_audited(self.settings)
        return replace(asked, audits=("audited",)) if is_kept else asked

    def hidden(self, row: dict[str, Any]) -> frozenset[Hidden]:
        """What is hidden of a row."""
        found = self.blindness.get(row["id"], frozenset[Hidden]())
        return found | kept_from(self.settings, row["audit"]["state"])


def masked(row: bytes, view: View) -> bytes | None:
    """Return a row without what is hidden; None where its presence would reveal it."""
    shown: dict[str, Any] = msgspec.json.decode(row)
    hidden = view.hidden(shown)
    if hidden & view.revealed:
        return None
    return row if not hidden else msgspec.json.encode(masked_row(shown, hidden))
