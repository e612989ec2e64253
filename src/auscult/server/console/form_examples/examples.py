"""The examples of a form or a taxonomy as its editor keeps and tries them."""

from auscult.domain.form import Form
from auscult.domain.form_examples import Trials, Tried
from auscult.language import gettext as _
from auscult.server.console.form_examples.examples_view import counted
from auscult.server.console.frame.visit import Visit
from auscult.services.definitions.forms.reading import check_form
from auscult.services.form_examples import FormExamples, TopicExamples


def examples_of(visit: Visit) -> FormExamples:
    """Return the examples of forms as the visitor sees them."""
    return FormExamples(visit.app, lambda: visit.now, visit.principal)


def topic_examples_of(visit: Visit) -> TopicExamples:
    """Return the examples of taxonomies as the visitor sees them."""
    return TopicExamples(visit.app, lambda: visit.now, visit.principal)


def tried_on_examples(visit: Visit, form: Form) -> Trials[Tried]:
    """Try a form on its examples."""
    return examples_of(visit).tried(visit.services.trying(), form)


def doubt_of(visit: Visit, document: bytes) -> str:
    """Return what speaks against publishing a document: examples that it answers otherwise; empty where none does."""
    form = check_form(document).form
    found = Trials[Tried]() if form is None else tried_on_examples(visit, form)
    if not found.wrong:
        return ""
    return _("{counted}. The others are listed under Try it.").format(counted=counted(found))
