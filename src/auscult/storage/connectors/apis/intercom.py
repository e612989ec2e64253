"""Intercom: the conversations that were updated since a time, by search, each with its parts."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from auscult.domain.connectors.document import Access
from auscult.domain.connectors.place import AccessRefusedError, Found, PlaceError
from auscult.domain.delivery.addresses import Networks
from auscult.storage.connectors.apis.asking import Answer, Api
from auscult.storage.connectors.apis.paging import Page, listed, objects, unchanged
from auscult.storage.connectors.apis.place import ApiPlace

REGIONS = {"us": "https://api.intercom.io", "eu": "https://api.eu.intercom.io", "au": "https://api.au.intercom.io"}
"""Address of the API by the region of a workspace."""

EARLIER = timedelta(days=2)
"""Searched before the time that is asked for: a search may round a time to a day of the workspace's own time zone."""

_VERSION = "2.14"
_LISTING = "/conversations/search"
_PAGE = 150


class IntercomPlace(ApiPlace):
    """The conversations of a workspace, as items of the format ``intercom``."""

    def __init__(
        self, place: str, access: Access, secrets: Mapping[str, str], since: datetime | None, networks: Networks
    ) -> None:
        """``place``: ``intercom://REGION``. Raises ``PlaceError``."""
        region = place.removeprefix("intercom://").strip("/")
        token = secrets.get("access_token")
        if not token:
            raise AccessRefusedError("Intercom needs the secret access_token", field="secrets")
        headers = {"authorization": f"Bearer {token}", "intercom-version": _VERSION}
        super().__init__(Api(access.endpoint or REGIONS[region], None, headers, networks=networks))
        self._since = max(0, int((since - EARLIER).timestamp())) if since else 0

    def listing(self) -> Iterator[Found]:
        """Yield the conversations that were updated, in the API's order."""
        return listed(lambda: self._page(""), self._page)

    def composed(self, name: str, found: Found) -> Answer:
        """Return the conversation with its parts. Raises ``ItemError``."""
        answer = self._api.get(f"/conversations/{name}")
        unchanged(answer, "updated_at", found)
        return answer

    def _page(self, token: str) -> Page:
        pagination: dict[str, Any] = {"per_page": _PAGE}
        pagination |= {"starting_after": token} if token else {}
        wanted = {"field": "updated_at", "operator": ">", "value": self._since}  # ">" is "or equal" there
        body = {"query": wanted, "pagination": pagination}
        answer = self._api.post(_LISTING, body)
        found = [_found(each) for each in objects(answer, "conversations") if each.get("id") is not None]
        return Page(found, _next(answer))


def _found(record: Answer) -> Found:
    updated = record.get("updated_at")
    if not isinstance(updated, int):
        raise PlaceError("the API's answer has a conversation without updated_at", field="place")
    return Found(f"{record['id']}.json", str(updated), 0, datetime.fromtimestamp(updated, UTC))


def _next(answer: Answer) -> str:
    pages: object = answer.get("pages")
    following: object = cast("Answer", pages).get("next") if isinstance(pages, dict) else None
    token: object = cast("Answer", following).get("starting_after") if isinstance(following, dict) else None
    return token if isinstance(token, str) else ""
