"""Backtest of a chunk: stored conversations are evaluated with a form and counted, and nothing is stored.

Answers that are still valid are reused, as a re-score does, so that the result is what a re-score would have.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct, field

from auscult.domain.engines import KeptAnswers, RemoteEngine
from auscult.domain.errors import EngineError, sent
from auscult.domain.form import Form, choose_form, undated
from auscult.domain.history.backfills import Chunk, ChunkRange
from auscult.domain.history.backtest import Backtest
from auscult.domain.operations.guarding import panics_as_errors
from auscult.domain.scoring.judging import JudgeResult, RetryAfter, Usage
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.definitions.forms.cache import FormCache
from auscult.services.history.chunks import ChunkResult
from auscult.services.history.rescore_chunks import is_in, named_in
from auscult.services.scoring.engine_calls.answer_cache import ReadOnlyAnswers
from auscult.services.scoring.engine_calls.ask_remote import NOT_ASKED, estimate
from auscult.services.scoring.evaluate import Evaluator, Waiting
from auscult.services.scoring.reuse import VerdictReuse
from auscult.storage.store import AppStore

LOG = logging.getLogger(__name__)


class BacktestOrder(Struct, frozen=True, kw_only=True):
    """Order of a backtest: a form document, and the conversations. Empty ``queues`` mean all.

    ``may_ask``: far engines are asked what they have not answered yet; without it that is only estimated.
    """

    document: str
    since: datetime | None = None
    until: datetime | None = None
    queues: tuple[str, ...] = ()
    sample: int | None = None
    may_ask: bool = False


class Found(Struct, kw_only=True):
    """Result of a backtest. ``most`` is the most that asking all open questions would use."""

    counts: Backtest = field(default_factory=Backtest)
    most: Usage = Usage()

    def merge(self, other: "Found") -> None:
        """Add the result of others."""
        self.counts.merge(other.counts)
        self.most += other.most


class _Trial(NamedTuple):
    """Evaluator of a backtest, and its cache of answers.

    ``most`` is the usage of what was not asked, at most, ``postponed`` has the reasons why conversations were not
    judged.
    """

    evaluator: Evaluator
    kept: KeptAnswers
    most: list[Usage]
    postponed: list[RetryAfter]


class Backtesting:
    """Tries forms on stored conversations. Threads may share it."""

    def __init__(self, evaluator: Evaluator, now: Callable[[], datetime]) -> None:
        """``now`` gives aware UTC time. What analysis found has no part in it."""
        self._evaluator = evaluator._replace(analyzers={})
        self._now = now
        self._reuse = VerdictReuse()
        self._versions = FormCache()

    def process(self, app: AppStore, chunk: Chunk, *, may_ask: bool) -> ChunkResult:
        """Return the counts of a chunk; its order decides whether remote engines may be asked at all."""
        order = msgspec.json.decode(chunk.backfill.order, type=BacktestOrder)
        form = undated(self._versions.read(chunk.backfill.backfill_id, order.document.encode()))
        found, postponed = self.try_on(app, form, chunk.range, order, may_ask=may_ask and order.may_ask)
        named = frozenset(shift.conversation_id for shift in found.counts.most_changed) | named_in(
            found.counts.faults, app.backfills.cases(chunk.range) if found.counts.failed else ()
        )
        return ChunkResult((), partial(_encoded, found), named, postponed if order.may_ask else None)

    def try_on(
        self, app: AppStore, form: Form, chunk_range: ChunkRange, order: BacktestOrder, *, may_ask: bool
    ) -> tuple[Found, RetryAfter | None]:
        """Count what the form would make of a range of conversations, and return why a far engine did not answer.

        With ``may_ask`` false no far engine is asked, and what asking would take is added up.
        Raises ``EngineError`` when an engine that is near cannot answer.
        """
        wanted, counts = self._wanted(app, form, chunk_range, order)
        trial = self._trial(app, may_ask=may_ask)
        found = Found()
        try:
            self._count(trial, form, wanted, found.counts)
        except EngineError:
            raise
        except Exception:  # noqa: BLE001  (which one, and what it raised, is reported when they are tried one by one)
            found, trial = Found(), self._trial(app, may_ask=may_ask)
            for case in wanted:
                self._count_one(trial, form, case, found.counts)
        found.counts.merge(counts)
        for usage in trial.most:
            found.most += usage
        return found, next(iter(trial.postponed), None)

    def _wanted(
        self, app: AppStore, form: Form, chunk_range: ChunkRange, order: BacktestOrder
    ) -> tuple[list[EvaluatedConversation], Backtest]:
        """The conversations that the form would score, and the others counted; those of other queues are not."""
        counts = Backtest()
        queues = frozenset(queue.casefold() for queue in order.queues)
        forms = self._versions.beside(app, form)
        wanted: list[EvaluatedConversation] = []
        for case in app.backfills.cases(chunk_range):
            if queues and not is_in(case.conversation, queues):
                continue
            if choose_form(case.conversation, forms, case.language) is form:
                wanted.append(case)
            else:
                counts.pass_over(case.evaluation, form.id)
        return wanted, counts

    def _trial(self, app: AppStore, *, may_ask: bool) -> _Trial:
        evaluator, most = (
            self._evaluator.for_app(app.tenant.app_id, agent_emotions=app.privacy.settings().agent_emotions),
            list[Usage](),
        )
        if may_ask:
            return _Trial(evaluator, app.answers, most, [])
        guesses = {engine: _CostEstimator(engine, most) for engine in evaluator.far.values()}
        far = {kind: guesses[engine] for kind, engine in evaluator.far.items()}
        return _Trial(evaluator._replace(far=far), ReadOnlyAnswers(app.answers), most, [])

    @panics_as_errors()
    def _count(self, trial: _Trial, form: Form, cases: Sequence[EvaluatedConversation], counts: Backtest) -> None:
        pending = self._reuse.pending(cases, form)
        judged = trial.evaluator.evaluate_ready(pending, [form], self._now(), trial.kept)
        for case, one in zip(cases, judged, strict=True):
            if isinstance(one, Waiting):
                counts.looked += 1
                counts.unjudged += 1
                trial.postponed.append(one.postponed)
            else:
                counts.add(case.evaluation, one.evaluation, case.conversation.started_at)

    def _count_one(self, trial: _Trial, form: Form, case: EvaluatedConversation, counts: Backtest) -> None:
        try:
            self._count(trial, form, [case], counts)
        except EngineError:
            raise
        except Exception as error:  # its traceback is the only way to mend what it hit
            LOG.exception("conversation %s cannot be judged", case.conversation.id)
            counts.looked += 1
            counts.failed += 1
            counts.faults.append(f"{case.conversation.id}: {type(error).__name__}: {error}")


def _encoded(found: Found, _passed_over: int) -> bytes:
    return msgspec.json.encode(found, enc_hook=sent)


class _CostEstimator:
    """Substitute for a far engine that only estimates what asking it would use."""

    def __init__(self, engine: RemoteEngine, most: list[Usage]) -> None:
        self.kinds = engine.kinds
        self.version = engine.version
        self.at_once = engine.at_once
        self._engine = engine
        self._most = most

    def ask(self, questions: Sequence[Any]) -> Iterator[JudgeResult]:
        about = dict.fromkeys(question.transcript.conversation_id for question in questions)
        self._most.append(estimate(self._engine, questions))
        return (JudgeResult(conversation_id=each, answers={}, postponed=NOT_ASKED) for each in about)

    def close(self) -> None:
        self._engine.close()
