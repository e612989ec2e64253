"""The APIs that connectors pull from, each with a server of its own for tests and what is particular about it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from auscult.storage.connectors.apis import intercom, windows
from tests.integration.connectors import contact_centers as others
from tests.integration.connectors.scripting import (
    SERVICE,
    Scripted,
    Twilio,
    Zendesk,
    comments,
    sentences,
    ticket,
    transcript,
)


class Vendor(NamedTuple):
    """One API. ``since`` writes how a listing asks for what changed since a time; "" is a part of its first request."""

    place: str
    format: str
    secrets: Mapping[str, str]
    make: Callable[[], Scripted]
    record: Callable[..., dict[str, Any]]
    said: Callable[[int], list[dict[str, Any]]]
    id: str
    changes: dict[str, Any]
    token: str
    since: Callable[[datetime], str]
    is_leading: bool = False
    """Whether answers lead to further addresses."""
    is_windowed: bool = False
    """Whether the API answers spans of time alone."""

    def filled(self, count: int = 5) -> Scripted:
        """Return an API with so many conversations of five turns."""
        api = self.make()
        made = [self.record(number) for number in range(1, count + 1)]
        api.records = {str(each[self.id]): each for each in made}
        api.said = {number: self.said(5) for number in api.records}
        return api

    def change(self, api: Scripted) -> None:
        """Let the first conversation go on: it has another time of change, and a sixth turn."""
        first = next(iter(api.records))
        api.records[first] = api.records[first] | self.changes
        api.said[first] = self.said(6)


CLIENT = {"client_id": "client", "client_secret": "words"}
_LATER = others.NOON + timedelta(hours=5)

VENDORS = {
    "zendesk": Vendor(
        place="zendesk://acme",
        format="zendesk-tickets",
        secrets={"email": "ada@example.com", "api_token": "words"},
        make=lambda: Zendesk("ada@example.com/token", "words"),
        record=ticket,
        said=comments,
        id="id",
        changes={"updated_at": "2026-03-24T09:00:00Z"},
        token="at-2",
        since=lambda at: f"start_time={int(at.timestamp())}",
    ),
    "twilio": Vendor(
        place=f"twilio://{SERVICE}",
        format="twilio",
        secrets={"account_sid": "AC1", "auth_token": "words"},
        make=lambda: Twilio("AC1", "words"),
        record=transcript,
        said=sentences,
        id="sid",
        changes={"date_updated": "2026-03-24T09:00:00Z"},
        token="PT2",
        since=lambda at: f"AfterDateCreated={at:%Y-%m-%d}",
        is_leading=True,
    ),
    "intercom": Vendor(
        place="intercom://eu",
        format="intercom",
        secrets={"access_token": "words"},
        make=lambda: others.Intercom("", ""),
        record=others.conversation,
        said=others.parts,
        id="id",
        changes={"updated_at": int(_LATER.timestamp())},
        token="2",
        since=lambda at: f'"value":{int((at - intercom.EARLIER).timestamp())}',
    ),
    "zoom": Vendor(
        place="zoom://acme-1",
        format="zoom-contact-center",
        secrets=CLIENT,
        make=lambda: others.Zoom("client", "words"),
        record=others.engagement,
        said=others.messages,
        id="engagement_id",
        changes={"end_time": f"{_LATER:%Y-%m-%dT%H:%M:%SZ}"},
        token="2",
        since=lambda at: f"from={at - windows.MARGIN:%Y-%m-%dT%H}",
        is_windowed=True,
    ),
    "genesys": Vendor(
        place="genesys://mypurecloud.de",
        format="genesys-cloud",
        secrets=CLIENT,
        make=lambda: others.Genesys("client", "words"),
        record=others.interaction,
        said=others.phrases,
        id="conversationId",
        changes={"conversationEnd": f"{_LATER:%Y-%m-%dT%H:%M:%S.000Z}"},
        token="2",
        since=lambda at: f'"interval":"{at - windows.MARGIN:%Y-%m-%dT%H}',
        is_leading=True,
        is_windowed=True,
    ),
}
