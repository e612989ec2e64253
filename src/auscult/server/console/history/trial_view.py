"""The trial of a form: on one conversation with every verdict and the arithmetic, or on several with what changes."""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.domain.form import Form
from auscult.domain.operations.records import made_from
from auscult.domain.scoring.stored import ConversationDetail
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.conversations.conversation_view import ConversationView, conversation_view
from auscult.server.console.form_examples import ExamplesView, OtherAnswers
from auscult.server.console.frame.naming import agents_of, channel_of, queues_of, why_not_scored
from auscult.server.console.frame.reader import Reader
from auscult.server.console.history.trial_words import AddingView
from auscult.services.history.backtests import BacktestLine
from auscult.services.history.trials import TrialState, TriedLine, TriedSide, TriedVerdict, side_of
from auscult.services.scoring.trial import Trial, asked_afar
from auscult.services.tuning import FormTuning

LARGEST_FILE = 4 << 20
"""Bytes of a file that a form is tried on. It comes again with each change of the form."""


class ChangedVerdict(NamedTuple):
    """A question with another verdict than before; ``before`` is None where it was not asked."""

    before: TriedVerdict | None
    after: TriedVerdict


class TriedRow(Struct, frozen=True, kw_only=True):
    """One of several conversations: its words, its results before and after, and the verdicts that change.

    ``unscored``: why it has no score, in words.
    """

    id: str
    words: str
    before: TriedSide | None
    after: TriedSide
    unscored: str
    changes: tuple[ChangedVerdict, ...]


class TriedView(Struct, frozen=True, kw_only=True):
    """Several conversations, tried. ``action`` is where its buttons go, ``waits`` why it does not go on.

    ``line`` has the figures of all that were read. ``rows`` and ``failed`` are the conversations that the reader may see:
    all that were chosen, else those that change most. ``is_of_another``: the document was changed since.
    """

    state: TrialState
    line: BacktestLine
    action: str
    is_chosen: bool
    is_of_another: bool
    has_before: bool
    waits: str
    changed: int
    failed: tuple[tuple[str, str], ...]
    rows: tuple[TriedRow, ...]


class FoundView(Struct, frozen=True, kw_only=True):
    """A conversation to choose, and who talked when. ``act`` is the button that tries it."""

    act: str
    conversation: Conversation
    about: str


class TriedOne(Struct, frozen=True, kw_only=True):
    """One conversation as its page shows it, with the results of the version in force.

    ``href`` is empty where it is not stored. ``moment``: the part of the page that a link named. ``before`` is the
    conversation as the version in force scores it, ``changes`` are the questions with another verdict, by id, and
    ``others`` the answers that an example could expect. ``heard`` are the turns whose words can be added to a question,
    ``adding`` those of the chosen one.
    """

    shown: ConversationView
    href: str
    before: TriedSide | None
    after: TriedSide
    changes: dict[str, ChangedVerdict]
    others: dict[str, OtherAnswers]
    moment: str = ""
    heard: frozenset[str] = frozenset()
    adding: AddingView | None = None


class TrialView(Struct, frozen=True, kw_only=True):
    """The tab that tries a form.

    ``on`` is what was tried, to try it again: ``recent``, ``month``, ``pasted``, ``file``, ``file:`` and a place in it, or
    ``on:`` and an id; empty before the first trial. ``sought`` and ``transcript`` are what was entered. ``said`` names
    the conversations to choose from; ``is_empty``: there is none to try. ``tried``: several, tried; ``back``: the trial of
    those that ``one`` was opened from. ``has_before``: a version is in force to compare with. ``examples``: the form's,
    tried; ``kept``: how many it has where they were not. ``is_fitted``: whether the version in force came from a
    fit, None where the visitor can fit nothing; ``fit``: what a fit would change. ``largest``: bytes of a file.
    """

    form_id: str
    action: str
    on: str = ""
    sought: str = ""
    transcript: str = ""
    problem: str = ""
    said: str = ""
    is_empty: bool = False
    found: tuple[FoundView, ...] | None = None
    tried: TriedView | None = None
    back: str = ""
    one: TriedOne | None = None
    has_before: bool = False
    examples: ExamplesView | None = None
    kept: int = 0
    is_fitted: bool | None = None
    fit: FormTuning | None = None
    largest: int = LARGEST_FILE


def unasked(form: Form) -> str:
    """Return how many questions a trial may leave without an answer, because only others could give it; empty for none."""
    n = asked_afar(form)
    said = ngettext(
        "{n} of {whole} questions may need a judge or another system, which a trial asks only when you say so. Until then it has no answer where words do not decide.",
        "{n} of {whole} questions may need a judge or another system, which a trial asks only when you say so. Until then they have no answer where words do not decide.",
        n,
    )
    return said.format(n=n, whole=len(form.metrics)) if n else ""


def found_view(conversation: Conversation, reader: Reader, act: str) -> FoundView:
    """Show a conversation to choose. ``act`` is its place in a file, empty where it is stored."""
    parts = (
        channel_of(conversation),
        queues_of(conversation, reader),
        agents_of(conversation),
        reader.moment(conversation.started_at),
    )
    about = ", ".join(each for each in parts if each)
    return FoundView(act=act or f"on:{conversation.id}", conversation=conversation, about=about)


def one_view(trial: Trial, reader: Reader, href: str, others: dict[str, OtherAnswers]) -> TriedOne:
    """Show one conversation in full."""
    after, before = trial.after, trial.before
    detail = ConversationDetail(
        conversation=trial.conversation,
        revision=after.revision,
        is_current=True,
        has_failed=False,
        evaluations=(after,),
        insights=None,
        audit=None,
        trail=(),
    )
    sides = None if before is None else side_of(before), side_of(after)
    return TriedOne(
        shown=conversation_view(detail, reader),
        href=href,
        before=sides[0],
        after=sides[1],
        changes=_changes(*sides),
        others=others,
    )


def tried_view(  # noqa: PLR0913  (all that it shows)
    state: TrialState,
    line: BacktestLine,
    words: Mapping[str, str],
    action: str,
    *,
    has_worker: bool,
    is_of_another: bool,
) -> TriedView:
    """Show a trial on several. ``words`` are of the conversations that the reader may see, by id; the others are left out."""
    is_chosen = state.order.conversations is not None
    rows = [_row(each, words[each.conversation_id]) for each in state.tried if each.conversation_id in words]
    if is_chosen:
        rows.sort(key=lambda row: -len(row.changes))
    is_stuck = state.state == "running" and not has_worker
    return TriedView(
        state=state,
        line=line,
        action=action,
        is_chosen=is_chosen,
        is_of_another=is_of_another,
        has_before=bool(state.order.before) or not is_chosen,
        waits=_("No worker is running; the trial begins when one does.") if is_stuck else state.reason or "",
        changed=sum(bool(row.changes) for row in rows) if is_chosen else line.counted - line.unchanged,
        failed=tuple(
            (each.conversation_id, each.reason) for each in state.part.failed if each.conversation_id in words
        ),
        rows=tuple(rows),
    )


def _row(line: TriedLine, words: str) -> TriedRow:
    status = line.after.status
    # A trial passes over the queue, so what no form is for has another language.
    refused = _("In a language that the form is not for") if status == "not_evaluated" else ""
    return made_from(
        TriedRow,
        line,
        id=line.conversation_id,
        words=words,
        unscored=refused or why_not_scored(status, ""),
        changes=tuple(_changes(line.before, line.after).values()),
    )


def _changes(before: TriedSide | None, after: TriedSide) -> dict[str, ChangedVerdict]:
    """Return the questions with another verdict than before, by id of the metric, in the form's order."""
    if before is None:
        return {}
    old = {each.metric_id: each for each in before.verdicts}
    found = {each.metric_id: ChangedVerdict(old.get(each.metric_id), each) for each in after.verdicts}
    return {name: each for name, each in found.items() if _said(each.before) != _said(each.after)}


def _said(verdict: TriedVerdict | None) -> tuple[str, str] | None:
    return None if verdict is None else (verdict.answered, verdict.level)
