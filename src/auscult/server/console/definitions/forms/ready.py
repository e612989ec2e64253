"""The ready questions of the form in an editor, each with its agreement with people in this app."""

from litestar import Controller, Response, post
from markupsafe import Markup
from msgspec import Struct

from auscult.language import gettext as _
from auscult.server.console.definitions.drafts import text_of
from auscult.server.console.definitions.forms.builder import type_in_words
from auscult.server.console.definitions.forms.listing import require_editor
from auscult.server.console.frame.counts import Leads
from auscult.server.console.frame.naming import language_name
from auscult.server.console.frame.posted import Posted
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.visit import BASE, TheVisit
from auscult.server.console.insights.metric import PERIOD
from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.editing.questions import mappings
from auscult.services.definitions.forms.editing.ready import Measured, measured, ready_questions
from auscult.services.insights.trust import agreement_by_metric


class ReadyRow(Struct, frozen=True, kw_only=True):
    """A ready question. ``agrees``: the agreement of the machine with people; ``whose``: who measured it, and on what."""

    key: str
    name: str
    question: str
    type: str
    language: str
    agrees: Markup | str
    whose: str
    is_there: bool


class ReadyView(Struct, frozen=True, kw_only=True):
    """The ready questions for a form, language by language, and its sections by name."""

    rows: tuple[ReadyRow, ...]
    sections: tuple[tuple[str, str], ...]


class FormReadyPage(Controller):
    """The list of ready questions below a form's own."""

    path = "/forms/{form_id:str}/ready"

    @post(sync_to_thread=True)
    def act(self, data: Posted, visit: TheVisit) -> Response[str]:
        """List the ready questions for the document as it is in the editor."""
        require_editor(visit)
        end = visit.reader.end_of_today
        _audits, agreed = agreement_by_metric(visit.app, end - PERIOD, end) if visit.may("audit.read") else (0, {})
        leads, span = Leads(visit.reader, {}, f"{BASE}/conversations"), (end - PERIOD, end)
        value = read_document(text_of(data)).value
        rows: list[ReadyRow] = []
        for each in ready_questions(value):
            own = agreed.get(each.metric_id)
            agrees, whose = leads.agree_rate(own, each.metric_id, span), _("your audits, 90 days")
            if own is None:
                agrees, whose = _as_measured(measured()[each.language], each.metric_id, visit.reader)
            rows.append(
                ReadyRow(
                    key=each.key,
                    name=each.name,
                    question=each.question,
                    type=type_in_words(each.type),
                    language=language_name(each.language, visit.reader),
                    agrees=agrees,
                    whose=whose,
                    is_there=each.is_there,
                )
            )
        sections = tuple((str(each.get("id")), str(each.get("name"))) for each in mappings(value, "sections"))
        return visit.part("definitions/parts/form_ready", ReadyView(rows=tuple(rows), sections=sections))


def _as_measured(found: Measured, metric_id: str, reader: Reader) -> tuple[str, str]:
    """Return the kappa of a question for this release, and in words on what it was measured."""
    kappa, *ends = (reader.number(each, 2) for each in found.kappa[metric_id])
    said = (
        _("\u03ba {kappa}, {low} to {high}").format(kappa=kappa, low=ends[0], high=ends[1])
        if ends
        else f"\u03ba {kappa}"
    )
    whose = _("measured by auscult: {n} conversations by {people} people")
    return said, whose.format(n=reader.number(found.conversations), people=found.people)
