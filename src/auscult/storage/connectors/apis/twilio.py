"""Twilio Conversational Intelligence: the transcripts of a service, each with its sentences."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import httpx

from auscult.domain.connectors.document import Access
from auscult.domain.connectors.place import AccessRefusedError, Found
from auscult.domain.delivery.addresses import Networks
from auscult.storage.connectors.apis.asking import Answer, Api
from auscult.storage.connectors.apis.paging import Page, listed, moment, objects, unchanged
from auscult.storage.connectors.apis.place import ApiPlace

_ADDRESS = "https://intelligence.twilio.com"
_LISTING = "/v2/Transcripts"
_PAGE = 1_000


class TwilioPlace(ApiPlace):
    """The completed transcripts of a service that were created since a time, as items of the format ``twilio``."""

    def __init__(
        self, place: str, access: Access, secrets: Mapping[str, str], since: datetime | None, networks: Networks
    ) -> None:
        """``place``: ``twilio://GA…``, the SID of the service. Raises ``PlaceError``."""
        self._service = place.removeprefix("twilio://").strip("/")
        if not secrets.get("account_sid") or not secrets.get("auth_token"):
            raise AccessRefusedError(
                "Twilio needs the secrets account_sid and auth_token; the SID and the secret of an API key do as well",
                field="secrets",
            )
        auth = httpx.BasicAuth(secrets["account_sid"], secrets["auth_token"])
        super().__init__(Api(access.endpoint or _ADDRESS, auth, {}, networks=networks))
        self._since = since

    def listing(self) -> Iterator[Found]:
        """Yield the transcripts, in the API's order."""
        query: dict[str, str | int] = {"ServiceSid": self._service, "Status": "completed", "PageSize": _PAGE}
        if self._since is not None:
            query["AfterDateCreated"] = f"{self._since:%Y-%m-%dT%H:%M:%SZ}"
        return listed(lambda: _page(self._api.get(_LISTING, query)), lambda url: _page(self._api.get(url)))

    def composed(self, name: str, found: Found) -> Answer:
        """Return the transcript with all its sentences."""
        transcript = self._api.get(f"{_LISTING}/{name}")
        unchanged(transcript, "date_updated", found)
        sentences: list[Answer] = []
        page = self._api.get(f"{_LISTING}/{name}/Sentences", {"PageSize": _PAGE})
        sentences += objects(page, "sentences")
        while following := _next(page):
            page = self._api.get(following)
            sentences += objects(page, "sentences")
        return {"transcript": transcript, "sentences": sentences}


def _page(answer: Answer) -> Page:
    found = [
        Found(f"{each['sid']}.json", str(each.get("date_updated")), 0, moment(each, "date_updated"))
        for each in objects(answer, "transcripts")
        if isinstance(each.get("sid"), str) and each.get("status", "completed") == "completed"
    ]
    return Page(found, _next(answer))


def _next(answer: Answer) -> str:
    meta = answer.get("meta")
    following = meta.get("next_page_url") if isinstance(meta, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return following if isinstance(following, str) else ""
