"""Agents: the funnel of all, and one agent's page."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from msgspec.structs import replace

from auscult.domain.audits.audit import AuditState
from auscult.domain.conversation import Agent
from auscult.domain.directory import Aliases
from auscult.server.console.conversations.listing import names_of
from auscult.server.console.conversations.listing_view import row_view
from auscult.server.console.definitions.in_force import metric_names
from auscult.server.console.frame.counts import Leads
from auscult.server.console.frame.filters import filter_view
from auscult.server.console.frame.kept import KEPT
from auscult.server.console.frame.naming import agent_name
from auscult.server.console.frame.visit import BASE, Visit, missing
from auscult.server.console.insights.agent_view import Allowed, Counted, agent_view
from auscult.server.console.insights.agents_view import AgentsFound, agents_view
from auscult.services.audits.blind import kept_from_agents, shows_only_audited, without_blind
from auscult.services.conversations.latest import Sought, details, newest
from auscult.services.insights.agents import comparison_of
from auscult.services.insights.quality import METRICS, NOTHING, by_agent, by_period
from auscult.services.scoring.listing import ListedConversation

PERIOD = timedelta(days=90)
_NEWEST, _SHOWN = 1_000, 10


class AgentsPage(Controller):
    """All agents in comparison, and each alone."""

    path = "/agents"

    @get(opt=KEPT, sync_to_thread=True)
    def listing(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Show every agent who took part recently."""
        visit.require("insight.read")
        query = {name: found for name, found in visit.query.items() if name in ("queue", "channel")}
        end = visit.reader.end_of_today
        sought = replace(visit.sought(query), since=end - PERIOD, until=end)
        names = _agents(visit, sought)
        counted = by_agent(visit.app, sought, list(names))
        leads = Leads(visit.reader, query, f"{BASE}/conversations")
        filters = filter_view(query, f"{BASE}/agents", names_of(visit), visit.reader, ("queue", "channel"))
        found = AgentsFound(counted, names, comparison_of(visit.app, sought))
        view = agents_view(found, filters, leads, BASE)
        return visit.page("insights/agents", "Agents", view)

    @get("/{agent_id:str}", opt=KEPT, sync_to_thread=True)
    def show(self, agent_id: FromPath[str], visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Show one agent's results: what they are good at, one thing to work on, and conversations."""
        visit.require("conversation.read")
        if visit.principal.is_only_agent() and agent_id not in visit.principal.agent_ids:
            raise missing("agent", agent_id)
        end = visit.reader.end_of_today
        settings = kept_from_agents(visit.app, visit.principal.visibility("conversation.read"))
        audits: tuple[AuditState, ...] = ("audited",) if shows_only_audited(settings) else ()
        sought = Sought(since=end - PERIOD, until=end, agents=(agent_id,), audits=audits)
        items = newest(visit.app, Sought(agents=(agent_id,), audits=audits), _SHOWN)
        same = visit.reader.queues.aliases.ids("agent", agent_id)
        agent = next((each for row in items for each in row.agents if each.id in same), None)
        if agent is None:
            raise missing("agent", agent_id)
        agent = replace(agent, id=agent_id)
        items = without_blind(visit.app, visit.visitor.email, items, visit.principal.agent_ids)
        known = details(visit.app, items)
        rows = tuple(row_view(each, known.get(each.id), visit.reader, BASE) for each in items)
        (period,) = by_period(visit.app, sought, ((end - PERIOD, end),), ("outcome", *METRICS))
        metrics = {
            metric_id: (name, period.metrics.get(metric_id, NOTHING))
            for metric_id, name in metric_names(visit.app).items()
        }
        may = Allowed(sees_all=visit.may("insight.read"), coaches=visit.may("coaching.give"))
        query = {"agent": (agent_id,), "audit": audits} if audits else {"agent": (agent_id,)}
        leads = Leads(visit.reader, query, f"{BASE}/conversations")
        compared = comparison_of(visit.app, Sought(since=end - PERIOD, until=end)) if may.sees_all else None
        view = agent_view(agent, Counted(period.passed, metrics, rows, leads, compared), may, BASE)
        return visit.page("insights/agent", "Agents", view)


def _agents(visit: Visit, sought: Sought) -> dict[str, str]:
    """Return the names of the agents of the newest conversations, by id; a shared name has the end of the id added."""
    return names_of_agents(newest(visit.app, sought, _NEWEST), visit.reader.queues.aliases)


def people_of(row: ListedConversation) -> tuple[Agent, ...]:
    """Return the agents of a conversation who are no AI agents."""
    return tuple(each for each in row.agents if each.kind != "ai")


def names_of_agents(rows: Sequence[ListedConversation], aliases: Aliases) -> dict[str, str]:
    """Return the names of the agents of conversations, by id; a shared name has the end of the id added.

    Those who are merged are one, under the id that stays. AI agents are not among them.
    """
    found = {each.id: agent_name(each) for row in rows for each in map(aliases.agent, people_of(row))}
    shared = {name for name, number in Counter(found.values()).items() if number > 1}
    return {each: f"{name} \u2026{each[-4:]}" if name in shared else name for each, name in found.items()}
