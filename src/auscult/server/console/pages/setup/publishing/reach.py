"""The conversations of last week that the form in an editor would score, and those that no form is for."""

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation

from auscult.server.console.pages.setup.form_editor import text_of
from auscult.server.console.pages.setup.forms import PATH, require_editor
from auscult.server.console.pages.setup.publishing.overlaps import last_week
from auscult.server.console.posted import Posted
from auscult.server.console.views.setup.trying.reach import ReachView, reach_view
from auscult.server.console.visit import Visit
from auscult.services.definitions.forms.reading import check_form


class FormReachPage(Controller):
    """The counts next to the settings of a form."""

    path = "/forms/{form_id:str}/reach"

    @post(sync_to_thread=True)
    def act(self, form_id: FromPath[str], data: Posted, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Count the conversations of the last seven days by form, with the document in place of this form."""
        require_editor(visit)
        form = check_form(text_of(data)).form
        week = last_week(visit, form, form_id) if form else None
        if form is None or week is None:
            return visit.part("parts/form_reach", ReachView())
        return visit.part("parts/form_reach", reach_view(week.routing, form, week.others, visit.reader, PATH))
