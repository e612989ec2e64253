"""What an analyzer must be. The contract suite in tests/contract runs over every analyzer in the table."""

from typing import ClassVar, NamedTuple, Protocol, TypeVar

from auscult.domain.conversation import Conversation
from auscult.domain.insight import Insights
from auscult.domain.probe import Answers, Probe

Found_co = TypeVar("Found_co", covariant=True)


class Unknown(NamedTuple):
    """The analyzer cannot know, and why: ``no times are known``, ``Japanese is not supported``."""

    reason: str


class SwitchedOff:
    """In the place of an analyzer that was not chosen: finds nothing out, and says so."""

    field: ClassVar[str] = ""
    languages: frozenset[str] = frozenset()

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:  # noqa: ARG002  (as every analyzer)
        """Nothing."""
        return ()

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> Unknown:  # noqa: ARG002
        """That nobody looked."""
        return Unknown("this analyzer is switched off (AUSCULT_ANALYZERS)")


class Analyzer(Protocol[Found_co]):
    """One thing to find in a conversation. Pure: what an engine must tell is sent out as probes first."""

    field: ClassVar[str]
    """The field of ``Insights`` that it fills."""

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes of the languages it understands; empty when language does not matter to it."""
        ...

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        """What must be asked before this conversation can be analysed."""
        ...

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> Found_co | Unknown:
        """What it found. ``known`` holds what the analyzers before it in the table found."""
        ...
