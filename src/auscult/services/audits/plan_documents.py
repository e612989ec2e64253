"""Reads plans as people write them: YAML or JSON, with days or instants."""

import re
from datetime import UTC, date, datetime
from typing import Any, cast

import msgspec

from auscult.domain.audits.plan import PlanDocument, check_plan
from auscult.domain.errors import coded, invalid
from auscult.domain.schedules.instants import in_utc, read_instant

_FIELD = re.compile(r" - at `\$\.?(?P<path>.*)`$")


def plan_of(value: dict[str, Any]) -> PlanDocument:
    """Return the plan that plain values describe. Raises ``RequestError`` ``plan.invalid`` with the field.

    A seed that is a whole number counts as its digits: ``seed: 7`` in YAML is a number.
    """
    seed: object = value.get("seed")
    if isinstance(seed, int) and not isinstance(seed, bool):
        value = {**value, "seed": str(seed)}
    frame: object = value.get("frame")
    if isinstance(frame, dict):
        known = cast("dict[str, Any]", frame)
        ends = {name: _instant(known[name], f"frame.{name}") for name in ("since", "until") if name in known}
        value = {**value, "frame": known | ends}
    try:
        return check_plan(msgspec.convert(value, PlanDocument))
    except msgspec.ValidationError as error:
        found = _FIELD.search(str(error))
        field = found["path"] if found else ""
        message = str(error)[: found.start()] if found else str(error)
        missing = re.search(r"`(\w+)`", message)
        path = ".".join(part for part in (field, missing[1] if missing else "") if part)
        raise invalid("plan.invalid", path or "plan", message) from error


def _instant(given: object, field: str) -> datetime:
    """Return an instant in UTC; a day is its beginning, and without a zone it is UTC."""
    if isinstance(given, date) and not isinstance(given, datetime):
        return datetime(given.year, given.month, given.day, tzinfo=UTC)
    try:
        return in_utc(given) if isinstance(given, datetime) else read_instant(str(given))
    except ValueError as error:
        message = coded("{value!r} is no instant; give 2026-03-23 or 2026-03-23T10:17:54Z", value=given)
        raise invalid("plan.invalid", field, message, given) from error
