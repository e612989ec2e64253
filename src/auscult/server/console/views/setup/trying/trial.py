"""The trial of a form: on one conversation with every verdict and the arithmetic, or on several with what changes."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evaluation, MetricResult
from auscult.domain.form import Form
from auscult.domain.scoring.stored import ConversationDetail
from auscult.server.console.language import gettext as _
from auscult.server.console.language import ngettext
from auscult.server.console.reader import Reader
from auscult.server.console.views.conversation import ConversationView, conversation_view, title_of
from auscult.server.console.views.naming import agents_of, channel_of, customer_words, queues_of, why_not_scored
from auscult.server.console.views.quoting import excerpt
from auscult.server.console.views.setup.trying.examples import ExamplesView, OtherAnswers
from auscult.server.console.views.setup.trying.words import AddingView
from auscult.server.console.views.verdicts import kind_of
from auscult.services.scoring.trial import Trial, asked_afar

LARGEST_FILE = 4 << 20
"""Bytes of a file that a form is tried on. It comes again with each change of the form."""


class FoundView(Struct, frozen=True, kw_only=True):
    """A conversation to choose: the customer's words, and who talked when. ``act`` is the button that tries it."""

    act: str
    words: str
    meta: str


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


class TriedOne(Struct, frozen=True, kw_only=True):
    """One conversation as its page shows it, with what the version in force decided otherwise.

    ``href`` is empty where it is not stored. ``moment``: the part of the page that a link named. ``before`` is by id of the metric; ``changed`` has the ids of the questions
    with another verdict or none in force, and ``others`` the answers that an example could expect. ``heard`` are the
    turns whose words can be added to a question, ``adding`` those of the chosen one.
    """

    shown: ConversationView
    href: str
    was: str
    before: dict[str, Was]
    changed: frozenset[str]
    others: dict[str, OtherAnswers]
    moment: str = ""
    heard: frozenset[str] = frozenset()
    adding: AddingView | None = None


class TrialView(Struct, frozen=True, kw_only=True):
    """The tab that tries a form.

    ``on`` is what was tried, to try it again: ``recent``, ``pasted``, ``file``, ``file:`` and a place in it, or ``on:``
    and an id; empty before the first trial. ``sought`` and ``transcript`` are what was entered. ``said`` names
    the conversations to choose from, or how they were chosen; ``is_empty``: there is none to try. ``sentence`` sums several
    up; ``going`` is how many were tried so far, and ``failed`` which could not be. ``has_before``: a version is in
    force to compare with. ``examples``: the form's, tried; ``kept``: how many it has where they were not. ``largest``:
    bytes of a file.
    """

    action: str
    on: str = ""
    sought: str = ""
    transcript: str = ""
    problem: str = ""
    said: str = ""
    is_empty: bool = False
    sentence: str = ""
    going: str = ""
    failed: tuple[str, ...] = ()
    found: tuple[FoundView, ...] | None = None
    rows: tuple[TriedRow, ...] = ()
    one: TriedOne | None = None
    has_before: bool = False
    examples: ExamplesView | None = None
    kept: int = 0
    largest: int = LARGEST_FILE


def unasked(form: Form) -> str:
    """Return how many questions a trial may leave without an answer, because only others could give it; empty for none."""
    n = asked_afar(form)
    said = ngettext(
        "{n} of {whole} questions may need a judge or another system, which a trial does not ask. It has no answer where words do not decide.",
        "{n} of {whole} questions may need a judge or another system, which a trial does not ask. They have no answer where words do not decide.",
        n,
    )
    return said.format(n=n, whole=len(form.metrics)) if n else ""


def found_view(conversation: Conversation, reader: Reader, act: str) -> FoundView:
    """Show a conversation to choose."""
    parts = (
        channel_of(conversation),
        queues_of(conversation, reader),
        agents_of(conversation),
        reader.moment(conversation.started_at),
    )
    return FoundView(
        act=act,
        words=excerpt(customer_words(conversation)) or conversation.id,
        meta=", ".join(each for each in parts if each),
    )


def one_view(trial: Trial, reader: Reader, href: str, others: dict[str, OtherAnswers]) -> TriedOne:
    """Show one conversation in full."""
    after, before = trial.after, trial.before
    dossier = ConversationDetail(
        conversation=trial.conversation,
        revision=after.revision,
        is_current=True,
        has_failed=False,
        evaluations=(after,),
        insights=None,
        audit=None,
        trail=(),
    )
    changes = _changes(trial)
    return TriedOne(
        shown=conversation_view(dossier, reader),
        href=href,
        was=_other_score(before, after, reader),
        before={metric_id: found.before for metric_id, found in changes.items() if found.before},
        changed=frozenset(changes) if before else frozenset(),
        others=others,
    )


def tried_rows(trials: Sequence[Trial], reader: Reader) -> tuple[TriedRow, ...]:
    """Show several conversations, those with the most changes first."""
    rows = (
        TriedRow(
            id=each.conversation.id,
            words=title_of(each.conversation) or each.conversation.id,
            score=_score(each.after, reader),
            was=_other_score(each.before, each.after, reader),
            unscored=_unscored(each.after),
            changes=tuple(_changes(each).values()) if each.before else (),
        )
        for each in trials
    )
    return tuple(sorted(rows, key=lambda row: -len(row.changes)))


def summed_up(trials: Sequence[Trial], reader: Reader) -> str:
    """Return how many of several conversations change, and the mean scores; without a form in force, its mean score."""
    before, after = _mean([each.before for each in trials]), _mean([each.after for each in trials])
    if not any(each.before for each in trials):
        sentence = ngettext("Tried on {n} conversation.", "Tried on {n} conversations.", len(trials))
        mean = _("Mean score {after}.")
    else:
        sentence = ngettext(
            "Tried on {n} conversation: {changed} change.", "Tried on {n} conversations: {changed} change.", len(trials)
        )
        mean = _("Mean score {before} to {after}.") if before is not None else ""
    said = sentence.format(n=len(trials), changed=sum(bool(each.before and _changes(each)) for each in trials))
    if mean and after is not None:
        said += f" {mean.format(before=reader.number(before or 0, 1), after=reader.number(after, 1))}"
    return said


def _unscored(evaluation: Evaluation) -> str:
    """Return why a conversation has no score. A trial passes over the queue, so what no form is for has another language."""
    if evaluation.status == "not_evaluated":
        return _("In a language that the form is not for")
    return why_not_scored(evaluation.status, "")


def _mean(found: Sequence[Evaluation | None]) -> float | None:
    scores = [float(each.score) for each in found if each and each.score is not None]
    return sum(scores) / len(scores) if scores else None


def _changes(trial: Trial) -> dict[str, ChangedVerdict]:
    """Return the questions with another verdict than in force, by id of the metric, in the form's order."""
    before = {each.metric.id: _was(each) for each in trial.before.results} if trial.before else {}
    return {
        each.metric.id: ChangedVerdict(name=each.metric.name, before=before.get(each.metric.id), after=_was(each))
        for each in trial.after.results
        if before.get(each.metric.id) != _was(each)
    }


def _was(result: MetricResult) -> Was:
    return Was("open" if result.verdict.qualification == "-" else kind_of(result), result.verdict.level or "")


def _score(evaluation: Evaluation | None, reader: Reader) -> str:
    return "\u2013" if evaluation is None or evaluation.score is None else reader.number(evaluation.score)


def _other_score(before: Evaluation | None, after: Evaluation | None, reader: Reader) -> str:
    """Return the score of the version in force where it differs, else nothing."""
    is_other = before is not None and after is not None and before.score != after.score
    return _score(before, reader) if is_other else ""
