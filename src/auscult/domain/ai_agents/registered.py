"""Registered AI agents: a version with instructions, knowledge and tools, under the id that conversations name."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from auscult.domain.ai_agents.context import AiContext

MOST_VERSIONS = 200
"""Versions of AI agents that an app has at most."""

AgentId = Annotated[str, Meta(min_length=1, max_length=255, description="The id that conversations name it by.")]
Version = Annotated[str, Meta(max_length=255, description="Its version; empty where it has none.")]


class Registered(Struct, frozen=True, kw_only=True):
    """One version of an AI agent."""

    agent_id: AgentId
    version: Version
    name: str | None
    registered_at: datetime
    registered_by: str
    ai: AiContext
