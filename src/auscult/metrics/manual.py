"""A question that only a person answers: it waits for an audit, and never counts in the machine's score (rule 2)."""

from typing import ClassVar

from msgspec import Struct

from auscult.domain.conversation import Channel, Conversation
from auscult.domain.evaluation import Verdict
from auscult.domain.form import Scoring
from auscult.domain.insight import Insights
from auscult.domain.probe import Answers, Probe

WAITING = "waits for an auditor"
"""The reason of every answer."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """Settings of a metric of this type: the question to the auditor, and guidance."""

    question: str = ""
    guidance: str = ""


class Manual:
    """Always "-": not yet answered."""

    name: ClassVar[str] = "manual"
    settings_type: ClassVar[type[Struct]] = Settings
    channels: ClassVar[frozenset[Channel]] = frozenset({"voice", "chat"})
    scorings: ClassVar[frozenset[Scoring]] = frozenset({"points"})
    reads_words: ClassVar[bool] = False
    is_manual: ClassVar[bool] = True

    def problems(self, settings: Settings) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 any text will do
        """None."""
        return ()

    def languages(self, settings: Settings) -> frozenset[str] | None:  # noqa: ARG002 people read many
        """Any."""
        return None

    def needs(self, settings: Settings) -> frozenset[type[Probe]]:  # noqa: ARG002 a person is no engine
        """Nothing."""
        return frozenset()

    def unique_key(self, settings: Settings) -> str | None:  # noqa: ARG002 a form may ask any number of questions
        """Nothing."""
        return None

    def is_split(self, settings: Settings) -> bool:  # noqa: ARG002 a person gives one answer
        """Never."""
        return False

    def probes(self, settings: Settings, conversation: Conversation) -> tuple[Probe, ...]:  # noqa: ARG002 as above
        """Nothing."""
        return ()

    def judge(
        self,
        settings: Settings,  # noqa: ARG002 as above
        conversation: Conversation,  # noqa: ARG002 as above
        answers: Answers,  # noqa: ARG002 as above
        insights: Insights | None = None,  # noqa: ARG002 analysis has no part in it
    ) -> Verdict:
        """Not yet answered."""
        return Verdict(qualification="-", reason=WAITING)
