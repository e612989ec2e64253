"""Calibration: sessions, the blind desk, and the debrief with split answers first."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from auscult.domain.absences import OfferedPlace
from auscult.domain.audits.audit import AuditAnswer, Sheet
from auscult.domain.calibration.report import CalibrationReport, MetricGap, Split, colour_of
from auscult.domain.calibration.session import Session
from auscult.domain.form import Form
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.language import gettext as _
from auscult.language import later, ngettext, pgettext
from auscult.server.console.calibration.raters import RaterView, figures_view, rater_view, state_word
from auscult.server.console.frame.naming import channel_of, customer_words, queues_of
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import Reader, length
from auscult.server.console.frame.transcript import Marks, TurnView, turn_views
from auscult.server.console.frame.verdicts import question_of, sign_of, word_of

_STATES = {"draft": later("Draft"), "closed": later("Closed")}
_COLOURS = {"green": "yes", "amber": "due", "red": "late"}
_GAPS = {
    "calibrated": (later("Calibrated"), "yes"),
    "attention": (later("Needs attention"), "due"),
    "required": (later("Calibrate"), "late"),
}


class SessionRow(Struct, frozen=True, kw_only=True):
    """One session in the list."""

    href: str
    name: str
    about: str
    state: str
    done: str
    mine: str
    when: str


class SessionsView(Struct, frozen=True, kw_only=True):
    """The list."""

    rows: tuple[SessionRow, ...]
    can_run: bool


class FreePlaceView(Struct, frozen=True, kw_only=True):
    """A session in which someone else may rate in place of a person who is away, and the address that takes the place."""

    name: str
    about: str
    whose: str
    due: str
    take: str


class DeskQuestion(Struct, frozen=True, kw_only=True):
    """One metric to answer."""

    metric_id: str
    name: str
    question: str
    answer: str
    comment: str


class DeskView(Struct, frozen=True, kw_only=True):
    """The blind desk."""

    session: str
    href: str
    here: str
    meta: tuple[str, ...]
    turns: tuple[TurnView, ...]
    questions: tuple[DeskQuestion, ...]
    needs_reason: bool


class ItemView(Struct, frozen=True, kw_only=True):
    """A conversation of the room."""

    number: int
    href: str
    words: str
    state: str
    is_done: bool


class SplitView(Struct, frozen=True, kw_only=True):
    """The answers to one metric in one conversation."""

    key: str
    number: int
    metric_id: str
    metric: str
    words: str
    answers: tuple[tuple[str, str, str], ...]
    agreement: str
    category: str
    reference: str
    reason: str
    href: str


class GapView(Struct, frozen=True, kw_only=True):
    """A metric with the agreement of the raters."""

    name: str
    agreement: str
    word: str
    colour: str


class RoomView(Struct, frozen=True, kw_only=True):
    """The room. In the debrief, ``splits`` begin with the largest difference; ``agreed`` counts the rest."""

    session_id: str
    name: str
    lead: str
    state: str
    is_debrief: bool
    can_run: bool
    can_close: bool
    can_submit: bool
    can_leave: bool
    next: str
    items: tuple[ItemView, ...]
    raters: tuple[RaterView, ...]
    agreement: str
    unsettled: str
    colour: str
    splits: tuple[SplitView, ...]
    agreed: int
    gaps: tuple[GapView, ...]


def sessions_view(found: Sequence[Session], me: str, reader: Reader, *, can_run: bool) -> SessionsView:
    """Show sessions, the newest first."""
    rows: list[SessionRow] = []
    for each in found:
        mine = each.rater(me)
        rows.append(
            SessionRow(
                href=f"/console/calibration/{each.session_id}",
                name=each.name,
                about=_about(each, reader),
                state=_state(each),
                done=_("{done} of {n} submitted").format(done=len(each.submitted), n=len(each.raters)),
                mine=state_word(each, mine) if mine else "",
                when=reader.lately(each.created_at),
            )
        )
    return SessionsView(rows=tuple(rows), can_run=can_run)


def free_places(free: Sequence[OfferedPlace], names: Mapping[str, str], reader: Reader) -> tuple[FreePlaceView, ...]:
    """Show the places of people who are away, which the visitor may take."""
    return tuple(
        FreePlaceView(
            name=each.session.name,
            about=_about(each.session, reader),
            whose=_("{name} is away until {day}").format(
                name=names.get(each.rater, each.rater), day=reader.day(each.away_until, year=False)
            ),
            due=_("Due {day}").format(day=reader.day(each.session.due_at)) if each.session.due_at else "",
            take=f"/console/calibration/{each.session.session_id}/take",
        )
        for each in free
    )


def _about(each: Session, reader: Reader) -> str:
    conversations = ngettext("{n} conversation", "{n} conversations", len(each.items))
    raters = ngettext("{n} rater", "{n} raters", len(each.raters))
    return ", ".join(
        text.format(n=reader.number(len(of))) for text, of in ((conversations, each.items), (raters, each.raters))
    )


def desk_view(  # noqa: PLR0913, PLR0917  (all that the desk shows)
    found: Session,
    form: Form,
    case: EvaluatedConversation,
    number: int,
    me: str,
    reader: Reader,
    answers: Sequence[AuditAnswer] = (),
) -> DeskView:
    """Show a conversation to a rater, without the decisions of the machine or of others.

    ``answers`` are answers that were refused; they replace the stored ones.
    """
    sheet = found.sheet(number, me) or Sheet()
    given = {each.metric_id: each for each in answers or sheet.answers}
    conversation = case.conversation
    speech = case.insights.speech if case.insights else None
    about = (channel_of(conversation), queues_of(conversation, reader), length(conversation.duration_ms))
    return DeskView(
        session=found.name,
        href=f"/console/calibration/{found.session_id}",
        here=_("Conversation {number} of {n}").format(number=reader.number(number), n=len(found.items)),
        meta=tuple(each for each in about if each),
        turns=turn_views(conversation, Marks(conversation, ()), speech),
        questions=tuple(
            DeskQuestion(
                metric_id=metric.id,
                name=metric.name,
                question=question_of(metric),
                answer=given[metric.id].answer if metric.id in given else "",
                comment=given[metric.id].comment if metric.id in given else "",
            )
            for metric in form.metrics
        ),
        needs_reason=found.needs_reason,
    )


def room_view(  # noqa: PLR0913, PLR0917  (all that the room shows)
    found: Session,
    form: Form,
    report: CalibrationReport | None,
    known: Mapping[str, EvaluatedConversation],
    people: Mapping[str, str],
    me: str,
    reader: Reader,
    *,
    can_run: bool,
) -> RoomView:
    """Show the room to a viewer. ``people``: names by e-mail address."""
    is_rating = _is_rating(found, me)
    words = _words(found, known)
    left = [each.number for each in found.items if each.conversation_id and found.sheet(each.number, me) is None]
    figures = {each.rater: each for each in report.raters} if report else {}
    names = {**people, **{metric.id: metric.name for metric in form.metrics}}
    splits = [each for each in report.splits if each.category != "full"] if report else []
    agreed = _agreement(report) if report else None
    raters = [rater_view(found, each.name, figures.get(each.name), names, reader) for each in found.raters]
    if report and report.machine:
        raters.append(figures_view(_("Machine"), _("For comparison"), report.machine, names, reader))
    return RoomView(
        session_id=found.session_id,
        name=found.name,
        lead=_lead(found, report, reader),
        state=_state(found),
        is_debrief=found.is_debrief,
        can_run=can_run,
        can_close=can_run and found.state == "active",
        can_submit=is_rating and not left,
        can_leave=is_rating,
        next=f"/console/calibration/{found.session_id}/{left[0]}" if is_rating and left else "",
        items=_items(found, words, me, is_rating=is_rating),
        raters=tuple(raters),
        agreement=reader.share(agreed) if agreed is not None else "",
        unsettled=_unsettled(report, reader) if report and report.none and not _is_pair(report) else "",
        colour=_COLOURS[colour_of(agreed)] if agreed is not None else "",
        splits=tuple(_split(each, found, names, words, reader) for each in splits),
        agreed=len(report.splits) - len(splits) if report else 0,
        gaps=tuple(_gap(each, names, reader) for each in report.metrics) if report else (),
    )


def _is_rating(found: Session, me: str) -> bool:
    mine = found.rater(me)
    return found.state == "active" and mine is not None and not mine.submitted_at and not mine.left_at


def _words(found: Session, known: Mapping[str, EvaluatedConversation]) -> dict[int, str]:
    """Return the customer's words of each conversation that still exists, by number."""
    return {
        each.number: excerpt(customer_words(known[each.conversation_id].conversation))
        for each in found.items
        if each.conversation_id is not None and each.conversation_id in known
    }


def _items(found: Session, words: Mapping[int, str], me: str, *, is_rating: bool) -> tuple[ItemView, ...]:
    return tuple(
        ItemView(
            number=each.number,
            href=_item_href(found, each.number, each.conversation_id, is_rating=is_rating),
            words=words.get(each.number, _("Erased")),
            state=_item_state(found, each.number, each.conversation_id, me),
            is_done=found.sheet(each.number, me) is not None,
        )
        for each in found.items
    )


def _item_state(found: Session, number: int, conversation_id: str | None, me: str) -> str:
    if conversation_id is None:
        return _("Erased")
    if found.rater(me) is None:
        return ""
    return _("Rated") if found.sheet(number, me) else _("To rate")


def _item_href(found: Session, number: int, conversation_id: str | None, *, is_rating: bool) -> str:
    if conversation_id is None:
        return ""
    if is_rating:
        return f"/console/calibration/{found.session_id}/{number}"
    return f"/console/conversations/{conversation_id}" if found.is_debrief else ""


def _lead(found: Session, report: CalibrationReport | None, reader: Reader) -> str:
    if report is None:
        done = _("{done} of {n} have submitted.").format(done=len(found.submitted), n=len(found.raters))
        rest = _("A comparison needs two.") if found.is_debrief else _("Nobody sees the others before all have.")
        return f"{done} {rest}"
    if _is_pair(report):
        return _("Both gave the same answer in {n} of {all}.").format(
            n=reader.number(report.consensus), all=reader.number(len(report.splits))
        )
    if report.agreement is None:
        return _("No answer has a majority anywhere.")
    agreed = _("Raters agree on {share} of the answers that have a majority.").format(
        share=reader.share(report.agreement)
    )
    return f"{agreed} {_unsettled(report, reader)}" if report.none else agreed


def _gap(each: MetricGap, names: Mapping[str, str], reader: Reader) -> GapView:
    word, colour = _GAPS[each.gap]
    return GapView(name=names[each.metric_id], agreement=reader.share(each.agreement), word=_(word), colour=colour)


def _is_pair(report: CalibrationReport) -> bool:
    return len(report.raters) == 2  # noqa: PLR2004  (where they differ, neither has a majority)


def _agreement(report: CalibrationReport) -> float | None:
    """Return the agreement to show. Of two raters it is the share of equal answers: with a majority all are equal."""
    if _is_pair(report) and report.splits:
        return report.consensus / len(report.splits)
    return report.agreement


def _unsettled(report: CalibrationReport, reader: Reader) -> str:
    """Return the sentence that counts the answers without a majority, which the agreement leaves out."""
    return ngettext(
        "{n} answer has no majority and does not count.", "{n} answers have no majority and do not count.", report.none
    ).format(n=reader.number(report.none))


def _state(found: Session) -> str:
    return pgettext("session", "Open") if found.state == "active" else _(_STATES[found.state])


def _split(
    each: Split, found: Session, names: Mapping[str, str], words: Mapping[int, str], reader: Reader
) -> SplitView:
    item = next(one for one in found.items if one.number == each.number)
    answers = [(names.get(rater, rater), sign_of(answer), word_of(answer)) for rater, answer in each.answers.items()]
    if each.machine is not None:
        answers.append((_("Machine"), sign_of(each.machine), word_of(each.machine)))
    return SplitView(
        key=f"{each.number}-{each.metric_id}",
        number=each.number,
        metric_id=each.metric_id,
        metric=names.get(each.metric_id, each.metric_id),
        words=words.get(each.number, _("Erased")),
        answers=tuple(answers),
        agreement=reader.share(each.agreement),
        category=_("No majority") if each.category == "none" else _("Majority"),
        reference=word_of(each.reference) if each.reference else "",
        reason=each.reason,
        href=f"/console/conversations/{item.conversation_id}" if item.conversation_id else "",
    )
