"""Audits: conversations are assigned to people, answers drafted and submitted, and each step is in the trail."""

from typing import Annotated, Any, Literal

from litestar.params import JSONBody
from msgspec import Meta, Struct
from msgspec.structs import asdict, replace

from auscult.domain.audits.audit import AuditAnswer, Sheet, state_of
from auscult.domain.errors import AccessError
from auscult.domain.evaluation import Qualification
from auscult.domain.operations.records import made_from
from auscult.domain.people.principal import Principal
from auscult.server.api.scoring import evaluations
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.lists import Called, Page
from auscult.server.rest.parameters import ConversationId, Cursor, Limit, PersonName, query
from auscult.services.audits.blind import blindness_of, hidden_from, kept_from, kept_from_agents
from auscult.services.audits.workflow import Auditing, AuditView, revision_of
from auscult.storage.store import AppStore

AuditPage = Annotated[Page[evaluations.ListedAuditItem], Called("AuditPage")]


class AuditQuestion(Struct, frozen=True, kw_only=True):
    """A metric to be answered, with the machine's answer."""

    id: str
    name: str
    fatal: bool
    correct_answer: str
    machine: Qualification


class AuditCase(evaluations.ShownAudit, frozen=True, kw_only=True):
    """One conversation's audit as its auditor sees it: with the draft and the metrics to answer.

    ``revision`` changes with each change of the answers.
    """

    conversation_id: str
    revision: int
    draft: Sheet
    form: evaluations.ShownForm | None
    metrics: tuple[AuditQuestion, ...]


@example({"auditor": "Ada Lovelace"})
class AssignBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The auditor, by the name that reports show; ``by``: the person who assigns, else the client."""

    auditor: Annotated[PersonName, Meta(description="The auditor's name, as reports will show it.")]
    by: Annotated[PersonName | None, Meta(description="Who does it, for the trail.")] = None


class AnswerBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer; "-" withdraws a drafted answer. ``level`` decides YES or NO of a graded metric.

    ``reason_code`` is one of the metric's coded reasons for a NO.
    """

    metric_id: str
    answer: Qualification
    comment: str = ""
    level: Annotated[str, Meta(max_length=200)] | None = None
    reason_code: Annotated[str, Meta(max_length=200)] | None = None


class DraftBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers to keep. ``as_machine`` copies the machine's for metrics that have none yet.

    ``revision`` is the one that they were given on; without it, they replace whatever was stored since.
    """

    answers: Annotated[tuple[AnswerBody, ...], Meta(max_length=1000)] = ()
    comment: str = ""
    as_machine: bool = False
    revision: Annotated[int, Meta(ge=1)] | None = None


class SubmitBody(DraftBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Last answers in addition to those drafted. ``by``: the person who submits, else the client."""

    by: PersonName | None = None


_AT = "2026-03-23T12:00:00Z"
_CASE: dict[str, Any] = {
    "conversation_id": "c-7f8b1f0e-0a53-5a0e-8f0b-2d3c9d1f6f11",
    "revision": 2,
    "state": "assigned",
    "auditor": "Ada Lovelace",
    "assigned_at": _AT,
    "draft": {"answers": [{"metric_id": "em-greeting", "answer": "YES"}]},
    "result": None,
    "trail": [{"at": _AT, "by": "cs-1", "action": "assigned", "auditor": "Ada Lovelace", "score": None}],
    "form": {"id": "ef-billing", "version": 2, "name": "Billing calls"},
    "metrics": [{"id": "em-greeting", "name": "Greeting", "fatal": False, "correct_answer": "yes", "machine": "NO"}],
}
example(_CASE)(AuditCase)
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
example(_ANSWERS)(SubmitBody)
example(_ANSWERS)(DraftBody)
_REFUSALS = {
    409: "The audit's state does not allow this: not assigned, already submitted, answers stored after `revision`, or no form.",
    422: "A name, a metric or a comment cannot be used, or answers are missing.",
}
example(_LISTED)(evaluations.ListedAuditItem)


@operation.get(
    "/audits",
    may=reading("audits"),
    command="audits list",
    columns=("conversation_id", "state", "auditor", "score", "passed"),
)
def list_audits(
    app: App,
    rights: Rights,
    in_state: Annotated[Literal["assigned", "audited"] | None, query("Only those in this state.", name="state")] = None,
    auditor: Annotated[str | None, query("Only those of this auditor, by the name as it was assigned.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> AuditPage:
    """List audits. By conversation id; a conversation that is not assigned has no audit."""
    after = read_cursor(cursor, tuple[str])
    found = app.audits.listing(
        state=in_state,
        auditor=auditor,
        after_id=after[0] if after else "",
        limit=limit + 1,
    )
    blindness = blindness_of(app, rights.name, rights.agent_ids)
    return Page(
        items=tuple(
            evaluations.listed_audit(each)
            for each in found[:limit]
            if each.auditor == rights.name or "others" not in blindness.get(each.conversation_id, ())
        ),
        next_cursor=write_cursor(found[limit - 1].conversation_id) if len(found) > limit else None,
    )


@operation.get("/audits/{conversation_id}", may=reading("audits"), summary="One audit", command="audits show")
def get_audit(conversation_id: ConversationId, app: App, server: Basis, rights: Rights) -> AuditCase:
    """Return the audit of one conversation with its draft, its trail, and the metrics to answer."""
    return _seen(app, _auditing(app, server).show(conversation_id), rights)


@operation.post(
    "/audits/{conversation_id}/assign",
    may=writing("audits", "audit.assign"),
    refuses=_REFUSALS,
    command="audits assign",
    each="conversation_id",
    named={"auditor": "auditor NAME", "by": "by NAME"},
    columns=("conversation_id", "state", "auditor"),
)
def assign_audit(
    conversation_id: ConversationId,
    data: JSONBody[AssignBody],
    app: App,
    server: Basis,
    rights: Rights,
) -> AuditCase:
    """Assign an audit. An assigned one is reassigned, and the new auditor starts from the beginning.

    Submitted audits cannot be reassigned. Repeating this changes nothing.
    """
    auditing = _auditing(app, server)
    auditing.assign(conversation_id, data.auditor, by=rights.acting_as(data.by))
    return _seen(app, auditing.show(conversation_id), rights)


@operation.put(
    "/audits/{conversation_id}/draft",
    may=writing("audits"),
    refuses=_REFUSALS,
    command="audits answer",
    columns=("conversation_id", "state", "auditor", "draft"),
)
def draft_audit(
    conversation_id: ConversationId, data: JSONBody[DraftBody], app: App, server: Basis, rights: Rights
) -> AuditCase:
    """Draft answers. The last one for a metric counts. No report shows a draft."""
    _must_be_auditor(app, conversation_id, rights)
    _must_not_peek(app, conversation_id, rights, data)
    auditing = _auditing(app, server, rights.name)
    auditing.draft(conversation_id, _answers(data), **_others(data))
    return _seen(app, auditing.show(conversation_id), rights)


@operation.post(
    "/audits/{conversation_id}/submit",
    may=writing("audits"),
    refuses=_REFUSALS,
    example={"state": "audited"},
    command="audits submit",
    columns=("conversation_id", "state", "auditor", "result"),
)
def submit_audit(
    conversation_id: ConversationId,
    data: JSONBody[SubmitBody],
    app: App,
    server: Basis,
    rights: Rights,
) -> AuditCase:
    """Submit an audit. This ends it with the drafted answers and these.

    Every metric that counts must be answered. Repeating the request changes nothing; any other is a conflict.
    """
    _must_not_peek(app, conversation_id, rights, data)
    auditing = _auditing(app, server, rights.name)
    _must_be_auditor(app, conversation_id, rights)
    by = rights.acting_as(data.by)
    auditing.submit(conversation_id, _answers(data), **_others(data), by=by)
    return _seen(app, auditing.show(conversation_id), rights)


def _must_be_auditor(app: App, conversation_id: str, rights: Principal) -> None:
    """Refuse a person if only others are assigned to audit it. Raises ``AccessError`` ``audit.not_yours``."""
    found = [each.audit for each in app.audits.all_of(conversation_id) if each.audit] if rights.is_person else []
    if found and all(audit.auditor.lower() != rights.name for audit in found):
        raise AccessError(
            "the audit is assigned to another auditor; only they can answer it",
            code="audit.not_yours",
            field="auditor",
            value=found[0].auditor,
        )


def _auditing(app: App, server: Basis, rater: str | None = None) -> Auditing:
    return Auditing(app, server.reports, server.now, rater=rater)


def _others(body: DraftBody) -> dict[str, Any]:
    """Return the arguments of a step, but for the answers."""
    return {"comment": body.comment, "as_machine": body.as_machine, "revision": body.revision}


def _answers(body: DraftBody) -> tuple[AuditAnswer, ...]:
    return tuple(made_from(AuditAnswer, each) for each in body.answers)


def _case(view: AuditView) -> AuditCase:
    case, found = view.case, view.case.audit
    shown = evaluations.audit(found, view.trail)
    form = case.evaluation.form
    machine: dict[str, Qualification] = {
        result.metric.id: result.verdict.qualification for result in case.evaluation.results
    }
    return made_from(
        AuditCase,
        shown,
        conversation_id=case.conversation.id,
        revision=revision_of(found),
        state=state_of(found),
        draft=found.draft if found else Sheet(),
        form=evaluations.ShownForm(id=form.id, version=form.version, name=form.name) if form else None,
        metrics=tuple(
            made_from(AuditQuestion, metric, machine=machine.get(metric.id, "-"))
            for metric in (form.metrics if form else ())
        ),
    )


def _seen(app: AppStore, view: AuditView, rights: Principal) -> AuditCase:
    """Return the parts of an audit that the caller may see: auditors before submitting, and agents, see less."""
    found = _case(view)
    hidden = hidden_from(app, rights.name, found.conversation_id, rights.agent_ids)
    hidden |= kept_from(kept_from_agents(app, rights.visibility()), found.state, hidden)
    if "others" in hidden and found.auditor != rights.name:
        found = replace(found, **asdict(evaluations.audit(None, ())), draft=Sheet(), revision=revision_of(None))
    if "machine" in hidden:
        trail = evaluations.without_rescores(found).trail
        found = replace(found, metrics=tuple(replace(each, machine="-") for each in found.metrics), trail=trail)
    if "auditor" in hidden:
        found = replace(found, auditor=None, trail=evaluations.without_auditor(found).trail)
    return found


def _must_not_peek(app: AppStore, conversation_id: str, rights: Principal, data: DraftBody) -> None:
    """Refuse ``as_machine`` if the machine is hidden from the caller. Raises ``AccessError`` ``machine.hidden``."""
    if data.as_machine and "machine" in hidden_from(app, rights.name, conversation_id):
        raise AccessError(
            f"the machine's answers to conversation {conversation_id} are hidden from you until you submit",
            code="machine.hidden",
            field="as_machine",
        )


ROUTER = operation.router(__name__)
