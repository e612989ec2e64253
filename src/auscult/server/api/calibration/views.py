"""Views of calibration sessions in our own API, with the answers that the viewer may see at present."""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from auscult.domain.calibration.report import CalibrationReport
from auscult.domain.calibration.session import (
    MachineShown,
    OthersShown,
    RaterState,
    Reference,
    Session,
    SessionState,
    shown_raters,
    shows_machine,
    state_of,
)
from auscult.domain.operations.records import made_from
from auscult.server.rest.examples import example
from auscult.services.calibration import Calibrating

ItemState = Literal["score_now", "scored", "locked", "erased"]


class ShownItem(Struct, frozen=True, kw_only=True):
    """A conversation of a session. ``state`` is the viewer's: to score, scored, or locked for them."""

    number: int
    conversation_id: str | None
    why: str
    state: ItemState


class ShownRater(Struct, frozen=True, kw_only=True):
    """A rater and their progress."""

    name: str
    state: RaterState


class ShownAnswers(Struct, frozen=True, kw_only=True):
    """A rater's answers to one conversation, by metric id."""

    number: int
    rater: str
    answers: dict[str, str]
    comments: dict[str, str]


class ShownSession(Struct, frozen=True, kw_only=True):
    """A session. ``answers`` are those that the viewer may see at present; ``machine`` is null while it is hidden."""

    session_id: str
    name: str
    description: str
    form_id: str
    form_version: int
    state: SessionState
    machine_shown: MachineShown
    others_shown: OthersShown
    needs_reason: bool
    is_debrief: bool
    created_by: str
    created_at: datetime
    activated_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None
    items: tuple[ShownItem, ...]
    raters: tuple[ShownRater, ...]
    answers: tuple[ShownAnswers, ...]
    machine: dict[str, dict[str, str]] | None
    references: tuple[Reference, ...]


def shown(found: Session, viewer: str, calibrating: Calibrating) -> ShownSession:
    """Return the view of a session for a viewer."""
    visible = shown_raters(found, viewer)
    machine = calibrating.machine(found) if shows_machine(found, viewer) else None
    return made_from(
        ShownSession,
        found,
        machine_shown=found.machine,
        others_shown=found.others,
        items=tuple(made_from(ShownItem, each, state=item_state(found, each.number, viewer)) for each in found.items),
        raters=tuple(ShownRater(name=each.name, state=state_of(found, each)) for each in found.raters),
        answers=tuple(
            ShownAnswers(
                number=each.number,
                rater=each.rater,
                answers={one.metric_id: one.level or one.answer for one in each.sheet.answers},
                comments={one.metric_id: one.comment for one in each.sheet.answers if one.comment},
            )
            for each in found.scored
            if each.rater in visible
        ),
        machine=None if machine is None else {str(number): answers for number, answers in machine.items()},
    )


def item_state(found: Session, number: int, viewer: str) -> ItemState:
    """Return the state of a conversation of a session for a viewer."""
    item = next(each for each in found.items if each.number == number)
    if item.conversation_id is None:
        return "erased"
    rater = found.rater(viewer)
    if found.state != "active" or rater is None or rater.submitted_at is not None or rater.left_at is not None:
        return "locked"
    return "scored" if found.sheet(number, viewer) is not None else "score_now"


_AT = "2026-04-01T09:00:00Z"
SESSION: dict[str, Any] = {
    "session_id": "ca-77e1",
    "name": "April",
    "description": "",
    "form_id": "ef-billing",
    "form_version": 2,
    "state": "active",
    "machine_shown": "hidden",
    "others_shown": "all",
    "needs_reason": False,
    "is_debrief": False,
    "created_by": "mia@example.com",
    "created_at": _AT,
    "activated_at": _AT,
    "closed_at": None,
    "due_at": None,
    "items": [{"number": 1, "conversation_id": "c-7f8b1f0e", "why": "auditors differ on 2", "state": "score_now"}],
    "raters": [
        {"name": "ann@example.com", "state": "in_progress"},
        {"name": "bob@example.com", "state": "not_started"},
    ],
    "answers": [],
    "machine": None,
    "references": [],
}
example(SESSION)(ShownSession)
example(
    {
        "raters": [
            {
                "rater": "ann@example.com",
                "agreement": 0.9,
                "accuracy": 1.0,
                "na_rate": 0.1,
                "is_na_flagged": False,
                "kappa": 0.82,
                "band": "near_perfect",
                "deviates": {"em-greeting": 1},
            }
        ],
        "machine": None,
        "agreement": 0.93,
        "colour": "green",
        "consensus": 10,
        "none": 1,
        "splits": [
            {
                "number": 1,
                "metric_id": "em-greeting",
                "answers": {"ann@example.com": "YES", "bob@example.com": "NO"},
                "machine": "NO",
                "consensus": None,
                "agreement": 0.5,
                "category": "none",
                "reference": "NO",
                "reason": "A greeting names the company.",
            }
        ],
        "metrics": [{"metric_id": "em-greeting", "agreement": 0.5, "gap": "required", "splits": 1}],
    }
)(CalibrationReport)
