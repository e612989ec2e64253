"""Verdicts that trained heads have a vote in: the answer by words and the dialogue acts decide together."""

from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Qualification, Verdict
from auscult.domain.probe import Answers
from auscult.metrics._finding.citing import cite
from auscult.votes import course_of, vote

LANGUAGES = frozenset({"en"})
"""What the heads understand."""
_ANSWERS: dict[str, Qualification] = {"YES": "YES", "NO": "NO", "NA": "NA"}


def reads(conversation: Conversation) -> bool:
    """Return whether both sides speak, without which the heads are not asked."""
    sides = {turn.speaker for turn in conversation.turns if turn.text.strip()}
    return {"agent", "customer"} <= sides


def voted(by_words: Verdict, question: str, conversation: Conversation, answers: Answers) -> Verdict:
    """Return the verdict of both; that by words alone where no head was asked."""
    course = course_of(conversation, answers)
    if course is None:
        return by_words
    decided = vote(question, by_words.qualification, course)
    answer = _ANSWERS[decided.answer]
    if answer == by_words.qualification:
        return Verdict(
            qualification=answer,
            evidence=by_words.evidence,
            trigger=by_words.trigger,
            reason=by_words.reason,
            confidence=decided.confidence,
        )
    evidence = tuple(cite(each.turn, each.does) for each in decided.carriers)
    reason = f"words alone say {by_words.qualification}; the dialogue acts of the conversation outweigh them"
    return Verdict(
        qualification=answer,
        evidence=evidence,
        trigger=by_words.trigger,
        reason=reason,
        confidence=decided.confidence,
    )
