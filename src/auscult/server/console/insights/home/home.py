"""Home."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from litestar import Controller, Response, get
from markupsafe import Markup
from msgspec.structs import replace

from auscult.language import gettext as _
from auscult.server.console.conversations.listing import names_of
from auscult.server.console.definitions.in_force import metric_names
from auscult.server.console.first_hour import home_hour
from auscult.server.console.frame.counts import WITH_SCORE, Leads
from auscult.server.console.frame.filters import filter_view
from auscult.server.console.frame.kept import KEPT
from auscult.server.console.frame.naming import within_sentence
from auscult.server.console.frame.visit import BASE, TheVisit, Visit
from auscult.server.console.insights.home.home_view import (
    Agreed,
    HearView,
    NewsView,
    NumberView,
    agreement_number,
    count_number,
    hear_view,
    last_workday,
    lead_of,
    news_of,
    pass_number,
)
from auscult.server.console.insights.home.inbox import inbox
from auscult.server.console.insights.home.own_home import own_home
from auscult.services.audits.blind import without_blind
from auscult.services.conversations.latest import Sought, count, details, newest
from auscult.services.insights.drivers import lately, moved_of, passed_change
from auscult.services.insights.quality import WEEK, of_people
from auscult.services.insights.trust import agreement_by_metric
from auscult.services.scoring.listing import ListedConversation

_AGREEMENT = timedelta(days=90)
_NEWS, _NEWEST = 5, 300
_DAY = timedelta(days=1)


class HomePage(Controller):
    """The first page after signing in."""

    path = "/"

    @get(opt=KEPT, sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
        """Show the information that the reader needs first, by their permissions."""
        if visit.principal.is_only_agent():
            return own_home(visit)
        query = {name: found for name, found in visit.query.items() if name == "queue"}
        reader = visit.reader
        sought = visit.sought(query)
        reads, judges = visit.may("conversation.read"), visit.may("insight.read")
        since, ago = last_workday(reader)
        end = visit.reader.end_of_today
        leads, then = Leads(reader, query, f"{BASE}/conversations"), (end - ago - _DAY, end)
        lately = replace(sought, since=then[0], until=then[1])
        came = count(visit.app, lately) if reads else 0
        scored = count(visit.app, replace(lately, outcomes=WITH_SCORE)) if reads else 0
        people = of_people(visit.app, sought)
        rows = newest(visit.app, replace(people, since=visit.now - WEEK), _NEWEST) if reads else ()
        rows = without_blind(visit.app, visit.visitor.email, rows, visit.principal.agent_ids)
        is_empty = reads and not came and not count(visit.app, sought)
        filters = (
            filter_view(query, BASE, names_of(visit), reader, ("queue",)) if reads and (query or not is_empty) else None
        )
        hour = None if visit.visitor.personas else home_hour(visit, is_empty=is_empty)
        return visit.page(
            "insights/home",
            "Home",
            title=reader.weekday(reader.today),
            lead=_lead(leads, then, (came, scored), since) if reads and (query or not is_empty) else "",
            numbers=tuple(_numbers(visit, sought, leads)),
            todo=inbox(visit),
            news=_news(visit, sought, rows, leads) if judges else (),
            hear=tuple(_recommended(visit, rows)) if reads else (),
            is_empty=is_empty,
            filters=filters,
            hour=hour,
        )


def _lead(leads: Leads, span: tuple[datetime, datetime], numbers: tuple[int, int], since: str) -> Markup:
    came, scored = numbers
    return lead_of(leads.number(came, span), leads.number(scored, span, outcome=WITH_SCORE), numbers, since)


def _numbers(visit: Visit, sought: Sought, leads: Leads) -> list[NumberView]:
    """Return at most three numbers that the reader may see."""
    found: list[NumberView] = []
    end = visit.reader.end_of_today
    if visit.may("conversation.read"):
        people, names_cause = of_people(visit.app, sought), visit.may("insight.read")
        if led := people.fields.handled_by:
            leads = leads._replace(query={**leads.query, "handled_by": led})
        why = f"{BASE}/overview" if names_cause else ""
        change = visit.recent(passed_change, people, lately(end))
        found.append(pass_number(change, leads, why, names_cause=names_cause))
    if visit.may("insight.read") and visit.may("audit.read"):
        audits, parts = agreement_by_metric(visit.app, end - _AGREEMENT, end)
        found.append(agreement_number(Agreed(audits, parts, end - _AGREEMENT, end), visit.reader, BASE))
    if visit.may("audit.perform"):
        waiting = visit.app.queue.waiting(visit.visitor.email)
        late = sum(each.is_late(visit.now) for each in waiting)
        sentence = _("{n} late.").format(n=late) if late else _("None is late.") if waiting else ""
        link = (f"{BASE}/audits", _("Open my audits"))
        found.append(count_number(_("My audits"), len(waiting), _("to do"), sentence, link))
    return found


def _news(visit: Visit, sought: Sought, rows: Sequence[ListedConversation], leads: Leads) -> tuple[NewsView, ...]:
    compared = lately(visit.reader.end_of_today)
    names = Counter(each.name for row in rows if row.insights for each in row.insights.intents or ())
    reasons = [name for name, _ in names.most_common(20)]
    moves = moved_of(visit.app, sought, compared, metric_names(visit.app), reasons)
    return news_of(moves[:_NEWS], leads, (compared.since, compared.until))


_Say = Callable[[ListedConversation], str]


def _recommended(visit: Visit, rows: Sequence[ListedConversation]) -> list[HearView]:
    """Choose at most three conversations of the week, each for a reason, and no agent twice."""
    chosen: dict[str, str] = {}
    heard: set[str] = set()
    names = metric_names(visit.app)
    reasons: tuple[tuple[Callable[[list[ListedConversation]], ListedConversation | None], _Say], ...] = (
        (_worst, lambda row: _("The lowest score of the week, {score}.").format(score=row.score)),
        (_unhappiest, lambda _row: _("The least pleased customer of the week.")),
        (
            _puzzling,
            lambda row: _("Missed {metrics}, and the customer was pleased.").format(metrics=_missed(row, names)),
        ),
    )
    for choose, say in reasons:
        row = choose([each for each in rows if each.id not in chosen and heard.isdisjoint(_agent_ids(each))])
        if row is not None:
            chosen[row.id] = say(row)
            heard |= _agent_ids(row)
    known = details(visit.app, [each for each in rows if each.id in chosen])
    return [hear_view(known[each], reason, visit.reader, BASE) for each, reason in chosen.items() if each in known]


def _agent_ids(row: ListedConversation) -> set[str]:
    return {each.id for each in row.agents}


def _worst(rows: Sequence[ListedConversation]) -> ListedConversation | None:
    scored = [each for each in rows if each.score is not None and each.missed_metrics]
    return min(scored, key=lambda each: each.score or 0, default=None)


def _unhappiest(rows: Sequence[ListedConversation]) -> ListedConversation | None:
    felt = [each for each in rows if _sentiment(each) < 5]  # noqa: PLR2004  (below neutral)
    return min(felt, key=_sentiment, default=None)


def _puzzling(rows: Sequence[ListedConversation]) -> ListedConversation | None:
    felt = [each for each in rows if each.missed_metrics and _sentiment(each) > 5]  # noqa: PLR2004  (above neutral)
    return max(felt, key=_sentiment, default=None)


def _sentiment(row: ListedConversation) -> float:
    return row.insights.sentiment.score if row.insights and row.insights.sentiment else 5.0


def _missed(row: ListedConversation, names: dict[str, str]) -> str:
    found = [names.get(each, each) for each in row.missed_metrics]
    first = within_sentence(found[0])
    return first if len(found) == 1 else _("{first} and {n} more").format(first=first, n=len(found) - 1)
