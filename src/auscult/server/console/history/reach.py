"""The conversations that the form in an editor would score: last week's by form, and older ones to be scored again."""

from litestar import Controller, Response, post
from litestar.params import FromPath

from auscult.domain.errors import RequestError
from auscult.server.console.definitions.drafts import text_of
from auscult.server.console.definitions.forms.listing import PATH, require_editor
from auscult.server.console.definitions.forms.overlaps import last_week
from auscult.server.console.definitions.forms.publishing import since_in
from auscult.server.console.frame.posted import Posted, one
from auscult.server.console.frame.visit import TheVisit
from auscult.services.definitions.forms.publish import in_force
from auscult.services.definitions.forms.reading import check_form
from auscult.services.history.coverage import older

_MOST_ROWS = 12
"""Queues that are listed by name."""


class FormReachPage(Controller):
    """The counts next to the settings of a form."""

    path = "/forms/{form_id:str}/reach"

    @post(sync_to_thread=True)
    def act(self, form_id: FromPath[str], data: Posted, visit: TheVisit) -> Response[str]:
        """Count the conversations of the last seven days by form, with the document in place of this form."""
        require_editor(visit)
        form = check_form(text_of(data)).form
        week = last_week(visit, form, form_id) if form else None
        others = [each for each in week.others if form and each.channel == form.channel] if week else []
        found = week.routing if week else None
        return visit.part("history/parts/form_reach", found=found, form=form, others=others, path=PATH, most=_MOST_ROWS)


class FormOlderPage(Controller):
    """The number of older conversations next to the choice to score them again."""

    path = "/forms/{form_id:str}/older"

    @post(sync_to_thread=True)
    def act(self, form_id: FromPath[str], data: Posted, visit: TheVisit) -> Response[str]:
        """Count the conversations since the chosen day, or all, that the document would score."""
        require_editor(visit)
        form = check_form(text_of(data)).form
        try:
            since = since_in(visit, data) if one(data, "since") else None
        except RequestError:  # half a date, which the page refuses when it is used
            form, since = None, None
        if form is None or not visit.may("conversation.read"):
            return visit.part("history/parts/form_older", found=None)
        others = [each for name, each in in_force(visit.app.forms).items() if name != form_id]
        return visit.part("history/parts/form_older", found=older(visit.app, form, others, since))
