"""A question that only a person answers: it waits for an audit, and never counts in the machine's score (rule 2)."""

from typing import ClassVar

from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.domain.errors import coded
from auscult.domain.evaluation import Verdict
from auscult.domain.form import Scoring
from auscult.domain.insight import Insights
from auscult.domain.probe import Answers
from auscult.metrics._contract import Base

WAITING = coded("waits for an auditor")
"""The reason of every answer."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """Settings of a metric of this type: the question to the auditor, and guidance."""

    question: str = ""
    guidance: str = ""


class Manual(Base[Settings]):
    """Always "-": not yet answered."""

    name: ClassVar[str] = "manual"
    settings_type: ClassVar[type[Struct]] = Settings
    scorings: ClassVar[frozenset[Scoring]] = frozenset({"points"})
    is_manual: ClassVar[bool] = True

    def judge(
        self,
        settings: Settings,  # noqa: ARG002 as above
        conversation: Conversation,  # noqa: ARG002 as above
        answers: Answers,  # noqa: ARG002 as above
        insights: Insights | None = None,  # noqa: ARG002 analysis has no part in it
    ) -> Verdict:
        """Not yet answered."""
        return Verdict(qualification="-", reason=WAITING)
