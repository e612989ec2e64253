"""The steps of the first hour, on Home and on their own page."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import quote

from litestar import Controller, Response, get, post
from litestar.response import Redirect
from msgspec import Struct

from auscult.domain.first_hour import PERMISSIONS, STEPS, Hour, State, Step
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.frame.counts import WITH_SCORE
from auscult.server.console.frame.naming import customer_words
from auscult.server.console.frame.posted import Posted, one
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.visit import BASE, NoPermissionError, TheVisit, Visit
from auscult.services.audits.blind import without_blind
from auscult.services.conversations.latest import Sought, count, details, newest
from auscult.services.definitions.forms.publish import in_force
from auscult.services.first_hour import FirstHour

PATH = f"{BASE}/first-hour"
_NEWEST, _WORDS = 100, 76
_SOON = timedelta(minutes=10)
"""Time for which a page asks again whether the first score is there."""
AnyVisit = TheVisit


class StepView(Struct, frozen=True, kw_only=True):
    """One step as a row. ``is_post``: its action is a form's button, because it marks the step."""

    step: Step
    number: int
    state: State
    is_current: bool
    name: str
    says: str
    quote: str = ""
    href: str = ""
    action: str = ""
    is_post: bool = False


class HourView(Struct, frozen=True, kw_only=True):
    """The steps. ``lead`` states the number of those that are done; ``is_waiting``: the first score may be there soon."""

    path: str
    steps: tuple[StepView, ...]
    lead: str
    is_away: bool
    is_waiting: bool
    note: str = ""


class StepsPage(Controller):
    """The steps, and marks on them."""

    path = "/first-hour"

    @get(sync_to_thread=True)
    def show(self, visit: AnyVisit) -> Response[str]:
        """Show the steps that the visitor may take."""
        work = first_hour(visit)
        hour = work.hour()
        if not hour.steps:
            raise NoPermissionError("conversation.load")
        return visit.page("first_hour/first_hour", "Home", hour_view(visit, hour))

    @post(sync_to_thread=True)
    def change(self, data: Posted, visit: AnyVisit) -> Redirect:
        """Skip a step or take it up again; put the steps away or show them on Home again."""
        work = first_hour(visit)
        step, back = _step(one(data, "step")), BASE if one(data, "back") == "home" else PATH
        if not work.hour().steps:
            raise NoPermissionError("conversation.load")
        match one(data, "do"):
            case "skip" if step:
                may(visit, step).skip(step)
            case "take_up" if step:
                may(visit, step).take_up(step)
            case "away":
                work.put_away()
                back = BASE
            case "show":
                work.begin()
            case _:
                pass
        return Redirect(back, status_code=303)

    @post("/score", sync_to_thread=True)
    def score(self, data: Posted, visit: AnyVisit) -> Redirect:
        """Open the conversation of the third step, which is then done."""
        may(visit, "score").done("score")
        return Redirect(f"{BASE}/conversations/{quote(one(data, 'conversation'), safe='')}", status_code=303)


def first_hour(visit: Visit) -> FirstHour:
    """Return the first hour of the visit's app as the visitor sees it."""
    return FirstHour(visit.app, visit.store.people, lambda: visit.now, visit.principal)


def home_hour(visit: Visit, *, is_empty: bool) -> HourView | None:
    """Return the steps for Home while they are shown there. Most servers are neither empty nor were set up here."""
    if not is_empty and not visit.app.first_hour.marks():
        return None
    hour = first_hour(visit).hour()
    return hour_view(visit, hour) if hour.is_shown else None


def may(visit: Visit, step: Step) -> FirstHour:
    """Return the first hour if the visitor may take a step. Raises ``NoPermissionError``."""
    for each in PERMISSIONS[step]:
        visit.require_everywhere(each)
    return first_hour(visit)


def _step(name: str) -> Step | None:
    return next((each for each in STEPS if each == name), None)


def hour_view(visit: Visit, hour: Hour) -> HourView:
    """Show the steps."""
    done, whole = hour.done, len(hour.steps)
    loaded = visit.asked("loaded")
    is_soon, scored = False, None
    if "score" in hour.steps and hour.steps["score"] != "done":
        scored = _first_score(visit)
        marks = visit.app.first_hour.marks()
        latest = max((each.at for name, each in marks.items() if name in {"load", "form"}), default=None)
        is_soon = scored is None and latest is not None and visit.now - latest < _SOON
    lead = ngettext("{n} of {whole} steps is done.", "{n} of {whole} steps are done.", done)
    rows = (
        _STEPS[step](visit, state, scored).row(step, number, state, is_current=step == hour.current)
        for number, (step, state) in enumerate(hour.steps.items(), 1)
    )
    note = ""
    if loaded.isdecimal() and len(loaded) < 10:  # noqa: PLR2004  (digits of a count)
        said = ngettext("{n} conversation was added.", "{n} conversations were added.", int(loaded))
        note = said.format(n=visit.reader.number(int(loaded)))
    return HourView(
        path=PATH,
        steps=tuple(rows),
        lead=lead.format(n=done, whole=whole),
        is_away=hour.is_away,
        is_waiting=is_soon,
        note=note,
    )


class _Said(NamedTuple):
    """The words of a step, and its action."""

    name: str
    says: str
    action: str = ""
    href: str = ""
    quote: str = ""
    is_post: bool = False

    def row(self, step: Step, number: int, state: State, *, is_current: bool) -> StepView:
        """Return the step as a row."""
        return StepView(step=step, number=number, state=state, is_current=is_current, **self._asdict())


class _Scored(NamedTuple):
    """The conversation of the third step."""

    conversation_id: str
    words: str
    score: str
    missed: int


def _load_step(visit: Visit, state: State, scored: _Scored | None) -> _Said:
    del scored
    name = _("Load conversations")
    if state != "done":
        says = _("Files as you have them: chats, transcripts, tables, JSON, or a ZIP of them. Or a recording.")
        return _Said(name, says, _("Load files"), f"{PATH}/load")
    n = count(visit.app, Sought()) if visit.may("conversation.read") else 0
    says = ngettext("{n} conversation in all.", "{n} conversations in all.", n).format(n=visit.reader.number(n))
    return _Said(name, says if n else _("They are being read."), _("Load more"), f"{PATH}/load")


def _form_step(visit: Visit, state: State, scored: _Scored | None) -> _Said:
    del scored
    name = _("Choose a form")
    if state != "done":
        says = _("Ready questions for voice and chat, to be changed later.")
        return _Said(name, says, _("Choose"), f"{PATH}/form")
    names = [each.name for each in in_force(visit.app.forms).values()]
    return _Said(name, ", ".join(names[:3]), _("See the forms"), f"{BASE}/forms")


def _score_step(visit: Visit, state: State, scored: _Scored | None) -> _Said:
    name = _("Look at a score")
    if state == "done":
        return _Said(name, _("You opened a scored conversation."), _("See all"), f"{BASE}/conversations")
    if scored is None:
        if count(visit.app, Sought(statuses=("not_evaluated",))):
            says = _("No form is for the conversations that are loaded. Choose another, or change its queues.")
        elif count(visit.app, Sought(statuses=("duration_unavailable",))):
            says = _("What is loaded has no transcript yet, or no times. It is scored once it has.")
        else:
            says = _("It stands here as soon as a conversation is loaded and a form is chosen.")
        return _Said(name, says)
    why = (
        ngettext(
            "{score}, because one answer was missed. Is it right?",
            "{score}, because {n} answers were missed. Is it right?",
            scored.missed,
        ).format(score=scored.score, n=scored.missed)
        if scored.missed
        else _("{score}, with every answer met. Is it right?").format(score=scored.score)
    )
    return _Said(name, why, _("Open it"), scored.conversation_id, scored.words, is_post=True)


def _invite_step(visit: Visit, state: State, scored: _Scored | None) -> _Said:
    del visit, scored
    name = _("Invite a person")
    if state == "done":
        return _Said(name, _("You are not alone here."), _("See them"), f"{BASE}/administration/users")
    return _Said(
        name, _("An auditor, a team lead, an analyst. They see what you allow."), _("Invite"), f"{PATH}/invite"
    )


def _plan_step(visit: Visit, state: State, scored: _Scored | None) -> _Said:
    del visit, scored
    name = _("Plan audits")
    if state == "done":
        return _Said(name, _("A plan draws conversations for people to audit."), _("See the plans"), f"{BASE}/plans")
    says = _("A few audits a week show how far to trust the machine.")
    return _Said(name, says, _("Plan"), f"{BASE}/plans/new")


_STEPS: Mapping[Step, Callable[[Visit, State, _Scored | None], _Said]] = {
    "load": _load_step,
    "form": _form_step,
    "score": _score_step,
    "invite": _invite_step,
    "plan": _plan_step,
}


def _first_score(visit: Visit) -> _Scored | None:
    """Return a scored conversation worth a first look: the newest with a missed answer, else the newest."""
    rows = newest(visit.app, Sought(outcomes=WITH_SCORE), _NEWEST)
    rows = without_blind(visit.app, visit.visitor.email, rows, visit.principal.agent_ids)
    row = next((each for each in rows if each.missed_metrics), next(iter(rows), None))
    if row is None or row.score is None:
        return None
    known = details(visit.app, [row]).get(row.id)
    words = excerpt(customer_words(known.conversation), _WORDS) if known else ""
    return _Scored(row.id, words, visit.reader.number(row.score), len(row.missed_metrics))
