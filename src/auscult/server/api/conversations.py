"""Conversations: loaded, listed, read whole, and erased."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from auscult.domain.conversation import Channel, Direction
from auscult.domain.errors import NotFoundError, RequestError
from auscult.domain.evaluation import Status
from auscult.domain.record import RecordPage, RecordQuery
from auscult.formats._document import ConversationDocument
from auscult.formats.native import write
from auscult.pipeline.findings import Findings, findings
from auscult.pipeline.listing import LISTING, ListedConversation
from auscult.pipeline.ports import Dossier, Wait
from auscult.pipeline.read import read_stream
from auscult.pipeline.submit import Refusal, Submission
from auscult.server.api import _examples, _query, _shown
from auscult.server.api._contract import (
    Answer,
    Body,
    Call,
    Later,
    Operation,
    Parameter,
    Services,
    Shown,
    reading,
    writing,
)

CHANNELS: tuple[Channel, ...] = ("voice", "chat")
DIRECTIONS: tuple[Direction, ...] = ("inbound", "outbound")
STATUSES: tuple[Status, ...] = ("evaluated", "below_threshold", "duration_unavailable", "not_evaluated")
State = Literal[
    "pending", "failed", "cancelled", "evaluated", "below_threshold", "duration_unavailable", "not_evaluated"
]
LONGEST_WAIT_S = 60
ONE_ALONE_BYTES = 1 << 20
"""A body that is no longer is read before it is refused: it may be one conversation."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST_MS, _LATEST_MS = -(10**14), 10**15


class Loaded(Struct, frozen=True, kw_only=True):
    """What became of a request: how many conversations are stored now, and what was refused (the first 1,000)."""

    accepted: int
    unchanged: int
    rejected: list[Refusal]
    rejected_count: int


class LoadedAndScored(Loaded, frozen=True, kw_only=True):
    """The same, with how those that were accepted stand: these six add up to ``accepted``."""

    scored: int
    below_threshold: int
    duration_unavailable: int
    not_evaluated: int
    failed: int
    waiting: int


class ConversationPage(Struct, frozen=True, kw_only=True):
    """One page. ``total``: how many match in all. ``next_cursor`` is null after the last."""

    items: tuple[ListedConversation, ...]
    total: int
    next_cursor: str | None


class ConversationFindings(Struct, frozen=True, kw_only=True):
    """What stands beside the native document. ``pending`` waits for evaluation; ``failed``: `auscult doctor` says why.

    ``cancelled``: its job was, and a retry of that goes on with it.
    ``wait`` is there while it waits for a judge that could not answer: why, and from when on it is tried again.
    ``evaluation`` is the newest there is, of an earlier revision while the present one waits; ``insights`` are what
    analysis found in that revision, null where it was not analysed.
    """

    revision: int
    duration_ms: int | None
    status: State
    wait: Wait | None
    evaluation: _shown.ShownEvaluation | None
    earlier_evaluations: tuple[_shown.ShownOutcome, ...]
    insights: Findings | None
    audit: _shown.ShownAudit


def load(call: Call) -> Answer | Later:
    """Accept the conversations of a body."""
    settings, store = call.services.settings, call.services.store
    wait = _query.whole_number(call.query, "wait", 0, least=0, most=LONGEST_WAIT_S)
    assert call.file is not None  # noqa: S101  (the body of this operation is streamed)
    if not call.file.read(1):
        raise RequestError("The body is empty: send one conversation or more.", code="body.empty")
    call.file.seek(0)
    submission = Submission(call.app, store.batches, call.services.room)
    documents = read_stream(call.file, call.app.tenant.app_id, settings.limits)
    submission.take(documents, group=settings.batch_size, follow=wait > 0)
    accepted = Answer(202, _shown.encode(Loaded(**_counts(submission))))
    if not wait:
        return accepted
    return Later(accepted, lambda: _scored(submission), wait)


def admit(services: Services, announced: int | None) -> None:
    """Refuse what is more than one conversation, before it is read, where too many wait. One alone has its own room."""
    if announced is None or announced > ONE_ALONE_BYTES:
        services.room.must_have("backfill")


def _scored(submission: Submission) -> Answer | None:
    if not submission.look():
        return None
    intake = submission.intake
    told = LoadedAndScored(
        **_counts(submission),
        scored=intake.scored,
        below_threshold=intake.below_threshold,
        duration_unavailable=intake.duration_unavailable,
        not_evaluated=intake.not_evaluated,
        failed=intake.failed,
        waiting=intake.waiting,
    )
    return Answer(200, _shown.encode(told))


def _counts(submission: Submission) -> dict[str, Any]:
    return {
        "accepted": submission.intake.accepted,
        "unchanged": submission.intake.unchanged,
        "rejected": submission.refusals,
        "rejected_count": submission.refused,
    }


def listing(call: Call) -> Answer:
    """List conversations, oldest first."""
    query = call.query
    since, until = (_query.instant(query, name) for name in ("since", "until"))
    since_ms = _EARLIEST_MS if since is None else _ms(since)
    until_ms = _LATEST_MS if until is None else _ms(until)
    if until_ms < since_ms:
        raise RequestError("until lies before since.", code="range.reversed", field="until", value=query["until"][0])
    queues = tuple(dict.fromkeys(query.get("queue", ())))
    asked = RecordQuery(
        report=LISTING.name,
        app_ids=(call.app.tenant.app_id,),
        since_ms=since_ms,
        until_ms=until_ms,
        channels=_query.choices(query, "channel", CHANNELS),
        directions=_query.choices(query, "direction", DIRECTIONS),
        statuses=_query.choices(query, "status", STATUSES),
        include_below_threshold=True,
        queues=queues,
        limit=_query.limit(query),
        after=_query.read_cursor(query, tuple[int, str]) or (since_ms, ""),
    )
    return Answer(200, _page(call.app.conversations.page(asked)))


def _page(page: RecordPage) -> bytes:
    cursor = b"null"
    if page.more and page.last:
        cursor = b'"%b"' % _query.write_cursor(*page.last).encode()
    return b'{"items":[%b],"total":%d,"next_cursor":%b}' % (b",".join(page.rows), page.total, cursor)


def show(call: Call) -> Answer:
    """Show one conversation whole."""
    conversation_id = call.path["conversation_id"]
    dossier = call.app.conversations.get(conversation_id)
    if dossier is None:
        raise NotFoundError(
            f"there is no conversation {conversation_id} in this app",
            code="conversation.unknown",
            field="conversation_id",
            value=conversation_id,
        )
    return Answer(200, write(dossier.conversation)[:-1] + b"," + _shown.encode(_findings(dossier))[1:])


def _findings(dossier: Dossier) -> ConversationFindings:
    newest = dossier.evaluations[0] if dossier.evaluations else None
    status: State = "failed" if dossier.has_failed else "cancelled" if dossier.is_cancelled else "pending"
    return ConversationFindings(
        revision=dossier.revision,
        duration_ms=dossier.conversation.duration_ms,
        status=newest.status if newest and dossier.is_current else status,
        wait=dossier.wait,
        evaluation=_shown.evaluation(newest) if newest else None,
        earlier_evaluations=tuple(_shown.outcome(each) for each in dossier.evaluations[1:]),
        insights=findings(dossier.insights) if dossier.insights else None,
        audit=_shown.audit(dossier.audit, dossier.trail),
    )


def erase(call: Call) -> Answer:
    """Erase one conversation. Where there is none, what was asked for is so already."""
    call.app.conversations.erase(call.path["conversation_id"])
    return Answer(204)


def _ms(instant: datetime) -> int:
    """Milliseconds since the epoch; what is finer is rounded up, so that a bound stays where it is."""
    return -((_EPOCH - instant) // timedelta(milliseconds=1))


_TIME = {"type": "string", "format": "date-time"}
_PATH = "/api/v1/conversations"

OPERATIONS = (
    Operation(
        method="POST",
        path=_PATH,
        name="load_conversations",
        summary="Load conversations",
        text="One conversation or many, as a JSON object or array, NDJSON or vCon, plain or as gzip or zstd. "
        "The kind is told by the content, whatever `Content-Type` says.\n\n"
        "The answer comes once all that it counts as accepted is committed. What is refused is listed with its line, "
        "field and reason, and holds nothing else up.\n\n"
        "An id that is stored already: with the same content it counts as accepted and unchanged, with other content "
        "it is a new revision. So a request may be sent again after a failure.\n\n"
        "A conversation that comes alone in its request is scored before what comes in bulk.",
        scopes=writing("conversations"),
        handle=load,
        parameters=(
            Parameter(
                "wait",
                {"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT_S, "default": 0},
                "Seconds to wait until all is evaluated and readable; then the answer is 200 and says how it went.",
            ),
        ),
        body=Body(
            "stream",
            ConversationDocument,
            _examples.DOCUMENT,
            "Conversations.",
            ("application/json", "application/x-ndjson", "application/vcon+json", "application/octet-stream"),
        ),
        answers={
            200: Shown(
                "All that was accepted is readable.",
                LoadedAndScored,
                {**_examples.LOADED, **_examples.SCORED},
            ),
            202: Shown("What was accepted is committed, and will be evaluated.", Loaded, _examples.LOADED),
        },
        statuses={
            413: "The body is larger than the limit that the detail names.",
            415: "The body is encoded in another way than gzip or zstd.",
            503: "Too many conversations wait to be scored; nothing was taken. `Retry-After` says when to come again.",
        },
        may_take_long=True,
        admit=admit,
    ),
    Operation(
        method="GET",
        path=_PATH,
        name="list_conversations",
        summary="List conversations",
        text="Conversations that were evaluated, of every status, the oldest first. "
        "What waits to be evaluated for the first time is not listed yet. "
        "Pages by cursor neither repeat nor skip while data arrives.",
        scopes=reading("conversations"),
        handle=listing,
        parameters=(
            Parameter("since", _TIME, "Only those that start at this time or later."),
            Parameter("until", _TIME, "Only those that start before this time."),
            Parameter("channel", {"type": "string", "enum": list(CHANNELS)}, "Only this channel.", True),  # noqa: FBT003
            Parameter("direction", {"type": "string", "enum": list(DIRECTIONS)}, "Only this direction.", True),  # noqa: FBT003
            Parameter("queue", {"type": "string"}, "Only those that were in this queue, by id or name.", True),  # noqa: FBT003
            Parameter("status", {"type": "string", "enum": list(STATUSES)}, "Only this status.", True),  # noqa: FBT003
            _query.LIMIT,
            _query.CURSOR,
        ),
        answers={
            200: Shown("A page.", ConversationPage, {"items": [_examples.LISTED], "total": 1, "next_cursor": None}),
        },
    ),
    Operation(
        method="GET",
        path=_PATH + "/{conversation_id}",
        name="get_conversation",
        summary="One conversation",
        text="The native document, and beside it the evaluation with the evidence of every verdict, earlier "
        "evaluations, what analysis found with the turns that show it, and the audit with its trail. "
        "What analysis cannot know is null in `insights`, and `insights.unknown` says why.",
        scopes=reading("conversations"),
        handle=show,
        answers={
            200: Shown(
                "The conversation.",
                (ConversationDocument, ConversationFindings),
                {
                    **_examples.DOCUMENT,
                    "revision": 1,
                    "duration_ms": 196000,
                    "status": "evaluated",
                    "wait": None,
                    "evaluation": {
                        **_examples.OUTCOME,
                        "engines": [],
                        "metrics": [_examples.METRIC],
                    },
                    "earlier_evaluations": [],
                    "insights": _examples.INSIGHTS,
                    "audit": {
                        "state": "not_assigned",
                        "auditor": None,
                        "assigned_at": None,
                        "result": None,
                        "trail": [],
                    },
                },
            )
        },
    ),
    Operation(
        method="DELETE",
        path=_PATH + "/{conversation_id}",
        name="erase_conversation",
        summary="Erase a conversation",
        text="Everything that is kept of it: what was said, evaluations, the rows and counts of every report, the audit "
        "and its trail. A batch that is under way with it does not bring it back. "
        "What is gone already, or never was, is answered in the same way. The same id may be loaded again.",
        scopes=writing("conversations"),
        handle=erase,
        answers={204: Shown("Nothing is kept of it.")},
        may_take_long=True,
    ),
)
