"""Figures of an AI agent, by version: how many conversations it contained and handed over, and in how many it changed something."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.conversation import Agent
from auscult.domain.errors import unknown
from auscult.domain.scoring.list_fields import ListFields
from auscult.services.conversations.latest import Sought, count, newest
from auscult.storage.store import AppStore

_NEWEST = 500
"""Conversations among which the versions of an agent are looked for."""


KEPT, REFUSED, RESOLVED = "ai-kept", "ai-refused", "ai-resolved"
"""Metrics that figures are of; a judge answers the last, where a form asks it."""


class AgentFigures(Struct, frozen=True, kw_only=True):
    """Numbers of conversations of one version. ``contained``: no person took part; ``handed_over``: one did afterwards.

    ``changed``: a tool that changes something ran and is not known to have failed, among those of ``calls_known``.
    The others are of those that the agent led alone: ``passed`` of ``scored``; ``reported``: it said that something was done
    or under way, and ``untrue``: that was not so; ``refused``: it turned a request down; ``resolved`` of
    ``resolution_judged``, which a judge answered.
    """

    version: str
    conversations: int
    contained: int
    handed_over: int
    calls_known: int
    changed: int
    scored: int
    passed: int
    reported: int
    untrue: int
    refused: int
    resolution_judged: int
    resolved: int


def versions_of(app: AppStore, agent_id: str) -> tuple[str, ...]:
    """Return the versions in the newest 500 conversations of an agent, newest version first (by its first conversation); "" for none."""
    rows = newest(app, Sought(fields=ListFields(ai_agent=(agent_id,))), _NEWEST)[::-1]
    found = dict.fromkeys(each.version or "" for row in rows for each in row.agents if is_named(each, agent_id))
    return tuple(found)[::-1]


def known_versions(app: AppStore, agent_id: str) -> tuple[str, ...]:
    """Return the versions in conversations. Raises ``NotFoundError`` ``ai_agent.unknown``: in none, and not registered."""
    found = versions_of(app, agent_id)
    known = app.people.directory.ai_agents() if app.visibility.is_everything else ()
    if not found and agent_id not in known:
        list_ = ", ".join(sorted(known)) or "none"
        raise unknown("ai_agent", agent_id, "unknown agent {value!r}; available: {list}", "agent_id", list=list_)
    return found


def is_named(agent: Agent, wanted: str) -> bool:
    """Return whether an agent has this id or name, in any letter case."""
    return wanted.casefold() in {agent.id.casefold(), (agent.name or "").casefold()}


def figures(
    app: AppStore, agent_id: str, version: str, since: datetime | None = None, until: datetime | None = None
) -> AgentFigures:
    """Count the conversations of a version that start in a period."""
    fields = ListFields(ai_agent=(agent_id,), ai_version=(version,) if version else ())
    sought = Sought(since=since, until=until, fields=fields)

    def number(within: Sought = sought, **changed: object) -> int:
        return count(app, replace(within, fields=replace(fields, **changed)))

    changed, unchanged = number(changed=True), number(changed=False)

    def alone(**filters: object) -> int:
        return number(replace(sought, **filters), handled_by=("ai",))

    passed, failed = (alone(outcomes=(each,)) for each in ("passed", "failed"))
    return AgentFigures(
        version=version,
        conversations=number(),
        contained=number(handled_by=("ai",)),
        handed_over=number(handled_by=("both",)),
        calls_known=changed + unchanged,
        changed=changed,
        scored=passed + failed,
        passed=passed,
        reported=alone(asked=(KEPT,)),
        untrue=alone(missed=(KEPT,)),
        refused=alone(met=(REFUSED,)),
        resolution_judged=alone(asked=(RESOLVED,)),
        resolved=alone(met=(RESOLVED,)),
    )
