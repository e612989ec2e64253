"""My results: an agent's audits, to accept or to dispute."""

from collections.abc import Mapping
from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, SkipValidation
from litestar.response import Redirect

from auscult.domain.disputes.dispute import ReviewedAudit
from auscult.domain.errors import AccessError, ConflictError, NotFoundError, RequestError
from auscult.server.console.audits.results.results_view import results_view
from auscult.server.console.audits.results.self_review import HOME, PERMISSION
from auscult.server.console.audits.results.self_review_view import review_state, words_of
from auscult.server.console.disputes import reviewing
from auscult.server.console.frame.posted import sentence
from auscult.server.console.frame.visit import BASE, NoPermissionError, Visit, missing
from auscult.server.console.people.names import names_by_id
from auscult.server.console.recordings import sound_of
from auscult.services.conversations.latest import Sought, details, newest
from auscult.storage.audits.queue import QueueQuery

Fields = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
AnyVisit = NamedDependency[SkipValidation[Visit]]
_MOST = 50
_OFFERED = 5
_MOST_REVIEWS = 1_000


class ResultsPage(Controller):
    """The page of an agent's own results."""

    path = "/my-results"

    @get(sync_to_thread=True)
    def show(self, visit: AnyVisit) -> Response[str]:
        """Show new results, with deadline and decider; then settled ones."""
        return self._page(visit)

    @post("/{assignment_id:str}/accept", sync_to_thread=True)
    def accept(self, assignment_id: FromPath[str], data: Fields, visit: AnyVisit) -> Response[str] | Redirect:
        """Accept one answer, or all open ones."""
        metrics = (data["metric_id"],) if data.get("metric_id") else ()
        self._own(visit, assignment_id)
        try:
            reviewing(visit).accept(assignment_id, metrics)
        except (ConflictError, RequestError) as error:
            return self._page(visit, error.coded, status=409)
        return Redirect(_back(data, assignment_id), status_code=303)

    @post("/{assignment_id:str}/undo", sync_to_thread=True)
    def undo(self, assignment_id: FromPath[str], data: Fields, visit: AnyVisit) -> Response[str] | Redirect:
        """Undo what was accepted in the last ten minutes."""
        self._own(visit, assignment_id)
        try:
            reviewing(visit).undo(assignment_id)
        except ConflictError as error:
            return self._page(visit, error.coded, status=409)
        return Redirect(_back(data, assignment_id), status_code=303)

    @post("/{assignment_id:str}/disputes", sync_to_thread=True)
    def dispute(self, assignment_id: FromPath[str], data: Fields, visit: AnyVisit) -> Response[str] | Redirect:
        """Dispute one answer."""
        self._own(visit, assignment_id)
        try:
            reviewing(visit).dispute(
                assignment_id,
                data.get("metric_id", ""),
                data.get("comment", ""),
                data.get("proposed") or None,
            )
        except (ConflictError, RequestError) as error:
            return self._page(visit, error.coded, 422, {**data, "assignment_id": assignment_id})
        return Redirect(f"{BASE}/my-results#{assignment_id}", status_code=303)

    def _page(
        self, visit: Visit, problem: str = "", status: int = 200, refused: Mapping[str, str] | None = None
    ) -> Response[str]:
        """Show the page. ``refused``: the fields of a dispute that was refused, to show them again."""
        agents = visit.principal.agent_ids
        if not agents:
            raise NoPermissionError("dispute.raise")
        found = list(reviewing(visit).of_agents(agents, _MOST))
        figures = reviewing(visit).statistics()
        sounds = {each.case.conversation.id: sound_of(visit, each.case.conversation.id) for each in found}
        view = results_view(found, figures, names_by_id(visit), visit.reader, visit.visitor.name, sounds)
        figures_at = f"{BASE}/agents/{min(agents)}"
        more = {"problem": sentence(problem), "figures": figures_at, "reviews": HOME + "/reviews", "refused": refused}
        return visit.page("audits/results", "My results", view, status, **self._offers(visit, found), **more)

    def _offers(self, visit: Visit, found: list[ReviewedAudit]) -> dict[str, Any]:
        """Return the newest conversations that the agent may review: the ones without a result known to the agent."""
        if not visit.may(PERMISSION):
            return {"offers": ()}
        seen = {each.case.conversation.id for each in found}
        sought = Sought(statuses=("evaluated",), agents=tuple(sorted(visit.principal.agent_ids)))
        rows = newest(visit.app_for(PERMISSION), sought, _OFFERED + len(seen))
        items = [each for each in rows if each.id not in seen][:_OFFERED]
        asked = QueueQuery(rater=visit.visitor.email, order="-created_at", limit=_MOST_REVIEWS)
        mine = visit.app.queue.listing(asked)
        return {
            "offers": items,
            "begun": {one.assignment.conversation_id: one for one in mine if one.assignment.role == "self"},
            "words": {key: words_of(case) for key, case in details(visit.app, items).items()},
            "review_state": review_state,
        }

    def _own(self, visit: Visit, assignment_id: str) -> None:
        """Refuse everyone except the agent of a released audit, as if it did not exist."""
        visit.require("dispute.raise")
        try:
            found = reviewing(visit).show(assignment_id)
        except (NotFoundError, ConflictError, AccessError) as error:
            raise missing("result", assignment_id) from error
        if not found.review.is_about(visit.principal):
            raise missing("result", assignment_id)


def _back(data: dict[str, str], assignment_id: str) -> str:
    """Return the address of the page with the result that was answered: Home, or My results."""
    return f"{BASE}{'' if data.get('from') == 'home' else '/my-results'}#{assignment_id}"
