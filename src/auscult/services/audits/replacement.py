"""Draws an item in place of one that cannot be judged: the next of its stratum, so that the probability stays honest."""

from datetime import datetime

from msgspec.structs import replace

from auscult.domain.audits.assignment import Assignment
from auscult.domain.audits.draw import DrawnItem, replacement
from auscult.domain.audits.plan import Judged
from auscult.services.audits.frames import agents_of, candidates
from auscult.services.audits.plans import query_of_draw
from auscult.storage.store import AppStore


def drawn_instead(app: AppStore, declined: Assignment, now: datetime) -> tuple[DrawnItem, datetime | None] | None:
    """Return the item that is drawn instead of a declined one, for the same rater, with its due date.

    None where it is no audit of a draw, or all of its stratum are drawn.
    """
    if declined.plan_id is None or declined.draw_id is None or declined.role != "audit":
        return None
    plan = app.plans.get(declined.plan_id, declined.plan_version)
    draws = app.plans.draws(declined.plan_id)
    drawn = next((each for each in draws if each.draw_id == declined.draw_id), None)
    if plan is None or drawn is None:
        return None
    items = [one.assignment for one in app.queue.of_draw(drawn.draw_id)]
    taken = {(one.conversation_id or "", one.segment, one.agent_id or "") for one in items}
    frame = candidates(app, plan.document, query_of_draw(plan.document, drawn, draws))
    found = replacement(plan.document, plan.seed, frame, declined.stratum, taken)
    if found is None:
        return None
    agent_id = found.agent_id or _agent(app, plan.document.judged, found)
    return replace(found, agent_id=agent_id, rater=declined.rater), plan.due_at(now, app.working_days.get())


def _agent(app: AppStore, rule: Judged, item: DrawnItem) -> str:
    if item.segment:
        return ""
    case = next(iter(app.frames.of([item.conversation_id])), None)
    return "" if case is None else next(iter(agents_of(case, rule)), "")
