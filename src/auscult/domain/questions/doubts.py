"""Doubt about words: a verdict on words that were recognised with low confidence is marked."""

from msgspec.structs import replace

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import coded
from auscult.domain.evaluation import Evidence, Verdict

DOUBTFUL = coded("the transcript is doubtful here")


def doubted(verdict: Verdict, conversation: Conversation) -> Verdict:
    """Return a verdict with doubt in each piece of evidence whose words a recogniser was not sure of."""
    turns = {turn.id: turn for turn in conversation.turns if turn.doubts}
    if not turns:
        return verdict
    evidence = tuple(_doubted(each, turns.get(each.turn_id or "")) for each in verdict.evidence)
    trigger = tuple(_doubted(each, turns.get(each.turn_id or "")) for each in verdict.trigger)
    return replace(verdict, evidence=evidence, trigger=trigger)


def is_doubtful(evidence: Evidence) -> bool:
    """Return whether evidence says that its words are doubtful."""
    return evidence.why.endswith(DOUBTFUL)


def _doubted(evidence: Evidence, turn: Turn | None) -> Evidence:
    if turn is None or not _rests_on_doubt(evidence, turn):
        return evidence
    return replace(
        evidence, why=coded("{before}; {doubt}", before=evidence.why, doubt=DOUBTFUL) if evidence.why else DOUBTFUL
    )


def _rests_on_doubt(evidence: Evidence, turn: Turn) -> bool:
    start = turn.text.find(evidence.text) if evidence.text else 0
    if start < 0:
        return True  # where in the turn it is, is not known
    end = start + (len(evidence.text) or len(turn.text))
    return any(first < end and start < last for first, last in turn.doubts)
