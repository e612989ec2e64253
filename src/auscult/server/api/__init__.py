"""Our own API, version 1: one file a resource, each a table of operations that describe themselves."""

from itertools import groupby

from starlette.routing import BaseRoute

from auscult.server.api import (
    agreement,
    audits,
    backtests,
    changes,
    conversations,
    drafts,
    forms,
    insights,
    jobs,
    knowledge,
    live,
    rescores,
    schemas,
    scorecards,
    taxonomies,
)
from auscult.server.api._contract import Operation, Services
from auscult.server.api._route import ApiRoute
from auscult.server.door import Door

OPERATIONS: tuple[Operation, ...] = (
    *conversations.OPERATIONS,
    *changes.OPERATIONS,
    *forms.OPERATIONS,
    *drafts.OPERATIONS,
    *backtests.OPERATIONS,
    *rescores.OPERATIONS,
    *audits.OPERATIONS,
    *agreement.OPERATIONS,
    *scorecards.OPERATIONS,
    *taxonomies.OPERATIONS,
    *insights.OPERATIONS,
    *live.OPERATIONS,
    *knowledge.OPERATIONS,
    *jobs.OPERATIONS,
    *schemas.OPERATIONS,
)
"""Every operation, in the order of the documentation."""


def routes(door: Door, services: Services) -> list[BaseRoute]:
    """One route for each path; a path without names in it goes before one that would take it for a name."""
    ordered = sorted(OPERATIONS, key=lambda operation: (operation.path.count("{"), operation.path))
    return [
        ApiRoute(path, tuple(found), door, services)
        for path, found in groupby(ordered, key=lambda operation: operation.path)
    ]
