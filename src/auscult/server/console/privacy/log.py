"""The access log: read, filtered and checked. Reading it is recorded too."""

from urllib.parse import urlencode

from litestar import Controller, Response, get, post

from auscult.language import gettext as _
from auscult.server.console.frame.visit import TheVisit, Visit
from auscult.server.console.operations.tabs import PATH, administration
from auscult.server.console.people.names import names_of_people
from auscult.server.console.privacy.log_words import action_choices, action_in_words
from auscult.server.console.privacy.views import entry_details, entry_target
from auscult.server.rest.parameters import number_in
from auscult.services.privacy.log import record_reading, verify_for

_PATH = f"{PATH}/log"
_AT_A_TIME = 100
_FILTERS = ("principal", "action", "target")


class LogPage(Controller):
    """The access log of an app."""

    path = "/administration/log"

    @get(sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
        """Show the newest entries that the address selects."""
        visit.require_everywhere("log.read")
        return self._page(visit)

    @post("/check", sync_to_thread=True)
    def check(self, visit: TheVisit) -> Response[str]:
        """Check that no entry was changed, removed or inserted."""
        visit.require_everywhere("log.read")
        faults = verify_for(visit.store, visit.app, f"user:{visit.visitor.email}")
        whole = "" if faults else _("The log is whole: every entry and every seal fits.")
        return self._page(visit, whole, tuple(str(each) for each in faults))

    def _page(self, visit: Visit, whole: str = "", faults: tuple[str, ...] = ()) -> Response[str]:
        equal = {name: visit.query[name][0] for name in _FILTERS if name in visit.query}
        who = equal.get("principal", "")
        if "@" in who and ":" not in who:  # a person, as the field picks them
            equal["principal"] = f"user:{who}"
        before = visit.asked("before")
        record_reading(visit.app, f"user:{visit.visitor.email}", only=equal)
        most = visit.at_a_time(_AT_A_TIME)
        found = visit.app.log.newest(number_in(before), most + 1, **equal)
        shown = found[:most]
        more = urlencode({**equal, "before": shown[-1].number}) if len(found) > most else ""
        return administration(
            visit,
            "Log",
            entries=shown,
            equal={name: equal.get(name, "") for name in _FILTERS},
            actions=action_choices(equal.get("action", "")),
            older=f"{_PATH}?{more}" if more else "",
            whole=whole,
            faults=faults,
            names=names_of_people(visit),
            action_in_words=action_in_words,
            entry_target=entry_target,
            entry_details=entry_details,
        )
