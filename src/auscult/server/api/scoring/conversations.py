"""Conversations: loaded, listed, read whole, and erased."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, BinaryIO, Literal, TypeVar

from litestar.di import NamedDependency
from litestar.params import SkipValidation
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.ai_agents.calls import without_texts
from auscult.domain.audits.assignment import Hidden
from auscult.domain.audits.audit import state_of
from auscult.domain.audits.blindness import without_agents
from auscult.domain.conversation import Channel, Direction
from auscult.domain.errors import RequestError, unknown
from auscult.domain.evaluation import Evaluation, Status
from auscult.domain.operations.records import made_from
from auscult.domain.people.principal import Principal as AppRights
from auscult.domain.record import Outcome, RecordPage, RecordQuery, RowKey
from auscult.domain.said.search import parse
from auscult.domain.scoring.list_fields import (
    FIELD_AND_VALUE,
    ListFields,
    Order,
    read_custom_field,
    reveals_result,
)
from auscult.domain.scoring.stored import ConversationDetail, Wait
from auscult.formats import Given, Source
from auscult.formats._document import ConversationDocument
from auscult.formats.native import write
from auscult.sandbox.reading import Noted
from auscult.server.api.scoring import evaluations, examples
from auscult.server.api.scoring.list_parameters import Sort, Words, list_fields, read_after, write_after
from auscult.server.api.scoring.masking import View, masked
from auscult.server.auth.principal import Principal
from auscult.server.rest import operation
from auscult.server.rest.context import App, Caller, Rights, Server, Services
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.openapi import answer
from auscult.server.rest.parameters import (
    LONGEST_WAIT_S,
    ConversationId,
    Cursor,
    Limit,
    Since,
    Until,
    each_once,
    query,
    repeated,
)
from auscult.server.rest.request import ApiRequest, ApiResponse, Takes, encode
from auscult.server.rest.threads import poll_until, run
from auscult.server.rest.uploads import announced_bytes, spooled
from auscult.services.audits.blind import (
    blindness_of,
    hidden_from,
    kept_from,
    kept_from_agents,
    revealed_by,
    talk_reader,
)
from auscult.services.conversations.latest import within_repeated
from auscult.services.conversations.talked import talked_about
from auscult.services.recordings.removal import remove_due
from auscult.services.scoring.findings import Findings, findings
from auscult.services.scoring.intake.asked import given_of
from auscult.services.scoring.intake.read import read_given
from auscult.services.scoring.intake.submit import Refusal, Submission
from auscult.services.scoring.intake.times import of_app
from auscult.services.scoring.listing import LISTING, ListedConversation
from auscult.storage.core.instants import bound_ms
from auscult.storage.store import AppStore


def given(
    format: Annotated[  # noqa: A002  (the name of the parameter)
        str | None, query("The format, where it is not to be recognised by the content: `webvtt`, `native`.")
    ] = None,
    agent: Annotated[str | None, query("The agent, where the file names none.")] = None,
    queue: Annotated[str | None, query("The queue, where the file names none.")] = None,
    channel: Annotated[Channel | None, query("The channel, where the file does not say it.")] = None,
    language: Annotated[
        str | None, query("The language, where the file does not say it. Without, it is found from the words.")
    ] = None,
    started_at: Annotated[
        str | None, query("The start, where the file does not say it, as `2026-10-14T15:34`.")
    ] = None,
    time_zone: Annotated[
        str | None, query("The zone of times that have none, as `Europe/Berlin`. Without, it is the app's.")
    ] = None,
    date_order: Annotated[
        Literal["day", "month"] | None, query("What dates like `03/04/2026` begin with, where no row shows it.")
    ] = None,
    decimal: Annotated[
        Literal["comma", "point"] | None,
        query("What decimals of numbers like `1,250` are after, where no row shows it."),
    ] = None,
    columns: Annotated[
        tuple[str, ...], repeated("The column of a table that holds something, as `text=Message`.")
    ] = (),
    sides: Annotated[tuple[str, ...], repeated("The side of a speaker, as `Speaker 1=agent`.")] = (),
) -> Given:
    """Return what is given. Raises ``RequestError`` with the field."""
    values = {
        "format": format,
        "agent": agent,
        "queue": queue,
        "channel": channel,
        "language": language,
        "started_at": started_at,
        "time_zone": time_zone,
        "date_order": date_order,
        "decimal": decimal,
    }
    return given_of(values, columns, sides)


State = Literal[
    "pending",
    "failed",
    "cancelled",
    "evaluated",
    "below_threshold",
    "duration_unavailable",
    "not_evaluated",
    "sides_unknown",
]
ONE_ALONE_BYTES = 1 << 20
"""Largest body, in bytes, that is read even if too many conversations wait: it may be a single one."""

CustomFields = Annotated[
    tuple[str, ...],
    repeated(
        "Only those with this value in a field of your own, to the letter, as `region=north`.", pattern=FIELD_AND_VALUE
    ),
]
Audits = Annotated[
    tuple[Literal["assigned", "audited"], ...], repeated("Only those that are being audited, or that are audited.")
]
READ_THREADS = "audit.read"
"""The permission of a client that reads threads."""
READ_TEXTS = "ai_agent.read"
"""The permission of callers who read instructions and knowledge of AI agents."""
_EARLIEST_MS, _LATEST_MS = -(10**14), 10**15


@example(examples.LOADED)
class Loaded(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Outcome of a request: the number of conversations now stored, and the refusals (the first 1,000).

    ``replaced`` names the first 20 of ``replaced_count`` conversations of which the request had several that differ; one
    of each is stored. ``unknown_keys`` were not read: each with the number of documents that have it; absent where there
    are none; ``ignored`` has the lines of the first 20 documents with each. ``formats`` has the format of each file by its name, of a body alone under "".
    ``assumed`` has what files do not say: from where it was taken, in how many conversations.
    """

    accepted: int
    unchanged: int
    replaced: list[str]
    replaced_count: int
    rejected: list[Refusal]
    rejected_count: int
    unknown_keys: dict[str, int] = {}
    ignored: dict[str, list[int]] = {}
    formats: dict[str, str] = {}
    assumed: dict[str, dict[str, int]] = {}


@example({**examples.LOADED, **examples.SCORED})
class LoadedAndScored(Loaded, frozen=True, kw_only=True, omit_defaults=True):
    """Outcome of a request with the accepted conversations by state: these add up to ``accepted``."""

    scored: int
    below_threshold: int
    duration_unavailable: int
    not_evaluated: int
    failed: int
    waiting: int
    sides_unknown: int = 0


Counted = TypeVar("Counted", Loaded, LoadedAndScored)


@example({"items": [examples.LISTED], "total": 1, "next_cursor": None})
class ConversationPage(Struct, frozen=True, kw_only=True):
    """One page. ``total``: the number of matches in all. ``next_cursor`` is null after the last."""

    items: tuple[ListedConversation, ...]
    total: int
    next_cursor: str | None


class ConversationFindings(Struct, frozen=True, kw_only=True):
    """Fields added to the native document. ``pending`` waits for evaluation; `auscult doctor` explains ``failed``.

    ``cancelled``: its job was cancelled, and a retry of that job continues with it.
    ``wait`` is set while it waits for a judge that could not answer: the reason, and the time of the next attempt.
    ``evaluation`` is the newest, of an earlier revision while the present one waits; ``insights`` are the findings of
    the analysis of that revision, null if it was not analysed.
    """

    revision: int
    duration_ms: int | None
    status: State
    wait: Wait | None
    evaluation: evaluations.ShownEvaluation | None
    earlier_evaluations: tuple[evaluations.ShownOutcome, ...]
    insights: Findings | None
    audit: evaluations.ShownAudit


@operation.post(
    "/conversations",
    may=writing("conversations"),
    summary="Load conversations",
    answers={
        200: answer("All that was accepted is readable.", LoadedAndScored),
        202: answer("What was accepted is committed, and will be evaluated.", Loaded),
    },
    refuses={
        413: "The body is larger than the limit that the detail names.",
        415: "The body is encoded in another way than gzip or zstd.",
        422: "An option of the query is none that files can have: a format, a time zone, a start, columns or sides.",
        429: "A limit of the account or the app is reached: `rate.exceeded` or `backlog.exceeded`.",
        503: "Too many conversations wait to be scored; nothing was taken. `Retry-After` says when to come again.",
    },
    status=202,
    takes=Takes(
        "Conversations.",
        examples.DOCUMENT,
        ConversationDocument,
        ("application/x-ndjson", "application/vcon+json", "application/octet-stream"),
        is_many=True,
    ),
)
async def load_conversations(
    request: ApiRequest,
    app: App,
    server: Server,
    given: NamedDependency[SkipValidation[Given]],
    wait: Annotated[
        int,
        query(
            "Seconds to wait until all is evaluated and readable; then the answer is 200 and says how it went.",
            ge=0,
            le=LONGEST_WAIT_S,
        ),
    ] = 0,
) -> ApiResponse[Any]:
    """Load conversations, one or many.

    They come as JSON, NDJSON or vCon, or as a file of another program, such as a transcript, a chat, a table, or an
    archive of them; plain or as gzip or zstd.
    The format is recognised by the content, regardless of `Content-Type`, and named in the answer. What the file does
    not say is assumed, and listed there.

    The answer is sent once every conversation that it counts as accepted is committed. Refused ones are listed with
    line, field and reason, and do not affect the others.

    A conversation whose id is already stored counts as accepted and unchanged if its content is the same; otherwise
    it is a new revision. So a request may be sent again after a failure.

    A conversation that is alone in its request is scored before those loaded in bulk.
    """
    announced = announced_bytes(request)
    if announced is None or announced > ONE_ALONE_BYTES:
        await run(lambda: server.room.must_have("backfill", app.tenant), slow=True)
    submission = Submission(app, server.store.batches, server.room)
    async with spooled(request, server.settings.request_bytes) as file:
        await run(lambda: _submit(submission, file, (app, server, given), follow=wait > 0), slow=True)
    accepted = _counted(Loaded, submission)
    scored = await poll_until(lambda: _scored(submission), wait) if wait else None
    return ApiResponse(accepted, status_code=202) if scored is None else ApiResponse(scored, status_code=200)


def _submit(submission: Submission, file: BinaryIO, within: tuple[AppStore, Services, Given], *, follow: bool) -> None:
    app, server, given = within
    if not file.read(1):
        raise RequestError("The body is empty: send one conversation or more.", code="body.empty")
    file.seek(0)
    source = Source(app_id=app.tenant.app_id, limits=server.settings.limits, given=of_app(given, app))
    noted = Noted()
    submission.intake.formats = noted.formats
    documents = read_given(file, source, noted)
    submission.accept(documents, group=server.settings.batch_size, follow=follow)


def _scored(submission: Submission) -> LoadedAndScored | None:
    if not submission.poll():
        return None
    return _counted(LoadedAndScored, submission)


def _counted(kind: type[Counted], submission: Submission) -> Counted:
    return made_from(
        kind,
        submission.intake,
        replaced=submission.intake.replaced_ids,
        replaced_count=submission.intake.replaced,
        rejected=submission.refusals,
        rejected_count=submission.refused,
    )


@operation.get("/conversations", may=reading("conversations"), summary="List conversations")
def list_conversations(
    app: App,
    caller: Caller,
    rights: Rights,
    fields: NamedDependency[SkipValidation[ListFields]],
    since: Since = None,
    until: Until = None,
    channel: Annotated[tuple[Channel, ...], repeated("Only this channel.")] = (),
    direction: Annotated[tuple[Direction, ...], repeated("Only this direction.")] = (),
    queue: Annotated[tuple[str, ...], repeated("Only those that were in this queue, by id or name.")] = (),
    custom_id: Annotated[tuple[str, ...], repeated("Only that with this id of your own, to the letter.")] = (),
    custom_field: CustomFields = (),
    status: Annotated[tuple[Status, ...], repeated("Only this status.")] = (),
    agent: Annotated[tuple[str, ...], repeated("Only those in which this agent took part, by id or name.")] = (),
    outcome: Annotated[tuple[Outcome, ...], repeated("Only those that came to this.")] = (),
    missed: Annotated[tuple[str, ...], repeated("Only those in which this metric, by id, was missed.")] = (),
    met: Annotated[tuple[str, ...], repeated("Only those in which this metric, by id, was met.")] = (),
    intent: Annotated[tuple[str, ...], repeated("Only those about this, by the name of the intent or topic.")] = (),
    audit: Audits = (),
    q: Words = None,
    sort: Sort = "started_at",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ApiResponse[ConversationPage]:
    """List evaluated conversations of every status, the oldest first unless `sort` says otherwise.

    Those that wait for their first evaluation are missing. Pages by cursor neither repeat nor skip any while data
    arrives. Of a filter by score or duration at most 10,000 are counted; then `total` is one more. The filter
    `comments` needs the scope to read audits, as threads do.
    """
    since_ms, until_ms = _range(since, until)
    asked = RecordQuery(
        report=LISTING.name,
        app_ids=(app.tenant.app_id,),
        since_ms=since_ms,
        until_ms=until_ms,
        channels=each_once(channel),
        directions=each_once(direction),
        statuses=each_once(status),
        include_below_threshold=True,
        queues=each_once(queue),
        custom_ids=each_once(custom_id),
        custom_fields=each_once(map(read_custom_field, custom_field)),
        agents=each_once(agent),
        outcomes=each_once(outcome),
        missed=each_once(missed),
        met=each_once(met),
        intents=each_once(intent),
        audits=each_once(audit),
        limit=limit,
        fields=fields,
        order=sort,
        after=read_after(cursor, sort) or (RowKey(since_ms, "") if sort == "started_at" else None),
    )
    return ApiResponse(_found(app, caller, rights, asked, q))


def _found(app: AppStore, caller: Principal, rights: AppRights, asked: RecordQuery, q: str | None) -> bytes:
    view, found = _view(app, caller, rights, asked), app.conversations
    asked = within_repeated(app, replace(asked, ids=_talked_about(app, rights, asked.fields)))
    narrowed = view.narrowed(asked)
    return _page(found.page(narrowed) if q is None else found.search(narrowed, parse(q)), view, asked.order)


def _talked_about(app: AppStore, rights: AppRights, fields: ListFields) -> tuple[str, ...] | None:
    """Return the conversations that filters by comments and pins leave, None without them. Raises ``AccessError``."""
    if fields.comments and not rights.is_person:
        rights.require(READ_THREADS)
    found = talked_about(app, fields, talk_reader(app, rights)) if fields.is_by_talk else None
    return None if found is None else tuple(sorted(found))


def _view(app: AppStore, caller: Principal, rights: AppRights, asked: RecordQuery) -> View:
    """Return the data hidden from the caller in the requested rows."""
    by_result = any((asked.outcomes, asked.met, asked.missed, asked.intents, asked.statuses, asked.fields.is_by_result))
    shown = revealed_by(
        by_result=by_result or reveals_result(asked.order),
        by_agent=bool(asked.agents) or asked.fields.is_by_ai_agent,
        by_audit=bool(asked.audits),
    )
    return View(blindness_of(app, caller.name, rights.agent_ids), kept_from_agents(app, rights.visibility()), shown)


def _range(since: datetime | None, until: datetime | None) -> tuple[int, int]:
    since_ms = _EARLIEST_MS if since is None else bound_ms(since)
    until_ms = _LATEST_MS if until is None else bound_ms(until)
    if until_ms < since_ms:
        raise RequestError(
            "until lies before since.", code="range.reversed", field="until", value=until.isoformat() if until else None
        )
    return since_ms, until_ms


def _page(page: RecordPage, view: View, sort: Order) -> bytes:
    cursor = b"null"
    if page.more and page.last:
        cursor = b'"%b"' % write_after(page.last, sort).encode()
    rows = page.rows if view.is_open else [row for each in page.rows if (row := masked(each, view)) is not None]
    total = page.total - len(page.rows) + len(rows)
    return b'{"items":[%b],"total":%d,"next_cursor":%b}' % (b",".join(rows), total, cursor)


@operation.get(
    "/conversations/{conversation_id}",
    may=reading("conversations"),
    summary="One conversation",
    answers={
        200: answer(
            "The conversation.",
            (ConversationDocument, ConversationFindings),
            {
                **examples.DOCUMENT,
                "revision": 1,
                "duration_ms": 196000,
                "status": "evaluated",
                "wait": None,
                "evaluation": {
                    **examples.OUTCOME,
                    "engines": [],
                    "metrics": [examples.METRIC],
                },
                "earlier_evaluations": [],
                "insights": examples.INSIGHTS,
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
)
def get_conversation(conversation_id: ConversationId, app: App, caller: Caller, rights: Rights) -> ApiResponse[Any]:
    """Return the native document with its evaluations, its insights and its audit.

    The evaluation has the evidence of every verdict, the insights the turns that show them, the audit its trail. A
    figure that analysis cannot know is null in `insights`, and `insights.unknown` has the reason. Instructions and
    knowledge of an AI agent are there only with the permission `ai_agent.read`.
    """
    detail = app.conversations.get(conversation_id)
    if detail is None:
        raise unknown("conversation", conversation_id, "there is no conversation {value} in this app")
    hidden = hidden_from(app, caller.name, conversation_id, rights.agent_ids)
    hidden |= kept_from(kept_from_agents(app, rights.visibility()), state_of(detail.audit), hidden)
    document = without_agents(detail.conversation) if "agent" in hidden else detail.conversation
    readers = rights.visibility(READ_TEXTS)
    if document.ai is not None and not readers.is_everything and not app.people.sees(readers, conversation_id):
        document = without_texts(document)
    is_by_segment = bool(detail.evaluations and detail.evaluations[0].segment)
    parts = app.audits.segments([conversation_id]).get(conversation_id, ()) if is_by_segment else ()
    if "agent" in hidden:
        parts = tuple(replace(each, agent_id=None) for each in parts)
    found = _blind(_findings(detail, parts), hidden, caller.name)
    return ApiResponse(write(document)[:-1] + b"," + encode(found)[1:])


def _blind(found: ConversationFindings, hidden: frozenset[Hidden], rater: str) -> ConversationFindings:
    """Return the findings without data hidden from a rater, who always sees their own audit."""
    if "machine" in hidden:
        trail = evaluations.without_rescores(found.audit)
        found = replace(found, evaluation=None, earlier_evaluations=(), insights=None, audit=trail)
    if "others" in hidden and found.audit.auditor != rater:
        found = replace(found, audit=evaluations.audit(None, ()))
    return replace(found, audit=evaluations.without_auditor(found.audit)) if "auditor" in hidden else found


def _findings(detail: ConversationDetail, parts: Sequence[Evaluation]) -> ConversationFindings:
    newest = detail.evaluations[0] if detail.evaluations else None
    status: State = "failed" if detail.has_failed else "cancelled" if detail.is_cancelled else "pending"
    return ConversationFindings(
        revision=detail.revision,
        duration_ms=detail.conversation.duration_ms,
        status=newest.status if newest and detail.is_current else status,
        wait=detail.wait,
        evaluation=evaluations.evaluation(newest, parts) if newest else None,
        earlier_evaluations=tuple(evaluations.outcome(each) for each in detail.evaluations[1:]),
        insights=findings(detail.insights) if detail.insights else None,
        audit=evaluations.audit(detail.audit, detail.trail),
    )


@operation.delete(
    "/conversations/{conversation_id}",
    may=writing("conversations", "erasure.run"),
    summary="Erase a conversation",
)
def erase_conversation(conversation_id: ConversationId, app: App, rights: Rights, server: Server) -> None:
    """Erase everything about a conversation: its text, evaluations, rows and counts of reports, audit, recordings.

    A batch that is processing it does not restore it. An unknown conversation gets the same answer. The same
    id may be loaded again.
    """
    app.conversations.erase(conversation_id, rights.label)
    remove_due(server.store.recordings, server.recordings)


ROUTER = operation.router(__name__, fields=list_fields, given=given)
