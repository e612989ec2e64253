"""Whether the customer's main request was met: YES, NO, or NA where nothing was asked for.

Read from who said what, in which order (English): what the customer asked, what the agent said was done, promised,
refused or failed, and how the customer took it. Each finding adds or takes points (``_points``); the sum decides.
"""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from auscult.analyzers._contract import Unknown
from auscult.analyzers._course import Course, follow
from auscult.analyzers._evidence import cite, turns_of, unsupported
from auscult.analyzers._outcome_phrases import CUSTOMER_SAYS
from auscult.analyzers._points import ENOUGH, points
from auscult.analyzers._tone import customer_probes, customer_tones
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.insight import Insights, Outcome
from auscult.domain.probe import Answers, Probe

FEW = 3
"""Up to so many asking turns somebody may say that they only tell something, and be believed."""
SHORT = 60
"""Characters up to which a turn with small talk asks for nothing else."""


class Resolution:
    """Whether the main request was met by the end."""

    field: ClassVar[str] = "resolution"
    languages: frozenset[str] = frozenset({"en"})

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        """How the customer's turns sound."""
        return customer_probes(conversation)

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> Outcome | Unknown:
        """The outcome, with the turn that decided."""
        customer = turns_of(conversation, "customer")
        if not customer:
            return Unknown("the customer never speaks")
        if (obstacle := unsupported(conversation, known, self.languages)) is not None:
            return obstacle
        if _asks_nothing(conversation, customer):
            return Outcome(resolution="NA")
        course = follow(conversation, customer_tones(conversation, answers))
        is_met = points(course) >= ENOUGH
        shown = met_by(course) if is_met else missed_by(course)
        return Outcome(resolution="YES" if is_met else "NO", evidence=(cite(shown.turn or customer[0], shown.why),))


class Shown(NamedTuple):
    """The turn that shows it (None: none does), and why."""

    turn: Turn | None
    why: str


def met_by(course: Course) -> Shown:
    """What shows that it was met."""
    if course.met:
        return Shown(course.turns[course.last("met")], "says that it is done or will be")
    if course.informed:
        return Shown(course.turns[course.last("informed")], "gives the answer")
    if course.agreed:
        return Shown(course.turns[course.last("agreed")], "takes the answer")
    return Shown(None, "answered, and no protest")


def missed_by(course: Course) -> Shown:
    """What shows that it was not."""
    if not course.is_answered:
        return Shown(None, "asks, and nobody answers")
    if course.last("refused") > course.last("met"):
        return Shown(course.turns[course.last("refused")], "says no, or that it failed")
    if course.protests:
        return Shown(course.turns[course.last("protests")], "protests, and it stays so")
    return Shown(course.turns[-1], "ends before an answer")


def _asks_nothing(conversation: Conversation, customer: Sequence[Turn]) -> bool:
    """Whether the customer wants nothing: was called, or speaks to nobody, and asks nothing; or says so."""
    asking = [turn for turn in customer if _asks(turn)]
    if not asking and (conversation.direction == "outbound" or not _is_served(conversation)):
        return True
    return len(asking) <= FEW and any("only telling" in CUSTOMER_SAYS.find(turn.text) for turn in customer)


def _asks(turn: Turn) -> bool:
    said = CUSTOMER_SAYS.find(turn.text)
    return "asked" in said and not ("small talk" in said and len(turn.text) < SHORT)


def _is_served(conversation: Conversation) -> bool:
    return any(turn.speaker in ("agent", "bot") for turn in conversation.turns)
