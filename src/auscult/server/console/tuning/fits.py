"""Fits in the console: what one would change, a button that publishes it, and one that takes it back."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Redirect

from auscult.domain.errors import AuscultError, ConflictError
from auscult.domain.tuning import EDIT_FORMS, EDIT_SUGGESTIONS, READ_AUDITS, SuggestionTuning
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.naming import by_in_words, language_name
from auscult.server.console.frame.posted import Posted, one, sentence
from auscult.server.console.frame.visit import BASE, NoPermissionError, Visit
from auscult.server.console.people.names import names_of_people
from auscult.services.assist.knowledge import Library
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.tuning import Fitting, FormTuning

AnyVisit = NamedDependency[SkipValidation[Visit]]
PATH = f"{BASE}/tuning"
_DONE = {
    "published": later("The fit is in force."),
    "undone": later("What was in force before is in force again."),
}


class TuningPage(Controller):
    """Certainty of suggestions and of judges, and thresholds of forms."""

    path = "/tuning"

    @get(sync_to_thread=True)
    def show(self, visit: AnyVisit) -> Response[str]:
        """Show what is in force; with ``fit``, what a fit of suggestions or of a form's thresholds would change."""
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

    @post("/forms/{form_id:str}", sync_to_thread=True)
    def form(self, form_id: FromPath[str], data: Posted, visit: AnyVisit) -> Response[str] | Redirect:
        """Publish the thresholds that were reviewed, or undo the fit in force."""
        _require_forms(visit)
        work, is_undone, answered = _work(visit), one(data, "act") == "undo", visit.services.answered()
        try:
            if is_undone:
                work.undo_form(form_id, answered)
            else:
                work.publish_form(form_id, one(data, "key"), _evaluator(visit), answered)
        except AuscultError as error:
            return _page(visit, sentence(error.coded))
        return Redirect(f"{PATH}?done={'undone' if is_undone else 'published'}#forms", status_code=303)


def _page(visit: Visit, problem: str = "") -> Response[str]:
    may_suggestions = visit.principal.may_everywhere(EDIT_SUGGESTIONS)
    may_forms = _may_forms(visit)
    if not may_suggestions and not may_forms:
        raise NoPermissionError(EDIT_SUGGESTIONS)
    fitted, language = visit.asked("fit"), visit.asked("language")
    bases = sorted(visit.app.knowledge.versions()) if may_suggestions else []
    language = language if language in bases else next((each for each in ("en", *bases) if each in bases), "")
    work = _work(visit)
    found, form = None, None
    try:
        if language:
            found = work.suggestions(_library(visit), language, is_fitted=fitted == "suggestions")
        if may_forms and fitted.startswith("form:"):
            form = work.form(fitted.removeprefix("form:"), _evaluator(visit))
    except ConflictError as error:
        problem = problem or sentence(error.coded)
    more: dict[str, Any] = {
        "may_suggestions": may_suggestions,
        "may_forms": may_forms,
        "languages": [(each, language_name(each, visit.reader)) for each in bases],
        "language": language,
        "suggestions": found,
        "too_few": sentence(found.reason) if found and found.reason else "",
        "changes": _changes(visit, found),
        "is_asked": fitted == "suggestions",
        "forms": list(work.forms()) if may_forms else [],
        "form": form,
        "rows": _rows(visit, form),
        "judge": [sentence(each) for each in form.fit.judge.findings()] if form and form.fit.judge else [],
        "problem": problem,
        "note": visit.note(_DONE),
    }
    is_of_forms = fitted.startswith("form:") or not may_suggestions
    return visit.page(
        "tuning/tuning", "Forms" if is_of_forms else "Knowledge base", None, 409 if problem else 200, **more
    )


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


def _rows(visit: Visit, form: FormTuning | None) -> list[dict[str, Any]]:
    """Return the fitted metrics with their figures as the reader writes them."""

    def shown(value: float | None) -> str:
        return _("none") if value is None else visit.reader.number(value, 2)

    return [
        {
            "name": each.name,
            "n": visit.reader.number(each.n),
            "kappas": [shown(each.kappa_before), shown(each.kappa_fitted), shown(each.kappa_cross_validated)],
            "is_better": each.is_better,
            "thresholds": [
                (one.samples[0], shown(one.old), shown(one.new)) for one in each.thresholds if one.new != one.old
            ],
            "warnings": [sentence(warning) for warning in each.warnings],
        }
        for each in (form.fit.metrics if form else ())
    ]


def _may_forms(visit: Visit) -> bool:
    return visit.principal.may_everywhere(EDIT_FORMS) and visit.principal.may_everywhere(READ_AUDITS)


def _require_forms(visit: Visit) -> None:
    visit.require_everywhere(EDIT_FORMS)
    visit.require_everywhere(READ_AUDITS)


def _work(visit: Visit) -> Fitting:
    return Fitting(visit.app, visit.principal)


def _library(visit: Visit) -> Library:
    return visit.services.live.assistant.library


def _evaluator(visit: Visit) -> Evaluator:
    return visit.services.trying()
