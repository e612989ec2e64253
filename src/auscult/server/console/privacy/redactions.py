"""Redaction of what is stored: begun, cancelled and resumed on the page of settings, which has the certificates."""

from collections.abc import Callable, Mapping

from litestar import Controller, post
from litestar.params import FromPath
from litestar.response import Redirect

from auscult.domain.errors import ConflictError
from auscult.domain.history.backfills import BackfillState
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.server.console.frame.charts.progress import progress
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.visit import TheVisit, Visit
from auscult.server.console.operations.tabs import PATH
from auscult.services.history import redactions
from auscult.services.history.redactions import Certificate

_SHOWN = 10
STATES: Mapping[BackfillState, tuple[str, str]] = {
    "running": (later("Under way"), "go"),
    "done": (later("Done"), "done"),
    "failed": (later("Failed"), "late"),
    "cancelled": (later("Cancelled"), ""),
}
"""States in words, with the look of their tag."""
NOTES = {
    "begun": later("Begun. Workers mask what is stored; you can leave this page."),
    "running": later("One is under way already."),
    "cancelled": later("Cancelled. What is masked stays so."),
}


class RedactionsPage(Controller):
    """The actions of the section; each shows the settings again."""

    path = "/administration/redactions"

    @post(sync_to_thread=True)
    def begin(self, visit: TheVisit) -> Redirect:
        """Begin to mask what is stored, as the settings say now."""
        visit.require_everywhere("settings.manage")
        return _shown(lambda: redactions.begin(visit.app, f"user:{visit.visitor.email}"), "begun")

    @post("/{redaction_id:str}/cancel", sync_to_thread=True)
    def cancel(self, redaction_id: FromPath[str], visit: TheVisit) -> Redirect:
        """Cancel one."""
        visit.require_everywhere("settings.manage")
        return _shown(lambda: redactions.cancel(visit.app, redaction_id), "cancelled")

    @post("/{redaction_id:str}/resume", sync_to_thread=True)
    def resume(self, redaction_id: FromPath[str], visit: TheVisit) -> Redirect:
        """Continue one that was cancelled or failed."""
        visit.require_everywhere("settings.manage")
        return _shown(lambda: redactions.resume(visit.app, redaction_id), "begun")


def stored(visit: Visit) -> dict[str, object]:
    """Return what the section of the page shows."""
    found = redactions.listing(visit.app, _SHOWN)
    return {"redactions": found, "states": STATES, "policy_of": policy_of, "progress": progress}


def policy_of(certificate: Certificate, kinds: Mapping[str, str], treatments: Mapping[str, str], reader: Reader) -> str:
    """Return the policy that a certificate is of in words: what happens to all kinds, then to those treated otherwise."""
    modes = {"off": _("Security codes alone"), "mask": _("Mask"), "token": _("Replace by tokens")}
    other = (f"{_(kinds[kind])}: {_(treatments[each])}" for kind, each in certificate.kinds.items())
    own = ngettext("{n} value of the company's own stays", "{n} values of the company's own stay", len(certificate.own))
    kept = [own.format(n=reader.number(len(certificate.own)))] if certificate.own else []
    names = [_("Names of agents stay in the text")] if certificate.agent_names == "keep" else []
    return "; ".join([modes[certificate.redaction], *other, *kept, *names])


def _shown(act: Callable[[], object], done: str) -> Redirect:
    try:
        act()
    except ConflictError:
        done = "running"
    return Redirect(f"{PATH}/settings?done={done}#stored", status_code=303)
