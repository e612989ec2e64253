"""The wiring of people: single sign-on, and the exports that they ask for."""
# ruff: noqa: PLC0415  (heavy rooms are imported by those who serve)

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from auscult.config import Settings
from auscult.domain.tenancy import Tenant
from auscult.services.audits.blind import blindness_of, kept_from_agents, latest_blind, read_by
from auscult.services.delivery.list_exports import ListExporting, Listing
from auscult.services.people.principals import Principals
from auscult.storage.store import Store
from auscult.workers.background.list_exporter import ListExporter

if TYPE_CHECKING:
    from auscult.services.people.single_sign_on import SingleSignOn


def sign_on_of(settings: Settings, store: Store) -> "SingleSignOn | None":
    """Return single sign-on as the settings have it. Raises ``SettingsError`` ``sign_on.invalid``."""
    if settings.sso_file is None:
        return None
    from auscult.server.people.identity_provider import IdentityProvider
    from auscult.services.people.single_sign_on import SingleSignOn, read_sign_on

    read = read_sign_on(Path(settings.sso_file))
    return SingleSignOn(store, read, IdentityProvider(read))


def exporter(store: Store) -> ListExporter:
    """Return the thread that writes exports in the background."""
    return ListExporter(list_exporting(store).run_once)


def list_exporting(store: Store) -> ListExporting:
    """Return what writes the exports of every app."""
    principals = Principals(store, partial(datetime.now, UTC))

    def seen_by(tenant: Tenant, user_id: str) -> Listing | None:
        user = store.people.users.by_id(user_id)
        if user is None or user.state != "active":
            return None
        principal = principals.principal(store.people.access.of_user(user), tenant)
        if not principal.may("report.export"):
            return None
        app = store.within(tenant).seen_by(principal.visibility("report.export"))
        blindness = blindness_of(app, user.email, principal.agent_ids)
        settings = kept_from_agents(app, principal.visibility("report.export"))
        return lambda sought, before, limit: latest_blind(
            app, read_by(app, sought, principal), blindness, settings=settings, before=before, limit=limit
        )

    return ListExporting(store, seen_by)
