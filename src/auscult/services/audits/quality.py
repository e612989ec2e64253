"""Figures of a form over conversations: agents in a funnel, a control chart, and the machine's error by group."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple

from msgspec import Struct

from auscult.domain.errors import NotFoundError, RequestError
from auscult.domain.evaluation import Qualification
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.domain.statistics.agents import Count, Funnel, Shrunk, funnel, observed_less_expected, shrink
from auscult.domain.statistics.charts import Chart, Period, ewma_chart, laney_chart
from auscult.domain.statistics.fairness import GroupedVerdict, GroupError, discoveries, errors_by_group
from auscult.domain.statistics.intervals import Figure
from auscult.services.audits.frames import agents_of, is_by_segment
from auscult.storage.audits.frames import FrameQuery
from auscult.storage.store import AppStore

Step = Literal["day", "week", "month"]
Group = Literal["language", "queue", "channel", "direction", "agent", "tenure"]


class QualityQuery(NamedTuple):
    """Conversations evaluated with a form that started in a window; a metric's YES, or passing without one."""

    form_id: str
    since: datetime
    until: datetime
    metric_id: str | None = None


class AgentFigures(Struct, frozen=True, kw_only=True):
    """Agents by id: shrunken rates, the funnel, and each rate less what the group reaches on the same mix.

    The mix is by queue, channel and language. A rate is the share of YES among YES and NO, or of passed conversations.
    """

    agents: dict[str, Shrunk]
    funnel: Funnel
    against_mix: dict[str, Figure]


class ChartFigures(Struct, frozen=True, kw_only=True):
    """Control charts of a share by period: Laney's p' and the moving average; ``advice`` goes with the first."""

    chart: Chart
    average: Chart
    advice: str


class FairnessFigures(Struct, frozen=True, kw_only=True):
    """The machine's error by group against audits, and the groups that differ when 5 % false findings are accepted."""

    groups: dict[str, GroupError]
    findings: tuple[str, ...]


class Quality:
    """Figures of one app."""

    def __init__(self, app: AppStore) -> None:
        """Work on ``app``."""
        self._app = app
        self._hired: dict[str, date | None] | None = None

    def agents(self, query: QualityQuery) -> AgentFigures:
        """Return the figures of agents; a conversation counts for the agent who handled most of it."""
        mixes: defaultdict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
        hits: defaultdict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
        for case, is_success in self._answered(query):
            for agent in agents_of(case, "most"):
                cell = (_queue(case), case.conversation.channel, case.conversation.language)
                mixes[agent][cell] += 1
                hits[agent][cell] += is_success
        if not mixes:
            raise _nothing()
        totals, successes = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
        for agent in mixes:
            totals += mixes[agent]
            successes.update(hits[agent])
        rates = {cell: successes[cell] / n for cell, n in totals.items()}
        counts = {agent: Count(hits[agent].total(), mix.total()) for agent, mix in mixes.items()}
        against = {
            agent: observed_less_expected({cell: Count(hits[agent][cell], n) for cell, n in mix.items()}, rates)
            for agent, mix in mixes.items()
        }
        return AgentFigures(
            agents=shrink(counts),
            funnel=funnel(counts),
            against_mix={agent: figure for agent, figure in against.items() if figure is not None},
        )

    def chart(self, query: QualityQuery, step: Step = "week") -> ChartFigures:
        """Return the control charts. A period has a marker where a newer form version or another model begins."""
        n, hits, markers = Counter[datetime](), Counter[datetime](), dict[str, str]()
        version, engines = 0, frozenset[str]()
        for case, is_success in self._answered(query):
            period = period_of(case.conversation.started_at, step)
            n[period] += 1
            hits[period] += is_success
            form = case.evaluation.form
            if form is not None and form.version > version:
                if version:
                    _mark(markers, period, f"form version {form.version}")
                version = form.version
            new = frozenset(case.evaluation.engines) - engines
            if new and engines and case.evaluation.engines:
                _mark(markers, period, f"model {', '.join(sorted(new))}")
            engines |= new
        periods = [Period(_name(period), hits[period], n[period]) for period in sorted(n)]
        laney, average = laney_chart(periods, markers), ewma_chart(periods, markers=markers)
        if laney is None or average is None:
            raise _nothing()
        return ChartFigures(chart=laney, average=average, advice=laney.advice)

    def fairness(self, query: QualityQuery, group: Group) -> FairnessFigures:
        """Return the machine's error on a metric by group, against the audits of plans. A metric is needed."""
        if query.metric_id is None:
            raise RequestError("name a metric", code="field.missing", field="metric_id")
        cases = {
            (case.conversation.id, case.segment): (case, answer)
            for case in self._app.frames.cases(self._query(query))
            if (answer := _answer(case, query.metric_id)) in {"YES", "NO"}
        }
        verdicts: list[GroupedVerdict] = []
        for one in self._app.queue.submitted(None, None):
            given = one.assignment
            found = cases.get((given.conversation_id or "", given.segment))
            if found is None or one.audit is None or given.probability is None or given.role != "audit":
                continue
            person = one.audit.answer_to(query.metric_id)
            case, machine = found
            verdicts += [GroupedVerdict(name, machine, person, given.probability) for name in self._groups(case, group)]
        groups = errors_by_group(verdicts)
        p_values = {name: one.p_value for name, one in groups.items() if one.p_value is not None}
        return FairnessFigures(groups=groups, findings=tuple(sorted(discoveries(p_values))))

    def _groups(self, case: EvaluatedConversation, group: Group) -> list[str]:
        if group != "tenure":
            return _groups(case, group)
        hired = {agent: self._hired_on(agent) for agent in agents_of(case, "most")}
        started = case.conversation.started_at.date()
        return ["unknown" if since is None else tenure_of(since, started) for since in hired.values()]

    def _hired_on(self, agent_id: str) -> date | None:
        if self._hired is None:
            self._hired = {each.agent_id: each.hired_on for each in self._app.people.directory.agents()}
        return self._hired.get(agent_id)

    def _query(self, query: QualityQuery) -> FrameQuery:
        """Return the frame of a query: with a form for segments, the segments."""
        by_segment = is_by_segment(self._app, query.form_id)
        return FrameQuery(query.form_id, query.since, query.until, is_by_segment=by_segment)

    def _answered(self, query: QualityQuery) -> Iterator[tuple[EvaluatedConversation, bool]]:
        """Yield the conversations that count, and whether each is a success, in the order of their start."""
        for case in self._app.frames.cases(self._query(query)):
            if query.metric_id is None:
                if case.evaluation.passed is not None:
                    yield case, case.evaluation.passed
            elif (answer := _answer(case, query.metric_id)) in {"YES", "NO"}:
                yield case, answer == "YES"


def _mark(markers: dict[str, str], period: datetime, what: str) -> None:
    """Add a marker to a period."""
    before = markers.get(_name(period))
    markers[_name(period)] = what if before is None else f"{before}; {what}"


def tenure_of(hired_on: date, on: date) -> str:
    """Return the group of an agent's time in the job on a day."""
    days = (on - hired_on).days
    limits = ((90, "under 3 months"), (365, "3 to 12 months"), (3 * 365, "1 to 3 years"))
    return next((name for limit, name in limits if days < limit), "3 years and more")


def period_of(instant: datetime, step: Step) -> datetime:
    """Return the beginning of the day, the week (from Monday) or the month that an instant is in, UTC."""
    day = instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if step == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if step == "week" else day


def _name(period: datetime) -> str:
    return f"{period:%Y-%m-%d}"


def _answer(case: EvaluatedConversation, metric_id: str) -> Qualification:
    answers: dict[str, Qualification] = {each.metric.id: each.verdict.qualification for each in case.evaluation.results}
    return answers.get(metric_id, "-")


def _queue(case: EvaluatedConversation) -> str:
    return case.conversation.queues[-1].id if case.conversation.queues else ""


def _groups(case: EvaluatedConversation, group: Group) -> list[str]:
    conversation = case.conversation
    match group:
        case "language":
            return [conversation.language]
        case "queue":
            return [_queue(case)]
        case "channel":
            return [conversation.channel]
        case "direction":
            return [conversation.direction]
        case "agent":
            return agents_of(case, "most")
        case "tenure":
            return []


def _nothing() -> NotFoundError:
    return NotFoundError(
        "no conversation of this form has an answer in this time; check form, metric and dates",
        code="range.empty",
        field="since",
    )
