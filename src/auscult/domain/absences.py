"""Absences: the days on which a person gets nothing new, and what of theirs is offered to others."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from auscult.domain import errors
from auscult.domain.audits.assignment import Assigned
from auscult.domain.calibration.session import Session
from auscult.domain.errors import RequestError

LONGEST_NOTE = 200
LONGEST = timedelta(days=1_000)
"""The longest absence."""
MOST = 100
"""Absences of one person that have not ended."""


class NewAbsence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days on which a person is away, both included. ``person``: an e-mail address, the caller's unless given.

    ``note`` is read by that person, and by people who may read users.
    """

    since: Annotated[date, Meta(description="The first day.")]
    until: Annotated[date, Meta(description="The last day.")]
    note: Annotated[
        str, Meta(max_length=LONGEST_NOTE, description="Read by the person, and by who may read users.")
    ] = ""
    person: Annotated[
        Annotated[str, Meta(max_length=LONGEST_NOTE)] | None,
        Meta(description="E-mail address of the person; the caller's unless given."),
    ] = None


class Absence(Struct, frozen=True, kw_only=True):
    """Days on which a person is away, both included. ``by`` stated them."""

    absence_id: str
    person: str
    since: date
    until: date
    note: str
    by: str
    made_at: datetime

    def covers(self, day: date) -> bool:
        """Return whether the person is away on a day."""
        return self.since <= day <= self.until


class Offered(NamedTuple):
    """An audit that is not begun, and until when its auditor is away: someone else may take it."""

    item: Assigned
    away_until: date


class OfferedPlace(NamedTuple):
    """The place of a rater in a calibration session who has not begun and is away: someone else may rate instead."""

    session: Session
    rater: str
    away_until: date


def new_absence_id() -> str:
    """Make an id for an absence."""
    return f"ab-{uuid.uuid4().hex[:12]}"


def check_absence(wanted: NewAbsence, today: date) -> None:
    """Refuse days that are no absence to come. Raises ``RequestError`` ``absence.invalid`` with the field."""
    if wanted.until < wanted.since:
        raise invalid("until", "the last day is before the first", wanted.until.isoformat())
    if wanted.until < today:
        raise invalid("until", "the last day has passed", wanted.until.isoformat())
    if wanted.until - wanted.since > LONGEST:
        raise invalid("until", f"an absence has at most {LONGEST.days} days", wanted.until.isoformat())


def invalid(field: str, message: str, value: object = None) -> RequestError:
    """Return the error of a value that cannot be used."""
    return errors.invalid("absence.invalid", field, message, value)


Away = Mapping[str, date]
"""The people who are away on a day, by e-mail address (or the agents, by id), each with the last day of their absence."""
