"""Blindness of the raters of one app."""

from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec.structs import replace

from auscult.domain.audits.assignment import Hidden
from auscult.domain.audits.audit import AuditState
from auscult.domain.audits.blindness import Blindness, without_agents
from auscult.domain.audits.bookmark import AuditSettings
from auscult.domain.calibration.session import hides_from
from auscult.domain.people.principal import Principal
from auscult.domain.people.visibility import Visibility
from auscult.domain.scoring.list_fields import reveals_result
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.conversations.latest import LatestPage, Position, Sought, latest
from auscult.services.conversations.talked import TalkReader
from auscult.services.scoring.listing import ListedAudit, ListedConversation
from auscult.storage.store import AppStore

_UNRELEASED: frozenset[Hidden] = frozenset({"others"})
TALK: frozenset[Hidden] = frozenset({"machine", "others", "agent"})
"""Parts of a conversation that comments, disputes and notices of them reveal."""
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


def hidden_from_talk(app: AppStore, rater: str) -> tuple[str, ...]:
    """Return the ids of the conversations that a person rates blind, so that they read no talk about them."""
    return tuple(key for key, hidden in blindness_of(app, rater).items() if hidden & TALK)


def hides_talk(app: AppStore, rater: str, conversation_id: str) -> bool:
    """Return whether a person rates a conversation blind, so that they read no talk about it."""
    return bool(TALK & hidden_from(app, rater, conversation_id))


def talk_reader(app: AppStore, viewer: Principal) -> TalkReader:
    """Return a person, or a client, as a reader of what is said about conversations."""
    return TalkReader(
        agent_ids=viewer.agent_ids,
        is_agent=viewer.is_only_agent(),
        left_out=frozenset(hidden_from_talk(app, viewer.name)),
    )


def read_by(app: AppStore, sought: Sought, viewer: Principal) -> Sought:
    """Return a search as it is of this viewer, who reads talk about conversations as far as they are shown it."""
    return replace(sought, reader=talk_reader(app, viewer)) if sought.fields.is_by_talk else sought


def revealed_by(*, by_result: bool, by_agent: bool, by_audit: bool = False) -> frozenset[Hidden]:
    """Return what a row's presence in a list reveals, where the list was filtered by results, agents or audits."""
    revealed: dict[Hidden, bool] = {"machine": by_result, "agent": by_agent, "others": by_audit}
    return frozenset(each for each, is_revealed in revealed.items() if is_revealed)


def latest_blind(  # noqa: PLR0913  (what is sought, who looks, and the page)
    app: AppStore,
    sought: Sought,
    blindness: Blindness,
    *,
    settings: AuditSettings | None = None,
    before: Position | None = None,
    limit: int = 50,
) -> LatestPage:
    """Return a list of conversations as someone sees it who judges some of them blind.

    Where being found, or the place in the order, would reveal what is hidden, they are neither among the rows nor in the total. ``settings`` are
    those of ``kept_from_agents``.
    """
    revealed = revealed_by(
        by_result=bool(
            sought.outcomes
            or sought.met
            or sought.missed
            or sought.asked
            or sought.intents
            or sought.agent_outcomes
            or sought.check
            or sought.fields.is_by_result
            or reveals_result(sought.order)
        ),
        by_agent=bool(sought.agents or sought.agent_outcomes) or sought.fields.is_by_ai_agent,
        by_audit=bool(sought.audits) or sought.is_by_audit,
    )
    if "machine" in revealed and shows_only_audited(settings):
        if sought.audits and "audited" not in sought.audits:
            return LatestPage(items=(), total=0, next=None)
        sought, revealed = replace(sought, audits=("audited",)), revealed | _UNRELEASED
    left_out = tuple(sorted(each for each, hidden in blindness.items() if hidden & revealed))
    page = latest(app, replace(sought, without=left_out), before=before, limit=limit)
    found = ((each, blindness.get(each.id, frozenset[Hidden]())) for each in page.items)
    items = tuple(blind_listed(each, hidden | kept_from(settings, each.audit.state, hidden)) for each, hidden in found)
    return replace(page, items=items)


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


def shows_only_audited(settings: AuditSettings | None) -> bool:
    """Return whether agents see what was decided of audited conversations alone."""
    return settings is not None and settings.agent_sees == "audited"


def kept_from(
    settings: AuditSettings | None, state: AuditState, hidden: frozenset[Hidden] = frozenset()
) -> frozenset[Hidden]:
    """Return what is kept from the agent of a conversation whose audit is in a state.

    ``hidden`` is what is hidden from them otherwise: an audit that they are not shown yet shows no result either.
    """
    if settings is None:
        return frozenset()
    kept: set[Hidden] = {"auditor"} if settings.hide_auditor else set()
    if (state != "audited" or hidden & _UNRELEASED) and shows_only_audited(settings):
        kept.add("machine")
    return frozenset(kept)


def blind_listed(listed: ListedConversation, hidden: frozenset[Hidden]) -> ListedConversation:
    """Return a row of the conversation list without what is hidden."""
    if "machine" in hidden:
        nothing = {"score": None, "passed": None, "confidence": None, "insights": None, "form": None}
        listed = replace(listed, **nothing, fatal_errors=0, missed_metrics=())
    if "others" in hidden:
        listed = replace(listed, audit=ListedAudit(state="not_assigned", score=None))
    return replace(listed, agents=()) if "agent" in hidden else listed


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
