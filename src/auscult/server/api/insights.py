"""Insights: figures of the conversations of a period, and the conversations behind each number."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import asdict

from auscult.domain.conversation import Channel, Direction
from auscult.domain.errors import RequestError
from auscult.domain.insights.changes import Driver, Sample
from auscult.domain.insights.changes import Kind as ChangeKind
from auscult.domain.insights.drivers import Bar
from auscult.domain.insights.overview import Kind, Number
from auscult.domain.operations.records import made_from
from auscult.domain.scoring.list_fields import ListFields
from auscult.server.api.scoring import examples
from auscult.server.api.scoring.list_parameters import Agents, Handlers, Versions
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Server, Use
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading
from auscult.server.rest.lists import Called, Page
from auscult.server.rest.parameters import Cursor, Limit, each_once, query, repeated
from auscult.server.rest.request import ApiRequest, ApiResponse
from auscult.services.conversations.latest import Sought
from auscult.services.conversations.queue_names import queue_names
from auscult.services.insights.drivers import FIGURES, OF_METRIC, Compared, figure_change
from auscult.services.insights.overview import (
    DAYS,
    DEFAULT,
    Behind,
    Overview,
    Position,
    Wanted,
    behind,
    end_of_hour,
    overview,
)
from auscult.services.insights.quality import WEEK, of_people
from auscult.services.insights.sentences import QueueName, conclusion, title_of
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


example(examples.LISTED)(ListedConversation)
FoundConversations = Annotated[
    Page[ListedConversation],
    Called(
        "FoundConversations",
        "One page; any may have fewer items than asked for, or none. ``next_cursor`` is null after the last.",
    ),
]


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
    return at.astimezone(UTC) - max(timedelta(0), min(by, at.astimezone(UTC) - first))


def _wanted(
    server: Server,
    since: Annotated[
        datetime | None,
        query(f"Conversations that start at this time or later; {DAYS} days before `until` by default."),
    ] = None,
    until: Annotated[
        datetime | None, query("Conversations that start before this time; the end of this hour by default.")
    ] = None,
    channel: Annotated[tuple[Channel, ...], repeated("Only this channel.")] = (),
    direction: Annotated[tuple[Direction, ...], repeated("Only this direction.")] = (),
    queue: Annotated[tuple[str, ...], repeated("Only this queue, by id or name.")] = (),
    agent: Annotated[tuple[str, ...], repeated("Only this agent, by id or name.")] = (),
    handled_by: Handlers = (),
    ai_agent: Agents = (),
    ai_version: Versions = (),
) -> Wanted:
    end = until or end_of_hour(server.now())
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


class InsightPoint(Struct, frozen=True, kw_only=True):
    """A figure and the conversations that it is of; null of none."""

    value: float | None
    n: int


class DrivingGroup(Struct, frozen=True, kw_only=True):
    """A group of conversations."""

    kind: ChangeKind
    id: str
    name: str


class ChangeDriver(DrivingGroup, frozen=True, kw_only=True):
    """Part of a change that a group of conversations brought: `mix` (more or fewer of them) and `rate` (other values).

    `low` and `high` are its 95 % interval. `groups` are the two of a pair. An empty `id` balances a kind whose groups
    share conversations or leave some out.
    """

    n: int
    n_before: int
    value: float | None
    value_before: float | None
    mix: float
    rate: float
    part: float
    low: float
    high: float
    is_new: bool
    is_beyond_chance: bool
    groups: tuple[DrivingGroup, ...]


class ChangedForm(Struct, frozen=True, kw_only=True):
    """A form with a version that scores conversations of the later period and none of the earlier one."""

    id: str
    name: str
    version: int


@example(
    {
        "figure": "pass",
        "since": "2026-03-23T00:00:00Z",
        "until": "2026-03-30T00:00:00Z",
        "before_since": "2026-03-16T00:00:00Z",
        "before_until": "2026-03-23T00:00:00Z",
        "now": {"value": 0.6857, "n": 35},
        "before": {"value": 0.8824, "n": 68},
        "change": -0.1966,
        "is_beyond_chance": False,
        "forms": [],
        "drivers": [
            {
                "kind": "queue",
                "id": "q-7",
                "name": "Online Store",
                "n": 7,
                "n_before": 0,
                "value": 0.0,
                "value_before": None,
                "mix": -0.175,
                "rate": 0.0,
                "part": -0.175,
                "low": -0.2851,
                "high": -0.0578,
                "is_new": True,
                "is_beyond_chance": True,
                "groups": [],
            }
        ],
        "sentence": "68.6% pass, 19.7 points fewer than before. 17.5 of the 19.7 points come from "
        "Online Store, which is new: 0 of 7 pass, all by Noor Haddad.",
    }
)
class FigureDrivers(Struct, frozen=True, kw_only=True):
    """A figure in two periods, its change, and what drives it, the largest part first. Parts of a kind add up to it."""

    figure: str
    since: datetime
    until: datetime
    before_since: datetime
    before_until: datetime
    now: InsightPoint
    before: InsightPoint
    change: float | None
    is_beyond_chance: bool
    forms: tuple[ChangedForm, ...]
    drivers: tuple[ChangeDriver, ...]
    sentence: str


@operation.get(
    "/insights/drivers",
    may=reading("conversations", "insight.read"),
    summary="What moved a figure between two periods",
    command="drivers",
    is_slow=True,
)
def get_insight_drivers(
    app: App,
    server: Basis,
    since: Annotated[
        datetime | None, query("Later period: start at this time or later; 7 days before `until` by default.")
    ] = None,
    until: Annotated[datetime | None, query("Later period: start before this time; now by default.")] = None,
    before_since: Annotated[
        datetime | None, query("Earlier period: start at this time or later; as long as the later one by default.")
    ] = None,
    before_until: Annotated[
        datetime | None, query("Earlier period: start before this time, at most `since`, the default.")
    ] = None,
    figure: Annotated[
        str,
        query(
            f"The figure: {', '.join(FIGURES)}, or {OF_METRIC} and the id of a metric.",
            schema_extra={"pattern": f"^({'|'.join(FIGURES)}|{OF_METRIC}.+)$"},
        ),
    ] = "pass",
    channel: Annotated[tuple[Channel, ...], repeated("Only this channel.")] = (),
    queue: Annotated[tuple[str, ...], repeated("Only this queue, by id or name.")] = (),
    agent: Annotated[tuple[str, ...], repeated("Only this agent, by id or name.")] = (),
    handled_by: Handlers = (),
    ai_agent: Agents = (),
    ai_version: Versions = (),
    limit: Annotated[int, query("Most drivers.", ge=1, le=_MOST_GROUPS)] = _MOST_GROUPS,
) -> FigureDrivers:
    """Split the change of a figure by queue, reason, agent, form, channel, language, handler, missed metric and pairs.

    `mix` is what more or fewer conversations of a group brought, `rate` what changed within it. Beyond chance counts
    how many groups were compared. `sentence` names a changed form first, then what moved the figure most; pages and
    mails have the same sentences. What an AI agent led alone is left out, unless one of the last three filters is given.
    """
    compared = _compared(server.now(), (since, until), (before_since, before_until))
    led = ListFields(handled_by=each_once(handled_by), ai_agent=each_once(ai_agent), ai_version=each_once(ai_version))
    sought = of_people(app, Sought(channels=channel, queues=queue, agents=agent, fields=led))
    found = figure_change(app, sought, compared, figure)
    labels = queue_names(app).label
    change = found.change
    drivers = change.drivers if change else ()
    return FigureDrivers(
        figure=figure,
        since=compared.since,
        until=compared.until,
        before_since=compared.begins,
        before_until=compared.since - compared.gap,
        now=_point(found.samples[1]),
        before=_point(found.samples[0]),
        change=change.value.value if change else None,
        is_beyond_chance=change.is_beyond_chance if change else False,
        forms=tuple(ChangedForm(id=each.form_id, name=each.name, version=each.version) for each in found.forms),
        drivers=tuple(_driver(each, labels) for each in drivers[:limit]),
        sentence=conclusion(found, labels),
    )


def _compared(
    now: datetime, later: tuple[datetime | None, datetime | None], earlier: tuple[datetime | None, datetime | None]
) -> Compared:
    """Return the periods to compare, each by its start and its end. Raises ``RequestError`` ``range.reversed``."""
    since, until, before_since, before_until = (each and each.astimezone(UTC) for each in (*later, *earlier))
    end = until or now
    begin = since or _earlier(end, WEEK)
    ends = before_until or begin
    start = before_since or _earlier(ends, end - begin)
    if begin > end or start > ends or ends > begin:
        raise RequestError(
            "the periods are reversed or overlap; give before_since <= before_until <= since <= until",
            code="range.reversed",
            field="until" if begin > end else "before_until",
        )
    return Compared(since=begin, until=end, before=ends - start, gap=begin - ends)


def _point(sample: Sample) -> InsightPoint:
    return InsightPoint(value=sample.value, n=sample.n)


def _driver(found: Driver, labels: QueueName) -> ChangeDriver:
    group = found.group
    return made_from(
        ChangeDriver,
        found,
        kind=group.kind,
        id=group.id,
        name=title_of(group, labels) if group.id else "",
        n=group.now.n,
        n_before=group.before.n,
        value=group.now.value,
        value_before=group.before.value,
        part=found.part.value,
        low=found.part.low,
        high=found.part.high,
        groups=tuple(DrivingGroup(kind=each.kind, id=each.id, name=title_of(each, labels)) for each in group.of),
    )


def _url(request: ApiRequest, since: datetime, until: datetime) -> str:
    """Return the URL of the conversations of a period with the same filters."""
    filters = {name: values for name, values in request.query_params.dict().items() if name in _FILTERS}
    period = {"since": since.isoformat(), "until": until.isoformat()}
    return f"{_BEHIND}?{urlencode({**period, **filters}, doseq=True)}"


ROUTER = operation.router(__name__, wanted=_wanted)
