"""Drivers of a figure: its change between two periods, split by what conversations have in common."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any, Literal, get_args

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.ai_agents.context import HandledBy
from auscult.domain.conversation import Agent, Channel, Queue
from auscult.domain.errors import RequestError
from auscult.domain.evaluation import Status
from auscult.domain.insights.changes import NOTHING, Change, Group, Kind, Move, Sample, change_of, moves_of, share
from auscult.domain.insights.overview import Counted, Tally
from auscult.domain.insights.overview import Kind as Subject
from auscult.domain.people.visibility import Visibility
from auscult.domain.scoring.list_fields import ListFields
from auscult.services.conversations.latest import Sought, count, each_row
from auscult.services.definitions.forms.cache import read_kept
from auscult.services.insights.facts import INELIGIBLE, Names
from auscult.services.insights.overview import Wanted, counted
from auscult.services.insights.quality import (
    METRICS,
    WEEK,
    Passed,
    by_agent_and_period,
    by_name,
    by_period,
    numbers_of_intents,
)
from auscult.services.insights.quality import NOTHING as NO_ADHERENCE
from auscult.services.scoring.listing import ListedAudit, ListedForm
from auscult.storage.store import AppStore

Whole = Literal["pass", "score", "resolved", "escalation", "churn", "handover"]
FIGURES: tuple[Whole, ...] = get_args(Whole)
"""Figures of whole conversations; that of one metric is ``metric:`` and its id."""
OF_METRIC = "metric:"
MOST_READ = 20_000
"""Conversations of both periods that are read one by one; of more, tallies split the share that passes, rollups the score
and the share that is resolved, and a metric is split by channel alone."""
AT = "@"
"""Stands between the id of a form and its version in the id of a group."""
_PAIRED: frozenset[Kind] = frozenset({"queue", "reason", "agent", "channel"})
_LEAST_OF_FORM = 0.02
"""Share of the conversations now that a new version of a form must have to be named."""
_EVERY = 2**62
LEAST = 10
"""Conversations that a metric must apply to in both periods to be compared."""
_RESOLVED = {"YES": 1.0, "NO": 0.0}
_ROLLED = frozenset({"score", "resolved"})
"""Figures that rollups have."""
_KINDS: Mapping[Subject, Kind] = {"queue": "queue", "intent": "reason", "agent": "agent"}
"""Kinds of groups by what rollups call them."""

Key = tuple[Kind, str]


class Compared(Struct, frozen=True, kw_only=True):
    """Two periods: ``since`` <= start < ``until``, and the one of ``before`` that ends ``gap`` before it begins."""

    since: datetime
    until: datetime
    before: timedelta
    gap: timedelta = timedelta(0)

    @property
    def begins(self) -> datetime:
        """The start of the earlier period."""
        return self.since - self.gap - self.before

    @property
    def spans(self) -> tuple[tuple[datetime, datetime], ...]:
        """Start and end of the earlier period, of the gap where there is one, and of the later period."""
        ends = self.since - self.gap
        between = ((ends, self.since),) if self.gap else ()
        return (self.begins, ends), *between, (self.since, self.until)


def lately(end: datetime) -> Compared:
    """Return the periods that Home, Overview and mails compare: the last seven days, and the four weeks before."""
    return Compared(since=end - WEEK, until=end, before=4 * WEEK)


class FormChange(Struct, frozen=True, kw_only=True):
    """Form with a version that scores conversations of the later period and none of the earlier one."""

    form_id: str
    name: str
    version: int


class FigureChange(Struct, frozen=True, kw_only=True):
    """Change of a figure with its drivers; ``change`` is None where a period has no conversation with the figure.

    ``samples`` are all conversations with the figure in both periods, the earlier one first.
    ``forms``: what changed in between, so that the periods answer different questions.
    """

    figure: str
    compared: Compared
    samples: tuple[Sample, Sample]
    change: Change | None
    forms: tuple[FormChange, ...] = ()

    @property
    def n(self) -> int:
        """The number of conversations in both periods."""
        return sum(each.n for each in self.samples)

    @property
    def is_share(self) -> bool:
        """Return whether the figure is a share of 1; else it is in points of the score, from 0 to 100."""
        return self.figure != "score"


class PassedChange(FigureChange, frozen=True, kw_only=True):
    """Change of the share that passes, with the counts of both periods."""

    before: Passed
    now: Passed

    def counts(self, group: Group) -> tuple[Passed, Passed]:
        """Return the counts of a group in both periods, the earlier one first."""
        first, last = (
            replace(period, scored=sample.n, passed=int(sample.total), undecided=0)
            for period, sample in ((self.before, group.before), (self.now, group.now))
        )
        return first, last


class _Name(Struct, frozen=True, gc=False):
    name: str


class _Found(Struct, gc=False):
    escalation: bool | None = None
    churn_risk: bool | None = None
    resolution: str | None = None
    intents: tuple[_Name, ...] | None = None


class _Moves(Struct, gc=False):
    transfers: int | None = None


class _Row(Struct, gc=False):
    """Fields of a row of the listing that figures and groups are read from."""

    channel: str
    language: str
    started_at: datetime
    queues: tuple[Queue, ...]
    agents: tuple[Agent, ...]
    form: ListedForm | None
    status: Status
    score: int | None
    passed: bool | None
    audit: ListedAudit
    missed_metrics: tuple[str, ...] = ()
    handled_by: HandledBy = "human"
    insights: _Found | None = None
    contact: _Moves | None = None


_DECODE = msgspec.json.Decoder(_Row).decode


def _handed_over(row: _Row) -> float | None:
    """Return 1 for a conversation that was transferred, or that went from an AI agent to a person."""
    if row.handled_by != "human":
        return float(row.handled_by == "both")
    moves = row.contact.transfers if row.contact else None
    return None if moves is None else float(moves > 0)


def _flag(found: bool | None) -> float | None:  # noqa: FBT001  (a value of a row)
    return None if found is None else float(found)


_VALUES: Mapping[str, Callable[[_Row], float | None]] = {
    "pass": lambda row: _flag(row.passed),
    "score": lambda row: row.score,
    "resolved": lambda row: _RESOLVED.get(row.insights.resolution or "") if row.insights else None,
    "escalation": lambda row: _flag(row.insights.escalation) if row.insights else None,
    "churn": lambda row: _flag(row.insights.churn_risk) if row.insights else None,
    "handover": _handed_over,
}


def figure_change(app: AppStore, sought: Sought, compared: Compared, figure: str = "pass") -> FigureChange:
    """Return the change of a figure between two periods. Raises ``RequestError`` ``figure.unknown``.

    A metric moved by more than chance if it did so among all metrics in force, as on pages with all of them.
    """
    if figure == "pass":
        return passed_change(app, sought, compared)
    all_sought = sought
    metric_id = figure.removeprefix(OF_METRIC) if figure.startswith(OF_METRIC) else ""
    value: Callable[[_Row], float | None] | None
    if metric_id:
        sought = replace(sought, asked=(*sought.asked, metric_id))
        value = lambda row: float(metric_id not in row.missed_metrics)  # noqa: E731  (as those of the table)
    else:
        value = _VALUES.get(figure)
    if value is None:
        known = ", ".join((*FIGURES, f"{OF_METRIC}ID"))
        raise RequestError(
            "unknown figure {value!r}; available: {known}",
            known=known,
            code="figure.unknown",
            field="figure",
            value=figure,
        )
    if figure in _ROLLED and (rolled := _rolled(app, sought, compared, figure)) is not None:
        return rolled
    if metric_id and (of_many := _by_channel(app, all_sought, compared, metric_id)) is not None:
        return of_many
    # A missed metric lowers the score by definition.
    read = _Reading(app, compared, value, has_metrics=figure in FIGURES and figure != "score")
    read.add(sought)
    change, moved = read.change(all_sought)
    if metric_id and change:
        change = replace(change, is_beyond_chance=metric_id in moved)
    return FigureChange(
        figure=figure, compared=compared, samples=read.samples(), change=change, forms=tuple(read.forms())
    )


def passed_change(app: AppStore, sought: Sought, compared: Compared) -> PassedChange:
    """Compare the shares that pass in two periods.

    Of more than ``MOST_READ`` conversations they are split by queue, reason, agent and channel alone.
    """
    before, *_between, now = (each.passed for each in by_period(app, sought, compared.spans, ("outcome",)))
    forms: Iterable[FormChange] = ()
    samples = share(before.passed, before.scored), share(now.passed, now.scored)
    if before.scored + now.scored > MOST_READ:
        groups = list(_tallied(app, sought, compared))
        change = change_of(*samples, groups)
    else:
        read = _Reading(app, compared, _VALUES["pass"])
        read.add(replace(sought, outcomes=sought.outcomes or ("passed", "failed")))
        (change, _moved), forms = read.change(sought), read.forms()
    return PassedChange(
        figure="pass",
        compared=compared,
        samples=samples,
        change=change,
        forms=tuple(forms),
        before=before,
        now=now,
    )


class _Reading:
    """Rows of two periods, added up by the groups that they are in."""

    def __init__(
        self, app: AppStore, compared: Compared, value: Callable[[_Row], float | None], *, has_metrics: bool = True
    ) -> None:
        self._app, self._compared, self._value = app, compared, value
        self._aliases = app.aliases.in_force()
        self._sums: defaultdict[Any, list[float]] = defaultdict(lambda: [0.0] * 6)
        """By group, by pair of groups, and of all. A metric that is not in force is named by its id."""
        self._metrics = _names_of_metrics(app)
        self._names: dict[Key, str] = {("metric", each): name for each, name in self._metrics.items()}
        self._known: dict[object, tuple[Any, ...]] = {}
        self._has_metrics = has_metrics
        self._has_handlers = True

    def add(self, sought: Sought) -> None:
        """Read the conversations of both periods."""
        compared, led = self._compared, sought.fields.handled_by
        # People alone, or AI agents alone: it divides nothing.
        self._has_handlers = not led or {"ai", "human"} <= set(led)
        since, ends = compared.since, compared.since - compared.gap
        within = replace(sought, since=compared.begins, until=compared.until, order="-started_at")
        for body in each_row(self._app, within, _EVERY):
            row = _DECODE(body)
            if ends <= row.started_at < since:
                continue
            is_left_out = row.status in INELIGIBLE and row.audit.state != "audited"
            if is_left_out or (value := self._value(row)) is None:
                continue
            at = 3 if row.started_at >= since else 0
            missed = row.missed_metrics if self._has_metrics else ()
            for key in (*self._groups_of(row), *(("metric", each) for each in dict.fromkeys(missed))):
                sums = self._sums[key]
                sums[at] += 1
                sums[at + 1] += value
                sums[at + 2] += value * value

    def change(self, sought: Sought) -> tuple[Change | None, frozenset[str]]:
        """Return the change with its drivers, and the metrics of a selection that moved by more than chance."""
        moves = moves_of(list(_of_metrics(self._app, sought, self._compared, self._metrics)))
        moved = frozenset(each.group.id for each in moves)
        groups = {
            key: Group(kind=key[0], id=key[1], name=self._names.get(key) or key[1], before=before, now=now)
            for key in self._sums
            if key and isinstance(key[0], str)
            for before, now in (self.samples(key),)
        }
        pairs = [self._pair(groups[key[0]], groups[key[1]]) for key in self._sums if key and key[0] in groups]
        return change_of(*self.samples(), groups.values(), pairs, moved), moved

    def forms(self) -> Iterator[FormChange]:
        """Yield the forms with a new version, those with most conversations first."""
        _all, now = self.samples()
        found = {key: self.samples(key) for key in self._names if key[0] == "form"}
        known = {key[1].rpartition(AT)[0] for key, (before, _now) in found.items() if before.n}
        for key, (before, after) in sorted(found.items(), key=lambda each: -each[1][1].n):
            form_id, _at, version = key[1].rpartition(AT)
            if not before.n and form_id in known and after.n >= max(1, now.n * _LEAST_OF_FORM):
                yield FormChange(form_id=form_id, name=self._names[key], version=int(version))

    def samples(self, key: object = None) -> tuple[Sample, Sample]:
        """Return the samples of both periods: of a group, of a pair, or of all."""
        sums = self._sums.get(key)
        if sums is None:
            return NOTHING, NOTHING
        n, total, squares, n_now, total_now, squares_now = sums
        return Sample(int(n), total, squares), Sample(int(n_now), total_now, squares_now)

    def _pair(self, one: Group, two: Group) -> Group:
        before, now = self.samples(((one.kind, one.id), (two.kind, two.id)))
        name = f"{one.name}, {two.name}"
        return Group(kind="pair", id=f"{one.id} {two.id}", name=name, before=before, now=now, of=(one, two))

    def _groups_of(self, row: _Row) -> tuple[Any, ...]:
        """Return all, the groups that a row is in, and pairs of these; many rows are in the same ones."""
        intents = row.insights.intents if row.insights else None
        parts = row.queues, intents, row.agents, row.channel, row.language, row.handled_by, row.form
        if (known := self._known.get(parts)) is None:
            keys = dict.fromkeys(self._keys(row))
            pairs = combinations([each for each in keys if each[0] in _PAIRED], 2)
            known = self._known[parts] = (None, *keys, *((one, two) for one, two in pairs if one[0] != two[0]))
        return known

    def _keys(self, row: _Row) -> Iterator[Key]:
        for queue in row.queues:
            seen = self._aliases.queue(queue) if self._aliases else queue
            if _may_name(self._app.visibility, seen):
                yield self._named("queue", seen.id, seen.name or seen.id)
        for intent in (row.insights.intents if row.insights else None) or ():
            yield self._named("reason", intent.name, intent.name)
        for agent in row.agents:
            seen_agent = self._aliases.agent(agent) if self._aliases else agent
            yield self._named("agent", seen_agent.id, seen_agent.name or seen_agent.id)
        yield self._named("channel", row.channel, row.channel)
        yield self._named("language", row.language, row.language)
        if self._has_handlers:
            yield self._named("handled_by", row.handled_by, row.handled_by)
        if row.form:
            form = f"{row.form.id}{AT}{row.form.version}"
            if ("form", form) not in self._names:
                self._names["form", form] = self._form(row.form)
            yield "form", form

    def _named(self, kind: Kind, group_id: str, name: str) -> Key:
        key = kind, group_id
        self._names.setdefault(key, name)  # the newest, as rows are read backwards
        return key

    def _form(self, form: ListedForm) -> str:
        found = self._app.forms.get(form.id, form.version)
        return read_kept(found.document, found.version).name if found else form.id


def _names_of_metrics(app: AppStore) -> dict[str, str]:
    forms = [read_kept(each.document, each.version) for each in app.forms.in_force()]
    return {metric.id: metric.name for form in forms for metric in form.metrics}


def _may_name(seen: Visibility, queue: Queue) -> bool:
    """Return whether a queue may be named: to viewers of some queues the others of their conversations are not shown."""
    if seen.is_everything or not seen.queues:
        return True
    return not seen.queues.isdisjoint({queue.id.casefold(), (queue.name or "").casefold()})


def _tallied(app: AppStore, sought: Sought, compared: Compared) -> Iterator[Group]:
    """Yield the groups of very many conversations, by tallies: those that the newest ones have."""
    rows = [_DECODE(body) for body in each_row(app, replace(sought, since=compared.since, until=compared.until), 1_000)]
    queues = {each.name or each.id for row in rows for each in row.queues if _may_name(app.visibility, each)}
    reasons = {each.name for row in rows if row.insights for each in row.insights.intents or ()}
    aliases = app.aliases.in_force()
    agents = {each.id: each.name or each.id for row in rows for each in map(aliases.agent, row.agents)}
    for name, periods in by_name(app, sought, "queue", sorted(queues), compared.spans).items():
        yield _group("queue", name, name, periods)
    for name, periods in by_name(app, sought, "intent", sorted(reasons), compared.spans).items():
        yield _group("reason", name, name, periods)
    for agent_id, periods in by_agent_and_period(app, sought, sorted(agents), compared.spans).items():
        yield _group("agent", agent_id, agents[agent_id], periods)
    for channel in () if sought.channels else ("voice", "chat"):
        found = by_period(app, replace(sought, channels=(channel,)), compared.spans, ("outcome",))
        yield _group("channel", channel, channel, [each.passed for each in found])


def _rolled(app: AppStore, sought: Sought, compared: Compared, figure: str) -> FigureChange | None:
    """Return the change of a figure of very many conversations, by rollups; None where these do not know what is sought."""
    fields = ListFields(handled_by=sought.fields.handled_by)
    known = Sought(channels=sought.channels, directions=sought.directions, fields=fields, order=sought.order)
    spans = compared.spans[0], compared.spans[-1]
    if replace(sought, reader=None) != known or not app.visibility.is_everything:
        return None
    if sum(count(app, replace(sought, since=since, until=until)) for since, until in spans) <= MOST_READ:
        return None
    names = Names()

    def tallies(channels: tuple[Channel, ...]) -> tuple[Tally, Tally]:
        first, last = (
            Wanted(
                since=since,
                until=until,
                channels=channels,
                directions=sought.directions,
                handled_by=fields.handled_by or get_args(HandledBy),
            )
            for since, until in spans
        )
        return counted(app, first, tuple(_KINDS), names).tally, counted(app, last, tuple(_KINDS), names).tally

    before, now = tallies(sought.channels)
    groups = [
        Group(kind=_KINDS[key[0]], id=key[1], name=names.name(key), before=one, now=two)
        for key in dict.fromkeys((*now.groups, *before.groups))
        if key[0] in _KINDS
        for one, two in ((_sample(figure, before.groups.get(key)), _sample(figure, now.groups.get(key))),)
    ]
    for channel in () if sought.channels else get_args(Channel):
        one, two = (_sample(figure, each.total) for each in tallies((channel,)))
        groups.append(Group(kind="channel", id=channel, name=channel, before=one, now=two))
    samples = _sample(figure, before.total), _sample(figure, now.total)
    return FigureChange(figure=figure, compared=compared, samples=samples, change=change_of(*samples, groups))


def _by_channel(app: AppStore, sought: Sought, compared: Compared, metric_id: str) -> FigureChange | None:
    """Return the change of a metric of very many conversations, by tallies, by channel alone; None where they are few."""
    all_of_them = list(_of_metrics(app, sought, compared, _names_of_metrics(app)))
    whole = next((each for each in all_of_them if each.id == metric_id), None)
    if whole is None or whole.before.n + whole.now.n <= MOST_READ:
        return None
    groups = [
        replace(each, kind="channel", id=channel, name=channel)
        for channel in (() if sought.channels else get_args(Channel))
        for each in _of_metrics(app, replace(sought, channels=(channel,)), compared, {metric_id: ""})
    ]
    samples, moved = (whole.before, whole.now), moves_of(all_of_them)
    change = change_of(*samples, groups)
    if change:
        change = replace(change, is_beyond_chance=any(each.group.id == metric_id for each in moved))
    return FigureChange(figure=f"{OF_METRIC}{metric_id}", compared=compared, samples=samples, change=change)


def _sample(figure: str, found: Counted | None) -> Sample:
    """Return the sample of a figure of rollups."""
    if found is None:
        return NOTHING
    if figure == "resolved":
        resolved = found.numbers["resolved"]
        return share(resolved, resolved + found.numbers["unresolved"])
    sums = found.sums["score"]
    return Sample(sums.n, sums.total, sums.squares)


def _group(kind: Kind, group_id: str, name: str, periods: Sequence[Passed]) -> Group:
    before, *_between, now = (share(each.passed, each.scored) for each in periods)
    return Group(kind=kind, id=group_id, name=name, before=before, now=now)


def moved_of(
    app: AppStore, sought: Sought, compared: Compared, metrics: Mapping[str, str], reasons: Sequence[str]
) -> list[Move]:
    """Return the metrics and the reasons for contact that moved by more than chance among those of their kind.

    ``metrics`` are names by id. Of a metric the values are shares that met it, of a reason shares of all conversations.
    """
    groups = list(_of_metrics(app, sought, compared, metrics))
    bounds = (compared.begins, *(until for _, until in compared.spans))
    totals = [count(app, replace(sought, since=since, until=until)) for since, until in compared.spans]
    for name, numbers in numbers_of_intents(app, sought, list(reasons), bounds).items():
        first, last = share(numbers[0], totals[0]), share(numbers[-1], totals[-1])
        groups.append(Group(kind="reason", id=name, name=name, before=first, now=last))
    return moves_of(groups)


def _of_metrics(app: AppStore, sought: Sought, compared: Compared, metrics: Mapping[str, str]) -> Iterator[Group]:
    """Yield the metrics that apply to enough conversations of both periods."""
    before, *_between, now = by_period(app, sought, compared.spans, METRICS)
    for metric_id, name in metrics.items():
        first, last = (
            share(one.met, one.n) for one in (each.metrics.get(metric_id, NO_ADHERENCE) for each in (before, now))
        )
        if min(first.n, last.n) >= LEAST:
            yield Group(kind="metric", id=metric_id, name=name, before=first, now=last)
