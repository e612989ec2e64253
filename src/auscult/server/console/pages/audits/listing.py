"""My audits: what waits for this auditor."""

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from msgspec.structs import replace

from auscult.server.console.views.audits.listing import audits_view
from auscult.server.console.visit import BASE, Visit

_MOST = 100


class AuditsPage(Controller):
    """The page of an auditor's own work."""

    path = "/audits"

    @get(sync_to_thread=True)
    def show(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Show what waits, and what was submitted."""
        visit.require("audit.perform")
        me = visit.visitor.email
        waiting = visit.app.audits.listing(state="assigned", auditor=me, limit=_MOST)
        done = visit.app.audits.listing(state="audited", auditor=me, limit=_MOST)
        known = visit.app.conversations.recorded([each.conversation_id for each in (*waiting, *done)])
        view = audits_view(waiting, done, known, visit.reader, BASE)
        submitted = "done" in visit.query
        return visit.page("audits", "My audits", replace(view, note="Submitted." if submitted else ""))
