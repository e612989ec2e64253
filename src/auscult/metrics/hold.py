"""Hold etiquette: what the agent says before a hold and after it, and how long it lasts. With partial credit (rule 9).

Settings, semantics and examples for users: docs/reference/metrics/hold.md.
"""

from functools import lru_cache
from typing import ClassVar

from msgspec import Struct

from auscult.domain.conversation import Channel, Conversation
from auscult.domain.evaluation import Verdict
from auscult.domain.form import Scoring
from auscult.domain.insight import Insights
from auscult.domain.probe import Answers, Probe
from auscult.metrics._events.etiquette import Etiquette, Instances, WeighedDuty, duty_problems
from auscult.metrics._finding.reading import na_without_speakers, none_without_speakers


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """Settings of a metric of this type."""

    parts: tuple[WeighedDuty, ...]
    question: str = ""
    instances: Instances = "every"
    languages: tuple[str, ...] | None = None


class Hold:
    """YES when every part is met, NO when one is not, NA when there is no hold."""

    name: ClassVar[str] = "hold"
    settings_type: ClassVar[type[Struct]] = Settings
    channels: ClassVar[frozenset[Channel]] = frozenset({"voice"})
    scorings: ClassVar[frozenset[Scoring]] = frozenset({"percentage", "points"})
    reads_words: ClassVar[bool] = True
    is_manual: ClassVar[bool] = False

    def problems(self, settings: Settings) -> tuple[tuple[str, str], ...]:
        """Return the faults of the parts."""
        return tuple(duty_problems(settings.parts))

    def languages(self, settings: Settings) -> frozenset[str] | None:
        """The languages that its words are in, where the metric names them."""
        return None if settings.languages is None else frozenset(settings.languages)

    def needs(self, settings: Settings) -> frozenset[type[Probe]]:
        """An embedding engine for ``similar``, a judge for ``judge``."""
        return _compiled(settings).needs

    def unique_key(self, settings: Settings) -> str | None:  # noqa: ARG002 nothing distinguishes two of them
        """A form has one (domain: one hold metric a form)."""
        return "hold"

    def is_split(self, settings: Settings) -> bool:
        """Return whether its parts have weights."""
        return any(duty.weight is not None for duty in settings.parts)

    @none_without_speakers
    def probes(self, settings: Settings, conversation: Conversation) -> tuple[Probe, ...]:
        """Return the questions about the turns around holds."""
        return _compiled(settings).probes(conversation)

    @na_without_speakers
    def judge(
        self,
        settings: Settings,
        conversation: Conversation,
        answers: Answers,
        insights: Insights | None = None,  # noqa: ARG002 analysis has no part in it
    ) -> Verdict:
        """The verdict over every hold."""
        return _compiled(settings).judge(conversation, answers)


@lru_cache(maxsize=1024)
def _compiled(settings: Settings) -> Etiquette:
    return Etiquette("hold", settings.parts, settings.instances)
