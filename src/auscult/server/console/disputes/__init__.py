"""Pages of disputes in the console: the waiting ones, one to decide with its four voices, and how similar ones ended."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Annotated, Any, NamedTuple, get_args

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect

from auscult.domain.conversation import Conversation
from auscult.domain.disputes.dispute import (
    DECIDE,
    Counted,
    Dispute,
    DisputeOrder,
    ReviewedAudit,
    in_order,
    is_counted,
    may_release,
)
from auscult.domain.disputes.steps import outcomes
from auscult.domain.errors import ConflictError, NotFoundError, RequestError
from auscult.language import gettext as _
from auscult.language import later, ngettext, pgettext
from auscult.server.console.frame import counts
from auscult.server.console.frame.charts.lanes import lanes
from auscult.server.console.frame.filters import address
from auscult.server.console.frame.heads import Sorting, order_of, read_key, write_key
from auscult.server.console.frame.message import MessageView
from auscult.server.console.frame.naming import customer_words, queues_of
from auscult.server.console.frame.posted import sentence
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.transcript import Marks, lane_marks, spoken, turn_views
from auscult.server.console.frame.verdicts import cells_of, question_of, reason_of
from auscult.server.console.frame.visit import BASE, TheVisit, Visit, missing
from auscult.server.console.people.names import names_by_id
from auscult.server.console.recordings import sound_of
from auscult.server.console.taught.teaching import teachable
from auscult.services.audits.blind import blindness_of
from auscult.services.conversations.latest import Sought, newest
from auscult.services.disputes.reviewing import Reviewing
from auscult.storage.disputes import DisputeQuery

Fields = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
AnyVisit = TheVisit
_MOST, _AT_A_TIME, _QUARTER = 200, 50, timedelta(days=90)
PATH = f"{BASE}/disputes"
ORDERS: tuple[DisputeOrder, ...] = get_args(DisputeOrder)
USUAL: DisputeOrder = "due_at"
USUAL_OF_ENDED: DisputeOrder = "-decided_at"
USUAL_OF_COUNTED: DisputeOrder = "-raised_at"
_OF_TIME: Mapping[bool, tuple[DisputeOrder, DisputeOrder]] = {
    True: ("due_at", "-due_at"),
    False: ("-decided_at", "decided_at"),
}
"""Orders of the last column: of those that wait, and of others."""
NONE = "-"
"""Value of a parameter for an empty key."""
COUNTED: tuple[Counted, ...] = get_args(Counted)
KEYS: Mapping[str, Callable[[Dispute], str]] = {
    "metric": lambda each: each.metric_id,
    "auditor": lambda each: each.auditor or "",
    "queue": lambda each: each.queue,
}
"""Groupings of figures, by the parameter in the address."""
_STATES = {
    "open": later("Waits"),
    "accepted": later("Changed"),
    "withdrawn": later("Withdrawn"),
    "reopened": later("Re-opened by the auditor"),
    "erased": later("Erased"),
}


class Sorted(NamedTuple):
    """Order of a list, the usual one, and the position of its last dispute where more follow."""

    order: DisputeOrder
    usual: DisputeOrder
    following: str = ""


class DisputesPage(Controller):
    """The inbox of disputes, and one of them."""

    path = "/disputes"

    @get(sync_to_thread=True)
    def listing(self, visit: AnyVisit) -> Response[str]:
        """Show the disputes that wait, the first to lapse first; or the decided ones, the newest first."""
        visit.require(DECIDE)
        if "count" in visit.query:
            return self._counted(visit)
        is_open, query, service = "ended" not in visit.query, visit.query, reviewing(visit)
        usual = USUAL if is_open else USUAL_OF_ENDED
        order: DisputeOrder = order_of(query, ORDERS, usual)
        asked = service.shown(DisputeQuery(since=None if is_open else visit.now - _QUARTER, has_ended=not is_open))
        after, most = read_key(query), visit.at_a_time(_AT_A_TIME)
        found = service.listing(asked._replace(order=order, after=after, limit=most + 1))
        more = len(found) > most
        return self._list(
            visit,
            [each.dispute for each in found[:most]],
            names_by_id(visit),
            Sorted(order, usual, write_key(found[most - 1].key) if more else ""),
            is_open=is_open,
            waiting=visit.app.disputes.count(asked) if is_open else 0,
            late=visit.app.disputes.count(asked._replace(due_before=visit.now)) if is_open else 0,
            releases=islice(service.waiting_for_release(), _MOST) if is_open and after is None else (),
        )

    def _counted(self, visit: Visit) -> Response[str]:
        """Show the disputes that a number of the figures counts: of the last 90 days, by a metric, auditor or queue."""
        asked = {name: found[0] for name, found in visit.query.items()}
        numbers: dict[str, Counted] = {each: each for each in COUNTED}
        number = numbers.get(asked["count"], "raised")
        kind = next((each for each in KEYS if each in asked), "")
        key = "" if asked.get(kind, NONE) == NONE else asked[kind]
        found = [
            each
            for each in reviewing(visit).every(DisputeQuery(since=visit.now - _QUARTER))
            if is_counted(each, number) and (not kind or _head(visit, kind, KEYS[kind](each)) == key)
        ]
        order: DisputeOrder = order_of(visit.query, ORDERS, USUAL_OF_COUNTED)
        found = in_order(found, order)
        names = {**names_by_id(visit), **(_queue_names(visit, [key]) if kind == "queue" and key else {})}
        lead = counted_sentence(number, len(found), names.get(key, key), visit.reader)
        return self._list(visit, found, names, Sorted(order, USUAL_OF_COUNTED), counted=lead)

    def _list(  # noqa: PLR0913  (what the list shows)
        self,
        visit: Visit,
        found: Sequence[Dispute],
        names: Mapping[str, str],
        order: "Sorted",
        *,
        is_open: bool = False,
        waiting: int = 0,
        late: int = 0,
        counted: str = "",
        releases: Iterable[ReviewedAudit] = (),
    ) -> Response[str]:
        known = visit.app.conversations.recorded([each.conversation_id for each in found if each.conversation_id])
        blind = blindness_of(visit.app, visit.visitor.email)
        agents = {
            each.dispute_id: _agent_name(each, known[each.conversation_id].conversation)
            for each in found
            if each.conversation_id in known and "agent" not in blind.get(each.conversation_id, ())
        }
        return visit.page(
            "disputes/disputes",
            "Disputes",
            disputes=found,
            is_open=is_open,
            waiting=waiting,
            late=late,
            heads=Sorting(
                columns={"round": ("-round", "round"), "when": _OF_TIME[is_open]},
                order=order.order,
                usual=order.usual,
                query=visit.query,
                path=PATH,
            ),
            pages={
                "first": address(PATH, visit.query, before="") if "before" in visit.query else "",
                "next": address(PATH, visit.query, done="", before=order.following) if order.following else "",
            },
            words={key: excerpt(customer_words(case.conversation)) for key, case in known.items()},
            names=names,
            agents=agents,
            state_of=state_of,
            counted=counted,
            done="done" in visit.query,
            releases=[(each, may_release(each.review, visit.principal)) for each in releases],
        )

    @post("/releases/{assignment_id:str}", sync_to_thread=True)
    def release(self, assignment_id: FromPath[str], visit: AnyVisit) -> Redirect:
        """Release an audit to its agent, after a second look."""
        visit.require(DECIDE)
        reviewing(visit).release(assignment_id)
        return Redirect(f"{BASE}/disputes", status_code=303)

    @get("/statistics", sync_to_thread=True)
    def statistics(self, visit: AnyVisit) -> Response[str]:
        """Show how often decisions change an answer, and how long they take."""
        visit.require(DECIDE)
        found = reviewing(visit).statistics(DisputeQuery(since=visit.now - _QUARTER))
        queues = _queue_names(visit, [each.key for each in found.queues])
        names = {"": _("No queue"), **names_by_id(visit), **queues}
        return visit.page(
            "disputes/statistics",
            "Disputes",
            found,
            names=names,
            count=partial(_count, visit.reader),
            sentence=counts.sentence,
            in_hours=hours_in_words,
        )

    @get("/{dispute_id:str}", sync_to_thread=True)
    def show(self, dispute_id: FromPath[str], visit: AnyVisit) -> Response[str]:
        """Show a dispute to readers of the audit, with the form of the decision to people who may make it."""
        return self._page(visit, self._found(visit, dispute_id))

    @post("/{dispute_id:str}", sync_to_thread=True)
    def decide(self, dispute_id: FromPath[str], data: Fields, visit: AnyVisit) -> Response[str] | Redirect:
        """Decide, and redirect to the next one that waits."""
        found, service = self._found(visit, dispute_id), reviewing(visit)
        service.check_decider(found)
        typed = {"chosen": data.get("answer", ""), "reason": data.get("reason", "")}
        answer = typed["chosen"]
        if not answer:
            return self._page(visit, found, 422, problem=_("choose what counts from now on"), **typed)
        try:
            if answer == found.answer:
                service.decide(dispute_id, "deny", typed["reason"])
            else:
                service.decide(dispute_id, "accept", typed["reason"], answer)
        except RequestError as error:
            return self._page(visit, found, 422, problem=error.coded, **typed)
        except ConflictError:
            moved = _("It was decided meanwhile, by someone else or in another window.")
            return self._page(visit, self._found(visit, dispute_id), 409, problem=moved)
        return Redirect(self._next(visit), status_code=303)

    def _page(  # noqa: PLR0913  (what the form held)
        self, visit: Visit, found: Dispute, status: int = 200, *, problem: str = "", chosen: str = "", reason: str = ""
    ) -> Response[str]:
        here, parent = _parent(visit)
        if found.conversation_id is None or visit.app.audits.case(found.conversation_id) is None:
            return visit.page("message", here, erased_view(found, parent, here), status)
        service = reviewing(visit)
        audited = service.show(found.assignment_id)
        is_decider = service.may_decide(found)
        return visit.page(
            "disputes/dispute",
            here,
            audited,
            status,
            parent=parent,
            parent_name=_(here),
            **_shown(visit, found, audited, can_decide=is_decider and found.is_open),
            figures=service.statistics(DisputeQuery(since=visit.now - _QUARTER)) if is_decider else None,
            problem=sentence(problem),
            is_next="next" in visit.query,
            chosen=chosen,
            reason=reason,
            sound=sound_of(visit, found.conversation_id),
        )

    def _found(self, visit: Visit, dispute_id: str) -> Dispute:
        visit.require("audit.read")
        try:
            return reviewing(visit).get(dispute_id)
        except NotFoundError as error:
            raise missing("dispute", dispute_id) from error

    def _next(self, visit: Visit) -> str:
        """Return the address of the next dispute that this visitor may decide."""
        service = reviewing(visit)
        for each in _waiting(visit):
            if service.may_decide(each):
                return f"{BASE}/disputes/{each.dispute_id}?next=1"
        return f"{BASE}/disputes?done=1"


def reviewing(visit: Visit) -> Reviewing:
    """Return the reviews of this visit's app as the visitor sees them."""
    return Reviewing(visit.app, visit.reports, lambda: visit.now, visit.principal)


def hours_in_words(hours: float, reader: Reader) -> str:
    """Return a time to decide: ``under an hour``, ``5 h``, ``2 d 3 h``."""
    days, rest = divmod(round(hours), 24)
    if hours < 1:
        return _("under an hour")
    text = _("{days} d {hours} h") if days else _("{hours} h")
    return text.format(days=reader.number(days), hours=rest)


def counted_sentence(counted: Counted, n: int, name: str, reader: Reader) -> str:
    """Return the sentence on which disputes a list shows."""
    said = {
        "raised": ngettext("{n} dispute raised in the last 90 days", "{n} disputes raised in the last 90 days", n),
        "decided": ngettext("{n} dispute decided, of the last 90 days", "{n} disputes decided, of the last 90 days", n),
        "changed": ngettext(
            "{n} dispute that changed the answer, of the last 90 days",
            "{n} disputes that changed the answer, of the last 90 days",
            n,
        ),
    }[counted].format(n=reader.number(n))
    return f"{said}: {name}." if name else f"{said}."


def state_of(found: Dispute) -> str:
    """Return the state of a dispute in words."""
    return pgettext("dispute", "Kept") if found.state == "denied" else _(_STATES[found.state])


def _parent(visit: Visit) -> tuple[str, str]:
    """Return the page above a dispute's, as the menu has it: the disputes of those who decide them, else one's own results."""
    if visit.may(DECIDE):
        return later("Disputes"), f"{BASE}/disputes"
    return (later("My results"), f"{BASE}/my-results") if visit.principal.agent_ids else (later("Home"), BASE)


def erased_view(found: Dispute, href: str, name: str) -> MessageView:
    """Return the message that the conversation of a dispute was erased, with a link to the page above."""
    text = _(
        "Its conversation was erased, and with it what was said. That there was a dispute, and how it ended, is kept."
    )
    title, state = _("Erased"), state_of(found)
    if found.state != "erased":
        title = _("Erased, {state} before").format(state=state[:1].lower() + state[1:])
    return MessageView(title=title, text=text, href=href, action=_(name))


def _count(  # noqa: PLR0913, PLR0917  (what its address says)
    reader: Reader, number: Counted, n: int, kind: str = "", key: str = "", shown: str = ""
) -> counts.CountView:
    """Show a number of disputes, which opens them: of all, or of those with a key of a kind."""
    more = {kind: key or NONE} if kind else {}
    href = address(f"{BASE}/disputes", {}, count=number, **more) if n else ""
    return counts.CountView(shown=shown or reader.number(n), href=href)


def _waiting(visit: Visit) -> list[Dispute]:
    """Return the disputes that wait for a decision, the first to lapse first."""
    found = reviewing(visit).listing(DisputeQuery(state="open", order=USUAL, limit=_MOST))
    return [each.dispute for each in found]


def _agent_name(dispute: Dispute, conversation: Conversation) -> str | None:
    """Return the name of the agent whose answer is disputed, else the id; None where the dispute has none."""
    own = (each.name or each.id for each in conversation.agents if each.id == dispute.agent_id)
    return next(own, dispute.agent_id)


def _shown(visit: Visit, found: Dispute, audited: ReviewedAudit, *, can_decide: bool) -> dict[str, Any]:
    """Return what the page of one dispute shows in addition to its audit: the voices, the words, and the ways to decide."""
    case, form = audited.case, reviewing(visit).form_of(audited)
    conversation, speech = case.conversation, case.insights.speech if case.insights else None
    machine = next((each for each in case.evaluation.results if each.metric.id == found.metric_id), None)
    marked = (machine,) if machine else ()
    said = spoken(conversation)
    end_ms = max([conversation.duration_ms or 0, *(each.end_ms for each in said)], default=0)
    return {
        "dispute": found,
        "names": names_by_id(visit),
        "agent": _agent_name(found, conversation) or _("the agent"),
        "queues": queues_of(conversation, visit.reader),
        "metric": next((each for each in form.metrics if each.id == found.metric_id), None),
        "question_of": question_of,
        "rounds": [e for e in audited.disputes if e.metric_id == found.metric_id and e.round <= found.round],
        "machine": machine if machine and machine.verdict.qualification != "-" else None,
        "reason_of": reason_of,
        "teachable": {} if found.is_open else teachable(visit, case.evaluation, audited.audit),
        "turns": turn_views(conversation, Marks(conversation, marked), speech),
        "lanes": lanes(said, end_ms, lane_marks(marked)) if said and end_ms else None,
        "end_ms": end_ms or None,
        "outcomes": tuple(outcomes(found, audited.audit, form)) if can_decide else (),
        "cells_of": cells_of,
        "can_decide": can_decide,
        "in_hours": hours_in_words,
    }


def _queue_names(visit: Visit, queue_ids: Iterable[str]) -> dict[str, str]:
    """Return the names of queues by id, as the newest conversation of each has them."""
    rows = (row for each in queue_ids for row in newest(visit.app, Sought(queues=(each,)), 1))
    return {
        _head(visit, "queue", queue.id): visit.reader.queues.label(queue.id, queue.name)
        for row in rows
        for queue in row.queues
    }


def _head(visit: Visit, kind: str, key: str) -> str:
    """Return a key of figures, of a merged queue the id that stays."""
    return visit.reader.queues.aliases.head("queue", key) if kind == "queue" else key
