"""``/api/v1/conversations/{id}/masks``: why something is masked, and what people say is wrong with that."""

from typing import Annotated

from litestar.params import JSONBody

from auscult.domain.comments import WRITE
from auscult.domain.privacy.faults import Fault, Mask, NewFault, Reason
from auscult.server.api.corrections import READS
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.examples import example
from auscult.server.rest.guards import writing
from auscult.server.rest.lists import Called, Items, Page
from auscult.server.rest.parameters import ConversationId, Cursor, Limit
from auscult.services.privacy import faults

Masks = Annotated[Items[Mask], Called("Masks", "The placeholders in the turns of a conversation, in their order.")]


FaultPage = Annotated[
    Page[Fault], Called("FaultPage", "One page, the newest first. ``next_cursor`` is null after the last.")
]


_ABOUT = {"turn_id": "m4", "place": 6}
_REASON = {"sign": "before", "text": "And your account number?"}
example(_REASON)(Reason)
example({**_ABOUT, "kind": "account", "number": 1, "by": "builtin", "reasons": [_REASON]})(Mask)
example({**_ABOUT, "wrong": "other_kind", "kind": "phone"})(NewFault)
example(
    {
        **_ABOUT,
        "fault_id": "mf-9f3c2a7be041",
        "conversation_id": "c-7f8b1f0e",
        "wrong": "other_kind",
        "was": "account",
        "kind": "phone",
        "speaker": "customer",
        "before": "And your number?",
        "text": "Sure, [account].",
        "by": "maria@example.com",
        "at": "2026-05-03T09:00:00Z",
    }
)(Fault)


@operation.get(
    "/conversations/{conversation_id}/masks",
    may=READS,
    summary="Why something is masked",
    is_slow=True,
    command="masks of",
    columns=("turn_id", "place", "kind", "number", "by", "reasons"),
)
def list_masks(conversation_id: ConversationId, app: App) -> Masks:
    """Return the placeholders in the turns of a conversation, each with why it is there.

    That is worked out again from what is stored, with a made-up value in its place; nothing of the value itself is.
    """
    return Items(items=tuple(faults.masks(app, conversation_id)))


@operation.post(
    "/conversations/{conversation_id}/masks/faults",
    may=writing("conversations", WRITE, reach="some"),
    status=201,
    refuses={422: "The right kind is not named, or the turn does not have these words."},
    command="masks report",
)
def report_mask(
    conversation_id: ConversationId, data: JSONBody[NewFault], app: App, rights: Rights, server: Basis
) -> Fault:
    """Report a wrong placeholder. It is not personal, of another kind, or something next to it was missed.

    An example is kept of it in which all personal data is masked, for those who fit the redactor.
    """
    return faults.report(app, server.now, rights, conversation_id, data)


@operation.get(
    "/masks/faults",
    may=READS,
    command="masks faults",
    columns=("fault_id", "conversation_id", "wrong", "was", "kind", "text", "by", "at"),
)
def list_mask_faults(app: App, limit: Limit = 100, cursor: Cursor = None) -> FaultPage:
    """List reported placeholders. They are of the conversations that the caller sees, the newest first."""
    after = read_cursor(cursor, tuple[int])
    found = app.mask_faults.listing(after[0] if after else None, limit + 1)
    return Page(
        items=tuple(each.fault for each in found[:limit]),
        next_cursor=write_cursor(found[limit - 1].number) if len(found) > limit else None,
    )


ROUTER = operation.router(__name__)
