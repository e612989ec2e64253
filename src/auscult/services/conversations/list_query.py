"""Addresses of the list of conversations, and saved views of it, as what they select."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo

from auscult.domain.errors import RequestError
from auscult.domain.evaluation import Qualification
from auscult.domain.said.search import parse
from auscult.services.conversations.audited import TASKS, AssignmentSought, CheckSought
from auscult.services.conversations.latest import AUDITS, OUTCOMES, Sought

Query = Mapping[str, Sequence[str]]
"""Parameters of an address, each with its values."""

PERIODS = ("7", "30", "90")
"""Days that ``days`` may be."""


BY_ASSIGNMENT = ("plan", "draw", "auditor", "task", "ended")
BY_CHECK = ("checked", "machine", "person", "agrees")
"""Parameters that select by assignments, and by the answers of audits: for those who may read audits."""
NOBODY = "-"
"""Value of ``auditor`` for assignments that are nobody's yet."""
ANSWERS: tuple[Qualification, ...] = ("YES", "NO", "NA")


def read_query(query: Query, at: datetime, timezone: tzinfo = UTC) -> Sought:
    """Return which conversations a query selects at an instant; ``timezone`` is that of its days.

    Raises ``RequestError`` ``date.invalid``; ``search.invalid`` for words that cannot be searched for.
    """
    since, until = _day(query, "since", timezone), _day(query, "until", timezone)
    days = _first(query, "days")
    if days in PERIODS and since is None:
        since = at - timedelta(days=int(days))
    return Sought(
        since=since,
        until=until,
        channels=tuple(each for each in ("voice", "chat") if each in query.get("channel", ())),
        directions=tuple(each for each in ("inbound", "outbound") if each in query.get("direction", ())),
        queues=_all(query, "queue"),
        agents=_all(query, "agent"),
        outcomes=tuple(each for each in OUTCOMES if each in query.get("outcome", ())),
        met=_all(query, "met"),
        missed=_all(query, "missed"),
        intents=_all(query, "intent"),
        audits=tuple(each for each in AUDITS if each in query.get("audit", ())),
        asked=_all(query, "asked"),
        assignment=_assignment(query, at, timezone),
        check=_check(query),
        said=parse(words) if (words := _first(query, "q")) else None,
    )


def _assignment(query: Query, at: datetime, timezone: tzinfo) -> AssignmentSought | None:
    if not any(query.get(each) for each in BY_ASSIGNMENT):
        return None
    auditor = _first(query, "auditor")
    return AssignmentSought(
        plan_id=_first(query, "plan"),
        draw_id=_first(query, "draw"),
        rater=("" if auditor == NOBODY else auditor) if auditor else None,
        tasks=tuple(each for each in TASKS if each in query.get("task", ())),
        since=_day(query, "ended", timezone),
        at=at,
    )


def _check(query: Query) -> CheckSought | None:
    metric_id = _first(query, "checked")
    if not metric_id:
        return None
    agrees = _first(query, "agrees")
    return CheckSought(
        metric_id=metric_id,
        machine=tuple(each for each in ANSWERS if each in query.get("machine", ())),
        person=tuple(each for each in ANSWERS if each in query.get("person", ())),
        agrees=agrees == "yes" if agrees in ("yes", "no") else None,
    )


def _day(query: Query, name: str, timezone: tzinfo) -> datetime | None:
    """Read a day, or an instant; one without an offset is of the time zone."""
    value = _first(query, name)
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        message = f"{name} is no date: {value!r}; give it as 2026-03-30"
        raise RequestError(message, code="date.invalid", field=name, value=value) from error
    if found.tzinfo is not None:
        return found
    return datetime.combine(found.date(), found.time() or time(), timezone).astimezone(UTC)


def _first(query: Query, name: str) -> str:
    return next(iter(query.get(name, ())), "")


def _all(query: Query, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(query.get(name, ())))
