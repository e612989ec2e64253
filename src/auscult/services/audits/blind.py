"""Blindness of the raters of one app."""

from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec.structs import replace

from auscult.domain.audits.assignment import Hidden
from auscult.domain.audits.blindness import Blindness, without_agents
from auscult.domain.audits.bookmark import AuditSettings
from auscult.domain.calibration.session import hides_from
from auscult.domain.people.visibility import Visibility
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.conversations.latest import Sought
from auscult.services.scoring.listing import ListedAudit, ListedConversation
from auscult.storage.store import AppStore

_UNRELEASED: frozenset[Hidden] = frozenset({"others"})
_IN_CALIBRATION: frozenset[Hidden] = frozenset({"machine", "others"})


def blindness_of(app: AppStore, rater: str, agent_ids: frozenset[str] = frozenset()) -> Blindness:
    """Return what is hidden from a person, by conversation id.

    From a rater what their assignments and calibration sessions that have not ended hide, from the agents of ``agent_ids`` audits of them that
    are not released.
    """
    found: dict[str, frozenset[Hidden]] = {}
    for conversation_id, hidden in app.queue.hidden(rater):
        found[conversation_id] = found.get(conversation_id, frozenset()) | frozenset(hidden)
    for session in app.calibrations.listing(only_active=True):
        if hides_from(session, rater):
            for item in session.items:
                if item.conversation_id is not None:
                    found[item.conversation_id] = found.get(item.conversation_id, frozenset()) | _IN_CALIBRATION
    for conversation_id in unreleased_to(app, agent_ids):
        found[conversation_id] = found.get(conversation_id, frozenset()) | _UNRELEASED
    return found


def told_by(*, is_by_result: bool, is_by_agent: bool) -> frozenset[Hidden]:
    """Return what a row's presence in a list reveals, where the list was filtered by results or by agents."""
    told: set[Hidden] = {"machine"} if is_by_result else set()
    if is_by_agent:
        told.add("agent")
    return frozenset(told)


def unreleased_to(app: AppStore, agent_ids: frozenset[str]) -> frozenset[str]:
    """Return the conversations whose audit is not released to the agents who were judged."""
    if not agent_ids:
        return frozenset()
    waiting = app.disputes.reviews(unreleased_at=datetime.now(UTC))
    return frozenset(each.conversation_id for each in waiting if each.agent_id in agent_ids)


def kept_from_agents(app: AppStore, visibility: Visibility) -> AuditSettings | None:
    """Return the app's settings where someone sees conversations as their agent alone; None for everyone else."""
    others = visibility.is_everything or visibility.queues or visibility.teams or visibility.assigned_to
    return None if others or not visibility.agents else app.bookmarks.settings()


def blind_listed(listed: ListedConversation, hidden: frozenset[Hidden]) -> ListedConversation:
    """Return a row of the conversation list without what is hidden."""
    if "machine" in hidden:
        nothing = {"score": None, "passed": None, "insights": None, "form": None}
        listed = replace(listed, **nothing, fatal_errors=0, missed_metrics=())
    if "others" in hidden:
        listed = replace(listed, audit=ListedAudit(state="not_assigned", score=None))
    return replace(listed, agents=()) if "agent" in hidden else listed


def blind_rows(
    items: Iterable[ListedConversation], blindness: Blindness, sought: Sought
) -> tuple[ListedConversation, ...]:
    """Return the rows that a selection has found, without what is hidden and without those whose presence reveals it."""
    told = told_by(is_by_result=sought.is_by_result, is_by_agent=bool(sought.agents))
    return tuple(
        blind_listed(each, hidden)
        for each in items
        if not (hidden := blindness.get(each.id, frozenset[Hidden]())) & told
    )


def blind_case(case: EvaluatedConversation, hidden: frozenset[Hidden]) -> EvaluatedConversation:
    """Return an evaluated conversation without what is hidden."""
    if "machine" in hidden:
        evaluation = replace(case.evaluation, score=None, passed=None, fatal_errors=0, results=(), segments=())
        case = replace(case, evaluation=evaluation, insights=None)
    if "others" in hidden:
        case = replace(case, audit=None)
    return replace(case, conversation=without_agents(case.conversation)) if "agent" in hidden else case


def without_blind(
    app: AppStore, rater: str, items: Iterable[ListedConversation], agent_ids: frozenset[str] = frozenset()
) -> tuple[ListedConversation, ...]:
    """Return the rows of a list whose order or filter reveals something, without what a person judges blind."""
    blindness = blindness_of(app, rater, agent_ids)
    return tuple(each for each in items if not blindness.get(each.id))


def hidden_from(
    app: AppStore, rater: str, conversation_id: str, agent_ids: frozenset[str] = frozenset()
) -> frozenset[Hidden]:
    """Return what is hidden from a person of one conversation."""
    return blindness_of(app, rater, agent_ids).get(conversation_id, frozenset())
