"""``auscult conversations``: what is stored of conversations, with scores and evidence."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.domain.errors import sent, unknown
from auscult.domain.evaluation import WORDS

if TYPE_CHECKING:
    from auscult.domain.evaluation import Evaluation, Evidence, MetricResult
    from auscult.domain.scoring.stored import ConversationDetail
    from auscult.services.scoring.listing import ListedConversation
    from auscult.storage.store import AppStore

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MS, _LAST_MS = -(2**53), 2**53
_AT_ONCE = 100

ConversationId = Annotated[str, typer.Argument(metavar="CONVERSATION_ID", help="The conversation's id.")]


def listing(
    *,
    app: options.KnownApp,
    since: options.Since = None,
    until: options.Until = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="Most conversations, the earliest first.")] = 50,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """List the conversations of an app that were processed, by start: score, status, and the metrics that were missed."""
    with options.known_app(database, app, with_secrets=False) as store:
        for row in _rows(store, _ms(since, _FIRST_MS), _ms(until, _LAST_MS), limit):
            typer.echo(row if as_json else _line(row))


def show(
    conversation_id: ConversationId,
    *,
    app: options.KnownApp,
    transcript: Annotated[bool, typer.Option("--transcript", help="Print every turn as well.")] = False,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Show a conversation: its score, and the answer to each metric with its reason and evidence."""
    from auscult.services.scoring.score import score_line

    with options.known_app(database, app, with_secrets=False) as store:
        found = store.conversations.get(conversation_id)
    if found is None:
        raise unknown(
            "conversation",
            conversation_id,
            "unknown conversation '{value}'; list them with auscult conversations list --app {app}",
            app=app,
        )
    newest = found.evaluations[0] if found.evaluations else None
    if as_json:
        document = {"conversation": found.conversation}
        scored = None if newest is None else score_line(newest, found.insights)
        typer.echo(msgspec.json.encode(document | {"evaluation": scored}, enc_hook=sent))
        return
    for line in _shown(found, newest, with_turns=transcript):
        typer.echo(line)


def _rows(store: "AppStore", since_ms: int, until_ms: int, limit: int) -> Iterator[bytes]:
    """Read rows of the listing, a page at a time."""
    from auscult.domain.record import RecordQuery, RowKey
    from auscult.services.scoring.listing import LISTING

    after: RowKey | None = RowKey(since_ms, "")
    while limit > 0 and after is not None:
        page = store.conversations.page(
            RecordQuery(
                report=LISTING.name,
                app_ids=(store.tenant.app_id,),
                since_ms=since_ms,
                until_ms=until_ms,
                include_below_threshold=True,
                limit=min(limit, _AT_ONCE),
                after=after,
            )
        )
        yield from page.rows
        limit -= len(page.rows)
        after = page.last if page.more else None


def _line(row: bytes) -> str:
    from auscult.services.scoring.listing import ListedConversation

    listed: ListedConversation = msgspec.json.decode(row, type=ListedConversation)
    missed = f", missed: {', '.join(listed.missed_metrics)}" if listed.missed_metrics else ""
    return f"{listed.id}  {listed.started_at:%Y-%m-%d %H:%M}  {listed.channel}  {_result(listed)}{missed}"


def _result(listed: "ListedConversation | Evaluation") -> str:
    if listed.score is None:
        return "no score" if listed.status == "evaluated" else listed.status.replace("_", " ")
    return f"{listed.score} {WORDS[listed.passed]}"


def _shown(found: "ConversationDetail", newest: "Evaluation | None", *, with_turns: bool) -> Iterator[str]:
    conversation = found.conversation
    agents = ", ".join(agent.name or agent.id for agent in conversation.agents)
    facts = [conversation.channel, conversation.direction, f"{conversation.started_at:%Y-%m-%d %H:%M:%S} UTC"]
    yield "  ".join([conversation.id, *facts, *([agents] if agents else [])])
    if newest is None:
        yield "not processed yet"
    else:
        form = f", form {newest.form.id} version {newest.form.version}" if newest.form else ""
        yield f"{_result(newest)}{form}{f': {newest.reason}' if newest.reason else ''}"
        for result in newest.results:
            yield from _verdict(result)
    if with_turns:
        yield ""
        for turn in conversation.turns:
            yield f"{turn.id}  {_time(turn.start_ms)}{turn.speaker}: {turn.text}"


def _verdict(result: "MetricResult") -> Iterator[str]:
    verdict = result.verdict
    mark = {True: "+", False: "!" if result.is_fatal_error else "-", None: " "}[result.adhered]
    unclear = "" if verdict.certain else ", unclear"
    reason = f" ({verdict.reason})" if verdict.reason else ""
    yield f"{mark} {result.metric.name}: {verdict.qualification}{unclear}{reason}"
    for kind, evidence in (("trigger: ", verdict.trigger), ("", verdict.evidence)):
        for each in evidence:
            yield f"    {kind}{_quoted(each)}"


def _quoted(evidence: "Evidence") -> str:
    if evidence.turn_id is None:
        return evidence.why or evidence.text
    why = f" ({evidence.why})" if evidence.why else ""
    return f"{evidence.turn_id}  {_time(evidence.start_ms)}{evidence.text}{why}"


def _time(start_ms: int | None) -> str:
    return "" if start_ms is None else f"{start_ms // 60_000}:{start_ms // 1_000 % 60:02}  "


def _ms(at: datetime | None, otherwise: int) -> int:
    return otherwise if at is None else (at - _EPOCH) // timedelta(milliseconds=1)
