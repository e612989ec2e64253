"""Tools of an AI agent in words: what each changes, needs and must follow."""

from collections.abc import Iterator

from msgspec import Struct

from auscult.domain.ai_agents.context import Tool
from auscult.language import gettext as _


class ToolView(Struct, frozen=True, kw_only=True):
    """A tool; ``rules`` lists what it changes, needs and must follow."""

    name: str
    description: str
    changes: bool
    rules: tuple[str, ...]


def tool_view(tool: Tool) -> ToolView:
    """Show a tool."""
    return ToolView(
        name=tool.name, description=tool.description or "", changes=tool.is_changing, rules=tuple(_rules(tool))
    )


def _rules(tool: Tool) -> Iterator[str]:
    yield _("Changes something") if tool.is_changing else _("Only reads")
    if tool.needs:
        yield _("Needs {names}").format(names=", ".join(tool.needs))
    if tool.after:
        yield _("Only after {names}").format(names=", ".join(tool.after))
    if tool.confirm:
        yield _("Only after the customer said yes")
