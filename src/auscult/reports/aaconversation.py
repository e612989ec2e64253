"""Assist conversations: the messages of each conversation, with the assistant's part in it.

``POST /agentassist/api/v1/public/{botId}/aaconversation``
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from auscult.domain.operations.records import made_from
from auscult.domain.record import Filter, Record, RecordPage, RecordQuery
from auscult.domain.tenancy import Wire
from auscult.reports import _dates, _paging, _wires
from auscult.reports._contract import Added, Description, PageLimits, ReportRequest
from auscult.reports._fields import Body, texts, truth
from auscult.reports._rows import assisted
from auscult.reports._rows.assisted import FLAGS
from auscult.reports._views import cut, status

_MOST_DAYS = 7
_MOST_IDS = 500
_EVERYTHING = (1 << len(FLAGS)) - 1


class AssistConversations:
    """The API of assist conversations."""

    name: ClassVar[str] = "aaconversation"
    paths: ClassVar[tuple[str, ...]] = ("/agentassist/api/v1/public/{botId}/aaconversation",)
    scopes: ClassVar[frozenset[str]] = frozenset({"AgentAssist Analytics"})
    required_headers: ClassVar[tuple[str, ...]] = ("accountId",)
    limits: ClassVar[PageLimits] = PageLimits(default=20, maximum=20, ceiling=20)
    shows_evaluation: ClassVar[bool] = False
    shows_recordings: ClassVar[bool] = False
    filters: ClassVar[frozenset[Filter]] = frozenset()
    added: ClassVar[Added] = {}

    def query(self, request: ReportRequest, app_ids: tuple[str, ...], limits: PageLimits) -> RecordQuery:
        """Read the body: days, conversations, paging, flags. What it does not know it passes over (rule 22)."""
        _wires.check_known(request, {**_PROPERTIES, **_paging.properties(limits)})
        span = _dates.read_days(request.body, "from", "to", most_days=_MOST_DAYS)
        window = _paging.read_window(request.body, limits, span.since_ms)
        _view(request.body)
        _shows_widget(request)
        return made_from(
            RecordQuery,
            span,
            window,
            report=self.name,
            app_ids=app_ids,
            ids=_ids(request.body),
            include_below_threshold=True,
        )

    def row(self, record: Record, wire: Wire = "off") -> bytes | None:  # noqa: ARG002  (rows have all that any wire shows)
        """Conversations in which the assistant took part are listed."""
        assist = record.conversation.assist
        return None if assist is None else assisted.render(record, assist)

    def page(self, request: ReportRequest, query: RecordQuery, page: RecordPage) -> bytes:
        """``results``, each cut to what the flags include, and the totals."""
        view = _view(request.body)
        rows = [cut(row, view, is_last=view == _EVERYTHING) for row in page.rows]
        if _shows_widget(request):
            rows = [_with_widget(row, status(stored)) for row, stored in zip(rows, page.rows, strict=True)]
        tail = b'],"skip":%d,"limit":%d,"hasMore":%b,"totalPages":%d,"totalResults":%d' % (
            query.skip,
            query.limit,
            _paging.has_more(query, page),
            _paging.total_pages(query, page),
            page.total,
        )
        return b"".join((b'{"results":[', b",".join(rows), tail, _paging.ending(query, page)))

    def describe(self, limits: PageLimits) -> Description:
        """Return the documentation."""
        row, schemas = assisted.schemas(f"#/components/schemas/{self.name}.{{name}}")
        return Description(
            summary="Conversations in which an assistant took part",
            text=_TEXT,
            body={
                "type": "object",
                "required": ["from", "to"],
                "properties": {**_PROPERTIES, **_paging.properties(limits)},
            },
            body_example=_BODY_EXAMPLE,
            answer={
                "type": "object",
                "required": ["results", "skip", "limit", "hasMore", "totalPages", "totalResults"],
                "properties": {
                    "results": {"type": "array", "items": row},
                    "skip": {"type": "integer", "description": "Rows before those of this page."},
                    "limit": {"type": "integer", "description": "Most rows in one page."},
                    **_paging.ENVELOPE,
                },
            },
            answer_example=_ANSWER_EXAMPLE,
            schemas={f"{self.name}.{name}": schema for name, schema in schemas.items()},
        )


def _view(body: Body) -> int:
    """The number of the view that the flags choose."""
    return sum(truth(body, flag, default=False) << bit for bit, flag in enumerate(FLAGS))


def _ids(body: Body) -> tuple[str, ...] | None:
    """Return the ids to keep; None where all are wanted. A filter that cannot be read is never passed over."""
    if "conversationIds" not in body:
        return None
    right = 'give an array of ids of conversations, such as ["c-1", "c-2"]'
    return texts(body, "conversationIds", right, most=_MOST_IDS, is_strict=True)


def _shows_widget(request: ReportRequest) -> bool:
    """Return whether rows show if the assistant was loaded."""
    return request.wire != "off" and truth(request.body, "widgetLoaded", default=False)


def _with_widget(row: bytes, is_loaded: bytes) -> bytes:
    return b'%b,"widgetLoaded":%b}' % (row[:-1], is_loaded) if is_loaded else row


_DAY = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "examples": ["2026-06-07"]}
_PROPERTIES: dict[str, Any] = {
    "from": {**_DAY, "description": "The first day, in UTC."},
    "to": {**_DAY, "description": "The last day, in UTC; six days after the first at most."},
    "widgetLoaded": {
        "type": "boolean",
        "default": False,
        "description": "With wire 2026-10: show whether an agent had the assistant before them, where it is known.",
    },
    "conversationIds": {
        "type": "array",
        "items": {"type": "string"},
        "maxItems": _MOST_IDS,
        "description": "Only these conversations, by `convId`. Those of other days, and unknown ones, are not listed.",
    },
    **{
        flag: {"type": "boolean", "default": False, "description": f"Show {what}."}
        for flag, what in zip(
            FLAGS,
            (
                "the messages of the talk, in `messages`",
                "what the assistant answered, in `messages` and `searchHistory`, and the ids of the sessions",
                "what agents thought of it: every `feedbackInfo`, and `widgetFeedbacks`",
                "`summaries`",
            ),
            strict=True,
        )
    },
}

_TEXT = """\
Lists the conversations of an app in which an assistant supported the agent, of at most seven whole days in UTC,
in the order of start time, then conversation id.

Four flags choose what of a conversation is shown; where a flag is not set, its keys are absent.
`searchHistory` and the ids of the sessions are absent, too, where the assistant answered nothing.
"""

_BODY_EXAMPLE: Mapping[str, Any] = {
    "from": "2026-06-07",
    "to": "2026-06-13",
    "page": 1,
    "limit": 20,
    "includeHistory": True,
    "includeAgenticHistory": False,
    "includeFeedback": True,
    "includeSummary": True,
}

_ANSWER_EXAMPLE: Mapping[str, Any] = {
    "results": [
        {
            "_id": "6a24dfe0b84ec657a31c0001",
            "convId": "c-7f0c2f5e-9f1c-4c55-8a57-0d2f4a1be001",
            "botId": "st-1f0a3c5e-7b2d",
            "isExtAD": True,
            "startTime": "2026-06-07T03:05:04.755Z",
            "summaries": [
                {
                    "summaryId": "smr-1",
                    "participant": {
                        "identity": "a-17", "name": "Robert", "type": "agent", "startTime": [], "endTime": [],
                    },
                    "summary": "The customer lost her card. A new one is on its way.",
                    "type": "final",
                    "generationTimeInSecs": 1.435,
                    "feedbackInfo": {
                        "agentDetails": {"identity": "a-17", "name": "Robert"},
                        "feedback": "like",
                        "feedbackDetails": [],
                        "type": "summary",
                    },
                }
            ],
            "experience": "chat",
            "messages": [
                {
                    "_id": "m1",
                    "botId": "st-1f0a3c5e-7b2d",
                    "accountId": "67a9ca06cf0e510a8632",
                    "components": [{"cT": "text", "data": {"text": "I lost my card."}, "thumbnails": []}],
                    "createdOn": "2026-06-07T03:05:39.523Z",
                    "lmodifiedOn": "2026-06-07T03:05:39.523Z",
                    "chnl": "agentassist",
                    "lang": "en",
                    "author": {"type": "USER"},
                    "conversationId": "c-7f0c2f5e-9f1c-4c55-8a57-0d2f4a1be001",
                    "__lModifiedOn__": "2026-06-07T03:05:39.000Z",
                    "timestampValue": 1780801539523,
                }
            ],
            "widgetFeedbacks": [],
        }
    ],
    "skip": 0,
    "limit": 20,
    "hasMore": False,
    "totalPages": 1,
    "totalResults": 1,
}  # fmt: skip
