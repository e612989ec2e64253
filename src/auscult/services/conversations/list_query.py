"""Addresses of the list of conversations, and saved views of it, as what they select."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TypeVar, get_args

from msgspec.structs import asdict

from auscult.domain.ai_agents.context import HANDLERS
from auscult.domain.errors import RequestError, about, coded
from auscult.domain.evaluation import Qualification
from auscult.domain.insight import Resolution, SentimentLabel
from auscult.domain.said.search import parse
from auscult.domain.schedules.instants import in_utc
from auscult.domain.scoring.list_fields import (
    LEAST_SCORE,
    LONGEST_S,
    MOST_SCORE,
    ListFields,
    Order,
    ResultFields,
    Sides,
    ThreadState,
    read_custom_field,
)
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
SENTIMENTS: tuple[SentimentLabel, ...] = get_args(SentimentLabel)
RESOLUTIONS: tuple[Resolution, ...] = get_args(Resolution)
THREAD_STATES: tuple[ThreadState, ...] = get_args(ThreadState)
ORDERS: tuple[Order, ...] = get_args(Order)
USUAL: Order = "-started_at"
"""The order without ``sort``."""
_FLAGS = {"true": True, "false": False}
_CLOCK = re.compile(r"(?:(\d{1,6}):)?(\d{1,6}):(\d\d)", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,10}", re.ASCII)
_Word = TypeVar("_Word", bound=str)


def read_query(query: Query, at: datetime, timezone: tzinfo = UTC) -> Sought:
    """Return which conversations a query selects at an instant; ``timezone`` is that of its days.

    ``until`` is when they end, ``to`` the last day that is included. Raises ``RequestError`` ``date.invalid``,
    ``number.invalid``, ``range.reversed``, ``field.unknown_value``, ``request.invalid``; ``search.invalid`` for words that cannot be searched
    for.
    """
    days = _first(query, "days")
    begins = [_day(query, "since", timezone), at - timedelta(days=int(days)) if days in PERIODS else None]
    ends = [_day(query, "until", timezone), _day(query, "to", timezone, later=timedelta(days=1))]
    return Sought(
        since=max((each for each in begins if each), default=None),
        until=min((each for each in ends if each), default=None),
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
        custom_ids=_all(query, "custom_id"),
        custom_fields=tuple(map(read_custom_field, _all(query, "custom_field"))),
        said=parse(words) if (words := _first(query, "q")) else None,
        fields=ListFields(
            **asdict(read_fields(query)),
            topic=_all(query, "topic"),
            sides=_among(query, "sides", get_args(Sides)),
            excluded=_excluded(query),
            handled_by=_among(query, "handled_by", HANDLERS),
            ai_agent=tuple(each for each in _all(query, "ai_agent") if each),
            ai_version=tuple(each for each in _all(query, "ai_version") if each),
            changed=_flag(query, "changed"),
            language=_all(query, "language"),
            repeated=_flag(query, "repeated") is True,
        ),
        order=read_order(query),
    )


def read_order(query: Query) -> Order:
    """Return the order that a query asks for. Raises ``RequestError`` ``field.unknown_value``."""
    given: tuple[Order, ...] = _among(query, "sort", ORDERS)
    return given[0] if given else USUAL


def read_fields(query: Query) -> ResultFields:
    """Return the filters by result, length and talk. Raises as ``read_query`` does."""
    return ResultFields(
        score_from=_number(query, "score_from", LEAST_SCORE, MOST_SCORE),
        score_to=_number(query, "score_to", LEAST_SCORE, MOST_SCORE),
        duration_from=read_seconds(query, "duration_from"),
        duration_to=read_seconds(query, "duration_to"),
        sentiment=_among(query, "sentiment", SENTIMENTS),
        escalation=_flag(query, "escalation"),
        churn_risk=_flag(query, "churn_risk"),
        resolved=_among(query, "resolved", RESOLUTIONS),
        comments=_among(query, "comments", THREAD_STATES),
        pinned=tuple(each for each in _all(query, "pinned") if each),
    ).checked()


def write_fields(fields: ResultFields) -> dict[str, list[str]]:
    """Return filters by result, length and talk as parameters of an address."""
    found: dict[str, list[str]] = {}
    for name in ResultFields.__struct_fields__:
        value: tuple[str, ...] | bool | int | None = getattr(fields, name)
        if isinstance(value, tuple):
            found[name] = list(value)
        elif value is not None:
            found[name] = [str(value).lower()]
    return {name: values for name, values in found.items() if values}


def read_custom_fields(query: Query) -> dict[str, str]:
    """Return the fields of one's own that are wanted, with their values. Raises ``RequestError`` ``request.invalid``."""
    return dict(read_custom_field(each) for each in _all(query, "custom_field") if each)


def write_custom_fields(fields: Mapping[str, str]) -> dict[str, list[str]]:
    """Return filters by fields of one's own as parameters of an address."""
    return {"custom_field": [f"{name}={value}" for name, value in fields.items()]} if fields else {}


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


def _day(query: Query, name: str, timezone: tzinfo, later: timedelta = timedelta()) -> datetime | None:
    """Read a day, or an instant, and the days after it; one without an offset is of the time zone."""
    value = _first(query, name)
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
        if found.tzinfo is not None:
            return in_utc(found) + later
        return datetime.combine(found.date() + later, found.time(), timezone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = coded("{name} is no date: {value!r}; give it as 2026-03-30", name=name, value=value)
        raise RequestError(message, code="date.invalid", field=name, value=value) from error


def _number(query: Query, name: str, least: int, most: int) -> int | None:
    """Read a whole number. Raises ``RequestError`` ``number.invalid``."""
    value = _first(query, name).strip()
    if not value:
        return None
    if not _WHOLE.fullmatch(value) or not least <= int(value) <= most:
        message = coded("{value!r} is no whole number from {least} to {n}", value=value, least=least, n=most)
        raise RequestError(about(name, message), code="number.invalid", field=name, value=value)
    return int(value)


def read_seconds(query: Query, name: str) -> int | None:
    """Read a length, given as ``1:30``, ``1:02:30`` or in seconds. Raises ``RequestError`` ``number.invalid``."""
    value = _first(query, name).strip()
    if clock := _CLOCK.fullmatch(value):
        hours, minutes, seconds = (int(each or 0) for each in clock.groups())
        value = str((hours * 60 + minutes) * 60 + seconds)
    try:
        return _number({name: [value]}, name, 0, LONGEST_S)
    except RequestError as error:
        message = coded("{value!r} is no length; give it as 1:30, or in seconds", value=value)
        raise RequestError(about(name, message), code="number.invalid", field=name, value=value) from error


def _among(query: Query, name: str, words: tuple[_Word, ...]) -> tuple[_Word, ...]:
    """Read some of these words, in their order. Raises ``RequestError`` ``field.unknown_value``."""
    given = [each for each in query.get(name, ()) if each]
    if wrong := next((each for each in given if each not in words), None):
        message = coded("unknown {name} {wrong!r}; available: {list}", name=name, wrong=wrong, list=", ".join(words))
        raise RequestError(message, code="field.unknown_value", field=name, value=wrong)
    return tuple(each for each in words if each in given)


def _excluded(query: Query) -> bool | None:
    """Read whether those that figures leave out are found: no, unless the query says otherwise; None: both."""
    given = _among(query, "excluded", tuple(_FLAGS))
    return None if len(given) > 1 else _FLAGS[given[0]] if given else False


def _flag(query: Query, name: str) -> bool | None:
    """Read yes or no; both are no filter. Raises ``RequestError`` ``field.unknown_value``."""
    given = _among(query, name, tuple(_FLAGS))
    return _FLAGS[given[0]] if len(given) == 1 else None


def _first(query: Query, name: str) -> str:
    return next(iter(query.get(name, ())), "")


def _all(query: Query, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(query.get(name, ())))
