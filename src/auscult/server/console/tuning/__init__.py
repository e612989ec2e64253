"""Fits of suggestions in the console: what one would change, a button that publishes it, and one that takes it back.

Thresholds of a form are fitted where the form is tried.
"""

from typing import Any
from urllib.parse import quote

from litestar import Controller, Response, get, post
from litestar.response import Redirect

from auscult.domain.errors import AuscultError, ConflictError
from auscult.domain.tuning import EDIT_SUGGESTIONS, SuggestionTuning
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.definitions.forms.listing import PATH as FORMS
from auscult.server.console.frame.naming import by_in_words, language_name
from auscult.server.console.frame.posted import Posted, one, sentence
from auscult.server.console.frame.visit import BASE, TheVisit, Visit
from auscult.server.console.people.names import names_of_people
from auscult.services.assist.knowledge import Library
from auscult.services.tuning import Fitting

AnyVisit = TheVisit
PATH = f"{BASE}/tuning"
_DONE = {
    "published": later("The fit is in force."),
    "undone": later("What was in force before is in force again."),
}


class TuningPage(Controller):
    """Certainty of suggestions."""

    path = "/tuning"

    @get(sync_to_thread=True)
    def show(self, visit: AnyVisit) -> Response[str] | Redirect:
        """Show what is in force; with ``fit``, what a fit of suggestions would change. A fit of a form leads to the form."""
        kind, _colon, form_id = visit.asked("fit").partition(":")
        if kind == "form":
            return Redirect(f"{FORMS}/{quote(form_id, safe='')}#part-try", status_code=301)
        return _page(visit)

    @post("/suggestions", sync_to_thread=True)
    def suggestions(self, data: Posted, visit: AnyVisit) -> Response[str] | Redirect:
        """Publish the fit of suggestions that was reviewed, or undo the last change."""
        visit.require_everywhere(EDIT_SUGGESTIONS)
        work, is_undone = _work(visit), one(data, "act") == "undo"
        try:
            if is_undone:
                work.undo_suggestions()
            else:
                work.publish_suggestions(_library(visit), one(data, "language", "en"), one(data, "key"))
        except AuscultError as error:
            return _page(visit, sentence(error.coded))
        return Redirect(f"{PATH}?done={'undone' if is_undone else 'published'}", status_code=303)


def _page(visit: Visit, problem: str = "") -> Response[str]:
    visit.require_everywhere(EDIT_SUGGESTIONS)
    is_asked, language = visit.asked("fit") == "suggestions", visit.asked("language")
    bases = sorted(visit.app.knowledge.versions())
    language = language if language in bases else next((each for each in ("en", *bases) if each in bases), "")
    found = None
    try:
        if language:
            found = _work(visit).suggestions(_library(visit), language, is_fitted=is_asked)
    except ConflictError as error:
        problem = problem or sentence(error.coded)
    more: dict[str, Any] = {
        "languages": [(each, language_name(each, visit.reader)) for each in bases],
        "language": language,
        "suggestions": found,
        "too_few": sentence(found.reason) if found and found.reason else "",
        "changes": _changes(visit, found),
        "is_asked": is_asked,
        "problem": problem,
        "note": visit.note(_DONE),
    }
    return visit.page("tuning/tuning", "Knowledge base", None, 409 if problem else 200, **more)


def _changes(visit: Visit, found: SuggestionTuning | None) -> list[tuple[str, str, str]]:
    """Return earlier changes: what was put in force, its author, and when."""
    names = names_of_people(visit)
    number = visit.reader.number
    return [
        (
            _("slope {slope}, offset {offset}, from {n} decisions").format(
                slope=number(each.slope, 2), offset=number(each.offset, 2, signed=True), n=number(each.answers)
            )
            if each.answers
            else _("as the search finds it"),
            by_in_words(each.by or "", names),
            visit.reader.moment(each.at),
        )
        for each in (found.history if found else ())
    ]


def _work(visit: Visit) -> Fitting:
    return Fitting(visit.app, visit.principal)


def _library(visit: Visit) -> Library:
    return visit.services.live.assistant.library
