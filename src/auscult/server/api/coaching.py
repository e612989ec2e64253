"""Coaching items: written by coaches, acknowledged and answered by agents."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Meta, Struct
from msgspec.structs import asdict, replace

from auscult.domain.audits.audit import LONGEST_COMMENT
from auscult.domain.coaching.item import Coaching
from auscult.domain.errors import unknown
from auscult.domain.people.principal import Principal
from auscult.domain.stated import text
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Caller, Rights, Use
from auscult.server.rest.examples import example
from auscult.server.rest.guards import Scopes
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import path_id, query
from auscult.services.coaching.coaching import Coach, Example, Measured, NewColleague, Wanted
from auscult.services.conversations.latest import Sought, newest
from auscult.storage.store import AppStore

GIVE = "coaching.give"
SCOPES = ("users:write", "audits:write")
GIVING = Scopes(*SCOPES, permission=GIVE)
_MOST_LISTED = 500
READING = Scopes(*SCOPES, "audits:read", permission="conversation.read")
CoachingId = Annotated[str, path_id("The coaching item.", "co-41c7")]


@example({"agent_ids": ["a-7"], "goal": "Name the company in the greeting"})
class CoachingBody(Wanted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Coaching for one agent, or for each of several. ``metric_ids`` of ``form_id`` are measured before and after."""


@example({"comment": "Done in the last ten."})
class RemarkBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A remark."""

    comment: Annotated[str, text(LONGEST_COMMENT, 0), Meta(description="A remark.")] = ""


@example({"comment": "Shall I name the department, too?"})
class NoteBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A remark to add."""

    comment: Annotated[str, text(LONGEST_COMMENT), Meta(description="The remark.")]


@example({"is_done": True, "comment": "Well done."})
class ReviewBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The coach's answer: the item is done, or the agent continues, which needs a comment."""

    is_done: Annotated[bool, Meta(description="The item is done; else the agent continues.")]
    comment: Annotated[str, text(LONGEST_COMMENT, 0), Meta(description="A remark; what is left to do.")] = ""


@example({"agent_id": "a-7", "is_given": True})
class ConsentBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Consent of an agent to the use of their conversations as examples for others."""

    agent_id: Annotated[str, Meta(description="The agent, who is the caller.")]
    is_given: Annotated[bool, Meta(description="Colleagues may listen.")]


class ListedCoaching(Coaching, frozen=True, kw_only=True, omit_defaults=False):
    """An item with every field."""


class ShownCoaching(ListedCoaching, frozen=True, kw_only=True):
    """An item with its metrics before and after, and examples of colleagues who consented."""

    measured: tuple[Measured, ...]
    examples: tuple[Example, ...]


CoachingPage = Annotated[Items[ListedCoaching], Called("CoachingPage", "Items, the newest first, at most 500.")]


example(
    {
        "agent_id": "a-9",
        "name": "Kim",
        "hired_on": "2026-03-20",
        "share": 1.0,
        "conversation_ids": ["c-7f8b1f0e"],
    }
)(NewColleague)
NewColleagues = Annotated[
    Items[NewColleague], Called("NewColleagues", "Agents in their first weeks, the newest first.")
]


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
example(
    {
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
)(ShownCoaching)
Coaches = Use[Coach]
Seen = Use[Callable[[str], Coaching]]
Shown = Use[Callable[[Coaching], ShownCoaching]]
_REFUSALS = {
    403: "The caller is not the agent who is coached, is their own coach, or lacks the permission.",
    409: "The item is in another state, or the same coaching is under way.",
    422: "A value cannot be used, or a comment is missing.",
}
example(_ITEM)(ListedCoaching)


@operation.post("/coaching", may=GIVING, status=201, refuses=_REFUSALS, command="coaching create", arguments=("goal",))
def create_coaching(
    data: JSONBody[CoachingBody], coach: Coaches, caller: Caller, app: App, server: Basis, rights: Rights
) -> CoachingPage:
    """Coach agents. Each gets an item, all or none. Only coaches see a group."""
    check_reach(app, data.agent_ids, rights, server.now())
    made = coach.create(data, caller.name)
    return Items(items=tuple(ListedCoaching(**asdict(each)) for each in made))


@operation.get(
    "/coaching", may=READING, command="coaching list", columns=("coaching_id", "agent_id", "goal", "state", "due_on")
)
def list_coaching(
    app: App,
    server: Basis,
    rights: Rights,
    agent_id: Annotated[str | None, query("Only of this agent.")] = None,
) -> CoachingPage:
    """List coaching. Agents see their own items, coaches those of the agents that they may coach."""
    found = visible(app, app.coaching.listing(frozenset({agent_id}) if agent_id else None), rights, server.now())
    return Items(items=tuple(ListedCoaching(**asdict(shown_to(each, rights))) for each in found[:_MOST_LISTED]))


@operation.get(
    "/coaching/new-colleagues",
    may=GIVING,
    summary="Agents in their first weeks",
    is_slow=True,
    command="coaching new-colleagues",
)
def list_new_colleagues(coach: Coaches) -> NewColleagues:
    """List new agents with flagged conversations: all of the first two weeks, then fewer, after eight weeks none."""
    return Items(items=tuple(coach.new_colleagues()))


@operation.put(
    "/coaching/consent", may=READING, refuses={403: _REFUSALS[403]}, command="coaching consent", arguments=("agent_id",)
)
def set_coaching_consent(data: JSONBody[ConsentBody], coach: Coaches, rights: Rights) -> None:
    """Let colleagues listen to one's conversations. Once withdrawn, they are no longer shown as examples."""
    coach.consent(data.agent_id, rights.agent_ids, rights.name, is_given=data.is_given)


@operation.get(
    "/coaching/{coaching_id}", may=READING, summary="One coaching item", is_slow=True, command="coaching show"
)
def get_coaching(coaching_id: CoachingId, seen: Seen, shown: Shown) -> ShownCoaching:
    """Return the item with metrics before and after (interval and n), and examples of consenting colleagues."""
    return shown(seen(coaching_id))


@operation.post(
    "/coaching/{coaching_id}/acknowledge",
    may=READING,
    refuses={403: _REFUSALS[403], 409: _REFUSALS[409]},
    command="coaching acknowledge",
)
def acknowledge_coaching(
    coaching_id: CoachingId, coach: Coaches, seen: Seen, shown: Shown, rights: Rights
) -> ShownCoaching:
    """Start a coaching. The agent has read the item and is working on it."""
    seen(coaching_id)
    return shown(coach.acknowledge(coaching_id, rights.agent_ids))


@operation.post("/coaching/{coaching_id}/finish", may=READING, refuses=_REFUSALS, command="coaching finish")
def finish_coaching(
    coaching_id: CoachingId, data: JSONBody[RemarkBody], coach: Coaches, seen: Seen, shown: Shown, rights: Rights
) -> ShownCoaching:
    """Mark a coaching as done. The agent does; the coach reviews it next."""
    seen(coaching_id)
    return shown(coach.finish(coaching_id, rights.agent_ids, rights.name, data.comment))


@operation.post("/coaching/{coaching_id}/review", may=GIVING, refuses=_REFUSALS, command="coaching review")
def review_coaching(
    coaching_id: CoachingId, data: JSONBody[ReviewBody], coach: Coaches, seen: Seen, shown: Shown, rights: Rights
) -> ShownCoaching:
    """Complete a coaching, or give it back. Then it has a remark. Coaches cannot complete items about themselves."""
    seen(coaching_id)
    return shown(coach.review(coaching_id, rights.agent_ids, rights.name, data.comment, is_done=data.is_done))


@operation.post(
    "/coaching/{coaching_id}/notes", may=READING, refuses=_REFUSALS, command="coaching note", arguments=("comment",)
)
def note_coaching(
    coaching_id: CoachingId, data: JSONBody[NoteBody], coach: Coaches, seen: Seen, shown: Shown, rights: Rights
) -> ShownCoaching:
    """Add a remark to a coaching. The agent and coaches may."""
    seen(coaching_id)
    return shown(coach.reply(coaching_id, rights.agent_ids, rights.name, data.comment))


def coach_of(app: App, server: Basis) -> Coach:
    """Return the coaching service of an app."""
    return Coach(app, server.now)


def visible(app: AppStore, items: Iterable[Coaching], rights: Principal, at: datetime) -> list[Coaching]:
    """Return the items that a caller sees: as their agent, as their coach, or as one whose permission reaches the agent."""
    reached = _reached(app, rights, at)
    return [
        each
        for each in items
        if each.agent_id in rights.agent_ids or each.coach == rights.name or reached(each.agent_id)
    ]


def check_reach(app: AppStore, agent_ids: Iterable[str], rights: Principal, at: datetime) -> None:
    """Refuse to coach agents who are not reached, as if they did not exist. Raises ``NotFoundError`` ``agent.unknown``."""
    reached, shown_app = _reached(app, rights, at), app.seen_by(rights.visibility(GIVE))
    for each in agent_ids:
        if not reached(each) and not newest(shown_app, Sought(agents=(each,)), 1):
            raise unknown("agent", each, "unknown agent {value!r}", field="agent_ids")


def _reached(app: AppStore, rights: Principal, at: datetime) -> Callable[[str], bool]:
    """Return whether the permission to coach reaches an agent, also by a team or queue of theirs at an instant."""
    reach = rights.visibility(GIVE)
    if reach.is_everything:
        return lambda _agent_id: True
    queues = {each.casefold() for each in reach.queues}
    members = {
        each.agent_id
        for each in (app.people.directory.memberships() if queues or reach.teams else ())
        if each.holds(at)
        and (each.group_id in reach.teams if each.kind == "team" else each.group_id.casefold() in queues)
    }
    return (members | reach.agents).__contains__


def shown_to(item: Coaching, rights: Principal) -> Coaching:
    """Return an item as a caller sees it: agents do not see groups."""
    return replace(item, group="") if item.agent_id in rights.agent_ids else item


def seen(coach: Coaches, app: App, server: Basis, rights: Rights) -> Callable[[str], Coaching]:
    """Return the function that finds an item which the caller sees. It raises ``NotFoundError`` ``coaching.unknown``."""

    def find(coaching_id: str) -> Coaching:
        found = coach.get(coaching_id)
        if not visible(app, [found], rights, server.now()):
            raise unknown("coaching", coaching_id, "unknown coaching {value!r}")
        return found

    return find


def shown(app: App, server: Basis, rights: Rights) -> Callable[[Coaching], ShownCoaching]:
    """Return the function that shows the caller an item, with figures of all of the app."""

    def show(item: Coaching) -> ShownCoaching:
        whole = coach_of(server.store.within(app.tenant), server)
        return ShownCoaching(
            **asdict(shown_to(item, rights)), measured=whole.measure(item), examples=tuple(whole.examples(item))
        )

    return show


ROUTER = operation.router(__name__, coach=coach_of, seen=seen, shown=shown)
