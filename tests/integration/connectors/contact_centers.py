"""Servers that answer as Intercom, Zoom Contact Center and Genesys Cloud document it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from tests.integration.connectors.scripting import AT_A_TIME, Query, Scripted

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=2)
"""When everything here happened: complete by now (a day), and within what a second run lists again (three days)."""


class Intercom(Scripted):
    """``records`` are conversations by id, as a search lists them; ``said`` their parts."""

    def lets_in(self, path: str, authorization: str | None) -> bool:
        """Know one token."""
        del path
        return authorization == "Bearer words"

    def route(self, path: str, query: Query) -> tuple[int, dict[str, Any]] | None:
        """Answer one conversation with its parts."""
        del query
        number = path.removeprefix("/conversations/")
        if number not in self.records:
            return None
        parts = {"type": "conversation_part.list", "conversation_parts": self.said[number]}
        return 200, self.records[number] | {"conversation_parts": parts}

    def posted(self, path: str, body: str) -> tuple[int, dict[str, Any]] | None:
        """Answer a page of the search."""
        if path != "/conversations/search":
            return None
        asked = json.loads(body)
        token = asked["pagination"].get("starting_after", "")
        if self.refuses(token):
            return 400, {"type": "error.list", "errors": [{"code": "parameter_invalid"}]}
        start = int(token or 0)
        every = [each for each in self.records.values() if each["updated_at"] >= asked["query"]["value"]]
        pages: dict[str, Any] = {"type": "pages", "per_page": AT_A_TIME}
        if start + AT_A_TIME < len(every):
            pages["next"] = {"per_page": AT_A_TIME, "starting_after": str(start + AT_A_TIME)}
        return 200, {"type": "conversation.list", "pages": pages, "conversations": every[start : start + AT_A_TIME]}


class WithLogin(Scripted):
    """An API that gives tokens to a client, each for ``lasts`` requests."""

    lasts = 1_000

    def __init__(self, user: str, password: str) -> None:
        """Let only this client log in."""
        super().__init__(user, password)
        self.given = 0
        self._left = 0

    def lets_in(self, path: str, authorization: str | None) -> bool:
        """Let a client in at the login, and the newest token elsewhere; files have no door."""
        if path.startswith("/files/"):
            return authorization is None
        if path == "/oauth/token":
            return super().lets_in(path, authorization)
        self._left -= 1
        return authorization == f"Bearer token-{self.given}" and self._left >= 0

    def posted(self, path: str, body: str) -> tuple[int, dict[str, Any]] | None:
        """Give a new token."""
        if path != "/oauth/token" or "grant_type" not in parse_qs(body):
            return None
        self.given += 1
        self._left = self.lasts
        return 200, {"access_token": f"token-{self.given}", "token_type": "bearer", "expires_in": 3600}


class Zoom(WithLogin):
    """``records`` are engagements by id; ``said`` their messages."""

    def route(self, path: str, query: Query) -> tuple[int, dict[str, Any]] | None:
        """Answer the list of engagements, one of them, and its messages."""
        if path == "/v2/contact_center/engagements":
            every = [one for one in self.records.values() if query["from"] <= one["start_time"] < query["to"]]
            return self._page("engagements", [*every, *_CALLS], query)
        if path == "/v2/contact_center/messaging/messages":
            return self._page("messages", self.said[query["engagement_id"]], query)
        found = self.records.get(path.removeprefix("/v2/contact_center/engagements/"))
        return None if found is None else (200, found)

    def _page(self, key: str, records: list[dict[str, Any]], query: Query) -> tuple[int, dict[str, Any]]:
        token = query.get("next_page_token", "")
        if self.refuses(token):
            return 400, {"code": 300, "message": "The next page token is invalid or expired."}
        start = int(token or 0)
        more = start + AT_A_TIME < len(records)
        following = {"next_page_token": str(start + AT_A_TIME) if more else "", "has_more": more}
        return 200, {key: records[start : start + AT_A_TIME], "page_size": AT_A_TIME, **following}


_CALLS = [{"engagement_id": "voice-1", "end_time": "2026-03-23T10:00:00Z", "channels": [{"channel": "voice"}]}]


class Genesys(WithLogin):
    """``records`` are conversations by id, as analytics has them; ``said`` the phrases of their transcripts."""

    def route(self, path: str, query: Query) -> tuple[int, dict[str, Any]] | None:
        """Answer one conversation, the address of a transcript, and the transcript."""
        del query
        kind, _, number = path.strip("/").partition("/")
        if kind == "files":
            transcript = {"transcriptId": "t-1", "phrases": self.said[number]}
            return 200, {"conversationId": number, "mediaType": "call", "transcripts": [transcript]}
        parts = path.strip("/").split("/")
        if parts[4] not in self.records:
            return None
        if parts[2] == "analytics":
            return 200, self.records[parts[4]]
        if parts[6] != "customer" or not self.said[parts[4]]:
            return None
        return 200, {"url": f"{self.address}/files/{parts[4]}?X-Amz-Expires=600"}

    def posted(self, path: str, body: str) -> tuple[int, dict[str, Any]] | None:
        """Answer a page of the query: whole days, as documented."""
        if path != "/api/v2/analytics/conversations/details/query":
            return super().posted(path, body)
        asked = json.loads(body)
        number = asked["paging"]["pageNumber"]
        if self.refuses(str(number)):
            return 400, {"code": "bad.request", "message": "The page cannot be read."}
        begin, _, end = asked["interval"].partition("/")
        every = [one for one in self.records.values() if begin[:10] <= one["conversationStart"][:10] <= end[:10]]
        size = asked["paging"]["pageSize"]
        page = every[(number - 1) * size : number * size]
        return 200, {"totalHits": len(every), **({"conversations": page} if page else {})}


def conversation(number: int, **more: Any) -> dict[str, Any]:
    """An Intercom conversation as a search lists it."""
    at = int(NOON.timestamp())
    made: dict[str, Any] = {"type": "conversation", "id": str(number), "created_at": at, "updated_at": at + 600}
    return made | {"source": {"type": "conversation", "body": ""}, "team_assignee_id": 5017691} | more


def parts(count: int) -> list[dict[str, Any]]:
    """Parts by customer and agent in turn."""
    people = ({"type": "user", "id": "u-1"}, {"type": "admin", "id": "274", "name": "Ada"})
    return [
        {
            "type": "conversation_part",
            "part_type": "comment",
            "body": f"<p>Words number {number}.</p>",
            "created_at": int(NOON.timestamp()) + number,
            "author": people[number % 2],
        }
        for number in range(count)
    ]


def engagement(number: int, **more: Any) -> dict[str, Any]:
    """A Zoom engagement, listed and retrieved."""
    made: dict[str, Any] = {"engagement_id": f"e-{number}", "start_time": f"{NOON:%Y-%m-%dT%H:%M:%SZ}"}
    made |= {"end_time": f"{NOON + timedelta(minutes=9):%Y-%m-%dT%H:%M:%SZ}", "channels": [{"channel": "messaging"}]}
    return made | {"agents": [{"user_id": "u-1"}], "consumers": [{"consumer_id": "c-1"}]} | more


def messages(count: int) -> list[dict[str, Any]]:
    """Messages by customer and agent in turn."""
    return [
        {
            "message_id": f"m-{number}",
            "content": {"type": "text", "value": f"Words number {number}."},
            "sent_time": f"{NOON + timedelta(seconds=number):%Y-%m-%dT%H:%M:%SZ}",
            "sender_participant_id": ("c-1", "u-1")[number % 2],
            "message_type": "general",
        }
        for number in range(count)
    ]


def interaction(number: int, **more: Any) -> dict[str, Any]:
    """A Genesys conversation, listed and retrieved; only the customer's session has a transcript."""
    people = [{"purpose": one, "sessions": [{"sessionId": one, "segments": []}]} for one in ("customer", "agent")]
    made: dict[str, Any] = {"conversationId": f"cv-{number}", "conversationStart": _genesys(NOON)}
    return made | {"conversationEnd": _genesys(NOON + timedelta(minutes=9)), "participants": people} | more


def phrases(count: int) -> list[dict[str, Any]]:
    """Phrases by customer and agent in turn."""
    return [
        {
            "text": f"words number {number}",
            "startTimeMs": 1000 * number,
            "duration": {"milliseconds": 900},
            "participantPurpose": ("external", "internal")[number % 2],
        }
        for number in range(count)
    ]


def _genesys(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.000Z}"
