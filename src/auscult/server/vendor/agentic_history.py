"""The agentic history of one conversation, for clients of the wire 2026-10.

``GET /agentassist/api/v1/public/{streamId}/aaconversations/{conversationId}/agentic-history?page&limit&search``
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from auscult.domain.errors import NotFoundError, unknown
from auscult.reports import _wires
from auscult.reports._contract import ReportRequest
from auscult.reports._fields import truth, whole_number
from auscult.reports._rows.agentic import history
from auscult.server.asgi import Receive, Scope
from auscult.server.authorizer import check_scope
from auscult.server.rest.threads import run
from auscult.server.vendor.routes import ServedRoute

PATHS = (
    "/agentassist/api/v1/public/{streamId}/aaconversations/{conversationId}/agentic-history",
    "/agentassist/api/v1/public/{streamId}/aaconversation/{conversationId}/agentic-history",
    "/api/v1/public/{streamId}/aaconversations/{conversationId}/agentic-history",
)
SCOPES = frozenset({"AgentAssist Analytics"})
_LIMIT = 20
_MOST = 100
_LONGEST = 15
"""Digits of a number of the query; a longer one is refused like a text."""
_TRUTHS: Mapping[str, Any] = {"true": True, "false": False}


class AgenticHistory(ServedRoute):
    """The route of the agentic history."""

    methods = ("GET",)
    templates = PATHS

    async def answer(self, scope: Scope, headers: dict[str, str], receive: Receive) -> bytes:
        """Return a page of the requests of a conversation."""
        del receive
        path = scope["path_params"]
        client = await self._authorizer.client(scope, headers)
        if client.wire == "off":
            message = "nothing is served at this path with the wire off; set this client to 2026-10"
            raise NotFoundError(message, code="path.unknown", field="path", value=scope["path"])
        tenant = await self.tenant(client, scope, headers)
        check_scope(client.scopes, SCOPES)
        asked = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        fields = {name: _TRUTHS.get(text, text) if name == "search" else _number(text) for name, text in asked.items()}
        request = ReportRequest(path=path, headers=headers, query=asked, body=fields, wire=client.wire)
        _wires.check_known(request, {}, "page", "limit", "search")
        page = whole_number(fields, "page", 1, least=1)
        limit = whole_number(fields, "limit", _LIMIT, least=1, most=_MOST)
        searches_only = truth(fields, "search", default=False)
        conversation_id: str = path["conversationId"]
        app = self._services.store.within(tenant)
        detail = await run(lambda: app.conversations.get(conversation_id))
        if detail is None:
            raise unknown(
                "conversation", conversation_id, "there is no conversation {value} in this app", field="conversationId"
            )
        return history(detail.conversation, tenant, page, limit, searches_only=searches_only)


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST else text
