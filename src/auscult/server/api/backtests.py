"""Backtests: what a form would have done to history, worked out by workers, and nothing of history changed."""

from functools import partial
from typing import Annotated, Any

from msgspec import Meta, Struct

from auscult.domain.errors import RequestError
from auscult.pipeline.backtest import BacktestOrder
from auscult.pipeline.backtests import BacktestView, begin_backtest, end_backtest, view_backtest
from auscult.pipeline.forms import check_form
from auscult.server.api import _form, _query, _shown
from auscult.server.api._contract import Answer, Body, Call, Later, Operation, Parameter, Shown, writing
from auscult.server.api.rescores import Instant, Queues, Version

LONGEST_WAIT_S = 60


class BacktestBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be tried: a ``document``, a ``version``, or, with neither, the draft, else the newest version.

    ``sample`` takes so many conversations, spread evenly. ``ask``: a judge may be asked what it was not asked yet;
    without it the result says what that would take.
    """

    document: str | None = None
    version: Version | None = None
    since: Instant | None = None
    until: Instant | None = None
    queues: Queues = ()
    sample: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    ask: bool = False


def begin(call: Call) -> Answer | Later:
    """Begin a backtest."""
    body = _query.read_body(call.body, BacktestBody)
    wait = _query.whole_number(call.query, "wait", 0, least=0, most=LONGEST_WAIT_S)
    form_id = call.path["form_id"]
    document = _document(call, form_id, body)
    found = check_form(document)
    if found.form is None:
        raise _form.refused(found)
    if found.form.id != form_id:
        raise RequestError(
            f"The document is of the form {found.form.id}; send it to the path of that form.",
            code="draft.misnamed",
            field="document",
            value=found.form.id,
        )
    order = BacktestOrder(
        document=document.decode("utf-8-sig"),
        since=body.since,
        until=body.until,
        queues=body.queues,
        sample=body.sample,
        may_ask=body.ask,
    )
    begun = begin_backtest(call.app, found.form, order)
    accepted = Answer(202, _shown.encode(begun), (("location", f"{_PATH}/{begun.id}"),))
    return Later(accepted, partial(_done, call, begun.id), wait) if wait else accepted


def show(call: Call) -> Answer:
    """Show a backtest."""
    return Answer(200, _shown.encode(view_backtest(call.app, call.path["backtest_id"])))


def end(call: Call) -> Answer:
    """End a backtest and forget it."""
    end_backtest(call.app, call.path["backtest_id"])
    return Answer(204)


def _document(call: Call, form_id: str, body: BacktestBody) -> bytes:
    if body.document is not None:
        return body.document.encode("utf-8", "replace")
    draft = call.app.forms.draft(form_id) if body.version is None else None
    if draft is not None:
        return draft.document
    found = call.app.forms.get(form_id, body.version)
    if found is None:
        raise _form.unknown(form_id, body.version)
    return found.document


def _done(call: Call, backtest_id: str) -> Answer | None:
    view = view_backtest(call.app, backtest_id)
    return None if view.state == "running" else Answer(200, _shown.encode(view))


_PATH = "/api/v1/backtests"
_SIDE: dict[str, Any] = {
    "scored": 18702,
    "mean": 71.4,
    "passed": 15354,
    "failed": 3348,
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
_RUNNING: dict[str, Any] = {**_VIEW, "state": "running", "looked": 4000, "ended_at": None, "result": None}

OPERATIONS = (
    Operation(
        method="POST",
        path="/api/v1/forms/{form_id}/backtest",
        name="begin_backtest",
        summary="Try a form on history",
        text="What a draft, a version or a document would have done to stored conversations: scores and passes before "
        "and after, every metric, and the twenty conversations that change most with what was said. Nothing of them is "
        "changed. It is done by workers, and answers that still stand are taken over as a re-score does. What a judge "
        "answers, where `ask` lets it be asked, is kept, so that nobody pays for it twice.",
        scopes=writing("forms"),
        handle=begin,
        parameters=(
            Parameter(
                "wait",
                {"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT_S, "default": 0},
                "Seconds to wait for the result.",
            ),
        ),
        body=Body("object", BacktestBody, {"since": "2026-01-01T00:00:00Z", "sample": 5000}, "What to try, on what."),
        answers={
            200: Shown("It is over.", BacktestView, _VIEW),
            202: Shown("It is begun; `Location` is where it can be watched.", BacktestView, _RUNNING),
        },
        statuses={
            413: "The body is too large.",
            415: "The body is not application/json in UTF-8.",
            422: "The document cannot be used; `errors` has every fault with line, field and reason.",
        },
        may_take_long=True,
    ),
    Operation(
        method="GET",
        path=_PATH + "/{backtest_id}",
        name="get_backtest",
        summary="One backtest",
        text="How far it is, and, once it is done, its result.",
        scopes=writing("forms"),
        handle=show,
        answers={200: Shown("The backtest.", BacktestView, _VIEW)},
        may_take_long=True,
    ),
    Operation(
        method="DELETE",
        path=_PATH + "/{backtest_id}",
        name="end_backtest",
        summary="End a backtest",
        text="Ends it where it is not over, and forgets what it came to.",
        scopes=writing("forms"),
        handle=end,
        answers={204: Shown("Nothing is kept of it.")},
        may_take_long=True,
    ),
)
