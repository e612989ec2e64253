"""Resolution: YES where the customer's main request was met, NO where not, or NA where nothing was asked for.

Decided by speaker and order (English): the customer's request, the agent's report of success, promise, refusal or
failure, and the customer's reaction. Each finding adds or subtracts points (``_points``); the sum is the answer by
words, and dialogue acts have a vote with it.
"""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from msgspec import UNSET

from auscult.analyzers._contract import Unknown, unheard
from auscult.analyzers._evidence import language_of, turns_of, unsupported
from auscult.analyzers._outcomes import CUSTOMER_SAYS
from auscult.analyzers._packs import BY_PACKS, UNDERSTOOD
from auscult.analyzers.outcome._by_packs import BOTH, UNREPORTED, outcome_by_packs
from auscult.analyzers.outcome._failing import DECLINES, stated_failure
from auscult.analyzers.outcome._points import ENOUGH, points
from auscult.analyzers.outcome._turn_indexes import UNANSWERED, UNSHOWN, TurnIndexes, follow
from auscult.analyzers.outcome._voting import NEVER, NOTHING, OUTWEIGHS, VOTED_IN, voted_outcome
from auscult.analyzers.sentiment._tone import customer_probes, customer_tones
from auscult.domain.conversation import Conversation, Turn, language_code
from auscult.domain.errors import coded
from auscult.domain.evaluation import cite
from auscult.domain.insight import Insights, Outcome
from auscult.domain.probe import Answers, Probe
from auscult.votes import DOES, acts_probes

FEW = 3
"""Up to so many asking turns somebody may say that they only tell something, and be believed."""
CLOSE = 6
"""Points around the bound within which the signs nearly balance."""
ANSWERED = coded("answered, and no protest")
"""Why a request counts as met that no turn reports as met; the answer is cited, never the request."""
SHORT = 60
"""Characters up to which a turn with small talk asks for nothing else."""


class Resolution:
    """Answer to whether the main request was met by the end, and why that is unclear where it is."""

    field: ClassVar[str] = "resolution"
    languages: frozenset[str] = UNDERSTOOD
    asks_in: ClassVar[frozenset[str]] = VOTED_IN

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        """Return the questions about the tone of the customer's turns, and about the dialogue acts."""
        tones = () if language_code(conversation) in BY_PACKS else customer_probes(conversation)
        return (*tones, *acts_probes(conversation))

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> Outcome | Unknown:
        """The outcome, with the turn that decided."""
        customer = turns_of(conversation, "customer")
        if not customer:
            return unheard(conversation)
        if (obstacle := unsupported(conversation, known, self.languages)) is not None:
            return obstacle
        if (language := language_of(conversation, known)) in BY_PACKS:
            by_packs = outcome_by_packs(conversation, language)
            return voted_outcome(by_packs, conversation, answers)
        if _asks_nothing(conversation, customer):
            return voted_outcome(Outcome(resolution="NA"), conversation, answers)
        indexes = follow(conversation, customer_tones(conversation, answers))
        failed = stated_failure(indexes)
        if failed is not None:
            by_words = Outcome(resolution="NO", evidence=(cite(indexes.turns[failed], DOES["denies"]),))
            return voted_outcome(by_words, conversation, answers, outweighs=NEVER)
        by_words = outcome_by_words(indexes, customer[0])
        outweighs = OUTWEIGHS if ends_in_failure(indexes) else NOTHING
        last = max(indexes.last("refused"), indexes.last("offered"))
        refused = (cite(indexes.turns[last], DOES["denies"]),) if last >= 0 else ()
        return voted_outcome(by_words, conversation, answers, outweighs=outweighs, refused=refused)


def outcome_by_words(indexes: TurnIndexes, first: Turn) -> Outcome:
    """Return the outcome by phrases and tones alone; ``first`` is the customer's first turn."""
    is_met = points(indexes) >= ENOUGH and not ends_in_failure(indexes)
    shown = met_by(indexes) if is_met else missed_by(indexes)
    return Outcome(
        resolution="YES" if is_met else "NO",
        evidence=(cite(shown.turn or first, shown.why),),
        doubt=doubt_of(indexes, shown, is_met=is_met) or UNSET,
    )


def ends_in_failure(indexes: TurnIndexes) -> bool:
    """Return whether a refusal or failure is followed by no success, no answer, and no alternative that is accepted.

    A polite "it's okay" or "no, you have been very helpful" accepts nothing.
    """
    failed = max(indexes.last("refused"), indexes.last("offered"))
    taken = [index for index in (*indexes.agreed, *indexes.pleased) if not DECLINES.match(indexes.turns[index].text)]
    return failed > max(indexes.last("met"), indexes.last("informed"), *taken, -1)


class Shown(NamedTuple):
    """The turn that shows it (None: none does), and why."""

    turn: Turn | None
    why: str


def met_by(indexes: TurnIndexes) -> Shown:
    """Return the evidence that it was met."""
    if indexes.met:
        return Shown(indexes.turns[indexes.last("met")], coded("says that it is done or will be"))
    if indexes.informed:
        return Shown(indexes.turns[indexes.last("informed")], coded("gives the answer"))
    answered = min((*indexes.met, *indexes.informed, *indexes.offered), default=len(indexes.turns))
    if indexes.last("agreed") > answered:
        return Shown(indexes.turns[indexes.last("agreed")], coded("takes the answer"))
    return Shown(indexes.answer, ANSWERED)


def missed_by(indexes: TurnIndexes) -> Shown:
    """Return the evidence that it was not."""
    if not indexes.is_answered:
        return Shown(None, coded("asks, and nobody answers"))
    failed = max(indexes.last("refused"), indexes.last("offered"))
    if failed > indexes.last("met"):
        return Shown(indexes.turns[failed], DOES["denies"])
    if indexes.protests:
        return Shown(indexes.turns[indexes.last("protests")], coded("protests, and it stays so"))
    return Shown(indexes.turns[-1], UNANSWERED)


def doubt_of(indexes: TurnIndexes, shown: Shown, *, is_met: bool) -> str:
    """Return why the answer is unclear; empty where it is certain. Shares of right answers: docs/reference/analyzers.md.

    A protest makes a NO certain; an unanswered request needs no further sign.
    """
    if (indexes.refused or indexes.offered) and indexes.met and (is_met or not indexes.protests):
        return BOTH
    if is_met and shown.why == ANSWERED:
        return UNSHOWN
    if not is_met and indexes.is_answered and not (indexes.refused or indexes.offered or indexes.protests):
        return UNREPORTED
    if abs(points(indexes) - ENOUGH) < CLOSE:
        return coded("the signs for and against it nearly balance")
    return ""


def _asks_nothing(conversation: Conversation, customer: Sequence[Turn]) -> bool:
    """Return whether the customer wants nothing: was called, or is alone, and asks nothing; or declares it."""
    asking = [turn for turn in customer if _asks(turn)]
    if not asking and (conversation.direction == "outbound" or not _is_served(conversation)):
        return True
    return len(asking) <= FEW and any("only telling" in CUSTOMER_SAYS.find(turn.text) for turn in customer)


def _asks(turn: Turn) -> bool:
    said = CUSTOMER_SAYS.find(turn.text)
    return "asked" in said and not ("small talk" in said and len(turn.text) < SHORT)


def _is_served(conversation: Conversation) -> bool:
    return any(turn.speaker in ("agent", "bot") for turn in conversation.turns)
