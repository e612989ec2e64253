"""Contract of a metric type. The contract suite in tests/contract runs over every type in the table."""

from typing import ClassVar, Protocol, TypeVar

from msgspec import Struct

from auscult.domain.conversation import Channel, Conversation
from auscult.domain.evaluation import Verdict
from auscult.domain.form import Scoring
from auscult.domain.insight import Insights
from auscult.domain.probe import Answers, Probe

Settings_contra = TypeVar("Settings_contra", contravariant=True)


class MetricType(Protocol[Settings_contra]):
    """Way of judging. Pure: values in, values out; questions to engines are sent out as probes first."""

    name: ClassVar[str]
    """The word that forms use: a metric's ``type``."""

    settings_type: ClassVar[type[Struct]]
    """The keys a metric of this type may have on a form, beside the common ones."""

    channels: ClassVar[frozenset[Channel]]
    """Channels whose forms may hold this type."""

    scorings: ClassVar[frozenset[Scoring]]
    """Kinds of scoring whose forms may hold this type (rule 6: percentage forms hold no manual metrics)."""

    reads_words: ClassVar[bool]
    """True when it has to understand what is said: where the language is unknown, it is not judged."""

    is_manual: ClassVar[bool]
    """True when only a person can answer; such a metric never counts in the machine's score."""

    def problems(self, settings: Settings_contra) -> tuple[tuple[str, str], ...]:
        """Faults beyond the shape of the settings, each (field within the metric, what is wrong and what would be right)."""
        ...

    def languages(self, settings: Settings_contra) -> frozenset[str] | None:
        """The languages this metric understands, or None when it is all the same to it (rule 6)."""
        ...

    def needs(self, settings: Settings_contra) -> frozenset[type[Probe]]:
        """The kinds of probe it may send out: an engine must be configured for each."""
        ...

    def unique_key(self, settings: Settings_contra) -> str | None:
        """Two metrics of one form may not share this key (rule 6: one speech metric of each measure)."""
        ...

    def is_split(self, settings: Settings_contra) -> bool:
        """Return whether its verdicts have parts that are scored one by one."""
        ...

    def probes(self, settings: Settings_contra, conversation: Conversation) -> tuple[Probe, ...]:
        """Return the questions to ask before this conversation can be judged."""
        ...

    def judge(
        self, settings: Settings_contra, conversation: Conversation, answers: Answers, insights: Insights | None = None
    ) -> Verdict:
        """Return the verdict, with evidence.

        ``answers`` holds one answer for each probe; ``insights`` is what analysis found, None where it was not analysed.
        """
        ...
