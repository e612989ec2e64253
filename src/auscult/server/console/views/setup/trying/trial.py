"""The trial of a form: on one conversation with every verdict and the arithmetic, or on several with what changes."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evaluation, MetricResult
from auscult.domain.scoring.stored import ConversationDetail
from auscult.server.console.language import gettext as _
from auscult.server.console.language import ngettext
from auscult.server.console.reader import Reader
from auscult.server.console.views.conversation import ConversationView, conversation_view, title_of
from auscult.server.console.views.naming import agents_of, channel_of, customer_words, queues_of
from auscult.server.console.views.quoting import excerpt
from auscult.server.console.views.setup.trying.examples import ExamplesView, OtherAnswers
from auscult.server.console.views.verdicts import kind_of
from auscult.services.scoring.trial import Trial


class FoundView(Struct, frozen=True, kw_only=True):
    """A conversation that a search found: the customer's words, and who talked when."""

    id: str
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
    """One of several conversations: its words, its score, and what changes. ``was`` is another score in force."""

    id: str
    words: str
    score: str
    was: str
    changes: tuple[ChangedVerdict, ...]


class TriedOne(Struct, frozen=True, kw_only=True):
    """One conversation as its page shows it, with what the version in force decided otherwise.

    ``href`` is empty for a pasted transcript. ``before`` is by id of the metric; ``changed`` has the ids of the questions
    with another verdict or none in force, and ``others`` the answers that an example could expect.
    """

    shown: ConversationView
    href: str
    was: str
    before: dict[str, Was]
    changed: frozenset[str]
    others: dict[str, OtherAnswers]


class TrialView(Struct, frozen=True, kw_only=True):
    """The tab that tries a form.

    ``on`` is what was tried, to try it again: ``recent``, ``pasted`` or ``on:`` and an id; empty before the first trial.
    ``sought`` and ``transcript`` are what was entered. ``sentence`` sums several conversations up. ``has_before``: a
    version is in force to compare with. ``examples``: the form's, tried; ``kept``: how many it has where they were not.
    """

    action: str
    on: str = ""
    sought: str = ""
    transcript: str = ""
    problem: str = ""
    sentence: str = ""
    found: tuple[FoundView, ...] | None = None
    rows: tuple[TriedRow, ...] = ()
    one: TriedOne | None = None
    has_before: bool = False
    examples: ExamplesView | None = None
    kept: int = 0


def found_view(conversation: Conversation, reader: Reader) -> FoundView:
    """Show a conversation that a search found."""
    parts = (
        channel_of(conversation),
        queues_of(conversation, reader),
        agents_of(conversation),
        reader.moment(conversation.started_at),
    )
    return FoundView(
        id=conversation.id,
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
            changes=tuple(_changes(each).values()) if each.before else (),
        )
        for each in trials
    )
    return tuple(sorted(rows, key=lambda row: -len(row.changes)))


def summed_up(trials: Sequence[Trial], reader: Reader) -> str:
    """Return how many of several conversations change, and the mean scores."""
    changed = sum(bool(each.before and _changes(each)) for each in trials)
    sentence = ngettext(
        "Tried on {n} conversation: {changed} change.", "Tried on {n} conversations: {changed} change.", len(trials)
    ).format(n=len(trials), changed=changed)
    means = [_mean([each.before for each in trials]), _mean([each.after for each in trials])]
    before, after = means
    if before is not None and after is not None:
        mean = _("Mean score {before} to {after}.")
        sentence += f" {mean.format(before=reader.number(before, 1), after=reader.number(after, 1))}"
    return sentence


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
