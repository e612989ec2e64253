"""Figures of auditors: pace, severity, agreement with each other and with the machine, and anchoring."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from auscult.domain.audits.agreement import Pair
from auscult.domain.audits.assignment import Assignment
from auscult.domain.audits.audit import Audit, AuditResult
from auscult.domain.audits.draw import AGAIN
from auscult.domain.people.directory import Membership
from auscult.domain.statistics.agreement import (
    Limits,
    PairAgreement,
    compare_raters,
    krippendorff_alpha,
    limits_of_agreement,
)
from auscult.domain.statistics.auditors import Pace, Rating, Severity, consistency, pace, severities
from auscult.domain.statistics.fairness import severities_by_group
from auscult.domain.statistics.intervals import Figure, difference, wilson_figure
from auscult.services.audits.agreement import stream
from auscult.storage.audits.queue import QueueQuery
from auscult.storage.store import AppStore

_AT_A_DESK = timedelta(seconds=1)
"""An audit that took less was submitted by a program and shows nothing of an auditor's pace."""


_LATEST = 500
_LONGEST = timedelta(minutes=1)
_WORDS_A_SECOND = 8
"""Words that a person skims in a second, twice as many as most read."""


class RaterQuery(NamedTuple):
    """Submitted audits of a form, ended in ``since`` <= time < ``until``; None: of any."""

    form_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Rater(Struct, frozen=True, kw_only=True):
    """An auditor. ``severity`` is in points of the score, positive is stricter; ``machine`` their raw agreement with it.

    ``consistency`` compares their first and second answers to what came back to them.
    """

    auditor: str
    audits: int
    pace: Pace | None
    severity: Severity | None
    machine: Figure | None
    consistency: PairAgreement | None = None


class DoubleAgreement(Struct, frozen=True, kw_only=True):
    """Agreement of independent auditors on a metric; ``pairs`` compares the first and the second opinion."""

    metric_id: str
    pairs: PairAgreement
    alpha: float | None


class Anchoring(Struct, frozen=True, kw_only=True):
    """Agreement of auditors with the machine where they saw its answers, and where it was hidden from them.

    ``difference`` is the first less the second: how far seeing the machine moves auditors towards it.
    """

    shown: Figure | None
    hidden: Figure | None
    difference: Figure | None


class RaterReport(Struct, frozen=True, kw_only=True):
    """Figures of all auditors. ``scores`` compares the scores of first and second opinions.

    ``severity_by_team`` has the severity of each auditor on the conversations of each team.
    """

    raters: tuple[Rater, ...]
    double: tuple[DoubleAgreement, ...]
    scores: Limits | None
    anchoring: Anchoring
    severity_by_team: dict[str, dict[str, Severity]] = {}


class _Submitted(NamedTuple):
    assignment: Assignment
    audit: Audit
    result: AuditResult
    machine: Mapping[str, str]
    started_at: datetime

    @property
    def conversation_id(self) -> str:
        return self.audit.conversation_id

    @property
    def unit(self) -> str:
        """Return the unit that was audited: a conversation, or a segment of one."""
        part = self.assignment.segment
        return f"{self.conversation_id}/{part}" if part else self.conversation_id

    def pairs(self) -> Iterator[tuple[str, Pair]]:
        """Yield (metric, (the auditor's answer, the machine's)) where both answered."""
        for each in self.result.sheet.answers:
            machine = self.machine.get(each.metric_id, "-")
            if machine != "-" and each.answer != "-":
                yield each.metric_id, (each.answer, machine)


def rater_report(app: AppStore, query: RaterQuery) -> RaterReport:
    """Return the figures of auditors. Each audit is compared with the newest evaluation of its conversation."""
    submitted = list(_submitted(app, query))
    double = _double(submitted)
    return RaterReport(
        raters=tuple(_raters(submitted)),
        double=tuple(_of_metrics(double)),
        scores=limits_of_agreement(
            (float(one.result.score), float(other.result.score))
            for one, other in _pairs(double)
            if one.result.score is not None and other.result.score is not None
        ),
        anchoring=_anchoring(submitted),
        severity_by_team=_by_team(app, submitted),
    )


def too_fast(app: AppStore, plan_id: str) -> Counter[str]:
    """Return how many of the latest audits of a plan each auditor submitted faster than the words can be read.

    It is within a minute, and slower than a program.
    """
    latest = QueueQuery(("submitted",), plan_id=plan_id, order="-ended_at", limit=_LATEST, is_audit=True)
    taken = [
        (each.audit.conversation_id, each.audit.auditor, each.audit.result.audited_at - each.assignment.begun_at)
        for each in app.queue.listing(latest)
        if each.audit and each.audit.result and each.assignment.begun_at and not each.assignment.segment
    ]
    short = [each for each in taken if _AT_A_DESK <= each[2] < _LONGEST]
    cases = app.conversations.recorded(sorted({name for name, _, _ in short}))
    words = {name: sum(len(turn.text.split()) for turn in case.conversation.turns) for name, case in cases.items()}
    return Counter(
        auditor for name, auditor, took in short if words.get(name, 0) > took.total_seconds() * _WORDS_A_SECOND
    )


def _submitted(app: AppStore, query: RaterQuery) -> Iterator[_Submitted]:
    found = [
        (one.assignment, one.audit, one.audit.result)
        for one in app.queue.submitted(query.since, query.until)
        if one.audit is not None
        and one.audit.result is not None
        and one.assignment.role in {"audit", "second"}
        and query.form_id in {None, one.audit.result.form_id}
    ]
    cases = {
        case.conversation.id: case for case in app.frames.of(sorted({audit.conversation_id for _, audit, _ in found}))
    }
    machine = {
        name: {each.metric.id: each.verdict.qualification for each in case.evaluation.results}
        for name, case in cases.items()
    }
    by_segment = sorted({audit.conversation_id for assignment, audit, _ in found if assignment.segment})
    parts = {
        (conversation_id, one.segment): {each.metric.id: each.verdict.qualification for each in one.results}
        for conversation_id, some in (app.audits.segments(by_segment) if by_segment else {}).items()
        for one in some
    }
    for assignment, audit, result in found:
        own = parts.get((audit.conversation_id, assignment.segment)) if assignment.segment else None
        case = cases.get(audit.conversation_id)
        began = case.conversation.started_at if case else assignment.created_at
        yield _Submitted(assignment, audit, result, own or machine.get(audit.conversation_id, {}), began)


def _raters(submitted: Sequence[_Submitted]) -> Iterator[Rater]:
    by_rater: defaultdict[str, list[_Submitted]] = defaultdict(list)
    for one in submitted:
        by_rater[one.audit.auditor].append(one)
    severe = severities(
        Rating(one.unit, one.audit.auditor, float(one.result.score))
        for one in submitted
        if one.result.score is not None
    )
    twice = _twice(submitted)
    for name in sorted(by_rater):
        times = [
            one.result.audited_at - one.assignment.begun_at
            for one in by_rater[name]
            if one.assignment.begun_at is not None
        ]
        yield Rater(
            auditor=name,
            audits=len(by_rater[name]),
            pace=pace(each.total_seconds() for each in times if each >= _AT_A_DESK),
            severity=severe.get(name),
            machine=_agreement(by_rater[name]),
            consistency=consistency(twice[name], stream()) if name in twice else None,
        )


def _twice(submitted: Sequence[_Submitted]) -> dict[str, list[Pair]]:
    """Return each auditor's first and second answers to what they audited twice."""
    found: defaultdict[tuple[str, str, str | None], list[_Submitted]] = defaultdict(list)
    for one in submitted:
        found[one.audit.auditor, one.unit, one.assignment.agent_id].append(one)
    pairs: defaultdict[str, list[Pair]] = defaultdict(list)
    for (name, _, _), audits in found.items():
        first, *later = sorted(audits, key=lambda one: one.result.audited_at)
        for second in later[:1]:
            pairs[name] += _answer_pairs(first, second)
    return {name: some for name, some in pairs.items() if some}


def _answer_pairs(one: _Submitted, other: _Submitted) -> Iterator[Pair]:
    theirs = {each.metric_id: each.answer for each in other.result.sheet.answers}
    for each in one.result.sheet.answers:
        if each.metric_id in theirs:
            yield each.answer, theirs[each.metric_id]


def _by_team(app: AppStore, submitted: Sequence[_Submitted]) -> dict[str, dict[str, Severity]]:
    """Return the severity of auditors on the conversations of each team, as the team was when they began."""
    members: defaultdict[str, list[Membership]] = defaultdict(list)
    for each in app.people.directory.memberships("team"):
        members[each.agent_id].append(each)
    ratings = [
        (each.group_id, Rating(one.unit, one.audit.auditor, float(one.result.score)))
        for one in submitted
        if one.result.score is not None and one.assignment.agent_id is not None
        for each in members[one.assignment.agent_id]
        if each.holds(one.started_at)
    ]
    found = severities_by_group(ratings) if ratings else {}
    return {team: some for team, some in found.items() if some}


def _agreement(submitted: Sequence[_Submitted]) -> Figure | None:
    """Return the share of answers that equal the machine's; None without any."""
    pairs = [pair for one in submitted for _, pair in one.pairs()]
    return wilson_figure(sum(one == other for one, other in pairs), len(pairs)) if pairs else None


def _double(submitted: Sequence[_Submitted]) -> list[tuple[_Submitted, ...]]:
    """Return the opinions on each conversation that has several from one draw, the audit proper first."""
    found: defaultdict[tuple[str | None, str, str | None], list[_Submitted]] = defaultdict(list)
    for one in submitted:
        if one.assignment.draw_id is not None and one.assignment.stratum != AGAIN:
            found[one.assignment.draw_id, one.unit, one.assignment.agent_id].append(one)
    every = (sorted(some, key=lambda one: one.assignment.role != "audit") for some in found.values() if len(some) > 1)
    return [tuple(some) for some in every if some[0].assignment.role == "audit"]


def _pairs(double: Sequence[tuple[_Submitted, ...]]) -> list[tuple[_Submitted, _Submitted]]:
    """Return the audit proper with each further opinion."""
    return [(first, other) for first, *others in double for other in others]


def _of_metrics(double: Sequence[tuple[_Submitted, ...]]) -> Iterator[DoubleAgreement]:
    """Yield the agreement on each metric: of pairs, and of all opinions together (alpha)."""
    pairs: defaultdict[str, list[Pair]] = defaultdict(list)
    units: defaultdict[str, list[list[str]]] = defaultdict(list)
    for opinions in double:
        given = [{each.metric_id: each.answer for each in one.result.sheet.answers} for one in opinions]
        for metric_id, answer in given[0].items():
            others = [each[metric_id] for each in given[1:] if metric_id in each]
            pairs[metric_id] += [(answer, other) for other in others]
            units[metric_id].append([answer, *others])
    for metric_id in sorted(metric_id for metric_id, some in pairs.items() if some):
        yield DoubleAgreement(
            metric_id=metric_id,
            pairs=compare_raters(pairs[metric_id], stream()),
            alpha=krippendorff_alpha(units[metric_id]),
        )


def _anchoring(submitted: Sequence[_Submitted]) -> Anchoring:
    def of(wanted: Callable[[_Submitted], bool]) -> Figure | None:
        return _agreement([one for one in submitted if one.assignment.draw_id is not None and wanted(one)])

    shown = of(lambda one: "machine" not in one.assignment.hidden)
    hidden = of(lambda one: "machine" in one.assignment.hidden)
    return Anchoring(shown=shown, hidden=hidden, difference=difference(shown, hidden) if shown and hidden else None)
