"""Fits over HTTP: what one would change, published by its key, and undone in one step."""

from typing import Annotated, Any

from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody, SkipValidation
from msgspec import Meta, Struct

from auscult.domain.tuning import EDIT_SUGGESTIONS, READ_AUDITS, SuggestionTuning
from auscult.server.api.definitions import form_views
from auscult.server.rest.context import App, Rights, Server
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.openapi import answer, refusals
from auscult.server.rest.parameters import NOT_EMPTY, FormId, query
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_slow_thread
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.tuning import Fitting, FormTuning

Work = NamedDependency[SkipValidation[Fitting]]
OfLanguage = Annotated[str, query("The language of the base, by its code.", schema_extra=NOT_EMPTY)]
_KEY = "6c1f0a9d2e7b4835"


class WantedFit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fit to publish, by the key that it was returned with."""

    key: Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]


def work(app: App, rights: Rights) -> Fitting:
    """Return the fits of the app as the caller makes them."""
    return Fitting(app, rights)


_CALIBRATION: dict[str, Any] = {"slope": 1.31, "offset": -0.42, "answers": 212, "engine": "hybrid 1"}
_SUGGESTIONS: dict[str, Any] = {
    "language": "en",
    "in_force": {"slope": 1.0, "offset": 0.0, "answers": 0, "engine": ""},
    "history": [],
    "fit": {
        "answers": 212,
        "right": 131,
        "wrong": 81,
        "before": {"log_loss": 0.612, "right": 96, "wrong": 41},
        "left_out": {"log_loss": 0.548, "right": 93, "wrong": 24},
        "calibration": _CALIBRATION,
        "is_better": True,
    },
    "key": _KEY,
    "reason": None,
}
_PUBLISHED: dict[str, Any] = {
    **_SUGGESTIONS,
    "in_force": _CALIBRATION,
    "history": [
        {"slope": 1.31, "offset": -0.42, "answers": 212, "by": "user:ann@example.com", "at": "2026-04-01T09:00:00Z"}
    ],
    "fit": None,
    "key": None,
}
_FORM: dict[str, Any] = {
    "form_id": "ef-billing",
    "version": 2,
    "is_fitted": False,
    "revised": 0,
    "fit": {
        "form": "ef-billing",
        "conversations": 124,
        "folds": 5,
        "seed": 1960,
        "metrics": [
            {
                "id": "em-greeting",
                "name": "Greeting",
                "n": 124,
                "answers": {"NO": 22, "YES": 102},
                "kappa_before": 0.41,
                "kappa_fitted": 0.8,
                "kappa_cross_validated": 0.74,
                "is_better": True,
                "thresholds": [
                    {
                        "field": "answer.any_of[1]",
                        "samples": ["Hello, good morning"],
                        "old": 0.9,
                        "new": 0.62,
                        "folds": [0.62, 0.6, 0.62, 0.64, 0.62],
                    }
                ],
                "warnings": [],
            }
        ],
        "skipped": [],
    },
    "key": _KEY,
}
_NONE = {409: "The app knows nothing in this language."}
_MOVED = {409: "The fit is another one by now, or too few people decided."}
_NO_UNDO = {409: "What is in force did not come from a fit."}


@get(
    "/tuning/suggestions",
    operation_id="get_suggestion_tuning",
    summary="Preview a fit of suggestions",
    guards=[reading("knowledge", EDIT_SUGGESTIONS, reach="app")],
    responses={200: answer("The fit.", SuggestionTuning, _SUGGESTIONS), **refusals(_NONE)},
)
@in_slow_thread
def suggestions(work: Work, server: Server, language: OfLanguage = "en") -> SuggestionTuning:
    """Fit how certain suggestions are to what agents did with them, and return what that would change; nothing is changed.

    `fit.before` is what is in force on these decisions, `fit.left_out` the fit on decisions that it was not made from.
    `key` is null where the fit is no better there.
    """
    return work.suggestions(server.live.assistant.library, language)


@post(
    "/tuning/suggestions",
    operation_id="publish_suggestion_tuning",
    summary="Publish a fit of suggestions",
    guards=[writing("knowledge")],
    status_code=200,
    responses={200: answer("What is in force.", SuggestionTuning, _PUBLISHED), **refusals(_MOVED)},
    takes=Takes("The fit.", {"key": _KEY}),
)
@in_slow_thread
def publish_suggestions(
    data: JSONBody[WantedFit], work: Work, server: Server, language: OfLanguage = "en"
) -> SuggestionTuning:
    """Put a fit in force, by its key. The order of passages stays; only how certain they are changes."""
    library = server.live.assistant.library
    work.publish_suggestions(library, language, data.key)
    return work.suggestions(library, language, is_fitted=False)


@post(
    "/tuning/suggestions/undo",
    operation_id="undo_suggestion_tuning",
    summary="Undo a fit of suggestions",
    guards=[writing("knowledge")],
    status_code=200,
    responses={200: answer("What is in force.", SuggestionTuning, _PUBLISHED), **refusals(_NO_UNDO)},
)
@in_slow_thread
def undo_suggestions(work: Work, server: Server, language: OfLanguage = "en") -> SuggestionTuning:
    """Put what was in force before the last change in force again."""
    library = server.live.assistant.library
    work.suggestions(library, language, is_fitted=False)
    work.undo_suggestions()
    return work.suggestions(library, language, is_fitted=False)


@get(
    "/tuning/forms/{form_id:str}",
    operation_id="get_form_tuning",
    summary="Preview a fit of thresholds",
    guards=[reading("audits", READ_AUDITS, reach="app")],
    responses={200: answer("The fit.", FormTuning, _FORM)},
)
@in_slow_thread
def form(form_id: FormId, work: Work, server: Server) -> FormTuning:
    """Fit the thresholds of a form's similar conditions to its audits, and return what that would change; nothing is changed.

    At most 1,000 audited conversations are read, by id. No judge is asked. `key` is null where no threshold changes for
    the better.
    """
    return work.form(form_id, _evaluator(server))


@post(
    "/tuning/forms/{form_id:str}",
    operation_id="publish_form_tuning",
    summary="Publish fitted thresholds",
    guards=[writing("forms")],
    status_code=200,
    responses={
        200: answer("The new version.", form_views.PublishedForm, form_views.PUBLISHED),
        **refusals(_MOVED | {422: "The form cannot be published as it is."}),
    },
    takes=Takes("The fit.", {"key": _KEY}),
)
@in_slow_thread
def publish_form(form_id: FormId, data: JSONBody[WantedFit], work: Work, server: Server) -> form_views.PublishedForm:
    """Publish a version of the form with the thresholds that are better, by the key of the fit. Everything else stays."""
    return form_views.published(work.publish_form(form_id, data.key, _evaluator(server), server.answered()))


@post(
    "/tuning/forms/{form_id:str}/undo",
    operation_id="undo_form_tuning",
    summary="Undo fitted thresholds",
    guards=[writing("forms")],
    status_code=200,
    responses={
        200: answer("The new version.", form_views.PublishedForm, form_views.PUBLISHED),
        **refusals(_NO_UNDO | {422: "The form cannot be published as it was."}),
    },
)
@in_slow_thread
def undo_form(form_id: FormId, work: Work, server: Server) -> form_views.PublishedForm:
    """Publish the version before the fit again, as a new version."""
    return form_views.published(work.undo_form(form_id, server.answered()))


def _evaluator(server: Server) -> Evaluator:
    assert server.trying is not None  # noqa: S101  (every server has it)
    return server.trying()


ROUTER = Router(
    "/",
    route_handlers=[suggestions, publish_suggestions, undo_suggestions, form, publish_form, undo_form],
    dependencies={"work": Provide(work, sync_to_thread=False)},
)
