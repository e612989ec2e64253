"""Registering AI agents, and reading what is registered."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from auscult.domain.ai_agents.registered import AgentId, Registered, Version
from auscult.domain.errors import NotFoundError, coded
from auscult.domain.operations.records import made_from
from auscult.domain.people.principal import Principal
from auscult.domain.privacy.log import Draft
from auscult.formats._calls import AiDocument, context_of
from auscult.formats._faults import refuse_nul
from auscult.storage.store import AppStore

READ, EDIT = "ai_agent.read", "ai_agent.edit"
"""The permissions to read instructions and knowledge, and to register."""


class NewAgent(AiDocument, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A version of an AI agent to register."""

    version: Version = ""
    name: Annotated[str, Meta(min_length=1, max_length=255, description="Its name.")] | None = None


class ListedAgent(Struct, frozen=True, kw_only=True):
    """One registered version, without its texts. ``characters`` are those of its instructions."""

    agent_id: AgentId
    version: str
    name: str | None
    registered_at: datetime
    registered_by: str
    characters: int
    knowledge: tuple[str | None, ...]
    tools: tuple[str, ...]


class AiAgents:
    """The registered AI agents of an app, as a principal reads and changes them."""

    def __init__(self, app: AppStore, now: Callable[[], datetime], principal: Principal) -> None:
        """``now`` gives the time."""
        self._app = app
        self._now = now
        self._principal = principal

    def register(self, agent_id: str, wanted: NewAgent) -> Registered:
        """Store a version, in place of what it was. Raises ``FormatError``, ``ConflictError``."""
        refuse_nul(agent_id, "agent_id")
        refuse_nul(msgspec.json.decode(msgspec.json.encode(wanted)), "")
        made = made_from(
            Registered,
            wanted,
            agent_id=agent_id,
            registered_at=self._now(),
            registered_by=self._principal.label,
            ai=context_of(wanted),
        )
        self._app.ai_agents.register(made, self._entry("ai_agent.registered", agent_id, wanted.version))
        return self.show(agent_id, wanted.version)

    def listing(self) -> tuple[ListedAgent, ...]:
        """Return every version, by agent, the newest first."""
        return tuple(
            made_from(
                ListedAgent,
                each,
                characters=len(each.ai.instructions or ""),
                knowledge=tuple(one.title for one in each.ai.knowledge),
                tools=tuple(one.name for one in each.ai.tools),
            )
            for each in self._app.ai_agents.all()
        )

    def show(self, agent_id: str, version: str | None = None) -> Registered:
        """Return a version, or the newest one. Raises ``NotFoundError`` ``ai_agent.unknown``."""
        found = self._app.ai_agents.all(agent_id)
        mine = next((each for each in found if version is None or each.version == version), None)
        if mine is None:
            raise _unknown(agent_id, version, [each.version for each in found])
        return mine

    def remove(self, agent_id: str, version: str = "") -> None:
        """Remove a version. Raises ``NotFoundError`` ``ai_agent.unknown``."""
        if not self._app.ai_agents.remove(agent_id, version, self._entry("ai_agent.removed", agent_id, version)):
            raise _unknown(agent_id, version, [])

    def _entry(self, action: str, agent_id: str, version: str) -> Draft:
        details = {"version": version}
        return Draft.of(self._principal.label, action, f"agent:{agent_id}", details, self._app.tenant.app_id)


def _unknown(agent_id: str, version: str | None, versions: list[str]) -> NotFoundError:
    available = f"; available: {', '.join(map(repr, versions))}" if versions else ""
    message = coded(
        "no AI agent {agent_id!r} of version {version!r} is registered{available}",
        agent_id=agent_id,
        version=version or "",
        available=available,
    )
    return NotFoundError(message, code="ai_agent.unknown", field="agent_id", value=agent_id)
