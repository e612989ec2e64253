"""Retention: the days that conversations are kept, and a preview of the erasures of a change."""

from collections.abc import Sequence
from typing import cast

from litestar import Controller, Response, get, post
from litestar.response import Redirect

from auscult.domain.errors import AuscultError
from auscult.domain.privacy.retention import EVERY_QUEUE, KEPT, Item, Kept, Receipt, Rule
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.api.privacy.retention import erasing
from auscult.server.console.frame.posted import Field, Given, Posted, one, sentence, whole
from auscult.server.console.frame.visit import TheVisit, Visit
from auscult.server.console.operations.tabs import PATH, administration
from auscult.server.console.people.names import names_of_people
from auscult.server.console.privacy.views import KINDS, erased_in_words
from auscult.services.privacy.rules import change_rule

_PATH = f"{PATH}/retention"
_RECEIPTS = 10
_DAYS = Field(later("Days"), 1, 36_500, is_whole=True)


class RetentionPage(Controller):
    """The rules of retention of conversations."""

    path = "/administration/retention"

    @get(sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
        """Show the rules and past runs."""
        visit.require_everywhere("retention.manage")
        return self._page(visit, {})

    @post(sync_to_thread=True)
    def change(self, data: Posted, visit: TheVisit) -> Response[str] | Redirect:
        """Preview the erasures of a change; make it after confirmation."""
        visit.require_everywhere("retention.manage")
        try:
            queue, days = one(data, "queue", EVERY_QUEUE), _days(data)
            whole: Kept = "conversation"
            chosen = cast("Kept", one(data, "kind")) if one(data, "kind") in KEPT else whole
            if one(data, "act") != "set" or one(data, "previewed") != _asked(data):
                return self._page(visit, data, found=_preview(visit, queue, chosen, days))
            change_rule(visit.app, f"user:{visit.visitor.email}", queue, chosen, days)
        except AuscultError as error:
            return self._page(visit, data, sentence(error.coded))
        return Redirect(f"{_PATH}?done=set", status_code=303)

    def _page(
        self, visit: Visit, given: Given, problem: str = "", found: Sequence[Item] | None = None
    ) -> Response[str]:
        queues = visit.app.people.directory.queues()
        named = {each.queue_id: visit.reader.queues.label(each.queue_id, each.name) for each in queues}
        return administration(
            visit,
            "Retention",
            note=visit.note({"set": later("Set. Workers erase hourly what is due.")}),
            problem=problem,
            rules=visit.app.retention.rules(),
            queues={EVERY_QUEUE: _("All other queues"), **named},
            receipts=receipts(visit, "retention"),
            kinds=KINDS,
            queue=one(given, "queue", EVERY_QUEUE),
            kind=one(given, "kind", "conversation"),
            days=one(given, "days"),
            previewed=_asked(given),
            found=found,
            stopped=stopped(visit),
            names=names_of_people(visit),
            erased_in_words=erased_in_words,
        )


def stopped(visit: Visit) -> str:
    """Return why nothing is erased in the whole installation; empty where it is."""
    restored, refused = visit.app.retention.stops()
    if restored is not None:
        return _(
            "The database was restored from a backup on {day}, and holds that were placed later may be missing. "
            "An operator compares the holds and resumes erasures."
        ).format(day=visit.reader.day(restored))
    if refused is not None:
        return _(
            "The list of erasures in its second place cannot be written since {day}. An operator has to make room for it."
        ).format(day=visit.reader.day(refused))
    return ""


def receipts(visit: Visit, kind: str) -> list[Receipt]:
    """Return the newest runs of a kind."""
    found = (visit.app.retention.receipt(each) for each in visit.app.retention.runs()[: 5 * _RECEIPTS])
    return [each for each in found if each.kind == kind][:_RECEIPTS]


def _days(data: Given) -> int | None:
    return whole(data, "days", _DAYS)


def _asked(data: Given) -> str:
    """Return the rule in the form; only the one that was previewed is set."""
    return "/".join((one(data, "queue", EVERY_QUEUE), one(data, "kind", "conversation"), one(data, "days")))


def _preview(visit: Visit, queue: str, kind: Kept, days: int | None) -> Sequence[Item]:
    rules = [each for each in visit.app.retention.rules() if (each.queue, each.kind) != (queue, kind)]
    if days is not None:
        rules.append(Rule(queue=queue, kind=kind, days=days))
    return erasing(visit.app, visit.services).due(rules)
