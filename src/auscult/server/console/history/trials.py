"""The trial of a form on several conversations, as the editor shows it: durable work that outlives the page."""

from msgspec.structs import replace

from auscult.domain.tuning import EDIT_FORMS, READ_AUDITS
from auscult.server.console.conversations.conversation_view import title_of
from auscult.server.console.definitions.forms.listing import PATH
from auscult.server.console.form_examples import examples_of
from auscult.server.console.frame.visit import Visit
from auscult.server.console.history.trial_view import TrialView, TriedView, tried_view
from auscult.services.audits.blind import blindness_of
from auscult.services.definitions.forms.publish import in_force
from auscult.services.history.backtests import report
from auscult.services.history.trials import TrialState, latest_trial
from auscult.services.tuning import Fitting

RECENT, MONTH = "recent", "month"
"""Values of ``TrialView.on`` after a trial on the newest conversations, and on those of the last month."""


def untried(visit: Visit, form_id: str) -> TrialView:
    """Return the tab before a trial."""
    may_fit = all(map(visit.principal.may_everywhere, (EDIT_FORMS, READ_AUDITS)))
    return TrialView(
        form_id=form_id,
        action=f"{PATH}/{form_id}/try",
        kept=len(examples_of(visit).of(form_id)),
        is_fitted=Fitting(visit.app, visit.principal).fitted(form_id) if may_fit else None,
    )


def shown_trial(visit: Visit, state: TrialState, document: bytes | None = None) -> TriedView:
    """Show the visitor a trial, without the conversations that they may not see or judge blind.

    ``document``: the one in the editor, to say where it was changed since.
    """
    blind = blindness_of(visit.app, visit.visitor.email)
    named = {each.conversation_id for each in (*state.tried, *state.part.failed)}
    recorded = visit.app.conversations.recorded([each for each in named if each not in blind])
    return tried_view(
        state,
        report(visit.app, state.order, state.part),
        {each: title_of(found.conversation) or each for each, found in recorded.items()},
        f"{PATH}/{state.order.form_id}/try",
        has_worker=visit.store.workers.beats_lately(),
        is_of_another=document is not None and state.order.document != words_of(document),
    )


def kept_trial(visit: Visit, form_id: str, document: bytes) -> TrialView:
    """Return the tab of an editor that opens: with the visitor's trial of this very document, if there is one."""
    view = untried(visit, form_id)
    state = trial_of(visit, form_id, document) if visit.may("conversation.read") else None
    return view if state is None else with_trial(visit, view, state)


def with_trial(visit: Visit, view: TrialView, state: TrialState, document: bytes | None = None) -> TrialView:
    """Return the tab with a trial on several conversations."""
    is_chosen = state.order.conversations is not None
    tried = shown_trial(visit, state, document)
    return replace(view, on=RECENT if is_chosen else MONTH, tried=tried, has_before=tried.has_before)


def trial_of(visit: Visit, form_id: str, document: bytes) -> TrialState | None:
    """Return the visitor's trial of a document against the version that is in force now, if there is one."""
    state = latest_trial(visit.app, visit.visitor.email, form_id)
    if state is None or state.order.document != words_of(document):
        return None
    present = in_force(visit.app.forms).get(form_id)
    return state if state.order.version == (0 if present is None else present.version) else None


def words_of(document: bytes) -> str:
    """Return a document as its editor shows it."""
    return document.decode("utf-8-sig", "replace")
