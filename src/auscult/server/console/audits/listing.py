"""My audits: the items that wait for this auditor."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from litestar import Controller, Response, get, post
from litestar.response import Redirect
from msgspec import Struct

from auscult.domain.audits.assignment import Assigned, WorkOrder
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.language import gettext as _
from auscult.server.console.absences import offers
from auscult.server.console.audits.desk import desk_of, go_on, held_of
from auscult.server.console.frame.filters import Query, address
from auscult.server.console.frame.heads import Sorting, order_of, read_key, write_key
from auscult.server.console.frame.naming import CHANNELS, customer_words, queues_of
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import Reader, length
from auscult.server.console.frame.visit import BASE, TheVisit
from auscult.server.console.people.names import names_of_people
from auscult.storage.audits.queue import Listed, QueueQuery

_MOST = 50
"""Audits on one page of a list."""


class Sortable(NamedTuple):
    """A list that sorts: its orders, the usual one, those of the head of each column, and its parameters."""

    orders: tuple[WorkOrder, ...]
    usual: WorkOrder
    heads: Mapping[str, tuple[WorkOrder, ...]]
    sort: str = "sort"
    before: str = "before"


LISTS: Mapping[str, Sortable] = {
    "todo": Sortable(
        ("todo", "due_at", "-due_at", "answered", "-answered"),
        "todo",
        {"due": ("due_at", "-due_at"), "answered": ("-answered", "answered")},
    ),
    "done": Sortable(
        ("-ended_at", "ended_at", "score", "-score"),
        "-ended_at",
        {"ended": ("-ended_at", "ended_at"), "score": ("score", "-score")},
        "done_sort",
        "done_before",
    ),
}
"""The lists of the page."""


class ListView(Struct, frozen=True, kw_only=True):
    """A list's heads, and the addresses of its first page, where this is another one, and of the next one, if any."""

    heads: Sorting
    first: str
    next: str


class AuditsPage(Controller):
    """The page of an auditor's own work."""

    path = "/audits"

    @get(sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
        """Show waiting items, and submitted audits."""
        visit.require("audit.perform")
        desk_of(visit).submit_held(visit.visitor.email)
        me, queue, query = visit.visitor.email, visit.app.queue, visit.query
        orders: dict[str, WorkOrder] = {
            name: order_of(query, each.orders, each.usual, each.sort) for name, each in LISTS.items()
        }
        todo = QueueQuery.to_do(me)._replace(order=orders["todo"], after=read_key(query, LISTS["todo"].before))
        ended = QueueQuery.done(me)._replace(order=orders["done"], after=read_key(query, LISTS["done"].before))
        most = visit.at_a_time(_MOST)
        found = {name: queue.page(each._replace(limit=most + 1)) for name, each in (("todo", todo), ("done", ended))}
        free = offers(visit).listing()[:most]
        items = [one.assigned.assignment.conversation_id for each in found.values() for one in each]
        items += [each.item.assignment.conversation_id for each in free]
        known = visit.app.conversations.recorded([each for each in items if each])
        what = visit.done
        lists = {
            name: list_view(LISTS[name], each, orders[name], query, f"{BASE}/audits", most)
            for name, each in found.items()
        }
        waiting, done = ([each.assigned for each in found[name][:most]] for name in ("todo", "done"))
        held = held_of(visit)
        note = "" if held else note_of(what, is_waiting=bool(waiting))
        names = names_of_people(visit) if free else {}
        return visit.page(
            "audits/listing",
            "My audits",
            lead=lead_of(queue.count_waiting(me), queue.count_waiting(me, late_at=visit.now), visit.reader),
            note=note,
            is_over=bool(what),
            waiting=waiting,
            done=done,
            lists=lists,
            known=known,
            held=held,
            free=free,
            names=names,
            words_of=words_of,
            about=about,
            assigned_in_words=assigned_in_words,
            answered_in_words=answered_in_words,
        )

    @post("/next", sync_to_thread=True)
    def go_on(self, visit: TheVisit) -> Redirect:
        """Redirect to the item that this auditor has begun, else to the next one, their own first."""
        visit.require("audit.perform")
        return go_on(visit)


def list_view(  # noqa: PLR0913, PLR0917  (a list, and the address that it is part of)
    of: Sortable, found: Sequence[Listed], order: WorkOrder, query: Query, path: str, limit: int
) -> ListView:
    """Show the heads and pages of a list; ``found`` has one more row than the page where there is a next one."""
    more = len(found) > limit
    return ListView(
        heads=Sorting(
            columns=of.heads,
            order=order,
            usual=of.usual,
            query=query,
            path=path,
            sort=of.sort,
            before=of.before,
        ),
        first=address(path, query, **{of.before: ""}) if query.get(of.before) else "",
        next=address(path, query, done="", **{of.before: write_key(found[limit - 1].key)}) if more else "",
    )


def note_of(done: str, *, is_waiting: bool) -> str:
    """Return the note on the action before: an audit was ``submitted`` or ``handed-back``, and why ``none`` follows."""
    if done in {"taken", "gone"}:
        return {
            "taken": _("Taken: it is yours now, and its auditor is notified."),
            "gone": _("It is not free any more: it was begun or taken meanwhile."),
        }[done]
    said = {"submitted": _("Submitted."), "handed-back": _("Handed back.")}.get(done, "")
    rest = _("No more audits today: plans are paused, on holiday, you are away, or you have reached your daily limit.")
    return f"{said} {rest}".strip() if done and is_waiting else said


def lead_of(n: int, late: int, reader: Reader) -> str:
    """Return the sentence that counts what is to do on all pages, and what of it is late."""
    if not n:
        return _("Nothing waits for you.")
    text = _("{n} to do, {late} late.") if late else _("{n} to do.")
    return text.format(n=reader.number(n), late=reader.number(late))


def words_of(one: Assigned, known: Mapping[str, EvaluatedConversation]) -> str:
    """Return what the customer says in the conversation of an item; its id where it is not known."""
    conversation_id = one.assignment.conversation_id or ""
    case = known.get(conversation_id)
    return excerpt(customer_words(case.conversation)) if case else conversation_id


def about(one: Assigned, known: Mapping[str, EvaluatedConversation], reader: Reader) -> str:
    """Return channel, queues and length of the conversation of an item."""
    case = known.get(one.assignment.conversation_id or "")
    if case is None:
        return ""
    found = case.conversation
    parts = (_(CHANNELS[found.channel]), queues_of(found, reader), length(found.duration_ms))
    return " \u00b7 ".join(each for each in parts if each)


def assigned_in_words(one: Assigned, reader: Reader) -> str:
    """Return until when an item is due; without a due date, since when it is assigned."""
    due = one.assignment.due_at
    return _("Due {day}").format(day=reader.day(due)) if due else reader.lately(one.since)


def answered_in_words(one: Assigned, known: Mapping[str, EvaluatedConversation]) -> str:
    """Return how many metrics of an item are answered."""
    answered, case = len(one.audit.draft.answers) if one.audit else 0, known.get(one.assignment.conversation_id or "")
    form = case.evaluation.form if case else None
    if form is None or not answered:
        return _("Not begun")
    return _("{answered} of {n} answered").format(answered=answered, n=len(form.metrics))
