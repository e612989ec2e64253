"""The trial of a form on the newest conversations, as the editor shows it: durable work that outlives the page."""

from msgspec.structs import replace

from auscult.server.console.conversations.conversation_view import title_of
from auscult.server.console.definitions.forms.listing import PATH
from auscult.server.console.form_examples.examples import examples_of
from auscult.server.console.frame.visit import Visit
from auscult.server.console.history.newest_view import TriedView, tried_view
from auscult.server.console.scoring.trial_view import TrialView
from auscult.services.audits.blind import blindness_of
from auscult.services.definitions.forms.publish import in_force
from auscult.services.history.trials import TrialState, latest_trial

RECENT = "recent"
"""The value of ``TrialView.on`` after a trial on the newest conversations."""


def untried(visit: Visit, form_id: str) -> TrialView:
    """Return the tab before a trial."""
    return TrialView(action=f"{PATH}/{form_id}/try", kept=len(examples_of(visit).of(form_id)))


def shown_trial(visit: Visit, state: TrialState) -> TriedView:
    """Show the visitor a trial, without the conversations that they may not see or judge blind."""
    blind = blindness_of(visit.app, visit.visitor.email)
    named = {each.conversation_id for each in state.tried} | {each.conversation_id for each in state.failed}
    recorded = visit.app.conversations.recorded([each for each in named if each not in blind])
    words = {each: title_of(found.conversation) or each for each, found in recorded.items()}
    return tried_view(
        state,
        words,
        visit.reader,
        f"{PATH}/{state.order.form_id}/try",
        has_worker=visit.store.workers.beats_lately(),
    )


def kept_trial(visit: Visit, form_id: str, document: bytes) -> TrialView:
    """Return the tab of an editor that opens: with the visitor's trial of this very document, if there is one."""
    view = untried(visit, form_id)
    state = trial_of(visit, form_id, document) if visit.may("conversation.read") else None
    if state is None:
        return view
    return replace(view, on=RECENT, newest=shown_trial(visit, state), has_before=bool(state.order.before))


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
