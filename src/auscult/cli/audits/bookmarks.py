"""``auscult assignments assign|self``, ``auscult audits bookmark|bookmarks|settings|segments``."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, cast, get_args

import msgspec
import typer

from auscult.cli.audits.assignments import open_desk, show_item
from auscult.cli.audits.audits import ConversationId
from auscult.cli.audits.plans import By
from auscult.cli.audits.quality import open_app
from auscult.cli.terminal import options
from auscult.domain.audits.assignment import ByHand
from auscult.domain.audits.bookmark import AgentSees, AuditSettings, Bookmark, BookmarkKind, check_note
from auscult.domain.errors import unknown

if TYPE_CHECKING:
    from auscult.domain.audits.assignment import Role

SegmentNumber = Annotated[int, typer.Option("--segment", metavar="N", help="One segment of it; 0 is the whole.")]
_ROLES = ("audit", "second")


def assign(
    conversation: ConversationId,
    *,
    app: options.KnownApp,
    to: Annotated[str, typer.Option("--to", metavar="EMAIL", help="The auditor who gets it.")],
    segment: SegmentNumber = 0,
    role: Annotated[
        str, typer.Option("--role", metavar="ROLE", help="audit, or second for another opinion.")
    ] = "audit",
    by: By = "system",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Assign a conversation, or a segment of it, to an auditor without a plan."""
    if role not in _ROLES:
        raise typer.BadParameter(f"invalid role {role!r}; choose one of: {', '.join(_ROLES)}")
    with open_desk(database, app) as desk:
        show_item(desk.assign(ByHand(conversation, to, segment, cast("Role", role)), by), as_json=as_json)


def review_oneself(
    conversation: ConversationId,
    *,
    app: options.KnownApp,
    rater: Annotated[str, typer.Option("--as", metavar="EMAIL", help="The agent's e-mail address.")],
    agent: Annotated[list[str], typer.Option("--agent", metavar="ID", help="An id of the agent.")],
    segment: SegmentNumber = 0,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Begin an agent's review of their own conversation; no report shows it."""
    with open_desk(database, app) as desk:
        show_item(desk.review_oneself(conversation, rater, agent, segment), as_json=as_json)


def bookmark(
    conversation: ConversationId,
    *,
    app: options.KnownApp,
    by: By = "system",
    kind: Annotated[str | None, typer.Option("--kind", metavar="KIND", help="good or bad.")] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Why.")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Remove the bookmark.")] = False,
    database: options.Database = None,
) -> None:
    """Bookmark a conversation as a good or a bad call."""
    with open_app(database, app) as store:
        if remove:
            store.bookmarks.remove(conversation, by)
            return
        made = Bookmark(
            conversation_id=conversation,
            by=by,
            kind=cast("BookmarkKind", _choice("kind", kind, get_args(BookmarkKind))),
            note=check_note(note),
            at=datetime.now(UTC),
        )
        if not store.bookmarks.put(made):
            raise unknown("conversation", conversation, "there is no conversation {value} in this app")


def bookmarks(
    *,
    app: options.KnownApp,
    kind: Annotated[str | None, typer.Option("--kind", metavar="KIND", help="Only good, or only bad ones.")] = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """List bookmarks by conversation."""
    wanted = None if kind is None else cast("BookmarkKind", _choice("kind", kind, get_args(BookmarkKind)))
    after = ("", "")
    with open_app(database, app) as store:
        while found := store.bookmarks.listing(wanted, after=after):
            for one in found:
                line = f"{one.conversation_id}  {one.kind}  {one.by}  {one.note}".rstrip()
                typer.echo(msgspec.json.encode(one) if as_json else line)
            after = (found[-1].conversation_id, found[-1].by)


def settings(
    *,
    app: options.KnownApp,
    agents: Annotated[
        str | None,
        typer.Option("--agents-see", metavar="WHAT", help="audited: results of audited calls; scored: of all."),
    ] = None,
    hide_auditor: Annotated[
        bool | None, typer.Option("--hide-auditor/--show-auditor", help="Whether agents see the auditor's name.")
    ] = None,
    leaderboard: Annotated[
        bool | None,
        typer.Option(
            "--leaderboard/--no-leaderboard",
            help="Whether scorecards list agents by their scores, for everyone but agents.",
        ),
    ] = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Show or change what agents see of their own calls, and whether there is a leaderboard."""
    with open_app(database, app) as store:
        now = store.bookmarks.settings()
        if agents is not None or hide_auditor is not None or leaderboard is not None:
            sees = now.agent_sees if agents is None else _choice("value", agents, get_args(AgentSees))
            now = AuditSettings(
                agent_sees=cast("AgentSees", sees),
                hide_auditor=now.hide_auditor if hide_auditor is None else hide_auditor,
                leaderboard=now.leaderboard if leaderboard is None else leaderboard,
            )
            store.bookmarks.change_settings(now)
    name = "hidden from them" if now.hide_auditor else "shown to them"
    board = "on" if now.leaderboard else "off"
    line = f"agents see: {now.agent_sees}; the auditor is {name}; the leaderboard is {board}"
    typer.echo(msgspec.json.encode(now) if as_json else line)


def segments(
    conversation: ConversationId,
    *,
    app: options.KnownApp,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """List the segments of a conversation that a form for segments scores."""
    with open_app(database, app) as store:
        for one in store.audits.segments([conversation]).get(conversation, ()):
            form = one.form.id if one.form else None
            found = {
                "segment": one.segment,
                "handled_by": one.handler,
                "agent_id": one.agent_id,
                "form": form,
                "status": one.status,
                "score": None if one.score is None else int(one.score),
                "passed": one.passed,
            }
            line = f"{one.segment}  {one.agent_id or one.handler or '-'}  {form}  {one.status}  {found['score']}"
            typer.echo(msgspec.json.encode(found) if as_json else line)


def _choice(name: str, given: str | None, known: tuple[str, ...]) -> str:
    if given not in known:
        raise typer.BadParameter(f"invalid {name} {given!r}; choose one of: {', '.join(known)}")
    return given
