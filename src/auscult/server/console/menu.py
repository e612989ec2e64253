"""The menu: pages by group, each for those whose permissions open it."""

from collections.abc import Mapping
from typing import NamedTuple

from auscult.server.console.marks import OWN_RESULTS, whole_app
from auscult.server.console.templating import NavigationGroup, NavigationItem


class _Entry(NamedTuple):
    """One page: its name, its path below the console, and the permissions of which each opens it (none: everybody)."""

    name: str
    path: str
    permissions: tuple[str, ...] = ()


_ADMINISTRATION = (
    "user.read",
    "webhook.read",
    "job.read",
    "retention.manage",
    "hold.manage",
    "erasure.run",
    "log.read",
    "settings.manage",
)

_GROUPS: tuple[tuple[str, tuple[_Entry, ...]], ...] = (
    (
        "",
        (
            _Entry("Home", ""),
            _Entry("My results", "/my-results", (OWN_RESULTS,)),
            _Entry("Conversations", "/conversations", ("conversation.read",)),
            _Entry("Live", "/live", ("assist.read",)),
        ),
    ),
    (
        "Audits",
        (
            _Entry("My audits", "/audits", ("audit.perform",)),
            _Entry("Plans", "/plans", (whole_app("plan.read"),)),
            _Entry("Auditors", "/auditors", (whole_app("audit.assign"),)),
            _Entry("Disputes", "/disputes", ("dispute.decide",)),
            _Entry("Calibration", "/calibration", ("calibration.take_part",)),
            _Entry("Coaching", "/coaching", ("coaching.give", OWN_RESULTS)),
        ),
    ),
    (
        "Quality",
        (
            _Entry("Overview", "/overview", ("insight.read",)),
            _Entry("Metrics", "/metrics", ("insight.read",)),
            _Entry("Agents", "/agents", ("insight.read",)),
            _Entry("Insights", "/insights", ("insight.read",)),
            _Entry("Schedules", "/schedules", ("report.export",)),
        ),
    ),
    (
        "Setup",
        (
            _Entry("Forms", "/forms", (whole_app("form.edit"), whole_app("form.publish"))),
            _Entry("Scorecards", "/scorecards", ("form.read",)),
            _Entry("Taxonomies", "/taxonomies", ("form.read",)),
            _Entry("Knowledge base", "/knowledge", ("knowledge.read",)),
            _Entry("Administration", "/administration", tuple(map(whole_app, _ADMINISTRATION))),
        ),
    ),
)


def menu(permissions: frozenset[str], here: str, counts: Mapping[str, int], base: str) -> tuple[NavigationGroup, ...]:
    """Return the groups that have something for these permissions. ``here`` is the name of the present page."""
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
