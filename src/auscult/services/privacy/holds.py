"""Legal holds, placed and lifted on record."""

from datetime import date
from typing import cast

from auscult.domain.errors import RequestError, unknown
from auscult.domain.privacy.retention import HoldKind
from auscult.services.privacy.log import record
from auscult.storage.store import AppStore


def place_hold(app: AppStore, principal: str, kind: str, value: str, reason: str) -> int:
    """Place a hold, and return its number.

    Raises ``RequestError`` for a period that is none, and ``NotFoundError`` ``conversation.unknown``: a wrong id would
    keep nothing. A customer or an agent may come later.
    """
    if kind == "conversation" and app.conversations.get(value) is None:
        raise unknown("conversation", value, "there is no conversation {value} in this app", field="value")
    if kind == "period":
        first, _, last = value.partition("/")
        try:
            is_right = date.fromisoformat(first) <= date.fromisoformat(last)
        except ValueError:
            is_right = False
        if not is_right:
            raise RequestError(
                "invalid period {value!r}; give two days, as 2026-01-01/2026-03-31",
                code="hold.period",
                field="value",
                value=value,
            )
    number = app.retention.place(cast("HoldKind", kind), value, reason, principal)
    record(app, principal, "hold.placed", f"hold:{number}", kind=kind, value=value, reason=reason)
    return number


def lift_hold(app: AppStore, principal: str, number: int, reason: str) -> None:
    """Lift a hold. Raises ``NotFoundError``."""
    app.retention.lift(number, principal)
    record(app, principal, "hold.lifted", f"hold:{number}", reason=reason)
