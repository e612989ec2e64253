"""Privacy on one database: the seals of the access log, erasure, and retention."""
# ruff: noqa: PLC0415  (heavy rooms are imported where they are used)

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from auscult.config import Settings
from auscult.domain.tenancy import Tenant

if TYPE_CHECKING:
    from auscult.domain.privacy.retention import Receipt
    from auscult.services.privacy.approvals import Approvals
    from auscult.services.privacy.erasure import Erasing
    from auscult.services.privacy.sealing import Sealing
    from auscult.storage import Store
    from auscult.workers.background.log_sealer import LogSealer


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
    """Erase in every app what its rules no longer keep and no hold does, and prune the access log."""
    for tenant in store.tenants():
        eraser = erasing(store, tenant)
        due = [item for item in eraser.due() if item.held_by is None]
        if due:
            eraser.run("retention", due)
    prune_log(settings, store)
    keep_erased(settings, store)


def prune_log(settings: Settings, store: "Store") -> int:
    """Remove entries of the access log that are sealed and older than the settings keep them; return how many."""
    if settings.log_days is None:
        return 0
    before = datetime.now(UTC) - timedelta(days=settings.log_days)
    return store.log.prune(int(before.timestamp() * 1000))


def keep_erased(settings: Settings, store: "Store") -> None:
    """Write to the file of the settings what was erased and is not in it yet."""
    from auscult.services.privacy.erased_elsewhere import ErasedList

    if settings.erasures_to is not None:
        ErasedList(store, Path(settings.erasures_to)).write()


def approvals(store: "Store", tenant: Tenant, principal: str) -> "Approvals":
    """Return the service for steps that need two people where an app's settings demand it."""
    from auscult.services.privacy.approvals import Approvals

    return Approvals(store.within(tenant), erasing(store, tenant), principal)


def erase_again(store: "Store", lists: Iterable[Path], principal: str) -> list["Receipt"]:
    """Erase what came back with a backup, by the database's own record and by lists of erasures; return receipts."""
    from auscult.services.privacy.erased_elsewhere import read_erased

    elsewhere = read_erased(lists)
    receipts: list[Receipt] = []
    for tenant in store.tenants():
        known = store.within(tenant).retention.erased_keys()
        receipt = erasing(store, tenant).again(known | elsewhere.get(tenant.app_id, frozenset()), principal)
        receipts += [] if receipt is None else [receipt]
    return receipts


def verify_log(settings: Settings, store: "Store", heads: Path | None) -> list[str]:
    """Check the access log; one line for each fault, none where it is whole. ``heads``: a file of seals' heads."""
    from auscult.services.privacy.log import verify
    from auscult.services.privacy.sealing import read_heads
    from auscult.storage.recordings.blobs import SCHEMES

    target = settings.seals_to if heads is None else str(heads)
    is_read = heads is not None or (target is not None and (target.startswith(SCHEMES) or Path(target).is_file()))
    return [str(fault) for fault in verify(store, read_heads(target) if target and is_read else [])]
