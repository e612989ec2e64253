"""The audit desk: one conversation to be judged, drafts kept as they are made."""

from typing import Annotated, Any, cast

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, SkipValidation
from litestar.response import Redirect

from auscult.domain.audits.audit import Audit, AuditAnswer
from auscult.domain.errors import RequestError
from auscult.domain.evaluation import Qualification
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.server.console.pages.sound import sound_of
from auscult.server.console.views.audits.desk import ANSWERS, CODES, LEVEL, desk_view
from auscult.server.console.views.message import MessageView
from auscult.server.console.visit import BASE, Visit, missing
from auscult.services.audits.desk import Desk
from auscult.services.audits.workflow import Auditing

_MOST = 1_000
_TOLD = frozenset({"audit.incomplete", "level.unknown", "reason.missing"})
_DECLINED = MessageView(
    title="This one cannot be judged",
    text="Its auditor said why. What was drawn in its place is in their list.",
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
        """Show the desk to the auditor of this conversation; others may take it where they may assign."""
        visit.require("audit.perform")
        case = self._case(visit, conversation_id)
        audit = case.audit
        if audit is not None and _is_declined(visit, audit):
            return visit.page("message", "My audits", _DECLINED)
        if audit is None or audit.auditor != visit.visitor.email or audit.result is not None:
            return visit.page("message", "My audits", _not_mine(case, visit))
        view = desk_view(case, audit, self._waiting(visit), visit.reader)
        return visit.page("desk", "My audits", view, sound=sound_of(visit, conversation_id))

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
        self._own(visit, conversation_id)
        auditing(visit).draft(conversation_id, _answers(data), comment=data.get("comment", ""))

    @post(sync_to_thread=True)
    def submit(
        self, conversation_id: FromPath[str], data: Fields, visit: NamedDependency[SkipValidation[Visit]]
    ) -> Response[str] | Redirect:
        """Submit the audit and lead to the next one; or only keep it, where the form says so."""
        self._own(visit, conversation_id)
        answers, comment = _answers(data), data.get("comment", "")
        audit = self._case(visit, conversation_id).audit
        try:
            if data.get("act") == "decline" and audit is not None:
                code = data.get("why-code", "")
                desk_of(visit).decline(
                    audit.assignment_id,
                    visit.visitor.email,
                    data.get("why", ""),
                    code if code in CODES else None,
                )
                return Redirect(self._next(visit), status_code=303)
            audit = auditing(visit).draft(conversation_id, answers, comment=comment)
            if data.get("act") == "save":
                return Redirect(f"{BASE}/audits/{conversation_id}", status_code=303)
            auditing(visit).submit(conversation_id)
        except RequestError as error:
            if error.reason not in _TOLD or audit is None:
                raise
            view = desk_view(
                self._case(visit, conversation_id), audit, self._waiting(visit), visit.reader, _open(error)
            )
            return visit.page("desk", "My audits", view, 422, sound=sound_of(visit, conversation_id))
        return Redirect(self._next(visit), status_code=303)

    def _case(self, visit: Visit, conversation_id: str) -> EvaluatedConversation:
        case = visit.app.audits.case(conversation_id)
        if case is None:
            raise missing("conversation", conversation_id)
        return case

    def _own(self, visit: Visit, conversation_id: str) -> None:
        """Let only the auditor of this conversation go on. Others learn nothing of it."""
        visit.require("audit.perform")
        audit = self._case(visit, conversation_id).audit
        if audit is None or audit.auditor != visit.visitor.email:
            raise missing("audit", conversation_id)

    def _waiting(self, visit: Visit) -> int:
        return len(visit.app.audits.listing(state="assigned", auditor=visit.visitor.email, limit=_MOST))

    def _next(self, visit: Visit) -> str:
        """Return the address of the next one to do: begun ones first, then the longest assigned."""
        waiting = visit.app.audits.listing(state="assigned", auditor=visit.visitor.email, limit=_MOST)
        first = min(waiting, key=lambda each: (not each.draft.answers, each.assigned_at), default=None)
        return f"{BASE}/audits/{first.conversation_id}" if first else f"{BASE}/audits?done=1"


def auditing(visit: Visit) -> Auditing:
    """Return what is done with audits, for this visit's app."""
    return Auditing(visit.app, visit.reports, lambda: visit.now, rater=visit.visitor.email)


def desk_of(visit: Visit) -> Desk:
    """Return the work of auditors, for this visit's app."""
    return Desk(visit.app, visit.reports, lambda: visit.now)


def _is_declined(visit: Visit, audit: Audit) -> bool:
    found = visit.app.queue.get(audit.assignment_id)
    return found is not None and found.assignment.state == "declined"


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


def _not_mine(case: EvaluatedConversation, visit: Visit) -> MessageView:
    """Say why the desk does not open, and what opens it."""
    audit, conversation_id = case.audit, case.conversation.id
    read = f"{BASE}/conversations/{conversation_id}"
    if case.evaluation.form is None:
        text = "No form fits its queue and channel, so there is nothing to answer."
        return MessageView(title="Nothing to audit", text=text, href=read, action="Open the conversation")
    if audit is not None and audit.result is not None:
        text = "It was submitted, and stays as it is."
        return MessageView(title="This audit is done", text=text, href=read, action="Open the conversation")
    if audit is not None:
        text = f"{audit.auditor} audits it. Nobody else sees their answers before they are submitted."
        return MessageView(title="Not yours to audit", text=text, href=f"{BASE}/audits", action="My audits")
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
