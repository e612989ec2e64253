"""Trial of a chunk: stored conversations are evaluated with a form, and nothing of them changes.

Answers that are still valid are reused, as a re-score does, so that the result is what a re-score would have.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

import msgspec

from auscult.domain.errors import sent
from auscult.domain.evaluation import Evaluation
from auscult.domain.form import Form, choose_form, undated
from auscult.domain.history.backfills import Chunk, ChunkRange
from auscult.domain.history.backtest import MOST_FAULTS
from auscult.domain.scoring.judging import RetryAfter, Usage
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.definitions.forms.cache import UNPUBLISHED, FormCache, read_kept
from auscult.services.history.chunks import ChunkResult, each_apart, is_in
from auscult.services.history.trials import TrialOrder, TrialPart, TriedLine, Untried, side_of
from auscult.services.scoring.engine_calls.answer_cache import ReadOnlyAnswers
from auscult.services.scoring.evaluate import Evaluator, Judged, Waiting
from auscult.services.scoring.reuse import VerdictReuse
from auscult.services.scoring.trial import for_any, unasked
from auscult.storage.store import AppStore


class _Tried(NamedTuple):
    """A conversation with its evaluation before, if there is one, and by the form that is tried."""

    case: EvaluatedConversation
    before: Evaluation | None
    after: Judged | Waiting


class Trying:
    """Tries forms on stored conversations. Threads may share it."""

    def __init__(self, evaluator: Evaluator, now: Callable[[], datetime]) -> None:
        """``now`` gives aware UTC time. What analysis found has no part in it."""
        self._evaluator = evaluator._replace(analyzers={})
        self._now = now
        self._versions = FormCache()

    def process(self, app: AppStore, chunk: Chunk, *, may_ask: bool) -> ChunkResult:
        """Return the result of a chunk; its order decides whether far engines may be asked at all."""
        order = msgspec.json.decode(chunk.backfill.order, type=TrialOrder)
        part, postponed = self.try_on(app, chunk.range, order, may_ask=may_ask and order.may_ask)
        named = {each.conversation_id for each in (*part.tried, *part.failed, *part.counts.most_changed)}
        return ChunkResult((), partial(_encoded, part), frozenset(named), postponed if order.may_ask else None)

    def try_on(
        self, app: AppStore, chunk_range: ChunkRange, order: TrialOrder, *, may_ask: bool
    ) -> tuple[TrialPart, RetryAfter | None]:
        """Try the form of an order on its conversations in a range, and return why a far engine did not answer.

        With ``may_ask`` false no far engine is asked. Raises ``EngineError`` when an engine that is near cannot answer.
        """
        part, is_chosen = TrialPart(), order.conversations is not None
        form = read_kept(order.document.encode(), UNPUBLISHED)
        trial = _Trial(app, self._evaluator, order, for_any(form) if is_chosen else undated(form), self._now)
        cases = app.backfills.cases(chunk_range, order.conversations)
        if not is_chosen:
            cases = list(self._wanted(app, trial.form, order, cases, part))

        def failed(conversation_id: str, reason: str) -> None:
            part.counts.fail(conversation_id, reason)
            if is_chosen or len(part.failed) < MOST_FAULTS:
                part.failed.append(Untried(conversation_id=conversation_id, reason=reason))

        postponed = None
        for case, before, found in each_apart(cases, partial(trial.tried, may_ask=may_ask), failed):
            if isinstance(found, Waiting):
                part.counts.leave_unjudged()
                postponed = postponed or found.postponed
                continue
            after = found.evaluation
            part.counts.add(before, after, case.conversation.started_at)
            sides = None if before is None else side_of(before), side_of(after)
            part.tried.append(TriedLine(conversation_id=case.conversation.id, before=sides[0], after=sides[1]))
        part.most = sum(trial.used, Usage())
        if not is_chosen:
            part.tried = part.most_changed() if order.form_id else []
        return part, postponed

    def _wanted(
        self, app: AppStore, form: Form, order: TrialOrder, cases: Sequence[EvaluatedConversation], part: TrialPart
    ) -> Iterator[EvaluatedConversation]:
        """Yield the conversations that the form would score; the others are counted, but not those of other queues."""
        queues = frozenset(queue.casefold() for queue in order.queues)
        forms = self._versions.beside(app, form)
        for case in cases:
            if queues and not is_in(case.conversation, queues):
                continue
            if choose_form(case.conversation, forms, case.language) is form:
                yield case
            else:
                part.counts.pass_over(case.evaluation, form.id)


class _Trial:
    """The forms of one chunk, and what they are evaluated with. ``used``: what was not asked would use at most."""

    def __init__(
        self, app: AppStore, evaluator: Evaluator, order: TrialOrder, form: Form, now: Callable[[], datetime]
    ) -> None:
        self.form = form
        self.used: list[Usage] = []
        self._is_chosen = order.conversations is not None
        self._most: list[Usage] = []
        mine = evaluator.for_app(app.tenant.app_id, agent_emotions=app.privacy.settings().agent_emotions)
        mine = mine._replace(
            judge_ineligible=self._is_chosen
        )  # one that is too short is tried, too, where it was chosen
        self._alone = unasked(mine, self._most, is_waiting=not self._is_chosen)
        self._kept = ReadOnlyAnswers(app.answers)
        self._asking = None
        if order.may_ask:
            far = {**self._alone.far, **mine.far} if self._is_chosen else mine.far
            self._asking = mine._replace(far=far, summaries="none"), app.answers
        self._reuse = VerdictReuse()
        self._now = now
        self._before = for_any(read_kept(order.before.encode(), order.version)) if order.before else None

    def tried(self, cases: Sequence[EvaluatedConversation], *, may_ask: bool) -> list[_Tried]:
        """Evaluate conversations before and after; those about which a far engine has not answered yet wait."""
        before = self._evaluations_before(cases)
        self._most.clear()  # only what the tried form would ask is counted
        pending = self._reuse.pending(cases, self.form)
        evaluator, kept = self._asking or (self._alone, self._kept)
        is_asking = may_ask or self._asking is None
        after = evaluator.evaluate_ready(pending, [self.form], self._now(), kept, may_ask=is_asking)
        self.used += self._most
        return [_Tried(*each) for each in zip(cases, before, after, strict=True)]

    def _evaluations_before(self, cases: Sequence[EvaluatedConversation]) -> Sequence[Evaluation | None]:
        """Return what the form in force makes of those that were chosen, and what decided the others."""
        if not self._is_chosen:
            return [each.evaluation for each in cases]
        if self._before is None:
            return [None] * len(cases)
        pending = self._reuse.pending(cases, self._before)
        return [each.evaluation for each in self._alone.evaluate(pending, [self._before], self._now(), self._kept)]


def _encoded(part: TrialPart, _passed_over: int) -> bytes:
    return msgspec.json.encode(part, enc_hook=sent)
