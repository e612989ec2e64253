"""Zendesk: tickets by the incremental export, each with its comments and the people who wrote them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from auscult.domain.connectors.document import Access
from auscult.domain.connectors.place import AccessRefusedError, Found, ItemError
from auscult.domain.delivery.addresses import Networks
from auscult.storage.connectors.apis.asking import Answer, Api
from auscult.storage.connectors.apis.paging import Page, listed, moment, objects, optional, unchanged
from auscult.storage.connectors.apis.place import ApiPlace

LATEST = timedelta(minutes=2)
"""The export answers nothing of the last minute, and refuses to begin in it."""

_LISTING = "/api/v2/incremental/tickets/cursor.json"
_PAGE = 100


class ZendeskPlace(ApiPlace):
    """The tickets of an account that changed since a time, as items of the format ``zendesk-tickets``."""

    def __init__(  # noqa: PLR0913  (as every place at an API)
        self,
        place: str,
        access: Access,
        secrets: Mapping[str, str],
        since: datetime | None,
        now: datetime,
        *,
        networks: Networks,
    ) -> None:
        """``place``: ``zendesk://SUBDOMAIN``. Raises ``PlaceError``."""
        subdomain = place.removeprefix("zendesk://").strip("/")
        headers: dict[str, str] = {}
        auth = None
        if token := secrets.get("oauth_token"):
            headers["authorization"] = f"Bearer {token}"
        elif secrets.get("email") and secrets.get("api_token"):
            auth = httpx.BasicAuth(f"{secrets['email']}/token", secrets["api_token"])
        else:
            raise AccessRefusedError("Zendesk needs the secrets email and api_token, or oauth_token", field="secrets")
        super().__init__(Api(access.endpoint or f"https://{subdomain}.zendesk.com", auth, headers, networks=networks))
        begin = since or datetime(1970, 1, 1, tzinfo=UTC)
        self._since = min(begin, now - LATEST)

    def listing(self) -> Iterator[Found]:
        """Yield the tickets that changed, the oldest change first."""
        start = {"start_time": max(0, int(self._since.timestamp()))}
        return listed(
            lambda: _page(self._api.get(_LISTING, start)),
            lambda cursor: _page(self._api.get(_LISTING, {"cursor": cursor})),
        )

    def composed(self, name: str, found: Found) -> Answer:
        """Return the ticket with all its comments and their authors."""
        answer = self._api.get(f"/api/v2/tickets/{name}.json", {"include": "users"})
        ticket: Answer | None = answer.get("ticket")
        if not isinstance(ticket, dict):
            raise ItemError("the API answers no ticket")
        unchanged(ticket, "updated_at", found)
        users = {each.get("id"): each for each in optional(answer, "users")}
        comments: list[Answer] = []
        for page in self._comments(name):
            comments += objects(page, "comments")
            users |= {each.get("id"): each for each in optional(page, "users")}
        return {"ticket": ticket, "comments": comments, "users": list(users.values())}

    def _comments(self, number: str) -> Iterator[Answer]:
        query: dict[str, str | int] = {"include": "users", "page[size]": _PAGE}
        while True:
            page = self._api.get(f"/api/v2/tickets/{number}/comments.json", query)
            yield page
            meta: Any = page.get("meta") or {}
            if not meta.get("has_more") or not meta.get("after_cursor"):
                return
            query = query | {"page[after]": str(meta["after_cursor"])}


def _page(answer: Answer) -> Page:
    found = [
        Found(f"{each['id']}.json", str(each.get("updated_at")), 0, moment(each, "updated_at"))
        for each in objects(answer, "tickets")
        if each.get("id") is not None and each.get("status") != "deleted"
    ]
    following = answer.get("after_cursor")
    return Page(found, "" if answer.get("end_of_stream") is not False or not following else str(following))
