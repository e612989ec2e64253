"""Legal holds: placed and lifted with a reason."""

from typing import get_args

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from auscult.domain.errors import AuscultError, RequestError
from auscult.domain.privacy.retention import HoldKind
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.posted import Given, Posted, day, one, sentence
from auscult.server.console.frame.visit import TheVisit, Visit
from auscult.server.console.operations.tabs import PATH, administration
from auscult.server.console.privacy.approvals import steps, waiting, waiting_steps
from auscult.services.privacy.holds import place_hold

_PATH = f"{PATH}/holds"
_VALUES = ("conversation", "customer", "agent")
"""Fields of what is on hold, by its kind."""
_NOTES = {
    "placed": later("On hold: it cannot be erased."),
    "lifted": later("Lifted."),
    "asked": later("Asked for: another person has to approve it."),
    "approved": later("Approved, and done."),
    "refused": later("Refused: nothing was done."),
}


class HoldsPage(Controller):
    """The legal holds of an app."""

    path = "/administration/holds"

    @get(sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
        """List the holds, lifted ones too."""
        visit.require_everywhere("hold.manage")
        return self._page(visit, {})

    @post(sync_to_thread=True)
    def place(self, data: Posted, visit: TheVisit) -> Response[str] | Redirect:
        """Place a hold."""
        visit.require_everywhere("hold.manage")
        kind, reason = one(data, "kind"), one(data, "reason")
        value = one(data, kind)
        if kind == "period":
            value = f"{one(data, 'first')}/{one(data, 'last')}"
        try:
            if kind not in get_args(HoldKind) or not value.strip("/") or not reason:
                raise RequestError(_("a hold needs what it holds, and a reason"), code="field.missing", field="value")
            if kind == "period" and day(data, "last", _("to")) < day(data, "first", _("From")):
                raise RequestError(_("the last day lies before the first"), code="hold.period", field="value")
            place_hold(visit.app, f"user:{visit.visitor.email}", kind, value, reason)
        except AuscultError as error:
            return self._page(visit, data, sentence(error.coded))
        return Redirect(f"{_PATH}?done=placed", status_code=303)

    @post("/{number:int}/lift", sync_to_thread=True)
    def lift(self, number: FromPath[int], data: Posted, visit: TheVisit) -> Response[str] | Redirect:
        """Lift a hold."""
        visit.require_everywhere("hold.manage")
        reason = one(data, "reason")
        if not reason:
            return self._page(visit, {}, _("Lifting a hold needs a reason."))
        done = steps(visit).lift(number, reason)
        return Redirect(f"{_PATH}?done={'asked' if done.approval else 'lifted'}", status_code=303)

    def _page(self, visit: Visit, given: Given, problem: str = "") -> Response[str]:
        holds = sorted(
            visit.app.retention.holds(is_all=True), key=lambda each: (each.lifted_at is not None, -each.number)
        )
        asked = {each.subject.hold or 0 for each in waiting(visit) if each.kind == "hold_lift" and each.subject}
        return administration(
            visit,
            "Holds",
            note=visit.note(_NOTES),
            problem=problem,
            holds=holds,
            asked=asked,
            given={name: one(given, name) for name in ("kind", *_VALUES, "reason", "first", "last")},
            **waiting_steps(visit),
        )
