"""Coaching: the list, a new item, and one item with clips, remarks, before and after."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import unquote

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect

from auscult.domain.coaching.item import Clip, Coaching
from auscult.domain.errors import ConflictError, NotFoundError, RequestError
from auscult.domain.insights.changes import is_beyond_chance, share
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.domain.statistics.intervals import Figure
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.api.coaching import GIVE, check_reach, visible
from auscult.server.console.definitions.in_force import forms_in_force, metric_names
from auscult.server.console.frame.naming import customer_words
from auscult.server.console.frame.posted import day, sentence, sentence_of
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import FEW, Reader
from auscult.server.console.frame.visit import BASE, NoPermissionError, TheVisit, Visit, missing
from auscult.server.console.insights.agents import names_of_agents
from auscult.server.console.people.names import away_words, names_of_people
from auscult.services.coaching.coaching import Coach, Measured, Wanted
from auscult.services.conversations.latest import Sought, newest

_STATES = {
    "yet_to_start": later("Yet to start"),
    "in_progress": later("In progress"),
    "pending_agent_review": later("With the agent"),
    "pending_supervisor_review": later("With the coach"),
    "completed": later("Completed"),
}
Fields = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
AnyVisit = TheVisit
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
        found = visible(visit.app, visit.app.coaching.listing(), visit.principal, visit.now)
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
        agents = tuple(filter(None, (data.get("agent", ""), *data.get("agents", "").replace(",", " ").split())))
        try:
            check_reach(visit.app, agents, visit.principal, visit.now)
            made = coach_of(visit).create(
                Wanted(
                    agent_ids=agents,
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
        if found is None or not visible(visit.app, [found], visit.principal, visit.now):
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


def item_state(item: Coaching) -> str:
    """Return the state of an item in words."""
    return _(_STATES[item.state])


def written(text: str) -> str:
    """Return a goal or remark; for an empty one, that it was erased."""
    return text or _("Erased with its conversation")


def lead_of_list(found: Sequence[Coaching], late: int, reader: Reader) -> str:
    """Return the sentence that counts the items that are under way, and those of them that are late."""
    under_way = sum(each.is_active for each in found)
    if not under_way:
        return _("Nothing is under way.")
    text = _("{n} under way, {late} late.") if late else _("{n} under way.")
    return text.format(n=reader.number(under_way), late=late)


def lead_of(
    item: Coaching, agents: Mapping[str, str], reader: Reader, away_until: date | None, *, is_agent: bool
) -> str:
    """Return the sentences that name the agent, the coach, the due date and the group."""
    said = [
        _("{agent}, with {coach}.").format(
            agent=agents.get(item.agent_id, item.agent_id), coach=agents.get(item.coach, item.coach)
        )
    ]
    if item.due_on:
        said.append(_("Until {day}.").format(day=reader.day(item.due_on)))
    if away_until and item.is_active and not is_agent:
        said.append(_("The agent is away until {day}.").format(day=reader.day(away_until, year=False)))
    if item.group and not is_agent:
        said.append(_("Group {group}.").format(group=item.group))
    return " ".join(said)


def acts_of(item: Coaching, *, is_agent: bool, can_give: bool) -> tuple[tuple[str, str], ...]:
    """Return the visitor's actions, the main one first."""
    if is_agent:
        return {
            "yet_to_start": (("start", _("Start coaching")),),
            "pending_agent_review": (("start", _("Continue")),),
            "in_progress": (("finish", _("Mark as done")),),
        }.get(item.state, ())
    if can_give and item.state in {"in_progress", "pending_supervisor_review"}:
        return (("complete", _("Complete")), ("back", _("Give back")))
    return (("complete", _("Complete")),) if can_give and item.state == "pending_agent_review" else ()


def words_of(case: EvaluatedConversation, turn_id: str | None) -> str:
    """Return the words of a turn; of a conversation without a turn, what the customer says."""
    said = next((each.text for each in case.conversation.turns if each.id == turn_id), None)
    return excerpt(customer_words(case.conversation)) if said is None else said


def conclusion(each: Measured) -> str:
    """Return the change of a metric in words, and whether chance explains it."""
    if each.before is None or each.after is None:
        return _("Measured once there are conversations on both sides.") if each.after_n == 0 else _("None before.")
    if min(each.before_n, each.after_n) < FEW:
        return _("Too few to say whether it changed.")
    before, after = (
        share(round(figure.value * n), n) for figure, n in ((each.before, each.before_n), (each.after, each.after_n))
    )
    if not is_beyond_chance(before, after):
        return _("The difference could still be chance.")
    if each.after.value > each.before.value:
        return _("Better, and by more than chance explains.")
    return _("Worse, and by more than chance explains.")


def figure_of(figure: Figure | None, n: int, reader: Reader) -> str:
    """Return a share of Yes with its interval, and of few how many of how many."""
    if figure is None:
        return _("no conversation")
    if n < FEW:
        return reader.rate(round(figure.value * n), n)
    interval = reader.ends(figure.low, figure.high, with_sign=True)
    return _("{share}, {interval}, from {n}").format(share=reader.share(figure.value), interval=interval, n=n)
