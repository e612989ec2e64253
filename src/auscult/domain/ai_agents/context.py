"""The part of a conversation that shows what an AI agent worked with and what it did."""

import re
from collections.abc import Mapping
from typing import Any, Literal, get_args

from msgspec import Struct

AgentKind = Literal["ai", "human"]
HandledBy = Literal["ai", "human", "both"]
"""Leader of a conversation with a customer: an AI agent, a person, or one after the other."""
HANDLERS: tuple[HandledBy, ...] = get_args(HandledBy)
TOOL_EVENT = "tool:"
"""Prefix of the type of an event that a call answers to: ``tool:refund``."""

_READS = re.compile(r"(?:get|list|find|search|check|verify|read|look|think|calculate|compute)(?![a-z])", re.IGNORECASE)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Call(Struct, frozen=True, omit_defaults=True):
    """One call of a tool. ``after_turn`` is the id of the turn that it follows; times in ms from the conversation's start.

    ``ok`` is None where it is not known whether it succeeded.
    """

    id: str
    name: str
    agent_id: str | None = None
    after_turn: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    arguments: Mapping[str, Any] = {}
    result: Any = None
    ok: bool | None = None


class Knowledge(Struct, frozen=True, omit_defaults=True):
    """A text that an AI agent answered from."""

    text: str
    title: str | None = None


class Tool(Struct, frozen=True, omit_defaults=True):
    """A tool that an AI agent had. ``needs`` names arguments, ``after`` the tools that must have run before it."""

    name: str
    changes: bool | None = None
    description: str | None = None
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    confirm: bool = False

    @property
    def is_changing(self) -> bool:
        """Return whether it changes anything: as it says, else by its name."""
        return is_changing(self.name) if self.changes is None else self.changes


class AiContext(Struct, frozen=True, omit_defaults=True):
    """Instructions, knowledge and tools of the AI agent of a conversation."""

    instructions: str | None = None
    knowledge: tuple[Knowledge, ...] = ()
    tools: tuple[Tool, ...] = ()


def is_changing(name: str) -> bool:
    """Return whether a tool of this name changes something: one that gets, finds, checks or calculates does not."""
    return _READS.match(_HUMP.sub("_", name)) is None
