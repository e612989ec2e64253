"""Escalation: the customer asks for another person, or threatens a complaint, a review or a legal step.

The customer's own words decide, by patterns, or in English the dialogue acts of the turns where heads vote. Not counted:
being a manager oneself, having spoken to one before, a report of earlier transfers, praise that is to be passed on.
"""

from typing import ClassVar

from auscult.analyzers._contract import Unknown
from auscult.analyzers.outcome._flagging import Signs, raise_flag
from auscult.analyzers.outcome._voting import VotedFlag, heard_flag
from auscult.domain.conversation import Conversation
from auscult.domain.errors import coded
from auscult.domain.insight import Flag, Insights
from auscult.domain.probe import Answers

ASKS = coded("asks for somebody else")
"""The meaning of a request for a supervisor or for someone else: exactly what em-escalation of the starter form reads."""
ACTS = ("ask_escalation", "threat")
OTHERWISE = {"escalation_request": ASKS, "threats": coded("threatens a complaint, a review or a legal step")}
"""The packs of other languages, and what each means."""
SIGNS = Signs("en/threats", first=("en/escalation_request", ASKS))


class Escalation(VotedFlag):
    """Request for another person, or the threat of a complaint, a review or a legal step."""

    field: ClassVar[str] = "escalation"

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> Flag | Unknown:
        """Return whether it was observed, with its turns."""
        found = raise_flag(conversation, known, self.languages, SIGNS, OTHERWISE)
        return heard_flag(ACTS, found, conversation, answers, known)
