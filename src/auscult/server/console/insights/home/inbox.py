"""The inbox of Home: the items that wait for the reader, each with one action that starts it."""

from collections import Counter
from collections.abc import Callable, Iterator

from auscult.domain.absences import Away
from auscult.domain.coaching.item import Coaching
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.api.coaching import GIVE, visible
from auscult.server.console.absences import offers, places
from auscult.server.console.calibration.sessions import TAKE_PART, calibrating
from auscult.server.console.coaching.items import written
from auscult.server.console.disputes import reviewing
from auscult.server.console.frame.naming import by_in_words
from auscult.server.console.frame.visit import BASE, Visit
from auscult.server.console.insights.home.home_view import TodoView
from auscult.server.console.people.names import names_of_people
from auscult.server.console.privacy.approvals import waiting as waiting_approvals
from auscult.server.console.privacy.views import step_in_words
from auscult.storage.disputes import DisputeQuery

_MOST, _MOST_DISPUTES, _MOST_RESULTS, _MOST_COACHING = 1_000, 200, 20, 5
_FOR_AGENT, _FOR_COACH = {"yet_to_start", "pending_agent_review"}, {"pending_supervisor_review"}


def inbox(visit: Visit) -> tuple[TodoView, ...]:
    """Return the items that wait for the reader, late ones first."""
    found = [todo for part in _PARTS for todo in part(visit)]
    return tuple(sorted(found, key=lambda each: not each.is_late))


def _own_audits(visit: Visit) -> Iterator[TodoView]:
    """Yield the reader's audits."""
    waiting = visit.app.queue.waiting(visit.visitor.email) if visit.may("audit.perform") else []
    if not waiting:
        return
    first = min(waiting, key=lambda each: each.since)
    yield TodoView(
        what=ngettext("{n} audit to do", "{n} audits to do", len(waiting)).format(n=len(waiting)),
        detail=_("Assigned to you. What others decided stays hidden until you submit."),
        since=first.since,
        is_late=any(each.is_late(visit.now) for each in waiting),
        href=f"{BASE}/audits",
        verb=_("Begin"),
    )


def _offered_audits(visit: Visit) -> Iterator[TodoView]:
    """Yield the audits of people who are away, for readers who may take them."""
    free = offers(visit).listing() if visit.may("audit.perform") else []
    if not free:
        return
    first = free[0].item
    yield TodoView(
        what=ngettext("{n} audit free to take", "{n} audits free to take", len(free)).format(n=len(free)),
        detail=_("Assigned to people who are away."),
        since=first.since,
        due=first.assignment.due_at,
        is_late=any(each.item.is_late(visit.now) for each in free),
        href=f"{BASE}/audits#free",
        verb=_("Look"),
    )


def _offered_places(visit: Visit) -> Iterator[TodoView]:
    """Yield the places in calibration sessions of people who are away, for readers who may take them."""
    for each in places(visit).listing():
        name = names_of_people(visit).get(each.rater, each.rater)
        yield TodoView(
            what=_("Calibration: {name}").format(name=each.session.name),
            detail=_("In place of {name}, who is away until {day}.").format(
                name=name, day=visit.reader.day(each.away_until, year=False)
            ),
            since=each.session.created_at,
            due=each.session.due_at,
            href=f"{BASE}/calibration#free",
            verb=_("Look"),
        )


def _overdue_audits(visit: Visit) -> Iterator[TodoView]:
    """Yield the overdue audits of others, for readers who may reassign them."""
    if not visit.may("audit.reassign"):
        return
    others = [
        each
        for each in visit.app.queue.waiting(limit=_MOST)
        if each.assignment.rater != visit.visitor.email and each.is_late(visit.now)
    ]
    for auditor, number in Counter(each.assignment.rater or "" for each in others).most_common(3):
        oldest = min(each.since for each in others if each.assignment.rater == auditor)
        yield TodoView(
            what=ngettext("{n} audit overdue", "{n} audits overdue", number).format(n=number),
            detail=_("With {auditor}.").format(auditor=auditor),
            since=oldest,
            is_late=True,
            href=f"{BASE}/conversations?audit=assigned",
            verb=_("Look"),
        )


def _disputes(visit: Visit) -> Iterator[TodoView]:
    """Yield the open disputes, with the date by which the first one must be decided."""
    if not visit.may("dispute.decide"):
        return
    query = DisputeQuery(state="open", limit=_MOST_DISPUTES)
    found = [each.dispute for each in visit.app.disputes.disputes(query)]
    if not found:
        return
    first = min(found, key=lambda each: each.due_at)
    yield TodoView(
        what=ngettext("{n} dispute to decide", "{n} disputes to decide", len(found)).format(n=len(found)),
        detail=ngettext("An agent asks for another answer.", "Agents ask for other answers.", len(found)),
        due=first.due_at,
        is_late=first.due_at < visit.now,
        href=f"{BASE}/disputes",
        verb=_("Decide"),
    )


def _results(visit: Visit) -> Iterator[TodoView]:
    """Yield an agent's results that wait to be accepted or disputed."""
    agents = visit.principal.agent_ids
    found = reviewing(visit).of_agents(agents, _MOST_RESULTS) if agents else ()
    ends = [each.review.ends_at for each in found if each.review.awaits_agent(visit.now)]
    known = [each for each in ends if each is not None]
    if known:
        yield TodoView(
            what=ngettext("{n} new result", "{n} new results", len(known)).format(n=len(known)),
            detail=_("Accept each answer, or dispute it."),
            due=min(known),
            href=f"{BASE}/my-results",
            verb=_("Look"),
        )


def _calibrations(visit: Visit) -> Iterator[TodoView]:
    """Yield the calibration sessions that wait for the reader's answers."""
    me = visit.visitor.email
    for each in calibrating(visit).listing(me) if visit.may(TAKE_PART) else ():
        mine = each.rater(me)
        if each.state != "active" or mine is None or mine.submitted_at or mine.left_at:
            continue
        yield TodoView(
            what=_("Calibration: {name}").format(name=each.name),
            detail=ngettext("{n} conversation to rate.", "{n} conversations to rate.", len(each.items)).format(
                n=len(each.items)
            ),
            since=each.created_at,
            due=each.due_at,
            is_late=each.due_at is not None and each.due_at < visit.now,
            href=f"{BASE}/calibration/{each.session_id}",
            verb=_("Rate"),
        )


def _coaching(visit: Visit) -> Iterator[TodoView]:
    """Yield the coaching that waits for the reader: an agent's to begin or to answer, a coach's to confirm or late.

    What waits for a coach who is away is offered to others who may confirm it. What waits for an agent who is away is
    not late.
    """
    agents, today = visit.principal.agent_ids, visit.reader.today
    if not agents and not visit.may(GIVE):
        return
    away, absent = visit.app.absences.away(visit.now.date()), visit.app.absences.agents_away(visit.now.date())
    items = visit.app.coaching.listing()
    late = {each.coaching_id for each in items if each.is_late(today) and each.agent_id not in absent}
    mine = [
        each
        for each in items
        if (each.agent_id in agents and each.state in _FOR_AGENT)
        or (each.coach == visit.visitor.email and (each.state in _FOR_COACH or each.coaching_id in late))
        or (each.coach in away and each.state in _FOR_COACH and _may_confirm(visit, each, away))
    ]
    for each in sorted(mine, key=lambda each: each.coaching_id not in late)[:_MOST_COACHING]:
        yield TodoView(
            what=_("Coaching: {goal}").format(goal=written(each.goal)),
            detail=_coached(visit, each, away),
            since=each.created_at,
            due=each.due_on,
            is_late=each.coaching_id in late,
            href=f"{BASE}/coaching/{each.coaching_id}",
            verb=_("Look"),
        )


def _may_confirm(visit: Visit, item: Coaching, away: Away) -> bool:
    """Return whether the reader, who is here, may confirm an item in place of its coach."""
    is_own = item.agent_id in visit.principal.agent_ids
    return (
        not is_own and visit.visitor.email not in away and bool(visible(visit.app, [item], visit.principal, visit.now))
    )


def _coached(visit: Visit, item: Coaching, away: Away) -> str:
    """Return the words that name the coach of an item."""
    if item.agent_id not in visit.principal.agent_ids and item.coach == visit.visitor.email:
        return _("Given by you.")
    coach = names_of_people(visit).get(item.coach, item.coach)
    if item.coach in away and item.agent_id not in visit.principal.agent_ids:
        return _("From {coach}, who is away until {day}.").format(
            coach=coach, day=visit.reader.day(away[item.coach], year=False)
        )
    return _("From {coach}.").format(coach=coach)


def _approvals(visit: Visit) -> Iterator[TodoView]:
    """Yield the steps that wait for a second person, where the reader may be that person."""
    if not visit.principal.may_everywhere("approval.decide"):
        return
    names = names_of_people(visit)
    for each in waiting_approvals(visit):
        if each.requested_by != f"user:{visit.visitor.email}":
            person = by_in_words(each.requested_by, names)
            yield TodoView(
                what=step_in_words(each),
                detail=_("Asked for by {person}; it waits for a second person.").format(person=person),
                since=each.requested_at,
                href=f"{BASE}/administration/approvals",
                verb=_("Decide"),
            )


_PARTS: tuple[Callable[[Visit], Iterator[TodoView]], ...] = (
    _own_audits,
    _results,
    _disputes,
    _calibrations,
    _offered_places,
    _coaching,
    _approvals,
    _offered_audits,
    _overdue_audits,
)
