"""The ready questions of the form in an editor, each with its agreement with people in this app."""

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from markupsafe import Markup
from msgspec import Struct

from auscult.server.console.pages.quality.metric import PERIOD
from auscult.server.console.pages.setup.form_editor import text_of
from auscult.server.console.pages.setup.forms import require_editor
from auscult.server.console.posted import Posted
from auscult.server.console.views.counts import Leads
from auscult.server.console.views.naming import language_name
from auscult.server.console.visit import BASE, Visit
from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.editing.ready import ready_questions
from auscult.services.insights.trust import agreement_by_metric


class ReadyRow(Struct, frozen=True, kw_only=True):
    """A ready question; ``agrees`` is the share of audits with the machine's answer, a dash before any."""

    key: str
    name: str
    question: str
    language: str
    agrees: Markup
    is_there: bool


class ReadyView(Struct, frozen=True, kw_only=True):
    """The ready questions for a form, language by language."""

    rows: tuple[ReadyRow, ...]


class FormReadyPage(Controller):
    """The list of ready questions below a form's own."""

    path = "/forms/{form_id:str}/ready"

    @post(sync_to_thread=True)
    def act(self, data: Posted, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """List the ready questions for the document as it is in the editor."""
        require_editor(visit)
        end = visit.reader.end_of_today
        _audits, agreed = agreement_by_metric(visit.app, end - PERIOD, end) if visit.may("audit.read") else (0, {})
        leads, span = Leads(visit.reader, {}, f"{BASE}/conversations"), (end - PERIOD, end)
        rows = tuple(
            ReadyRow(
                key=each.key,
                name=each.name,
                question=each.question,
                language=language_name(each.language, visit.reader),
                agrees=leads.agree_rate(agreed.get(each.metric_id), each.metric_id, span),
                is_there=each.is_there,
            )
            for each in ready_questions(read_document(text_of(data)).value)
        )
        return visit.part("parts/form_ready", ReadyView(rows=rows))
