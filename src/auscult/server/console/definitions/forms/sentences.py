"""The open question as four sentences to fill. The rest of its controls is behind *More*."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.questions.taught import COUNTS_FROM
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.metrics.by_example import ByExample
from auscult.server.console.definitions.forms.builder import Control, Question, label_of, type_in_words
from auscult.services.definitions.forms.editing.questions import number_of
from auscult.services.definitions.forms.editing.sentences import NEW, is_one_search, proposed, searches_in, words_of

_KINDS = ("phrases", "similar")
_NEVER = ("never", "not_negated")
_WHERE = ("speaker", "window", "direction", "language")
_MOST_WORDS = 3
_Groups = tuple[tuple[str, tuple[Control, ...]], ...]


class Sentence(Struct, frozen=True, kw_only=True):
    """A sentence: how it begins, what is true of it in words, its fields, and its buttons, each an action and a label.

    ``goes_on``: it is filled where questions are taught.
    """

    id: str
    begins: str
    says: tuple[str, ...] = ()
    controls: tuple[Control, ...] = ()
    acts: tuple[tuple[str, str], ...] = ()
    goes_on: bool = False


class Sentences(NamedTuple):
    """The sentences of a question, the controls that none of them has, and whether *More* is open: some of it is there."""

    told: tuple[Sentence, ...]
    rest: _Groups
    is_more_open: bool


def sentences_of(metric: Mapping[str, Any], question: Question) -> Sentences:
    """Tell the question that is open."""
    telling = _Telling(metric, question)
    said = (telling.asked(), telling.yes(), telling.unless(), telling.costs())
    told = tuple(each for each in said if each.says or each.controls)
    shown = {each.path for sentence in told for each in sentence.controls}
    rest = tuple((heading, tuple(_without(controls, shown))) for heading, controls in question.fields)
    is_faulty = any(each.faults for _heading, controls in rest for each in _all(controls))
    return Sentences(told, rest, telling.is_more_needed or is_faulty)


class _Telling:
    """A question, and its controls by their paths."""

    def __init__(self, metric: Mapping[str, Any], question: Question) -> None:
        self._metric, self._path = metric, f"metrics.{question.place}"
        self._by_path = {each.path: each for _heading, controls in question.fields for each in _all(controls)}
        self._is_taught = metric.get("type") == ByExample.name
        self._is_said = self._is_taught or metric.get("type") == "by_question"
        self._proposed = proposed(str(metric.get("question") or ""))
        joined = [key for key in ("trigger", "answer") if key in metric and not is_one_search(metric[key])]
        self.is_more_needed = not self._is_said or bool(joined)

    def asked(self) -> Sentence:
        """Tell when it is asked."""
        has_trigger, says, acts = "trigger" in self._metric, [*self._joined("trigger")], list[tuple[str, str]]()
        if not has_trigger and "when" not in self._metric:
            says.append(_("… always; or only when the customer") if self._is_said else _("… always."))
        for key, text in (("not_when", _("N/A in any case when")), ("excused_when", _("N/A instead of No when"))):
            says += [f"{text}: {_in_words(self._metric[key])}"] if key in self._metric else []
        if has_trigger:
            acts.append((f"remove:{self._path}.trigger", _("Ask it always")))
        elif self._is_said and self._proposed.occasion:
            label = _("From its words: when the customer says something like “{words}”")
            act = f"tell:{self._path}.trigger.any_of.{NEW}.similar={self._proposed.occasion}"
            acts.append((act, label.format(words=self._proposed.occasion)))
        controls = (*self._search("trigger"), *(self._of("when") if "when" in self._metric else ()))
        return Sentence(
            id="ask",
            begins=_("Ask this when"),
            says=tuple(says),
            controls=controls if self._is_said else (),
            acts=tuple(acts),
        )

    def yes(self) -> Sentence:
        """Tell what a Yes is."""
        if not self._is_said:
            by = type_in_words(str(self._metric.get("type")))
            says = _("It is answered by: {what}. More has how.").format(what=by)
            return Sentence(id="yes", begins=_("Yes if"), says=(says,))
        acts, holder = list[tuple[str, str]](), self._path if self._is_taught else f"{self._path}.answer"
        speaker, after = self._by_path.get(f"{holder}.speaker"), self._by_path.get(f"{holder}.after")
        if speaker is not None and (speaker.value or "agent") != self._proposed.speaker:
            word = dict(speaker.options)[self._proposed.speaker]
            acts.append((f"put:{speaker.path}={self._proposed.speaker}", _("From its words: {who}").format(who=word)))
        if self._is_taught:
            controls, says = (
                tuple(self._of("speaker")),
                (_("… a turn looks like those that you ticked."), *self._agreed()),
            )
        else:
            is_after = after is not None and "trigger" in self._metric and not self._joined("answer")
            controls = (*self._search("answer"), *((after,) if after is not None and is_after else ()))
            says = self._joined("answer")
            if after is not None and is_after and self._proposed.is_after and not after.value:
                acts.append((f"put:{after.path}=trigger", _("From its words: only after it was asked")))
        return Sentence(
            id="yes", begins=_("Yes if"), says=says, controls=controls, acts=tuple(acts), goes_on=self._is_taught
        )

    def unless(self) -> Sentence:
        """Tell what calls a Yes off."""
        says = (_("… it only looks like one: near misses are ticked No."),) if self._is_taught else ()
        return Sentence(id="unless", begins=_("but not if"), says=says, controls=tuple(self._exceptions()))

    def costs(self) -> Sentence:
        """Tell what a No costs. The weight itself is in the question's row."""
        is_no_right, weight = self._metric.get("correct_answer") == "no", number_of(self._metric.get("weight"))
        says = _("… its weight, {n}.").format(n=f"{weight:f}") if weight else _("… nothing yet: it has no weight.")
        there = [each for each in ("negative_weight", "fails_section", "bonus") if each in self._metric]
        controls = tuple(one for key in ("fatal", "not_applicable", *there) for one in self._of(key))
        return Sentence(
            id="no", begins=_("A Yes costs") if is_no_right else _("A No costs"), says=(says,), controls=controls
        )

    def _agreed(self) -> Iterator[str]:
        """Yield how often a taught question was right, and that it counts not under its limit."""
        if not isinstance(self._metric.get("taught"), dict):
            yield _("Nothing is learned yet. It takes at least one Yes and one No.")
            return
        taught: Mapping[str, Any] = self._metric["taught"]
        said = _("Tried on {n} of your answers: {right} right.")
        if number_of(taught.get("kappa")) < (number_of(self._metric.get("counts_from")) or COUNTS_FROM):
            said = _(
                "Tried on {n} of your answers: {right} right; a person or a judge should answer this one. It counts not."
            )
        yield said.format(n=taught.get("answers"), right=taught.get("right"))

    def _of(self, key: str) -> Iterator[Control]:
        yield from (each for each in (self._by_path.get(f"{self._path}.{key}"),) if each is not None)

    def _joined(self, key: str) -> tuple[str, ...]:
        """Return a finding that no sentence can say, in words; nothing for any other."""
        if key not in self._metric or is_one_search(self._metric[key]):
            return ()
        return (_("… {found} More has all of it.").format(found=_in_words(self._metric[key])),)

    def _search(self, key: str) -> Iterator[Control]:
        """Yield the controls of a single search: its place, its conditions, and a field for words of a kind that it lacks."""
        if self._joined(key):
            return
        kinds = set[str]()
        for each in self._of(key):
            yield from (
                part for part in each.parts if _key(part) in _WHERE and (part.is_there or _key(part) == "speaker")
            )
        for row in (*self._rows(f"{key}.any_of"), *self._rows(f"{key}.all_of")):
            found = [each for each in row.parts if each.is_there and _key(each) not in _NEVER]
            shown = found or [each for each in row.parts if _key(each) in _KINDS]
            kinds |= {_key(each) for each in shown}
            yield from shown
        yield from (self._to_come(f"{key}.any_of", kind) for kind in _KINDS if kind not in kinds)

    def _exceptions(self) -> Iterator[Control]:
        if not self._is_said or self._is_taught or self._joined("answer"):
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


def _in_words(finding: object) -> str:
    """Return what a finding looks for, with its first words."""
    words, searches = [*words_of(finding)], searches_in(finding)
    first = ", ".join(f"“{each}”" for each in words[:_MOST_WORDS])
    first += " …" if len(words) > _MOST_WORDS else ""
    said = ngettext("a search finds {words}.", "one of {n} searches finds what it is for: {words}.", searches)
    return said.format(n=searches, words=first)


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
