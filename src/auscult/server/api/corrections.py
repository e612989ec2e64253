"""Corrections over HTTP and as commands: put a conversation right, or several, and undo it."""

from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Meta

from auscult.domain.corrections import CORRECT, MOST_AT_ONCE, Correction, NewCorrection
from auscult.domain.operations.records import made_from
from auscult.domain.stated import stated
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Use
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.lists import Called, Items, Page
from auscult.server.rest.parameters import ConversationId, Cursor, Limit, path_id, query
from auscult.services.corrections import Corrected, Correcting

CorrectionId = Annotated[str, path_id("The correction.", "cr-9f3c2a7be041")]
Work = Use[Correcting]
READS = reading("conversations")
WRITES = writing("conversations", CORRECT, reach="some")


def work(app: App, rights: Rights, server: Basis) -> Correcting:
    """Return the corrections of the app as the caller makes them."""
    return Correcting(app, server.reports, server.now, rights)


CorrectionPage = Annotated[
    Page[Correction], Called("CorrectionPage", "One page, the newest first. ``next_cursor`` is null after the last.")
]


Corrections = Annotated[
    Items[Correction], Called("Corrections", "The corrections of one conversation, the oldest first.")
]


class ManyCorrections(NewCorrection, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same correction of several conversations."""

    conversation_ids: Annotated[
        tuple[str, ...],
        stated(minItems=1, maxItems=MOST_AT_ONCE),
        Meta(description="The conversations, at most 100."),
    ]


WISH: dict[str, Any] = {"kind": "queue", "after": "q-support", "reason": "wrong routing"}
example(WISH)(NewCorrection)
CORRECTION: dict[str, Any] = {
    "correction_id": "cr-9f3c2a7be041",
    "conversation_id": "c-7f8b1f0e",
    "kind": "queue",
    "by": "maria@example.com",
    "at": "2026-05-03T09:00:00Z",
    "reason": "wrong routing",
    "before": {"id": "q-sales", "name": "Sales"},
    "after": {"id": "q-support", "name": "Support"},
    "speakers": None,
    "revision": 2,
    "undone_by": None,
    "undone_at": None,
}
example(CORRECTION)(Correction)
_REFUSED = {
    403: "The caller lacks the permission for this conversation, or for where it would go.",
    409: "It is so already, is audited, has no words any more, or a later correction is in force.",
}
_BODY = {
    **_REFUSED,
    422: "The reason or the right queue or agent is missing, or the wrong one is not clear.",
}
example(
    {
        "items": [CORRECTION],
        "refused": [
            {
                "conversation_id": "c-2",
                "reason": "correction.already",
                "detail": "the queue of conversation c-2 is q-support already",
            }
        ],
    }
)(Corrected)
example({"conversation_ids": ["c-7f8b1f0e", "c-2"], **WISH})(ManyCorrections)


@operation.get(
    "/conversations/{conversation_id}/corrections",
    may=READS,
    summary="The corrections of a conversation",
    command="corrections of",
    columns=("correction_id", "kind", "by", "at", "reason", "undone_at"),
)
def list_conversation_corrections(conversation_id: ConversationId, work: Work) -> Corrections:
    """Return the corrections of a conversation, undone ones included."""
    return Items(items=tuple(work.of(conversation_id)))


@operation.post(
    "/conversations/{conversation_id}/corrections", may=WRITES, status=201, refuses=_BODY, command="corrections add"
)
def correct_conversation(conversation_id: ConversationId, data: JSONBody[NewCorrection], work: Work) -> Correction:
    """Put a conversation right. Move it to another queue or agent, score it again, or leave it out of figures.

    With another queue or agent, or other sides, it is scored again, as if it came in like that. One that is audited keeps
    its audit with the revision that was audited. The vendor's reports keep the rows of a
    conversation that figures leave out. A later delivery by the sender does not undo a correction.
    """
    return work.add(conversation_id, data)


@operation.post("/corrections", may=WRITES, refuses=_BODY, command="corrections add-many")
def correct_conversations(data: JSONBody[ManyCorrections], work: Work) -> Corrected:
    """Put several conversations right. At most 100, each by itself.

    One that cannot be is left as it is, and returned with the reason.
    """
    wanted = made_from(NewCorrection, data)
    return work.add_many(data.conversation_ids, wanted)


@operation.get(
    "/corrections",
    may=READS,
    command="corrections list",
    columns=("correction_id", "conversation_id", "kind", "by", "at", "reason", "undone_at"),
)
def list_corrections(
    work: Work,
    in_force: Annotated[bool | None, query("Only those in force, or only those undone.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> CorrectionPage:
    """List corrections. They are of the conversations that the caller sees, the newest first."""
    after = read_cursor(cursor, tuple[int])
    found = work.listing(in_force=in_force, before=after[0] if after else None, limit=limit + 1)
    return Page(
        items=tuple(each.correction for each in found[:limit]),
        next_cursor=write_cursor(found[limit - 1].number) if len(found) > limit else None,
    )


@operation.post("/corrections/{correction_id}/undo", may=WRITES, refuses=_REFUSED, command="corrections undo")
def undo_correction(correction_id: CorrectionId, work: Work) -> Correction:
    """Undo a correction. What the sender has counts again. Of several of one kind, the last one goes first."""
    return work.undo(correction_id)


ROUTER = operation.router(__name__, work=work)
