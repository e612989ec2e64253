"""AI agents: what each did by version, what is registered, and two versions compared."""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import quote

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from auscult.domain.ai_agents.registered import Registered
from auscult.domain.errors import AuscultError, NotFoundError, RequestError
from auscult.formats import native
from auscult.language import later
from auscult.server.console.ai_agents.agents_view import (
    PATH,
    AgentRow,
    AgentsView,
    AgentView,
    FigureRow,
    compared_view,
    context_view,
    figure_row,
)
from auscult.server.console.ai_agents.form import FormView, filled_form, posted_form, read_form
from auscult.server.console.conversations.listing import ai_agents_by_id
from auscult.server.console.frame.kept import KEPT
from auscult.server.console.frame.posted import Posted, one, sentence_of
from auscult.server.console.frame.visit import TheVisit, Visit, missing
from auscult.services.ai_agents.comparing import Asked, compare
from auscult.services.ai_agents.figures import figures, versions_of
from auscult.services.ai_agents.registering import EDIT, READ, AiAgents, NewAgent

AnyVisit = TheVisit
_HERE = "AI agents"
_PERIOD = timedelta(days=90)
_LABELS = {"agent_id": later("Id"), "version": later("Version"), "name": later("Name")}


class AiAgentsPage(Controller):
    """AI agents of an app."""

    path = "/ai-agents"

    @get(opt=KEPT, sync_to_thread=True)
    def listing(self, visit: AnyVisit) -> Response[str]:
        """Show every AI agent: those in conversations and those that are registered."""
        _require_either(visit)
        registered = _registered(visit)
        names = {each.agent_id: each.name for each in registered if each.name} | ai_agents_by_id(visit)
        ids = sorted({*names, *(each.agent_id for each in registered)}, key=lambda each: names.get(each) or each)
        rows = tuple(
            AgentRow(
                name=names.get(each) or each,
                id=each,
                href=_address(each),
                registered=", ".join(one.version or "\u2013" for one in registered if one.agent_id == each),
                figures=_figures(visit, each, "") if visit.may("insight.read") else None,
            )
            for each in ids
        )
        view = AgentsView(rows=rows, register=f"{PATH}/register" if visit.principal.may_everywhere(EDIT) else "")
        return visit.page("ai_agents/agents", _HERE, view)

    @get("/register", sync_to_thread=True)
    def form(self, visit: AnyVisit) -> Response[str]:
        """Show the form of a version, filled in with one that is registered."""
        visit.require_everywhere(EDIT)
        agent_id, version = (visit.asked(each) for each in ("agent", "version"))
        if not agent_id:
            return _form(visit, filled_form(None))
        try:
            found = _work(visit).show(agent_id, version)
        except NotFoundError:
            return _form(visit, filled_form(None, agent_id, version))
        return _form(visit, filled_form(found))

    @post("/register", sync_to_thread=True)
    def register(self, data: Posted, visit: AnyVisit) -> Response[str] | Redirect:
        """Register a version, or show the form with a further document or tool."""
        visit.require_everywhere(EDIT)
        if add := one(data, "add"):
            return _form(visit, posted_form(data, add))
        try:
            agent_id, wanted = read_form(data)
            _work(visit).register(agent_id, native.converted(wanted, NewAgent))
        except AuscultError as error:
            return _form(visit, posted_form(data, "", sentence_of(error, _LABELS)), 422)
        return Redirect(_address(agent_id), status_code=303)

    @get("/{agent_id:str}", opt=KEPT, sync_to_thread=True)
    def show(self, agent_id: FromPath[str], visit: AnyVisit) -> Response[str]:
        """Show an AI agent: what its versions did, what is registered, and two versions compared."""
        _require_either(visit)
        registered = [each for each in _registered(visit) if each.agent_id == agent_id]
        counts = visit.may("insight.read")
        known = versions_of(visit.app, agent_id) if counts else ()
        if not registered and not known:
            raise missing("AI agent", agent_id)
        rows = tuple(_figures(visit, agent_id, each) for each in known)
        edits = visit.principal.may_everywhere(EDIT)
        asked = [visit.asked(each) for each in ("a", "b")]
        found, problem = None, ""
        if all(asked) and counts:
            try:
                found = compared_view(
                    compare(visit.app, Asked(agent_id=agent_id, versions=(asked[0], asked[1]))), visit.reader
                )
            except (RequestError, NotFoundError) as error:
                problem = sentence_of(error, _LABELS)
        view = AgentView(
            id=agent_id,
            name=next((each.name for each in registered if each.name), ai_agents_by_id(visit).get(agent_id, agent_id)),
            days=str(_PERIOD.days),
            rows=rows,
            choices=tuple(each for each in known if each),
            a=asked[0] or next(iter([each for each in known if each][1:2]), ""),
            b=asked[1] or next(iter([each for each in known if each]), ""),
            compared=found,
            problem=problem,
            registered=tuple(context_view(each, visit.reader, may_edit=edits) for each in registered),
            register=f"{PATH}/register?agent={quote(agent_id, safe='')}" if edits else "",
            base=_address(agent_id),
        )
        return visit.page("ai_agents/agent", _HERE, view)

    @post("/{agent_id:str}/remove", sync_to_thread=True)
    def remove(self, agent_id: FromPath[str], data: Posted, visit: AnyVisit) -> Redirect:
        """Remove a registered version."""
        visit.require_everywhere(EDIT)
        work = _work(visit)
        work.remove(agent_id, one(data, "version"))
        is_left = any(each.agent_id == agent_id for each in work.listing())
        return Redirect(_address(agent_id) if is_left else PATH, status_code=303)


def _require_either(visit: Visit) -> None:
    """Refuse a visitor who may see neither figures nor what is registered."""
    if not visit.principal.may_everywhere(READ):
        visit.require("insight.read")


def _registered(visit: Visit) -> Sequence[Registered]:
    """Return the registered versions, for visitors who may read them."""
    return visit.app.ai_agents.all() if visit.principal.may_everywhere(READ) else ()


def _work(visit: Visit) -> AiAgents:
    return AiAgents(visit.app, lambda: visit.now, visit.principal)


def _address(agent_id: str) -> str:
    return f"{PATH}/{quote(agent_id, safe='')}"


def _figures(visit: Visit, agent_id: str, version: str) -> FigureRow:
    end = visit.reader.end_of_today
    return figure_row(figures(visit.app, agent_id, version, end - _PERIOD, end), agent_id, visit.reader, _PERIOD)


def _form(visit: Visit, view: FormView, status: int = 200) -> Response[str]:
    return visit.page("ai_agents/register", _HERE, view, status)
