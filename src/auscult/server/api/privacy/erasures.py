"""``/api/v1/erasures``: the erasure of all conversations of one customer, listed first."""

from typing import Annotated

from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.privacy.customers import VALUES
from auscult.domain.privacy.retention import By, Receipt
from auscult.server.api.privacy.retention import RECEIPT, ItemList, erasing, item_list
from auscult.server.rest import operation
from auscult.server.rest.context import App, Rights, Server
from auscult.server.rest.examples import example
from auscult.server.rest.guards import Scopes
from auscult.server.rest.openapi import answer
from auscult.server.rest.request import ApiResponse, Takes
from auscult.services.privacy.approvals import Approvals
from auscult.services.recordings.removal import remove_due

_ERASES = Scopes("conversations:write", permission="erasure.run", reach="app")
_NO_ADDRESS = "What is given is no e-mail address, or a telephone number with too few digits."


@example({"by": "email", "value": "ada@example.com"})
class CustomerBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A customer: by id, telephone number or e-mail address."""

    by: By
    value: Annotated[str, Meta(min_length=1, max_length=300)]


_RULES = [
    {"if": {"properties": {"by": {"const": by}}}, "then": {"properties": {"value": {"pattern": pattern}}}}
    for by, pattern in VALUES.items()
]
_CUSTOMER = Takes("The customer.", {"by": "customer", "value": "u-4711"}, also={"allOf": _RULES})


@example({"certificate": {**RECEIPT, "kind": "erasure"}, "approval": None})
class Erasure(Struct, frozen=True, kw_only=True):
    """An erasure: its certificate, or the number of the step that waits for a second person."""

    certificate: Receipt | None = None
    approval: int | None = None


@operation.post(
    "/erasures/preview",
    may=_ERASES,
    refuses={422: _NO_ADDRESS},
    summary="Conversations of a customer",
    takes=_CUSTOMER,
)
def preview_erasure(data: JSONBody[CustomerBody], app: App, server: Server) -> ItemList:
    """List a customer's conversations, with those that a hold keeps marked; nothing is erased."""
    return item_list(erasing(app, server).of_customer(data.by, data.value))


@operation.post(
    "/erasures",
    may=_ERASES,
    refuses={422: _NO_ADDRESS},
    answers={202: answer("It waits for a second person.", Erasure, {"certificate": None, "approval": 7})},
    takes=_CUSTOMER,
)
def erase_customer(data: JSONBody[CustomerBody], app: App, rights: Rights, server: Server) -> ApiResponse[Erasure]:
    """Erase a customer. Every conversation that no hold keeps. If the app requires two people, that waits."""
    done = Approvals(app, erasing(app, server), rights.label).erase_customer(data.by, data.value)
    if done.approval is not None:
        return ApiResponse(Erasure(approval=done.approval.number), status_code=202)
    remove_due(server.store.recordings, server.recordings)
    return ApiResponse(Erasure(certificate=done.receipt))


ROUTER = operation.router(__name__)
