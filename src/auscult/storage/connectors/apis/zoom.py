"""Zoom Contact Center: the messaging engagements of an account, each with its messages."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

from auscult.domain.connectors.document import Access
from auscult.domain.connectors.place import Found
from auscult.storage.connectors.apis.asking import Answer
from auscult.storage.connectors.apis.paging import Page, listed, moment, objects, optional, unchanged
from auscult.storage.connectors.apis.windows import Window, WindowedPlace

_ADDRESS = "https://api.zoom.us"
_LOGIN = "https://zoom.us"
_LISTING = "/v2/contact_center/engagements"
_MESSAGES = "/v2/contact_center/messaging/messages"
_PAGE = 300
_MESSAGING = frozenset({"messaging", "chat", "sms", "in_app_chat"})


class ZoomPlace(WindowedPlace):
    """The messaging engagements that ended, as items of the format ``zoom-contact-center``.

    Those of voice and video are not listed: what lies behind their ``transcript_url`` is not documented.
    """

    client = ("Zoom", "a server-to-server app")
    first = datetime(2022, 1, 1, tzinfo=UTC)
    longest = timedelta(days=28)

    def entry(self, name: str, access: Access) -> tuple[str, str, Mapping[str, str]]:
        """``zoom://ACCOUNT_ID``."""
        form = {"grant_type": "account_credentials", "account_id": name}
        return access.endpoint or _ADDRESS, access.endpoint or _LOGIN, form

    def composed(self, name: str, found: Found) -> Answer:
        """Return the engagement with all its messages. Raises ``ItemError``."""
        engagement = self._api.get(f"{_LISTING}/{name}")
        unchanged(engagement, "end_time", found)
        messages: list[Answer] = []
        query: dict[str, str | int] = {"engagement_id": unquote(name), "page_size": _PAGE}
        while True:
            page = self._api.get(_MESSAGES, query)
            messages += objects(page, "messages")
            token = page.get("next_page_token")
            if page.get("has_more") is not True or not token:
                break
            query["next_page_token"] = str(token)
        return {"engagement": engagement, "messages": messages}

    def listed_in(self, window: Window) -> Iterator[Found]:
        """Yield the messaging engagements of a month that ended."""
        query = {
            "from": f"{window.begin:%Y-%m-%dT%H:%M:%SZ}",
            "to": f"{window.end:%Y-%m-%dT%H:%M:%SZ}",
            "timezone": "UTC",
            "page_size": _PAGE,
        }
        return listed(
            lambda: _page(self._api.get(_LISTING, query)),
            lambda token: _page(self._api.get(_LISTING, {**query, "next_page_token": token})),
        )


def _page(answer: Answer) -> Page:
    found = [
        Found(f"{quote(str(each['engagement_id']), safe='')}.json", str(each["end_time"]), 0, moment(each, "end_time"))
        for each in objects(answer, "engagements")
        if each.get("engagement_id") and each.get("end_time") and _is_messaging(each)
    ]
    token = answer.get("next_page_token")
    return Page(found, token if isinstance(token, str) else "")


def _is_messaging(record: Answer) -> bool:
    names = {str(each.get("channel")) for each in optional(record, "channels")}
    older: Any = record.get("channel_types") or ()
    return bool(_MESSAGING & names.union(map(str, older)))
