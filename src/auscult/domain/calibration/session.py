"""Calibration sessions from draft to close: who rates what, who sees whose answers when. Nothing here changes a score."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain import errors
from auscult.domain.audits.audit import LONGEST_COMMENT, LONGEST_NAME, AuditAnswer, Sheet, results_of, unanswered
from auscult.domain.audits.sheet import filled_sheet
from auscult.domain.errors import AccessError, ConflictError, RequestError, coded
from auscult.domain.form import Form

SessionState = Literal["draft", "active", "closed"]
RaterState = Literal["not_started", "in_progress", "submitted", "left"]
MachineShown = Literal["hidden", "after_own", "throughout"]
"""The machine's answers are hidden until all have submitted, shown to who has submitted, or shown throughout."""
OthersShown = Literal["all", "each"]
"""Other raters' answers are shown when all have submitted, or to each who has."""
ReferenceKind = Literal["expert", "consensus"]

SESSION_PREFIX = "ca-"
"""The beginning of the id of a session."""
LEAST_RATERS = 2
MOST_RATERS, MOST_ITEMS = 50, 50


class Item(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A conversation of a session, by its position from 1. ``conversation_id`` is None once it was erased."""

    number: int
    conversation_id: str | None
    why: str = ""


class Rater(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rater by e-mail address or client id."""

    name: str
    submitted_at: datetime | None = None
    left_at: datetime | None = None


class Scored(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rater's answers to one conversation."""

    number: int
    rater: str
    sheet: Sheet
    at: datetime


class Reference(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The right answer to a metric in a conversation, by an expert or by agreement in the debrief, with its reason."""

    number: int
    metric_id: str
    answer: str
    kind: ReferenceKind
    reason: str
    by: str
    at: datetime


class Session(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A calibration session. ``changes`` counts how often it was written.

    ``needs_reason``: a comment is mandatory with each answer that is not met.
    """

    session_id: str
    name: str
    description: str = ""
    form_id: str
    form_version: int
    state: SessionState = "draft"
    machine: MachineShown = "hidden"
    others: OthersShown = "all"
    needs_reason: bool = False
    items: tuple[Item, ...]
    raters: tuple[Rater, ...]
    scored: tuple[Scored, ...] = ()
    references: tuple[Reference, ...] = ()
    created_by: str
    created_at: datetime
    activated_at: datetime | None = None
    closed_at: datetime | None = None
    due_at: datetime | None = None
    changes: int = 1

    def rater(self, name: str) -> Rater | None:
        """Return a rater; None where they take no part."""
        return next((each for each in self.raters if each.name == name), None)

    def sheet(self, number: int, rater: str) -> Sheet | None:
        """Return a rater's answers to one conversation; None where there are none."""
        return next((each.sheet for each in self.scored if (each.number, each.rater) == (number, rater)), None)

    @property
    def submitted(self) -> tuple[str, ...]:
        """Return the raters who have submitted."""
        return tuple(each.name for each in self.raters if each.submitted_at is not None)

    @property
    def is_debrief(self) -> bool:
        """Return whether every rater who has not left has submitted, or the session is closed."""
        waits = any(each.submitted_at is None and each.left_at is None for each in self.raters)
        return self.state == "closed" or (self.state == "active" and bool(self.submitted) and not waits)


def new_session_id() -> str:
    """Make an id for a session."""
    return f"{SESSION_PREFIX}{uuid.uuid4()}"


def create(session: Session) -> Session:
    """Return a session that can be started. Raises ``RequestError`` ``calibration.invalid`` with the field."""
    if not 0 < len(session.name.strip()) <= LONGEST_NAME:
        raise _invalid("name", coded("a name has 1 to {n} characters", n=LONGEST_NAME), session.name)
    names = [each.name for each in session.raters]
    if not LEAST_RATERS <= len(set(names)) <= MOST_RATERS or len(set(names)) < len(names):
        raise _invalid(
            "raters", coded("name {least} to {most} raters, each once", least=LEAST_RATERS, most=MOST_RATERS), names
        )
    ids = [each.conversation_id for each in session.items]
    if not 1 <= len(set(ids)) <= MOST_ITEMS or len(set(ids)) < len(ids):
        raise _invalid("conversations", coded("choose 1 to {n} conversations, each once", n=MOST_ITEMS), ids)
    return session


def activate(session: Session, at: datetime) -> Session:
    """Open a draft to its raters. Raises ``ConflictError`` ``calibration.state``."""
    _check_state(session, "draft")
    return _changed(session, state="active", activated_at=at)


def close(session: Session, at: datetime) -> Session:
    """Close an active session: nothing is rated any more. Raises ``ConflictError`` ``calibration.state``."""
    _check_state(session, "active")
    return _changed(session, state="closed", closed_at=at)


def rate(  # noqa: PLR0913, PLR0917  (each is a fact of the step)
    session: Session, form: Form, number: int, rater: str, sheet: Sheet, at: datetime
) -> Session:
    """Keep a rater's answers to one conversation, on top of those given before; they can change until submission.

    Raises ``AccessError`` ``calibration.not_yours``; ``ConflictError`` ``calibration.state``,
    ``calibration.submitted``, ``calibration.erased``; ``RequestError`` ``item.unknown``, as ``filled_sheet`` does.
    """
    _check_rater(session, rater)
    _item(session, number)
    filled = filled_sheet(session.sheet(number, rater) or Sheet(), sheet, form)
    others = tuple(each for each in session.scored if (each.number, each.rater) != (number, rater))
    return _changed(session, scored=(*others, Scored(number=number, rater=rater, sheet=filled, at=at)))


def submit(session: Session, form: Form, rater: str, at: datetime) -> Session:
    """End a rater's part. Every conversation that is still there must be answered.

    Raises as ``rate`` does, and ``RequestError`` ``calibration.incomplete``, ``reason.missing``.
    """
    found = _check_rater(session, rater)
    missing = [
        each.number
        for each in session.items
        if each.conversation_id is not None and unanswered(form, session.sheet(each.number, rater) or Sheet())
    ]
    if missing:
        raise RequestError(
            "not answered yet: conversation {list}; answer every metric that counts",
            list=", ".join(map(str, missing)),
            code="calibration.incomplete",
            field="items",
            value=missing,
        )
    if session.needs_reason:
        _check_reasons(session, form, rater)
    return _with_rater(session, replace(found, submitted_at=at))


def leave(session: Session, rater: str, at: datetime) -> Session:
    """Remove a rater who will not go on: their answers are dropped unless submitted, and the session does not wait.

    Raises ``AccessError`` ``calibration.not_yours``; ``ConflictError`` ``calibration.state``,
    ``calibration.submitted``.
    """
    found = _check_rater(session, rater)
    kept = tuple(each for each in session.scored if each.rater != rater)
    return replace(_with_rater(session, replace(found, left_at=at)), scored=kept)


def take_place(session: Session, away: str, by: str, at: datetime) -> Session:
    """Let another person rate in place of one who has not begun, and who counts as having left.

    Raises ``ConflictError`` ``calibration.state``, ``calibration.not_offered``.
    """
    _check_state(session, "active")
    found = session.rater(away)
    if found is None or state_of(session, found) != "not_started" or session.rater(by) is not None:
        why = f"the place of {away} is not offered: they have begun or left, or {by} is a rater of the session"
        raise _conflict(session, "calibration.not_offered", why)
    left = _with_rater(session, replace(found, left_at=at))
    return replace(left, raters=(*left.raters, Rater(name=by)))


def refer(session: Session, reference: Reference, form: Form) -> Session:
    """Set the reference answer to a metric in a conversation, in place of an earlier one.

    Raises ``ConflictError`` ``calibration.not_debrief``; ``RequestError`` ``item.unknown``, ``metric.unknown``,
    ``level.unknown``, ``reason.missing``.
    """
    if not session.is_debrief:
        raise _conflict(session, "calibration.not_debrief", coded("references are set once every rater has submitted"))
    _item(session, reference.number)
    answer = AuditAnswer(
        metric_id=reference.metric_id,
        answer=reference.answer if reference.answer in {"YES", "NO", "NA"} else "YES",  # type: ignore[arg-type]
        level=None if reference.answer in {"YES", "NO", "NA"} else reference.answer,
    )
    filled_sheet(Sheet(), Sheet(answers=(answer,)), form)
    reason = reference.reason.strip()
    if not 0 < len(reason) <= LONGEST_COMMENT:
        raise RequestError("a reason is missing; say why this answer is right", code="reason.missing", field="reason")
    key = (reference.number, reference.metric_id)
    others = tuple(each for each in session.references if (each.number, each.metric_id) != key)
    return _changed(session, references=(*others, replace(reference, reason=reason)))


def erase(session: Session, conversation_ids: Collection[str]) -> Session:
    """Return the session without what it says about erased conversations; answers stay, as figures need them."""
    gone = {each.number for each in session.items if each.conversation_id in conversation_ids}
    bare = tuple(
        replace(each, sheet=Sheet(answers=tuple(replace(one, comment="") for one in each.sheet.answers)))
        if each.number in gone
        else each
        for each in session.scored
    )
    return _changed(
        session,
        items=tuple(
            replace(each, conversation_id=None, why="") if each.number in gone else each for each in session.items
        ),
        scored=bare,
        references=tuple(replace(each, reason="") if each.number in gone else each for each in session.references),
    )


def state_of(session: Session, rater: Rater) -> RaterState:
    """Return how far a rater is."""
    if rater.submitted_at is not None:
        return "submitted"
    if rater.left_at is not None:
        return "left"
    return "in_progress" if any(each.rater == rater.name for each in session.scored) else "not_started"


def shown_raters(session: Session, viewer: str) -> tuple[str, ...]:
    """Return the raters whose answers a viewer sees: their own always, others' once the session lets them."""
    own = (viewer,) if session.rater(viewer) is not None else ()
    if session.is_debrief:
        return session.submitted
    mine = session.rater(viewer)
    if session.others == "each" and mine is not None and mine.submitted_at is not None:
        return session.submitted
    return own


def shows_machine(session: Session, viewer: str) -> bool:
    """Return whether a viewer sees the machine's answers."""
    if session.machine == "throughout" or session.is_debrief:
        return True
    mine = session.rater(viewer)
    return session.machine == "after_own" and mine is not None and mine.submitted_at is not None


def hides_from(session: Session, viewer: str) -> bool:
    """Return whether a rater still has to judge blind: elsewhere, too, machine and audits are hidden from them."""
    mine = session.rater(viewer)
    if session.state != "active" or mine is None or mine.submitted_at is not None or mine.left_at is not None:
        return False
    return session.machine != "throughout"


def _check_rater(session: Session, rater: str) -> Rater:
    found = session.rater(rater)
    if found is None or found.left_at is not None:
        raise AccessError(
            "{name} takes no part in session {value}",
            name=rater,
            code="calibration.not_yours",
            field="session_id",
            value=session.session_id,
        )
    _check_state(session, "active")
    if found.submitted_at is not None:
        raise _conflict(
            session, "calibration.submitted", coded("{name} has submitted; answers stay as they are", name=rater)
        )
    return found


def _check_reasons(session: Session, form: Form, rater: str) -> None:
    bare = [
        (f"{item.number}: {one.metric.id}", f"conversation {item.number}, {one.metric.name}")
        for item in session.items
        if item.conversation_id is not None
        for one in results_of(form, session.sheet(item.number, rater) or Sheet())
        if one.adhered is False and not one.verdict.reason
    ]
    if bare:
        named = "; ".join(name for _, name in bare)
        raise RequestError(
            "a comment is missing where the answer is not met: {list}",
            list=named,
            code="reason.missing",
            field="comments",
            value=[where for where, _ in bare],
        )


def _item(session: Session, number: int) -> Item:
    found = next((each for each in session.items if each.number == number), None)
    if found is None:
        raise RequestError(
            "the session has no conversation {value}; it has 1 to {n}",
            n=len(session.items),
            code="item.unknown",
            field="number",
            value=number,
        )
    if found.conversation_id is None:
        raise _conflict(
            session, "calibration.erased", coded("conversation {id} was erased; it takes no more answers", id=number)
        )
    return found


def _with_rater(session: Session, changed: Rater) -> Session:
    raters: Sequence[Rater] = [changed if each.name == changed.name else each for each in session.raters]
    return _changed(session, raters=tuple(raters))


def _changed(session: Session, **changes: object) -> Session:
    return replace(session, changes=session.changes + 1, **changes)


def _check_state(session: Session, wanted: SessionState) -> None:
    if session.state != wanted:
        raise _conflict(
            session,
            "calibration.state",
            coded("the session is {state}, not {other}", state=coded(session.state), other=coded(wanted)),
        )


def _conflict(session: Session, code: str, why: str) -> ConflictError:
    return ConflictError(why, code=code, field="session_id", value=session.session_id)


def _invalid(field: str, message: str, value: object) -> RequestError:
    return errors.invalid("calibration.invalid", field, message, value)
