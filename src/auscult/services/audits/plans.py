"""The use cases of plans: save, preview, draw, repeat, deal and reassign."""

import logging
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.audits.assignment import Assigned, AssignmentState, reassign
from auscult.domain.audits.audit import AuditMovedError
from auscult.domain.audits.draw import AGAIN, Draw, DrawnItem, KeptDraw, StratumRecord, again_of, deal, digest_of, draw
from auscult.domain.audits.judged import judged_agents
from auscult.domain.audits.plan import Plan, PlanDocument, Window, check_plan, windows_of, working_days
from auscult.domain.errors import ConflictError, unknown
from auscult.domain.evaluation import Status
from auscult.domain.notices import NewNotice
from auscult.domain.operations.guarding import guarded
from auscult.domain.statistics.draws import permanent_number
from auscult.services.audits.frames import candidates as candidates_in
from auscult.services.audits.frames import half_widths, verdicts_in
from auscult.services.audits.handover import Handover
from auscult.services.conversations.talked import TalkReader, talked_about
from auscult.services.scoring.render import Reports
from auscult.storage.audits.frames import FrameQuery
from auscult.storage.audits.queue import QueueQuery
from auscult.storage.store import AppStore

_LOG = logging.getLogger(__name__)
_MOST_PLANS = 10_000
_EVERYTHING = TalkReader()
_STEPS = 16


class PlanPreview(Struct, frozen=True, kw_only=True):
    """Forecast of a plan: conversations in the frame, items in all and by auditor, second opinions, and precision.

    ``half_width`` is the half-width to expect of each metric's estimate, as a share; ``widest`` the largest of them.
    ``days`` are the days in which the items are to be audited, and ``summary`` is all that in one line.
    """

    frame_count: int
    items: int
    seconds: int
    by_auditor: dict[str, int]
    strata: tuple[StratumRecord, ...]
    half_width: dict[str, float]
    widest: float | None
    days: int
    summary: str


ENDED: tuple[AssignmentState, ...] = ("submitted", "declined")
"""States in which an assignment is done."""


class PlanForecast(Struct, frozen=True, kw_only=True):
    """A preview, with the half-width of the widest estimate at other numbers of items, from few to many.

    ``metric_id`` is the metric whose estimate is the widest.
    """

    preview: PlanPreview
    metric_id: str | None
    curve: tuple[tuple[int, float], ...]


class DrawView(Struct, frozen=True, kw_only=True):
    """A draw with its items, and the conversations of its window that are not in its frame, as they came later."""

    draw: Draw
    items: tuple[Assigned, ...]
    not_in_frame: int


class PlanProgress(Struct, frozen=True, kw_only=True):
    """Assignments of a plan by rater and state; "" means no rater yet."""

    plan: Plan
    draws: tuple[Draw, ...]
    by_rater: dict[str, dict[AssignmentState, int]]

    @property
    def assigned(self) -> int:
        """The number of its assignments."""
        return sum(sum(states.values()) for states in self.by_rater.values())

    @property
    def ended(self) -> int:
        """The number of its assignments that are submitted or declined."""
        return sum(states.get(state, 0) for states in self.by_rater.values() for state in ENDED)


class Planning:
    """The plans of one app. Cheap to make; threads may share one."""

    def __init__(
        self, app: AppStore, reports: Reports, now: Callable[[], datetime], talk: TalkReader = _EVERYTHING
    ) -> None:
        """Work on ``app``; ``reports`` are rendered when an audit changes; ``now`` returns aware UTC time.

        ``talk`` is who draws: filters by comments and pins find nothing that they rate blind.
        """
        self._app = app
        self._talk = talk
        self._now = now
        self._handover = Handover(app, reports, now)

    def create(self, document: PlanDocument, by: str) -> Plan:
        """Store a new plan. Raises ``RequestError`` ``plan.invalid``; ``NotFoundError`` ``form.unknown``."""
        return self._store(f"pl-{uuid.uuid4()}", 1, document, by)

    def revise(self, plan_id: str, document: PlanDocument, by: str) -> Plan:
        """Store the next version of a plan, which counts from now on; what was drawn stays.

        Raises as ``create`` does, and ``NotFoundError`` ``plan.unknown``.
        """
        before = self.get(plan_id)
        if document == before.document:
            return before
        return self._store(plan_id, before.version + 1, document, by)

    def pause(self, plan_id: str, by: str, *, paused: bool = True) -> Plan:
        """Store a version that hands nothing out and draws nothing, or one that does again."""
        return self.revise(plan_id, replace(self.get(plan_id).document, paused=paused), by)

    def get(self, plan_id: str, version: int | None = None) -> Plan:
        """Return a plan. Raises ``NotFoundError`` ``plan.unknown``."""
        found = self._app.plans.get(plan_id, version)
        if found is None:
            raise unknown("plan", plan_id)
        return found

    def progress(self, plan_id: str) -> PlanProgress:
        """Return how far a plan is. Raises ``NotFoundError`` ``plan.unknown``."""
        plan = self.get(plan_id)
        return PlanProgress(
            plan=plan,
            draws=tuple(self._app.plans.draws(plan_id)),
            by_rater=self._app.queue.counts(plan_id),
        )

    def preview(self, document: PlanDocument) -> PlanPreview:
        """Return what a plan would draw now, without storing anything. Raises as ``create`` does."""
        return self.forecast(document).preview

    def forecast(self, document: PlanDocument) -> PlanForecast:
        """Return what a plan would draw now, and what fewer and more items would bring. Raises as ``create`` does."""
        self._check(document)
        query = query_of(document)._replace(among=self._among(document))
        candidates = list(candidates_in(self._app, document, query))
        items, strata = draw(document, document.seed or "preview", candidates)
        today = self._now().date()
        dealt = deal(items, document.auditors, {}, today, self._app.absences.away(today))
        population = len({each.key for each in candidates})
        verdicts = verdicts_in(self._app, document, query, [each.conversation_id for each in candidates])
        precision = half_widths(verdicts, len(items))
        days = working_days(document, today, self._app.working_days.get())
        shared = max(len(document.auditors), 1)
        preview = PlanPreview(
            frame_count=population,
            items=len(items),
            seconds=sum(each.has_second + len(each.more) for each in items),
            by_auditor={
                each.user: sum((item.rater, item.second, *item.more).count(each.user) for item in dealt)
                for each in document.auditors
            },
            strata=tuple(strata),
            half_width=precision,
            widest=max(precision.values(), default=None),
            days=days,
            summary=_summary(
                sum((1 + item.has_second + len(item.more)) for item in items),
                shared * days,
                max(precision.values(), default=None),
            ),
        )
        widest = max(precision, key=lambda each: precision[each], default=None)
        return PlanForecast(preview=preview, metric_id=widest, curve=_curve(verdicts, widest, len(items), population))

    def draw(self, plan_id: str, by: str) -> DrawView:
        """Draw from the plan's frame and deal the items; a window that was drawn before gives the same items.

        A scheduled plan draws its next window that has ended, and without one gives the items of the last.

        Raises ``NotFoundError`` ``plan.unknown``; ``ConflictError`` ``plan.paused``, ``plan.empty_frame``,
        ``plan.not_due``.
        """
        plan = self.get(plan_id)
        draws = self._app.plans.draws(plan_id)
        window = self._due(plan, draws)
        if window is not None:
            found = self._draw(plan, window, draws, by)
        elif draws:
            found = draws[-1] if plan.document.every else _of_window(draws, windows_of(plan.document, self._now())[0])
        else:
            raise ConflictError(
                "no window of plan {value} has ended yet", code="plan.not_due", field="plan_id", value=plan_id
            )
        self._hand_out(found, by)
        return self._view(found)

    def draw_due(self, by: str) -> int:
        """Draw every window of every scheduled plan that has ended; return how many draws that were.

        A paused plan is passed over; its windows are drawn once it goes on.
        """
        count = 0
        for plan in self._app.plans.listing(limit=_MOST_PLANS):
            if plan.document.every is None or plan.document.paused:
                continue
            with guarded(_LOG, f"plan {plan.plan_id}"):
                while (window := self._due(plan, draws := self._app.plans.draws(plan.plan_id))) is not None:
                    self._hand_out(self._draw(plan, window, draws, by), by)
                    count += 1
        return count

    def repeat(self, plan_id: str, draw_id: str) -> tuple[DrawnItem, ...]:
        """Draw again from the record of a draw, without storing anything; nothing is dealt.

        Raises ``NotFoundError`` ``plan.unknown``, ``draw.unknown``; ``ConflictError`` ``draw.frame_changed`` where
        conversations of the frame were erased or evaluated with another form since.
        """
        found = next((each for each in self._app.plans.draws(plan_id) if each.draw_id == draw_id), None)
        if found is None:
            raise unknown("draw", draw_id)
        plan = self.get(plan_id, found.plan_version)
        draws = self._app.plans.draws(plan_id)
        candidates = list(candidates_in(self._app, plan.document, query_of_draw(plan.document, found, draws)))
        if digest_of(candidates) != found.frame_digest:
            raise ConflictError(
                "the frame of draw {value} changed: conversations were erased or evaluated anew",
                code="draw.frame_changed",
                field="draw_id",
                value=draw_id,
            )
        return tuple(draw(plan.document, plan.seed, candidates)[0])

    def reassign(
        self, assignment_id: str, rater: str, by: str, *, is_gone: bool = False, is_taken: bool = False
    ) -> Assigned:
        """Reassign an item that is not begun to another rater, who starts from nothing; with ``is_gone`` also one that is.

        ``is_taken``: by the new rater, from one who is away and is notified of it.

        Raises ``NotFoundError`` ``assignment.unknown``; ``ConflictError`` ``assignment.begun``,
        ``assignment.finished``; ``AuditMovedError`` where it was begun meanwhile.
        """
        found = self._handover.get(assignment_id)
        after = reassign(found.assignment, rater, is_gone=is_gone)
        before = found.assignment.rater
        # Without the conversation, which its former rater may not see any more.
        notices = [NewNotice(before, "taken", assignment_id, self._now(), by)] if is_taken and before else []
        if not self._app.queue.change(found.assignment, after, notices=notices):
            raise AuditMovedError("assignment {id} was begun meanwhile", id=assignment_id, field="assignment_id")
        item = self._handover.give(assignment_id, rater, by)
        return Assigned(assignment=item.assignment, audit=item.audit)

    def reassign_all(self, rater: str, to: str, by: str, plan_id: str | None = None) -> int:
        """Reassign everything that a rater has not begun to another one; return how many items that were.

        Items begun meanwhile stay. Raises ``NotFoundError`` ``plan.unknown``.
        """
        if plan_id is not None:
            self.get(plan_id)
        count, query = 0, QueueQuery(("assigned",), rater, plan_id)
        while found := self._app.queue.page(query):
            for one in found:
                with suppress(ConflictError):
                    self.reassign(one.assigned.assignment.assignment_id, to, by)
                    count += 1
            query = query._replace(after=found[-1].key)
        return count

    def _store(self, plan_id: str, version: int, document: PlanDocument, by: str) -> Plan:
        self._check(document)
        plan = Plan(plan_id=plan_id, version=version, document=document, created_at=self._now(), created_by=by)
        if not self._app.plans.add(plan):
            raise ConflictError(
                "plan {value} was changed meanwhile; read it again", code="plan.moved", field="plan_id", value=plan_id
            )
        return plan

    def _check(self, document: PlanDocument) -> None:
        check_plan(document)
        if self._app.forms.get(document.form_id) is None:
            known = ", ".join(each.form_id for each in self._app.forms.in_force())
            raise unknown("form", document.form_id, "unknown form {value!r}; available: {list}", list=known or "none")

    def _due(self, plan: Plan, draws: Sequence[Draw]) -> Window | None:
        """Return the first window of a plan that is to be drawn and was not."""
        drawn = {(each.since, each.until) for each in draws}
        last = max((each.until for each in draws), default=plan.document.frame.since)
        for window in windows_of(plan.document, self._now()):
            is_later = plan.document.every is None or window.since >= last
            if (window.since, window.until) not in drawn and is_later:
                return window
        return None

    def _draw(self, plan: Plan, window: Window, draws: Sequence[Draw], by: str) -> KeptDraw:
        if plan.document.paused:
            raise ConflictError("plan {id} is paused", id=plan.plan_id, code="plan.paused", field="plan_id")
        now, watermark = self._now(), self._app.frames.watermark()
        among = self._among(plan.document)
        query = _query_of_window(plan.document, window, watermark, draws)._replace(among=among)
        candidates = list(candidates_in(self._app, plan.document, query))
        if not candidates and plan.document.every is None:
            raise ConflictError(
                "no evaluated conversation is in the plan's frame; check its dates, form and filters",
                code="plan.empty_frame",
                field="frame",
            )
        items, strata = draw(plan.document, plan.seed, candidates)
        away = self._app.absences.away(now.date())
        items = deal(items, plan.document.auditors, self._app.plans.dealt(plan.plan_id), now.date(), away)
        back = self._again(plan, {(each.conversation_id, each.segment) for each in items})
        items += [each for each in back if each.rater not in away]
        made = KeptDraw(
            draw_id=f"dr-{uuid.uuid4()}",
            plan_id=plan.plan_id,
            plan_version=plan.version,
            since=window.since,
            until=window.until,
            watermark=watermark,
            frame_count=len({each.key for each in candidates}),
            frame_digest=digest_of(candidates),
            strata=tuple(strata),
            drawn_at=now,
            drawn_by=by,
            among=among,
        )
        return self._app.plans.add_draw(
            made, self._with_agents(plan.document, items), plan.due_at(now, self._app.working_days.get())
        )

    def _among(self, document: PlanDocument) -> tuple[str, ...] | None:
        """Return the conversations that a plan's filters by comments and pins leave now; None: without these."""
        found = talked_about(self._app, document.frame, self._talk)
        return None if found is None else tuple(sorted(found))

    def _again(self, plan: Plan, drawn: Collection[tuple[str, int]]) -> list[DrawnItem]:
        """Return the items that come back to the auditors who submitted them a while ago, each once."""
        share = plan.document.again_share
        before = self._now() - timedelta(days=plan.document.again_after_days)
        found = [
            one.assignment for one in self._app.queue.submitted(None, None) if one.assignment.plan_id == plan.plan_id
        ]
        back = {(one.conversation_id, one.segment, one.rater) for one in found if one.stratum == AGAIN}
        items: list[DrawnItem] = []
        for one in found if share else ():
            known = (one.conversation_id or "", one.segment)
            number = permanent_number(f"{plan.seed}/again", f"{known[0]}/{known[1]}")
            is_due = one.ended_at is not None and one.ended_at <= before and one.role == "audit"
            if number < share and is_due and known not in drawn and (*known, one.rater) not in back:
                items.append(again_of(one, number))
        return items

    def _hand_out(self, drawn: Draw, by: str) -> None:
        """Hand the items of a draw to their raters; a draw that was cut off before goes on where it was.

        An item whose conversation was erased, or has no form any more, is left.
        """
        for each in self._app.queue.of_draw(drawn.draw_id):
            if each.assignment.state == "assigned" and each.audit is None and each.assignment.rater is not None:
                with suppress(ConflictError):
                    self._handover.give(each.assignment.assignment_id, each.assignment.rater, by, is_drawn=True)

    def _with_agents(self, document: PlanDocument, items: Sequence[DrawnItem]) -> list[DrawnItem]:
        """Return items with the agent who is judged, where the draw did not need to know."""
        unknown = [each.conversation_id for each in items if not each.agent_id and not each.segment]
        agents = {
            case.conversation.id: next(iter(judged_agents(case.conversation, document.judged)), "")
            for case in self._app.frames.of(unknown)
        }
        return [
            each if each.agent_id or each.segment else replace(each, agent_id=agents.get(each.conversation_id, ""))
            for each in items
        ]

    def _view(self, drawn: KeptDraw) -> DrawView:
        plan = self.get(drawn.plan_id, drawn.plan_version)
        later = query_of(plan.document)._replace(
            since=drawn.since, until=drawn.until, earlier=drawn.watermark, among=drawn.among
        )
        late = {each.key for each in candidates_in(self._app, plan.document, later)}
        return DrawView(draw=drawn, items=tuple(self._app.queue.of_draw(drawn.draw_id)), not_in_frame=len(late))


def _curve(
    verdicts: Mapping[str, Mapping[str, int]], metric_id: str | None, n: int, most: int
) -> tuple[tuple[int, float], ...]:
    """Return the half-width of one metric at numbers of audits around n."""
    if metric_id is None or n == 0:
        return ()
    end = min(max(3 * n, 60), most)
    steps = sorted({n, *(max(1, round(end * part / _STEPS)) for part in range(1, _STEPS + 1))})
    of_metric = {metric_id: verdicts[metric_id]}
    return tuple((each, half_widths(of_metric, each)[metric_id]) for each in steps)


def query_of(document: PlanDocument) -> FrameQuery:
    """Return the query of a plan's frame."""
    frame = document.frame
    statuses: tuple[Status, ...] = ("evaluated", "below_threshold") if frame.below_threshold else ("evaluated",)
    return FrameQuery(document.form_id, frame.since, frame.until, statuses)


def query_of_draw(document: PlanDocument, drawn: KeptDraw, draws: Sequence[Draw]) -> FrameQuery:
    """Return the query of the frame of a draw; ``draws`` are those of its plan."""
    earlier = [each for each in draws if each.until <= drawn.since]
    query = _query_of_window(document, Window(drawn.since, drawn.until), drawn.watermark, earlier)
    return query._replace(among=drawn.among)


def _query_of_window(document: PlanDocument, window: Window, watermark: int, earlier: Sequence[Draw]) -> FrameQuery:
    """Return the query of a window: with a schedule, also what came late for the windows before it."""
    query = query_of(document)._replace(since=window.since, until=window.until, watermark=watermark)
    last = max(earlier, key=lambda each: each.until, default=None)
    if document.every is None or last is None:
        return query
    return query._replace(since=min(each.since for each in earlier), earlier=last.watermark, fresh=last.until)


def _summary(items: int, shared: int, widest: float | None) -> str:
    """Return a preview in one line; ``shared`` are the working days of all auditors together."""
    precision = "" if widest is None else f", ±{100 * widest:.1f} points"
    return f"{items} {'audit' if items == 1 else 'audits'}, {items / shared:.2g} a person a day{precision}"


def _of_window(draws: Sequence[KeptDraw], window: Window) -> KeptDraw:
    return next(each for each in draws if (each.since, each.until) == (window.since, window.until))
