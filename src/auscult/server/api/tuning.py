"""Fits over HTTP: what one would change, published by its key, and undone in one step."""

from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.tuning import EDIT_SUGGESTIONS, READ_AUDITS, SuggestionTuning
from auscult.server.api.definitions import form_views
from auscult.server.rest import operation
from auscult.server.rest.context import App, Rights, Server, Use
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.parameters import NOT_EMPTY, FormId, query
from auscult.services.tuning import Fitting, FormTuning

Work = Use[Fitting]
OfLanguage = Annotated[str, query("The language of the base, by its code.", schema_extra=NOT_EMPTY)]
_KEY = "6c1f0a9d2e7b4835"


@example({"key": _KEY})
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
example(
    {
        **_SUGGESTIONS,
        "in_force": _CALIBRATION,
        "history": [
            {"slope": 1.31, "offset": -0.42, "answers": 212, "by": "user:ann@example.com", "at": "2026-04-01T09:00:00Z"}
        ],
        "fit": None,
        "key": None,
    }
)(SuggestionTuning)
example(
    {
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
        "taught": [
            {
                "id": "em-loyalty",
                "name": "Loyalty programme",
                "before": {"answers": 24, "right": 21, "kappa": 0.74, "least": 0.47, "most": 1.0},
                "after": {"answers": 31, "right": 28, "kappa": 0.79, "least": 0.56, "most": 1.0},
            }
        ],
    }
)(FormTuning)
_NONE = {409: "The app knows nothing in this language."}
_MOVED = {409: "The fit is another one by now, or too few people decided."}
_NO_UNDO = {409: "What is in force did not come from a fit."}


@operation.get(
    "/tuning/suggestions",
    may=reading("knowledge", EDIT_SUGGESTIONS, reach="app"),
    refuses=_NONE,
    example=_SUGGESTIONS,
    is_slow=True,
)
def get_suggestion_tuning(work: Work, server: Server, language: OfLanguage = "en") -> SuggestionTuning:
    """Preview a fit of suggestions. The answer has what would change; nothing is changed.

    How certain suggestions are is fitted to what agents did with them. `fit.before` is what is in force on these
    decisions, `fit.left_out` the fit on decisions that it was not made from. `key` is null where the fit is no better
    there.
    """
    return work.suggestions(server.live.assistant.library, language)


@operation.post("/tuning/suggestions", may=writing("knowledge"), refuses=_MOVED)
def publish_suggestion_tuning(
    data: JSONBody[WantedFit], work: Work, server: Server, language: OfLanguage = "en"
) -> SuggestionTuning:
    """Publish a fit of suggestions. By its key. The order of passages stays; only how certain they are changes."""
    library = server.live.assistant.library
    work.publish_suggestions(library, language, data.key)
    return work.suggestions(library, language, is_fitted=False)


@operation.post("/tuning/suggestions/undo", may=writing("knowledge"), refuses=_NO_UNDO)
def undo_suggestion_tuning(work: Work, server: Server, language: OfLanguage = "en") -> SuggestionTuning:
    """Undo a fit of suggestions. What was in force before the last change is in force again."""
    library = server.live.assistant.library
    work.suggestions(library, language, is_fitted=False)
    work.undo_suggestions()
    return work.suggestions(library, language, is_fitted=False)


@operation.get("/tuning/forms/{form_id}", may=reading("audits", READ_AUDITS, reach="app"), is_slow=True)
def get_form_tuning(form_id: FormId, work: Work, server: Server) -> FormTuning:
    """Preview a fit of a form. The answer has what would change; nothing is changed.

    The thresholds of a form's similar conditions are fitted to its audits, its taught questions to their ticks, which
    takes the right to read conversations. At most 1,000 audited conversations are read, by id. No judge is asked. `key`
    is null where nothing changes for the better.
    """
    return work.form(form_id, server.trying())


@operation.post(
    "/tuning/forms/{form_id}", may=writing("forms"), refuses=_MOVED | {422: "The form cannot be published as it is."}
)
def publish_form_tuning(
    form_id: FormId, data: JSONBody[WantedFit], work: Work, server: Server
) -> form_views.PublishedForm:
    """Publish a fit of a form. A version has what is better, and what ticks teach, by the key of the fit.

    Everything else stays.
    """
    return form_views.published(work.publish_form(form_id, data.key, server.trying(), server.answered()))


@operation.post(
    "/tuning/forms/{form_id}/undo",
    may=writing("forms"),
    refuses=_NO_UNDO | {422: "The form cannot be published as it was."},
)
def undo_form_tuning(form_id: FormId, work: Work, server: Server) -> form_views.PublishedForm:
    """Undo a fit of a form. The version before the fit is published again, as a new version."""
    return form_views.published(work.undo_form(form_id, server.answered()))


ROUTER = operation.router(__name__, work=work)
