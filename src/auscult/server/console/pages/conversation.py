"""One conversation: what was said, what was decided, and why."""

from typing import Any

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from msgspec.structs import replace

from auscult.server.console.pages.sound import sound_of
from auscult.server.console.views.conversation import conversation_view, is_open_for_audit
from auscult.server.console.views.message import MessageView
from auscult.server.console.visit import BASE, Visit, missing
from auscult.services.audits.blind import hidden_from, unreleased_to


class ConversationPage(Controller):
    """The page of one conversation."""

    path = "/conversations/{conversation_id:str}"

    @get(sync_to_thread=True)
    def show(self, conversation_id: FromPath[str], visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Show a conversation."""
        visit.require("conversation.read")
        dossier = visit.app.conversations.get(conversation_id)
        if dossier is None:
            raise missing("conversation", conversation_id)
        if hidden_from(visit.app, visit.visitor.email, conversation_id):
            return visit.page("message", "Conversations", _blind(conversation_id))
        if conversation_id in unreleased_to(visit.app, visit.principal.agent_ids):
            dossier = replace(dossier, audit=None, trail=())
        actions: dict[str, Any] = {"audit": "", "sound": sound_of(visit, conversation_id)}
        if visit.may("audit.perform") and is_open_for_audit(dossier):
            actions["audit"] = f"{BASE}/audits/{conversation_id}"
        return visit.page(
            "conversation", "Conversations", conversation_view(dossier, visit.reader, visit.address), actions=actions
        )


def _blind(conversation_id: str) -> MessageView:
    """Return the page of a conversation that the visitor audits blind."""
    return MessageView(
        title="Hidden until you submit",
        text="You audit this conversation without its scores and without the answers of others.",
        href=f"{BASE}/audits/{conversation_id}",
        action="Open the desk",
    )
