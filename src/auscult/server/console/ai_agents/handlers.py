"""People and AI agents apart: what a page of figures counts, and the tabs for it."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from auscult.domain.ai_agents.context import HandledBy
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.filters import FILTERS, FilterView, address
from auscult.server.console.frame.visit import Visit
from auscult.services.conversations.list_query import Query
from auscult.services.insights.quality import has_ai_agents

HANDLERS = ("handled_by", "ai_agent", "ai_version")
"""Filters by who led."""
PEOPLE: tuple[HandledBy, ...] = ("human", "both")
"""Conversations whose score is that of a person's part."""
_TABS: tuple[tuple[str, tuple[HandledBy, ...]], ...] = (
    (later("People"), PEOPLE),
    (later("AI agents"), ("ai",)),
    (later("Both together"), ("ai", "human", "both")),
)


class HandlerTab(NamedTuple):
    """One choice of who is counted."""

    name: str
    href: str
    is_here: bool


class Handlers(NamedTuple):
    """The filters of a page, which choose who is counted; no tabs where no AI agent led a conversation."""

    query: Query
    tabs: tuple[HandlerTab, ...] = ()


def in_tabs(filters: FilterView, tabs: Sequence[HandlerTab]) -> FilterView:
    """Return the filters of a page without the chip that its tabs say already."""
    if not any(each.is_here for each in tabs):
        return filters
    noun = FILTERS["handled_by"]
    return replace(filters, chips=tuple(each for each in filters.chips if each.noun != _(noun)))


def handlers_of(visit: Visit, query: Query, path: str) -> Handlers:
    """Return the filters of a page; people unless the address asks for AI agents."""
    is_asked = any(query.get(each) for each in HANDLERS)
    if not is_asked and not has_ai_agents(visit.app):
        return Handlers(query)
    query = query if is_asked else {**query, "handled_by": PEOPLE}
    here: Sequence[str] = () if query.get("ai_agent") or query.get("ai_version") else query.get("handled_by", ())
    others = {name: found for name, found in query.items() if name not in HANDLERS}
    tabs = (
        HandlerTab(_(name), address(path, others, handled_by=led), is_here=set(here) == set(led)) for name, led in _TABS
    )
    return Handlers(query, tuple(tabs))
