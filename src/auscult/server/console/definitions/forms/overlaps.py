"""Queues that another form has: taken over from it when the form is published, or left to it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from auscult.domain.form import Form
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.definitions.forms.editor_view import OverlapView
from auscult.server.console.definitions.forms.listing import PATH
from auscult.server.console.frame.posted import Given, one, several
from auscult.server.console.frame.visit import Visit
from auscult.services.definitions.forms.editing.assignments import without
from auscult.services.definitions.forms.publish import in_force, rivals_of
from auscult.services.definitions.forms.reading import check_form
from auscult.services.history.routing import Routing, routing

_WEEK = timedelta(days=7)
_TAKE, _LEAVE = "take", "leave"


class Week(NamedTuple):
    """The conversations of the last seven days by the form that scores them, and the other forms in force."""

    routing: Routing
    others: list[Form]


def taken_in(given: Given) -> tuple[str, ...]:
    """Return the forms from which queues are taken over, with the one whose button was pressed."""
    verb, _colon, form_id = one(given, "act").partition(":")
    chosen = (*several(given, _TAKE), *((form_id,) if verb == _TAKE else ()))
    return tuple(dict.fromkeys(each for each in chosen if verb != _LEAVE or each != form_id))


def taken_from(query: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the forms from which queues are taken over, as the address of the page keeps them."""
    return tuple(dict.fromkeys(query.get(_TAKE, ())))


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
    week = last_week(visit, form, form.id)
    return tuple(
        OverlapView(
            form_id=rival.form.id,
            name=rival.form.name,
            href=f"{PATH}/{rival.form.id}",
            queues=", ".join(_words(form.assignments[at].queue, names) for at in rival.taken),
            week=_a_week(week.routing.wanted[rival.form.id], visit) if week else "",
            is_taken=rival.form.id in taken,
            can_be_taken=rival.until is None,
        )
        for rival in rivals_of(visit.app.forms, document)
    )


def last_week(visit: Visit, form: Form, form_id: str) -> Week | None:
    """Count the conversations of the last seven days with a form in place of another; None for who may not read them."""
    if not visit.may("conversation.read"):
        return None
    others = [each for name, each in in_force(visit.app.forms).items() if name != form_id]
    return Week(routing(visit.app, form, others, visit.now - _WEEK), others)


def _a_week(n: int, visit: Visit) -> str:
    said = ngettext(
        "That was {n} conversation in the last seven days.", "Those were {n} conversations in the last seven days.", n
    )
    return said.format(n=visit.reader.number(n))


def _words(queue: str, names: dict[str, str]) -> str:
    return _("every other queue") if queue == "*" else names.get(queue, queue)
