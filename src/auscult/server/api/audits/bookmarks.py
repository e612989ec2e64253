"""Bookmarks of good and bad calls, segments of conversations, and the settings that decide what agents see."""

from datetime import datetime
from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.audits.audit import AuditState, state_of
from auscult.domain.audits.bookmark import AgentSees, AuditSettings, Bookmark, BookmarkKind, check_note
from auscult.domain.errors import not_evaluated
from auscult.domain.evaluation import Status
from auscult.domain.form import Handler
from auscult.domain.operations.records import made_from
from auscult.server.api.scoring import evaluations
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.examples import example
from auscult.server.rest.guards import Scopes, reading
from auscult.server.rest.lists import Called, Items, Page
from auscult.server.rest.parameters import ConversationId, Cursor, Limit, query
from auscult.services.audits.blind import hidden_from, kept_from, kept_from_agents

MARKING = Scopes("audits:write", permission="audit.read")
SETTING = Scopes("audits:write", permission="settings.manage", reach="app")


@example({"kind": "good", "note": "A model opening."})
class BookmarkBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mark of a good or a bad call, with a note."""

    kind: Annotated[BookmarkKind, Meta(description="A good or a bad call.")]
    note: Annotated[str, Meta(max_length=10_000, description="Why.")] = ""


BookmarkPage = Annotated[Page[Bookmark], Called("BookmarkPage")]


@example({"agent_sees": "audited", "hide_auditor": True})
class SettingsBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Results that agents see of their own calls (``audited``: of audited ones, ``scored``: of all).

    With ``leaderboard``, scorecards list agents by their scores, the best first, for everyone but agents.
    """

    agent_sees: Annotated[AgentSees, Meta(description="Results of audited calls, or of all.")] = "scored"
    hide_auditor: Annotated[bool, Meta(description="Whether the auditor's name is hidden from agents.")] = False
    leaderboard: Annotated[
        bool, Meta(description="Whether scorecards list agents by their scores, for everyone but agents.")
    ] = False


class ShownSegment(Struct, frozen=True, kw_only=True):
    """A segment of a conversation: its handler, evaluation and audit. ``is_shown``: reports show this one."""

    segment: int
    handled_by: Handler | None
    agent_id: str | None
    is_shown: bool
    form: evaluations.ShownForm | None
    status: Status
    score: int | None
    passed: bool | None
    audit: AuditState
    evaluated_at: datetime


SegmentList = Annotated[
    Items[ShownSegment],
    Called(
        "SegmentList",
        "The segments of a conversation that a form for segments scores; none if no such form applies to it.",
    ),
]


example(
    {
        "conversation_id": "c-7f8b1f0e",
        "by": "ann@example.com",
        "kind": "good",
        "note": "A model opening.",
        "at": "2026-04-01T09:00:00Z",
    }
)(Bookmark)
_SEGMENT: dict[str, Any] = {
    "segment": 2,
    "handled_by": "human",
    "agent_id": "a-7",
    "is_shown": True,
    "form": {"id": "ef-billing", "version": 2, "name": "Billing calls"},
    "status": "evaluated",
    "score": 80,
    "passed": True,
    "audit": "not_assigned",
    "evaluated_at": "2026-04-01T09:00:00Z",
}
example(_SEGMENT)(ShownSegment)


@operation.put("/conversations/{conversation_id}/bookmark", may=MARKING, command="audits bookmark")
def set_bookmark(
    conversation_id: ConversationId, data: JSONBody[BookmarkBody], app: App, server: Basis, rights: Rights
) -> Bookmark:
    """Bookmark a conversation. It is an example of a good or a bad call; the caller's earlier mark is replaced."""
    made = Bookmark(
        conversation_id=conversation_id,
        by=rights.name,
        kind=data.kind,
        note=check_note(data.note),
        at=server.now(),
    )
    if not app.bookmarks.put(made):
        raise not_evaluated(conversation_id)
    return made


@operation.delete("/conversations/{conversation_id}/bookmark", may=MARKING, command="audits unbookmark")
def remove_bookmark(conversation_id: ConversationId, app: App, rights: Rights) -> None:
    """Remove a bookmark. It is the caller's own, if there is one."""
    app.bookmarks.remove(conversation_id, rights.name)


@operation.get(
    "/bookmarks", may=reading("audits"), command="audits bookmarks", columns=("conversation_id", "kind", "by", "note")
)
def list_bookmarks(
    app: App,
    rights: Rights,
    kind: Annotated[BookmarkKind | None, query("Only of this kind.")] = None,
    by: Annotated[str | None, query("Only of this person.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> BookmarkPage:
    """List bookmarks. By conversation id, then person. Bookmarks of auditors hidden from the caller are left out."""
    after = read_cursor(cursor, tuple[str, str]) or ("", "")
    found = app.bookmarks.listing(kind, by, after, limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return Page(
        items=tuple(
            each
            for each in found[:limit]
            if each.by == rights.name
            or "others" not in hidden_from(app, rights.name, each.conversation_id, rights.agent_ids)
        ),
        next_cursor=write_cursor(last.conversation_id, last.by) if last else None,
    )


@operation.get(
    "/conversations/{conversation_id}/segments",
    may=reading("conversations"),
    summary="Segments of a conversation",
    command="audits segments",
)
def list_segments(conversation_id: ConversationId, app: App, rights: Rights) -> SegmentList:
    """List the segments that a form for segments scores, with the score and the audit of each."""
    case = app.audits.case(conversation_id)
    if case is None:
        raise not_evaluated(conversation_id)
    hidden = hidden_from(app, rights.name, conversation_id, rights.agent_ids)
    settings = kept_from_agents(app, rights.visibility())
    is_kept = "machine" in hidden | kept_from(settings, state_of(case.audit), hidden)
    audits: dict[int, AuditState] = {
        one.assignment.segment: state_of(one.audit)
        for one in app.audits.all_of(conversation_id)
        if one.assignment.role == "audit" and "others" not in hidden
    }
    return Items(
        items=tuple(
            made_from(
                ShownSegment,
                one,
                handled_by=one.handler,
                agent_id=None if "agent" in hidden else one.agent_id,
                is_shown=one.segment == case.evaluation.segment,
                form=evaluations.ShownForm(id=one.form.id, version=one.form.version, name=one.form.name)
                if one.form
                else None,
                score=None if is_kept or one.score is None else int(one.score),
                passed=None if is_kept else one.passed,
                audit=audits.get(one.segment, "not_assigned"),
            )
            for one in app.audits.segments([conversation_id]).get(conversation_id, ())
        )
    )


@operation.get("/audit-settings", may=reading("audits"), summary="Settings of audits", command="audits settings")
def get_audit_settings(app: App) -> AuditSettings:
    """Return the app's settings: results that agents see, whether the auditor is hidden, and the leaderboard."""
    return app.bookmarks.settings()


@operation.put(
    "/audit-settings",
    may=SETTING,
    example={"agent_sees": "audited", "hide_auditor": True, "leaderboard": False},
    command="audits settings",
    changes=True,
    named={"agent_sees": "agents-see WHAT", "hide_auditor": "hide-auditor/--show-auditor"},
)
def set_audit_settings(data: JSONBody[SettingsBody], app: App) -> AuditSettings:
    """Change the settings of audits. They apply from the next request on."""
    made = AuditSettings(agent_sees=data.agent_sees, hide_auditor=data.hide_auditor, leaderboard=data.leaderboard)
    app.bookmarks.change_settings(made)
    return made


ROUTER = operation.router(__name__)
