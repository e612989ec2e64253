"""Stages 4 and 5 of one accepted batch: evaluate what waits in it, render it, record it. Safe to do twice."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct

from auscult.domain.audit import AuditMovedError
from auscult.domain.errors import EngineError, FormError
from auscult.domain.form import Form
from auscult.domain.tenancy import Tenant
from auscult.pipeline.evaluate import Evaluator
from auscult.pipeline.forms import read_form
from auscult.pipeline.ports import AppStore, Pending, Rendered, Store
from auscult.pipeline.record import Reports, render

LOG = logging.getLogger(__name__)
_SHOWN_FAULTS = 5
_MOST_TRIES = 5
"""Times that a batch is written anew because audits in it went on meanwhile, before its whole step is tried again."""


class Finished(Struct, frozen=True, kw_only=True):
    """A batch that is evaluated and rendered, not yet recorded. ``faults``: a line for each that could not be."""

    batch_id: str
    tenant: Tenant
    rendered: tuple[Rendered, ...]
    faults: tuple[str, ...] = ()


class Processing:
    """Takes a batch from accepted to recorded. Threads may share it."""

    def __init__(self, store: Store, evaluator: Evaluator, reports: Reports, now: Callable[[], datetime]) -> None:
        """Work on ``store``; ``now`` gives the aware UTC time that evaluations carry."""
        self._store = store
        self._evaluator = evaluator
        self._reports = reports
        self._now = now
        self._forms: dict[tuple[str, str, int], Form] = {}

    def evaluate(self, batch_id: str) -> Finished | None:
        """Evaluate and render what waits in the batch; None when it is done already, or nobody knows it.

        A conversation on which the code itself fails is left out, named in the batch's failure, and holds nobody
        else up. Raises ``EngineError`` when an engine cannot answer: that may pass, and is tried again.
        """
        batch = self._store.batches.get(batch_id)
        if batch is None or batch.state == "done":
            return None
        app = self._store.within(batch.tenant)
        pending = app.conversations.pending(batch_id)
        try:
            forms = self._forms_in_force(app)
        except FormError as error:  # a form that an older version took and this one does not
            return Finished(batch_id=batch_id, tenant=batch.tenant, rendered=(), faults=(error.message,))
        faults: list[str] = []
        rendered = self._rendered_together(batch.tenant, pending, forms)
        if rendered is None:
            rendered = self._rendered_one_by_one(batch.tenant, pending, forms, faults)
        return Finished(batch_id=batch_id, tenant=batch.tenant, rendered=tuple(rendered), faults=tuple(faults))

    def record(self, finished: Finished) -> None:
        """Write what was evaluated, and end the batch."""
        failure = None
        if finished.faults:
            more = len(finished.faults) - _SHOWN_FAULTS
            shown = [*finished.faults[:_SHOWN_FAULTS], *([f"and {more} more"] if more > 0 else [])]
            failure = f"{len(finished.faults)} could not be processed: {'; '.join(shown)}"
        app = self._store.within(finished.tenant)
        rendered = finished.rendered
        for _ in range(_MOST_TRIES - 1):
            try:
                app.conversations.record(finished.batch_id, rendered, failure)
            except AuditMovedError:
                rendered = self._rendered_again(app, rendered)
            else:
                return
        app.conversations.record(finished.batch_id, rendered, failure)

    def _rendered_again(self, app: AppStore, rendered: Sequence[Rendered]) -> tuple[Rendered, ...]:
        """The same, with the audits as they stand now: somebody went on with one while this was evaluated."""
        audits = app.audits.of([each.conversation.id for each in rendered])
        return tuple(
            render(
                app.tenant, each.conversation, each.evaluation, self._reports, audit=audits.get(each.conversation.id)
            )
            for each in rendered
        )

    def _rendered_together(
        self, tenant: Tenant, batch: Sequence[Pending], forms: Sequence[Form]
    ) -> list[Rendered] | None:
        """All of them, or None when one makes a metric or a report raise."""
        try:
            return self._rendered(tenant, batch, forms)
        except EngineError:
            raise
        except Exception:  # noqa: BLE001  (which one, and what it raised, is told when they are tried one by one)
            return None

    def _rendered(self, tenant: Tenant, batch: Sequence[Pending], forms: Sequence[Form]) -> list[Rendered]:
        evaluations = self._evaluator.evaluate(batch, forms, self._now())
        return [
            render(tenant, pending.conversation, evaluation, self._reports, audit=pending.audit)
            for pending, evaluation in zip(batch, evaluations, strict=True)
        ]

    def _rendered_one_by_one(
        self, tenant: Tenant, batch: Sequence[Pending], forms: Sequence[Form], faults: list[str]
    ) -> list[Rendered]:
        rendered: list[Rendered] = []
        for pending in batch:
            try:
                rendered += self._rendered(tenant, [pending], forms)
            except EngineError:
                raise
            except Exception as error:  # its traceback is the only way to mend what it hit
                LOG.exception("conversation %s cannot be processed", pending.conversation.id)
                faults.append(f"{pending.conversation.id}: {type(error).__name__}: {error}")
        return rendered

    def _forms_in_force(self, app: AppStore) -> list[Form]:
        """The app's forms as they stand now, each version read once by this process."""
        in_force = {(app.tenant.app_id, one.form_id, one.version): one for one in app.forms.in_force()}
        for key, stored in in_force.items():
            if key not in self._forms:
                self._forms[key] = read_form(stored.document, stored.version)
        return [self._forms[key] for key in in_force]
