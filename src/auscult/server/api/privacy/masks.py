"""``/api/v1/conversations/{id}/masks``: why something is masked, and what people say is wrong with that."""

from functools import partial
from typing import Any

from litestar.params import JSONBody
from msgspec import Struct

from auscult.domain.privacy.faults import Fault, Mask, NewFault
from auscult.server.api.corrections import READS, WRITES
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Use
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.examples import example
from auscult.server.rest.parameters import ConversationId, Cursor, Limit
from auscult.services.audits.blind import hides_talk
from auscult.services.privacy.faults import Faults

Work = Use[Faults]


def work(app: App, rights: Rights, server: Basis) -> Faults:
    """Return the masks of the app as the caller sees them."""
    return Faults(app, server.now, rights, partial(hides_talk, app, rights.name))


class Masks(Struct, frozen=True, kw_only=True):
    """The placeholders in the turns of a conversation, in their order."""

    items: tuple[Mask, ...]


class FaultPage(Struct, frozen=True, kw_only=True):
    """One page, the newest first. ``next_cursor`` is null after the last."""

    items: tuple[Fault, ...]
    next_cursor: str | None


_MASK: dict[str, Any] = {
    "turn_id": "m4",
    "place": 8,
    "kind": "account",
    "number": 1,
    "by": "builtin",
    "reasons": [{"sign": "before", "text": "And your account number?"}],
}
_FAULT: dict[str, Any] = {
    "fault_id": "mf-9f3c2a7be041",
    "conversation_id": "c-7f8b1f0e",
    "turn_id": "m4",
    "wrong": "other_kind",
    "was": "account",
    "kind": "phone",
    "speaker": "customer",
    "before": "And your number?",
    "text": "Sure, [account].",
    "place": 6,
    "by": "maria@example.com",
    "at": "2026-05-03T09:00:00Z",
}
example({"items": [_MASK]})(Masks)
example({"turn_id": "m4", "place": 8, "wrong": "other_kind", "kind": "phone"})(NewFault)
example(_FAULT)(Fault)


@operation.get(
    "/conversations/{conversation_id}/masks",
    may=READS,
    summary="Why something is masked",
    is_slow=True,
    command="masks of",
    columns=("turn_id", "place", "kind", "number", "by", "reasons"),
)
def list_masks(conversation_id: ConversationId, work: Work) -> Masks:
    """Return the placeholders in the turns of a conversation, each with why it is there.

    That is worked out again from what is stored, with a made-up value in its place; nothing of the value itself is.
    """
    return Masks(items=tuple(work.masks(conversation_id)))


@operation.post(
    "/conversations/{conversation_id}/masks/faults",
    may=WRITES,
    status=201,
    refuses={422: "There is no such turn, the right kind is not named, or the turn does not have these words."},
    command="masks report",
)
def report_mask(conversation_id: ConversationId, data: JSONBody[NewFault], work: Work) -> Fault:
    """Report a wrong placeholder. It is not personal, of another kind, or something next to it was missed.

    An example is kept of it in which all personal data is masked, for those who fit the redactor.
    """
    return work.report(conversation_id, data)


@operation.get(
    "/masks/faults",
    may=READS,
    command="masks faults",
    columns=("fault_id", "conversation_id", "wrong", "was", "kind", "text", "by", "at"),
)
def list_mask_faults(work: Work, limit: Limit = 100, cursor: Cursor = None) -> FaultPage:
    """List reported placeholders. They are of the conversations that the caller sees, the newest first."""
    after = read_cursor(cursor, tuple[int])
    found = work.listing(after[0] if after else None, limit + 1)
    return FaultPage(
        items=tuple(each.fault for each in found[:limit]),
        next_cursor=write_cursor(found[limit - 1].number) if len(found) > limit else None,
    )


ROUTER = operation.router(__name__, work=work)
