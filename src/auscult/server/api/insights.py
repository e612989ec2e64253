"""Insights: figures of the conversations of a period, and the conversations behind each number."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import asdict

from auscult.domain.conversation import Channel, Direction
from auscult.domain.errors import RequestError
from auscult.domain.insights.drivers import Bar
from auscult.domain.insights.overview import Kind, Number
from auscult.server.api.scoring import examples
from auscult.server.api.scoring.list_parameters import Agents, Handlers, Versions
from auscult.server.rest import operation
from auscult.server.rest.context import App, Server, Use
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading
from auscult.server.rest.parameters import Cursor, Limit, each_once, query, repeated
from auscult.server.rest.request import ApiRequest, ApiResponse
from auscult.services.insights.overview import DAYS, DEFAULT, Behind, Overview, Position, Wanted, behind, overview
from auscult.services.scoring.listing import ListedConversation

_PATH = "/api/v1/insights"
_BEHIND = f"{_PATH}/conversations"
_MOST_GROUPS = 1_000
_MOST = 2**31 - 1
_FILTERS = frozenset({"app", "queue", "agent", "channel", "direction", "handled_by", "ai_agent", "ai_version"})


class FollowableOverview(Overview, frozen=True, kw_only=True):
    """An overview, and the URLs of its conversations.

    Those of a number are at the URL of its period with ``&only=`` and the number's name, and, if it belongs to a
    group, a driver or a trend, ``&kind=`` and ``&name=`` of that.
    """

    conversations_url: str
    previous_conversations_url: str


@example({"items": [examples.LISTED], "next_cursor": None})
class FoundConversations(Struct, frozen=True, kw_only=True):
    """One page; any may have fewer items than asked for, or none. ``next_cursor`` is null after the last."""

    items: tuple[ListedConversation, ...]
    next_cursor: str | None


_FIGURES: dict[str, Any] = {
    "conversations": 120,
    "analysed": 120,
    "failed": 38,
    "passed": 80,
    "undecided": 0,
    "score": {"n": 118, "mean": 71.2},
    "dissatisfied": 21,
    "satisfied": 14,
    "csat": {"n": 44, "mean": 2.8},
    "nps": {"n": 0, "mean": None},
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
example(
    {
        "since": "2026-03-01T00:00:00Z",
        "until": "2026-04-01T00:00:00Z",
        "total": _TOTAL,
        "left_out": {"below_threshold": 31, "duration_unavailable": 0, "sides_unknown": 2, "handled_by_ai": 0},
        "weeks": [{**_FIGURES, "since": "2026-03-25T00:00:00Z", "until": "2026-04-01T00:00:00Z"}],
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
                        "points": -0.13,
                        "points_low": -0.16,
                        "points_high": -0.1,
                        "share": 9.97,
                        "examples": ["c-7f8b1f0e-0a53-5a0e-8f0b-2d3c9d1f6f11"],
                    }
                ],
                "high": [],
            },
            "score": {"low": [], "high": []},
            "csat": {"low": [], "high": []},
            "nps": {"low": [], "high": []},
        },
        "bar": {"conversations": 30, "share": 0.02, "sentiment": 0.8, "score": 8, "csat": 0.4, "nps": 18},
        "previous": {"since": "2026-01-29T00:00:00Z", "until": "2026-03-01T00:00:00Z", "total": _TOTAL},
        "trends": {"new": [], "rising": [_TREND], "falling": []},
        "conversations_url": f"{_BEHIND}?since=2026-03-01T00%3A00%3A00%2B00%3A00&until=2026-04-01T00%3A00%3A00%2B00%3A00",
        "previous_conversations_url": f"{_BEHIND}?since=2026-01-29T00%3A00%3A00%2B00%3A00&until=2026-03-01T00%3A00%3A00%2B00%3A00",
    }
)(FollowableOverview)


def _earlier(at: datetime, by: timedelta) -> datetime:
    """Return an earlier time, at the earliest the beginning of the calendar."""
    first = datetime.min.replace(tzinfo=UTC)
    return at.astimezone(UTC) - min(by, at.astimezone(UTC) - first)


def _wanted(
    server: Server,
    since: Annotated[
        datetime | None,
        query(f"Conversations that start at this time or later; {DAYS} days before `until` by default."),
    ] = None,
    until: Annotated[datetime | None, query("Conversations that start before this time; now by default.")] = None,
    channel: Annotated[tuple[Channel, ...], repeated("Only this channel.")] = (),
    direction: Annotated[tuple[Direction, ...], repeated("Only this direction.")] = (),
    queue: Annotated[tuple[str, ...], repeated("Only this queue, by id or name.")] = (),
    agent: Annotated[tuple[str, ...], repeated("Only this agent, by id or name.")] = (),
    handled_by: Handlers = (),
    ai_agent: Agents = (),
    ai_version: Versions = (),
) -> Wanted:
    end = until or server.now()
    begin = since or _earlier(end, timedelta(days=DAYS))
    _earlier(begin, end - begin)  # the period before it is counted, too
    return Wanted(
        since=begin,
        until=end,
        channels=each_once(channel),
        directions=each_once(direction),
        queues=each_once(queue),
        agents=each_once(agent),
        handled_by=each_once(handled_by),
        ai_agents=each_once(ai_agent),
        ai_versions=each_once(ai_version),
    )


@operation.get(
    "/insights",
    may=reading("conversations", "insight.read"),
    summary="Failures by week, queue and agent, what drives scores and satisfaction, and what is new",
    is_slow=True,
)
def get_insights(
    request: ApiRequest,
    app: App,
    wanted: Use[Wanted],
    by: Annotated[tuple[Kind, ...], repeated(f"Group by this; {', '.join(DEFAULT)} by default.")] = (),
    limit: Annotated[
        int,
        query(
            "Most groups of each kind, the largest first; of queues and agents those with the most failures first.",
            ge=1,
            le=_MOST_GROUPS,
        ),
    ] = 20,
    least: Annotated[int, query("Conversations that a driver must have.", ge=1, le=_MOST)] = Bar().conversations,
) -> FollowableOverview:
    """Count the conversations of a period by week, queue, agent and subject, and compare them with the period before.

    Drivers: impact is (mean of the group - mean of all) x conversations, points the same in points of the mean of
    all, with a 95 % interval. A missed metric is no driver of scores, as it lowers them by definition. Satisfaction
    (CSAT, NPS) is what customers answered; waits and transfers may drive every measure. Trends: names that are new,
    and those whose share changed more than by chance. Conversations that are too short or of unknown duration are
    left out, unless they were audited. So are those that an AI agent led alone, unless `handled_by`, `ai_agent` or
    `ai_version` asks for them: the score of the others is that of the person.

    The conversations behind every number: `GET /api/v1/insights/conversations`.
    """
    found = overview(
        app,
        wanted,
        kinds=each_once(by) or DEFAULT,
        most=limit,
        bar=Bar(conversations=least),
    )
    return FollowableOverview(
        **asdict(found),
        conversations_url=_url(request, found.since, found.until),
        previous_conversations_url=_url(request, found.previous.since, found.previous.until),
    )


@operation.get(
    "/insights/conversations",
    may=reading("conversations", "insight.read"),
    summary="The conversations behind a number",
    is_slow=True,
)
def list_insight_conversations(
    app: App,
    wanted: Use[Wanted],
    kind: Annotated[Kind | None, query("The kind of a group.")] = None,
    name: Annotated[str | None, query("The group's name, as the overview has it.")] = None,
    only: Annotated[
        Number, query("The number; `scored` and `with_sentiment` are the `n` of the means.")
    ] = "conversations",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ApiResponse[FoundConversations]:
    """Return the conversations that an overview of the same period and filters counts, the oldest first.

    All of them, or those of one group with `kind` and `name`; `only` limits either to those behind one number. A
    page before the last may have fewer items than asked for: continue until `next_cursor` is null.
    """
    if (kind is None) != (name is None):
        raise RequestError("Give kind and name together, or neither.", code="group.unknown", field="kind")
    found, position = behind(
        app,
        wanted,
        Behind(kind=kind, name=name or "", only=only),
        after=read_cursor(cursor, Position),
        limit=limit,
    )
    following = b"null" if position is None else b'"%b"' % write_cursor(*position).encode()
    return ApiResponse(b'{"items":[%b],"next_cursor":%b}' % (b",".join([each.row for each in found]), following))


def _url(request: ApiRequest, since: datetime, until: datetime) -> str:
    """Return the URL of the conversations of a period with the same filters."""
    filters = {name: values for name, values in request.query_params.dict().items() if name in _FILTERS}
    period = {"since": since.isoformat(), "until": until.isoformat()}
    return f"{_BEHIND}?{urlencode({**period, **filters}, doseq=True)}"


ROUTER = operation.router(__name__, wanted=_wanted)
