"""Trial of a chunk: some conversations are evaluated with a form and with the one in force, and nothing of them changes.

Answers that are still valid are reused, as a re-score does.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import msgspec

from auscult.domain.errors import AuscultError, EngineError, sent
from auscult.domain.history.backfills import Chunk
from auscult.domain.operations.guarding import panics_as_errors
from auscult.domain.scoring.judging import RetryAfter, Usage
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.definitions.forms.cache import UNPUBLISHED, read_kept
from auscult.services.history.chunks import ChunkResult
from auscult.services.history.trials import TrialOrder, TrialPart, TriedLine, Untried, side_of
from auscult.services.scoring.engine_calls.answer_cache import ReadOnlyAnswers
from auscult.services.scoring.evaluate import Evaluator, Judged, Waiting
from auscult.services.scoring.reuse import VerdictReuse
from auscult.services.scoring.trial import for_any, unasked
from auscult.storage.store import AppStore

LOG = logging.getLogger(__name__)


class Trying:
    """Tries forms on chosen conversations. Threads may share it."""

    def __init__(self, evaluator: Evaluator, now: Callable[[], datetime]) -> None:
        """``now`` gives aware UTC time. What analysis found has no part in it; one that is too short is tried too."""
        self._evaluator = evaluator._replace(analyzers={}, judge_ineligible=True)
        self._now = now

    def process(self, app: AppStore, chunk: Chunk, *, may_ask: bool) -> ChunkResult:
        """Return the verdicts on the conversations of a chunk; its order decides whether far engines may be asked at all."""
        order = msgspec.json.decode(chunk.backfill.order, type=TrialOrder)
        trial = _Trial(app, self._evaluator, order, self._now, may_ask=may_ask)
        cases = app.backfills.cases(chunk.range, order.conversations)
        part = trial.tried(cases)
        named = frozenset(case.conversation.id for case in cases)
        return ChunkResult((), partial(_encoded, part), named, trial.postponed if order.may_ask else None)


class _Trial:
    """The forms of one chunk, and what they are evaluated with.

    ``postponed`` is why a judge has not answered yet.
    """

    def __init__(
        self, app: AppStore, evaluator: Evaluator, order: TrialOrder, now: Callable[[], datetime], *, may_ask: bool
    ) -> None:
        mine = evaluator.for_app(app.tenant.app_id, agent_emotions=app.privacy.settings().agent_emotions)
        self.postponed: RetryAfter | None = None
        self._most: list[Usage] = []
        self._alone = unasked(mine, self._most)
        self._asking = mine._replace(far={**self._alone.far, **mine.far}, summaries="none") if order.may_ask else None
        self._may_ask = may_ask
        self._answers = app.answers
        self._kept = ReadOnlyAnswers(app.answers)
        self._reuse = VerdictReuse()
        self._now = now
        self._form = for_any(read_kept(order.document.encode(), UNPUBLISHED))
        self._before = for_any(read_kept(order.before.encode(), order.version)) if order.before else None

    def tried(self, cases: Sequence[EvaluatedConversation]) -> TrialPart:
        """Try the form; where one conversation cannot be tried, each by itself. Raises ``EngineError``."""
        try:
            return TrialPart(tried=self._lines(cases), most=self._used())
        except EngineError:
            raise
        except Exception:  # noqa: BLE001  (which one, and what it raised, is reported when they are tried one by one)
            part = TrialPart()
            for case in cases:
                self._try_one(case, part)
            return part

    def _try_one(self, case: EvaluatedConversation, part: TrialPart) -> None:
        try:
            part.tried += self._lines([case])
            part.most += self._used()
        except EngineError:
            raise
        except AuscultError as error:
            part.failed.append(Untried(conversation_id=case.conversation.id, reason=error.message))
        except Exception as error:  # its traceback is the only way to fix what it hit
            LOG.exception("conversation %s cannot be tried", case.conversation.id)
            reason = f"{type(error).__name__}: {error}"
            part.failed.append(Untried(conversation_id=case.conversation.id, reason=reason))

    def _used(self) -> Usage:
        return sum(self._most, Usage())

    @panics_as_errors()
    def _lines(self, cases: Sequence[EvaluatedConversation]) -> list[TriedLine]:
        """Evaluate conversations before and after; those about which a judge has not answered yet are left out."""
        before = (
            None
            if self._before is None
            else self._alone.evaluate(self._reuse.pending(cases, self._before), [self._before], self._now(), self._kept)
        )
        self._most.clear()  # only what the tried form would ask is counted
        after = self._after(cases)
        return [
            TriedLine(
                conversation_id=case.conversation.id,
                before=None if before is None else side_of(before[at].evaluation),
                after=side_of(found.evaluation),
            )
            for at, (case, found) in enumerate(zip(cases, after, strict=True))
            if isinstance(found, Judged)
        ]

    def _after(self, cases: Sequence[EvaluatedConversation]) -> Sequence[Judged | Waiting]:
        pending, forms = self._reuse.pending(cases, self._form), [self._form]
        if self._asking is None:
            return self._alone.evaluate(pending, forms, self._now(), self._kept)
        found = self._asking.evaluate_ready(pending, forms, self._now(), self._answers, may_ask=self._may_ask)
        self.postponed = next((each.postponed for each in found if isinstance(each, Waiting)), self.postponed)
        return found


def _encoded(part: TrialPart, _passed_over: int) -> bytes:
    return msgspec.json.encode(part, enc_hook=sent)
