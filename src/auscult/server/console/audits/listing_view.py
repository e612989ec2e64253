"""My audits: the auditor's waiting and submitted audits."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from auscult.domain.absences import Offered
from auscult.domain.audits.assignment import Assigned, WorkOrder
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.language import gettext as _
from auscult.server.console.frame.filters import Query, address
from auscult.server.console.frame.heads import HeadView, Parameters, head_view, write_key
from auscult.server.console.frame.naming import CHANNELS, customer_words, queues_of
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import Reader, length
from auscult.storage.audits.queue import Listed


class ItemView(Struct, frozen=True, kw_only=True):
    """One conversation to audit, without the machine's decision."""

    href: str
    words: str
    about: str
    assigned: str
    answered: str
    is_begun: bool
    is_late: bool


class FreeView(Struct, frozen=True, kw_only=True):
    """One audit of a person who is away, and the address that takes it over."""

    words: str
    about: str
    due: str
    is_late: bool
    whose: str
    take: str


class DoneView(Struct, frozen=True, kw_only=True):
    """One submitted audit."""

    href: str
    words: str
    when: str
    score: str


class Sortable(NamedTuple):
    """A list that sorts: its orders, the usual one, those of the head of each column, and its parameters."""

    orders: tuple[WorkOrder, ...]
    usual: WorkOrder
    heads: Mapping[str, tuple[WorkOrder, ...]]
    named: Parameters


LISTS: Mapping[str, Sortable] = {
    "todo": Sortable(
        ("todo", "due_at", "-due_at", "answered", "-answered"),
        "todo",
        {"due": ("due_at", "-due_at"), "answered": ("-answered", "answered")},
        Parameters(),
    ),
    "done": Sortable(
        ("-ended_at", "ended_at", "score", "-score"),
        "-ended_at",
        {"ended": ("-ended_at", "ended_at"), "score": ("score", "-score")},
        Parameters("done_sort", "done_before"),
    ),
}
"""The lists of the page."""


class ListView(Struct, frozen=True, kw_only=True):
    """A list's heads, and the addresses of its first page, where this is another one, and of the next one, if any."""

    heads: Mapping[str, HeadView]
    first: str
    next: str


class AuditsView(Struct, frozen=True, kw_only=True):
    """The page. ``lists`` are those of ``LISTS``. ``note`` reports the action before; ``is_over``: there was no next item."""

    waiting: tuple[ItemView, ...]
    done: tuple[DoneView, ...]
    lists: Mapping[str, ListView]
    lead: str
    note: str = ""
    is_over: bool = False


def audits_view(  # noqa: PLR0913, PLR0917  (each is a part of the page)
    waiting: Sequence[Assigned],
    done: Sequence[Assigned],
    numbers: tuple[int, int],
    known: Mapping[str, EvaluatedConversation],
    reader: Reader,
    base: str,
    lists: Mapping[str, ListView],
) -> AuditsView:
    """Show an auditor's audits. ``numbers``: how many there are to do on all pages, and how many of them are late."""
    n, late = numbers
    lead = _("Nothing waits for you.")
    if n:
        text = _("{n} to do, {late} late.") if late else _("{n} to do.")
        lead = text.format(n=reader.number(n), late=reader.number(late))
    return AuditsView(
        lists=lists,
        waiting=tuple(_item(each, known, reader, base) for each in waiting),
        done=tuple(_done(each, known, reader, base) for each in done),
        lead=lead,
    )


def list_view(  # noqa: PLR0913, PLR0917  (a list, and the address that it is part of)
    of: Sortable, found: Sequence[Listed], order: WorkOrder, query: Query, path: str, limit: int
) -> ListView:
    """Show the heads and pages of a list; ``found`` has one more row than the page where there is a next one."""
    before = of.named.before
    more = len(found) > limit
    return ListView(
        heads={name: head_view(each, order, of.usual, query, path, named=of.named) for name, each in of.heads.items()},
        first=address(path, query, **{before: ""}) if query.get(before) else "",
        next=address(path, query, done="", **{before: write_key(found[limit - 1].key)}) if more else "",
    )


def free_rows(
    free: Sequence[Offered],
    known: Mapping[str, EvaluatedConversation],
    names: Mapping[str, str],
    reader: Reader,
    base: str,
) -> tuple[FreeView, ...]:
    """Show the audits of people who are away, which the auditor may take."""
    return tuple(
        FreeView(
            words=shown.words,
            about=shown.about,
            due=shown.assigned,
            is_late=shown.is_late,
            whose=_("{name} is away until {day}").format(
                name=names.get(rater := each.item.assignment.rater or "", rater),
                day=reader.day(each.away_until, year=False),
            ),
            take=f"{base}/offered/{each.item.assignment.assignment_id}",
        )
        for each in free
        for shown in [_item(each.item, known, reader, base)]
    )


def note_of(done: str, *, is_waiting: bool) -> str:
    """Return the note on the action before: an audit was ``submitted`` or ``handed-back``, and why ``none`` follows."""
    if done in {"taken", "gone"}:
        return {
            "taken": _("Taken: it is yours now, and its auditor is notified."),
            "gone": _("It is not free any more: it was begun or taken meanwhile."),
        }[done]
    said = {"submitted": _("Submitted."), "handed-back": _("Handed back.")}.get(done, "")
    rest = _("No more audits today: plans are paused, on holiday, you are away, or you have reached your daily limit.")
    return f"{said} {rest}".strip() if done and is_waiting else said


def _item(one: Assigned, known: Mapping[str, EvaluatedConversation], reader: Reader, base: str) -> ItemView:
    conversation_id = one.assignment.conversation_id or ""
    case = known.get(conversation_id)
    conversation, form = (case.conversation, case.evaluation.form) if case else (None, None)
    about = (
        (_(CHANNELS[conversation.channel]), queues_of(conversation, reader), length(conversation.duration_ms))
        if conversation
        else ()
    )
    answered, due = len(one.audit.draft.answers) if one.audit else 0, one.assignment.due_at
    return ItemView(
        href=f"{base}/audits/{conversation_id}",
        words=excerpt(customer_words(conversation)) if conversation else conversation_id,
        about=" \u00b7 ".join(each for each in about if each),
        assigned=_("Due {day}").format(day=reader.day(due)) if due else reader.lately(one.since),
        answered=_("{answered} of {n} answered").format(answered=answered, n=len(form.metrics))
        if form and answered
        else _("Not begun"),
        is_begun=answered > 0,
        is_late=one.is_late(reader.now),
    )


def _done(one: Assigned, known: Mapping[str, EvaluatedConversation], reader: Reader, base: str) -> DoneView:
    conversation_id = one.assignment.conversation_id or ""
    result, case = one.audit.result if one.audit else None, known.get(conversation_id)
    score = result.score if result else None
    return DoneView(
        href=f"{base}/conversations/{conversation_id}",
        words=excerpt(customer_words(case.conversation)) if case else conversation_id,
        when=reader.lately(one.assignment.ended_at or one.since),
        score="\u2013" if score is None else reader.number(score),
    )
