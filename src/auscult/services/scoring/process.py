"""Stages 3 to 5 of one accepted batch: analyse and evaluate what waits in it, render it, record it. Safe to do twice."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import partial
from math import inf
from typing import NamedTuple

from msgspec import Struct

from auscult.domain.audits.audit import AuditMovedError
from auscult.domain.definitions.form_version import FormKey, FormsMovedError
from auscult.domain.errors import EngineError, FormError, coded, joined, said
from auscult.domain.form import Form
from auscult.domain.operations.guarding import panics_as_errors
from auscult.domain.operations.records import made_from
from auscult.domain.operations.tracing import CONVERSATION, TRACING, UNTRACED, Span
from auscult.domain.scoring.budget import OverBudgetError
from auscult.domain.scoring.judging import RetryAfter
from auscult.domain.scoring.stored import EvaluatedConversation, PendingConversation, RenderedRows
from auscult.domain.tenancy import Tenant
from auscult.services.definitions.forms.cache import FormCache
from auscult.services.scoring.classification import TaxonomyClassifier
from auscult.services.scoring.evaluate import Evaluator, Waiting, groups
from auscult.services.scoring.render import Reports, render
from auscult.storage.store import AppStore, Store

LOG = logging.getLogger(__name__)
_SHOWN_FAULTS = 5
_MOST_TRIES = 5
"""Times that a batch is written anew because audits in it went on meanwhile, before its whole step is tried again."""

ROUNDS = 4
"""Conversations that a judge is asked about before they are recorded, for each that it works on at a time."""

TURN_S = 10.0
"""Processor time after which a batch leaves what is not evaluated for its next turn, so that others have theirs."""

PIECE = 100
"""Conversations recorded in one transaction on a file, which has one writer at a time: fewer cost more for each."""

MOST_TRACED = 20
"""Conversations processed together that have a span each in a trace."""

FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 3600.0
_MOST_DOUBLINGS = 10


class Finished(Struct, frozen=True, kw_only=True):
    """Evaluated and rendered part of a batch, not yet recorded. ``faults``: a line for each that failed.

    ``waiting`` names conversations about which the judge has to be asked first. ``postponed`` is set when it was,
    and could not answer for all. ``is_unfinished``: others of the batch have not had their turn yet. ``forms`` were
    in force when it was evaluated.
    """

    batch_id: str
    tenant: Tenant
    rendered: tuple[RenderedRows, ...]
    faults: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    postponed: RetryAfter | None = None
    is_unfinished: bool = False
    forms: frozenset[FormKey] | None = None

    @property
    def is_last(self) -> bool:
        """Return whether the batch ends with this."""
        return not self.waiting and self.postponed is None and not self.is_unfinished


class _Done(NamedTuple):
    """Outcome of some conversations. ``costly``: those over the limit of time, with the message about each."""

    rendered: list[RenderedRows]
    faults: list[str]
    waiting: list[Waiting]
    costly: dict[str, str]

    def add(self, more: "_Done") -> None:
        """Add the outcome of others."""
        self.rendered.extend(more.rendered)
        self.faults.extend(more.faults)
        self.waiting.extend(more.waiting)
        self.costly.update(more.costly)

    @property
    def known(self) -> int:
        """Conversations of which something became."""
        return len(self.rendered) + len(self.faults) + len(self.waiting) + len(self.costly)


def _render_span(conversation_id: str, together: int) -> AbstractContextManager[Span]:
    """Open a span of its own for a conversation; in bulk it costs too much, and the span of ``accept`` lists the ids."""
    if together > MOST_TRACED:
        return UNTRACED
    return TRACING.span("render", attributes={CONVERSATION: conversation_id})


class Processing:
    """Takes a batch from accepted to recorded. Threads may share it."""

    def __init__(
        self,
        store: Store,
        evaluator: Evaluator,
        reports: Reports,
        now: Callable[[], datetime],
        *,
        turn_s: float = TURN_S,
    ) -> None:
        """Work on ``store``; ``now`` gives the aware UTC time that evaluations carry, a batch has turns of ``turn_s``."""
        self._turn_s = turn_s
        self._store = store
        self._evaluator = evaluator
        self._reports = reports
        self._now = now
        self._versions = FormCache()
        self._sorting = TaxonomyClassifier()
        self._ask_at_once = ROUNDS * max((engine.at_once for engine in evaluator.far.values()), default=1)

    def evaluate(self, batch_id: str, make_way: Callable[[], None] = lambda: None) -> Finished | None:
        """Evaluate and render what waits in the batch; return None when it is done, cancelled or unknown.

        ``make_way`` is called before each further part of it, and may wait for what is more urgent.

        A conversation on which the code itself fails is left out, named in the batch's failure, and delays no other; so
        is one that waits for the judge. What a turn is too short for is left for a later one. Raises ``EngineError``
        when another engine cannot answer: that may pass, and is tried again.
        """
        batch = self._store.batches.get(batch_id)
        if batch is None or batch.state in ("done", "cancelled"):
            return None
        app = self._store.within(batch.tenant)
        pending = app.conversations.pending(batch_id)
        try:
            keys, forms = self._forms_in_force(app)
        except FormError as error:  # a form that an older version took and this one does not
            return Finished(batch_id=batch_id, tenant=batch.tenant, rendered=(), faults=(error.message,))
        done = _Done([], [], [], {})
        until = time.thread_time() + self._turn_s
        for number, group in enumerate(groups(pending)):
            if number:
                make_way()
                if time.thread_time() > until:
                    break
            done.add(self._rendered_or_not(app, group, forms, may_ask=False, until=until))
        is_unfinished = done.known < len(pending)
        if is_unfinished:  # they would take up the next turn as well
            for conversation_id, reason in done.costly.items():
                self._store.batches.set_aside(batch_id, conversation_id, reason)
        return Finished(
            batch_id=batch_id,
            tenant=batch.tenant,
            rendered=tuple(done.rendered),
            faults=(*done.faults, *(() if is_unfinished else done.costly.values())),
            waiting=tuple(waiting.conversation_id for waiting in done.waiting),
            is_unfinished=is_unfinished,
            forms=keys,
        )

    def ask_judge(self, finished: Finished) -> Iterator[Finished]:
        """Ask the judge about waiting conversations, some at a time; yield each group evaluated, to be recorded.

        Questions without an answer wait; answers are stored, and not asked for again. Where a group gets no answer,
        the other conversations are not tried now.
        """
        app = self._store.within(finished.tenant)
        faults, left = list(finished.faults), list(finished.waiting)
        postponed: RetryAfter | None = None
        while left:
            ids, left = frozenset(left[: self._ask_at_once]), left[self._ask_at_once :]
            pending = [one for one in app.conversations.pending(finished.batch_id) if one.conversation.id in ids]
            keys, forms = self._forms_in_force(app)
            done = self._rendered_or_not(app, pending, forms, may_ask=True)
            faults += [*done.faults, *done.costly.values()]
            if done.waiting:
                postponed = done.waiting[0].postponed
                left = left if done.rendered else []
            yield made_from(
                Finished,
                finished,
                rendered=tuple(done.rendered),
                faults=tuple(faults),
                waiting=tuple(left),
                postponed=None if left else postponed,
                forms=keys,
            )

    def record(self, finished: Finished, make_way: Callable[[], None] = lambda: None) -> None:
        """Write what was evaluated, and end the batch; or postpone what is left of it.

        ``make_way`` is called between transactions, where there are several, and may let others write.

        Where a form was published or retired since, nothing is written and the batch has another turn: a re-score with
        the new form has already passed over what waited.
        """
        failure = None
        if finished.faults:
            more = len(finished.faults) - _SHOWN_FAULTS
            shown = [*finished.faults[:_SHOWN_FAULTS], *([coded("and {n} more", n=more)] if more > 0 else [])]
            failure = coded("{n} could not be processed: {words}", n=len(finished.faults), words=joined("; ", shown))
        try:
            rendered = finished.rendered
            while self._store.is_embedded and len(rendered) > PIECE:
                self._write(finished, rendered[:PIECE], None, is_last=False)
                make_way()
                rendered = rendered[PIECE:]
            self._write(finished, rendered, failure, is_last=finished.is_last)
        except FormsMovedError as moved:
            self._store.work.postpone(finished.batch_id, said(moved), self._now())
            return
        if finished.postponed is not None:
            self._postpone(finished.batch_id, finished.postponed)
        elif finished.is_unfinished and not finished.waiting:
            self._store.work.postpone(finished.batch_id, coded("other batches have their turn"), self._now())

    def _write(
        self, finished: Finished, rendered: tuple[RenderedRows, ...], failure: str | None, *, is_last: bool
    ) -> None:
        """Write some of what was evaluated, with the audits that are there by then. Raises ``FormsMovedError``."""
        app = self._store.within(finished.tenant)
        write = partial(app.conversations.record, finished.batch_id, is_last=is_last, forms=finished.forms)
        for _ in range(_MOST_TRIES - 1):
            try:
                write(rendered, failure)
            except AuditMovedError:
                rendered = self._rendered_again(app, rendered)
            else:
                return
        write(rendered, failure)

    def close(self) -> None:
        """Wait for no judge any more: what is asked of it now is left for later."""
        for engine in self._evaluator.far.values():
            engine.close()

    def _postpone(self, batch_id: str, postponed: RetryAfter) -> None:
        """Have the rest tried again when the judge says, or after a pause that grows from time to time."""
        batch, after_s = self._store.batches.get(batch_id), postponed.after_s
        if batch is None:
            return
        if after_s is None:
            after_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(batch.postponements, _MOST_DOUBLINGS))
        self._store.work.postpone(batch_id, postponed.reason, self._now() + timedelta(seconds=after_s))

    def _rendered_again(self, app: AppStore, rendered: Sequence[RenderedRows]) -> tuple[RenderedRows, ...]:
        """Render rows again with the present audits and settings: one changed while this was evaluated."""
        audits, settings = app.audits.of([each.conversation.id for each in rendered]), app.privacy.settings()
        aliases = app.aliases.in_force()
        return tuple(
            render(
                app.tenant,
                EvaluatedConversation(
                    conversation=each.conversation,
                    evaluation=each.evaluation,
                    insights=settings.shown(each.insights),
                    audit=audits.get(each.conversation.id),
                ),
                self._reports,
                aliases,
            )
            for each in rendered
        )

    def _rendered_or_not(
        self,
        app: AppStore,
        batch: Sequence[PendingConversation],
        forms: Sequence[Form],
        *,
        may_ask: bool,
        until: float = inf,
    ) -> _Done:
        """All of them together, or one by one when one makes an analyzer, a metric or a report raise.

        One that takes more time than it may is left out, and the others are tried without it. Where this thread has
        used its time up to ``until``, what is left is not tried.
        """
        costly: dict[str, str] = {}
        while left := [one for one in batch if one.conversation.id not in costly]:
            try:
                return self._rendered(app, left, forms, may_ask=may_ask)._replace(costly=costly)
            except EngineError:
                raise
            except OverBudgetError as error:
                costly[error.conversation_id] = error.message
                if time.thread_time() > until:
                    break
            except Exception:  # noqa: BLE001  (which one, and what it raised, is reported when they are tried one by one)
                done = self._one_by_one(app, left, forms, may_ask=may_ask, until=until)
                return done._replace(costly=done.costly | costly)
        return _Done([], [], [], costly)

    def _one_by_one(
        self,
        app: AppStore,
        batch: Sequence[PendingConversation],
        forms: Sequence[Form],
        *,
        may_ask: bool,
        until: float,
    ) -> _Done:
        done = _Done([], [], [], {})
        for pending in batch:
            if done.known and time.thread_time() > until:
                break
            try:
                one = self._rendered(app, [pending], forms, may_ask=may_ask)
            except EngineError:
                raise
            except OverBudgetError as error:
                done.costly[error.conversation_id] = error.message
            except Exception as error:  # its traceback is the only way to mend what it hit
                LOG.exception("conversation %s cannot be processed", pending.conversation.id)
                done.faults.append(
                    coded("{name}: {fault}", name=pending.conversation.id, fault=f"{type(error).__name__}: {error}")
                )
            else:
                done.add(one)
        return done

    @panics_as_errors()
    def _rendered(
        self, app: AppStore, batch: Sequence[PendingConversation], forms: Sequence[Form], *, may_ask: bool
    ) -> _Done:
        done = _Done([], [], [], {})
        evaluator = self._evaluator.for_app(app.tenant.app_id, agent_emotions=app.privacy.settings().agent_emotions)
        evaluator = evaluator._replace(analyzers=self._sorting.for_app(app, evaluator.analyzers))
        judged = evaluator.evaluate_ready(batch, forms, self._now(), app.answers, may_ask=may_ask)
        aliases = app.aliases.in_force()
        for pending, one in zip(batch, judged, strict=True):
            if isinstance(one, Waiting):
                done.waiting.append(one)
                continue
            known = EvaluatedConversation(
                conversation=pending.conversation,
                evaluation=one.evaluation,
                insights=one.insights,
                audit=pending.audit,
            )
            with _render_span(pending.conversation.id, len(batch)):
                done.rendered.append(render(app.tenant, known, self._reports, aliases))
        return done

    def _forms_in_force(self, app: AppStore) -> tuple[frozenset[FormKey], list[Form]]:
        """Return the keys of the app's forms in force, and all versions that score, each read once by this process."""
        found = [self._versions.stored(app, each) for each in app.forms.in_force()]
        earlier = [before for form in found for before in self._versions.earlier(app, form)]
        return frozenset((form.id, form.version) for form in found), [*found, *earlier]
