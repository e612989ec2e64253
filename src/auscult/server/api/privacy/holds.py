"""``/api/v1/holds``: legal holds, which win over retention and erasure."""

from datetime import datetime
from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.operations.records import made_from
from auscult.domain.privacy.retention import Hold, HoldKind
from auscult.server.api.privacy.retention import erasing
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights
from auscult.server.rest.examples import example
from auscult.server.rest.guards import Scopes, writing
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.openapi import answer
from auscult.server.rest.parameters import query
from auscult.server.rest.request import ApiResponse
from auscult.services.privacy import holds
from auscult.services.privacy.approvals import Approvals

HoldNumber = Annotated[int, Meta(ge=1, le=2**53, description="Its number.")]
_READS = Scopes("log:read", "log:write", permission="hold.manage", reach="app")
_WRITES = writing("log", "hold.manage")
Text = Annotated[str, Meta(min_length=1, max_length=300)]


class HoldView(Struct, frozen=True, kw_only=True):
    """A legal hold. ``approval`` is the number of the step that waits for a second person to lift it."""

    number: int
    kind: HoldKind
    value: str
    reason: str
    placed_by: str
    placed_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
    approval: int | None = None


HoldList = Annotated[Items[HoldView], Called("HoldList", "Holds, by number.")]


@example({"kind": "customer", "value": "u-4711", "reason": "case 2026/17"})
class NewHold(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A hold to place. ``value`` is an id, or for a period two days, ``2026-01-01/2026-03-31``."""

    kind: Annotated[HoldKind, Meta(description="What the hold is on.")]
    value: Annotated[Text, Meta(description="Its id; of a period 2026-01-01/2026-03-31 (days, UTC).")]
    reason: Annotated[Text, Meta(description="Why.")]


@example({"reason": "case closed"})
class Lift(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The reason for which a hold is lifted."""

    reason: Annotated[Text, Meta(description="Why.")]


_HOLD: dict[str, Any] = {
    "number": 1,
    "kind": "customer",
    "value": "u-4711",
    "reason": "case 2026/17",
    "placed_by": "user:ann@example.com",
    "placed_at": "2026-03-23T10:00:00Z",
    "lifted_by": None,
    "lifted_at": None,
    "approval": None,
}
example(_HOLD)(HoldView)


@operation.get(
    "/holds", may=_READS, command="holds list", columns=("number", "kind", "value", "reason", "placed_by", "lifted_by")
)
def list_holds(app: App, all: Annotated[bool, query("Lifted ones too.")] = False) -> HoldList:  # noqa: A002, FBT002  (names of the query)
    """List legal holds. Those in force; with `all`, lifted ones too."""
    return Items(items=tuple(_view(each) for each in app.retention.holds(is_all=all)))


@operation.post("/holds", may=_WRITES, status=201, is_slow=False, command="holds place")
def place_hold(data: JSONBody[NewHold], app: App, rights: Rights) -> HoldView:
    """Place a legal hold. It is on a conversation, a customer, an agent or a period.

    Nothing of it is erased until it is lifted.
    """
    return _view(app.retention.hold(holds.place_hold(app, rights.label, data.kind, data.value, data.reason)))


@operation.post(
    "/holds/{number:int}/lift",
    may=_WRITES,
    refuses={404: "There is no such hold, or it was lifted."},
    answers={202: answer("It waits for a second person.", HoldView, {**_HOLD, "approval": 7})},
    is_slow=False,
    command="holds lift",
)
def lift_hold(
    number: HoldNumber, data: JSONBody[Lift], app: App, rights: Rights, server: Basis
) -> ApiResponse[HoldView]:
    """Lift a legal hold. If the app requires two people, that waits until another one approves."""
    before = app.retention.hold(number)
    done = Approvals(app, erasing(app, server), rights.label).lift(number, data.reason)
    if done.approval is not None:
        return ApiResponse(_view(before, done.approval.number), status_code=202)
    return ApiResponse(_view(next(each for each in app.retention.holds(is_all=True) if each.number == number)))


def _view(hold: Hold, approval: int | None = None) -> HoldView:
    return made_from(HoldView, hold, approval=approval)


ROUTER = operation.router(__name__)
