"""The erasure of one customer: found first, then erased, with a certificate."""

from typing import cast, get_args

from litestar import Controller, Response, get, post
from litestar.response import Redirect

from auscult.domain.errors import RequestError
from auscult.domain.privacy.retention import By, Item
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.posted import Posted, one, sentence, several
from auscult.server.console.frame.visit import TheVisit, Visit
from auscult.server.console.operations.tabs import PATH, administration
from auscult.server.console.privacy.approvals import note_of, steps, waiting_steps
from auscult.server.console.privacy.retention import receipts
from auscult.server.console.privacy.views import erased_in_words

_PATH = f"{PATH}/erasure"
_NOTES = {
    "asked": later("Asked for: another person has to approve it."),
    "approved": later("Approved, and done."),
    "refused": later("Refused: nothing was done."),
}


class ErasurePage(Controller):
    """The stored conversations of one customer, and their erasure."""

    path = "/administration/erasure"

    @get(sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
        """Ask for a customer; past runs are below."""
        visit.require_everywhere("erasure.run")
        return self._page(visit, "", "", None)

    @post(sync_to_thread=True)
    def act(self, data: Posted, visit: TheVisit) -> Response[str] | Redirect:
        """List a customer's conversations; erase the listed ones after confirmation."""
        visit.require_everywhere("erasure.run")
        by, value = one(data, "by"), one(data, "value")
        if by not in get_args(By) or not value:
            return self._page(visit, by, value, None, _("Give the customer's id, telephone number or e-mail address."))
        try:
            found = visit.erasing.of_customer(cast("By", by), value)
        except RequestError as error:
            return self._page(visit, by, value, None, sentence(error.coded))
        if one(data, "act") != "erase":
            return self._page(visit, by, value, found)
        listed = set(several(data, "listed"))
        if {each.conversation_id for each in found if each.held_by is None} != listed:
            problem = _("What is kept of this customer changed meanwhile. Read the list again.")
            return self._page(visit, by, value, found, problem)
        done = steps(visit).erase_customer(cast("By", by), value)
        return Redirect(f"{_PATH}?done={done.receipt.id if done.receipt else 'asked'}", status_code=303)

    def _page(self, visit: Visit, by: str, value: str, found: list[Item] | None, problem: str = "") -> Response[str]:
        return administration(
            visit,
            "Erasure",
            note=note_of(visit, _NOTES),
            problem=problem,
            by=by or "customer",
            value=value,
            found=found,
            listed=[each.conversation_id for each in found or () if each.held_by is None],
            receipts=receipts(visit, "erasure"),
            erased_in_words=erased_in_words,
            **waiting_steps(visit),
        )
