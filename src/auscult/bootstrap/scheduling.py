"""The schedules and connectors of every app, for commands, the API and workers."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial

from auscult.bootstrap import auditing, privacy
from auscult.bootstrap.connections import networks_of
from auscult.config import Settings
from auscult.domain.delivery.addresses import PUBLIC
from auscult.domain.limits import LimitReachedError
from auscult.domain.notices import Choices, Notice
from auscult.domain.operations.guarding import guarded
from auscult.domain.targets import Target
from auscult.domain.tenancy import Tenant
from auscult.formats import Limits
from auscult.reports import REPORTS
from auscult.sandbox.messages import Messenger
from auscult.services.connectors.connecting import Connectors
from auscult.services.limits import TenantLimits
from auscult.services.notices.noticing import note_late, send_mails
from auscult.services.privacy.log import SYSTEM
from auscult.services.schedules.alerts import CONSOLE
from auscult.services.schedules.scheduling import Scheduling
from auscult.services.scoring.intake.admission import AdmissionControl
from auscult.services.targets.sending import send_messages
from auscult.storage.store import AppStore, Store
from auscult.workers.mailer import Mailer
from auscult.workers.scheduler import Schedule
from auscult.workers.webhook_sender import HttpSender

_LOG = logging.getLogger(__name__)

RUN_AT = "* * * * *"
"""Every minute."""
RETENTION_AT = "0 * * * *"
"""Every hour."""
_NOW = partial(datetime.now, UTC)


def scheduling(store: Store, tenant: Tenant, settings: Settings | None = None) -> Scheduling:
    """Return the schedules of an app; who sends their files names the settings."""
    networks = networks_of(settings) if settings else PUBLIC
    return Scheduling(store, tenant, _NOW, (settings and settings.public_url) or "", networks)


def schedules_of(store: Store, settings: Settings) -> tuple[Schedule, ...]:
    """Return what a worker does again and again: draws of plans, held audits, reports and alerts, connectors, notices, retention."""
    return (
        Schedule("draw_plans", auditing.DRAWN_AT, partial(auditing.draw_due, store)),
        Schedule("submit_held", RUN_AT, partial(auditing.submit_held, store)),
        Schedule("run_schedules", RUN_AT, partial(run_schedules, store, settings)),
        Schedule("run_connectors", RUN_AT, partial(run_connectors, store, settings)),
        Schedule("run_notices", RUN_AT, partial(run_notices, store, settings)),
        Schedule("run_retention", RETENTION_AT, partial(privacy.run_retention, settings, store)),
    )


def mailer_of(settings: Settings) -> Mailer | None:
    """Return what sends e-mail; None where no mail server or no sender is set."""
    return Mailer(settings.smtp_url, settings.mail_from) if settings.smtp_url and settings.mail_from else None


def run_schedules(store: Store, settings: Settings) -> None:
    """Run what is due in every app, and send what is not sent yet."""
    sender = HttpSender(networks_of(settings))
    mail = mailer_of(settings)
    for tenant in store.tenants():
        with guarded(_LOG, f"schedules of app {tenant.app_id}"):
            service = scheduling(store, tenant, settings)
            service.run_due()
            service.send(sender.send, mail)
    sender.close()


def run_notices(store: Store, settings: Settings) -> None:
    """Notify people of audits that are late, and send notices by e-mail and to targets, in every app."""
    mail = mailer_of(settings)
    base = f"{settings.public_url}{CONSOLE}" if settings.public_url else ""
    post = Messenger(networks_of(settings)).send
    for tenant in store.tenants():
        app = store.within(tenant)
        names = cache(partial(_names, store, tenant.account_id))
        with guarded(_LOG, f"late audits of app {tenant.app_id}"):
            note_late(app, _NOW())
        with guarded(_LOG, f"e-mails of app {tenant.app_id}"):
            if mail is not None:
                send_mails(app, _NOW, mail.deliver, partial(_letter, app, names, base))
        with guarded(_LOG, f"messages of app {tenant.app_id}"):
            send_messages(app, _NOW, post, partial(_message, names, base))


def _names(store: Store, account_id: str) -> Mapping[str, str]:
    return {each.email: each.name for each in store.people.users.listing(account_id)}


def _letter(
    app: AppStore, names: Callable[[], Mapping[str, str]], base: str, choices: Choices, found: Sequence[Notice]
) -> tuple[str, str]:
    from auscult.services.disputes.outcomes import outcomes  # noqa: PLC0415  (as below)
    from auscult.services.notices.writing import letter_of  # noqa: PLC0415  (the console takes a while to load)

    return letter_of(names(), base, choices.language, found, partial(outcomes, app))


def _message(
    names: Callable[[], Mapping[str, str]], base: str, target: Target, found: Sequence[Notice]
) -> tuple[str, str]:
    from auscult.services.targets.writing import message_of  # noqa: PLC0415  (the console takes a while to load)

    return message_of(names(), base, target, found)


def limits_of(settings: Settings) -> Limits:
    """Return the limits of input."""
    return Limits(**{name: getattr(settings, name) for name in Limits.__struct_fields__})


def connecting(store: Store, tenant: Tenant, settings: Settings, by: str = SYSTEM) -> Connectors:
    """Return the connectors of an app; ``by`` is who asks."""
    app, limits, networks = store.within(tenant), limits_of(settings), networks_of(settings)
    return Connectors(app, limits, _NOW, networks, reports=REPORTS, by=by)


def run_connectors(store: Store, settings: Settings) -> None:
    """Run what is due in every app, as a worker does."""
    room = AdmissionControl(store.batches, settings.backlog)
    wait: Callable[[int], None] = partial(room.wait, lambda: None)
    limits = TenantLimits(store.limits)
    for tenant in store.tenants():  # of every app before any is run, which takes as long as there is to read
        with guarded(_LOG, f"crashed runs of app {tenant.app_id}"):
            store.within(tenant).connectors.end_crashed(_NOW())
    for tenant in store.tenants():
        with guarded(_LOG, f"connectors of app {tenant.app_id}"):
            try:
                limits.check_intake(tenant)
            except LimitReachedError as error:
                _LOG.warning("connectors of app %s wait: %s", tenant.app_id, error.message)
                continue
            connecting(store, tenant, settings).run_due(wait)
