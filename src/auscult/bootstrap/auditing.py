"""The services of plans, assignments and estimates, for one app."""

import logging
from datetime import UTC, datetime
from functools import partial

from auscult.domain.operations.guarding import guarded
from auscult.domain.tenancy import Tenant
from auscult.reports import REPORTS
from auscult.services.audits.desk import Desk
from auscult.services.audits.plans import Planning
from auscult.storage.store import Store

_LOG = logging.getLogger(__name__)

SCHEDULE = "schedule"
"""Who drew, where a schedule did."""
DRAWN_AT = "*/5 * * * *"
"""When windows of scheduled plans that have ended are drawn, in cron's words."""
_NOW = partial(datetime.now, UTC)


def planning(store: Store, tenant: Tenant) -> Planning:
    """Return the plans of an app."""
    return Planning(store.within(tenant), REPORTS, _NOW)


def draw_due(store: Store) -> None:
    """Draw every window of a scheduled plan that has ended, in every app."""
    for tenant in store.tenants():
        with guarded(_LOG, f"plans of app {tenant.app_id}"):
            planning(store, tenant).draw_due(SCHEDULE)


def submit_held(store: Store) -> None:
    """Submit audits whose submission was not undone, in every app."""
    for tenant in store.tenants():
        with guarded(_LOG, f"held audits of app {tenant.app_id}"):
            desk(store, tenant).submit_held()


def desk(store: Store, tenant: Tenant) -> Desk:
    """Return the work of an app's auditors."""
    return Desk(store.within(tenant), REPORTS, _NOW)
