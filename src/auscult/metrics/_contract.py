"""Contract of a metric type, and what most types answer. The contract suite in tests/contract runs over every type."""

from typing import ClassVar, Generic, Protocol, TypeVar

from msgspec import Struct

from auscult.domain.conversation import Channel, Conversation
from auscult.domain.evaluation import Verdict
from auscult.domain.form import Scoring
from auscult.domain.insight import Insights
from auscult.domain.probe import Answers, Probe
from auscult.metrics._finding.reading import na_without_speakers, none_without_speakers

Settings_contra = TypeVar("Settings_contra", contravariant=True)
S = TypeVar("S")


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


class Base(Generic[S]):
    """Metric type for every channel, which a form may have any number of; it needs no engine and has no parts."""

    name: ClassVar[str]
    settings_type: ClassVar[type[Struct]]
    channels: ClassVar[frozenset[Channel]] = frozenset({"voice", "chat"})
    scorings: ClassVar[frozenset[Scoring]] = frozenset({"percentage", "points"})
    reads_words: ClassVar[bool] = False
    is_manual: ClassVar[bool] = False

    def problems(self, settings: S) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 their shape may say it all
        """Return no faults."""
        return ()

    def languages(self, settings: S) -> frozenset[str] | None:  # noqa: ARG002 words may not matter
        """Return None: any language."""
        return None

    def needs(self, settings: S) -> frozenset[type[Probe]]:  # noqa: ARG002 an engine may not be needed
        """Return no kinds of probe."""
        return frozenset()

    def unique_key(self, settings: S) -> str | None:  # noqa: ARG002 as many as a form likes
        """Return None: any number on a form."""
        return None

    def is_split(self, settings: S) -> bool:  # noqa: ARG002 rule 9 names few
        """Return False: no parts."""
        return False

    def probes(self, settings: S, conversation: Conversation) -> tuple[Probe, ...]:  # noqa: ARG002 as above
        """Return no probes."""
        return ()


class Alone(Base[S]):
    """Metric type that a conversation answers alone, without engines and analysis."""

    def judge(
        self,
        settings: S,
        conversation: Conversation,
        answers: Answers,  # noqa: ARG002 see the type
        insights: Insights | None = None,  # noqa: ARG002 see the type
    ) -> Verdict:
        """Return what the conversation decides."""
        return self.decide(settings, conversation)

    def decide(self, settings: S, conversation: Conversation) -> Verdict:
        """Return the verdict on a conversation."""
        raise NotImplementedError


class Plan(Protocol):
    """Settings of a metric, compiled."""

    needs: frozenset[type[Probe]]

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        """Return the questions about turns that words alone do not decide."""
        ...

    def judge(self, conversation: Conversation, answers: Answers) -> Verdict:
        """Return the verdict, with the turns that decided it."""
        ...


class OfWords(Protocol):
    """Settings whose words may be in certain languages."""

    @property
    def languages(self) -> tuple[str, ...] | None:
        """The languages; None for any."""
        ...


W = TypeVar("W", bound=OfWords)


class Planned(Base[W]):
    """Metric type that looks for words, and whose settings are compiled once."""

    reads_words: ClassVar[bool] = True

    def plan(self, settings: W) -> Plan:
        """Return the settings of a metric, compiled; the same ones each time."""
        raise NotImplementedError

    def languages(self, settings: W) -> frozenset[str] | None:
        """Return the languages that its words are in, where the metric names them."""
        return None if settings.languages is None else frozenset(settings.languages)

    def needs(self, settings: W) -> frozenset[type[Probe]]:
        """Return the probes of its findings: an embedding engine for ``similar``, a judge for ``judge``."""
        return self.plan(settings).needs

    @none_without_speakers
    def probes(self, settings: W, conversation: Conversation) -> tuple[Probe, ...]:
        """Return the questions about turns that words alone do not decide."""
        return self.plan(settings).probes(conversation)

    @na_without_speakers
    def judge(
        self,
        settings: W,
        conversation: Conversation,
        answers: Answers,
        insights: Insights | None = None,  # noqa: ARG002 analysis may have no part in it
    ) -> Verdict:
        """Return the verdict, with the turns that decided it."""
        return self.plan(settings).judge(conversation, answers)
