"""Conversations by their audits: those that a number of audits counts, and how machine and person answered each metric."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple, get_args

from msgspec import Struct

from auscult.domain.audits.assignment import AssignmentState
from auscult.domain.evaluation import Qualification
from auscult.domain.form import Metric
from auscult.domain.scoring.stored import AuditedConversation
from auscult.storage.audits.queue import TaskQuery
from auscult.storage.store import AppStore

Task = Literal["open", "begun", "submitted", "declined", "late"]
"""State of an assignment; open ones are assigned or begun, late ones are open after their due date."""
TASKS: tuple[Task, ...] = get_args(Task)
MOST_AUDITS = 2_000
"""Audits that are read at most."""
_AT_A_TIME = 200
_FLIPPED: dict[Qualification, Qualification] = {"YES": "NO", "NO": "YES"}


class AssignmentSought(Struct, frozen=True, kw_only=True):
    """Selection of conversations by an assignment: all of this holds of one of theirs; agents' own reviews are none.

    ``rater`` is an e-mail address, "" for assignments without a rater, None for all. Submitted ones ended in
    ``since`` <= time; ``at`` is the instant at which late ones are late, and without it every open one is.
    """

    plan_id: str = ""
    draw_id: str = ""
    rater: str | None = None
    tasks: tuple[Task, ...] = ()
    since: datetime | None = None
    at: datetime | None = None


class CheckSought(Struct, frozen=True, kw_only=True):
    """Selection of conversations by the answers of the audit that reports show, to one metric.

    YES means that the metric was met. Empty answers mean all; ``agrees`` compares the two, None for both.
    """

    metric_id: str
    machine: tuple[Qualification, ...] = ()
    person: tuple[Qualification, ...] = ()
    agrees: bool | None = None


class Answered(NamedTuple):
    """A metric that machine and person both answered; YES means that it was met."""

    metric_id: str
    name: str
    machine: Qualification
    person: Qualification


def conversations_of(app: AppStore, sought: AssignmentSought) -> frozenset[str]:
    """Return the ids of the conversations of some assignments."""
    found = app.queue.tasks(
        TaskQuery(
            plan_id=sought.plan_id or None,
            draw_id=sought.draw_id or None,
            rater=sought.rater,
            states=tuple(dict.fromkeys(state for task in sought.tasks for state in _STATES[task])),
            ended_since=sought.since,
        )
    )
    at = sought.at if "late" in sought.tasks else None
    return frozenset(
        each.assignment.conversation_id
        for each in found
        if each.assignment.conversation_id is not None
        and (at is None or each.is_late(at) or each.assignment.state not in _STATES["late"])
    )


_STATES: dict[Task, tuple[AssignmentState, ...]] = {
    "open": ("assigned", "begun"),
    "late": ("assigned", "begun"),
    "begun": ("begun",),
    "submitted": ("submitted",),
    "declined": ("declined",),
}


def checked(app: AppStore, sought: CheckSought, since: datetime | None, until: datetime | None) -> frozenset[str]:
    """Return the ids of conversations of a period whose audit has such answers."""
    return frozenset(
        audited.audit.conversation_id
        for audited in audits_in(app, since, until)
        for each in answers_of(audited)
        if each.metric_id == sought.metric_id and _is_sought(sought, each)
    )


def audits_in(app: AppStore, since: datetime | None, until: datetime | None) -> Iterator[AuditedConversation]:
    """Read the submitted audits of a period's conversations, by conversation id."""
    after_id, read = "", 0
    while read < MOST_AUDITS:
        page = app.audits.audited(since=since, until=until, after_id=after_id, limit=_AT_A_TIME)
        yield from page
        read += len(page)
        if len(page) < _AT_A_TIME:
            return
        after_id = page[-1].audit.conversation_id


def answers_of(audited: AuditedConversation) -> Iterator[Answered]:
    """Yield the metrics that both machine and person answered."""
    result = audited.audit.result
    if result is None or audited.evaluation is None:
        return
    people: dict[str, Qualification] = {each.metric_id: each.answer for each in result.sheet.answers}
    for each in audited.evaluation.results:
        machine, person = each.verdict.qualification, people.get(each.metric.id, "-")
        if "-" not in (machine, person):
            yield Answered(
                each.metric.id, each.metric.name, _as_met(each.metric, machine), _as_met(each.metric, person)
            )


def _is_sought(sought: CheckSought, found: Answered) -> bool:
    return (
        (not sought.machine or found.machine in sought.machine)
        and (not sought.person or found.person in sought.person)
        and sought.agrees in (None, found.machine == found.person)
    )


def _as_met(metric: Metric, answer: Qualification) -> Qualification:
    """Return YES where the answer is the right one, NO where it is the wrong one."""
    return answer if metric.correct_answer == "yes" else _FLIPPED.get(answer, answer)
