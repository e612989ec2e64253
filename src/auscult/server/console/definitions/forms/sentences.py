"""The open question as four sentences to fill. The rest of its controls is behind *More*."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from auscult.domain.questions.taught import COUNTS_FROM
from auscult.language import gettext as _
from auscult.metrics.by_example import ByExample
from auscult.server.console.definitions.forms.builder import Control, Question, label_of, type_in_words
from auscult.services.definitions.forms.editing.questions import mappings, number_of
from auscult.services.definitions.forms.editing.sentences import NEW, is_one_search, proposed, words_of

_KINDS = ("phrases", "similar")
_NEVER = ("never", "not_negated")
_WHERE = ("speaker", "window", "direction", "language")
_MOST_WORDS = 3


class Sentence(NamedTuple):
    """A sentence: its beginning, what is true of it in words, its fields, its buttons, and whether it is filled by ticks."""

    id: str
    begins: str
    says: tuple[str, ...] = ()
    controls: tuple[Control, ...] = ()
    acts: tuple[tuple[str, str], ...] = ()
    goes_on: bool = False


class Sentences(NamedTuple):
    """The sentences of a question, the controls that none of them has, and whether *More* is open: some of it is there."""

    items: tuple[Sentence, ...]
    rest: tuple[tuple[str, tuple[Control, ...]], ...]
    is_more_open: bool


def sentences_of(metric: Mapping[str, Any], question: Question) -> Sentences:
    """Return the sentences of the question that is open."""
    writing = _Writing(metric, question)
    said = (writing.asked(), writing.yes(), writing.unless(), writing.costs())
    items = tuple(each for each in said if each.says or each.controls)
    shown = {each.path for sentence in items for each in sentence.controls}
    rest = tuple((heading, tuple(_without(controls, shown))) for heading, controls in question.fields)
    is_faulty = any(each.faults for _heading, controls in rest for each in _all(controls))
    return Sentences(items, rest, is_faulty or not writing.is_said or any(map(writing.joined, ("trigger", "answer"))))


class _Writing:
    """A question, and its controls by their paths."""

    def __init__(self, metric: Mapping[str, Any], question: Question) -> None:
        self._metric, self._path = metric, f"metrics.{question.place}"
        self._by_path = {each.path: each for _heading, controls in question.fields for each in _all(controls)}
        self._is_taught = metric.get("type") == ByExample.name
        self.is_said = self._is_taught or metric.get("type") == "by_question"
        self._proposed = proposed(str(metric.get("question") or ""))

    def asked(self) -> Sentence:
        """Return when it is asked."""
        says, acts = self.joined("trigger"), tuple[tuple[str, str], ...]()
        if "trigger" in self._metric:
            acts = ((f"remove:{self._path}.trigger", _("Ask it always")),)
        elif self.is_said and (words := self._proposed.occasion):
            label = _("From its words: when the customer says something like “{words}”").format(words=words)
            acts = ((f"fill:{self._path}.trigger.any_of.{NEW}.similar={words}", label),)
        if not {"trigger", "when"} & self._metric.keys():
            says = (_("… always; or only when the customer") if self.is_said else _("… always."),)
        said = _("Whether it is N/A depends on: {words}. More has all of it.")
        found = (key for key in ("not_when", "excused_when") if key in self._metric)
        says = (*says, *(said.format(words=self._in_words(key)) for key in found))
        controls = (*self._search("trigger"), *(self._of("when") if "when" in self._metric else ()))
        return Sentence("ask", _("Ask this when"), says, controls if self.is_said else (), acts)

    def yes(self) -> Sentence:
        """Return what a Yes is."""
        if not self.is_said:
            by = type_in_words(str(self._metric.get("type")))
            says = _("It is answered by: {what}. More has how.").format(what=by)
            return Sentence("yes", _("Yes if"), (says,))
        acts, holder = list[tuple[str, str]](), "" if self._is_taught else "answer."
        for control in self._of(f"{holder}speaker"):
            if (control.value or "agent") != self._proposed.speaker:
                word = dict(control.options)[self._proposed.speaker]
                acts.append(
                    (f"put:{control.path}={self._proposed.speaker}", _("From its words: {who}").format(who=word))
                )
        if self._is_taught:
            order = self._of("order") if "trigger" in self._metric else ()
            controls, says = self._of("speaker"), (_("… a turn looks like those that you ticked."), self._agreed())
            controls += order
            if self._proposed.order and any(not each.value for each in order):
                said = _("only before it") if self._proposed.order == "before" else _("only after it")
                label = _("From its words: {who}").format(who=said)
                acts.append((f"put:{self._path}.order={self._proposed.order}", label))
        else:
            is_ordered = "trigger" in self._metric and not self.joined("answer")
            order = self._of("answer.after") if is_ordered else ()
            controls, says = (*self._search("answer"), *order), self.joined("answer")
            if self._proposed.order == "after" and any(not each.value for each in order):
                acts.append((f"put:{self._path}.answer.after=trigger", _("From its words: only after it was asked")))
        return Sentence("yes", _("Yes if"), says, controls, tuple(acts), self._is_taught)

    def unless(self) -> Sentence:
        """Return what calls a Yes off."""
        says = (_("… it only looks like one: near misses are ticked No."),) if self._is_taught else ()
        return Sentence("unless", _("but not if"), says, (*self._of("denials"), *self._exceptions()))

    def costs(self) -> Sentence:
        """Return what a No costs. The weight itself is in the question's row."""
        begins = _("A Yes costs") if self._metric.get("correct_answer") == "no" else _("A No costs")
        weight = number_of(self._metric.get("weight"))
        says = _("… its weight, {n}.").format(n=f"{weight:f}") if weight else _("… nothing yet: it has no weight.")
        return Sentence("no", begins, (says,), (*self._of("fatal"), *self._of("not_applicable")))

    def _agreed(self) -> str:
        """Return how often a taught question was right, and that it counts not under its limit."""
        if not (taught := self._finding("taught")):
            return _("Nothing is learned yet. It takes at least one Yes and one No.")
        said = _("Tried on {n} of your answers: {right} right.")
        if number_of(taught.get("kappa")) < (number_of(self._metric.get("counts_from")) or COUNTS_FROM):
            said = _(
                "Tried on {n} of your answers: {right} right; a person or a judge should answer this one. It counts not."
            )
        return said.format(n=taught.get("answers"), right=taught.get("right"))

    def _finding(self, key: str) -> Mapping[str, Any]:
        """Return what the question has under a key, if it has keys itself."""
        return mappings({key: [self._metric.get(key)]}, key)[0]

    def _of(self, key: str) -> tuple[Control, ...]:
        found = self._by_path.get(f"{self._path}.{key}")
        return () if found is None else (found,)

    def joined(self, key: str) -> tuple[str, ...]:
        """Return a finding that no sentence can say, in words; nothing for any other."""
        if not self.is_said or key not in self._metric or is_one_search(self._finding(key)):
            return ()
        return (
            _("… that depends on several searches: {words}. More has all of it.").format(words=self._in_words(key)),
        )

    def _in_words(self, key: str) -> str:
        words = [f"“{each}”" for each in words_of(self._finding(key))]
        return ", ".join([*words[:_MOST_WORDS], *["…"][: len(words) - _MOST_WORDS]])

    def _search(self, key: str) -> tuple[Control, ...]:
        """Return the controls of a single search: its place, its conditions, and a field for words of a kind that it lacks."""
        if self.joined(key):
            return ()
        parts = [part for each in self._of(key) for part in each.parts]
        found = [each for each in parts if _key(each) in _WHERE and (each.is_there or _key(each) == "speaker")]
        for row in (*self._rows(f"{key}.any_of"), *self._rows(f"{key}.all_of")):
            there = [each for each in row.parts if each.is_there and _key(each) not in _NEVER]
            found += there or [each for each in row.parts if _key(each) in _KINDS]
        kinds = set(map(_key, found))
        return (*found, *(self._to_come(f"{key}.any_of", kind) for kind in _KINDS if kind not in kinds))

    def _exceptions(self) -> Iterator[Control]:
        if not self.is_said or self._is_taught or self.joined("answer"):
            return
        for row in self._rows("answer.any_of"):
            there = {_key(each) for each in row.parts if each.is_there}
            yield from (each for each in row.parts if _key(each) == "never" and "wording" in there)
            yield from (each for each in row.parts if _key(each) == "not_negated" and there & {"phrases", "wording"})
        rows = self._rows("answer.none_of")
        yield from (each for row in rows for each in row.parts if each.is_there or _key(each) == "phrases")
        if not rows:
            yield self._to_come("answer.none_of", "phrases")

    def _rows(self, path: str) -> tuple[Control, ...]:
        return tuple(row for each in self._of(path) for row in each.rows)

    def _to_come(self, group: str, kind: str) -> Control:
        path = f"{self._path}.{group}.{NEW}.{kind}"
        return Control(kind="words", label=label_of("Entry", kind), path=path, id=path, is_there=False)


def _key(control: Control) -> str:
    return control.path.rpartition(".")[2]


def _all(controls: Iterable[Control]) -> Iterator[Control]:
    for each in controls:
        yield each
        yield from _all((*each.parts, *each.rows))


def _without(controls: Iterable[Control], shown: set[str]) -> Iterator[Control]:
    """Yield controls and what is in them, without those that a sentence has."""
    for each in controls:
        if each.path not in shown:
            yield replace(each, parts=tuple(_without(each.parts, shown)), rows=tuple(_without(each.rows, shown)))
