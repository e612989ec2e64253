"""Coaching: the list, a new item, and one item with clips, remarks, before and after."""

import re
from datetime import timedelta
from typing import Annotated
from urllib.parse import unquote

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, SkipValidation
from litestar.response import Redirect

from auscult.domain.coaching.item import Clip, Coaching
from auscult.domain.errors import ConflictError, NotFoundError, RequestError
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.api.coaching import GIVE, may_see
from auscult.server.console.coaching.items_view import (
    acts_of,
    conclusion,
    figure_of,
    item_state,
    lead_of,
    lead_of_list,
    words_of,
    written,
)
from auscult.server.console.definitions.in_force import forms_in_force, metric_names
from auscult.server.console.frame.posted import day, sentence, sentence_of
from auscult.server.console.frame.visit import BASE, NoPermissionError, Visit, missing
from auscult.server.console.insights.agents import names_of_agents
from auscult.server.console.people.names import away_words, names_of_people
from auscult.services.coaching.coaching import Coach, Wanted
from auscult.services.conversations.latest import Sought, newest

Fields = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
AnyVisit = NamedDependency[SkipValidation[Visit]]
_CONSOLE = re.compile(r"^https?://[^/\s]+/console/conversations/|\?[^#]*")
"""Parts of a conversation's address around its id: a clip may be given as an address or as an id."""
_LABELS = {
    "agent_ids": later("Who"),
    "goal": later("One behaviour to work on"),
    "form_id": later("Measured by"),
    "plan": later("How"),
    "clips": later("Where it shows"),
    "clips.turn_id": later("Where it shows"),
    "due_on": later("Until"),
}
_RECENT, _NEWEST = timedelta(days=90), 1_000


class CoachingPage(Controller):
    """The pages of coaching, for coaches and for the agents who are coached."""

    path = "/coaching"

    @get(sync_to_thread=True)
    def listing(self, visit: AnyVisit) -> Response[str]:
        """Show items: to an agent their own, to a coach the ones of their agents, and new colleagues."""
        agents = visit.principal.agent_ids
        if not visit.may(GIVE) and not agents:
            raise NoPermissionError(GIVE)
        service = coach_of(visit)
        found = [
            each for each in visit.app.coaching.listing(None) if may_see(visit.app, each, visit.principal, visit.now)
        ]
        consents, away = visit.app.coaching.consents(), visit.app.absences.agents_away(visit.now.date())
        late = {each.coaching_id for each in found if each.is_late(visit.reader.today) and each.agent_id not in away}
        return visit.page(
            "coaching/items",
            "Coaching",
            items=sorted(found, key=lambda each: (each.coaching_id not in late, not each.is_active)),
            late=late,
            lead=lead_of_list(found, len(late), visit.reader),
            new=service.new_colleagues() if visit.may(GIVE) else [],
            names=_names(visit),
            can_give=visit.may(GIVE),
            own={agent: agent in consents for agent in agents},
            away=away,
            item_state=item_state,
            written=written,
        )

    @post("/consent", sync_to_thread=True)
    def consent(self, data: Fields, visit: AnyVisit) -> Redirect:
        """Store or withdraw the visitor's consent that others listen to their conversations."""
        agent = data.get("agent_id", "")
        coach_of(visit).consent(
            agent, visit.principal.agent_ids, visit.visitor.email, is_given=data.get("is_given") == "1"
        )
        return Redirect(f"{BASE}/coaching", status_code=303)

    @get("/new", sync_to_thread=True)
    def new(self, visit: AnyVisit) -> Response[str]:
        """Show the choice of one behaviour, with evidence and a date, perhaps of an audit or a pattern."""
        given = {name: found[0] for name, found in visit.query.items()}
        return self._new(visit, given)

    @post("/new", sync_to_thread=True)
    def create(self, data: Fields, visit: AnyVisit) -> Response[str] | Redirect:
        """Create the item, or one for each agent of a group."""
        visit.require(GIVE)
        metric, _at, form = data.get("metric", "").partition("@")
        clips = [_clip_at(line) for line in data.get("clips", "").split()]
        try:
            made = coach_of(visit).create(
                Wanted(
                    agent_ids=tuple(f"{data.get('agent', '')} {data.get('agents', '')}".replace(",", " ").split()),
                    goal=data.get("goal", ""),
                    metric_ids=(metric,) if metric else (),
                    form_id=form,
                    plan=data.get("plan", ""),
                    clips=tuple(clips),
                    group=data.get("group", ""),
                    due_on=day(data, "due_on", _("Until")) if data.get("due_on") else None,
                ),
                visit.visitor.email,
            )
        except (RequestError, NotFoundError, ConflictError) as error:
            known = error.value if isinstance(error, ConflictError) and isinstance(error.value, str) else ""
            address = f"{BASE}/coaching/{known}" if known else ""
            return self._new(visit, data, sentence_of(error, _LABELS), 422, address)
        to = made[0].coaching_id if len(made) == 1 else ""
        return Redirect(f"{BASE}/coaching{f'/{to}' if to else ''}", status_code=303)

    @get("/{coaching_id:str}", sync_to_thread=True)
    def show(self, coaching_id: FromPath[str], visit: AnyVisit) -> Response[str]:
        """Show one item."""
        return self._page(visit, self._found(visit, coaching_id))

    @post("/{coaching_id:str}", sync_to_thread=True)
    def act(self, coaching_id: FromPath[str], data: Fields, visit: AnyVisit) -> Response[str] | Redirect:
        """Acknowledge, finish, complete or return the item, or add a remark to it."""
        found = self._found(visit, coaching_id)
        service, agents, me = coach_of(visit), visit.principal.agent_ids, visit.visitor.email
        text, act = data.get("comment", ""), data.get("act", "")
        if act in {"complete", "back"}:
            visit.require(GIVE)
        try:
            if act == "start":
                service.acknowledge(coaching_id, agents)
            elif act == "finish":
                service.finish(coaching_id, agents, me, text)
            elif act in {"complete", "back"}:
                service.review(coaching_id, agents, me, text, is_done=act == "complete")
            else:
                service.reply(coaching_id, agents, me, text)
        except (RequestError, ConflictError) as error:
            return self._page(visit, found, sentence(error.coded), 422, text)
        return Redirect(f"{BASE}/coaching/{coaching_id}", status_code=303)

    def _new(
        self, visit: Visit, given: dict[str, str], problem: str = "", status: int = 200, known: str = ""
    ) -> Response[str]:
        visit.require(GIVE)
        rows = newest(visit.app, Sought(since=visit.now - _RECENT), _NEWEST)
        away = visit.app.absences.agents_away(visit.now.date())
        names = {
            agent: away_words(name, away[agent], visit.reader) if agent in away else name
            for agent, name in names_of_agents(rows, visit.reader.queues.aliases).items()
        }
        ids = given.get("agents", "").replace(",", " ").split()
        chosen = given.get("agent") or next((each for each in ids if each in names), "")
        return visit.page(
            "coaching/new",
            "Coaching",
            status=status,
            problem=problem,
            known=known,
            given=given,
            names=dict(sorted(names.items(), key=lambda each: each[1].casefold())),
            chosen=chosen,
            others=[each for each in ids if each != chosen],
            forms=forms_in_force(visit.app),
        )

    def _page(
        self, visit: Visit, found: Coaching, problem: str = "", status: int = 200, typed: str = ""
    ) -> Response[str]:
        whole = visit.store.within(visit.app.tenant)
        service = Coach(whole, lambda: visit.now)
        ids = [each.conversation_id for each in found.clips if each.conversation_id]
        names, is_agent = _names(visit), found.agent_id in visit.principal.agent_ids
        away = visit.app.absences.agents_away(visit.now.date()).get(found.agent_id)
        return visit.page(
            "coaching/item",
            "Coaching",
            status=status,
            problem=problem,
            typed=typed,
            item=found,
            lead=lead_of(found, names, visit.reader, away, is_agent=is_agent),
            is_late=found.is_late(visit.reader.today) and away is None,
            acts=acts_of(found, is_agent=is_agent, can_give=visit.may(GIVE) and not is_agent),
            measured=service.measure(found),
            examples=service.examples(found),
            known=visit.app.conversations.recorded(ids),
            names=names,
            metrics=metric_names(visit.app),
            item_state=item_state,
            written=written,
            words_of=words_of,
            conclusion=conclusion,
            figure_of=figure_of,
        )

    def _found(self, visit: Visit, coaching_id: str) -> Coaching:
        found = visit.app.coaching.get(coaching_id)
        if found is None or not may_see(visit.app, found, visit.principal, visit.now):
            raise missing("coaching", coaching_id)
        return found


def _clip_at(place: str) -> Clip:
    """Return the clip at an id or an address of the console, with ``#`` and a turn; copied links write ``#t-`` before it."""
    bare = _CONSOLE.sub("", place)
    conversation_id, _has, turn_id = bare.partition("#")
    if bare != place and place.startswith("http"):
        conversation_id, turn_id = unquote(conversation_id), unquote(turn_id).removeprefix("t-")
    return Clip(conversation_id=conversation_id, turn_id=turn_id or None)


def coach_of(visit: Visit) -> Coach:
    """Return the service of coaching for this visit's app."""
    return Coach(visit.app, lambda: visit.now)


def _names(visit: Visit) -> dict[str, str]:
    """Return the names of agents and of users, by agent id and by e-mail address."""
    agents = {each.agent_id: each.name or each.agent_id for each in visit.app.people.directory.agents()}
    return {**names_of_people(visit), **agents}
