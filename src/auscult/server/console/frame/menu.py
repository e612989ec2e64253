"""The menu: pages by group, each for visitors with a permission that opens it.

Marks open pages in addition to permissions: being an agent, and a permission in the whole app.
"""

from collections.abc import Mapping
from typing import NamedTuple

from auscult.language import later
from auscult.server.console.frame.templating import NavigationGroup, NavigationItem

OWN_RESULTS = "own results"
"""Opens the pages of an agent's own results: for visitors who are an agent."""


def whole_app(permission: str) -> str:
    """Return the mark that opens a page for a permission in the whole app."""
    return f"{permission} in the whole app"


def colleagues(permission: str) -> str:
    """Return the mark that opens a page for a permission, but not for who sees conversations as their agent alone."""
    return f"{permission} of colleagues"


class _Entry(NamedTuple):
    """One page: its name, its path below the console, and the permissions, any of which opens it (none: for all)."""

    name: str
    path: str
    permissions: tuple[str, ...] = ()


_ADMINISTRATION = (
    "user.read",
    "webhook.read",
    "job.read",
    "retention.manage",
    "hold.manage",
    "approval.decide",
    "erasure.run",
    "log.read",
    "settings.manage",
)

_GROUPS: tuple[tuple[str, tuple[_Entry, ...]], ...] = (
    (
        "",
        (
            _Entry(later("Home"), ""),
            _Entry(later("My results"), "/my-results", (OWN_RESULTS,)),
            _Entry(later("Conversations"), "/conversations", ("conversation.read",)),
            _Entry(later("Live"), "/live", ("assist.read",)),
        ),
    ),
    (
        later("Audits"),
        (
            _Entry(later("My audits"), "/audits", ("audit.perform",)),
            _Entry(later("Plans"), "/plans", (whole_app("plan.read"),)),
            _Entry(later("Auditors"), "/auditors", (whole_app("audit.assign"),)),
            _Entry(later("Disputes"), "/disputes", ("dispute.decide",)),
            _Entry(later("Calibration"), "/calibration", ("calibration.take_part",)),
            _Entry(later("Coaching"), "/coaching", ("coaching.give", OWN_RESULTS)),
            _Entry(later("Collections"), "/collections", (colleagues("conversation.read"), OWN_RESULTS)),
        ),
    ),
    (
        later("Quality"),
        (
            _Entry(later("Overview"), "/overview", ("insight.read",)),
            _Entry(later("Metrics"), "/metrics", ("insight.read",)),
            _Entry(later("Agents"), "/agents", ("insight.read",)),
            _Entry(later("AI agents"), "/ai-agents", ("insight.read", whole_app("ai_agent.read"))),
            _Entry(later("Reasons"), "/reasons", ("insight.read",)),
            _Entry(later("Insights"), "/insights", ("insight.read",)),
            _Entry(later("Schedules"), "/schedules", ("report.export",)),
        ),
    ),
    (
        later("Setup"),
        (
            _Entry(later("Forms"), "/forms", (whole_app("form.edit"), whole_app("form.publish"))),
            _Entry(later("Scorecards"), "/scorecards", (colleagues("form.read"),)),
            _Entry(later("Taxonomies"), "/taxonomies", (colleagues("form.read"),)),
            _Entry(later("Knowledge base"), "/knowledge", (colleagues("knowledge.read"),)),
            _Entry(later("Connectors"), "/connectors", (whole_app("connector.read"),)),
            _Entry(later("Administration"), "/administration", tuple(map(whole_app, _ADMINISTRATION))),
        ),
    ),
)


def menu(permissions: frozenset[str], here: str, counts: Mapping[str, int], base: str) -> tuple[NavigationGroup, ...]:
    """Return the groups with a page for these permissions. ``here`` is the name of the present page."""
    found: list[NavigationGroup] = []
    for name, entries in _GROUPS:
        items = tuple(
            NavigationItem(
                name=entry.name,
                href=base + entry.path,
                is_here=entry.name == here,
                count=counts.get(entry.name, 0),
                is_late=counts.get(f"{entry.name}, late", 0) > 0,
            )
            for entry in entries
            if not entry.permissions or permissions.intersection(entry.permissions)
        )
        if items:
            found.append(NavigationGroup(name=name, items=items))
    return tuple(found)
