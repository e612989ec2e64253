"""Rules of a plan's frame: whether a conversation belongs to it, and whether it shows a sign of risk."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from auscult.domain.ai_agents.calls import searched
from auscult.domain.audits.plan import Frame, Risk
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evaluation
from auscult.domain.insight import Insights, Topic
from auscult.domain.questions.abstaining import is_hesitant
from auscult.domain.questions.doubts import is_doubtful
from auscult.domain.record import outcomes_of
from auscult.domain.said.search import Term, parse

NEAR = 0.05
"""A verdict is unsure when a likeness is as near to its threshold as this."""
LOW_RECOGNITION = 0.7
"""Recognition is low when the mean confidence of the words is below this."""
NEW_FOR = timedelta(days=14)
"""A form version is new for so long after it was published. The first version is not."""
_COMPLAINT = "complain", "complaint", "grievance", "reclam", "beschwerde", "plainte", "klacht"


class Case(NamedTuple):
    """A conversation, or a segment of one, with what was decided about it."""

    conversation: Conversation
    evaluation: Evaluation
    insights: Insights | None = None


class Signs(NamedTuple):
    """Signs of risk that are kept elsewhere than with a conversation.

    They are the mean confidence of its words, and when a newer version of its form was published.
    """

    recognition: float | None = None
    form_published_at: datetime | None = None


NO_SIGNS = Signs()


def is_in_frame(case: Case, frame: Frame) -> bool:
    """Return whether a conversation meets the filters of a frame; names match without regard to case."""
    return (
        _is_routed(case.conversation, frame)
        and _is_decided(case, frame)
        and (not frame.intents or bool(_names(case.insights) & {name.casefold() for name in frame.intents}))
        and frame.holds(case.conversation, case.evaluation, case.insights)
        and (not frame.said or is_said(case.conversation, frame.said))
    )


def _is_routed(conversation: Conversation, frame: Frame) -> bool:
    queues = {name.casefold() for queue in conversation.queues for name in (queue.id, queue.name) if name}
    agents = {agent.id for agent in conversation.agents} | {turn.agent_id for turn in conversation.turns}
    agents |= {agent.name for agent in conversation.agents}
    return (
        (not frame.queues or bool(queues & _folded(frame.queues)))
        and (not frame.channels or conversation.channel in frame.channels)
        and (not frame.directions or conversation.direction in frame.directions)
        and (not frame.languages or conversation.language in frame.languages)
        and (not frame.agents or bool(_folded(agents) & _folded(frame.agents)))
        and all(conversation.custom_fields.get(name) == value for name, value in frame.custom_fields.items())
    )


def _folded(names: Iterable[str | None]) -> set[str]:
    return {name.casefold() for name in names if name}


def _is_decided(case: Case, frame: Frame) -> bool:
    """Return whether results are as a frame asks."""
    evaluation = case.evaluation
    met = {result.metric.id for result in evaluation.results if result.adhered is True}
    missed = {result.metric.id for result in evaluation.results if result.adhered is False}
    score = evaluation.score
    return (
        (not frame.outcomes or bool(set(outcomes_of(evaluation)) & set(frame.outcomes)))
        and set(frame.met) <= met
        and set(frame.missed) <= missed
        and (frame.least_score is None or (score is not None and score >= frame.least_score))
        and (frame.most_score is None or (score is not None and score <= frame.most_score))
    )


def _names(insights: Insights | None) -> set[str]:
    """Return the names of everything that a conversation was about, in small letters."""
    if insights is None:
        return set()
    found = {each.name.casefold() for each in (*(insights.intents or ()), *(insights.topics or ()))}

    def walk(topics: tuple[Topic, ...]) -> Iterator[str]:
        for topic in topics:
            yield topic.name.casefold()
            yield from walk(topic.topics)

    return found | set(walk(insights.configured_intents or ()))


def is_said(conversation: Conversation, search: str) -> bool:
    """Return whether a search finds a conversation. Raises ``RequestError`` ``search.invalid``."""
    sides = {side: f" {text} " for side, text in zip(("agent", "customer"), searched(conversation), strict=True)}

    def has(term: Term) -> bool:
        words = f" {' '.join(term.words)}" + ("" if term.is_prefix else " ")
        return any(words in text for side, text in sides.items() if term.side in (None, side))

    asked = parse(search)
    return all(map(has, asked.wanted)) and not any(map(has, asked.unwanted))


def has_risk(case: Case, risk: Risk, signs: Signs = NO_SIGNS) -> bool:
    """Return whether a conversation shows a sign of risk."""
    evaluation, insights = case.evaluation, case.insights
    flags = (insights.escalation, insights.churn_risk) if insights else (None, None)
    since = signs.form_published_at
    shown: Mapping[Risk, bool] = {
        "failed": evaluation.passed is False,
        "fatal": evaluation.fatal_errors > 0,
        "undecided": evaluation.is_undecided,
        "unsure": is_unsure(evaluation),
        "doubtful": any(
            is_doubtful(each)
            for result in evaluation.results
            for each in (*result.verdict.evidence, *result.verdict.trigger)
        ),
        "escalation": flags[0] is not None and flags[0].observed,
        "churn": flags[1] is not None and flags[1].observed,
        "complaint": any(word in name for name in _names(insights) for word in _COMPLAINT),
        "low_recognition": signs.recognition is not None and signs.recognition < LOW_RECOGNITION,
        "new_form": since is not None and evaluation.evaluated_at - since < NEW_FOR,
    }
    return shown[risk]


def is_unsure(evaluation: Evaluation) -> bool:
    """Return whether the machine hesitates over a verdict, or it rests on a likeness that is near its threshold."""
    if any(is_hesitant(result.verdict, evaluation.form) for result in evaluation.results):
        return True
    return any(
        abs(each.similarity - each.threshold) <= NEAR
        for result in evaluation.results
        for each in (*result.verdict.evidence, *result.verdict.trigger)
        if each.similarity is not None and each.threshold is not None
    )
