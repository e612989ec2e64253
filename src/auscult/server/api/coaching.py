"""Coaching items: written by coaches, acknowledged and answered by agents."""

from datetime import date, datetime
from typing import Annotated, Any

from litestar import Router, get, post, put
from litestar.params import JSONBody
from msgspec import Meta, Struct
from msgspec.structs import asdict, replace

from auscult.domain.audits.audit import LONGEST_COMMENT, LONGEST_NAME
from auscult.domain.coaching.item import Clip, Coaching
from auscult.domain.errors import NotFoundError
from auscult.domain.people.principal import Principal
from auscult.domain.stated import stated, text
from auscult.server.rest.context import App, Caller, Rights, Server, Services
from auscult.server.rest.guards import Scopes
from auscult.server.rest.openapi import answer, refusals
from auscult.server.rest.parameters import path_id, query
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_slow_thread, in_thread
from auscult.services.coaching.coaching import Coach, Example, Measured, NewColleague, Wanted
from auscult.storage.store import AppStore

GIVE = "coaching.give"
SCOPES = ("users:write", "audits:write")
GIVING = Scopes(*SCOPES, permission=GIVE)
READING = Scopes(*SCOPES, "audits:read", permission="conversation.read")
CoachingId = Annotated[str, path_id("The coaching item.", "co-41c7")]


class CoachingBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Coaching for one agent, or for each of several. ``metric_ids`` of ``form_id`` are measured before and after."""

    agent_ids: Annotated[tuple[str, ...], Meta(max_length=200), stated(minItems=1)]
    goal: Annotated[str, text(LONGEST_NAME)]
    metric_ids: Annotated[tuple[str, ...], Meta(max_length=20)] = ()
    form_id: str = ""
    plan: Annotated[str, text(LONGEST_COMMENT, 0)] = ""
    clips: Annotated[tuple[Clip, ...], Meta(max_length=20)] = ()
    group: str = ""
    due_on: date | None = None


class RemarkBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A remark."""

    comment: Annotated[str, text(LONGEST_COMMENT, 0)] = ""


class ReviewBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The coach's answer: the item is done, or the agent continues, which needs a comment."""

    is_done: bool
    comment: Annotated[str, text(LONGEST_COMMENT, 0)] = ""


class ConsentBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Consent of an agent to the use of their conversations as examples for others."""

    agent_id: str
    is_given: bool


class ListedCoaching(Coaching, frozen=True, kw_only=True, omit_defaults=False):
    """An item with every field."""


class ShownCoaching(ListedCoaching, frozen=True, kw_only=True):
    """An item with its metrics before and after, and examples of colleagues who consented."""

    measured: tuple[Measured, ...]
    examples: tuple[Example, ...]


class CoachingPage(Struct, frozen=True, kw_only=True):
    """Items, the newest first, at most 500."""

    items: tuple[ListedCoaching, ...]


class NewColleagues(Struct, frozen=True, kw_only=True):
    """Agents in their first weeks, the newest first."""

    items: tuple[NewColleague, ...]


_AT = "2026-04-01T09:00:00Z"
_ITEM: dict[str, Any] = {
    "coaching_id": "co-41c7",
    "agent_id": "a-7",
    "coach": "sam@example.com",
    "goal": "Name the company in the greeting",
    "metric_ids": ["em-greeting"],
    "form_id": "ef-billing",
    "plan": "One breath, two seconds.",
    "clips": [{"conversation_id": "c-7f8b1f0e", "turn_id": "m1"}],
    "due_on": "2026-04-20",
    "group": "",
    "state": "yet_to_start",
    "created_at": _AT,
    "acknowledged_at": None,
    "completed_at": None,
    "notes": [],
    "changes": 1,
}
_SHOWN: dict[str, Any] = {
    **_ITEM,
    "measured": [
        {
            "metric_id": "em-greeting",
            "before": {"value": 0.5, "low": 0.3, "high": 0.7},
            "before_n": 20,
            "after": None,
            "after_n": 0,
            "difference": None,
        }
    ],
    "examples": [],
}
_REFUSALS = {
    403: "The caller is not the agent who is coached, is their own coach, or lacks the permission.",
    409: "The item is in another state, or the same coaching is under way.",
    422: "A value cannot be used, or a comment is missing.",
}


@post(
    "/coaching",
    operation_id="create_coaching",
    summary="Coach agents",
    guards=[GIVING],
    responses={201: answer("The items.", CoachingPage, {"items": [_ITEM]}), **refusals(_REFUSALS)},
    takes=Takes("The coaching.", {"agent_ids": ["a-7"], "goal": "Name the company in the greeting"}),
)
@in_slow_thread
def create(data: JSONBody[CoachingBody], app: App, server: Server, caller: Caller) -> CoachingPage:
    """Store an item for each agent, all or none. Only coaches see a group."""
    made = coach_of(app, server).create(Wanted(**asdict(data)), caller.name)
    return CoachingPage(items=tuple(ListedCoaching(**asdict(each)) for each in made))


@get(
    "/coaching",
    operation_id="list_coaching",
    summary="List coaching",
    guards=[READING],
    responses={200: answer("Items.", CoachingPage, {"items": [_ITEM]})},
)
@in_thread
def listing(
    app: App,
    server: Server,
    rights: Rights,
    agent_id: Annotated[str | None, query("Only of this agent.")] = None,
) -> CoachingPage:
    """List coaching items: agents see their own, coaches those of the agents that they may coach."""
    found = coach_of(app, server).listing(frozenset({agent_id}) if agent_id else None)
    return CoachingPage(
        items=tuple(
            ListedCoaching(**asdict(shown_to(each, rights)))
            for each in found
            if may_see(app, each, rights, server.now())
        )
    )


@get(
    "/coaching/new-colleagues",
    operation_id="list_new_colleagues",
    summary="Agents in their first weeks",
    guards=[GIVING],
    responses={
        200: answer(
            "Agents.",
            NewColleagues,
            {
                "items": [
                    {
                        "agent_id": "a-9",
                        "name": "Kim",
                        "hired_on": "2026-03-20",
                        "share": 1.0,
                        "conversation_ids": ["c-7f8b1f0e"],
                    }
                ]
            },
        )
    },
)
@in_slow_thread
def new_colleagues(app: App, server: Server) -> NewColleagues:
    """List new agents with flagged conversations: all of the first two weeks, then fewer, after eight weeks none."""
    return NewColleagues(items=tuple(coach_of(app, server).new_colleagues()))


@put(
    "/coaching/consent",
    operation_id="set_coaching_consent",
    summary="Let colleagues listen to one's conversations",
    guards=[READING],
    status_code=204,
    responses={204: answer("Stored."), **refusals({403: _REFUSALS[403]})},
    takes=Takes("The consent.", {"agent_id": "a-7", "is_given": True}),
)
@in_slow_thread
def consent(data: JSONBody[ConsentBody], app: App, server: Server, caller: Caller, rights: Rights) -> None:
    """Store or withdraw an agent's own consent; once withdrawn, their conversations are no longer shown as examples."""
    coach_of(app, server).consent(data.agent_id, rights.agent_ids, caller.name, is_given=data.is_given)


@get(
    "/coaching/{coaching_id:str}",
    operation_id="get_coaching",
    summary="One coaching item",
    guards=[READING],
    responses={200: answer("The item.", ShownCoaching, _SHOWN)},
)
@in_slow_thread
def show(coaching_id: CoachingId, app: App, server: Server, rights: Rights) -> ShownCoaching:
    """Return the item with metrics before and after (interval and n), and examples of consenting colleagues."""
    return _shown(_seen(coaching_id, app, server, rights), app, server, rights)


@post(
    "/coaching/{coaching_id:str}/acknowledge",
    operation_id="acknowledge_coaching",
    summary="Start a coaching",
    guards=[READING],
    status_code=200,
    responses={200: answer("The item.", ShownCoaching, _SHOWN), **refusals({403: _REFUSALS[403], 409: _REFUSALS[409]})},
)
@in_slow_thread
def acknowledge(coaching_id: CoachingId, app: App, server: Server, rights: Rights) -> ShownCoaching:
    """Record that the agent has read the item and is working on it."""
    _seen(coaching_id, app, server, rights)
    return _shown(coach_of(app, server).acknowledge(coaching_id, rights.agent_ids), app, server, rights)


@post(
    "/coaching/{coaching_id:str}/finish",
    operation_id="finish_coaching",
    summary="Mark a coaching as done",
    guards=[READING],
    status_code=200,
    responses={200: answer("The item.", ShownCoaching, _SHOWN), **refusals(_REFUSALS)},
    takes=Takes("A remark.", {"comment": "Done in the last ten."}),
)
@in_slow_thread
def finish(
    coaching_id: CoachingId, data: JSONBody[RemarkBody], app: App, server: Server, caller: Caller, rights: Rights
) -> ShownCoaching:
    """Mark the item as done by the agent; the coach reviews it next."""
    _seen(coaching_id, app, server, rights)
    done = coach_of(app, server).finish(coaching_id, rights.agent_ids, caller.name, data.comment)
    return _shown(done, app, server, rights)


@post(
    "/coaching/{coaching_id:str}/review",
    operation_id="review_coaching",
    summary="Complete a coaching, or give it back",
    guards=[GIVING],
    status_code=200,
    responses={200: answer("The item.", ShownCoaching, _SHOWN), **refusals(_REFUSALS)},
    takes=Takes("The answer.", {"is_done": True, "comment": "Well done."}),
)
@in_slow_thread
def review(
    coaching_id: CoachingId, data: JSONBody[ReviewBody], app: App, server: Server, caller: Caller, rights: Rights
) -> ShownCoaching:
    """Complete the item, or return it with a remark. Coaches cannot complete items about themselves."""
    _seen(coaching_id, app, server, rights)
    done = coach_of(app, server).review(coaching_id, rights.agent_ids, caller.name, data.comment, is_done=data.is_done)
    return _shown(done, app, server, rights)


@post(
    "/coaching/{coaching_id:str}/notes",
    operation_id="note_coaching",
    summary="Add a remark to a coaching",
    guards=[READING],
    status_code=200,
    responses={200: answer("The item.", ShownCoaching, _SHOWN), **refusals(_REFUSALS)},
    takes=Takes("A remark.", {"comment": "Shall I name the department, too?"}),
)
@in_slow_thread
def note(
    coaching_id: CoachingId, data: JSONBody[RemarkBody], app: App, server: Server, caller: Caller, rights: Rights
) -> ShownCoaching:
    """Add a remark of the agent or of a coach."""
    _seen(coaching_id, app, server, rights)
    done = coach_of(app, server).reply(coaching_id, rights.agent_ids, caller.name, data.comment)
    return _shown(done, app, server, rights)


def coach_of(app: AppStore, server: Services) -> Coach:
    """Return the coaching service of an app."""
    return Coach(app, server.now)


def may_see(app: AppStore, item: Coaching, rights: Principal, at: datetime) -> bool:
    """Return whether a caller sees an item: the agent, its coach, and coaches whose permission reaches the agent.

    Teams and queues reach the agents who belong to them at an instant.
    """
    if item.agent_id in rights.agent_ids or item.coach == rights.name:
        return True
    if not rights.may(GIVE):
        return False
    reach = rights.visibility(GIVE)
    if reach.is_everything or item.agent_id in reach.agents:
        return True
    members = app.people.directory.memberships()
    queues = {each.casefold() for each in reach.queues}
    return any(
        each.agent_id == item.agent_id
        and each.holds(at)
        and (each.group_id in reach.teams if each.kind == "team" else each.group_id.casefold() in queues)
        for each in members
    )


def shown_to(item: Coaching, rights: Principal) -> Coaching:
    """Return an item as a caller sees it: agents do not see groups."""
    return replace(item, group="") if item.agent_id in rights.agent_ids else item


def _seen(coaching_id: str, app: AppStore, server: Services, rights: Principal) -> Coaching:
    found = coach_of(app, server).get(coaching_id)
    if not may_see(app, found, rights, server.now()):
        raise NotFoundError(
            f"unknown coaching {coaching_id!r}", code="coaching.unknown", field="coaching_id", value=coaching_id
        )
    return found


def _shown(item: Coaching, app: AppStore, server: Services, rights: Principal) -> ShownCoaching:
    service = coach_of(server.store.within(app.tenant), server)
    return ShownCoaching(
        **asdict(shown_to(item, rights)),
        measured=service.measure(item),
        examples=tuple(service.examples(item)),
    )


HANDLERS: tuple[Any, ...] = (create, listing, new_colleagues, consent, show, acknowledge, finish, review, note)
ROUTER = Router("/", route_handlers=HANDLERS)
