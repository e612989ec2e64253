"""Overviews of the conversations of a period, by rollups and from our own listing.

The listing has one short row a conversation; any period is counted in the memory of one page and of the names.
Rollups count whole hours, days and 32 days (``rollups``), so that of these no row is read.
"""

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import chain, groupby, islice, pairwise
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from auscult.domain.ai_agents.context import HandledBy
from auscult.domain.conversation import Channel, Direction
from auscult.domain.errors import RequestError
from auscult.domain.evaluation import Status
from auscult.domain.insights.drivers import Bar, Drivers, drivers
from auscult.domain.insights.overview import (
    KINDS,
    KNOWN,
    NUMBERS,
    SERVICE,
    Counted,
    Fact,
    Key,
    Kind,
    Measure,
    Number,
    Tally,
    Trends,
    hundredths,
    trends,
)
from auscult.domain.operations.guarding import guarded
from auscult.domain.operations.records import made_from
from auscult.domain.record import RecordQuery, RowKey, Survey
from auscult.domain.scoring.list_fields import ListFields
from auscult.services.insights.facts import INELIGIBLE, Listed, Names, decoded, fact_of, is_called, is_left_out, joined
from auscult.services.insights.rollups import BASIS, Body, Piece, Rollup, cover, packed, unpacked
from auscult.services.scoring.listing import LISTING
from auscult.storage.core.instants import bound_ms, ms_of
from auscult.storage.pages.insight_tallies import Column
from auscult.storage.store import AppStore, Store

LOG = logging.getLogger(__name__)
AT_A_TIME = 2_000
MOST_READ = 20_000
"""Conversations that are read for one page of those behind a number."""
MOST_NAMES = 20_000
LEAST, LEAST_OF_PARTS = 10, 50
"""Conversations of a span of which all together are counted, and of one whose groups are; those of others are read."""
DEFAULT: tuple[Kind, ...] = ("queue", "agent", "intent", "topic", "configured_intent")
"""Groups that are shown where none are asked for: who, then what about."""
_BY_FAILURES: frozenset[Kind] = frozenset({"queue", "agent"})
DAYS = 28
"""Days of a period that is not given: four whole weeks."""
WEEK = timedelta(days=7)
MOST_WEEKS = 53

_FIRST = datetime.min.replace(tzinfo=UTC)

Position = tuple[int, str]
"""Where a conversation stands in the order of all: its start in ms since the epoch, and its id."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Selection of conversations: those with ``since`` <= start < ``until``, and by these filters, where empty means all.

    ``queues`` and ``agents`` are ids or names, in any letter case; ``intents`` are names; ``surveys`` are those that the customer answered.
    Without ``handled_by``, ``ai_agents`` and ``ai_versions``, figures leave out conversations that an AI agent led alone.
    """

    since: datetime
    until: datetime
    channels: tuple[Channel, ...] = ()
    directions: tuple[Direction, ...] = ()
    queues: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    surveys: tuple[Survey, ...] = ()
    handled_by: tuple[HandledBy, ...] = ()
    ai_agents: tuple[str, ...] = ()
    ai_versions: tuple[str, ...] = ()

    @property
    def is_of_people(self) -> bool:
        """Return whether only conversations with a person's part count."""
        return not (self.handled_by or self.ai_agents or self.ai_versions)

    @property
    def has_rollups(self) -> bool:
        """Return whether rollups know what it filters by."""
        return not (self.queues or self.agents or self.intents or self.surveys or self.ai_agents or self.ai_versions)

    @property
    def fields(self) -> ListFields:
        """The filters that lists have, too."""
        return ListFields(handled_by=self.handled_by, ai_agent=self.ai_agents, ai_version=self.ai_versions)


def end_of_hour(now: datetime) -> datetime:
    """Return the end of an hour, where periods end that are not given: of whole hours no conversation is read."""
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


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
    """Figures of some conversations, failures before means. ``examples``: the first behind each number that is not 0.

    ``csat`` is the mean of answers from 1 to 5, ``nps`` the Net Promoter Score, from -100 to 100.
    """

    conversations: int
    analysed: int
    failed: int
    passed: int
    undecided: int
    score: Mean
    dissatisfied: int
    satisfied: int
    csat: Mean
    nps: Mean
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


class Week(Figures, frozen=True, kw_only=True):
    """The conversations of seven days; the first week of a period may be shorter."""

    since: datetime
    until: datetime


class LeftOut(Struct, frozen=True, kw_only=True):
    """Conversations that no figure counts: too short, of unknown duration or with unknown sides, and not audited.

    ``handled_by_ai``: those that an AI agent led alone, which are counted where ``handled_by`` asks for them.
    """

    below_threshold: int
    duration_unavailable: int
    sides_unknown: int
    handled_by_ai: int = 0


class Previous(Struct, frozen=True, kw_only=True):
    """The period of the same length that ends where this one begins."""

    since: datetime
    until: datetime
    total: Figures


class AllDrivers(Struct, frozen=True, kw_only=True):
    """Drivers of customer sentiment, of the score, and of satisfaction as customers answered surveys."""

    sentiment: Drivers
    score: Drivers
    csat: Drivers
    nps: Drivers


class Overview(Previous, frozen=True, kw_only=True):
    """Overview of a period. ``weeks`` end with it, the oldest first, at most 53.

    ``groups`` are the largest, by kind, of queues and agents those with the most failures; ``names`` counts those of
    each kind. ``dropped`` is 0 unless there were too many names to keep: then it counts how often one was dropped.
    """

    left_out: LeftOut
    weeks: tuple[Week, ...]
    groups: tuple[Group, ...]
    names: dict[Kind, int]
    dropped: int
    drivers: AllDrivers
    bar: Bar
    previous: Previous
    trends: Trends


def overview(app: AppStore, wanted: Wanted, *, kinds: tuple[Kind, ...] = DEFAULT, most: int = 20, bar: Bar) -> Overview:
    """Count a period and the one before it; of each kind at most ``most`` groups are shown.

    Raises ``RequestError`` ``range.reversed``.
    """
    longest = max(timedelta(0), wanted.since - _FIRST)  # nothing begins before there are dates
    length = min(max(timedelta(0), wanted.until - wanted.since), longest)
    earlier = msgspec.structs.replace(wanted, since=wanted.since.astimezone(UTC) - length, until=wanted.since)
    names = Names()
    previous, period = counted(app, earlier, kinds, names), counted(app, wanted, kinds, names)
    now, before = period.tally, previous.tally
    for tally in (now, before):
        _label(tally, names)
    counts, counts_before = _by_name(now, kinds), _by_name(before, kinds)
    return Overview(
        since=wanted.since,
        until=wanted.until,
        total=Figures(**_figures(now.total)),
        left_out=period.left_out,
        weeks=tuple(_weeks(wanted, period.weeks)),
        groups=tuple([_group(key, now, counts_before) for key in _largest(now, kinds, most)]),
        names={kind: sum(each == kind for each, _ in counts) for kind in kinds},
        dropped=now.dropped + before.dropped,
        drivers=drivers_of(now, bar),
        bar=bar,
        previous=Previous(since=earlier.since, until=earlier.until, total=Figures(**_figures(before.total))),
        trends=trends(counts, now.total.numbers["conversations"], counts_before, before.total.numbers["conversations"]),
    )


def drivers_of(tally: Tally, bar: Bar) -> AllDrivers:
    """Return the drivers of every measure."""
    return AllDrivers(
        sentiment=drivers(tally, "sentiment", bar),
        score=drivers(tally, "score", bar),
        csat=drivers(tally, "csat", bar),
        nps=drivers(tally, "nps", bar),
    )


class Found(NamedTuple):
    """Conversation with its position, its row of the listing, and its part in the counts."""

    position: Position
    row: bytes
    fact: Fact


class FoundPage(NamedTuple):
    """Conversations behind a number. Reading goes on after ``next``, which is None at the end."""

    found: list[Found]
    next: Position | None


def behind(app: AppStore, wanted: Wanted, number: Behind, *, after: Position | None = None, limit: int) -> FoundPage:
    """Return the conversations behind a number, in order, after a position: at most ``limit``.

    They may be fewer, or none, and not the last: the number of rows read for one page is limited.
    Raises ``RequestError`` ``range.reversed``.
    """
    holds = NUMBERS[number.only]
    found: list[Found] = []
    position = after
    for read, (position, row, listed) in enumerate(_read(app, wanted, after), 1):
        is_kept = not is_left_out(listed) and not _is_by_ai_alone(listed, wanted)
        fact = fact_of(listed) if is_kept else None
        if fact is not None and number.kind is not None:
            mentions = (each for each in fact.mentions if is_called(each, number.kind, number.name))
            mention = next(mentions, None)
            fact = fact.under(mention) if mention else None
        if fact is not None and holds(fact):
            found.append(Found(position, row, fact))
        if len(found) == limit or read == MOST_READ:
            return FoundPage(found, position)
    return FoundPage(found, None)


def _read(app: AppStore, wanted: Wanted, after: Position | None = None) -> Iterator[tuple[Position, bytes, Listed]]:
    """Every conversation of a selection, in order, a page in memory at a time."""
    if wanted.until < wanted.since:
        raise RequestError("until lies before since.", code="range.reversed", field="until")
    since_ms = bound_ms(wanted.since)
    key: RowKey | None = RowKey(*(after or (since_ms, "")))
    aliases = app.aliases.in_force()
    while key is not None:
        page = app.conversations.page(
            made_from(
                RecordQuery,
                wanted,
                report=LISTING.name,
                app_ids=(app.tenant.app_id,),
                since_ms=since_ms,
                until_ms=bound_ms(wanted.until),
                fields=wanted.fields,
                include_below_threshold=True,
                limit=AT_A_TIME,
                after=key,
                is_counted=False,
            )
        )
        for row in page.rows:
            listed = joined(decoded(row), aliases)
            yield (ms_of(listed.started_at), listed.id), row, listed
        key = page.last if page.more else None


class Period(NamedTuple):
    """A period as it is counted; ``weeks`` by their distance from its end, 0 for the last."""

    tally: Tally
    left_out: LeftOut
    weeks: dict[int, Counted]


def counted(app: AppStore, wanted: Wanted, kinds: tuple[Kind, ...], names: Names) -> Period:
    """Count the conversations of a period, queues and agents by id, and take their names.

    Whole hours, days and 32 days are taken from rollups, where there are some and filters allow it.
    Raises ``RequestError`` ``range.reversed``.
    """
    if wanted.has_rollups and app.visibility.is_everything:
        rolled = _Rolled(app, wanted, kinds)
        if rolled.is_any:
            return rolled.period(names)
    tally = Tally((*kinds, *SERVICE), MOST_NAMES)
    left_out: dict[Status, int] = dict.fromkeys(INELIGIBLE, 0)
    weeks: defaultdict[int, Counted] = defaultdict(Counted)
    by_ai = 0
    for _, _, listed in _read(app, wanted):
        if is_left_out(listed):
            left_out[listed.status] += 1
            continue
        if _is_by_ai_alone(listed, wanted):
            by_ai += 1
            continue
        fact = fact_of(listed)
        names.see(listed)
        tally.add(fact)
        if (week := _week_of(listed.started_at, wanted)) < MOST_WEEKS:
            weeks[week].add(fact)
    return Period(tally, LeftOut(**left_out, handled_by_ai=by_ai), weeks)


def basis_of(app: AppStore) -> str:
    """Return what rollups of an app are counted with: names and merges that are in force, too."""
    return f"{BASIS} {app.aliases.in_force().version}"


class _Rolled:
    """Counts of a period put together from rollups, and from the conversations of what these do not cover."""

    def __init__(self, app: AppStore, wanted: Wanted, kinds: tuple[Kind, ...]) -> None:
        self._app, self._wanted, self._kinds = app, wanted, (*kinds, *SERVICE)
        self._basis = basis_of(app)
        self._spans: dict[Column, dict[int, list[int]]] = {
            column: app.insight_tallies.counted(column, self._basis, bound_ms(wanted.since), bound_ms(wanted.until))
            for column in ("parts", "whole")
        }

    @property
    def is_any(self) -> bool:
        """Return whether anything of the period is counted."""
        return any(self._spans["whole"].values())

    def period(self, names: Names) -> Period:
        """Count the period."""
        wanted, until = self._wanted, self._wanted.until
        every = Rollup(self._kinds)
        for _, body in self._counted("parts", bound_ms(wanted.since), bound_ms(until)):
            every.add(body)
        weeks = defaultdict[int, Rollup](lambda: Rollup(()))
        begins = (until - each * WEEK for each in range(min(MOST_WEEKS, (until - _FIRST) // WEEK) + 1))
        bounds = sorted({bound_ms(max(each, wanted.since)) for each in begins})
        for since_ms, until_ms in pairwise(bounds):
            for week, body in self._counted("whole", since_ms, until_ms):
                weeks[week].add(body)
        slices = wanted.channels, wanted.directions
        led = ("human", "both") if wanted.is_of_people else wanted.handled_by
        totals = {week: each.chosen(*slices, led).total for week, each in weeks.items()}
        by_ai = every.chosen(*slices, ("ai",)).total.numbers["conversations"] if wanted.is_of_people else 0
        left_out = {**dict.fromkeys(INELIGIBLE, 0), **every.chosen(*slices, wanted.handled_by).left_out}
        return Period(
            every.chosen(*slices, led).tally(MOST_NAMES, names),
            LeftOut(**left_out, handled_by_ai=by_ai),
            {week: each for week, each in totals.items() if week < MOST_WEEKS and each.numbers["conversations"]},
        )

    def _counted(self, column: Column, since_ms: int, until_ms: int) -> Iterator[tuple[int, Body]]:
        """Yield what is counted of a range, in the order of time, with the distance of its week from the end."""
        kinds = self._kinds if column == "parts" else ()
        for piece, stored in self._pieces(column, since_ms, until_ms):
            if stored is not None:
                yield _week_of(piece.since, self._wanted), unpacked(stored)
                continue
            within = msgspec.structs.replace(self._wanted, since=piece.since, until=piece.until)
            rows = (each for *_, each in _read(self._app, within))
            for week, some in groupby(rows, lambda each: _week_of(each.started_at, self._wanted)):
                while together := list(islice(some, AT_A_TIME)):
                    yield week, Rollup.of(together, kinds).body(kinds)

    def _pieces(self, column: Column, since_ms: int, until_ms: int) -> Iterator[tuple[Piece, bytes | None]]:
        """Yield the pieces of a range, in order, with what is stored of those that are counted."""
        spans, store = self._spans[column], self._app.insight_tallies
        while True:
            pieces = cover(since_ms, until_ms, spans)
            stored = store.bodies(column, self._basis, [each.key for each in pieces if each.is_counted])
            gone = {each.key for each in pieces if each.is_counted} - stored.keys()
            if not gone:
                return ((each, stored[each.key] if each.is_counted else None) for each in pieces)
            for level, bucket in gone:  # it was touched meanwhile
                spans[level].remove(bucket)


def roll_up(app: AppStore, now: datetime, pause: Callable[[float], bool]) -> None:
    """Count the spans that have many conversations and are over, wherever something was written since they were counted.

    ``pause`` is called with the seconds that each took, waits, and returns whether to stop.
    """
    store, basis = app.insight_tallies, basis_of(app)
    for span in store.due(basis, LEAST):
        if span.until_ms > bound_ms(now):
            continue
        began = time.monotonic()
        rollup = Rollup()
        is_parted = span.rows >= LEAST_OF_PARTS
        column, kinds = ("parts", KINDS) if is_parted else ("whole", ())
        for piece in cover(span.since_ms, span.until_ms, store.counted(column, basis, span.since_ms, span.until_ms)):
            for body in store.bodies(column, basis, [piece.key] if piece.is_counted else ()).values():
                rollup.add(unpacked(body))
            read = iter(()) if piece.is_counted else _read(app, Wanted(since=piece.since, until=piece.until))
            while rows := list(islice(read, AT_A_TIME)):
                rollup.add(Rollup.of([listed for *_, listed in rows], kinds).body())
        parts = packed(rollup.body()) if is_parted else None
        store.store(basis, span, packed(rollup.body(())), parts)
        if pause(time.monotonic() - began):
            return


def roll_up_all(store: Store, now: Callable[[], datetime], pause: Callable[[float], bool]) -> None:
    """Do so for every app, alongside other work; one that cannot be counted is left to the next call."""
    for tenant in store.tenants():
        with guarded(LOG, f"insights of app {tenant.app_id}"):
            roll_up(store.within(tenant), now(), pause)
        if pause(0):
            return


def _week_of(at: datetime, wanted: Wanted) -> int:
    """Return the distance of a week from the end of a period, 0 for the last."""
    return (wanted.until - at - timedelta.resolution) // WEEK


def _is_by_ai_alone(listed: Listed, wanted: Wanted) -> bool:
    """Return whether a conversation is not counted, as those of AI agents were not asked for."""
    return wanted.is_of_people and listed.handled_by == "ai"


def answers(app: AppStore, wanted: Wanted, least: int) -> Tally:
    """Count the answers to surveys of a period by what was mentioned in at least ``least`` conversations.

    Raises ``RequestError`` ``range.reversed``.
    """
    names = Names()
    facts: list[Fact] = []
    for _, _, listed in _read(app, wanted):
        if not is_left_out(listed):
            names.see(listed)
            facts.append(fact_of(listed).answer)
    often = Counter(chain.from_iterable(set(fact.mentions) for fact in facts))
    tally = Tally((*DEFAULT, *SERVICE), MOST_NAMES)
    for fact in facts:
        tally.add(fact._replace(mentions=tuple([each for each in fact.mentions if often[each] >= least])))
    _label(tally, names)
    return tally


def _label(tally: Tally, names: Names) -> None:
    """Set the names with which the groups of a tally, counted by id, are shown."""
    tally.groups = {names.label(key): each for key, each in tally.groups.items()}


def _weeks(wanted: Wanted, weeks: Mapping[int, Counted]) -> Iterator[Week]:
    """Yield the weeks from the first with conversations on, the oldest first."""
    for week in range(max(weeks, default=-1), -1, -1):
        until = wanted.until - week * WEEK
        since = max(until - WEEK, wanted.since)
        yield Week(since=since, until=until, **_figures(weeks.get(week) or Counted()))


def _by_name(tally: Tally, kinds: tuple[Kind, ...]) -> dict[Key, int]:
    return {key: each.numbers["conversations"] for key, each in tally.groups.items() if key[0] in kinds}


def _largest(tally: Tally, kinds: tuple[Kind, ...], most: int) -> Iterator[Key]:
    """The names with the most conversations, by kind in the order asked for; of queues and agents the most failures."""

    def weight(key: Key) -> tuple[int, int, str]:
        numbers = tally.groups[key].numbers
        return -numbers["failed"] if key[0] in _BY_FAILURES else 0, -numbers["conversations"], key[1]

    ordered = sorted(tally.groups, key=weight)
    for kind in kinds:
        yield from islice((key for key in ordered if key[0] == kind), most)


def _group(key: Key, tally: Tally, before: Mapping[Key, int]) -> Group:
    counted = tally.groups[key]
    share = Decimal(100 * counted.numbers["conversations"]) / tally.total.numbers["conversations"]
    return Group(kind=key[0], name=key[1], share=hundredths(share), before=before.get(key, 0), **_figures(counted))


def _figures(counted: Counted) -> dict[str, Any]:
    numbers = counted.numbers
    qualifying = numbers["resolved"] + numbers["unresolved"]
    shown = {name: n for name, n in numbers.items() if name not in KNOWN.values()}
    return {
        **shown,
        "score": mean_of(counted, "score"),
        "sentiment": mean_of(counted, "sentiment"),
        "csat": mean_of(counted, "csat"),
        "nps": mean_of(counted, "nps"),
        "resolution_rate": hundredths(Decimal(100 * numbers["resolved"]) / qualifying) if qualifying else None,
        "examples": counted.examples,
    }


def mean_of(counted: Counted, measure: Measure) -> Mean:
    """Return the mean of a measure over the conversations of which it is known."""
    mean = counted.mean(measure)
    return Mean(n=counted.known(measure), mean=None if mean is None else hundredths(mean))
