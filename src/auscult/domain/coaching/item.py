"""Coaching items from creation to completion: the coach writes, the agent acknowledges, both see what changed."""

import uuid
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain import errors
from auscult.domain.audits.audit import LONGEST_COMMENT, LONGEST_NAME
from auscult.domain.errors import AccessError, ConflictError, RequestError, coded
from auscult.domain.statistics.draws import permanent_number

CoachingState = Literal["yet_to_start", "in_progress", "pending_agent_review", "pending_supervisor_review", "completed"]
Side = Literal["agent", "coach"]

MOST_CLIPS, MOST_AGENTS = 20, 200
WHOLE_WEEKS, FADED_WEEKS = 2, 8
"""Weeks after hiring in which every conversation is flagged, and after which none is."""


class Clip(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of a conversation: one turn, or all of it. ``conversation_id`` is None once it was erased."""

    conversation_id: str | None
    turn_id: str | None = None
    note: str = ""


class Note(Struct, frozen=True, kw_only=True):
    """A remark of the agent or the coach."""

    by: str
    side: Side
    at: datetime
    text: str


class Coaching(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One agent's coaching on one behaviour. ``group`` names a group that the agent does not see.

    ``goal``, ``plan`` and the texts of ``notes`` are empty once a conversation among ``clips`` was erased.

    Before and after are the weeks on both sides of ``started_at``; ``acknowledged_at`` is when the agent read it.
    """

    coaching_id: str
    agent_id: str
    coach: str
    goal: str
    metric_ids: tuple[str, ...] = ()
    form_id: str = ""
    plan: str = ""
    clips: tuple[Clip, ...] = ()
    group: str = ""
    due_on: date | None = None
    state: CoachingState = "yet_to_start"
    created_at: datetime
    acknowledged_at: datetime | None = None
    completed_at: datetime | None = None
    notes: tuple[Note, ...] = ()
    changes: int = 1

    @property
    def is_active(self) -> bool:
        """Return whether it is not completed."""
        return self.state != "completed"

    def is_late(self, on: date) -> bool:
        """Return whether its date has passed."""
        return self.is_active and self.due_on is not None and self.due_on < on


def new_coaching_id() -> str:
    """Make an id for a coaching item."""
    return f"co-{uuid.uuid4()}"


def check(item: Coaching) -> Coaching:
    """Return an item that can be stored. Raises ``RequestError`` ``coaching.invalid`` with the field."""
    if not 0 < len(item.goal.strip()) <= LONGEST_NAME:
        raise _invalid("goal", coded("a goal has 1 to {n} characters", n=LONGEST_NAME), item.goal)
    if len(item.plan) > LONGEST_COMMENT:
        raise _invalid("plan", coded("a plan has at most {n} characters", n=LONGEST_COMMENT), len(item.plan))
    if len(item.clips) > MOST_CLIPS:
        raise _invalid("clips", coded("name at most {n}", n=MOST_CLIPS), len(item.clips))
    if item.due_on is not None and item.due_on < item.created_at.date():
        raise _invalid("due_on", coded("the date has passed"), item.due_on.isoformat())
    if bool(item.metric_ids) != bool(item.form_id):
        raise _invalid(
            "form_id", coded("metrics need the form that measures them, and a form needs metrics"), item.form_id
        )
    return item


def acknowledge(item: Coaching, agent_ids: frozenset[str], at: datetime) -> Coaching:
    """Start it, or go on after the coach's answer. Only the agent may. Raises ``ConflictError`` ``coaching.state``."""
    _check_agent(item, agent_ids)
    _check_state(item, "yet_to_start", "pending_agent_review")
    return _changed(item, state="in_progress", acknowledged_at=item.acknowledged_at or at)


def finish(item: Coaching, agent_ids: frozenset[str], by: str, text: str, at: datetime) -> Coaching:
    """Mark it as done, for the coach to check. Only the agent may. Raises ``ConflictError`` ``coaching.state``."""
    _check_agent(item, agent_ids)
    _check_state(item, "in_progress")
    after = _changed(item, state="pending_supervisor_review")
    return _noted(after, by, "agent", text, at) if text.strip() else after


def review(  # noqa: PLR0913  (each is a fact of the step)
    item: Coaching, agent_ids: frozenset[str], by: str, text: str, at: datetime, *, is_done: bool
) -> Coaching:
    """Complete it, or give it back to the agent with a remark, which is then needed.

    Raises ``AccessError`` ``coaching.own``; ``ConflictError`` ``coaching.state``; ``RequestError`` ``comment.missing``.
    """
    if item.agent_id in agent_ids:
        raise AccessError(
            "nobody completes their own coaching; a supervisor does",
            code="coaching.own",
            field="coaching_id",
            value=item.coaching_id,
        )
    if is_done:
        _check_state(item, "in_progress", "pending_supervisor_review", "pending_agent_review")
        after = _changed(item, state="completed", completed_at=at)
        return _noted(after, by, "coach", text, at) if text.strip() else after
    _check_state(item, "in_progress", "pending_supervisor_review")
    return _noted(_changed(item, state="pending_agent_review"), by, "coach", text, at)


def reply(item: Coaching, agent_ids: frozenset[str], by: str, text: str, at: datetime) -> Coaching:
    """Add a remark. Raises ``ConflictError`` ``coaching.state``; ``RequestError`` ``comment.missing``."""
    if not item.is_active:
        raise _state(item, coded("it is completed, and takes no more remarks"))
    side: Side = "agent" if item.agent_id in agent_ids else "coach"
    return _noted(_changed(item), by, side, text, at)


def erase(item: Coaching, conversation_ids: Collection[str]) -> Coaching:
    """Return the item without erased conversations, and without texts, which may name their customers."""
    clips = tuple(
        Clip(conversation_id=None) if each.conversation_id in conversation_ids else replace(each, note="")
        for each in item.clips
    )
    notes = tuple(replace(each, text="") for each in item.notes)
    return _changed(item, clips=clips, goal="", plan="", notes=notes)


def flag_share(hired_on: date, on: date) -> float:
    """Return which share of an agent's conversations of a day is flagged: all at first, then fewer, then none."""
    weeks = (on - hired_on) / timedelta(weeks=1)
    if weeks < 0 or weeks >= FADED_WEEKS:
        return 0.0
    return min(1.0, (FADED_WEEKS - weeks) / (FADED_WEEKS - WHOLE_WEEKS))


def is_flagged(conversation_id: str, hired_on: date, on: date) -> bool:
    """Return whether a conversation of a new colleague is flagged; the same one always is, or is not."""
    return permanent_number("new colleague", conversation_id) < flag_share(hired_on, on)


def _check_agent(item: Coaching, agent_ids: frozenset[str]) -> None:
    if item.agent_id not in agent_ids:
        raise AccessError(
            "only the agent who is coached does this",
            code="coaching.not_yours",
            field="coaching_id",
            value=item.coaching_id,
        )


def _check_state(item: Coaching, *wanted: CoachingState) -> None:
    if item.state not in wanted:
        raise _state(item, f"it is {item.state.replace('_', ' ')}, not {' or '.join(wanted).replace('_', ' ')}")


def _state(item: Coaching, why: str) -> ConflictError:
    return ConflictError(why, code="coaching.state", field="coaching_id", value=item.coaching_id)


def _noted(item: Coaching, by: str, side: Side, text: str, at: datetime) -> Coaching:
    bare = text.strip()
    if not bare:
        raise RequestError("a remark is missing; say what is to be done", code="comment.missing", field="comment")
    if len(bare) > LONGEST_COMMENT:
        raise RequestError(
            "a remark has at most {n} characters", n=LONGEST_COMMENT, code="comment.too_long", field="comment"
        )
    return replace(item, notes=(*item.notes, Note(by=by, side=side, at=at, text=bare)))


def _changed(item: Coaching, **changes: object) -> Coaching:
    return replace(item, changes=item.changes + 1, **changes)


def _invalid(field: str, message: str, value: object) -> RequestError:
    return errors.invalid("coaching.invalid", field, message, value)
