"""Genesys Cloud: the conversations that ended, each with the transcripts that speech and text analytics made of it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from auscult.domain.connectors.document import Access
from auscult.domain.connectors.place import Found, ItemError
from auscult.storage.connectors.apis.asking import Answer, RejectedError
from auscult.storage.connectors.apis.paging import Page, listed, moment, optional, unchanged
from auscult.storage.connectors.apis.windows import Window, WindowedPlace

PATIENCE = timedelta(days=1)
"""After the end of a conversation for its transcript to appear: until then an item without one is tried again."""

_LISTING = "/api/v2/analytics/conversations/details/query"
_PAGE = 100
_GONE = 404
_THEIRS = frozenset({"customer", "external"})
_FILES = ".amazonaws.com"


class GenesysPlace(WindowedPlace):
    """The conversations of an organisation, as items of the format ``genesys-cloud``."""

    client = ("Genesys Cloud", "an OAuth client")
    first = datetime(2016, 1, 1, tzinfo=UTC)
    longest = timedelta(days=7)

    def entry(self, name: str, access: Access) -> tuple[str, str, Mapping[str, str]]:
        """``genesys://DOMAIN``, the domain of the region."""
        api, login = (access.endpoint or f"https://{each}.{name}" for each in ("api", "login"))
        return api, login, {"grant_type": "client_credentials"}

    def composed(self, name: str, found: Found) -> Answer:
        """Return the conversation with its transcripts. Raises ``ItemError``, also while a transcript may still come."""
        conversation = self._api.get(f"/api/v2/analytics/conversations/{name}/details")
        unchanged(conversation, "conversationEnd", found)
        transcripts = [
            transcript
            for session in _sessions(conversation)
            if (transcript := self._transcript(name, session)) is not None
        ]
        if not transcripts and found.modified_at is not None and self._now - found.modified_at < PATIENCE:
            raise ItemError("it has no transcript yet")
        return {"conversation": conversation, "transcripts": transcripts}

    def listed_in(self, window: Window) -> Iterator[Found]:
        """Yield the conversations of a week that ended."""
        return listed(lambda: self._page(window, 1), lambda token: self._page(window, int(token)))

    def _page(self, window: Window, number: int) -> Page:
        body = {
            "interval": "/".join(f"{each:%Y-%m-%dT%H:%M:%S.000Z}" for each in window),
            "order": "asc",
            "orderBy": "conversationStart",
            "paging": {"pageSize": _PAGE, "pageNumber": number},
        }
        answer = self._api.post(_LISTING, body)
        given = optional(answer, "conversations")  # a page past the last has none
        found = [
            Found(f"{each['conversationId']}.json", str(each["conversationEnd"]), 0, moment(each, "conversationEnd"))
            for each in given
            if each.get("conversationId") and each.get("conversationEnd")
        ]
        total = answer.get("totalHits")
        is_last = not given or (isinstance(total, int) and number * _PAGE >= total)
        return Page(found, "" if is_last else str(number + 1))

    def _transcript(self, number: str, session: str) -> Answer | None:
        path = f"/api/v2/speechandtextanalytics/conversations/{number}/communications/{session}/transcripturl"
        try:
            url = self._api.get(path).get("url")
        except RejectedError as error:
            if error.status == _GONE:
                return None
            raise
        if not isinstance(url, str):
            raise ItemError("the API answers no address of its transcript")
        try:
            return msgspec.json.decode(self._api.download(url, _FILES), type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise ItemError("its transcript is no JSON object: {fault}", fault=error) from error


def _sessions(conversation: Answer) -> list[str]:
    """Return the sessions of the customer: the transcript of one has what both sides said."""
    found = (
        str(session["sessionId"])
        for person in optional(conversation, "participants")
        if person.get("purpose") in _THEIRS
        for session in optional(person, "sessions")
        if session.get("sessionId")
    )
    return list(dict.fromkeys(found))
