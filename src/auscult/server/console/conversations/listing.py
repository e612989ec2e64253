"""The list of conversations."""

from collections.abc import Mapping
from functools import partial
from urllib.parse import parse_qs, urlencode, urlsplit

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec.structs import replace

from auscult.domain.audits.assignment import Hidden
from auscult.domain.audits.audit import state_of
from auscult.domain.corrections import CORRECT
from auscult.domain.errors import RequestError
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.conversations.listing_view import BulkView, ConversationsView, Found, conversations_view
from auscult.server.console.corrections.trail import choices_of
from auscult.server.console.definitions.in_force import metric_names
from auscult.server.console.frame.filters import FILTERS, Names, filter_view, read_position
from auscult.server.console.frame.kept import KEPT
from auscult.server.console.frame.posted import Given, Posted, one, sentence_of, several, tried
from auscult.server.console.frame.visit import BASE, TheVisit, Visit, local
from auscult.server.console.people.names import names_of_people, people_with
from auscult.services.audits.blind import blind_case, blindness_of, kept_from, kept_from_agents, latest_blind
from auscult.services.audits.workflow import Auditing
from auscult.services.conversations.latest import LatestPage, Sought, details
from auscult.services.conversations.list_query import BY_ASSIGNMENT, BY_CHECK, Query
from auscult.services.conversations.names import names_in_use
from auscult.services.delivery.list_exports import request_export
from auscult.services.pinned import Collecting
from auscult.services.privacy.holds import place_hold

_PATH = f"{BASE}/conversations"
_AT_A_TIME = 50
_DONE = "done"
_NOTES = {
    "assigned": later("Assigned: {n}."),
    "held": later("On hold: {n}. Nobody erases them until the hold is lifted."),
    "corrected": later("Put right: {n}."),
    "saved": later("View saved."),
    "removed": later("View removed."),
}
_LEFT = {
    "assigned": later("{n} could not be assigned: audited already, or without a form."),
    "corrected": later(
        "{n} stayed as they are: audited, the same already, or in several queues or with several agents."
    ),
}
_SEEN: frozenset[Hidden] = frozenset()


class ConversationsPage(Controller):
    """The list of conversations, the newest first, and actions on several of them."""

    path = "/conversations"

    @get(opt=KEPT, sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
        """Show one page of the conversations that the address selects."""
        visit.require("conversation.read")
        query = {name: found for name, found in visit.query.items() if name != _DONE}
        _require_audits(visit, query)
        try:
            return self._page(visit, query, visit.sought(query))
        except RequestError as error:
            if error.field not in FILTERS:
                raise
            return self._nothing(visit, query, sentence_of(error, FILTERS))

    def _page(self, visit: Visit, query: Query, sought: Sought) -> Response[str]:
        blindness = blindness_of(visit.app, visit.visitor.email, visit.principal.agent_ids)
        settings = kept_from_agents(visit.app, visit.principal.visibility("conversation.read"))
        see = partial(latest_blind, visit.app, blindness=blindness, settings=settings)
        page = see(sought, before=read_position(query), limit=_AT_A_TIME)
        found = details(visit.app, page.items).items()
        known = {
            name: blind_case(case, hidden | kept_from(settings, state_of(case.audit), hidden))
            for name, case in found
            for hidden in (blindness.get(name, _SEEN),)
        }
        scored = see(replace(sought, statuses=("evaluated",)), limit=1).total
        view = replace(self._view(visit, query, page, known, scored), bulk=_bulk(visit))
        done = visit.asked(_DONE)
        return visit.page(
            "conversations/listing", "Conversations", replace(view, note=_note(done)), right=choices_of(visit)
        )

    def _nothing(self, visit: Visit, query: Query, problem: str) -> Response[str]:
        """Show the list without rows and with the fault of its filters, which stay as they are."""
        view = self._view(visit, query, LatestPage(items=(), total=0, next=None), {}, 0)
        return visit.page(
            "conversations/listing", "Conversations", replace(view, problem=problem, count=""), 422, right=None
        )

    def _view(
        self, visit: Visit, query: Query, page: LatestPage, known: Mapping[str, EvaluatedConversation], scored: int
    ) -> ConversationsView:
        filters = filter_view(query, _PATH, names_of(visit, query), visit.reader)
        me = visit.visitor.email
        found = Found(page, known, scored, visit.app.people.views.listing(me), me)
        return conversations_view(found, filters, query, visit.reader, BASE)

    @post("/assign", sync_to_thread=True)
    def assign(self, data: Posted, visit: TheVisit) -> Redirect:
        """Assign the chosen conversations to an auditor; skip those that cannot be assigned."""
        app, to = visit.app_for("audit.assign"), one(data, "auditor")
        if to not in people_with(visit, "audit.perform"):
            message = _("{name} is not an auditor of this app").format(name=to) if to else _("choose an auditor first")
            raise RequestError(message, code="field.unknown_value", field="auditor", value=to)
        work = Auditing(app, visit.reports, lambda: visit.now, rater=visit.visitor.email)
        chosen = several(data, "id")
        failed = sum(bool(tried(partial(work.assign, each, to, by=visit.visitor.email))) for each in chosen)
        return _back(data, f"assigned.{len(chosen) - failed}.{failed}")

    @post("/hold", sync_to_thread=True)
    def hold(self, data: Posted, visit: TheVisit) -> Redirect:
        """Place the chosen conversations on hold, which prevents their erasure."""
        app, by = visit.app_for("hold.manage"), f"user:{visit.visitor.email}"
        reason = one(data, "reason")
        if not reason:
            raise RequestError(_("a hold needs a reason"), code="field.missing", field="reason")
        seen = [each for each in several(data, "id") if app.conversations.get(each) is not None]
        for each in seen:
            place_hold(app, by, "conversation", each, reason)
        return _back(data, f"held.{len(seen)}.0")

    @post("/export", sync_to_thread=True)
    def export(self, data: Posted, visit: TheVisit) -> Redirect:
        """Request an export of all conversations that match the filters."""
        app = visit.app_for("report.export")
        query = {name: found for name, found in parse_qs(urlsplit(one(data, "back")).query).items() if name != "before"}
        _require_audits(visit, query)
        kind = "ndjson" if one(data, "kind") == "ndjson" else "csv"
        me, sought = visit.visitor.email, visit.sought(query)
        settings = kept_from_agents(app, visit.principal.visibility("report.export"))
        blindness = blindness_of(app, me, visit.principal.agent_ids)
        total = latest_blind(app, sought, blindness, settings=settings, limit=1).total
        request_export(app, visit.principal.principal_id, me, sought, kind, total)
        return Redirect(f"{BASE}/exports", status_code=303)

    @post("/views", sync_to_thread=True)
    def save(self, data: Posted, visit: TheVisit) -> Redirect:
        """Save the filters and columns of the list under a name."""
        visit.require("conversation.read")
        query = parse_qs(urlsplit(one(data, "back")).query)
        _require_audits(visit, query)
        kept = [
            (name, value) for name, found in query.items() if name not in ("before", "app", _DONE) for value in found
        ]
        visit.app.people.views.save(
            visit.visitor.email, one(data, "name"), urlencode(kept), is_shared=bool(one(data, "shared"))
        )
        return _back(data, "saved.1.0")

    @post("/views/{view_id:str}/remove", sync_to_thread=True)
    def remove(self, view_id: FromPath[str], visit: TheVisit) -> Redirect:
        """Remove one of the visitor's saved views."""
        visit.app.people.views.remove(view_id, visit.visitor.email)
        return Redirect(f"{_PATH}?{_DONE}=removed.1.0", status_code=303)


def _bulk(visit: Visit) -> BulkView:
    auditors = people_with(visit, "audit.perform") if visit.may("audit.assign") else {}
    return BulkView(
        auditors=tuple(auditors.items()),
        may_hold=visit.may("hold.manage"),
        may_export=visit.may("report.export"),
        may_correct=visit.may(CORRECT),
    )


def _back(data: Given, done: str) -> Redirect:
    """Redirect to the list, with the action that was done."""
    address = local(one(data, "back", _PATH))
    return Redirect(f"{address}{'&' if '?' in address else '?'}{_DONE}={done}", status_code=303)


def _note(done: str) -> str:
    """Return the sentence that counts the conversations acted on, and those left out."""
    what, _dot, numbers = done.partition(".")
    number, _dot, left = numbers.partition(".")
    if what not in _NOTES or not number.isdecimal():
        return ""
    note = _(_NOTES[what]).format(n=number)
    if not left.isdecimal() or left == "0" or what not in _LEFT:
        return note
    left_out = _(_LEFT[what]).format(n=left)
    return f"{note} {left_out}"


def _require_audits(visit: Visit, query: Query) -> None:
    """Refuse filters by audits to visitors who may not read audits. Raises ``NoPermissionError``."""
    if any(query.get(each) for each in (*BY_ASSIGNMENT, *BY_CHECK)):
        visit.require("audit.read")


def names_of(visit: Visit, query: Query = {}) -> Names:  # noqa: B006  (nothing changes it)
    """Return the names that filters offer, metrics of the forms in force and names in conversations, and those in use."""
    plans = {each: plan.document.name for each in query.get("plan", ()) if (plan := visit.app.plans.get(each))}
    people = names_of_people(visit) if query.get("auditor") else {}
    used = names_in_use(visit.app)
    queues = visit.reader.queues.offered(used.queues)
    agents = _agents_by_id(visit) if query.get("agent") else {}
    return Names(
        metrics=metric_names(visit.app),
        queues=queues,
        agents=used.agents,
        intents=used.intents,
        plans=plans,
        people=people,
        collections=collections_of(visit),
        draws=_draws(visit) if query.get("draw") else {},
        by_agent_id=agents,
        ai_agents=ai_agents_by_id(visit),
        languages=used.languages,
    )


def ai_agents_by_id(visit: Visit) -> dict[str, str]:
    """Return the names of AI agents by id, for visitors who see every conversation of the app."""
    if not visit.app.visibility.is_everything:
        return {}
    known = visit.app.people.directory.ai_agents()
    return {
        each.agent_id: each.name or each.agent_id
        for each in visit.app.people.directory.agents()
        if each.agent_id in known
    }


def _draws(visit: Visit) -> dict[str, str]:
    """Return when each draw was made, by its id."""
    return {each.draw_id: visit.reader.moment(each.drawn_at) for each in visit.app.plans.draws()}


def _agents_by_id(visit: Visit) -> dict[str, str]:
    """Return the names of agents as pages show them, by id."""
    aliases = visit.reader.queues.aliases
    known = {each.agent_id: each.name for each in visit.app.people.directory.agents()}
    return {each: shown for each, name in known.items() if (shown := aliases.name("agent", each, name))}


def collections_of(visit: Visit) -> dict[str, str]:
    """Return the names of the collections that the visitor is shown, by id."""
    collecting = Collecting(visit.store, visit.app.tenant, lambda: visit.now, visit.principal)
    return {each.collection_id: each.name for each in collecting.shown()}
