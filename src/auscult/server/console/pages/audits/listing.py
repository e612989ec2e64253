"""My audits: the items that wait for this auditor."""

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Redirect
from msgspec.structs import replace

from auscult.server.console.pages.audits.desk import go_on
from auscult.server.console.views.audits.listing import audits_view, note_of
from auscult.server.console.visit import BASE, Visit

_MOST = 100


class AuditsPage(Controller):
    """The page of an auditor's own work."""

    path = "/audits"

    @get(sync_to_thread=True)
    def show(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Show waiting items, and submitted audits."""
        visit.require("audit.perform")
        me = visit.visitor.email
        waiting, done = visit.app.queue.waiting(me, _MOST), visit.app.queue.done(me, _MOST)
        ids = [one.assignment.conversation_id for one in (*waiting, *done) if one.assignment.conversation_id]
        known = visit.app.conversations.recorded(ids)
        what = next(iter(visit.query.get("done", ())), "")
        view = audits_view(waiting, done, known, visit.reader, BASE)
        note = note_of(what, is_waiting=bool(waiting))
        return visit.page("audits", "My audits", replace(view, note=note, is_over=bool(what)))

    @post("/next", sync_to_thread=True)
    def go_on(self, visit: NamedDependency[SkipValidation[Visit]]) -> Redirect:
        """Redirect to the item that this auditor has begun, else to the next one, their own first."""
        visit.require("audit.perform")
        return go_on(visit)
