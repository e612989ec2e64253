"""My results: an agent's audits, to accept or to dispute."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect
from markupsafe import Markup
from msgspec import Struct

from auscult.domain.audits.audit import results_of
from auscult.domain.disputes.dispute import Dispute, DisputeStatistics, MetricReview, ReviewedAudit, ReviewPolicy
from auscult.domain.errors import AccessError, ConflictError, NotFoundError, RequestError
from auscult.domain.evaluation import MetricResult
from auscult.domain.form import Form
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.server.console.audits.results.self_review import HOME, PERMISSION, review_state, words_of
from auscult.server.console.disputes import reviewing
from auscult.server.console.frame.charts.strip import strip
from auscult.server.console.frame.posted import sentence
from auscult.server.console.frame.reader import Reader, clock, length
from auscult.server.console.frame.verdicts import cells_of, question_of, sign_of
from auscult.server.console.frame.visit import BASE, NoPermissionError, TheVisit, Visit, missing
from auscult.server.console.people.names import names_by_id
from auscult.server.console.recordings import sound_of
from auscult.services.conversations.latest import Sought, details, newest
from auscult.services.disputes.outcomes import word_of
from auscult.storage.audits.queue import QueueQuery

_REVIEWERS = {"other": later("a reviewer who did not audit it"), "same": later("the auditor")}
_NEEDED = 5


class ResultItem(Struct, frozen=True, kw_only=True):
    """One metric of a result that is not simply met, or is open."""

    metric_id: str
    name: str
    kind: str
    word: str
    quote: str
    quote_at: str
    quote_s: float | None
    explanation: str
    comment: str
    state: str
    state_kind: str
    more: str
    outcome: str
    can_accept: bool
    can_dispute: bool
    proposals: tuple[tuple[str, str], ...]


class ResultView(Struct, frozen=True, kw_only=True):
    """One audit of the agent."""

    assignment_id: str
    score: str
    verdict: str
    about: str
    strip: Markup | None
    items: tuple[ResultItem, ...]
    rest: str
    href: str
    status: str
    deadline: str
    can_accept: bool
    undo_until: str
    sound: str


class ResultsView(Struct, frozen=True, kw_only=True):
    """The page: new results first, then those that are settled."""

    title: str
    lead: str
    new: tuple[ResultView, ...]
    settled: tuple[ResultView, ...]


Fields = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
AnyVisit = TheVisit
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


def results_view(  # noqa: PLR0913, PLR0917  (all that it shows)
    found: Sequence[ReviewedAudit],
    figures: DisputeStatistics,
    names: Mapping[str, str],
    reader: Reader,
    name: str,
    sounds: Mapping[str, str],
) -> ResultsView:
    """Show an agent's results. ``names`` are those of metrics and people, by id; ``sounds`` has the address of the sound by conversation, or ""."""
    odds = {each.key: each for each in figures.metrics}
    views = [
        (
            each.status,
            _result(each, names, reader, {key: (one.overturned, one.decided) for key, one in odds.items()}, sounds),
        )
        for each in found
    ]
    new = tuple(view for status, view in views if status in {"pending_agent_review", "pending_supervisor_review"})
    open_ = [each for each in found if each.review.awaits_agent(reader.now)]
    first = min((each.review.ends_at for each in open_ if each.review.ends_at), default=None)
    lead = _("Nothing is new.")
    if first:
        text = ngettext(
            "{n} result is new. Answer by {moment}.", "{n} results are new. Answer by {moment}.", len(open_)
        )
        lead = text.format(n=len(open_), moment=reader.moment(first))
    return ResultsView(
        title=_("Hello, {name}").format(name=name.split(maxsplit=1)[0]) if name.strip() else _("Hello"),
        lead=lead,
        new=new,
        settled=tuple(view for status, view in views if status in {"resolved", "closed"}),
    )


def _result(
    whole: ReviewedAudit,
    names: Mapping[str, str],
    reader: Reader,
    odds: Mapping[str, tuple[int, int]],
    sounds: Mapping[str, str],
) -> ResultView:
    review, result, conversation = whole.review, whole.audit.result, whole.case.conversation
    assert result is not None  # noqa: S101  (it was submitted)
    form = whole.case.evaluation.form
    results = results_of(form, result.sheet) if form else ()
    items = tuple(
        item for each in review.metrics if (item := _item(each, whole, results, names, reader, odds)) is not None
    )
    met = sum(each.adhered is True for each in results)
    left_out = sum(each.adhered is None for each in results)
    about = (reader.lately(conversation.started_at), length(conversation.duration_ms))
    is_waiting, final_at = review.awaits_agent(reader.now), review.final_at(reader.now)
    ends_at = review.ends_at
    return ResultView(
        assignment_id=review.assignment_id,
        score="\u2013" if result.score is None else reader.number(result.score),
        verdict=_verdict(result.passed, form, reader, has_score=result.score is not None),
        about=", ".join(each for each in about if each),
        strip=strip(cells_of(results), width=180, height=22) if results else None,
        items=items,
        rest=_("{met} met, {left_out} not applicable.").format(met=met, left_out=left_out),
        href=f"/console/conversations/{conversation.id}",
        status=whole.status,
        deadline=_("Answer by {moment}").format(moment=reader.moment(ends_at)) if is_waiting and ends_at else "",
        can_accept=is_waiting,
        undo_until=reader.time(final_at) if final_at else "",
        sound=_sound(sounds.get(conversation.id, ""), items),
    )


def _sound(address: str, items: Sequence[ResultItem]) -> str:
    """Return the address of the sound, from the second of the first quote if there is one."""
    start = next((each.quote_s for each in items if each.quote_s is not None), None)
    return f"{address}/play#t={start:g}" if address and start else f"{address}/play" if address else ""


def _verdict(passed: bool | None, form: Form | None, reader: Reader, *, has_score: bool) -> str:  # noqa: FBT001  (as stored)
    word = {True: _("Passed"), False: _("Not passed"), None: _("Undecided") if has_score else _("No score")}[passed]
    needed = _("{n} needed")
    return f"{word}, {needed.format(n=reader.number(form.pass_score))}" if form else word


def _item(  # noqa: PLR0913, PLR0917  (all that it shows)
    one: MetricReview,
    whole: ReviewedAudit,
    results: Sequence[MetricResult],
    names: Mapping[str, str],
    reader: Reader,
    odds: Mapping[str, tuple[int, int]],
) -> ResultItem | None:
    found = next((each for each in results if each.metric.id == one.metric_id), None)
    is_missed = found is not None and found.adhered is False
    if not is_missed and one.status in {"pending", "agent_accepted"}:
        return None
    given, answer = whole.answers.get(one.metric_id), whole.answer(one.metric_id)
    machine = next((each for each in whole.case.evaluation.results if each.metric.id == one.metric_id), None)
    evidence = next((each for each in machine.verdict.evidence if each.text), None) if machine else None
    dispute = next((each for each in reversed(whole.disputes) if each.dispute_id == one.dispute_id), None)
    state, kind, more = _state(one, dispute, whole.review.policy, reader, odds)
    return ResultItem(
        metric_id=one.metric_id,
        name=names.get(one.metric_id, one.metric_id),
        kind=sign_of(answer),
        word=word_of(answer),
        quote=evidence.text if evidence else "",
        quote_s=evidence.start_ms / 1000 if evidence and evidence.start_ms is not None else None,
        quote_at=clock(evidence.start_ms) if evidence and evidence.start_ms is not None else "",
        explanation=question_of(found.metric) if found else "",
        comment=given.comment if given else "",
        state=state,
        state_kind=kind,
        more=more,
        outcome=_outcome(dispute, names),
        can_accept=one.status == "pending" and whole.review.can_be_accepted(reader.now),
        can_dispute=whole.review.can_be_disputed(one, reader.now),
        proposals=tuple((each, word_of(each)) for each in ("YES", "NO", "NA") if each != answer),
    )


def _state(
    one: MetricReview,
    dispute: Dispute | None,
    policy: ReviewPolicy,
    reader: Reader,
    odds: Mapping[str, tuple[int, int]],
) -> tuple[str, str, str]:
    """Return the state of a metric in words, the kind of its tag, and the next step."""
    if one.status == "disputed" and dispute is not None:
        state = _("Disputed")
        if dispute.proposed:
            state = _("Disputed, you ask for {answer}").format(answer=word_of(dispute.proposed))
        return state, "due", _prospect(dispute, policy, reader, odds.get(one.metric_id, (0, 0)))
    if one.status == "accepted" and dispute is not None:
        text = _("Changed from {before} to {after}")
        return text.format(before=word_of(dispute.answer), after=word_of(dispute.decided_answer)), "yes", ""
    if one.status == "denied" and dispute is not None:
        left = policy.rounds - one.round
        more = ngettext("You can dispute it {n} more time.", "You can dispute it {n} more times.", left).format(n=left)
        state = _("Kept as {answer}").format(answer=word_of(dispute.answer))
        return state, "", more if left else _("That was the last round.")
    return (_("Accepted by you") if one.status == "agent_accepted" else "", "", "")


def _prospect(dispute: Dispute, policy: ReviewPolicy, reader: Reader, odds: tuple[int, int]) -> str:
    """Return who decides until when, and how often similar disputes changed an answer."""
    known = _REVIEWERS.get(policy.reviewer)
    who = _(known) if known else _(" or ").join(policy.reviewers)
    decides = _("{who} decides by {moment}.").format(
        who=who[:1].upper() + who[1:], moment=reader.lately(dispute.due_at)
    )
    overturned, decided = odds
    if decided < _NEEDED:
        return decides
    chances = _("Of {n} such disputes, {changed} were changed.").format(n=decided, changed=overturned)
    return f"{decides} {chances}"


def _outcome(dispute: Dispute | None, names: Mapping[str, str]) -> str:
    """Return who decided a dispute, and why; empty while it is open or without a reason."""
    if dispute is None or dispute.is_open or not dispute.reason:
        return ""
    by = names.get(dispute.decided_by, dispute.decided_by) if dispute.decided_by else _("Auditor")
    return f"{by}: {dispute.reason}"
