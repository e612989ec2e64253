"""Exports of the list of conversations: the whole range that filters show, written as a job with progress.

What is exported is what the person who asked may see when it is written, and what is hidden from them as an auditor
stays hidden.
"""

import codecs
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from auscult.domain.delivery.exports import Export, ExportKind
from auscult.domain.errors import AuscultError
from auscult.domain.operations.guarding import PanicError, panics_as_errors
from auscult.domain.tenancy import Tenant
from auscult.services.conversations.latest import LatestPage, Position, Sought, count
from auscult.services.privacy.log import record_export
from auscult.services.scoring.listing import ListedConversation
from auscult.storage.delivery.exports import ExportClaim
from auscult.storage.store import AppStore, Store
from auscult.tables import TABLES

AT_A_TIME = 500
KEPT = timedelta(days=7)
_LEASE_MS = 60_000
_NAMES = (
    "id",
    "custom_id",
    "started_at",
    "ended_at",
    "duration_ms",
    "channel",
    "direction",
    "language",
    "queues",
    "agents",
    "handled_by",
    "ai_versions",
    "form_id",
    "form_version",
    "status",
    "score",
    "passed",
    "fatal_errors",
    "missed_metrics",
    "sentiment",
    "resolution",
    "escalation",
    "churn_risk",
    "intents",
    "audit_state",
    "audit_score",
    "sides",
)
COLUMNS: dict[str, dict[str, Any]] = {name: {} for name in _NAMES}
"""The columns of an export, in order."""

Rows = Sequence[ListedConversation]


Listing = Callable[[Sought, Position | None, int], LatestPage]
"""Returns the newest conversations before a position that a person sees, at most a limit."""
SeenBy = Callable[[Tenant, str], Listing | None]
"""Returns the list as a user sees it in an app; None where they may not export any more."""


def request_export(  # noqa: PLR0913, PLR0917  (the requester, and the request)
    app: AppStore, user_id: str, email: str, sought: Sought, kind: ExportKind, total: int | None = None
) -> str:
    """Request an export of what filters show, and return its id. The access log records it.

    ``total`` is the number of conversations that the person sees, unless that is all that are found.
    """
    total = count(app, sought) if total is None else total
    record_export(app, f"user:{email}", "list:conversations", format=kind, conversations=total)
    frozen = msgspec.structs.replace(sought, until=sought.until or datetime.now(UTC))
    return app.exports.request(user_id, msgspec.json.encode(frozen), kind, total)


class ListExporting:
    """Writes the exports that wait."""

    def __init__(self, store: Store, seen_by: SeenBy) -> None:
        """``seen_by`` is asked before every export, and before every time that one goes on."""
        self._store = store
        self._seen_by = seen_by

    def run_once(self) -> bool:
        """Write one export, or as much as there is before the lease would end; False where none waits."""
        self._store.export_work.expire(round(KEPT.total_seconds() * 1000))
        claim = self._store.export_work.claim(_LEASE_MS)
        if claim is None:
            return False
        try:
            with panics_as_errors():
                self._write(claim)
        except (AuscultError, PanicError) as error:
            self._store.export_work.fail(claim.number, str(error))
        return True

    def _write(self, claim: ExportClaim) -> None:
        seen = self._seen_by(claim.tenant, claim.export.user_id)
        if seen is None:
            self._store.export_work.fail(claim.number, "the permission to export is gone")
            return
        sought = msgspec.json.decode(claim.export.query, type=Sought)
        done, going = claim.export.done, claim
        while True:
            before = None if going.position is None else msgspec.json.decode(going.position, type=Position)
            page = seen(sought, before, AT_A_TIME)
            done += len(page.items)
            content = _encoded(page.items, claim.export, is_first=going.part == 0)
            position = None if page.next is None else msgspec.json.encode(page.next).decode()
            if not self._store.export_work.add_part(going, content, position, done, _LEASE_MS) or position is None:
                return
            going = going._replace(position=position, part=going.part + 1)


def _encoded(rows: Rows, export: Export, *, is_first: bool) -> bytes:
    stream = io.BytesIO()
    writer = TABLES[export.kind].open(stream, COLUMNS)
    if not is_first:  # the header stands in the first part alone
        stream.seek(0)
        stream.truncate()
    writer.write([msgspec.json.encode(row_of(each)) for each in rows])
    writer.close()
    mark = codecs.BOM_UTF8 if is_first and export.kind == "csv" else b""  # by which Excel knows that it is UTF-8
    return mark + stream.getvalue()


def row_of(listed: ListedConversation) -> dict[str, object]:
    """Return a conversation as a row of an export."""
    insights, form = listed.insights, listed.form
    return {
        "id": listed.id,
        "custom_id": listed.custom_id,
        "started_at": listed.started_at,
        "ended_at": listed.ended_at,
        "duration_ms": listed.duration_ms,
        "channel": listed.channel,
        "direction": listed.direction,
        "language": listed.language,
        "queues": "; ".join(each.name or each.id or "" for each in listed.queues),
        "agents": "; ".join(each.name or each.id for each in listed.agents),
        "handled_by": listed.handled_by,
        "ai_versions": "; ".join(f"{each.id} {each.version}" for each in listed.agents if each.version),
        "form_id": form and form.id,
        "form_version": form and form.version,
        "status": listed.status,
        "score": listed.score,
        "passed": listed.passed,
        "fatal_errors": listed.fatal_errors,
        "missed_metrics": "; ".join(listed.missed_metrics),
        "sentiment": insights.sentiment.score if insights and insights.sentiment else None,
        "resolution": insights and insights.resolution,
        "escalation": insights and insights.escalation,
        "churn_risk": insights and insights.churn_risk,
        "intents": "; ".join(each.name for each in (insights.intents or ())) if insights else None,
        "audit_state": listed.audit.state,
        "audit_score": listed.audit.score,
        "sides": "; ".join(listed.sides or ()),
    }
