"""The conversations of last week that the form in an editor would score, and those that no form is for."""

from datetime import timedelta

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation

from auscult.server.console.pages.setup.form_editor import text_of
from auscult.server.console.pages.setup.forms import PATH, require_editor
from auscult.server.console.posted import Posted
from auscult.server.console.views.setup.trying.reach import ReachView, reach_view
from auscult.server.console.visit import Visit
from auscult.services.definitions.forms.publish import in_force
from auscult.services.definitions.forms.reading import check_form
from auscult.services.history.routing import routing

_DAYS = timedelta(days=7)


class FormReachPage(Controller):
    """The counts next to the settings of a form."""

    path = "/forms/{form_id:str}/reach"

    @post(sync_to_thread=True)
    def act(self, form_id: FromPath[str], data: Posted, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Count the conversations of the last seven days by form, with the document in place of this form."""
        require_editor(visit)
        form = check_form(text_of(data)).form
        if form is None or not visit.may("conversation.read"):
            return visit.part("parts/form_reach", ReachView())
        others = [each for name, each in in_force(visit.app.forms).items() if name != form_id]
        found = routing(visit.app, form, others, visit.now - _DAYS)
        return visit.part("parts/form_reach", reach_view(found, form, others, visit.reader, PATH))
