"""The audit desk: one conversation to be judged, drafts kept as they are made."""

from typing import Annotated, Any, cast

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, SkipValidation
from litestar.response import Redirect

from auscult.domain.audits.assignment import Assigned, Assignment
from auscult.domain.audits.audit import AuditAnswer, Sheet
from auscult.domain.errors import RequestError
from auscult.domain.evaluation import Qualification
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.server.console.pages.sound import sound_of
from auscult.server.console.views.audits.desk import ANSWERS, CODES, LEVEL, Item, desk_view
from auscult.server.console.views.message import MessageView
from auscult.server.console.visit import BASE, Visit, missing
from auscult.services.audits.blind import hidden_from
from auscult.services.audits.desk import Desk
from auscult.services.audits.workflow import Auditing
from auscult.storage.audits.queue import QueueQuery

_MOST = 1_000
_TOLD = frozenset({"audit.incomplete", "level.unknown", "reason.missing"})
_DECLINED = MessageView(
    title="This one cannot be judged",
    text="You said why. What was drawn in its place is in your list.",
    href=f"{BASE}/audits",
    action="My audits",
)
_GIVEN = frozenset(value for value, _ in ANSWERS)

Fields = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


class DeskPage(Controller):
    """The desk on which one conversation is audited."""

    path = "/audits/{conversation_id:str}"

    @get(sync_to_thread=True)
    def show(self, conversation_id: FromPath[str], visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Show the desk to an auditor of this conversation; others may take it where they may assign."""
        visit.require("audit.perform")
        case = self._case(visit, conversation_id)
        mine = _mine(visit, conversation_id)
        if mine is None or not mine.assignment.is_unfinished:
            return visit.page("message", "My audits", _not_mine(case, mine, visit))
        return self._desk(visit, mine)

    @post("/take", sync_to_thread=True)
    def take(self, conversation_id: FromPath[str], visit: NamedDependency[SkipValidation[Visit]]) -> Redirect:
        """Assign the conversation to the one who asks."""
        visit.require("audit.assign")
        self._case(visit, conversation_id)
        auditing(visit).assign(conversation_id, visit.visitor.email, by=visit.visitor.email)
        return Redirect(f"{BASE}/audits/{conversation_id}", status_code=303)

    @post("/draft", sync_to_thread=True, status_code=204)
    def draft(
        self, conversation_id: FromPath[str], data: Fields, visit: NamedDependency[SkipValidation[Visit]]
    ) -> None:
        """Keep the answers for later."""
        assignment_id, me = self._own(visit, conversation_id, data)
        desk_of(visit).draft(assignment_id, me, _answers(data), comment=data.get("comment", ""))

    @post(sync_to_thread=True)
    def submit(
        self, conversation_id: FromPath[str], data: Fields, visit: NamedDependency[SkipValidation[Visit]]
    ) -> Response[str] | Redirect:
        """Submit the audit and lead to the next one; or only keep it, where the form says so."""
        assignment_id, me = self._own(visit, conversation_id, data)
        desk = desk_of(visit)
        try:
            if data.get("act") == "decline":
                code = data.get("why-code", "")
                desk.decline(assignment_id, me, data.get("why", ""), code if code in CODES else None)
                return go_on(visit, "handed-back")
            desk.draft(assignment_id, me, _answers(data), comment=data.get("comment", ""))
            if data.get("act") == "save":
                return Redirect(f"{BASE}/audits/{conversation_id}", status_code=303)
            desk.submit(assignment_id, me)
        except RequestError as error:
            if error.reason not in _TOLD:
                raise
            return self._desk(visit, desk.show(assignment_id), _open(error))
        return go_on(visit, "submitted")

    def _desk(self, visit: Visit, mine: Assigned, problem: str = "") -> Response[str]:
        """Show the desk with an item of the visitor's."""
        case = desk_of(visit).case(mine.assignment)
        sheet = mine.audit.draft if mine.audit else Sheet()
        waiting = visit.app.queue.count_waiting(visit.visitor.email)
        item = Item(mine.assignment.assignment_id, sheet, _shows_machine(visit, mine.assignment))
        view = desk_view(case, item, waiting, visit.reader, problem)
        sound = sound_of(visit, case.conversation.id)
        return visit.page("desk", "My audits", view, 422 if problem else 200, sound=sound)

    def _case(self, visit: Visit, conversation_id: str) -> EvaluatedConversation:
        case = visit.app.audits.case(conversation_id)
        if case is None:
            raise missing("conversation", conversation_id)
        return case

    def _own(self, visit: Visit, conversation_id: str, data: Fields) -> tuple[str, str]:
        """Return the visitor's assignment, and who they are. Others learn nothing of it."""
        visit.require("audit.perform")
        mine = _mine(visit, conversation_id, data.get("assignment"))
        if mine is None:
            raise missing("audit", conversation_id)
        return mine.assignment.assignment_id, visit.visitor.email


def go_on(visit: Visit, done: str = "none") -> Redirect:
    """Lead to what the visitor has begun, or to the next item that they begin; without any to their list.

    There ``done`` says what happened before.
    """
    item = desk_of(visit).go_on(visit.visitor.email, agent_ids=visit.principal.agent_ids)
    where = f"?done={done}" if item is None else f"/{item.case.conversation.id}"
    return Redirect(f"{BASE}/audits{where}", status_code=303)


def _shows_machine(visit: Visit, assignment: Assignment) -> bool:
    """Return whether the machine's answers are shown: a plan gave the item, and nothing hides them."""
    principal, conversation_id = visit.principal, assignment.conversation_id or ""
    hidden = hidden_from(visit.app, visit.visitor.email, conversation_id, principal.agent_ids)
    return assignment.plan_id is not None and "machine" not in hidden


def _mine(visit: Visit, conversation_id: str, assignment_id: str | None = None) -> Assigned | None:
    """Return the visitor's assignment of a conversation: that one, else one to be worked on, else the last."""
    asked = QueueQuery(rater=visit.visitor.email, conversation_id=conversation_id, limit=_MOST)
    found = [
        one
        for one in visit.app.queue.listing(asked)
        if one.assignment.role != "self" and assignment_id in {None, one.assignment.assignment_id}
    ]
    unfinished = (one for one in found if one.assignment.is_unfinished)
    return next(unfinished, max(found, key=lambda one: one.since, default=None))


def auditing(visit: Visit) -> Auditing:
    """Return what is done with audits, for this visit's app."""
    return Auditing(visit.app, visit.reports, lambda: visit.now, rater=visit.visitor.email)


def desk_of(visit: Visit) -> Desk:
    """Return the work of auditors, for this visit's app."""
    return Desk(visit.app_for("audit.perform"), visit.reports, lambda: visit.now)


def _answers(data: dict[str, str]) -> list[AuditAnswer]:
    """Read the answers of the form; one that is empty takes back what was drafted."""
    metrics = dict.fromkeys(name[2:] for name in data if name.startswith(("a-", "n-")))
    return [_answer(metric, data) for metric in metrics]


def _answer(metric: str, data: dict[str, str]) -> AuditAnswer:
    """Read the answer to one metric: a number, a level, or YES, NO or NA."""
    chosen, number = data.get(f"a-{metric}", ""), data.get(f"n-{metric}", "").strip()
    level = chosen.removeprefix(LEVEL) if chosen.startswith(LEVEL) else number or None
    answer = "YES" if level is not None else cast("Qualification", chosen) if chosen in _GIVEN else "-"
    return AuditAnswer(
        metric_id=metric,
        answer=answer,
        comment=data.get(f"c-{metric}", "").strip(),
        level=level,
        reason_code=data.get(f"r-{metric}") or None,
    )


def _not_mine(case: EvaluatedConversation, mine: Assigned | None, visit: Visit) -> MessageView:
    """Say why the desk does not open, and what opens it. ``mine`` is what the visitor had to do with it before."""
    audit, conversation_id = case.audit, case.conversation.id
    read = f"{BASE}/conversations/{conversation_id}"
    if case.evaluation.form is None:
        text = "No form fits its queue and channel, so there is nothing to answer."
        return MessageView(title="Nothing to audit", text=text, href=read, action="Open the conversation")
    if (mine is not None and mine.assignment.state == "submitted") or (audit is not None and audit.result is not None):
        text = "It was submitted, and stays as it is."
        return MessageView(title="This audit is done", text=text, href=read, action="Open the conversation")
    if audit is not None:
        text = f"{audit.auditor} audits it. Nobody else sees their answers before they are submitted."
        return MessageView(title="Not yours to audit", text=text, href=f"{BASE}/audits", action="My audits")
    if mine is not None:
        return _DECLINED
    if not visit.may("audit.assign"):
        text = "Nobody audits it yet. A manager or a supervisor can assign it to you."
        return MessageView(title="Not assigned", text=text, href=f"{BASE}/audits", action="My audits")
    text = "Nobody audits it yet. What the machine decided stays hidden until you submit."
    take = f"{BASE}/audits/{conversation_id}/take"
    return MessageView(title="Audit this conversation", text=text, href=take, action="Begin", is_post=True)


def _open(error: RequestError) -> str:
    """Say how many metrics wait for an answer, or what is wrong with one."""
    if error.reason == "level.unknown":
        return f"A number is in no band of its metric: {error.value}."
    if error.reason == "reason.missing":
        is_unable = error.field == "reason"
        return "Say why it cannot be judged." if is_unable else "A reason for a No is missing."
    missing: Any = error.value
    count = len(missing) if isinstance(missing, list) else 1  # pyright: ignore[reportUnknownArgumentType]
    return "One metric is not answered yet." if count == 1 else f"{count} metrics are not answered yet."
