"""Queues that another form has: taken over from it when the form is published, or left to it."""

from collections.abc import Collection

from auscult.server.console.language import gettext as _
from auscult.server.console.pages.setup.forms import PATH
from auscult.server.console.posted import Given, one, several
from auscult.server.console.views.setup.forms import OverlapView
from auscult.server.console.visit import Visit
from auscult.services.definitions.forms.editing.assignments import without
from auscult.services.definitions.forms.publish import rivals_of
from auscult.services.definitions.forms.reading import check_form

_TAKE, _LEAVE = "take", "leave"


def taken_in(given: Given) -> tuple[str, ...]:
    """Return the forms from which queues are taken over, with the one whose button was pressed."""
    verb, _colon, form_id = one(given, "act").partition(":")
    chosen = (*several(given, _TAKE), *((form_id,) if verb == _TAKE else ()))
    return tuple(dict.fromkeys(each for each in chosen if verb != _LEAVE or each != form_id))


def left_to_the_other(visit: Visit, document: bytes, act: str) -> bytes:
    """Return the document without what another form scores, where its button was pressed; else as it is."""
    verb, _colon, form_id = act.partition(":")
    if verb != _LEAVE or check_form(document).form is None:
        return document
    for rival in rivals_of(visit.app.forms, document):
        if rival.form.id == form_id:
            document = without(document, rival.form.assignments)
    return document


def overlaps_of(visit: Visit, document: bytes, taken: Collection[str]) -> tuple[OverlapView, ...]:
    """Return the other forms for conversations of a document, in words."""
    form = check_form(document).form
    if form is None:
        return ()
    names = visit.reader.queues.present()
    return tuple(
        OverlapView(
            form_id=rival.form.id,
            name=rival.form.name,
            href=f"{PATH}/{rival.form.id}",
            queues=", ".join(_words(form.assignments[at].queue, names) for at in rival.taken),
            is_taken=rival.form.id in taken,
            can_be_taken=rival.until is None,
        )
        for rival in rivals_of(visit.app.forms, document)
    )


def _words(queue: str, names: dict[str, str]) -> str:
    return _("every other queue") if queue == "*" else names.get(queue, queue)
