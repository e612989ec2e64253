"""The vendor's three scheduled reports, and a saved view: rows of what a maker may see."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from auscult.domain.audits.audit import state_of
from auscult.domain.audits.blindness import Blindness
from auscult.domain.audits.bookmark import AuditSettings
from auscult.domain.delivery.csv_cells import CsvCell
from auscult.domain.evaluation import MetricResult
from auscult.domain.schedules.schedule import Schedule
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.audits.blind import blindness_of, hidden_from_talk, kept_from, kept_from_agents, latest_blind
from auscult.services.audits.frames import agents_of
from auscult.services.conversations.latest import Sought
from auscult.services.conversations.list_query import Query, read_query
from auscult.services.conversations.talked import TalkReader
from auscult.services.delivery.list_exports import AT_A_TIME, COLUMNS, row_of
from auscult.storage.audits.frames import FrameQuery
from auscult.storage.store import AppStore

Rows = list[list[CsvCell]]
_PER_METRIC = (
    "result",
    "Is Fatal Metric",
    "Adherence Weight",
    "Violation",
    "AI Justification",
    "Trigger Justification",
)


def rows_of(app: AppStore, one: Schedule, until: datetime) -> Rows:
    """Return the rows of a report, its head first, over the days before an instant."""
    match one.kind:
        case "agent_performance":
            return _agents(app, list(cases_of(app, one, until)))
        case "form_summary":
            return _forms(list(cases_of(app, one, until)))
        case "interactions":
            return _interactions(list(cases_of(app, one, until)))
        case _:
            return _view(app, one, until)


def cases_of(app: AppStore, one: Schedule, until: datetime) -> Iterator[EvaluatedConversation]:
    """Yield the evaluated conversations that a schedule is about, without those that its maker audits blind."""
    blindness, settings = _hidden(app, one)
    forms = [one.form_id] if one.form_id else [each.form_id for each in app.forms.in_force()]
    since = until - timedelta(days=one.days)
    queues = {each.casefold() for each in one.queues}
    for form_id in forms:
        for case in app.frames.cases(FrameQuery(form_id, since, until)):
            conversation = case.conversation
            names = {name.casefold() for queue in conversation.queues for name in (queue.id, queue.name) if name}
            if (
                not blindness.get(conversation.id)
                and "machine" not in kept_from(settings, state_of(case.audit))
                and (not queues or queues & names)
                and (not one.channels or conversation.channel in one.channels)
                and (not one.agents or set(one.agents) & set(agents_of(case, "each")))
            ):
                yield case


def _hidden(app: AppStore, one: Schedule) -> tuple[Blindness, AuditSettings | None]:
    """Return what a schedule's maker judges blind, and the settings of agents where the maker sees as one."""
    settings = kept_from_agents(app, app.visibility)
    agent_ids = frozenset[str]() if settings is None else frozenset(app.visibility.agents)
    return blindness_of(app, one.created_by, agent_ids), settings


def _agents(app: AppStore, cases: list[EvaluatedConversation]) -> Rows:
    names = {each.agent_id: each.name for each in app.people.directory.agents()}
    by_agent: defaultdict[str, list[EvaluatedConversation]] = defaultdict(list)
    for case in cases:
        for agent in agents_of(case, "most"):
            by_agent[agent].append(case)
    rows: Rows = [
        [
            "Agent Id",
            "Agent Name",
            "Total Interactions",
            "Passed",
            "Pass %",
            "Average Score",
            "Fatal",
            "Audits",
            "Average Audit Score",
        ]
    ]
    for agent in sorted(by_agent):
        some = by_agent[agent]
        scores = [float(each.evaluation.score) for each in some if each.evaluation.score is not None]
        judged = [each.evaluation.passed for each in some if each.evaluation.passed is not None]
        audits = [each.audit.result for each in some if each.audit and each.audit.result]
        given = [float(each.score) for each in audits if each.score is not None]
        rows.append(
            [
                agent,
                names.get(agent) or "",
                len(some),
                sum(judged),
                _percent(sum(judged), len(judged)),
                _mean(scores),
                sum(each.evaluation.fatal_errors > 0 for each in some),
                len(audits),
                _mean(given),
            ]
        )
    return rows


def _forms(cases: list[EvaluatedConversation]) -> Rows:
    found: defaultdict[tuple[str, str, str], list[MetricResult]] = defaultdict(list)
    for case in cases:
        form = case.evaluation.form
        for each in case.evaluation.results:
            found[form.id if form else "", each.metric.id, each.metric.name].append(each)
    rows: Rows = [["Form", "Metric Id", "Metric", "Total interactions", "Applicable", "Adhered", "Adherence %"]]
    for (form_id, metric_id, name), some in sorted(found.items()):
        applicable = [each for each in some if each.adhered is not None]
        adhered = sum(each.adhered is True for each in applicable)
        rows.append([form_id, metric_id, name, len(some), len(applicable), adhered, _percent(adhered, len(applicable))])
    return rows


def _interactions(cases: list[EvaluatedConversation]) -> Rows:
    metrics = dict.fromkeys((each.metric.id, each.metric.name) for case in cases for each in case.evaluation.results)
    rows: Rows = [[*_HEAD, *(f"{name} {column}" for _, name in metrics for column in _PER_METRIC)]]
    for case in cases:
        results = {each.metric.id: each for each in case.evaluation.results}
        cells = [cell for metric_id, _ in metrics for cell in _metric(results.get(metric_id))]
        rows.append([*_about(case), *cells])
    return rows


_HEAD = (
    "Conversation Id",
    "Started",
    "Channel",
    "Direction",
    "Queue",
    "Agents",
    "Language",
    "Form",
    "Score",
    "Passed",
    "Fatal",
    "Audit Score",
    "Resolution",
)


def _view(app: AppStore, one: Schedule, until: datetime) -> Rows:
    """Return the rows that the list of conversations has for its maker, with the columns of its export."""
    (blindness, settings), sought = _hidden(app, one), _sought(app, one, until)
    rows: Rows = [list(COLUMNS)]
    before = None
    while True:
        page = latest_blind(app, sought, blindness, settings=settings, before=before, limit=AT_A_TIME)
        for each in page.items:
            if not one.form_id or (each.form and each.form.id == one.form_id):
                rows.append([_cell(value) for value in row_of(each).values()])
        before = page.next
        if before is None:
            return rows


def _sought(app: AppStore, one: Schedule, until: datetime) -> Sought:
    if one.view_id:
        query: Query = parse_qs(app.people.views.get(one.view_id, one.created_by).query)
    else:
        query = {"queue": one.queues, "agent": one.agents, "channel": one.channels}
    talk = TalkReader(
        agent_ids=app.visibility.agents,
        is_agent=kept_from_agents(app, app.visibility) is not None,
        left_out=frozenset(hidden_from_talk(app, one.created_by)),
    )
    sought = replace(read_query(query, until, ZoneInfo(one.timezone)), reader=talk)
    has_period = sought.since or sought.until
    return sought if has_period else replace(sought, since=until - timedelta(days=one.days), until=until)


def _cell(value: object) -> CsvCell:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return value if isinstance(value, int | float) or value is None else str(value)


def _about(case: EvaluatedConversation) -> list[CsvCell]:
    conversation, evaluation = case.conversation, case.evaluation
    audited = case.audit.result if case.audit else None
    insights = case.insights
    return [
        conversation.id,
        f"{conversation.started_at:%Y-%m-%d %H:%M:%S}",
        conversation.channel,
        conversation.direction or "",
        ", ".join(queue.name or queue.id for queue in conversation.queues),
        ", ".join(agents_of(case, "each")),
        conversation.language or "",
        evaluation.form.id if evaluation.form else "",
        None if evaluation.score is None else float(evaluation.score),
        "" if evaluation.passed is None else "yes" if evaluation.passed else "no",
        evaluation.fatal_errors,
        None if audited is None or audited.score is None else float(audited.score),
        insights.resolution.resolution if insights and insights.resolution else "",
    ]


def _metric(found: MetricResult | None) -> list[CsvCell]:
    if found is None:
        return ["", "", "", "", "", ""]
    violation: CsvCell = "NA" if found.adhered is None else int(not found.adhered)
    why = found.verdict.reason or "; ".join(each.why for each in found.verdict.evidence)
    return [
        found.verdict.level or found.verdict.qualification,
        int(found.metric.fatal),
        float(found.metric.weight),
        violation,
        why,
        "; ".join(each.why for each in found.verdict.trigger),
    ]


def _percent(part: int, whole: int) -> CsvCell:
    return round(100 * part / whole, 2) if whole else None


def _mean(values: list[float]) -> CsvCell:
    return round(sum(values) / len(values), 2) if values else None
