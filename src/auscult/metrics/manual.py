"""A question that only a person answers: it waits for an audit, and never counts in the machine's score (rule 2)."""

from typing import ClassVar

from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.domain.errors import coded
from auscult.domain.evaluation import Verdict
from auscult.domain.form import Scoring
from auscult.metrics._contract import Alone

WAITING = coded("waits for an auditor")
"""The reason of every answer."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """Settings of a metric of this type: the question to the auditor, and guidance."""

    question: str = ""
    guidance: str = ""


class Manual(Alone[Settings]):
    """Always "-": not yet answered."""

    name: ClassVar[str] = "manual"
    settings_type: ClassVar[type[Struct]] = Settings
    scorings: ClassVar[frozenset[Scoring]] = frozenset({"points"})
    is_manual: ClassVar[bool] = True

    def decide(self, settings: Settings, conversation: Conversation) -> Verdict:  # noqa: ARG002 as above
        """Not yet answered."""
        return Verdict(qualification="-", reason=WAITING)
