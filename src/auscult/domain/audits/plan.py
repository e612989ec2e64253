"""Plans: the conversations to audit, their number, and the auditors. A plan is versioned like a form."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

from msgspec import Struct

from auscult.domain import errors
from auscult.domain.audits.assignment import Hidden
from auscult.domain.audits.audit import LONGEST_NAME
from auscult.domain.conversation import Channel, Direction
from auscult.domain.disputes.dispute import ReviewPolicy, check_policy
from auscult.domain.errors import RequestError, coded
from auscult.domain.record import Outcome
from auscult.domain.said.search import parse
from auscult.domain.scoring.list_fields import Order, ResultFields
from auscult.domain.stated import at_least, between, stated
from auscult.domain.workdays import EVERY_DAY, WorkingDays

Per = Literal["all", "agent", "queue"]
Judged = Literal["most", "first", "last", "each"]
"""The agent who is judged: handled most, first, last, or each of them by themselves."""
Risk = Literal[
    "failed",
    "fatal",
    "undecided",
    "unsure",
    "doubtful",
    "escalation",
    "churn",
    "complaint",
    "low_recognition",
    "new_form",
]
"""Signs of risk: not passed, a fatal error, a fatal metric without an answer, a verdict of low confidence or near its threshold, or on doubtful words, an escalation, a risk of
churn, a complaint, words that were recognised with low confidence, a new version of the form."""

Step = Literal["day", "week", "month"]
"""The length of a scheduled plan's windows; weeks begin on Monday, UTC."""

WHOLE_SHARE = 100
MOST_HOLIDAYS = 1_000
MOST_DAYS = 3_660
MOST_OPINIONS = 10
_SAME = 1e-6


class FrameFilters(ResultFields, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Filters that narrow a frame to some of its conversations."""

    queues: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    directions: tuple[Direction, ...] = ()
    languages: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    custom_fields: dict[str, str] = {}  # noqa: RUF012  (msgspec copies it)
    outcomes: tuple[Outcome, ...] = ()
    met: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    least_score: float | None = None
    most_score: float | None = None
    said: str = ""
    below_threshold: bool = False


class Frame(FrameFilters, frozen=True, kw_only=True):
    """The conversations of which some are drawn: ``since`` <= start < ``until``, and every filter that is given.

    ``queues``, ``agents`` and ``intents`` hold ids or names, without regard to case; ``met`` and ``missed`` ids of metrics
    that were all met, or all missed; ``said`` is a search in what was said. ``least_score`` and ``most_score`` are
    compared with the exact score, and the filters of lists with what a list shows. Only what was evaluated with the
    plan's form is in it. Comments and pins count as they are when it is drawn.
    """

    since: datetime
    until: datetime

    @property
    def needs_content(self) -> bool:
        """Return whether a conversation must be read to know that it belongs."""
        named = (self.queues, self.channels, self.directions, self.languages, self.agents, self.custom_fields)
        decided = (self.outcomes, self.met, self.missed, self.intents, self.said)
        is_scored = self.least_score is not None or self.most_score is not None
        return any((*named, *decided)) or is_scored or bool(self.bounds) or self.is_by_finding


class Quota(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The size of a draw in each stratum: a ``count``, or a ``percent`` with at least ``minimum``."""

    per: Per = "all"
    count: Annotated[int, at_least(1)] | None = None
    percent: Annotated[float, stated(exclusiveMinimum=0, maximum=WHOLE_SHARE)] | None = None
    minimum: Annotated[int, at_least(0)] = 0


class Absence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days on which an auditor gets nothing new, both included."""

    since: date
    until: date


class PlanAuditor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An auditor by e-mail address (or client id), with a share in percent and at most ``per_day`` items a day."""

    user: Annotated[str, stated(pattern="@|^cs-")]
    share: Annotated[float, between(0, WHOLE_SHARE)]
    per_day: Annotated[int, at_least(1)] | None = None
    away: tuple[Absence, ...] = ()

    def is_away(self, day: date) -> bool:
        """Return whether the auditor is away on a day."""
        return any(each.since <= day <= each.until for each in self.away)


class PlanDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Plan as people write it.

    Without ``auditors`` the first auditor to ask gets an item. ``second_share`` of the items is given to a second
    auditor, or to as many that there are ``opinions``, ``hidden`` names what auditors do not see, and from ``hide_machine_share`` of the items the machine is
    hidden. With ``risks``, ``floor`` of the draw is random and the rest goes to conversations with a sign of risk;
    with an ``order`` to the first of its list.
    Shares but those of auditors are from 0 to 1. With ``every`` the frame is drawn window by window, each once it has
    ended, and the quota is that of a window. On ``holidays`` nothing is handed out and nothing falls due.
    ``again_share`` of the items that an auditor submitted ``again_after_days`` ago or more come back to them once.
    ``review`` is the policy for submitted audits; without one, the app's.
    """

    name: str
    form_id: str
    frame: Frame
    quota: Quota
    auditors: tuple[PlanAuditor, ...] = ()
    seed: str | None = None
    judged: Judged = "most"
    second_share: float = 0.0
    opinions: int = 2
    hidden: tuple[Hidden, ...] = ()
    hide_machine_share: float = 0.0
    risks: tuple[Risk, ...] = ()
    order: Order | None = None
    floor: float = 0.2
    due_days: int | None = None
    every: Step | None = None
    holidays: tuple[date, ...] = ()
    again_share: float = 0.0
    again_after_days: int = 28
    paused: bool = False
    review: ReviewPolicy | None = None


class Window(Struct, frozen=True):
    """A part of a plan's frame that is drawn by itself: ``since`` <= start < ``until``."""

    since: datetime
    until: datetime


class Plan(Struct, frozen=True, kw_only=True):
    """A version of a plan. ``created_by`` is who saved it."""

    plan_id: str
    version: int
    document: PlanDocument
    created_at: datetime
    created_by: str

    @property
    def seed(self) -> str:
        """The seed of its draws: the plan's own, which is its id unless another is given."""
        return self.document.seed or self.plan_id

    def due_at(self, at: datetime, days: WorkingDays = EVERY_DAY) -> datetime | None:
        """The due date of what is handed out at an instant, counted in working days."""
        if self.document.due_days is None:
            return None
        found = days.after(at, self.document.due_days)
        while found.astimezone(UTC).date() in self.document.holidays:
            found = days.after(found, 1)
        return found

    def hands_out_to(self, user: str, day: date) -> bool:
        """Return whether a user may begin an item on a day: it is no holiday, and they are not away."""
        own = next((each for each in self.document.auditors if each.user == user), None)
        return day not in self.document.holidays and (own is None or not own.is_away(day))


def working_days(plan: PlanDocument, since: date, days: WorkingDays = EVERY_DAY) -> int:
    """Return the working days, from one on, in which the items of a draw are to be audited; at least one.

    They are ``due_days`` where the plan has them, else as many as a window or the whole frame has.
    """
    length = plan.due_days
    if length is not None:  # counted in working days
        day = datetime.combine(since, time(), UTC)
        length = (days.after(day, min(length, MOST_DAYS)) - day).days
    else:
        steps: dict[Step | None, int] = {"day": 1, "week": 7, "month": 30}
        length = steps.get(plan.every) or max(1, (plan.frame.until - plan.frame.since).days)
    holidays = set(plan.holidays)
    spanned = (since + timedelta(days=n) for n in range(min(length, MOST_DAYS)))
    return max(1, sum(days.works(each) and each not in holidays for each in spanned))


def windows_of(plan: PlanDocument, now: datetime) -> list[Window]:
    """Return the windows of a plan that have ended: the whole frame, ended or not, where there is no schedule."""
    frame = plan.frame
    if plan.every is None:
        return [Window(frame.since, frame.until)]
    found: list[Window] = []
    since = frame.since
    while since < frame.until and (until := min(next_boundary(since, plan.every), frame.until)) <= now:
        found.append(Window(since, until))
        since = until
    return found


def next_boundary(instant: datetime, step: Step) -> datetime:
    """Return the first midnight (UTC) after an instant at which a day, a week or a month begins."""
    day = instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if step == "month":
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=7 - day.weekday() if step == "week" else 1)


def check_plan(plan: PlanDocument) -> PlanDocument:
    """Return a plan that can be drawn. Raises ``RequestError`` ``plan.invalid`` that names the field."""
    if not 0 < len(plan.name.strip()) <= LONGEST_NAME:
        raise _invalid("name", coded("a name has 1 to {n} characters", n=LONGEST_NAME), plan.name)
    if plan.frame.until <= plan.frame.since:
        raise _invalid("frame.until", coded("until must be later than since"), plan.frame.until.isoformat())
    _check_quota(plan.quota)
    _check_auditors(plan)
    plan.frame.checked()
    if plan.frame.said:
        parse(plan.frame.said)
    _check_shares(plan)
    for field in ("due_days", "again_after_days"):
        days: int | None = getattr(plan, field)
        if days is not None and days < 1:
            raise _invalid(field, coded("use at least 1 day"), days)
    if len(set(plan.holidays)) > MOST_HOLIDAYS:
        raise _invalid("holidays", coded("name at most {n}", n=MOST_HOLIDAYS), len(plan.holidays))
    if plan.review is not None:
        check_policy(plan.review)
    return plan


def _check_shares(plan: PlanDocument) -> None:
    for field in ("second_share", "hide_machine_share", "floor", "again_share"):
        share: float = getattr(plan, field)
        if not 0 <= share <= 1:
            raise _invalid(field, coded("a share is from 0 to 1"), share)
    if plan.order is not None and plan.risks:
        raise _invalid("order", "a plan has either risks or an order; leave one of them out", plan.order)


def _check_quota(quota: Quota) -> None:
    if (quota.count is None) == (quota.percent is None):
        raise _invalid("quota", coded("a quota has either a count or a percent"), None)
    if quota.count is not None and quota.count < 1:
        raise _invalid("quota.count", coded("use at least 1"), quota.count)
    if quota.percent is not None and not 0 < quota.percent <= WHOLE_SHARE:
        raise _invalid("quota.percent", coded("use more than 0 and at most 100"), quota.percent)
    if quota.minimum < 0 or (quota.minimum and quota.percent is None):
        raise _invalid("quota.minimum", coded("use 0 or more, beside a percent"), quota.minimum)


def _check_auditors(plan: PlanDocument) -> None:
    users = [each.user for each in plan.auditors]
    for each in plan.auditors:
        if "@" not in each.user and not each.user.startswith("cs-"):
            raise _invalid("auditors.user", coded("name an auditor by e-mail address"), each.user)
        if not 0 <= each.share <= WHOLE_SHARE:
            raise _invalid("auditors.share", coded("a share is from 0 to 100"), each.share)
        if each.per_day is not None and each.per_day < 1:
            raise _invalid("auditors.per_day", coded("use at least 1"), each.per_day)
    if len(set(users)) < len(users):
        raise _invalid("auditors.user", coded("each auditor is named once"), users)
    total = sum(each.share for each in plan.auditors)
    if plan.auditors and abs(total - WHOLE_SHARE) > _SAME:
        raise _invalid("auditors.share", coded("shares must total 100, not {n}", n=f"{total:g}"), total)
    if plan.second_share and len(plan.auditors) == 1:
        raise _invalid("second_share", coded("a second opinion needs a second auditor"), plan.second_share)
    if not 2 <= plan.opinions <= MOST_OPINIONS:  # noqa: PLR2004  (one is no further opinion)
        raise _invalid("opinions", f"use 2 to {MOST_OPINIONS}", plan.opinions)
    if plan.second_share and 0 < len(plan.auditors) < plan.opinions:
        raise _invalid("opinions", coded("{n} opinions need as many auditors", n=plan.opinions), plan.opinions)


def _invalid(field: str, message: str, value: object) -> RequestError:
    return errors.invalid("plan.invalid", field, message, value)
