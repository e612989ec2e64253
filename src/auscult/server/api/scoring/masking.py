"""Rows of the conversation list as a caller may see them: blind while they audit, or as the agent."""

from typing import Any, NamedTuple

import msgspec

from auscult.domain.audits.assignment import Hidden
from auscult.domain.audits.audit import AuditState
from auscult.domain.audits.blindness import Blindness, masked_row
from auscult.domain.audits.bookmark import AuditSettings


class View(NamedTuple):
    """What a caller does not see: of each conversation while they audit it, and as an agent.

    ``told`` is what a row's being there would tell, as the list was filtered by it.
    """

    blindness: Blindness
    settings: AuditSettings | None
    told: frozenset[Hidden]

    @property
    def is_open(self) -> bool:
        """Whether everything is seen."""
        return not self.blindness and self.settings is None

    @property
    def left_out(self) -> frozenset[str]:
        """Conversations whose rows would tell what is hidden."""
        return frozenset(each for each, hidden in self.blindness.items() if hidden & self.told)

    def hidden(self, row: dict[str, Any]) -> frozenset[Hidden]:
        """What is hidden of a row."""
        found = self.blindness.get(row["id"], frozenset[Hidden]())
        return found | kept_from(self.settings, row["audit"]["state"])


def kept_from(settings: AuditSettings | None, state: AuditState) -> frozenset[Hidden]:
    """What is kept from the agent of a conversation whose audit is in a state."""
    if settings is None:
        return frozenset()
    kept: set[Hidden] = {"auditor"} if settings.hide_auditor else set()
    if settings.agent_sees == "audited" and state != "audited":
        kept.add("machine")
    return frozenset(kept)


def masked(row: bytes, view: View) -> bytes | None:
    """Return a row without what is hidden; None where its being there would tell it."""
    shown: dict[str, Any] = msgspec.json.decode(row)
    hidden = view.hidden(shown)
    if hidden & view.told:
        return None
    return row if not hidden else msgspec.json.encode(masked_row(shown, hidden))
