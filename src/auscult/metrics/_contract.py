"""What a metric type must be. The contract suite in tests/contract runs over every type in the table."""

from typing import Any, ClassVar, Protocol

from msgspec import Struct

from auscult.domain.conversation import Channel, Conversation
from auscult.domain.evaluation import Verdict
from auscult.domain.probe import Answers, Probe


class MetricType(Protocol):
    """One way of judging. Pure: values in, values out; what an engine must tell is sent out as probes first."""

    type: ClassVar[str]
    """The word that forms use."""

    Settings: ClassVar[type[Struct]]
    """The keys a metric of this type may have on a form, beside the common ones."""

    channels: ClassVar[frozenset[Channel]]
    """Channels whose forms may hold this type."""

    is_manual: ClassVar[bool]
    """True when only a person can answer; such a metric never counts in the machine's score."""

    def problems(self, settings: Any) -> tuple[tuple[str, str], ...]:
        """Faults beyond the shape of the settings, each (field within the metric, what is wrong and what would be right)."""
        ...

    def unique_key(self, settings: Any) -> str | None:
        """Two metrics of one form may not share this key (rule 6: one speech metric of each measure)."""
        ...

    def probes(self, settings: Any, conversation: Conversation) -> tuple[Probe, ...]:
        """What must be asked before this conversation can be judged."""
        ...

    def judge(self, settings: Any, conversation: Conversation, answers: Answers) -> Verdict:
        """The verdict, with evidence. ``answers`` holds one answer for each probe."""
        ...
