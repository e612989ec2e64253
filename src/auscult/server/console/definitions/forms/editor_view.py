"""Forms: the list, and the editor's view of one document."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from msgspec import UNSET, Struct

from auscult.domain.audits.plan import Plan
from auscult.domain.definitions.scorecard import Scorecard
from auscult.domain.schedules.schedule import Schedule
from auscult.language import gettext as _
from auscult.server.console.definitions.faults import FaultLink
from auscult.server.console.definitions.forms.builder import BuilderView
from auscult.server.console.definitions.forms.packs import PacksView
from auscult.server.console.definitions.forms.sentences import Sentences
from auscult.server.console.frame.naming import CHANNELS
from auscult.server.console.history.trial_view import TrialView
from auscult.services.definitions.forms.difference import ChangeLine, ComparedForms
from auscult.services.definitions.forms.document import Path


class FormRow(Struct, frozen=True, kw_only=True):
    """One form in the list. ``version`` is 0 where it was never published; ``first``: its first day, where it is to come."""

    id: str
    name: str
    channel: str
    metrics: int
    version: int
    first: date | None
    has_draft: bool


class SheetRow(Struct, frozen=True, kw_only=True):
    """One row of a spreadsheet: the question that it became, what answers it, and what could not be taken over.

    ``row`` is 0 for what is about the whole sheet; ``place`` is None where the row became no question.
    """

    row: int
    place: int | None
    name: str
    by: str
    left: tuple[str, ...]


class SheetView(Struct, frozen=True, kw_only=True):
    """A spreadsheet that became a form, row by row; ``more`` rows are not shown."""

    file: str
    questions: int
    rows: tuple[SheetRow, ...]
    more: int


class FormsView(Struct, frozen=True, kw_only=True):
    """The list, and the HTML form that creates a new one. ``entered``: its fields; ``problem_at``: the one with the problem."""

    rows: tuple[FormRow, ...]
    queues: tuple[tuple[str, str], ...]
    starters: tuple[tuple[str, str], ...]
    forms: tuple[tuple[str, str], ...]
    may_edit: bool
    problem: str
    problem_at: str
    entered: Mapping[str, str]


Difference = tuple[str, str]
"""A difference from the version in force: the part that differs, and in what way."""


class OtherText(Struct, frozen=True, kw_only=True):
    """The text of a form that was saved while another was being written, and when it was.

    ``differences``: of the text that was being written from it, in words, where both can be read.
    """

    time: str
    document: str
    differences: tuple[Difference, ...] = ()


class DraftView(Struct, frozen=True, kw_only=True):
    """The state of the document in an editor compared with what is stored, and the user who has it open.

    ``revision``: of the stored text that was opened. ``is_stored``: the document is stored, as a draft at the time
    ``saved``, empty where it is in force. ``other``: set where another text was saved since.
    """

    user: str
    revision: str
    is_stored: bool
    saved: str
    other: OtherText | None


class VersionRow(Struct, frozen=True, kw_only=True):
    """One version of a form: who published it, when and why. ``state``: in words, empty for one that scores nothing new."""

    number: int
    when: str
    by: str
    note: str
    state: str
    is_newest: bool


class OverlapView(Struct, frozen=True, kw_only=True):
    """Another form for conversations of this one, in words. ``is_taken``: it leaves them to this form on publishing.

    ``can_be_taken``: it is the version that goes on; else one that ends on a day. ``week``: how many conversations of the
    last seven days both are for, in a sentence.
    """

    form_id: str
    name: str
    href: str
    queues: str
    week: str
    is_taken: bool
    can_be_taken: bool


class Uses(Struct, frozen=True, kw_only=True):
    """The uses of a form: plans, scorecards with the names of the questions that they read, schedules, and examples."""

    plans: tuple[Plan, ...] = ()
    cards: tuple[tuple[Scorecard, list[str]], ...] = ()
    schedules: tuple[Schedule, ...] = ()
    examples: int = 0


class PublishView(Struct, frozen=True, kw_only=True):
    """The choices of publishing, as they were made, and the versions, the newest first.

    ``history``: ``new``, ``day`` or ``since``. ``day`` is the first day that the document has, where it is to come, or that
    was chosen; ``had_day`` the one that it had. ``until`` names what scores until then. ``latest``: the current day;
    ``next``: the day after, as forms count days.
    """

    note: str
    history: str
    since: str
    latest: str
    day: str
    had_day: str
    next: str
    until: str
    rows: tuple[VersionRow, ...]
    uses: Uses


class DocumentView(Struct, frozen=True, kw_only=True):
    """Fields of every editor of one document."""

    title: str
    name: str
    document: str
    faults: tuple[FaultLink, ...]
    can_publish: bool
    may_publish: bool
    note: str
    problem: str
    problem_at: str
    action: str
    draft: DraftView


class EditorView(DocumentView, frozen=True, kw_only=True):
    """The editor of one form. ``choices`` are the available wording packs, each with its meaning; ``names`` what is offered while a key is typed.

    ``problem_at``: the action whose field the problem is at; empty where it is about the whole.
    ``anyway``: where a form is published in spite of the problem; empty where it cannot be. ``sheet``: set where the form
    was just made from a spreadsheet. ``unasked``: how many questions a trial may leave without an answer, in words; empty
    for none.
    """

    form_id: str
    builder: BuilderView
    packs: tuple[PacksView, ...]
    differences: tuple[Difference, ...]
    before: str
    trial: TrialView
    anyway: str
    unasked: str
    choices: tuple[tuple[str, str], ...]
    names: Mapping[str, Sequence[str]]
    sentences: Sentences | None = None
    overlaps: tuple[OverlapView, ...] = ()
    sheet: SheetView | None = None


def difference_views(found: ComparedForms) -> tuple[Difference, ...]:
    """Show the differences from the version in force."""
    views = [(_("The form"), _change(each)) for each in found.changes]
    for metric in found.metrics:
        if metric.change != "changed":
            views.append((metric.name, _("added.") if metric.change == "added" else _("removed.")))
            continue
        again = (_("Evaluated again."),) if metric.judged_anew else ()
        views.append((metric.name, " ".join((*map(_change, metric.changes), *again))))
    if found.reordered:
        views.append((_("The form"), _("The order of the metrics changed.")))
    return tuple(views)


def _change(each: ChangeLine) -> str:
    if each.come is not UNSET or each.gone is not UNSET:
        come = ", ".join(f"\u201c{one}\u201d" for one in (each.come or ())) if each.come is not UNSET else ""
        gone = ", ".join(f"\u201c{one}\u201d" for one in (each.gone or ())) if each.gone is not UNSET else ""
        text = (
            _("{field}: added {come}; removed {gone}.")
            if come and gone
            else _("{field}: added {come}.")
            if come
            else _("{field}: removed {gone}.")
            if gone
            else _("{field}: reordered.")
        )
        return text.format(field=each.field, come=come, gone=gone)
    if each.before is UNSET:
        return _("{field}: none to {after}.").format(field=each.field, after=each.after)
    if each.after is UNSET:
        return _("{field}: {before} to none.").format(field=each.field, before=each.before)
    return _("{field}: {before} to {after}.").format(field=each.field, before=each.before, after=each.after)


def channel_name(channel: str) -> str:
    """Return a channel in words."""
    return _(CHANNELS.get(cast("Any", channel), channel))


def path_of(text: str) -> Path:
    """Read a path of the form view: ``metrics.0.answer.phrases``."""
    return tuple(int(part) if part.isdecimal() else part for part in text.split("."))
