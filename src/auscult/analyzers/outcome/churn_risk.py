"""Churn risk: the customer announces or threatens to leave, cancel, close an account, switch, or never buy again.

The customer's own words decide, by patterns, and in English the dialogue acts of the conversation with them where heads
vote. Said calmly, or withdrawn later, it still counts. Not counted: to cancel one order, booking or payment, to move
house, another person's leaving, and the statement to stay. A bare "I'll cancel" counts where the conversation is about
a subscription or the like, and not an order.
"""

from typing import ClassVar

from auscult.analyzers._contract import Unknown
from auscult.analyzers.outcome._flagging import Signs, raise_flag
from auscult.analyzers.outcome._voting import VotedFlag, voted_flag
from auscult.domain.conversation import Conversation
from auscult.domain.errors import coded
from auscult.domain.insight import Flag, Insights
from auscult.domain.probe import Answers

OTHERWISE = {"leaving": coded("says that they leave")}
"""The packs of other languages, and what each means."""
SIGNS = Signs("en/leaving", bare="en/leaving_bare", about="en/lasting_tie", not_about="en/passing_purchase")


class ChurnRisk(VotedFlag):
    """Says or threatens that they will leave, cancel, close an account, go elsewhere or never buy again."""

    field: ClassVar[str] = "churn_risk"

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> Flag | Unknown:
        """Return whether it was observed, with its turns."""
        found = raise_flag(conversation, known, self.languages, SIGNS, OTHERWISE)
        return voted_flag(self.field, found, conversation, answers, known)
