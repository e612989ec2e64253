"""Contract of an analyzer. The contract suite in tests/contract runs over every analyzer in the table."""

from typing import ClassVar, NamedTuple, Protocol, TypeVar

from auscult.domain.conversation import WHO, WITHOUT_SPEAKERS, Conversation, are_without_speakers
from auscult.domain.errors import coded
from auscult.domain.insight import Insights
from auscult.domain.probe import Answers, Probe

Found_co = TypeVar("Found_co", covariant=True)


class Unknown(NamedTuple):
    """The analyzer cannot know, and why: ``no times are known``, ``Japanese is not supported``."""

    reason: str


NO_CUSTOMER = coded("{who} never speaks", who=WHO["customer"])
NO_AGENT = coded("{who} never speaks", who=WHO["agent"])


def unheard(conversation: Conversation, otherwise: str = NO_CUSTOMER) -> Unknown:
    """Return why nothing is known of a side without turns: nothing shows which are its own, or it has none."""
    return Unknown(WITHOUT_SPEAKERS if are_without_speakers(conversation) else otherwise)


class SwitchedOff:
    """Placeholder of an analyzer that was not chosen: its result is unknown, with that reason."""

    field: ClassVar[str] = ""
    languages: frozenset[str] = frozenset()

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:  # noqa: ARG002  (as every analyzer)
        """Nothing."""
        return ()

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> Unknown:  # noqa: ARG002
        """Return that the analyzer is switched off."""
        return Unknown(coded("this analyzer is switched off (AUSCULT_ANALYZERS)"))


class Analyzer(Protocol[Found_co]):
    """Analyzer of one aspect of a conversation. Pure: questions to engines are sent out as probes first."""

    field: ClassVar[str]
    """The field of ``Insights`` that it fills."""

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes of the languages it understands; empty when language does not matter to it."""
        ...

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        """Return the questions to ask before this conversation can be analysed."""
        ...

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> Found_co | Unknown:
        """Return the finding. ``known`` holds the findings of the analyzers before it in the table."""
        ...
