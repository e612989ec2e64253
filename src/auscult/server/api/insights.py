"""Insights: what the conversations of a period come to, and the conversations behind each number."""

from datetime import datetime, timedelta
from typing import Any, get_args
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import asdict

from auscult.domain.conversation import Channel, Direction
from auscult.domain.errors import RequestError
from auscult.domain.overview import KINDS, NUMBERS, Bar, Number
from auscult.pipeline.listing import ListedConversation
from auscult.pipeline.overview import TOPICS, Behind, Overview, Place, Wanted, behind, overview
from auscult.server.api import _examples, _query, _shown
from auscult.server.api._contract import Answer, Call, Operation, Parameter, Shown, reading

DAYS = 7
_PATH = "/api/v1/insights"
_BEHIND = f"{_PATH}/conversations"
_CHANNELS: tuple[Channel, ...] = get_args(Channel)
_DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
_NUMBERS: tuple[Number, ...] = tuple(NUMBERS)
_MOST_GROUPS = 1_000
_MOST = 2**31 - 1


class FollowableOverview(Overview, frozen=True, kw_only=True):
    """An overview, and where its conversations are.

    A number's are at the URL of its period with ``&only=`` and the number's name, and, where it stands in a group, a
    driver or a trend, ``&kind=`` and ``&name=`` of that.
    """

    conversations_url: str
    previous_conversations_url: str


class FoundConversations(Struct, frozen=True, kw_only=True):
    """One page; it may have fewer items than asked for, or none, before the last. ``next_cursor`` is null after that."""

    items: tuple[ListedConversation, ...]
    next_cursor: str | None


def summarise(call: Call) -> Answer:
    """Count a period, and compare it with the one before."""
    query, wanted = call.query, _wanted(call)
    found = overview(
        call.app,
        wanted,
        kinds=_query.choices(query, "by", KINDS) or TOPICS,
        most=_query.whole_number(query, "limit", 20, least=1, most=_MOST_GROUPS),
        bar=Bar(conversations=_query.whole_number(query, "least", Bar().conversations, least=1, most=_MOST)),
    )
    shown = FollowableOverview(
        **asdict(found),
        conversations_url=_url(call, found.since, found.until),
        previous_conversations_url=_url(call, found.previous.since, found.previous.until),
    )
    return Answer(200, _shown.encode(shown))


def follow(call: Call) -> Answer:
    """List the conversations behind a number."""
    query = call.query
    kind, name = next(iter(_query.choices(query, "kind", KINDS)), None), _query.text(query, "name")
    if (kind is None) != (name is None):
        raise RequestError("Give kind and name together, or neither.", code="group.unknown", field="kind")
    chosen: tuple[Number, ...] = _query.choices(query, "only", _NUMBERS)
    found, place = behind(
        call.app,
        _wanted(call),
        Behind(kind=kind, name=name or "", only=chosen[0] if chosen else "conversations"),
        after=_query.read_cursor(query, Place),
        limit=_query.limit(query),
    )
    cursor = b"null" if place is None else b'"%b"' % _query.write_cursor(*place).encode()
    return Answer(200, b'{"items":[%b],"next_cursor":%b}' % (b",".join([each.row for each in found]), cursor))


def _wanted(call: Call) -> Wanted:
    query = call.query
    until = _query.instant(query, "until") or call.services.now()
    return Wanted(
        since=_query.instant(query, "since") or until - timedelta(days=DAYS),
        until=until,
        channels=_query.choices(query, "channel", _CHANNELS),
        directions=_query.choices(query, "direction", _DIRECTIONS),
        queues=tuple(dict.fromkeys(query.get("queue", ()))),
        agents=tuple(dict.fromkeys(query.get("agent", ()))),
    )


def _url(call: Call, since: datetime, until: datetime) -> str:
    """Where the conversations of a period are, by the same filters."""
    filters = {
        name: call.query[name] for name in ("app", "queue", "agent", "channel", "direction") if name in call.query
    }
    period = {"since": since.isoformat(), "until": until.isoformat()}
    return f"{_BEHIND}?{urlencode({**period, **filters}, doseq=True)}"


_TIME = {"type": "string", "format": "date-time"}
_FILTERS = (
    Parameter(
        "since", _TIME, f"Conversations that start at this time or later; {DAYS} days before `until` by default."
    ),
    Parameter("until", _TIME, "Conversations that start before this time; now by default."),
    Parameter("channel", {"type": "string", "enum": list(_CHANNELS)}, "Only this channel.", is_repeatable=True),
    Parameter("direction", {"type": "string", "enum": list(_DIRECTIONS)}, "Only this direction.", is_repeatable=True),
    Parameter("queue", {"type": "string"}, "Only this queue, by id or name.", is_repeatable=True),
    Parameter("agent", {"type": "string"}, "Only this agent, by id or name.", is_repeatable=True),
)
_FIGURES: dict[str, Any] = {
    "conversations": 120,
    "analysed": 120,
    "score": {"n": 118, "mean": 71.2},
    "passed": 80,
    "failed": 38,
    "sentiment": {"n": 120, "mean": 4.1},
    "negative": 58,
    "neutral": 44,
    "positive": 18,
    "resolved": 52,
    "unresolved": 48,
    "resolution_rate": 52.0,
    "escalations": 14,
    "churn_risks": 6,
    "examples": {"escalations": ["c-7f8b1f0e-0a53-5a0e-8f0b-2d3c9d1f6f11"]},
}
_TOTAL: dict[str, Any] = {
    **_FIGURES,
    "conversations": 1204,
    "analysed": 1204,
    "score": {"n": 1190, "mean": 78.4},
    "sentiment": {"n": 1204, "mean": 5.42},
}
_TREND: dict[str, Any] = {"kind": "intent", "name": "late delivery", "conversations": 120, "before": 61, "excess": 57.8}
_EXAMPLE: dict[str, Any] = {
    "since": "2026-03-01T00:00:00Z",
    "until": "2026-04-01T00:00:00Z",
    "total": _TOTAL,
    "left_out": {"below_threshold": 31, "duration_unavailable": 0},
    "groups": [{**_FIGURES, "kind": "intent", "name": "late delivery", "share": 9.97, "before": 61}],
    "names": {"intent": 84, "topic": 31, "configured_intent": 12},
    "dropped": 0,
    "drivers": {
        "sentiment": {
            "low": [
                {
                    "kind": "intent",
                    "name": "late delivery",
                    "conversations": 120,
                    "mean": 4.1,
                    "baseline": 5.42,
                    "impact": -158.4,
                }
            ],
            "high": [],
        },
        "score": {"low": [], "high": []},
    },
    "bar": {"conversations": 30, "share": 0.02, "sentiment": 0.8, "score": 8},
    "previous": {"since": "2026-01-29T00:00:00Z", "until": "2026-03-01T00:00:00Z", "total": _TOTAL},
    "trends": {"new": [], "rising": [_TREND], "falling": []},
    "conversations_url": f"{_BEHIND}?since=2026-03-01T00%3A00%3A00%2B00%3A00&until=2026-04-01T00%3A00%3A00%2B00%3A00",
    "previous_conversations_url": f"{_BEHIND}?since=2026-01-29T00%3A00%3A00%2B00%3A00&until=2026-03-01T00%3A00%3A00%2B00%3A00",
}

OPERATIONS = (
    Operation(
        method="GET",
        path=_PATH,
        name="get_insights",
        summary="What conversations were about, what drives scores, and what is new",
        text="Counts the conversations that start in a period, by what they were about, and compares them with the "
        "period of the same length before it. Drivers: impact is (mean of the group - mean of all) x conversations. "
        "Trends: names that were not there before, and those whose share changed more than by chance. "
        "What is too short or of unknown duration is left out, unless it was audited.\n\n"
        f"Every number can be followed to its conversations, with `GET {_BEHIND}`.",
        scopes=reading("conversations"),
        handle=summarise,
        parameters=(
            *_FILTERS,
            Parameter(
                "by",
                {"type": "string", "enum": list(KINDS)},
                f"Group by this; {', '.join(TOPICS)} by default.",
                is_repeatable=True,
            ),
            Parameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": _MOST_GROUPS, "default": 20},
                "Most groups of each kind, the largest first.",
            ),
            Parameter(
                "least",
                {"type": "integer", "minimum": 1, "maximum": _MOST, "default": Bar().conversations},
                "Conversations that a driver must have.",
            ),
        ),
        answers={200: Shown("The overview.", FollowableOverview, _EXAMPLE)},
        may_take_long=True,
    ),
    Operation(
        method="GET",
        path=_BEHIND,
        name="list_insight_conversations",
        summary="The conversations behind a number",
        text="Those that an overview of the same period and filters counts: all of them, those of one group with `kind` "
        "and `name`, and of either those behind one number with `only`. The oldest first. A page may have fewer items "
        "than asked for before the last: go on until `next_cursor` is null.",
        scopes=reading("conversations"),
        handle=follow,
        parameters=(
            *_FILTERS,
            Parameter("kind", {"type": "string", "enum": list(KINDS)}, "The kind of a group."),
            Parameter("name", {"type": "string"}, "The group's name, as the overview has it."),
            Parameter(
                "only",
                {"type": "string", "enum": list(NUMBERS), "default": "conversations"},
                "The number; `scored` and `with_sentiment` are the `n` of the means.",
            ),
            _query.LIMIT,
            _query.CURSOR,
        ),
        answers={200: Shown("A page.", FoundConversations, {"items": [_examples.LISTED], "next_cursor": None})},
        may_take_long=True,
    ),
)
