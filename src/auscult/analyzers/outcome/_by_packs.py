"""Outcome of a conversation in a language that is read by packs: the last report of the agent's that counts.

What is done, promised or given as information meets the request; a refusal or a protest after it does not. In one
turn with both, what is done counts, as in English. A statement that is nothing else (no question, no courtesy, no
look-up) answers the request too, where the customer takes it for an answer. Where the customer leaves or the
transcript breaks off, only what is done or promised counts.
"""

from collections.abc import Iterator, Sequence

from msgspec import UNSET

from auscult.analyzers._evidence import turns_of
from auscult.analyzers._packs import matcher
from auscult.analyzers.outcome._turn_indexes import UNANSWERED
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import coded
from auscult.domain.evaluation import cite
from auscult.domain.insight import Outcome
from auscult.domain.said.text import sentences

WHYS = {
    "done": coded("says that it is done or will be"),
    "informs": coded("gives the answer"),
    "states": coded("says something that the customer takes for the answer"),
    "refused": coded("says no, or that it failed"),
    "protests": coded("protests, and it stays so"),
}
MET = ("done", "informs", "states")
NO_ANSWER = (
    "hold_announced",
    "hold_noticed",
    "sympathy",
    "greeting",
    "introduction",
    "offer_of_help",
    "identity_request",
    "further_help",
    "signoff",
)
"""Packs of what an agent says beside the matter itself."""
STOPS = (".", "!", "?")
WORDS = 4
"""Fewer words than that state nothing."""
BOTH = coded("both a success and a refusal or failure are reported")
UNREPORTED = coded("neither a success nor a refusal is reported")
IN_THE_MIDDLE = "broken_off"
OUTBOUND = "outbound_opening"
FEW = 2
"""Fewer other wishes than that leave a customer who declares that they only tell something believable."""


def outcome_by_packs(conversation: Conversation, language: str) -> Outcome:
    """Return whether the request of a customer who speaks at least once was met, with the turn that decides."""
    customer = turns_of(conversation, "customer")
    asks = matcher(language, "customer_outcome")
    heard = [asks.meanings(turn.text) for turn in customer]
    said = {meaning for meanings in heard for meaning in meanings}
    is_telling = "tells" in said and sum("wants" in one and "tells" not in one for one in heard) < FEW
    is_called = conversation.direction == "outbound" or matcher(language, OUTBOUND).holds(_first(conversation))
    if (
        is_telling
        or (is_called and "wants" not in said)
        or (not turns_of(conversation, "agent") and "asked" not in said)
    ):
        return Outcome(resolution="NA")
    report: tuple[str, Turn] | None = None
    is_protested = False
    reported: set[str] = set()
    for kind, turn in _reports(conversation, language):
        is_met = report is not None and report[0] in MET
        reported.add(kind)
        if kind == "protests":
            is_protested = True
            report = (kind, turn) if is_met else report
        elif kind in ("done", "refused") or report is None or not (is_protested or report[0] == "refused"):
            report = kind, turn
    if report is None:
        return Outcome(resolution="NO", evidence=(cite(conversation.turns[-1], UNANSWERED),), doubt=UNREPORTED)
    kind, turn = report
    if kind in MET and kind != "done" and _is_cut_short(conversation, language):
        return Outcome(resolution="NO", evidence=(cite(conversation.turns[-1], UNANSWERED),))
    is_unclear = reported >= {"done", "refused"} and (kind in MET or not is_protested)
    return Outcome(
        resolution="YES" if kind in MET else "NO",
        evidence=(cite(turn, WHYS[kind]),),
        doubt=BOTH if is_unclear else UNSET,
    )


def _reports(conversation: Conversation, language: str) -> Iterator[tuple[str, Turn]]:
    """Yield what the agent reports after the customer first spoke, and the customer's protests, in order."""
    customer = matcher(language, "customer_outcome")
    spoken = [turn for turn in conversation.turns if turn.text.strip() and turn.speaker != "system"]
    is_begun = False
    for turn in spoken:
        if turn.speaker == "customer":
            is_begun = True
            if "protests" in customer.meanings(turn.text):
                yield "protests", turn
        elif is_begun and not _stops(turn, spoken, language):
            kind = _report(turn.text, language)
            if kind and (kind != "states" or _is_taken(turn, spoken, language)):
                yield kind, turn


def _report(text: str, language: str) -> str:
    """Return what an agent's turn reports; empty for courtesies, questions and look-ups."""
    agent = matcher(language, "agent_outcome")
    pieces = sentences(text)
    is_written = any(piece.rstrip().endswith(STOPS) for piece in pieces[:-1])
    said = {meaning for piece in (pieces if is_written else (text, *pieces)) for meaning in agent.meanings(piece)}
    found = next((kind for kind in ("done", "refused", "informs") if kind in said), "")
    return found or ("states" if any(_states(piece, language) for piece in pieces) else "")


def _states(piece: str, language: str) -> bool:
    """Return whether a sentence of the agent's is about the matter: no question, no courtesy, no look-up."""
    if piece.rstrip().endswith("?") or len(piece.split()) < WORDS:
        return False
    if "asks" in matcher(language, "agent_outcome").meanings(piece):
        return False
    return not any(matcher(language, name).holds(piece) for name in NO_ANSWER)


def _is_taken(turn: Turn, spoken: Sequence[Turn], language: str) -> bool:
    """Return whether the customer accepts what the agent says in a turn, in the next words of theirs."""
    after = spoken[spoken.index(turn) + 1 :]
    reply = next((one for one in after if one.speaker == "customer"), None)
    return reply is not None and "accepts" in matcher(language, "customer_outcome").meanings(reply.text)


def _is_cut_short(conversation: Conversation, language: str) -> bool:
    """Return whether the customer leaves at the end, or the transcript breaks off there."""
    last = conversation.turns[-1].text
    return any(matcher(language, name).holds(last) for name in ("customer_left", IN_THE_MIDDLE))


def _first(conversation: Conversation) -> str:
    """Return the agent's first words."""
    return next((turn.text for turn in turns_of(conversation, "agent")), "")


def _stops(turn: Turn, spoken: Sequence[Turn], language: str) -> bool:
    """Return whether a turn is the last one and stops in the middle of a sentence."""
    return turn is spoken[-1] and matcher(language, IN_THE_MIDDLE).holds(turn.text)
