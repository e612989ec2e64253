"""Audits: conversations given to people, their answers drafted and submitted, and the trail of it."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from auscult.domain.audit import AuditAnswer, AuditState, Sheet, state_of
from auscult.domain.evaluation import Qualification
from auscult.pipeline.audit import Auditing, AuditView
from auscult.server.api import _query, _shown
from auscult.server.api._contract import Answer, Body, Call, Operation, Parameter, Shown, reading, writing

STATES: tuple[AuditState, ...] = ("assigned", "audited")
"""The states that audits have; a conversation that is not assigned has none."""


class AuditPage(Struct, frozen=True, kw_only=True):
    """One page. ``next_cursor`` is null after the last."""

    items: tuple[_shown.ListedAuditItem, ...]
    next_cursor: str | None


class AuditQuestion(Struct, frozen=True, kw_only=True):
    """A metric to be answered, with what the machine answered."""

    id: str
    name: str
    fatal: bool
    correct_answer: str
    machine: Qualification


class AuditCase(_shown.ShownAudit, frozen=True, kw_only=True):
    """One conversation's audit as its auditor has it: with the draft and what there is to answer."""

    conversation_id: str
    draft: Sheet
    form: _shown.ShownForm | None
    metrics: tuple[AuditQuestion, ...]


class AssignBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to audit, by the name that reports show; ``by``: who says so, else the client."""

    auditor: str
    by: str | None = None


class AnswerBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer; "-" takes back what was drafted."""

    metric_id: str
    answer: Qualification
    comment: str = ""


class DraftBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers to keep. ``as_machine`` takes the machine's for metrics that have none yet."""

    answers: Annotated[tuple[AnswerBody, ...], Meta(max_length=1000)] = ()
    comment: str = ""
    as_machine: bool = False


class SubmitBody(DraftBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Last answers beside those drafted. ``by``: who submits, else the client."""

    by: str | None = None


def listing(call: Call) -> Answer:
    """List audits by conversation id."""
    query = call.query
    states = _query.choices(query, "state", STATES)
    limit = _query.limit(query)
    after = _query.read_cursor(query, tuple[str])
    found = _auditing(call).listing(
        state=states[0] if states else None,
        auditor=_query.text(query, "auditor"),
        after_id=after[0] if after else "",
        limit=limit + 1,
    )
    page = AuditPage(
        items=tuple(_shown.listed_audit(each) for each in found[:limit]),
        next_cursor=_query.write_cursor(found[limit - 1].conversation_id) if len(found) > limit else None,
    )
    return Answer(200, _shown.encode(page))


def show(call: Call) -> Answer:
    """Show one conversation's audit."""
    return _case(_auditing(call).show(call.path["conversation_id"]))


def assign(call: Call) -> Answer:
    """Give a conversation to an auditor."""
    body = _query.read_body(call.body, AssignBody)
    auditing, conversation_id = _auditing(call), call.path["conversation_id"]
    auditing.assign(conversation_id, body.auditor, by=body.by or call.client.client_id)
    return _case(auditing.show(conversation_id))


def draft(call: Call) -> Answer:
    """Keep answers for later."""
    body = _query.read_body(call.body, DraftBody)
    auditing, conversation_id = _auditing(call), call.path["conversation_id"]
    auditing.draft(conversation_id, _answers(body), comment=body.comment, as_machine=body.as_machine)
    return _case(auditing.show(conversation_id))


def submit(call: Call) -> Answer:
    """End an audit."""
    body = _query.read_body(call.body, SubmitBody)
    auditing, conversation_id = _auditing(call), call.path["conversation_id"]
    by = body.by or call.client.client_id
    auditing.submit(conversation_id, _answers(body), comment=body.comment, as_machine=body.as_machine, by=by)
    return _case(auditing.show(conversation_id))


def _auditing(call: Call) -> Auditing:
    return Auditing(call.app, call.services.reports, call.services.now)


def _answers(body: DraftBody) -> tuple[AuditAnswer, ...]:
    return tuple(
        AuditAnswer(metric_id=each.metric_id, answer=each.answer, comment=each.comment) for each in body.answers
    )


def _case(view: AuditView) -> Answer:
    case, found = view.case, view.case.audit
    shown = _shown.audit(found, view.trail)
    form = case.evaluation.form
    machine: dict[str, Qualification] = {
        result.metric.id: result.verdict.qualification for result in case.evaluation.results
    }
    told = AuditCase(
        conversation_id=case.conversation.id,
        state=state_of(found),
        auditor=shown.auditor,
        assigned_at=shown.assigned_at,
        draft=found.draft if found else Sheet(),
        result=shown.result,
        trail=shown.trail,
        form=_shown.ShownForm(id=form.id, version=form.version, name=form.name) if form else None,
        metrics=tuple(
            AuditQuestion(
                id=metric.id,
                name=metric.name,
                fatal=metric.fatal,
                correct_answer=metric.correct_answer,
                machine=machine.get(metric.id, "-"),
            )
            for metric in (form.metrics if form else ())
        ),
    )
    return Answer(200, _shown.encode(told))


_PATH = "/api/v1/audits"
_AT = "2026-03-23T12:00:00Z"
_CASE: dict[str, Any] = {
    "conversation_id": "c-7f8b1f0e-0a53-5a0e-8f0b-2d3c9d1f6f11",
    "state": "assigned",
    "auditor": "Ada Lovelace",
    "assigned_at": _AT,
    "draft": {"answers": [{"metric_id": "em-greeting", "answer": "YES"}]},
    "result": None,
    "trail": [{"at": _AT, "by": "cs-1", "action": "assigned", "auditor": "Ada Lovelace", "score": None}],
    "form": {"id": "ef-billing", "version": 2, "name": "Billing calls"},
    "metrics": [{"id": "em-greeting", "name": "Greeting", "fatal": False, "correct_answer": "yes", "machine": "NO"}],
}
_LISTED: dict[str, Any] = {
    "conversation_id": _CASE["conversation_id"],
    "state": "assigned",
    "auditor": "Ada Lovelace",
    "assigned_at": _AT,
    "score": None,
    "passed": None,
    "audited_at": None,
}
_ANSWERS: dict[str, Any] = {"answers": [{"metric_id": "em-greeting", "answer": "YES"}], "comment": "Said it late."}
_REFUSALS = {
    409: "The audit does not stand so that this can be done: not assigned, submitted already, no form.",
    413: "The body is too large.",
    415: "The body is not application/json in UTF-8.",
    422: "A name, a metric or a comment cannot be used, or answers are missing.",
}

OPERATIONS = (
    Operation(
        method="GET",
        path=_PATH,
        name="list_audits",
        summary="List audits",
        text="By conversation id. A conversation that is not assigned has no audit.",
        scopes=reading("audits"),
        handle=listing,
        parameters=(
            Parameter("state", {"type": "string", "enum": list(STATES)}, "Only those in this state."),
            Parameter("auditor", {"type": "string"}, "Only those of this auditor, by the name as it was assigned."),
            _query.LIMIT,
            _query.CURSOR,
        ),
        answers={200: Shown("A page.", AuditPage, {"items": [_LISTED], "next_cursor": None})},
    ),
    Operation(
        method="GET",
        path=_PATH + "/{conversation_id}",
        name="get_audit",
        summary="One audit",
        text="The audit of one conversation with its draft, its trail, and what there is to answer.",
        scopes=reading("audits"),
        handle=show,
        answers={200: Shown("The audit.", AuditCase, _CASE)},
    ),
    Operation(
        method="POST",
        path=_PATH + "/{conversation_id}/assign",
        name="assign_audit",
        summary="Assign an audit",
        text="Gives the conversation to an auditor, or to another one; a draft goes with it. Twice is once.",
        scopes=writing("audits"),
        handle=assign,
        body=Body("object", AssignBody, {"auditor": "Ada Lovelace"}, "Who is to audit it."),
        answers={200: Shown("The audit as it stands now.", AuditCase, _CASE)},
        statuses=_REFUSALS,
        may_take_long=True,
    ),
    Operation(
        method="PUT",
        path=_PATH + "/{conversation_id}/draft",
        name="draft_audit",
        summary="Draft answers",
        text="Keeps answers for later; the later one of a metric counts. No report shows a draft.",
        scopes=writing("audits"),
        handle=draft,
        body=Body("object", DraftBody, _ANSWERS, "Answers to keep."),
        answers={200: Shown("The audit as it stands now.", AuditCase, _CASE)},
        statuses=_REFUSALS,
        may_take_long=True,
    ),
    Operation(
        method="POST",
        path=_PATH + "/{conversation_id}/submit",
        name="submit_audit",
        summary="Submit an audit",
        text="Ends the audit with what was drafted and these answers. Every metric that counts must be answered. "
        "The same once more changes nothing; anything else is a conflict.",
        scopes=writing("audits"),
        handle=submit,
        body=Body("object", SubmitBody, _ANSWERS, "Last answers."),
        answers={200: Shown("The audit as it stands now.", AuditCase, {**_CASE, "state": "audited"})},
        statuses=_REFUSALS,
        may_take_long=True,
    ),
)
