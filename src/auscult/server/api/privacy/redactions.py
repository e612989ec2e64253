"""``/api/v1/redactions``: what is stored redacted once more, after a policy that got stricter, with a certificate."""

from typing import Annotated, Any

from auscult.server.api.privacy.settings import READS_SETTINGS
from auscult.server.rest import operation
from auscult.server.rest.context import App, Rights
from auscult.server.rest.examples import example
from auscult.server.rest.guards import writing
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import Limit, path_id
from auscult.services.history import redactions
from auscult.services.history.redactions import Certificate

RedactionId = Annotated[str, path_id("The redaction's id.", "rd-0b6f2f3e-5a0e-4f0b-8d3c-9d1f6f11a2b3")]
_WRITES = writing("log", "settings.manage")


RedactionList = Annotated[
    Items[Certificate], Called("RedactionList", "Redactions of what is stored, the newest first.")
]


_LINE: dict[str, Any] = {
    "id": "rd-0b6f2f3e-5a0e-4f0b-8d3c-9d1f6f11a2b3",
    "app_id": "st-shop",
    "state": "running",
    "by": "user:ann@example.com",
    "redaction": "mask",
    "redactor": "builtin",
    "countries": ["GB"],
    "kinds": {"phone": "drop"},
    "own": [],
    "agent_names": "mask",
    "total": 20000,
    "looked": 8000,
    "changed": 1200,
    "held": 2,
    "scores": 1300,
    "placeholders": {"card": 310, "phone": 1420},
    "reason": None,
    "created_at": "2026-03-24T08:00:00Z",
    "ended_at": None,
    "backups": [{"made_at": "2026-03-20T02:00:00Z", "name": "auscult-20260320T020000Z.backup"}],
    "exports": [{"at": "2026-03-01T08:00:00Z", "principal": "cli:ann", "what": "table:conversations"}],
}
example(_LINE)(Certificate)
_COLUMNS = ("id", "state", "total", "looked", "changed", "held", "created_at", "ended_at")
_DONE = {**_LINE, "state": "done", "looked": 20000, "changed": 3100, "scores": 3350, "ended_at": "2026-03-24T08:01:00Z"}


@operation.post(
    "/redactions", may=_WRITES, status=202, refuses={409: "Another one is under way."}, command="redactions begin"
)
def begin_redaction(app: App, rights: Rights) -> Certificate:
    """Redact what is stored, as the privacy settings say now. Workers do it, and it survives a crash of any process.

    A conversation in which something is found has a new revision. Its scores are carried over with their quotations
    masked, and nothing is judged. What is on legal hold stays as it is.
    """
    return redactions.begin(app, rights.label)


@operation.get("/redactions", may=READS_SETTINGS, is_slow=True, command="redactions list", columns=_COLUMNS)
def list_redactions(app: App, limit: Limit = 100) -> RedactionList:
    """List redactions of what is stored. The newest is first."""
    return Items(items=tuple(redactions.listing(app, limit)))


@operation.get(
    "/redactions/{redaction_id}",
    may=READS_SETTINGS,
    summary="One redaction",
    example=_DONE,
    is_slow=True,
    command="redactions show",
)
def get_redaction(redaction_id: RedactionId, app: App) -> Certificate:
    """Return a redaction: its progress, and its certificate once it is done."""
    return redactions.view(app, redaction_id)


@operation.post("/redactions/{redaction_id}/cancel", may=_WRITES, command="redactions cancel")
def cancel_redaction(redaction_id: RedactionId, app: App) -> Certificate:
    """Cancel a redaction. Nothing more is masked, and what is masked stays so. One that is over is not changed."""
    return redactions.cancel(app, redaction_id)


@operation.post(
    "/redactions/{redaction_id}/resume",
    may=_WRITES,
    refuses={409: "Another one is under way."},
    command="redactions resume",
)
def resume_redaction(redaction_id: RedactionId, app: App) -> Certificate:
    """Resume a redaction. A cancelled or failed one continues where it stopped; others are not changed."""
    return redactions.resume(app, redaction_id)


ROUTER = operation.router(__name__)
