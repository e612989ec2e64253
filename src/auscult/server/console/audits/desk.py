"""The audit desk: one conversation to be judged, with drafts stored as they are made."""

from decimal import Decimal
from math import ceil
from typing import Annotated, Any, ClassVar, cast

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.audits.assignment import Assigned, Assignment
from auscult.domain.audits.audit import AuditAnswer, AuditResult, Sheet, submitted_already
from auscult.domain.errors import AuscultError, ConflictError, RequestError
from auscult.domain.evaluation import Evaluation, Qualification
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.server.console.audits.desk_view import (
    ANSWERS,
    CODES,
    LEVEL,
    StoredView,
    desk_view,
    stored_view,
)
from auscult.server.console.audits.desk_view import Item as WorkItem
from auscult.server.console.frame.message import MessageView
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.visit import BASE, TheVisit, Visit, missing
from auscult.server.console.recordings import sound_of
from auscult.server.rest.parameters import number_in
from auscult.services.audits.blind import hidden_from
from auscult.services.audits.desk import Desk
from auscult.services.audits.handover import Item
from auscult.services.audits.workflow import MOVED, Auditing, revision_of
from auscult.storage.audits.queue import QueueQuery


class HeldView(Struct, frozen=True, kw_only=True):
    """A submitted audit. ``seconds`` are left to undo it; at 0 it counts, and ``compared`` has the machine's result next to it.

    ``href`` leads to its conversation, or is empty where the reader may not see what was decided there.
    """

    conversation_id: str
    assignment_id: str
    result: str
    seconds: int = 0
    compared: str = ""
    href: str = ""


def result_in_words(result: AuditResult, reader: Reader) -> str:
    """Return the score of an audit, and whether it passed."""
    return _outcome(result.score, reader, passed=result.passed)


def compared(result: AuditResult, machine: Evaluation, reader: Reader) -> str:
    """Return the machine's result, and how many answers differ."""
    theirs = {each.metric.id: each.verdict.level or each.verdict.qualification for each in machine.results}
    answers = [each for each in result.sheet.answers if theirs.get(each.metric_id, "-") != "-"]
    n = sum((each.level or each.answer) != theirs[each.metric_id] for each in answers)
    differs = ngettext("One answer differs.", "{n} answers differ.", n).format(n=reader.number(n))
    differs = differs if n else _("No answer differs.")
    outcome = _outcome(machine.score, reader, passed=machine.passed)
    return _("The machine: {outcome} {differs}").format(outcome=outcome, differs=differs)


def _outcome(score: Decimal | None, reader: Reader, *, passed: bool | None) -> str:
    if score is None or passed is None:
        return _("no score.") if score is None else _("{score}.").format(score=reader.number(score))
    return (_("{score}, passed.") if passed else _("{score}, not passed.")).format(score=reader.number(score))


_MOST = 1_000
_SHOWN_REASONS = frozenset({"audit.incomplete", "level.unknown", "reason.missing"})
_GIVEN = frozenset[str](dict(ANSWERS))

Fields = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


class ItemPage(Controller):
    """The desk with one item, for an auditor or for an agent's self-review."""

    permission: ClassVar[str]
    title: ClassVar[str]
    here: ClassVar[str]
    """The item of the menu that the page belongs to."""
    at: ClassVar[str]
    """Address of the items, which the conversation's id follows."""
    back: ClassVar[str]
    """The page that the desk returns to."""
    is_self: ClassVar[bool] = False

    @get(sync_to_thread=True)
    def show(self, conversation_id: FromPath[str], visit: TheVisit) -> Response[str] | Redirect:
        """Show the desk to the rater of the item, and a message to others."""
        visit.require(self.permission)
        case = self._case(visit, conversation_id)
        mine = self._mine(visit, conversation_id)
        if mine is None or mine.held_until or not mine.assignment.is_unfinished:
            return self._closed(visit, case, mine)
        return self._desk(visit, mine)

    @post("/draft", sync_to_thread=True)
    def draft(self, conversation_id: FromPath[str], data: Fields, visit: TheVisit) -> Response[StoredView]:
        """Store the answers as a draft, unless others were stored since; return the stored ones with their revision."""
        assignment_id, me = self._unheld(visit, conversation_id, data)
        desk = self._work(visit)
        try:
            item = desk.draft(
                assignment_id, me, _answers(data), comment=data.get("comment", ""), revision=_revision(data)
            )
        except ConflictError as error:
            if error.reason != MOVED:
                raise
            found = desk.show(assignment_id)
            return Response(stored_view(desk.case(found.assignment), found.audit, visit.reader), status_code=409)
        return Response(stored_view(item.case, item.audit, visit.reader), status_code=200)

    @post(sync_to_thread=True)
    def submit(self, conversation_id: FromPath[str], data: Fields, visit: TheVisit) -> Response[str] | Redirect:
        """Submit the audit and redirect to the next one; or only save or decline it, by the form's ``act``."""
        assignment_id, me = self._unheld(visit, conversation_id, data)
        desk, given, comment = self._work(visit), _answers(data), data.get("comment", "")
        try:
            if data.get("act") == "decline":
                code = data.get("why-code", "")
                desk.decline(assignment_id, me, data.get("why", ""), code if code in CODES else None)
                return self._next(visit, conversation_id, "handed-back")
            item = desk.draft(assignment_id, me, given, comment=comment, revision=_revision(data))
            if data.get("act") == "save":
                return Redirect(f"{self.at}/{conversation_id}", status_code=303)
            self._submit(desk, item)
        except ConflictError as error:
            if error.reason != MOVED:
                raise
            return self._desk(visit, desk.show(assignment_id), typed=Sheet(answers=tuple(given), comment=comment))
        except RequestError as error:
            if error.reason not in _SHOWN_REASONS:
                raise
            return self._desk(visit, desk.show(assignment_id), error)
        return self._next(visit, conversation_id, "submitted", assignment_id)

    def _submit(self, desk: Desk, item: Item) -> None:
        """Submit an item that is drafted."""
        desk.submit(item.assignment.assignment_id, item.audit.auditor, revision=revision_of(item.audit))

    def _closed(self, visit: Visit, case: EvaluatedConversation, mine: Assigned | None) -> Response[str] | Redirect:
        """Show the page in place of the desk. ``mine`` is the visitor's assignment, None without one."""
        raise NotImplementedError

    def _next(self, visit: Visit, conversation_id: str, done: str, assignment_id: str = "") -> Redirect:
        """Redirect onwards from an item. ``done`` is its outcome; ``assignment_id`` is set where it was submitted."""
        raise NotImplementedError

    def _desk(
        self, visit: Visit, mine: Assigned, error: RequestError | None = None, typed: Sheet | None = None
    ) -> Response[str]:
        """Show the desk with an item of the visitor's; with ``typed`` answers, as others were stored meanwhile.

        ``error``: why the audit could not be submitted.
        """
        case = self._work(visit).case(mine.assignment)
        waiting = 0 if self.is_self else visit.app.queue.count_waiting(visit.visitor.email)
        item = WorkItem(mine.assignment.assignment_id, mine.audit, _shows_machine(visit, mine.assignment), typed)
        problem = "" if error is None else _open(error)
        view = desk_view(case, item, waiting, visit.reader, problem)
        desk: dict[str, object] = {
            "title": _(self.title),
            "at": self.at,
            "back": self.back,
            "codes": {} if self.is_self else CODES,
        }
        desk["is_self"] = self.is_self
        desk["is_incomplete"] = error is not None and error.reason == "audit.incomplete"
        sound, status = sound_of(visit, case.conversation.id), 409 if typed else 422 if problem else 200
        held = None if self.is_self else held_of(visit)
        return visit.page("audits/desk", self.here, view, status, sound=sound, desk=desk, held=held)

    def _case(self, visit: Visit, conversation_id: str) -> EvaluatedConversation:
        case = visit.app.audits.case(conversation_id)
        if case is None:
            raise missing("conversation", conversation_id)
        return case

    def _own(self, visit: Visit, conversation_id: str, data: Fields) -> tuple[str, str]:
        """Return the visitor's assignment, and their name. Others receive no information about it."""
        visit.require(self.permission)
        mine = self._mine(visit, conversation_id, data.get("assignment"))
        if mine is None:
            raise missing("audit", conversation_id)
        return mine.assignment.assignment_id, visit.visitor.email

    def _unheld(self, visit: Visit, conversation_id: str, data: dict[str, str]) -> tuple[str, str]:
        """Return the same; refuse an audit whose submission can still be undone: ``audit.finished``."""
        assignment_id, me = self._own(visit, conversation_id, data)
        found = self._work(visit).show(assignment_id)
        if found.held_until and found.audit:
            raise submitted_already(found.audit)
        return assignment_id, me

    def _mine(self, visit: Visit, conversation_id: str, assignment_id: str | None = None) -> Assigned | None:
        """Return the visitor's assignment of a conversation: the given one, else an unfinished one, else the last."""
        asked = QueueQuery(rater=visit.visitor.email, conversation_id=conversation_id, limit=_MOST)
        found = [
            one
            for one in visit.app.queue.listing(asked)
            if (one.assignment.role == "self") == self.is_self and assignment_id in {None, one.assignment.assignment_id}
        ]
        unfinished = (one for one in found if one.assignment.is_unfinished)
        return next(unfinished, max(found, key=lambda one: one.since, default=None))

    def _work(self, visit: Visit) -> Desk:
        """Return the service of raters, restricted to the data that the page's permission reaches."""
        return Desk(visit.app_for(self.permission), visit.reports, lambda: visit.now)


class DeskPage(ItemPage):
    """The desk on which one conversation is audited; others may assign it to themselves if they may assign."""

    path = "/audits/{conversation_id:str}"
    permission = "audit.perform"
    title = later("Audit")
    here = "My audits"
    at = back = f"{BASE}/audits"

    @post("/take", sync_to_thread=True)
    def assign_to_me(self, conversation_id: FromPath[str], visit: TheVisit) -> Redirect:
        """Assign the conversation to the visitor."""
        visit.require("audit.assign")
        self._case(visit, conversation_id)
        auditing(visit).assign(conversation_id, visit.visitor.email, by=visit.visitor.email)
        return Redirect(f"{BASE}/audits/{conversation_id}", status_code=303)

    @post("/undo", sync_to_thread=True)
    def undo(self, conversation_id: FromPath[str], data: Fields, visit: TheVisit) -> Redirect:
        """Undo the submission of the audit, and go back to it; once it counts, show it in the list."""
        assignment_id, me = self._own(visit, conversation_id, data)
        if desk_of(visit).undo(assignment_id, me):
            return Redirect(f"{BASE}/audits/{conversation_id}", status_code=303)
        return Redirect(f"{BASE}/audits?held={assignment_id}", status_code=303)

    @post("/counted", sync_to_thread=True)
    def counted(self, conversation_id: FromPath[str], data: Fields, visit: TheVisit) -> Response[str]:
        """Submit what the visitor has not undone in time, and return the result as a part of the page."""
        assignment_id, me = self._own(visit, conversation_id, data)
        desk_of(visit).submit_held(me)
        view = held_view(visit, assignment_id)
        if view is None:
            raise missing("audit", conversation_id)
        return visit.part("audits/parts/held_counted", view)

    def _submit(self, desk: Desk, item: Item) -> None:
        desk.hold(item.assignment.assignment_id, item.audit.auditor, revision=revision_of(item.audit))

    def _closed(self, visit: Visit, case: EvaluatedConversation, mine: Assigned | None) -> Response[str] | Redirect:
        if mine is not None and mine.held_until:
            return Redirect(f"{BASE}/audits?held={mine.assignment.assignment_id}", status_code=303)
        return visit.page("message", "My audits", _not_mine(case, mine, visit))

    def _next(self, visit: Visit, conversation_id: str, done: str, assignment_id: str = "") -> Redirect:
        del conversation_id
        return go_on(visit, done, assignment_id)


def go_on(visit: Visit, done: str = "none", assignment_id: str = "") -> Redirect:
    """Redirect to the item that the visitor has begun, or else to the next one; without any to their list.

    The list shows ``done``, the outcome of the item before; either page shows the result of a submitted assignment.
    """
    desk = desk_of(visit)
    desk.submit_held(visit.visitor.email)
    item = desk.go_on(visit.visitor.email, agent_ids=visit.principal.agent_ids)
    held = f"held={assignment_id}" if assignment_id else ""
    if item is not None:
        return Redirect(f"{BASE}/audits/{item.case.conversation.id}{'?' if held else ''}{held}", status_code=303)
    return Redirect(f"{BASE}/audits?done={done}{'&' if held else ''}{held}", status_code=303)


def held_of(visit: Visit) -> HeldView | None:
    """Return the audit that the visitor just submitted, which the address names; None without one."""
    assignment_id = visit.asked("held")
    return held_view(visit, assignment_id) if assignment_id else None


def held_view(visit: Visit, assignment_id: str) -> HeldView | None:
    """Return a submitted audit of the visitor; None where there is none.

    The machine's result is shown once the audit counts, and no other task of the visitor hides it.
    """
    desk = desk_of(visit)
    try:
        found = desk.show(assignment_id)
        result = desk.result_of(found)
        case = desk.case(found.assignment)
    except AuscultError:  # erased, or its form asks something else by now
        return None
    if result is None or found.assignment.rater != visit.visitor.email:
        return None
    made = HeldView(
        conversation_id=case.conversation.id, assignment_id=assignment_id, result=result_in_words(result, visit.reader)
    )
    if found.held_until:
        return replace(made, seconds=max(1, ceil((found.held_until - visit.now).total_seconds())))
    if hidden_from(visit.app, visit.visitor.email, case.conversation.id, visit.principal.agent_ids):
        return made
    href = f"{BASE}/conversations/{case.conversation.id}"
    return replace(made, compared=compared(result, case.evaluation, visit.reader), href=href)


def _shows_machine(visit: Visit, assignment: Assignment) -> bool:
    """Return whether the machine's answers are shown: the item is from a plan, and no rule hides them."""
    principal, conversation_id = visit.principal, assignment.conversation_id or ""
    hidden = hidden_from(visit.app, visit.visitor.email, conversation_id, principal.agent_ids)
    return assignment.plan_id is not None and "machine" not in hidden


def auditing(visit: Visit) -> Auditing:
    """Return the service of audits for this visit's app."""
    return Auditing(visit.app, visit.reports, lambda: visit.now, rater=visit.visitor.email)


def desk_of(visit: Visit) -> Desk:
    """Return the service of auditors for this visit's app."""
    return Desk(visit.app_for("audit.perform"), visit.reports, lambda: visit.now)


def _revision(data: dict[str, str]) -> int | None:
    """Return the revision that the answers of the form were given on; None where it has none."""
    return number_in(data.get("revision", ""))


def _answers(data: dict[str, str]) -> list[AuditAnswer]:
    """Read the answers of the form; an empty one withdraws the drafted answer."""
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
    """Return the message on why the desk is closed, and the next step. ``mine`` is the visitor's assignment."""
    audit, conversation_id = case.audit, case.conversation.id
    read = f"{BASE}/conversations/{conversation_id}"
    if case.evaluation.form is None:
        text = _("No form fits its queue and channel, so there is nothing to answer.")
        return MessageView(title=_("Nothing to audit"), text=text, href=read, action=_("Open the conversation"))
    if (mine is not None and mine.assignment.state == "submitted") or (audit is not None and audit.result is not None):
        text = _("It has been submitted and cannot be changed.")
        return MessageView(title=_("This audit is done"), text=text, href=read, action=_("Open the conversation"))
    if audit is not None:
        text = _("{auditor} audits it. Nobody else sees their answers before they are submitted.")
        text = text.format(auditor=audit.auditor)
        return MessageView(title=_("Not yours to audit"), text=text, href=f"{BASE}/audits", action=_("My audits"))
    if mine is not None:
        text = _("You said why. What was drawn in its place is in your list.")
        title = _("This one cannot be judged")
        return MessageView(title=title, text=text, href=f"{BASE}/audits", action=_("My audits"))
    if not visit.may("audit.assign"):
        text = _("Nobody audits it yet. A manager or a supervisor can assign it to you.")
        return MessageView(title=_("Not assigned"), text=text, href=f"{BASE}/audits", action=_("My audits"))
    text = _("Nobody audits it yet. What the machine decided stays hidden until you submit.")
    take = f"{BASE}/audits/{conversation_id}/take"
    return MessageView(title=_("Audit this conversation"), text=text, href=take, action=_("Begin"), is_post=True)


def _open(error: RequestError) -> str:
    """Return the sentence that counts the unanswered metrics, or names the fault of an answer."""
    if error.reason == "level.unknown":
        return _("A number falls in no band of its metric: {number}.").format(number=error.value)
    if error.reason == "reason.missing":
        is_unable = error.field == "reason"
        return _("Say why it cannot be judged.") if is_unable else _("A reason for a No is missing.")
    missing: Any = error.value
    count = len(missing) if isinstance(missing, list) else 1  # pyright: ignore[reportUnknownArgumentType]
    return ngettext("One metric is not answered yet.", "{n} metrics are not answered yet.", count).format(n=count)
