"""The newest conversations as a form was tried on them: what changes, how far the trial is, and what a judge could add."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from auscult.domain.scoring.judging import BILLION, Usage
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.frame.naming import why_not_scored
from auscult.server.console.frame.reader import Reader
from auscult.services.history.trials import TrialState, TriedLine, TriedSide, TriedVerdict


class Was(NamedTuple):
    """A verdict in short: ``yes``, ``no``, ``na``, or ``open`` where a person answers; and the level of a graded one."""

    kind: str
    level: str


class ChangedVerdict(Struct, frozen=True, kw_only=True):
    """A question with another verdict than in force. ``before`` is None where the version in force does not ask it."""

    name: str
    before: Was | None
    after: Was


class TriedRow(Struct, frozen=True, kw_only=True):
    """One of several conversations: its words, its score, and what changes. ``was`` is another score in force.

    ``unscored``: why it has no score, in words.
    """

    id: str
    words: str
    score: str
    was: str
    unscored: str
    changes: tuple[ChangedVerdict, ...]


class TriedView(Struct, frozen=True, kw_only=True):
    """Several conversations, tried. ``id`` is that of the trial, ``address`` where it is read, ``action`` where its buttons go.

    ``going`` is how many were tried while it goes on or where it was stopped, ``waits`` why it does not go on, and
    ``failed`` which conversations could not be tried. ``said`` names how they were chosen. ``ask`` is the button that asks a
    judge for the rest, ``takes`` what that would use.
    """

    id: str
    address: str
    action: str
    is_open: bool
    going: str
    waits: str
    said: str
    sentence: str
    failed: tuple[str, ...]
    rows: tuple[TriedRow, ...]
    has_before: bool
    ask: str
    takes: str


def tried_view(
    state: TrialState, words: Mapping[str, str], reader: Reader, action: str, *, has_worker: bool
) -> TriedView:
    """Show a trial. ``words`` are of the conversations that the reader may see, by id; the others are left out."""
    lines = [each for each in state.tried if each.conversation_id in words]
    is_open, is_over = state.state == "running", state.state == "done"
    going = _("{done} of {n} tried").format(done=reader.number(state.looked), n=reader.number(state.total))
    can_ask = is_over and state.most.calls and not state.order.may_ask
    return TriedView(
        id=state.id,
        address=f"{action}/{state.id}",
        action=action,
        is_open=is_open,
        going="" if is_over else going,
        waits=_waits(state, has_worker=has_worker),
        said=_("No conversation is in the queues of this form yet. These are the newest of its channel.")
        if state.order.is_elsewhere
        else "",
        sentence=_summed_up(lines, reader) if lines else "",
        failed=tuple(
            _("{id} was not tried. {reason}").format(id=each.conversation_id, reason=each.reason)
            for each in state.failed
            if each.conversation_id in words
        ),
        rows=_rows(lines, words, reader),
        has_before=bool(state.order.before),
        ask=_ask(state.unasked, reader) if can_ask else "",
        takes=_takes(state.most, reader) if can_ask else "",
    )


def changes_of(line: TriedLine) -> dict[str, ChangedVerdict]:
    """Return the questions with another verdict than in force, by id of the metric, in the form's order."""
    if line.before is None:
        return {}
    before = {each.metric_id: _was(each) for each in line.before.verdicts}
    return {
        each.metric_id: ChangedVerdict(name=each.name, before=before.get(each.metric_id), after=_was(each))
        for each in line.after.verdicts
        if before.get(each.metric_id) != _was(each)
    }


def other_score(line: TriedLine, reader: Reader) -> str:
    """Return the score of the version in force where it differs, else nothing."""
    is_other = line.before is not None and line.before.score != line.after.score
    return _score(line.before, reader) if is_other else ""


def _rows(lines: Iterable[TriedLine], words: Mapping[str, str], reader: Reader) -> tuple[TriedRow, ...]:
    """Show conversations, those with the most changes first."""
    rows = (
        TriedRow(
            id=each.conversation_id,
            words=words[each.conversation_id],
            score=_score(each.after, reader),
            was=other_score(each, reader),
            unscored=_unscored(each.after),
            changes=tuple(changes_of(each).values()),
        )
        for each in lines
    )
    return tuple(sorted(rows, key=lambda row: -len(row.changes)))


def _summed_up(lines: Sequence[TriedLine], reader: Reader) -> str:
    """Return how many of several conversations change, and the mean scores; without a form in force, its mean score."""
    before, after = _mean(each.before for each in lines), _mean(each.after for each in lines)
    if not any(each.before for each in lines):
        sentence = ngettext("Tried on {n} conversation.", "Tried on {n} conversations.", len(lines))
        mean = _("Mean score {after}.")
    else:
        sentence = ngettext(
            "Tried on {n} conversation: {changed} change.", "Tried on {n} conversations: {changed} change.", len(lines)
        )
        mean = _("Mean score {before} to {after}.") if before is not None else ""
    said = sentence.format(n=len(lines), changed=sum(bool(changes_of(each)) for each in lines))
    if mean and after is not None:
        said += f" {mean.format(before=reader.number(before or 0, 1), after=reader.number(after, 1))}"
    return said


def _waits(state: TrialState, *, has_worker: bool) -> str:
    """Return why a trial does not go on, or ended without all of its results."""
    if state.state == "running" and not has_worker:
        return _("No worker is running; the trial begins when one does.")
    return state.reason or ""


def _ask(unasked: Mapping[str, int], reader: Reader) -> str:
    """Return the words of the button that asks a judge for what it has not answered."""
    n = sum(unasked.values())
    answers = ngettext("{n} answer", "{n} answers", n).format(n=reader.number(n))
    if len(unasked) == 1:
        return _("Ask for {name}, {answers}").format(name=next(iter(unasked)), answers=answers)
    return _("Ask for {questions} questions, {answers}").format(questions=len(unasked), answers=answers)


def _takes(most: Usage, reader: Reader) -> str:
    """Return what asking would use at most."""
    calls = ngettext("{n} call", "{n} calls", most.calls).format(n=reader.number(most.calls))
    if not most.tokens:
        return _("At most {calls}.").format(calls=calls)
    tokens = reader.number(most.tokens)
    if most.cost is None:
        return _("At most {calls} and {tokens} tokens.").format(calls=calls, tokens=tokens)
    cost = reader.number(most.cost / BILLION, 2)
    return _("At most {calls}, {tokens} tokens, a cost of {cost}.").format(calls=calls, tokens=tokens, cost=cost)


def _unscored(side: TriedSide) -> str:
    """Return why a conversation has no score. A trial passes over the queue, so what no form is for has another language."""
    if side.status == "not_evaluated":
        return _("In a language that the form is not for")
    return why_not_scored(side.status, "")


def _mean(found: Iterable[TriedSide | None]) -> float | None:
    scores = [float(each.score) for each in found if each and each.score is not None]
    return sum(scores) / len(scores) if scores else None


def _was(verdict: TriedVerdict) -> Was:
    return Was(verdict.answered, verdict.level)


def _score(side: TriedSide | None, reader: Reader) -> str:
    return "\u2013" if side is None or side.score is None else reader.number(side.score)
