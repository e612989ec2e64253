"""Servers that answer as the APIs of other vendors document it, for tests of the places that pull from them."""

import base64
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode

from tests.http_servers import QuietHandler, listening

AT_A_TIME = 2
Query = dict[str, str]


class Scripted:
    """An API: pages of two, tokens that can expire, and answers that a test orders instead of the next ones."""

    def __init__(self, user: str, password: str) -> None:
        """Let only this user in."""
        self._authorization = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self.address = ""
        self.asked: list[str] = []
        self.instead: list[tuple[int, dict[str, str]]] = []
        self.expired: Counter[str] = Counter()
        self.records: dict[str, dict[str, Any]] = {}
        self.said: dict[str, list[dict[str, Any]]] = {}

    def answer(self, target: str, authorization: str | None, body: str) -> tuple[int, dict[str, str], dict[str, Any]]:
        """Answer one request; ``body`` is "" for GET."""
        self.asked.append(f"{target} {body}".rstrip())
        path, _, rest = target.partition("?")
        if not self.lets_in(path, authorization):
            return 401, {}, {"error": "Couldn't authenticate you"}
        if self.instead:
            status, headers = self.instead.pop(0)
            return status, headers, {"error": "as ordered"}
        query = {name: values[-1] for name, values in parse_qs(rest).items()}
        found = self.posted(path, body) if body else self.route(path, query)
        return (404, {}, {"error": "RecordNotFound"}) if found is None else (found[0], {}, found[1])

    def lets_in(self, path: str, authorization: str | None) -> bool:
        """Return whether a request has the right credentials."""
        del path
        return authorization == self._authorization

    def route(self, path: str, query: Query) -> tuple[int, dict[str, Any]] | None:
        """Answer a GET that is let in; None is "not found"."""
        raise NotImplementedError

    def posted(self, path: str, body: str) -> tuple[int, dict[str, Any]] | None:
        """Answer a POST that is let in; None is "not found"."""
        del path, body

    def refuses(self, token: str) -> bool:
        """Return whether a page token is accepted no more, and count this refusal off."""
        if not self.expired[token]:
            return False
        self.expired[token] -= 1
        return True


class Zendesk(Scripted):
    """``records`` are tickets by id; ``said`` their comments."""

    def route(self, path: str, query: Query) -> tuple[int, dict[str, Any]] | None:
        """Answer the incremental export, a ticket, and its comments."""
        if path == "/api/v2/incremental/tickets/cursor.json":
            return self._export(query)
        number, _, rest = path.removeprefix("/api/v2/tickets/").partition("/")
        number = number.removesuffix(".json")
        if number not in self.records:
            return None
        users = [{"id": 7, "role": "agent", "name": "Ada"}, {"id": 9, "role": "end-user", "name": "Ben"}]
        if not rest:
            return 200, {"ticket": self.records[number], "users": users[1:]}
        start = int(query.get("page[after]", "0"))
        more = start + AT_A_TIME < len(self.said[number])
        meta = {"has_more": more, "after_cursor": str(start + AT_A_TIME) if more else None}
        return 200, {"comments": self.said[number][start : start + AT_A_TIME], "users": users, "meta": meta}

    def _export(self, query: Query) -> tuple[int, dict[str, Any]]:
        cursor = query.get("cursor", "")
        if self.refuses(cursor):
            return 422, {"error": "InvalidPaginationParameter"}
        start = int(cursor.removeprefix("at-") or 0)
        found = list(self.records.values())[start : start + AT_A_TIME]
        is_last = start + AT_A_TIME >= len(self.records)
        after = f"at-{start + len(found)}"
        return 200, {"tickets": found, "after_cursor": after, "after_url": "", "end_of_stream": is_last}


class Twilio(Scripted):
    """``records`` are transcripts by SID; ``said`` their sentences."""

    def route(self, path: str, query: Query) -> tuple[int, dict[str, Any]] | None:
        """Answer the list of transcripts, one of them, and its sentences."""
        parts = path.strip("/").split("/")
        if parts == ["v2", "Transcripts"]:
            return self._page("transcripts", list(self.records.values()), path, query)
        if parts[2] not in self.records:
            return None
        if len(parts) == 3:
            return 200, self.records[parts[2]]
        return self._page("sentences", self.said[parts[2]], path, query)

    def _page(self, key: str, records: list[dict[str, Any]], path: str, query: Query) -> tuple[int, dict[str, Any]]:
        token = query.get("PageToken", "")
        if self.refuses(token):
            return 400, {"code": 20001, "message": "Invalid PageToken"}
        start = int(token.removeprefix("PT") or 0)
        following = None
        if start + AT_A_TIME < len(records):
            more = query | {"PageToken": f"PT{start + AT_A_TIME}"}
            following = f"{self.address}{path}?{urlencode(more)}"
        return 200, {key: records[start : start + AT_A_TIME], "meta": {"key": key, "next_page_url": following}}


@contextmanager
def answering(api: Scripted) -> Iterator[str]:
    """Serve an API on this host; its address."""

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["content-length"])).decode())

        def _answer(self, given: str) -> None:
            status, headers, body = api.answer(self.path, self.headers.get("authorization"), given)
            self.reply(status, json.dumps(body).encode(), headers)

    with listening(Handler) as api.address:
        yield api.address


def ticket(number: int, updated: str = "2026-03-23T11:00:00Z", **more: Any) -> dict[str, Any]:
    """A ticket as the export lists it."""
    made = {"id": number, "created_at": "2026-03-23T10:00:00Z", "updated_at": updated, "requester_id": 9}
    return made | {"group_id": 5, "subject": f"Ticket {number}", "status": "solved"} | more


def comments(count: int) -> list[dict[str, Any]]:
    """Comments by customer and agent in turn."""
    return [
        {
            "id": 100 + number,
            "author_id": (9, 7)[number % 2],
            "body": f"Words number {number}.",
            "public": True,
            "created_at": f"2026-03-23T10:0{number}:00Z",
        }
        for number in range(count)
    ]


def transcript(number: int, **more: Any) -> dict[str, Any]:
    """A transcript as it is listed."""
    people = [{"channel_participant": 1, "role": "Agent", "user_id": "a-1"}]
    people.append({"channel_participant": 2, "role": "Customer"})
    made: dict[str, Any] = {"sid": f"GT{number:032x}", "service_sid": SERVICE, "status": "completed", "duration": 60}
    made |= {"date_created": "2026-03-23T10:30:00Z", "date_updated": "2026-03-23T10:31:00Z", "language_code": "en-US"}
    return made | {"media_start_time": "2026-03-23T10:00:00Z", "channel": {"participants": people}} | more


def sentences(count: int) -> list[dict[str, Any]]:
    """Sentences by agent and customer in turn."""
    return [
        {
            "media_channel": 1 + number % 2,
            "sentence_index": number,
            "start_time": str(number),
            "end_time": str(number + 0.5),
            "transcript": f"Words number {number}.",
        }
        for number in range(count)
    ]


SERVICE = f"GA{'a' * 32}"
