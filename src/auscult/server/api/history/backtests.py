"""Backtests: the results that a form would have had on stored conversations, computed by workers, without changes."""

from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.errors import RequestError
from auscult.domain.operations.records import made_from
from auscult.server.api.definitions import form_views
from auscult.server.api.history.rescores import Queues, Version
from auscult.server.rest import operation
from auscult.server.rest.context import App
from auscult.server.rest.examples import example
from auscult.server.rest.guards import writing
from auscult.server.rest.openapi import answer
from auscult.server.rest.parameters import LONGEST_WAIT_S, FormId, Instant, path_id, query
from auscult.server.rest.request import ApiResponse
from auscult.server.rest.threads import poll_until, run
from auscult.services.definitions.forms.reading import check_form
from auscult.services.history import backtests
from auscult.services.history.backtests import BacktestView
from auscult.services.history.trials import TrialOrder
from auscult.storage.store import AppStore

BacktestId = Annotated[str, path_id("The backtest's id.", "bt-7c0f2f3e-5a0e-4f0b-8d3c-9d1f6f11a2b3")]


@example({"since": "2026-01-01T00:00:00Z", "sample": 5000})
class BacktestBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Form to try: a ``document``, a ``version``, or, with neither, the draft, else the newest version.

    ``sample``: at most this many conversations, spread evenly. ``ask`` allows new questions to a judge; without it,
    the result estimates their cost.
    """

    document: str | None = None
    version: Version | None = None
    since: Instant | None = None
    until: Instant | None = None
    queues: Queues = ()
    sample: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    ask: bool = False


_SIDE: dict[str, Any] = {
    "scored": 18702,
    "mean": 71.4,
    "passed": 15354,
    "failed": 3348,
    "undecided": 0,
    "no_score": 82,
    "no_form": 0,
    "pass_rate": 0.821,
    "fatal": 301,
    "scores": [{"least": 90, "most": 100, "conversations": 6021}, {"least": None, "most": -1, "conversations": 4}],
}
_RATE: dict[str, Any] = {
    "yes": 17200,
    "no": 1500,
    "na": 2,
    "pending": 0,
    "met": 17200,
    "missed": 1500,
    "adherence": 0.9198,
}
_STANDING: dict[str, Any] = {"form_id": "ef-billing", "form_version": 2, "score": 92, "passed": True, "fatal_errors": 0}
_VIEW: dict[str, Any] = {
    "id": "bt-7c0f2f3e-5a0e-4f0b-8d3c-9d1f6f11a2b3",
    "state": "done",
    "total": 20000,
    "looked": 20000,
    "created_at": "2026-03-24T08:00:00Z",
    "ended_at": "2026-03-24T08:00:21Z",
    "reason": None,
    "result": {
        "form_id": "ef-billing",
        "version": None,
        "looked": 20000,
        "counted": 18784,
        "left": 12,
        "unjudged": 0,
        "failed": 0,
        "unchanged": 17150,
        "gained": 102,
        "lost": 1448,
        "flow": {"passed>failed": 1448, "failed>passed": 102, "passed>passed": 13906, "failed>failed": 3246},
        "decided_by": {"ef-billing 2": 18784},
        "before": _SIDE,
        "after": {**_SIDE, "mean": 68.2, "passed": 14008, "failed": 4694, "pass_rate": 0.749},
        "metrics": [{"id": "em-greeting", "name": "Greeting", "before": _RATE, "after": None}],
        "most_changed": [
            {
                "conversation_id": "c-7f8b1f0e-0a53-5a0e-8f0b-2d3c9d1f6f11",
                "started_at": "2026-03-23T10:17:54Z",
                "before": _STANDING,
                "after": {**_STANDING, "form_version": 0, "score": 32, "passed": False},
                "metrics": [
                    {
                        "id": "em-closing",
                        "name": "Closing",
                        "before": "YES",
                        "after": "NO",
                        "points": -60.0,
                        "is_fatal": False,
                        "evidence": [],
                        "reason": "nothing like it was said",
                        "evidence_before": [],
                    }
                ],
            }
        ],
        "judge": None,
        "reason": None,
    },
}
example({**_VIEW, "state": "running", "looked": 4000, "ended_at": None, "result": None})(BacktestView)


@operation.post(
    "/forms/{form_id}/backtest",
    may=writing("forms", "form.edit"),
    status=202,
    refuses={422: "The document cannot be used; `errors` has every fault with line, field and reason."},
    answers={200: answer("It is over.", BacktestView, _VIEW)},
)
async def begin_backtest(
    form_id: FormId,
    data: JSONBody[BacktestBody],
    app: App,
    wait: Annotated[int, query("Seconds to wait for the result.", ge=0, le=LONGEST_WAIT_S)] = 0,
) -> ApiResponse[BacktestView]:
    """Try a form on history. A draft, a version or a document is computed on stored conversations.

    Scores and passes before and after, every metric, and the twenty conversations that change most, with their
    evidence. The conversations stay as they are. Workers do it; answers that are still valid are reused as in a
    re-score. If `ask` allows new answers of a judge, they are stored, so that none is paid for twice. `Location` of a
    202 is the address of the progress.
    """
    begun = await run(lambda: _begin(app, form_id, data), slow=True)
    found = await poll_until(lambda: _finished(app, begun.id), wait) if wait else None
    if found is not None:
        return ApiResponse(found, status_code=200)
    return ApiResponse(begun, status_code=202, headers={"Location": f"/api/v1/backtests/{begun.id}"})


def _begin(app: AppStore, form_id: str, body: BacktestBody) -> BacktestView:
    document = _document(app, form_id, body)
    found = check_form(document)
    if found.form is None:
        raise form_views.refused(found)
    if found.form.id != form_id:
        raise RequestError(
            f"The document is of the form {found.form.id}; send it to the path of that form.",
            code="draft.misnamed",
            field="document",
            value=found.form.id,
        )
    order = made_from(TrialOrder, body, document=document.decode("utf-8-sig"), version=0, may_ask=body.ask)
    return backtests.begin_backtest(app, found.form, order)


@operation.get(
    "/backtests/{backtest_id}", may=writing("forms", "form.edit"), summary="One backtest", example=_VIEW, is_slow=True
)
def get_backtest(backtest_id: BacktestId, app: App) -> BacktestView:
    """Return the progress of a backtest, and its result once it is done."""
    return backtests.view_backtest(app, backtest_id)


@operation.delete("/backtests/{backtest_id}", may=writing("forms", "form.edit"))
def end_backtest(backtest_id: BacktestId, app: App) -> None:
    """End a backtest. It stops if it is still running, and its result is deleted."""
    backtests.end_backtest(app, backtest_id)


def _document(app: AppStore, form_id: str, body: BacktestBody) -> bytes:
    if body.document is not None:
        return body.document.encode("utf-8", "replace")
    draft = app.forms.draft(form_id) if body.version is None else None
    if draft is not None:
        return draft.document
    found = app.forms.get(form_id, body.version)
    if found is None:
        raise form_views.unknown(form_id, body.version)
    return found.document


def _finished(app: AppStore, backtest_id: str) -> BacktestView | None:
    view = backtests.view_backtest(app, backtest_id)
    return None if view.state == "running" else view


ROUTER = operation.router(__name__)
