"""Reasons: what customers contact about."""

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from msgspec.structs import replace

from auscult.domain.errors import RequestError
from auscult.language import gettext as _
from auscult.server.console.conversations.listing import names_of
from auscult.server.console.definitions.in_force import metric_names
from auscult.server.console.frame.filters import filter_view
from auscult.server.console.frame.kept import KEPT
from auscult.server.console.frame.posted import sentence
from auscult.server.console.frame.visit import BASE, Visit
from auscult.server.console.insights.contact_reasons import asked_days, named_in, period_of
from auscult.server.console.insights.home.home_view import hear_view
from auscult.server.console.insights.reasons_view import ReasonsFound, reasons_view
from auscult.services.audits.blind import without_blind
from auscult.services.conversations.latest import SURVEYS, Sought, count, details, newest
from auscult.services.insights.reasons import reasons_of, what_passes, worth_hearing
from auscult.services.scoring.listing import ListedConversation

_FILTERS = ("queue", "agent", "channel")
_NEWEST, _HEARD = 500, 200


class ReasonsPage(Controller):
    """The page of reasons for contact."""

    path = "/reasons"

    @get(opt=KEPT, sync_to_thread=True)
    def show(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Rank the reasons of a period, and open the one that ``about`` names."""
        visit.require("insight.read")
        query = {name: found for name, found in visit.query.items() if name in _FILTERS}
        sought, problem = visit.sought(query), ""
        try:
            compared = period_of(visit, *asked_days(visit))
        except RequestError as error:
            compared, problem = period_of(visit, "", ""), sentence(error.coded)
        within = replace(sought, since=compared.since, until=compared.until)
        names = named_in(visit, newest(visit.app, within, _NEWEST)).reasons
        found = ReasonsFound(
            compared=compared,
            reasons=reasons_of(visit.app, sought, compared, names),
            answers=count(visit.app, replace(within, surveys=SURVEYS)),
        )
        about = visit.asked("about")
        if about in {each.name for each in found.reasons}:
            found = _opened(visit, within, found, about)
        filters = filter_view(query, f"{BASE}/reasons", names_of(visit), visit.reader, _FILTERS)
        view = reasons_view(found, filters, query, visit.reader, BASE)
        if problem:
            since, last = asked_days(visit)
            view = replace(view, since=since, last=last)
        is_new = not view.rows and not count(visit.app, sought)
        return visit.page("insights/reasons", "Reasons", view, 400 if problem else 200, problem=problem, is_new=is_new)


def _opened(visit: Visit, within: Sought, found: ReasonsFound, about: str) -> ReasonsFound:
    """Add conversations about a reason that are worth reading, and what those that pass have."""
    of_reason = replace(within, intents=(about,))
    rows = newest(visit.app, of_reason, _HEARD)
    rows = without_blind(visit.app, visit.visitor.email, rows, visit.principal.agent_ids)
    chosen = worth_hearing(rows)
    known = details(visit.app, chosen)
    hear = [hear_view(known[each.id], why_heard(each), visit.reader, BASE) for each in chosen if each.id in known]
    better = what_passes(visit.app, of_reason, metric_names(visit.app).items())
    return found._replace(chosen=about, hear=hear, better=better)


def why_heard(row: ListedConversation) -> str:
    """Return why a conversation is worth hearing."""
    found = row.insights
    signs = [
        (found is not None and found.escalation is True, _("asks for someone else")),
        (found is not None and found.resolution == "NO", _("not resolved")),
        (
            found is not None and found.sentiment is not None and found.sentiment.label == "negative",
            _("unhappy customer"),
        ),
        (row.passed is False, _("did not pass")),
    ]
    said = ", ".join(text for holds, text in signs if holds) or _("an ordinary one")
    return f"{said[:1].upper()}{said[1:]}."
