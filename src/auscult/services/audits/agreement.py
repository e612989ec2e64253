"""Agreement of the machine with audits: for each form and each of its metrics, with the disagreements.

Each audit is compared with the evaluation that the auditor worked on, not with a later one. Audits are read
in parts, and only counts and the disagreements to show are kept.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict

from auscult.domain.audits.agreement import Agreement, Pair, compare_counts, mean_kappa
from auscult.domain.audits.audit import AuditAnswer, AuditResult
from auscult.domain.audits.resampling import LEVEL, RESAMPLES, Stream
from auscult.domain.errors import NotFoundError, RequestError, coded
from auscult.domain.evaluation import Evaluation, Evidence, Qualification, Verdict
from auscult.domain.said.spelling import did_you_mean
from auscult.domain.scoring.stored import AuditedConversation
from auscult.services.disputes.opening import overturned
from auscult.storage.audits.repository import AppAudits
from auscult.storage.store import AppStore

SEED = 1960
_AT_A_TIME = 200
_PASSED = {True: "PASSED", False: "FAILED"}


class Selection(Struct, frozen=True, kw_only=True):
    """Selection of audits: of one form, one version, one auditor, of conversations with ``since`` <= start < ``until``."""

    form_id: str | None = None
    version: int | None = None
    auditor: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Disagreement(Struct, frozen=True, kw_only=True):
    """One conversation on which machine and auditor differ: what each says, and what it rests on."""

    conversation_id: str
    started_at: datetime
    form_version: int
    machine: Qualification
    reason: str
    evidence: tuple[Evidence, ...]
    auditor: str
    answer: Qualification
    comment: str


class MetricAgreement(Agreement, frozen=True, kw_only=True):
    """Agreement on one metric. ``disagreements`` are the first of the ``differ`` there are, by conversation id.

    ``overturned`` answers of auditors were changed by an accepted dispute; the changed answer is what is compared.
    """

    id: str
    name: str
    differ: int
    overturned: int
    disagreements: tuple[Disagreement, ...]


class ScoreAgreement(Struct, frozen=True, kw_only=True):
    """Scores side by side, over the ``n`` conversations that have both; in points, two decimals.

    ``mean_difference`` is the machine's score less the audit's, ``mean_distance`` the same without its sign.
    """

    n: int
    machine_mean: float
    audit_mean: float
    mean_difference: float
    mean_distance: float


class FormAgreement(Struct, frozen=True, kw_only=True):
    """Agreement on one form over ``audits`` audits. ``passed`` compares PASSED and FAILED."""

    id: str
    name: str
    versions: tuple[int, ...]
    audits: int
    passed: Agreement
    score: ScoreAgreement | None
    macro_kappa: float | None
    metrics: tuple[MetricAgreement, ...]


class Method(Struct, frozen=True, kw_only=True):
    """Method of the intervals."""

    name: Literal["BCa bootstrap"] = "BCa bootstrap"
    level: float = LEVEL
    resamples: int = RESAMPLES
    seed: int = SEED


class AuditAgreement(Struct, frozen=True, kw_only=True):
    """Agreement on every form that was audited, by form id.

    ``audits`` were compared; of ``unmatched`` ones the evaluation that the auditor saw is not kept.
    """

    forms: tuple[FormAgreement, ...]
    audits: int
    unmatched: int
    interval: Method = Method()


def stream() -> Stream:
    """The random numbers of a resampling: always the same, so that equal counts have equal intervals."""
    return random.Random(SEED).random  # noqa: S311  (nothing is secret in it)


def agreement_of(app: AppStore, selection: Selection, disagreements: int) -> AuditAgreement:
    """Compare audits with the machine; of each metric at most ``disagreements`` examples are kept.

    Raises ``NotFoundError`` ``form.unknown``; ``RequestError`` ``range.reversed``.
    """
    if selection.since is not None and selection.until is not None and selection.until < selection.since:
        raise RequestError("until lies before since.", code="range.reversed", field="until")
    if selection.form_id is not None and app.forms.get(selection.form_id, selection.version) is None:
        which = selection.form_id if selection.version is None else f"{selection.form_id} version {selection.version}"
        hint = did_you_mean(selection.form_id, [one.form_id for one in app.forms.in_force()])
        if newest := app.forms.get(selection.form_id):
            hint = coded("its newest version is {n}", n=newest.version)
        message = coded("There is no form {which} in this app{given}", which=which, given="; " + hint if hint else ".")
        raise NotFoundError(message, code="form.unknown", field="form", value=selection.form_id)
    accepted = overturned(app)
    forms: defaultdict[str, _Form] = defaultdict(lambda: _Form(disagreements, accepted))
    unmatched = 0
    for audited in audited_in(app.audits, selection):
        result = audited.audit.result
        if audited.evaluation is None or result is None:
            unmatched += 1
        else:
            forms[result.form_id].add(audited, audited.evaluation, result)
    return AuditAgreement(
        forms=tuple(forms[name].result(name) for name in sorted(forms)),
        audits=sum(form.audits for form in forms.values()),
        unmatched=unmatched,
    )


def audited_in(audits: AppAudits, selection: Selection) -> Iterator[AuditedConversation]:
    """The audits of a selection, by conversation id, some in memory at a time."""
    after_id = ""
    while True:
        page = audits.audited(
            since=selection.since,
            until=selection.until,
            auditor=selection.auditor,
            after_id=after_id,
            limit=_AT_A_TIME,
        )
        for audited in page:
            result = audited.audit.result
            if (
                result is not None
                and selection.form_id in (None, result.form_id)
                and selection.version in (None, result.form_version)
            ):
                yield audited
        if len(page) < _AT_A_TIME:
            return
        after_id = page[-1].audit.conversation_id


class _Metric:
    """Counts of one metric, with a limited number of disagreements."""

    def __init__(self, name: str, most: int) -> None:
        self._name = name
        self._most = most
        self._overturned = 0
        self._pairs: Counter[Pair] = Counter()
        self._shown: list[Disagreement] = []

    def add(
        self,
        audited: AuditedConversation,
        result: AuditResult,
        answer: AuditAnswer,
        machine: Verdict,
        is_overturned: bool,  # noqa: FBT001  (a fact like the others)
    ) -> None:
        """Count one answer and the verdict on it."""
        self._overturned += is_overturned
        self._pairs[answer.answer, machine.qualification] += 1
        if answer.answer != machine.qualification and len(self._shown) < self._most:
            self._shown.append(
                Disagreement(
                    conversation_id=audited.conversation.id,
                    started_at=audited.conversation.started_at,
                    form_version=result.form_version,
                    machine=machine.qualification,
                    reason=machine.reason,
                    evidence=machine.evidence,
                    auditor=audited.audit.auditor,
                    answer=answer.answer,
                    comment=answer.comment,
                )
            )

    def result(self, metric_id: str) -> MetricAgreement:
        """Return the agreement."""
        return MetricAgreement(
            id=metric_id,
            name=self._name,
            differ=sum(count for (said, answered), count in self._pairs.items() if said != answered),
            overturned=self._overturned,
            disagreements=tuple(self._shown),
            **asdict(compare_counts(self._pairs, stream())),
        )


class _Scores:
    """Sums over the scores of machine and audit."""

    def __init__(self) -> None:
        self._n = 0
        self._machine = self._audit = self._distance = Decimal(0)

    def add(self, machine: Decimal, audit: Decimal) -> None:
        """Count one conversation."""
        self._n += 1
        self._machine += machine
        self._audit += audit
        self._distance += abs(machine - audit)

    def result(self) -> ScoreAgreement | None:
        """Return the agreement."""
        if not self._n:
            return None
        return ScoreAgreement(
            n=self._n,
            machine_mean=round(float(self._machine / self._n), 2),
            audit_mean=round(float(self._audit / self._n), 2),
            mean_difference=round(float((self._machine - self._audit) / self._n), 2),
            mean_distance=round(float(self._distance / self._n), 2),
        )


class _Form:
    """Counts of one form."""

    def __init__(self, most: int, overturned: Mapping[str, Mapping[str, str]]) -> None:
        self.audits = 0
        self._most = most
        self._overturned = overturned
        self._names: dict[int, str] = {}
        self._metrics: dict[str, _Metric] = {}
        self._passed: Counter[Pair] = Counter()
        self._scores = _Scores()

    def add(self, audited: AuditedConversation, evaluation: Evaluation, result: AuditResult) -> None:
        """Count one audit, and what the machine had said."""
        self.audits += 1
        self._names[result.form_version] = evaluation.form.name if evaluation.form else result.form_id
        if evaluation.passed is not None and result.passed is not None:
            self._passed[_PASSED[result.passed], _PASSED[evaluation.passed]] += 1
        if evaluation.score is not None and result.score is not None:
            self._scores.add(evaluation.score, result.score)
        answers = {each.metric_id: each for each in result.sheet.answers}
        for machine in evaluation.results:
            answer = answers.get(machine.metric.id)
            if answer is not None and machine.verdict.qualification != "-":
                metric = self._metrics.setdefault(machine.metric.id, _Metric(machine.metric.name, self._most))
                changed = self._overturned.get(audited.conversation.id, {})
                metric.add(audited, result, answer, machine.verdict, machine.metric.id in changed)

    def result(self, form_id: str) -> FormAgreement:
        """Return the agreement."""
        metrics = tuple(metric.result(metric_id) for metric_id, metric in self._metrics.items())
        return FormAgreement(
            id=form_id,
            name=self._names[max(self._names)],
            versions=tuple(sorted(self._names)),
            audits=self.audits,
            passed=compare_counts(self._passed, stream()),
            score=self._scores.result(),
            macro_kappa=mean_kappa(metrics),
            metrics=metrics,
        )
