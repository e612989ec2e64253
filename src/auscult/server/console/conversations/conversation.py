"""One conversation: its transcript, the verdicts, and their evidence."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromPath
from msgspec.structs import replace

from auscult.domain.ai_agents.calls import without_texts
from auscult.domain.audits.audit import Audit, TrailEntry, state_of
from auscult.domain.scoring.stored import ConversationDetail
from auscult.language import gettext as _
from auscult.server.console.comments import talk_of
from auscult.server.console.conversations.conversation_view import conversation_view, is_open_for_audit
from auscult.server.console.corrections.trail import right_of
from auscult.server.console.explanations import box_of_conversation
from auscult.server.console.frame.message import MessageView
from auscult.server.console.frame.visit import BASE, TheVisit, Visit, missing
from auscult.server.console.people.names import names_of_people
from auscult.server.console.pinned import pinning_of
from auscult.server.console.recordings import sound_of
from auscult.server.console.taught.teaching import teachable
from auscult.services.ai_agents.registering import READ
from auscult.services.audits.blind import hidden_from, kept_from, kept_from_agents, unreleased_to


class ConversationPage(Controller):
    """The page of one conversation."""

    path = "/conversations/{conversation_id:str}"

    @get(sync_to_thread=True)
    def show(self, conversation_id: FromPath[str], visit: TheVisit) -> Response[str]:
        """Show a conversation."""
        visit.require("conversation.read")
        detail = visit.app.conversations.get(conversation_id)
        if detail is None:
            raise missing("conversation", conversation_id)
        if hidden_from(visit.app, visit.visitor.email, conversation_id):
            return visit.page("message", "Conversations", _blind(visit, conversation_id))
        if conversation_id in unreleased_to(visit.app, visit.principal.agent_ids):
            detail = replace(detail, audit=None, trail=())
        if not visit.reaches(READ, conversation_id):
            detail = replace(detail, conversation=without_texts(detail.conversation))
        detail = replace(detail, conversation=visit.reader.queues.aliases.as_shown(detail.conversation))
        settings = kept_from_agents(visit.app, visit.principal.visibility("conversation.read"))
        kept = kept_from(settings, state_of(detail.audit))
        if "auditor" in kept:
            detail = _without_auditor(detail)
        if "machine" in kept:
            detail = _without_machine(detail)
        if detail.audit or detail.trail:
            detail = _with_names(detail, names_of_people(visit))
        actions: dict[str, Any] = {"audit": "", "sound": sound_of(visit, conversation_id)}
        if visit.may("audit.perform") and is_open_for_audit(detail):
            actions["audit"] = f"{BASE}/audits/{conversation_id}"
        is_by_segment = bool(detail.evaluations and detail.evaluations[0].segment)
        parts = visit.app.audits.segments([conversation_id]).get(conversation_id, ()) if is_by_segment else ()
        view = conversation_view(detail, visit.reader, visit.address, parts)
        if "machine" in kept:
            view = replace(view, waiting=_("Shown once it is audited."))
        actions["ask"] = box_of_conversation(visit, detail.conversation)
        return visit.page(
            "conversations/conversation",
            "Conversations",
            view,
            actions=actions,
            talk=talk_of(visit, detail.conversation),
            right=right_of(visit, detail),
            pinning=pinning_of(visit, detail.conversation),
            teachable=teachable(visit, next(iter(detail.evaluations), None), detail.audit),
        )


def _without_machine(detail: ConversationDetail) -> ConversationDetail:
    """Return a conversation without the machine's verdicts."""
    trail = tuple(each for each in detail.trail if each.action != "rescored")
    return replace(detail, evaluations=(), insights=None, trail=trail)


def _without_auditor(detail: ConversationDetail) -> ConversationDetail:
    """Return a conversation whose audit and trail do not name the auditor."""
    audit: Audit | None = detail.audit and replace(detail.audit, auditor=_("the auditor"))
    trail: tuple[TrailEntry, ...] = tuple(replace(each, auditor=None) for each in detail.trail)
    return replace(detail, audit=audit, trail=trail)


def _with_names(detail: ConversationDetail, names: Mapping[str, str]) -> ConversationDetail:
    """Return a conversation whose audit and trail name the auditor as a person. ``names``: by e-mail address."""
    audit = detail.audit and replace(detail.audit, auditor=names.get(detail.audit.auditor, detail.audit.auditor))
    trail = tuple(
        replace(each, auditor=each.auditor and names.get(each.auditor, each.auditor)) for each in detail.trail
    )
    return replace(detail, audit=audit, trail=trail)


def _blind(visit: Visit, conversation_id: str) -> MessageView:
    """Return the page of a conversation that the visitor audits blind, or reviews as its agent."""
    section = "audits" if visit.may("audit.perform") else "my-results/reviews"
    return MessageView(
        title=_("Hidden until you submit"),
        text=_("You audit this conversation without its scores and without the answers of others."),
        href=f"{BASE}/{section}/{conversation_id}",
        action=_("Open the desk"),
    )
