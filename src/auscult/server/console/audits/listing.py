"""My audits: the items that wait for this auditor."""

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Redirect

from auscult.domain.audits.assignment import WorkOrder
from auscult.server.console.absences import offers
from auscult.server.console.audits.desk import desk_of, go_on, held_of
from auscult.server.console.audits.listing_view import (
    LISTS,
    about,
    answered_in_words,
    assigned_in_words,
    lead_of,
    list_view,
    note_of,
    words_of,
)
from auscult.server.console.frame.heads import order_of, read_key
from auscult.server.console.frame.visit import BASE, Visit
from auscult.server.console.people.names import names_of_people
from auscult.storage.audits.queue import QueueQuery

_MOST = 50
"""Audits on one page of a list."""


class AuditsPage(Controller):
    """The page of an auditor's own work."""

    path = "/audits"

    @get(sync_to_thread=True)
    def show(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
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
    def go_on(self, visit: NamedDependency[SkipValidation[Visit]]) -> Redirect:
        """Redirect to the item that this auditor has begun, else to the next one, their own first."""
        visit.require("audit.perform")
        return go_on(visit)
