"""Rules of retention, changed on record."""

from auscult.domain.errors import RequestError
from auscult.domain.privacy.retention import KEPT
from auscult.services.privacy.log import record
from auscult.storage.store import AppStore


def change_rule(app: AppStore, principal: str, queue: str, kind: str, days: int | None) -> None:
    """Set how long conversations of a queue (``*``: of all others), or a part of them, are kept; None removes the rule.

    Raises ``RequestError`` ``retention.kind``.
    """
    if kind not in KEPT:
        raise RequestError(
            "unknown kind {value!r}; available: {list}",
            list=", ".join(KEPT),
            code="retention.kind",
            field="kind",
            value=kind,
        )
    app.retention.set_rule(queue, days, kind)
    record(app, principal, "retention.changed", f"queue:{queue}", kind=kind, days=days)
