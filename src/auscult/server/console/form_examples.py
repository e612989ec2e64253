"""The examples of a form or a taxonomy as its editor keeps and tries them."""

import msgspec
from msgspec import Struct

from auscult.domain.evaluation import Evaluation
from auscult.domain.form import Form, Metric
from auscult.domain.form_examples import Trials, Tried, TriedTopic, answer_of, answers_of
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.conversations.conversation_view import title_of
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.visit import Visit
from auscult.services.definitions.forms.reading import check_form
from auscult.services.disputes.outcomes import word_of
from auscult.services.form_examples import FormExamples, TopicExamples
from auscult.services.scoring.trial import is_not_asked


class ExamplesView(Struct, frozen=True, kw_only=True):
    """The examples of a form, tried. ``names`` are those of its questions, ``words`` the words of each example, by id."""

    found: Trials[Tried]
    sentence: str
    erased: str
    names: dict[str, str]
    words: dict[str, str]


class OtherAnswers(Struct, frozen=True, kw_only=True):
    """The answers that a verdict could have had: the button that expects it, and its word; and what an example expects."""

    answers: tuple[tuple[str, str], ...]
    expected: str = ""


def examples_of(visit: Visit) -> FormExamples:
    """Return the examples of forms as the visitor sees them."""
    return FormExamples(visit.app, lambda: visit.now, visit.principal)


def topic_examples_of(visit: Visit) -> TopicExamples:
    """Return the examples of taxonomies as the visitor sees them."""
    return TopicExamples(visit.app, lambda: visit.now, visit.principal)


def tried_on_examples(visit: Visit, form: Form) -> Trials[Tried]:
    """Try a form on its examples."""
    return examples_of(visit).tried(visit.services.trying(), form)


def doubt_of(visit: Visit, document: bytes) -> str:
    """Return what speaks against publishing a document: examples that it answers otherwise; empty where none does."""
    form = check_form(document).form
    found = Trials[Tried]() if form is None else tried_on_examples(visit, form)
    if not found.wrong:
        return ""
    return _("{counted}. The others are listed under Try it.").format(counted=counted(found))


def examples_view(found: Trials[Tried], form: Form) -> ExamplesView | None:
    """Show the examples of a form; None where it has none."""
    if not found.tried and not found.erased:
        return None
    return ExamplesView(
        found=found,
        sentence=counted(found),
        erased=erased(found.erased),
        names={each.id: each.name for each in form.metrics},
        words={each.example.example_id: _words(each) for each in found.tried},
    )


def counted(found: Trials[Tried] | Trials[TriedTopic]) -> str:
    """Return how many examples are answered as expected, in words."""
    count = len(found.tried)
    sentence = ngettext("{right} of {n} example right", "{right} of {n} examples right", count)
    return sentence.format(right=found.right, n=count)


def erased(count: int) -> str:
    """Return how many examples lost their conversation, in words; empty where none did."""
    gone = ngettext(
        "{n} example was erased with its conversation.", "{n} examples were erased with their conversations.", count
    )
    return gone.format(n=count) if count else ""


def other_answers(evaluation: Evaluation, form: Form, examples: Trials[Tried]) -> dict[str, OtherAnswers]:
    """Return, by id of the metric, the answers that each verdict does not have, and what an example expects."""
    metrics = {each.id: each for each in form.metrics}
    its = (each.example for each in examples.tried if each.example.conversation_id == evaluation.conversation_id)
    expected_of = {each.metric_id: each.wanted for each in its}
    found: dict[str, OtherAnswers] = {}
    for each in evaluation.results:
        metric = metrics[each.metric.id]
        if is_kept_by_people(metric) or is_not_asked(each.verdict):
            continue
        turn_id = next((one.turn_id for one in each.verdict.evidence if one.turn_id), None)
        answers = tuple(
            (f"keep:{msgspec.json.encode((metric.id, value, turn_id)).decode()}", word_of(value))
            for value in answers_of(metric)
            if value != answer_of(each)
        )
        expected = expected_of.get(metric.id)
        found[metric.id] = OtherAnswers(answers=answers, expected=word_of(expected) if expected else "")
    return found


def is_kept_by_people(metric: Metric) -> bool:
    """Return whether no form decides the answer: a person does, or it is a number."""
    return metric.type == "manual" or (metric.grades is not None and metric.grades.kind == "number")


def _words(tried: Tried) -> str:
    turns = {turn.id: turn.text for turn in tried.conversation.turns}
    said = turns.get(tried.example.turn_id or "", "")
    return excerpt(said) if said else title_of(tried.conversation) or tried.conversation.id
