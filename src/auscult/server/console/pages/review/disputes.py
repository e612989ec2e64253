"""Disputes: the waiting ones, one to decide, and the outcomes of similar ones."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from typing import Annotated, get_args

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, SkipValidation
from litestar.response import Redirect
from msgspec.structs import replace

from auscult.domain.disputes.review import Dispute
from auscult.domain.disputes.separation import may_decide
from auscult.domain.disputes.statistics import Counted, is_counted
from auscult.domain.errors import ConflictError, NotFoundError, RequestError
from auscult.server.console.language import gettext as _
from auscult.server.console.pages.sound import sound_of
from auscult.server.console.people import names_by_id, names_of_people
from auscult.server.console.posted import sentence
from auscult.server.console.views.review.dispute_statistics import NONE, counted_sentence, statistics_view
from auscult.server.console.views.review.disputes import dispute_view, disputes_view, finished_view
from auscult.server.console.views.review.releases import releases_view
from auscult.server.console.visit import BASE, NoPermissionError, Visit, missing
from auscult.services.conversations.latest import Sought, newest
from auscult.services.disputes.reviewing import Reviewing, ReviewView
from auscult.storage.disputes.repository import DisputeQuery

Fields = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
AnyVisit = NamedDependency[SkipValidation[Visit]]
_MOST, _QUARTER = 200, timedelta(days=90)
COUNTED: tuple[Counted, ...] = get_args(Counted)
KEYS: Mapping[str, Callable[[Dispute], str]] = {
    "metric": lambda each: each.metric_id,
    "auditor": lambda each: each.auditor,
    "queue": lambda each: each.queue,
}
"""What figures are grouped by, by the parameter of an address."""


class DisputesPage(Controller):
    """The inbox of disputes, and one of them."""

    path = "/disputes"

    @get(sync_to_thread=True)
    def listing(self, visit: AnyVisit) -> Response[str]:
        """Show the disputes that wait, the first to lapse first; or the decided ones."""
        visit.require("dispute.decide")
        is_open = "ended" not in visit.query
        app = visit.app
        if "count" in visit.query:
            return self._counted(visit)
        found = [each.dispute for each in app.disputes.disputes(DisputeQuery(state="open", limit=_MOST))]
        if not is_open:
            since = DisputeQuery(since=visit.now - _QUARTER, limit=1_000)
            found = [each.dispute for each in app.disputes.disputes(since) if not each.dispute.is_open][-_MOST:]
        known = app.conversations.recorded([each.conversation_id for each in found if each.conversation_id])
        view = disputes_view(found, known, names_by_id(visit), visit.reader, is_open=is_open)
        waiting = (
            releases_view(self._unreleased(visit), visit.person, names_of_people(visit), visit.reader)
            if is_open
            else ()
        )
        return visit.page("disputes", "Disputes", view, done="done" in visit.query, releases=waiting)

    def _counted(self, visit: Visit) -> Response[str]:
        """Show the disputes that a number of the figures counts: of the last 90 days, by a metric, auditor or queue."""
        asked = {name: found[0] for name, found in visit.query.items()}
        numbers: dict[str, Counted] = {each: each for each in COUNTED}
        number = numbers.get(asked["count"], "raised")
        kind = next((each for each in KEYS if each in asked), "")
        key = "" if asked.get(kind, NONE) == NONE else asked[kind]
        found = [
            each
            for each in visit.app.disputes.all(DisputeQuery(since=visit.now - _QUARTER))
            if is_counted(each, number) and (not kind or KEYS[kind](each) == key)
        ]
        known = visit.app.conversations.recorded([each.conversation_id for each in found if each.conversation_id])
        names = {**names_by_id(visit), **(_queue_names(visit, [key]) if kind == "queue" and key else {})}
        said = counted_sentence(number, len(found), names.get(key, key), visit.reader)
        view = replace(disputes_view(found, known, names, visit.reader, is_open=False), lead=said)
        return visit.page("disputes", "Disputes", view, done=False, releases=(), is_counted=True)

    @post("/releases/{assignment_id:str}", sync_to_thread=True)
    def release(self, assignment_id: FromPath[str], visit: AnyVisit) -> Redirect:
        """Release an audit to its agent, after a second look."""
        visit.require("dispute.decide")
        reviewing(visit).release(assignment_id, visit.person)
        return Redirect(f"{BASE}/disputes", status_code=303)

    @get("/statistics", sync_to_thread=True)
    def statistics(self, visit: AnyVisit) -> Response[str]:
        """Show how often decisions change an answer, and how long they take."""
        visit.require("dispute.decide")
        found = reviewing(visit).statistics(DisputeQuery(since=visit.now - _QUARTER))
        names = {**names_by_id(visit), **_queue_names(visit, [each.key for each in found.queues])}
        view = statistics_view(found, names, visit.reader, f"{BASE}/disputes")
        return visit.page("dispute_statistics", "Disputes", view)

    @get("/{dispute_id:str}", sync_to_thread=True)
    def show(self, dispute_id: FromPath[str], visit: AnyVisit) -> Response[str]:
        """Show a dispute to readers of the audit, with the form of the decision to people who may make it."""
        return self._page(visit, self._found(visit, dispute_id))

    @post("/{dispute_id:str}", sync_to_thread=True)
    def decide(self, dispute_id: FromPath[str], data: Fields, visit: AnyVisit) -> Response[str] | Redirect:
        """Decide, and redirect to the next one that waits."""
        found = self._found(visit, dispute_id)
        service = reviewing(visit)
        if not service.is_designated(dispute_id, visit.person) and not visit.reaches(
            "dispute.decide", found.conversation_id
        ):
            raise NoPermissionError("dispute.decide")
        answer = data.get("answer", "")
        reason = data.get("reason", "")
        if not answer:
            return self._page(visit, found, problem=_("choose what counts from now on"), reason=reason, status=422)
        try:
            if answer == found.before:
                service.decide(dispute_id, visit.person, "deny", reason)
            else:
                service.decide(dispute_id, visit.person, "accept", reason, answer=answer)
        except RequestError as error:
            return self._page(visit, found, problem=error.message, chosen=answer, reason=reason, status=422)
        except ConflictError:
            return self._page(
                visit,
                self._found(visit, dispute_id),
                problem=_("It was decided meanwhile, by someone else or in another window."),
                status=409,
            )
        return Redirect(self._next(visit), status_code=303)

    def _page(  # noqa: PLR0913  (what the form held)
        self, visit: Visit, found: Dispute, *, problem: str = "", chosen: str = "", reason: str = "", status: int = 200
    ) -> Response[str]:
        if found.conversation_id is None or visit.app.audits.case(found.conversation_id) is None:
            return visit.page("message", "Disputes", finished_view(found, BASE), status)
        service = reviewing(visit)
        whole = service.show(found.assignment_id)
        is_decider = may_decide(whole.review, found, visit.person) and (
            service.is_designated(found.dispute_id, visit.person)
            or visit.reaches("dispute.decide", found.conversation_id)
        )
        hides = "auditor" in whole.assignment.hidden and whole.review.agent_id in visit.person.agent_ids
        figures = service.statistics(DisputeQuery(since=visit.now - _QUARTER)) if is_decider else None
        view = dispute_view(
            found,
            whole,
            service.form_of(whole),
            figures,
            visit.reader,
            can_decide=is_decider and found.is_open,
            hides_auditor=hides,
            names=names_by_id(visit),
        )
        return visit.page(
            "dispute",
            "Disputes",
            view,
            status,
            problem=sentence(problem),
            chosen=chosen,
            reason=reason,
            sound=sound_of(visit, found.conversation_id),
        )

    def _unreleased(self, visit: Visit) -> list[ReviewView]:
        """Return the audits that wait for a second look, the oldest first."""
        service, found = reviewing(visit), visit.app.disputes.reviews(unreleased_at=visit.now)
        waiting = (each.assignment_id for each in found if each.policy.release == "second_look")
        views: list[ReviewView] = []
        for assignment_id in islice(waiting, _MOST):
            with suppress(NotFoundError, ConflictError):  # erased since it was listed
                views.append(service.show(assignment_id))
        return views

    def _found(self, visit: Visit, dispute_id: str) -> Dispute:
        visit.require("audit.read")
        found = visit.app.disputes.dispute(dispute_id)
        if found is None:
            raise missing("dispute", dispute_id)
        return found

    def _next(self, visit: Visit) -> str:
        """Return the address of the next dispute that this visitor may decide."""
        waiting = [each.dispute for each in visit.app.disputes.disputes(DisputeQuery(state="open", limit=_MOST))]
        for each in sorted(waiting, key=lambda one: one.due_at):
            review = visit.app.disputes.review(each.assignment_id)
            if review is not None and may_decide(review, each, visit.person):
                return f"{BASE}/disputes/{each.dispute_id}?next=1"
        return f"{BASE}/disputes?done=1"


def _queue_names(visit: Visit, queue_ids: Iterable[str]) -> dict[str, str]:
    """Return the names of queues by id, as the newest conversation of each has them."""
    rows = (row for each in queue_ids for row in newest(visit.app, Sought(queues=(each,)), 1))
    return {queue.id: queue.name for row in rows for queue in row.queues if queue.name}


def reviewing(visit: Visit) -> Reviewing:
    """Return the service of reviews for this visit's app."""
    return Reviewing(visit.app, visit.reports, lambda: visit.now)
