"""Stages 3 to 5 of one accepted batch: analyse and evaluate what waits in it, render it, record it. Safe to do twice."""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from auscult.domain.audit import AuditMovedError
from auscult.domain.errors import EngineError, FormError
from auscult.domain.form import Form
from auscult.domain.judging import Postponed
from auscult.domain.tenancy import Tenant
from auscult.pipeline.evaluate import Evaluator, Waiting
from auscult.pipeline.forms import read_form
from auscult.pipeline.ports import AppStore, Pending, Recorded, Rendered, Store
from auscult.pipeline.record import Reports, render
from auscult.pipeline.sorting import Sorting

LOG = logging.getLogger(__name__)
_SHOWN_FAULTS = 5
_MOST_TRIES = 5
"""Times that a batch is written anew because audits in it went on meanwhile, before its whole step is tried again."""

ROUNDS = 4
"""Conversations that a judge is asked about before they are recorded, for each that it works on at a time."""

FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 3600.0
_MOST_DOUBLINGS = 10


class Finished(Struct, frozen=True, kw_only=True):
    """What of a batch is evaluated and rendered, not yet recorded. ``faults``: a line for each that could not be.

    ``waiting`` names conversations about which the judge has to be asked first. ``postponed`` is there when it was,
    and could not answer for all.
    """

    batch_id: str
    tenant: Tenant
    rendered: tuple[Rendered, ...]
    faults: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    postponed: Postponed | None = None

    @property
    def is_last(self) -> bool:
        """Whether the batch ends with this."""
        return not self.waiting and self.postponed is None


class _Done(NamedTuple):
    """What became of some conversations."""

    rendered: list[Rendered]
    faults: list[str]
    waiting: list[Waiting]


class Processing:
    """Takes a batch from accepted to recorded. Threads may share it."""

    def __init__(self, store: Store, evaluator: Evaluator, reports: Reports, now: Callable[[], datetime]) -> None:
        """Work on ``store``; ``now`` gives the aware UTC time that evaluations carry."""
        self._store = store
        self._evaluator = evaluator
        self._reports = reports
        self._now = now
        self._forms: dict[tuple[str, str, int], Form] = {}
        self._sorting = Sorting()
        self._ask_at_once = ROUNDS * max((engine.at_once for engine in evaluator.far.values()), default=1)

    def evaluate(self, batch_id: str) -> Finished | None:
        """Evaluate and render what waits in the batch; None when it is done or cancelled, or nobody knows it.

        A conversation on which the code itself fails is left out, named in the batch's failure, and holds nobody
        else up; so is one that waits for the judge. Raises ``EngineError`` when another engine cannot answer: that
        may pass, and is tried again.
        """
        batch = self._store.batches.get(batch_id)
        if batch is None or batch.state in ("done", "cancelled"):
            return None
        app = self._store.within(batch.tenant)
        pending = app.conversations.pending(batch_id)
        try:
            forms = self._forms_in_force(app)
        except FormError as error:  # a form that an older version took and this one does not
            return Finished(batch_id=batch_id, tenant=batch.tenant, rendered=(), faults=(error.message,))
        done = self._rendered_or_not(app, pending, forms, may_ask=False)
        return Finished(
            batch_id=batch_id,
            tenant=batch.tenant,
            rendered=tuple(done.rendered),
            faults=tuple(done.faults),
            waiting=tuple(waiting.conversation_id for waiting in done.waiting),
        )

    def ask(self, finished: Finished) -> Iterator[Finished]:
        """Ask the judge about what waits, some conversations at a time, and evaluate them; each time to be recorded.

        What it cannot answer is left for later; what it did answer is kept, and is not asked again then. When it can
        answer for none of some conversations, the others are not tried now.
        """
        app = self._store.within(finished.tenant)
        faults, left = list(finished.faults), list(finished.waiting)
        postponed: Postponed | None = None
        while left:
            ids, left = frozenset(left[: self._ask_at_once]), left[self._ask_at_once :]
            pending = [one for one in app.conversations.pending(finished.batch_id) if one.conversation.id in ids]
            done = self._rendered_or_not(app, pending, self._forms_in_force(app), may_ask=True)
            faults += done.faults
            if done.waiting:
                postponed = done.waiting[0].postponed
                left = left if done.rendered else []
            yield Finished(
                batch_id=finished.batch_id,
                tenant=finished.tenant,
                rendered=tuple(done.rendered),
                faults=tuple(faults),
                waiting=tuple(left),
                postponed=None if left else postponed,
            )

    def record(self, finished: Finished) -> None:
        """Write what was evaluated, and end the batch; or postpone what is left of it."""
        failure = None
        if finished.faults:
            more = len(finished.faults) - _SHOWN_FAULTS
            shown = [*finished.faults[:_SHOWN_FAULTS], *([f"and {more} more"] if more > 0 else [])]
            failure = f"{len(finished.faults)} could not be processed: {'; '.join(shown)}"
        app = self._store.within(finished.tenant)
        rendered = finished.rendered
        for _ in range(_MOST_TRIES - 1):
            try:
                app.conversations.record(finished.batch_id, rendered, failure, is_last=finished.is_last)
            except AuditMovedError:
                rendered = self._rendered_again(app, rendered)
            else:
                break
        else:
            app.conversations.record(finished.batch_id, rendered, failure, is_last=finished.is_last)
        if finished.postponed is not None:
            self._postpone(finished.batch_id, finished.postponed)

    def close(self) -> None:
        """Wait for no judge any more: what is asked of it now is left for later."""
        for engine in self._evaluator.far.values():
            engine.close()

    def _postpone(self, batch_id: str, postponed: Postponed) -> None:
        """Have the rest tried again when the judge says, or after a pause that grows from time to time."""
        batch, after_s = self._store.batches.get(batch_id), postponed.after_s
        if batch is None:
            return
        if after_s is None:
            after_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(batch.postponements, _MOST_DOUBLINGS))
        self._store.batches.postpone(batch_id, postponed.reason, self._now() + timedelta(seconds=after_s))

    def _rendered_again(self, app: AppStore, rendered: Sequence[Rendered]) -> tuple[Rendered, ...]:
        """The same, with the audits as they stand now: somebody went on with one while this was evaluated."""
        audits = app.audits.of([each.conversation.id for each in rendered])
        return tuple(
            render(
                app.tenant,
                Recorded(
                    conversation=each.conversation,
                    evaluation=each.evaluation,
                    insights=each.insights,
                    audit=audits.get(each.conversation.id),
                ),
                self._reports,
            )
            for each in rendered
        )

    def _rendered_or_not(
        self, app: AppStore, batch: Sequence[Pending], forms: Sequence[Form], *, may_ask: bool
    ) -> "_Done":
        """All of them together, or one by one when one makes an analyzer, a metric or a report raise."""
        try:
            return self._rendered(app, batch, forms, may_ask=may_ask)
        except EngineError:
            raise
        except Exception:  # noqa: BLE001  (which one, and what it raised, is told when they are tried one by one)
            done = _Done([], [], [])
        for pending in batch:
            try:
                one = self._rendered(app, [pending], forms, may_ask=may_ask)
            except EngineError:
                raise
            except Exception as error:  # its traceback is the only way to mend what it hit
                LOG.exception("conversation %s cannot be processed", pending.conversation.id)
                done.faults.append(f"{pending.conversation.id}: {type(error).__name__}: {error}")
            else:
                done.rendered.extend(one.rendered)
                done.waiting.extend(one.waiting)
        return done

    def _rendered(self, app: AppStore, batch: Sequence[Pending], forms: Sequence[Form], *, may_ask: bool) -> "_Done":
        done = _Done([], [], [])
        evaluator = self._evaluator.for_app(app.tenant.app_id)
        evaluator = evaluator._replace(analyzers=self._sorting.for_app(app, evaluator.analyzers))
        judged = evaluator.evaluate_ready(batch, forms, self._now(), app.answers, may_ask=may_ask)
        for pending, one in zip(batch, judged, strict=True):
            if isinstance(one, Waiting):
                done.waiting.append(one)
                continue
            known = Recorded(
                conversation=pending.conversation,
                evaluation=one.evaluation,
                insights=one.insights,
                audit=pending.audit,
            )
            done.rendered.append(render(app.tenant, known, self._reports))
        return done

    def _forms_in_force(self, app: AppStore) -> list[Form]:
        """The app's forms as they stand now, each version read once by this process."""
        in_force = {(app.tenant.app_id, one.form_id, one.version): one for one in app.forms.in_force()}
        for key, stored in in_force.items():
            if key not in self._forms:
                self._forms[key] = read_form(stored.document, stored.version)
        return [self._forms[key] for key in in_force]
