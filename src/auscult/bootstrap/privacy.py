"""Privacy on one database: the seals of the access log, erasure, and retention."""
# ruff: noqa: PLC0415  (heavy rooms are imported where they are used)

import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from auscult.config import Settings
from auscult.domain.errors import AuscultError, SettingsError
from auscult.domain.operations.guarding import guarded
from auscult.domain.tenancy import Tenant

if TYPE_CHECKING:
    from auscult.domain.privacy.erasure_list import Listed
    from auscult.services.privacy.approvals import Approvals
    from auscult.services.privacy.erasure import Erasing
    from auscult.services.privacy.sealing import Sealing
    from auscult.storage import Store
    from auscult.workers.background.log_sealer import LogSealer

_LOG = logging.getLogger(__name__)
STOPS = frozenset({"erasures.unwritable", "erasures.restored"})
"""Reasons of errors that stop every erasure until an operator has acted."""


def sealing(settings: Settings, store: "Store") -> "Sealing":
    """Return what seals the access log, and sends the heads of seals where the settings say."""
    from auscult.services.privacy.sealing import Sealing, append_to, put_in
    from auscult.storage.recordings.blobs import SCHEMES, ObjectBlobs
    from auscult.workers.background.log_sealer import post_to

    target = settings.seals_to
    if target is None:
        return Sealing(store, None)
    if target.startswith(SCHEMES):
        return Sealing(store, put_in(ObjectBlobs(target)))
    is_url = target.startswith(("http://", "https://"))
    return Sealing(store, post_to(target) if is_url else append_to(Path(target)))


def log_sealer(settings: Settings, store: "Store") -> "LogSealer":
    """Return the thread that seals the access log, and keeps erasures in their second place."""
    from auscult.workers.background.log_sealer import LogSealer

    return LogSealer(sealing(settings, store).run, partial(keep_erased, settings, store))


def erasing(store: "Store", tenant: Tenant) -> "Erasing":
    """Return what erases in an app: retention, and the data of one customer."""
    from auscult.reports import REPORTS
    from auscult.services.privacy.erasure import Erasing
    from auscult.services.scoring.render import renderer

    app = store.within(tenant)
    return Erasing(app, partial(datetime.now, UTC), renderer(app, REPORTS))


def run_retention(settings: Settings, store: "Store") -> None:
    """Erase in every app what its rules no longer keep and no hold does, and prune the access log.

    Where erasures are stopped, the log has the reason, and the next run tries again.
    """
    now = datetime.now(UTC)
    for tenant in store.tenants():
        with guarded(_LOG, f"retention of app {tenant.app_id}"):
            store.within(tenant).retention.end_cut_off(int(now.timestamp() * 1000))
            eraser = erasing(store, tenant)
            due = [item for item in eraser.due() if item.held_by is None]
            try:
                if due:
                    eraser.run("retention", due)
            except AuscultError as error:
                if error.reason not in STOPS:
                    raise
                _LOG.warning("retention: %s", error.message)
                break  # of all apps
    prune_log(settings, store)
    keep_erased(settings, store)


def prune_log(settings: Settings, store: "Store") -> int:
    """Remove entries of the access log that are sealed and older than the settings keep them; return how many."""
    if settings.log_days is None:
        return 0
    before = datetime.now(UTC) - timedelta(days=settings.log_days)
    return store.log.prune(int(before.timestamp() * 1000))


def keep_erased(settings: Settings, store: "Store", *, is_all: bool = False) -> None:
    """Write to the list of the settings what it does not have yet, or everything. The log has when a list begins to refuse."""
    from auscult.services.privacy.erased_elsewhere import ErasedList

    if settings.erasures_to is None:
        return
    with suppress(SettingsError):
        ErasedList(store, Path(settings.erasures_to)).write(is_all=is_all)


def list_elsewhere(settings: Settings, store: "Store") -> None:
    """Have erasures and holds written to the list of the settings, which is begun where it is missing."""
    from auscult.services.privacy.erased_elsewhere import ListFile

    if settings.erasures_to is not None:
        listing = ListFile(Path(settings.erasures_to))
        store.list_elsewhere(listing.append)
        if not listing.is_begun:
            keep_erased(settings, store)


def compare_list(settings: Settings, store: "Store") -> list[str]:
    """Compare the database with the list of the settings, if any; return a line for each kind of difference."""
    from auscult.services.privacy.erased_elsewhere import ErasedList

    path = settings.erasures_to
    return [] if path is None else ErasedList(store, Path(path)).differences(Path(path))


def stops(settings: Settings, store: "Store") -> Iterator[tuple[str, str]]:
    """Yield why nothing is erased, and the remedy."""
    from auscult.services.privacy.erased_elsewhere import ListFile
    from auscult.storage.privacy.log import RESTORED

    if at := store.log.count(RESTORED):
        restored = datetime.fromtimestamp(at / 1000, UTC)
        fault = f"the database was restored on {restored:%Y-%m-%d %H:%M} UTC, and holds may be missing"
        yield fault, "compare the holds, then run `auscult retention resume`"
    try:
        if settings.erasures_to is not None:
            ListFile(Path(settings.erasures_to)).check()
    except SettingsError as error:
        yield error.message.split("; ")[0], f"make room for {settings.erasures_to}, or correct AUSCULT_ERASURES_TO"


def resume_erasures(store: "Store", principal: str) -> bool:
    """Let erasures go on after a restore, on record; False where they do not wait."""
    from auscult.services.privacy.log import record
    from auscult.storage.privacy.log import RESTORED

    if not store.log.count(RESTORED):
        return False
    store.log.keep_sent(0, RESTORED)
    record(store, principal, "erasures.resumed", None)
    return True


def approvals(store: "Store", tenant: Tenant, principal: str) -> "Approvals":
    """Return the service for steps that need two people where an app's settings demand it."""
    from auscult.services.privacy.approvals import Approvals

    return Approvals(store.within(tenant), erasing(store, tenant), principal)


def agree_again(store: "Store", listed: "Listed", backed_up_at: int, principal: str) -> tuple[int, int]:
    """Place and lift what holds, and erase what came back with a backup that was begun at an instant (ms), as a list has it.

    Returns how many holds and how many conversations. Erasures wait from then on where holds may be missing.
    """
    from auscult.domain.privacy.erasure_list import missing
    from auscult.storage.privacy.log import RESTORED

    waits = store.log.count(RESTORED)
    store.log.keep_sent(0, RESTORED)
    holds = erased = 0
    for tenant in store.tenants():
        retention = store.within(tenant).retention
        lines = [line for line in listed.lines if line.app == tenant.app_id]
        holds += retention.place_again(retention.holds_of(line for line in lines if line.hold))
        receipt = erasing(store, tenant).again(missing(lines, retention.erased(), backed_up_at), principal)
        erased += 0 if receipt is None else receipt.erased
    if listed.faults or not listed.has_holds:
        waits = int(datetime.now(UTC).timestamp() * 1000)
    if waits:
        store.log.keep_sent(waits, RESTORED)
    return holds, erased


def verify_log(settings: Settings, store: "Store", heads: Path | None) -> list[str]:
    """Check the access log; one line for each fault, none where it is whole. ``heads``: a file of seals' heads."""
    from auscult.services.privacy.log import verify
    from auscult.services.privacy.sealing import read_heads
    from auscult.storage.recordings.blobs import SCHEMES

    target = settings.seals_to if heads is None else str(heads)
    is_read = heads is not None or (target is not None and (target.startswith(SCHEMES) or Path(target).is_file()))
    return [str(fault) for fault in verify(store, read_heads(target) if target and is_read else [])]
