"""Overviews of the conversations of a period, read from our own listing, in portions.

The listing has one short row for each conversation, and the store finds rows by time, channel, direction and queue.
So nothing is written for overviews alone, and any period is counted in the memory of one page and of the names.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from auscult.domain.conversation import Agent, Channel, Direction, Queue
from auscult.domain.errors import RequestError
from auscult.domain.evaluation import Status
from auscult.domain.insights.overview import (
    NUMBERS,
    Bar,
    Counted,
    Drivers,
    Fact,
    Key,
    Kind,
    Measure,
    Mention,
    Number,
    Tally,
    Trends,
    drivers,
    hundredths,
    trends,
)
from auscult.domain.record import RecordQuery, RowKey
from auscult.services.scoring.listing import LISTING, ListedAudit, ListedInsights
from auscult.storage.store import AppStore

AT_A_TIME = 2_000
MOST_READ = 20_000
"""Conversations that are read for one page of those behind a number."""
MOST_NAMES = 20_000
TOPICS: tuple[Kind, ...] = ("intent", "topic", "configured_intent")
BELOW = " > "
"""Stands between a node of the taxonomy and the one above it."""

_FIRST = datetime.min.replace(tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_INELIGIBLE: frozenset[Status] = frozenset({"below_threshold", "duration_unavailable"})

Place = tuple[int, str]
"""Where a conversation stands in the order of all: its start in ms since the epoch, and its id."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Selection of conversations: those with ``since`` <= start < ``until``, and by these filters, where empty means all.

    ``queues`` and ``agents`` are ids or names, in any letter case.
    """

    since: datetime
    until: datetime
    channels: tuple[Channel, ...] = ()
    directions: tuple[Direction, ...] = ()
    queues: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()


class Behind(Struct, frozen=True, kw_only=True):
    """Number whose conversations are requested: of all, or of one name of a kind."""

    kind: Kind | None = None
    name: str = ""
    only: Number = "conversations"


class Mean(Struct, frozen=True, kw_only=True):
    """A mean with two decimals over the ``n`` conversations of which it is known; null where there are none."""

    n: int
    mean: Decimal | None


class Figures(Struct, frozen=True, kw_only=True):
    """Figures of some conversations. ``examples``: the first of those behind each number that is not 0."""

    conversations: int
    analysed: int
    score: Mean
    passed: int
    failed: int
    sentiment: Mean
    negative: int
    neutral: int
    positive: int
    resolved: int
    unresolved: int
    resolution_rate: Decimal | None
    escalations: int
    churn_risks: int
    examples: dict[Number, list[str]]


class Group(Figures, frozen=True, kw_only=True):
    """The conversations under one name. ``share`` of all in percent; ``before``: how many in the period before."""

    kind: Kind
    name: str
    share: Decimal
    before: int


class LeftOut(Struct, frozen=True, kw_only=True):
    """Conversations that no figure counts: too short or of unknown duration, and not audited by anybody."""

    below_threshold: int
    duration_unavailable: int


class Previous(Struct, frozen=True, kw_only=True):
    """The period of the same length that ends where this one begins."""

    since: datetime
    until: datetime
    total: Figures


class AllDrivers(Struct, frozen=True, kw_only=True):
    """Drivers of customer sentiment, and of the score."""

    sentiment: Drivers
    score: Drivers


class Overview(Struct, frozen=True, kw_only=True):
    """Overview of a period. ``groups`` are the largest, by kind; ``names`` counts those of each kind.

    ``dropped`` is 0 unless there were too many names to keep: then it counts how often one was dropped.
    """

    since: datetime
    until: datetime
    total: Figures
    left_out: LeftOut
    groups: tuple[Group, ...]
    names: dict[Kind, int]
    dropped: int
    drivers: AllDrivers
    bar: Bar
    previous: Previous
    trends: Trends


def overview(app: AppStore, wanted: Wanted, *, kinds: tuple[Kind, ...] = TOPICS, most: int = 20, bar: Bar) -> Overview:
    """Count a period and the one before it; of each kind at most ``most`` groups are shown.

    Raises ``RequestError`` ``range.reversed``.
    """
    longest = max(timedelta(0), wanted.since - _FIRST)  # nothing begins before there are dates
    length = min(max(timedelta(0), wanted.until - wanted.since), longest)
    earlier = msgspec.structs.replace(wanted, since=wanted.since - length, until=wanted.since)
    now, left_out = _counted(app, wanted, kinds)
    before, _ = _counted(app, earlier, kinds)
    counts, counts_before = _by_name(now), _by_name(before)
    return Overview(
        since=wanted.since,
        until=wanted.until,
        total=Figures(**_figures(now.total)),
        left_out=left_out,
        groups=tuple([_group(key, now, counts_before) for key in _largest(now, kinds, most)]),
        names={kind: sum(each == kind for each, _ in counts) for kind in kinds},
        dropped=now.dropped + before.dropped,
        drivers=AllDrivers(sentiment=drivers(now, "sentiment", bar), score=drivers(now, "score", bar)),
        bar=bar,
        previous=Previous(since=earlier.since, until=earlier.until, total=Figures(**_figures(before.total))),
        trends=trends(counts, now.total.numbers["conversations"], counts_before, before.total.numbers["conversations"]),
    )


class Found(NamedTuple):
    """Conversation with its place, its row of the listing, and its part in the counts."""

    place: Place
    row: bytes
    fact: Fact


class FoundPage(NamedTuple):
    """Conversations behind a number. Reading goes on after ``next``, which is None at the end."""

    found: list[Found]
    next: Place | None


def behind(app: AppStore, wanted: Wanted, number: Behind, *, after: Place | None = None, limit: int) -> FoundPage:
    """Return the conversations behind a number, in order, after a place: at most ``limit``.

    They may be fewer, or none, and not the last: the number of rows read for one page is limited.
    Raises ``RequestError`` ``range.reversed``.
    """
    holds = NUMBERS[number.only]
    found: list[Found] = []
    place = after
    for read, (place, row, listed) in enumerate(_read(app, wanted, after), 1):
        fact = None if _is_left_out(listed) else _fact(listed)
        if fact is not None and number.kind is not None:
            mentions = (each for each in fact.mentions if (each.kind, each.name) == (number.kind, number.name))
            mention = next(mentions, None)
            fact = fact.under(mention) if mention else None
        if fact is not None and holds(fact):
            found.append(Found(place, row, fact))
        if len(found) == limit or read == MOST_READ:
            return FoundPage(found, place)
    return FoundPage(found, None)


class _Listed(Struct):
    """Fields read from a row of the listing. Rows older than analysis lack some of it."""

    id: str
    channel: Channel
    started_at: datetime
    queues: tuple[Queue, ...]
    agents: tuple[Agent, ...]
    status: Status
    score: int | None
    passed: bool | None
    audit: ListedAudit
    missed_metrics: tuple[str, ...] = ()
    insights: ListedInsights | None = None


_DECODE = msgspec.json.Decoder(_Listed).decode


def _read(app: AppStore, wanted: Wanted, after: Place | None = None) -> Iterator[tuple[Place, bytes, _Listed]]:
    """Every conversation of a selection, in order, a page in memory at a time."""
    if wanted.until < wanted.since:
        raise RequestError("until lies before since.", code="range.reversed", field="until")
    agents = {each.casefold() for each in wanted.agents}
    since_ms = _ms(wanted.since)
    key: RowKey | None = RowKey(*(after or (since_ms, "")))
    while key is not None:
        page = app.conversations.page(
            RecordQuery(
                report=LISTING.name,
                app_ids=(app.tenant.app_id,),
                since_ms=since_ms,
                until_ms=_ms(wanted.until),
                channels=wanted.channels,
                directions=wanted.directions,
                queues=wanted.queues,
                include_below_threshold=True,
                limit=AT_A_TIME,
                after=key,
            )
        )
        for row in page.rows:
            listed = _DECODE(row)
            if not agents or any(each.casefold() in agents for one in listed.agents for each in _names(one)):
                yield ((listed.started_at - _EPOCH) // _MS, listed.id), row, listed
        key = page.last if page.more else None


def _counted(app: AppStore, wanted: Wanted, kinds: tuple[Kind, ...]) -> tuple[Tally, LeftOut]:
    tally = Tally(kinds, MOST_NAMES)
    left_out: dict[Status, int] = dict.fromkeys(_INELIGIBLE, 0)
    for _, _, listed in _read(app, wanted):
        if _is_left_out(listed):
            left_out[listed.status] += 1
        else:
            tally.add(_fact(listed))
    return tally, LeftOut(
        below_threshold=left_out["below_threshold"], duration_unavailable=left_out["duration_unavailable"]
    )


def _is_left_out(listed: _Listed) -> bool:
    """Return whether it is too short to count, and was not audited by a person either."""
    return listed.status in _INELIGIBLE and listed.audit.state != "audited"


def _fact(listed: _Listed) -> Fact:
    insights = listed.insights
    sentiment = insights.sentiment if insights else None
    return Fact(
        conversation_id=listed.id,
        is_analysed=insights is not None,
        score=listed.score,
        passed=listed.passed,
        sentiment=round(10 * sentiment.score) if sentiment else None,
        is_resolved=_RESOLVED.get(insights.resolution or "") if insights else None,
        is_escalated=insights.escalation if insights else None,
        is_churn_risk=insights.churn_risk if insights else None,
        mentions=tuple(_mentions(listed)),
    )


_RESOLVED = {"YES": True, "NO": False}


def _mentions(listed: _Listed) -> Iterator[Mention]:
    insights = listed.insights
    if insights:
        for each in insights.intents or ():
            yield Mention("intent", each.name, None if each.score is None else 10 * each.score)
        for each in insights.topics or ():
            yield Mention("topic", each.name, None if each.score is None else 10 * each.score)
        for node in insights.configured_intents or ():
            sentiment = None if node.sentiment is None else 10 * node.sentiment
            yield Mention("configured_intent", BELOW.join(node.path), sentiment, node.is_resolved)
    for metric in listed.missed_metrics:
        yield Mention("missed_metric", metric)
    for queue in listed.queues:
        yield Mention("queue", _told(queue.id, queue.name))
    for agent in listed.agents:
        yield Mention("agent", _told(agent.id, agent.name))


def _told(id_: str, name: str | None) -> str:
    """Name and id: two agents may have one name."""
    return f"{name} ({id_})" if name else id_


def _names(agent: Agent) -> tuple[str, ...]:
    return (agent.id, agent.name) if agent.name else (agent.id,)


def _by_name(tally: Tally) -> dict[Key, int]:
    return {key: counted.numbers["conversations"] for key, counted in tally.groups.items()}


def _largest(tally: Tally, kinds: tuple[Kind, ...], most: int) -> Iterator[Key]:
    """The names with the most conversations, by kind in the order asked for."""
    ordered = sorted(tally.groups, key=lambda key: (-tally.groups[key].numbers["conversations"], key[1]))
    for kind in kinds:
        yield from islice((key for key in ordered if key[0] == kind), most)


def _group(key: Key, tally: Tally, before: Mapping[Key, int]) -> Group:
    counted = tally.groups[key]
    share = Decimal(100 * counted.numbers["conversations"]) / tally.total.numbers["conversations"]
    return Group(kind=key[0], name=key[1], share=hundredths(share), before=before.get(key, 0), **_figures(counted))


def _figures(counted: Counted) -> dict[str, Any]:
    numbers = counted.numbers
    qualifying = numbers["resolved"] + numbers["unresolved"]
    shown = {name: n for name, n in numbers.items() if name not in ("scored", "with_sentiment")}
    return {
        **shown,
        "score": _mean(counted, "score"),
        "sentiment": _mean(counted, "sentiment"),
        "resolution_rate": hundredths(Decimal(100 * numbers["resolved"]) / qualifying) if qualifying else None,
        "examples": counted.examples,
    }


def _mean(counted: Counted, measure: Measure) -> Mean:
    mean = counted.mean(measure)
    return Mean(n=counted.known(measure), mean=None if mean is None else hundredths(mean))


def _ms(instant: datetime) -> int:
    """Milliseconds since the epoch; what is finer is rounded up, so that a bound stays where it is."""
    return -((_EPOCH - instant) // _MS)
