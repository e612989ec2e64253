"""Call details (docs/reference/vendor-samples.md): every contact as the contact centre handled it.

``POST /agentassist/api/public/analytics/account/{accountId}/v2/interactionDetails``
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from auscult.domain.operations.records import made_from
from auscult.domain.record import Filter, Record, RecordPage, RecordQuery
from auscult.domain.tenancy import Wire
from auscult.reports import _dates, _filters, _paging, _wires
from auscult.reports._contract import Added, Description, PageLimits, ReportRequest
from auscult.reports._fields import Body, first_given, refuse, texts
from auscult.reports._rows import calls

_MOST_DAYS = 7
_MOST_CHANNELS = 50
_NUMBER = re.compile(r"-?\d{1,20}", re.ASCII)
_IN_QUERY = ("limit", "offset")
_OTHER_NAMES = ("channel", "contact_direction", "snoozeinfo")


class CallDetails:
    """The call-details API."""

    name: ClassVar[str] = "calldetails"
    paths: ClassVar[tuple[str, ...]] = (
        "/agentassist/api/public/analytics/account/{accountId}/v2/interactionDetails",
        "/agentassist/api/public/analytics/account/{accountId}/v2/calldetails",
    )
    scopes: ClassVar[frozenset[str]] = frozenset({"SmartAssist Analytics"})
    required_headers: ClassVar[tuple[str, ...]] = ("iId",)
    limits: ClassVar[PageLimits] = PageLimits(default=100, maximum=100, ceiling=100)
    shows_evaluation: ClassVar[bool] = False
    shows_recordings: ClassVar[bool] = False
    filters: ClassVar[frozenset[Filter]] = frozenset({"queues", "contact_channels"})
    added: ClassVar[Added] = {}

    def query(self, request: ReportRequest, app_ids: tuple[str, ...], limits: PageLimits) -> RecordQuery:
        """Read the body, and what pages from the query string, which wins. What it does not know it passes over."""
        body, known = request.body, {**_dates.PROPERTIES, **_paging.properties(limits), **_PROPERTIES}
        _wires.check_known(request, known, *_dates.OTHER_NAMES, *_OTHER_NAMES)
        span = _dates.read_span(body, most_days=_MOST_DAYS)
        window = _paging.read_window({**body, **_from_query(request.query)}, limits, span.since_ms)
        _selected(request)
        return made_from(
            RecordQuery,
            span,
            window,
            report=self.name,
            app_ids=app_ids,
            directions=_filters.read_directions(body, "direction", "contact_direction"),
            queues=_filters.read_queues(body),
            contact_channels=_channels(body),
            include_below_threshold=True,
        )

    def row(self, record: Record, wire: Wire = "off") -> bytes:  # noqa: ARG002  (rows have all that any wire shows)
        """Every conversation is a contact, and listed."""
        return calls.render(record)

    def page(self, request: ReportRequest, query: RecordQuery, page: RecordPage) -> bytes:
        """``numResults`` and ``data``, in the zone asked for; rendered rows as they are where that is UTC."""
        west, selected = _dates.read_zone(request.body), _selected(request)
        rows = [calls.shown(row, selected, west, request.wire) for row in page.rows]
        head = b'{"numResults":%d,"data":[' % len(rows)
        return b"".join((head, b",".join(rows), b"]", _paging.ending(query, page)))

    def describe(self, limits: PageLimits) -> Description:
        """Return the documentation."""
        rows, schemas = calls.schemas(f"#/components/schemas/{self.name}.{{name}}")
        paging = _paging.properties(limits)
        return Description(
            summary="Contacts as the contact centre handled them",
            text=_TEXT,
            body={
                "type": "object",
                "required": ["startDate", "endDate"],
                "properties": {**_dates.PROPERTIES, **paging, **_PROPERTIES},
            },
            body_example=_BODY_EXAMPLE,
            answer={
                "type": "object",
                "required": ["numResults", "data"],
                "properties": {
                    "numResults": {"type": "integer", "description": "Rows in this answer."},
                    "data": {"type": "array", "items": {"anyOf": rows}},
                    "nextCursor": _paging.ENVELOPE["nextCursor"],
                },
            },
            answer_example=_ANSWER_EXAMPLE,
            schemas={f"{self.name}.{name}": schema for name, schema in schemas.items()},
            query={name: paging[name] for name in _IN_QUERY},
        )


def _from_query(query: Mapping[str, str]) -> dict[str, Any]:
    """Return the paging of the query string. A text that is no number is refused like one in the body."""
    given = {name: query[name] for name in _IN_QUERY if name in query}
    return {name: int(text) if _NUMBER.fullmatch(text) else text for name, text in given.items()}


def _channels(body: Body) -> tuple[str, ...]:
    field = first_given(body, "channels", "channel") or "channels"
    return texts(body, field, "give an array of names of channels", most=_MOST_CHANNELS)


def _selected(request: ReportRequest) -> frozenset[str]:
    """Return the selected parts of the rows; with the samples' wire, names that it does not know select nothing."""
    known = calls.SELECTABLE if request.wire == "off" else calls.LATER_SELECTABLE
    right = f"give an array of {', '.join(known)}"
    given = texts(request.body, "selectedFields", right, most=_MOST_CHANNELS)
    for name in given if request.wire != "off" else ():
        if name.lower() not in known:
            raise refuse("selectedFields", name, right, "field.unknown_value")
    asked = {"snoozeinfo"} & request.body.keys()  # the page has it among the body's own keys, too
    return frozenset(name.lower() for name in (*given, *asked)) & frozenset(known)


_PROPERTIES: dict[str, Any] = {
    "channels": {
        "type": "array",
        "items": {"type": "string"},
        "maxItems": _MOST_CHANNELS,
        "description": "Only contacts of these channels, by the name in `channel`; `voice`, `chat`, or the contact "
        "centre's own words. Letter case does not matter. Empty means all.",
        "examples": [["rtm", "voice"]],
    },
    "queues": _filters.PROPERTIES["queues"],
    "direction": {
        **_filters.PROPERTIES["contact_direction"],
        "enum": ["Inbound", "Outbound", "Both", "inbound", "outbound", "both"],
        "default": "Both",
    },
    "selectedFields": {
        "type": "array",
        "items": {"type": "string"},
        "maxItems": _MOST_CHANNELS,
        "description": f"What else a row shows, where it is known: {', '.join(calls.SELECTABLE)}; "
        "with wire 2026-10 also skills and snoozeinfo, and other names are refused.",
    },
}

_TEXT = """\
Lists the contacts of an app that started in a range of time of at most seven days, in the order of start time, then
conversation id: each with its session, the queues that it entered, the agents who answered, how long they took, and how
it was closed. Every conversation is a contact; one that the bot closed alone has no `conversationId` and a `reason` in
small letters.

Times have no zone: they are UTC, or local where `timeZoneOffset` is given. Durations are whole seconds.
A key of which nothing is known is absent.

`limit` and `offset` may stand in the query string or in the body; the query string wins.
The header `accountId` may be left out, and must be that of the path where it is sent.
"""

_BODY_EXAMPLE: Mapping[str, Any] = {
    "startDate": "2026-03-23 00:00:00",
    "endDate": "2026-03-29 23:59:59",
    "timeZoneOffset": 0,
    "channels": ["rtm", "voice"],
}

_ANSWER_EXAMPLE: Mapping[str, Any] = {
    "numResults": 2,
    "data": [
        {
            "sessionId": "66f6b83b9147ddd71d700001",
            "channel": "rtm",
            "sessionStartTime": "2026-03-23T10:02:10",
            "sessionEndTime": "2026-03-23T10:03:55",
            "botId": "st-1f0a3c5e-7b2d",
            "orgId": "o-da5be4e0-8fbb-5229-ac20-9b1384eb",
            "smartStatus": "CLOSED AT BOT",
            "reason": "",
            "finalStatus": "BotResolved",
            "appId": "st-1f0a3c5e-7b2d",
        },
        {
            "conversationId": "c-7f0c2f5e-9f1c-4c55-8a57-0d2f4a1be001",
            "sessionId": "66f6b83b9147ddd71d700002",
            "channel": "voice",
            "isVoicemail": "NO",
            "Direction": "Inbound",
            "finalStatus": "CLOSED",
            "smartStatus": "CLOSED",
            "botId": "st-1f0a3c5e-7b2d",
            "dispositions": ["Solved"],
            "dispositionRemarks": ["A new card is on its way."],
            "sessionStartTime": "2026-03-23T10:17:54",
            "sessionEndTime": "2026-03-23T10:20:01",
            "userId": "u-2ee7ff98",
            "destinations": [
                {
                    "destinationType": "QueueEntry",
                    "queueId": "qu-billing",
                    "queueName": "Billing",
                    "EnterTime": "2026-03-23T10:17:56",
                    "respondingAgent": {
                        "agentId": "a-17",
                        "agentNotes": [],
                        "destinationType": "AgentSegment",
                        "status": "Answered",
                        "firstResponseTime": "2026-03-23T10:18:04",
                        "firstResponseDuration": 4,
                        "interactionEndTime": "2026-03-23T10:20:01",
                        "interactionDuration": 121,
                        "holdDuration": 22,
                        "ConsultingAgents": [],
                        "JoinedUsers": [],
                        "email": "robert@example.com",
                        "name": "Robert",
                        "acceptedTime": "2026-03-23T10:18:00",
                    },
                }
            ],
            "surveyType": "csat",
            "csatScore": 5,
            "appId": "st-1f0a3c5e-7b2d",
        },
    ],
}
