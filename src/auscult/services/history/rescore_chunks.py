"""Re-score of a chunk: conversations are evaluated again with one version of one form, and rendered.

Earlier evaluations are kept. Valid answers are reused; only changed questions are
judged (docs/explanation/re-scoring.md).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from auscult.domain.audits.audit import TrailEntry, rescored
from auscult.domain.engines import KeptAnswers
from auscult.domain.errors import sent
from auscult.domain.evaluation import Evaluation
from auscult.domain.form import Form, choose_form
from auscult.domain.history.backfills import Chunk, Rescored
from auscult.domain.probe import Answer, FailedAnswer, Inquiry
from auscult.domain.scoring.judging import JudgeResult, Usage
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.definitions.forms.cache import FormCache
from auscult.services.history.chunks import ChunkResult, each_apart, is_in, named_in
from auscult.services.history.rescores import RescoreCounts, RescoreOrder
from auscult.services.scoring.evaluate import Evaluator, Waiting
from auscult.services.scoring.render import Reports, renderer
from auscult.services.scoring.reuse import NOTHING, VerdictReuse
from auscult.storage.store import AppStore


class _Task(NamedTuple):
    """Settings for every conversation of a chunk."""

    app: AppStore
    form: Form
    order: RescoreOrder
    backfill_id: str
    may_ask: bool


class Rescoring:
    """Evaluates chunks of re-scores. Threads may share it."""

    def __init__(self, evaluator: Evaluator, reports: Reports, now: Callable[[], datetime]) -> None:
        """``now`` gives the aware UTC time that evaluations carry. What analysis found is not looked for again."""
        self._evaluator = evaluator._replace(analyzers={})
        self._reports = reports
        self._touched = {name: report for name, report in reports.items() if report.shows_evaluation}
        self._now = now
        self._reuse = VerdictReuse()
        self._versions = FormCache()

    def process(self, app: AppStore, chunk: Chunk, *, may_ask: bool) -> ChunkResult:
        """Evaluate and render a chunk; with ``may_ask`` false no far engine is asked.

        A conversation on which the code itself fails is counted and reported, and delays no other.
        Raises ``EngineError`` when a local engine cannot answer: that may pass, and is tried again.
        """
        order = msgspec.json.decode(chunk.backfill.order, type=RescoreOrder)
        form = self._versions.get(app, order.form_id, order.version)
        task = _Task(app, form, order, chunk.backfill.backfill_id, may_ask)
        recorded = app.backfills.cases(chunk.range)
        waiting = max(0, chunk.range.size - len(recorded))
        counts = RescoreCounts(looked=len(recorded) + waiting, waiting=waiting)
        cases = self._wanted(task, recorded, counts)

        def failed(conversation_id: str, reason: str) -> None:
            counts.failed += 1
            counts.faults.append(f"{conversation_id}: {reason}")

        decided = each_apart(cases, partial(self._decided, task), failed)
        done = [each for each in decided if isinstance(each, Rescored)]
        postponed = next((each.postponed for each in decided if isinstance(each, Waiting)), None)

        def result(passed_over: int) -> bytes:
            written = replace(counts, rescored=len(done) - passed_over, moved=passed_over)
            return msgspec.json.encode(written, enc_hook=sent)

        named = named_in(counts.faults, cases)
        processed = ChunkResult(tuple(done), result, named, postponed)
        return processed._replace(again=lambda: self._rebuild(app, processed))

    def _rebuild(self, app: AppStore, processed: ChunkResult) -> ChunkResult:
        """Return the result of a chunk with the present audits and settings: one changed while the chunk was evaluated."""
        audits = app.audits.of([each.case.conversation.id for each in processed.rescored])
        settings = app.privacy.settings()
        rendered = tuple(
            self._rescored(
                app,
                replace(
                    each.case,
                    audit=audits.get(each.case.conversation.id),
                    insights=settings.shown(each.case.insights),
                ),
                each.rendered.evaluation,
                each.entry,
            )
            for each in processed.rescored
        )
        return processed._replace(rescored=rendered)

    def _wanted(
        self, task: _Task, recorded: Sequence[EvaluatedConversation], counts: RescoreCounts
    ) -> list[EvaluatedConversation]:
        """Return those that the form is for and did not decide yet; the others are counted."""
        form, order = task.form, task.order
        forms = self._versions.beside(task.app, form)
        queues = frozenset(queue.casefold() for queue in order.queues)
        wanted: list[EvaluatedConversation] = []
        for each in recorded:
            by = each.evaluation.form
            if queues and not is_in(each.conversation, queues):
                counts.other_queue += 1
            elif choose_form(each.conversation, forms, each.language) is not form:
                counts.other_form += 1
            elif not order.afresh and by is not None and (by.id, by.version) == (form.id, form.version):
                counts.already += 1
            else:
                wanted.append(each)
        return wanted

    def _decided(self, task: _Task, cases: Sequence[EvaluatedConversation]) -> list[Rescored | Waiting]:
        """Evaluate and render these; those about which a far engine has not answered wait."""
        pending = self._reuse.pending(cases, task.form)
        if task.order.afresh:
            pending = [replace(each, known=NOTHING) for each in pending]
        evaluator = self._evaluator.for_app(
            task.app.tenant.app_id, agent_emotions=task.app.privacy.settings().agent_emotions
        )
        kept = _RetryFailedAnswers(task.app.answers) if task.order.afresh else task.app.answers
        judged = evaluator.evaluate_ready(pending, self._forms(task), self._now(), kept, may_ask=task.may_ask)
        done: list[Rescored | Waiting] = []
        for case, one in zip(cases, judged, strict=True):
            if isinstance(one, Waiting):
                done.append(one)
                continue
            entry = rescored(case.evaluation, one.evaluation, task.backfill_id, task.order.by)
            done.append(self._rescored(task.app, case, one.evaluation, entry))
        return done

    def _forms(self, task: _Task) -> list[Form]:
        """Return the form, and where it is for segments those in force for the other segments."""
        beside = self._versions.beside(task.app, task.form) if task.form.segments else ()
        return [task.form, *(each for each in beside if each.segments and each is not task.form)]

    def _rescored(
        self, app: AppStore, case: EvaluatedConversation, evaluation: Evaluation, entry: TrailEntry
    ) -> Rescored:
        """Render the evaluation; of a conversation without a change, only the rows that show it."""
        stays_filed = _found_by(evaluation) == _found_by(case.evaluation)
        reports = self._touched if stays_filed else self._reports
        return Rescored(
            case=case,
            rendered=renderer(app, reports)(replace(case, evaluation=evaluation)),
            entry=entry,
            stays_filed=stays_filed,
        )


class _RetryFailedAnswers:
    """Answers that are kept, but for those that failed: these are asked for once more."""

    def __init__(self, kept: KeptAnswers) -> None:
        self._kept = kept

    def find(self, keys: Sequence[bytes]) -> dict[bytes, Answer | FailedAnswer]:
        found = self._kept.find(keys)
        return {key: answer for key, answer in found.items() if not isinstance(answer, FailedAnswer)}

    def keep(self, heard: JudgeResult, keys: Mapping[Inquiry, bytes]) -> None:
        self._kept.keep(heard, keys)

    def usage(self, batch_id: str) -> Usage:
        return self._kept.usage(batch_id)


def _found_by(evaluation: Evaluation) -> tuple[object, ...]:
    """Return by what rows are found that an evaluation decides; where it stays the same, rows stay where they are."""
    answers = {(each.metric.id, each.adhered) for each in evaluation.results if each.adhered is not None}
    return evaluation.status, evaluation.passed, evaluation.fatal_errors > 0, answers
