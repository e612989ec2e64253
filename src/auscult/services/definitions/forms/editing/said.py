"""Words of a conversation, added to a question: where its Yes is looked for, or where that is called off."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, cast

from auscult.services.definitions.forms.document import Path, Value
from auscult.services.definitions.forms.editing.changes import Change, Insert, Put
from auscult.services.definitions.forms.editing.questions import mappings

_OF_SEARCH = ("speaker", "window", "after", "direction", "language", "any_of", "all_of", "none_of")
"""Keys that no condition on one turn has."""


class WordList(NamedTuple):
    """A list of words in a document, or one to come.

    ``place`` is that of its question, ``question`` its name, ``speaker`` and ``language`` whose words it is for; ``language`` is empty for any.
    ``is_never``: its words call the answer off. ``words``: those that it has; None for a list to come.
    """

    path: Path
    place: int
    question: str
    speaker: str
    language: str
    is_never: bool
    words: tuple[str, ...] | None

    def hears(self, speaker: str) -> bool:
        """Return whether its question listens to a speaker."""
        return self.speaker in ("any", speaker)


def word_lists(value: Value) -> Iterator[WordList]:
    """Yield the lists of each question that is answered by what was said: those of its Yes, then that of never."""
    for place, metric in enumerate(mappings(value, "metrics")):
        if metric.get("type") == "by_question":
            for each in _lists(metric.get("answer"), ("metrics", place, "answer")):
                yield each._replace(place=place, question=str(metric.get("name") or ""))


def with_words(found: WordList, words: str) -> Change:
    """Add words to one of the lists."""
    if found.words is not None:
        return Insert((*found.path, len(found.words)), words)
    *above, at, kind = found.path
    condition: Value = {str(kind): [words]}
    return Insert((*above, at), condition) if at else Put(tuple(above), [condition])


def _lists(finding: object, path: Path) -> Iterator[WordList]:
    if not isinstance(finding, dict):
        return
    its = cast("dict[str, Any]", finding)
    entries = [(key, n, each) for key in ("any_of", "all_of") for n, each in enumerate(mappings(its, key))]
    if any(is_search(each) for _key, _n, each in entries):
        for key, n, each in entries:
            yield from _lists(each, (*path, key, n))
        return
    if not entries:
        return
    speaker, language = str(its.get("speaker") or "agent"), str(its.get("language") or "")
    for group, kinds in (("any_of", ("similar", "phrases")), ("none_of", ("phrases",))):
        is_never = group == "none_of"
        if is_never or group in its:
            for at, kind, words in _places(mappings(its, group), kinds):
                yield WordList((*path, group, at, kind), 0, "", speaker, language, is_never, words)


def _places(
    conditions: Sequence[Mapping[str, Any]], kinds: Sequence[str]
) -> Iterator[tuple[int, str, tuple[str, ...] | None]]:
    """Yield the first list of each kind among conditions; without any, the one that comes behind them."""
    is_found = False
    for kind in kinds:
        lists = ((at, each[kind]) for at, each in enumerate(conditions) if isinstance(each.get(kind), list))
        for at, words in islice(lists, 1):
            is_found = True
            yield at, kind, tuple(map(str, words))
    if not is_found:
        yield len(conditions), "phrases", None


def is_search(entry: Mapping[str, Any]) -> bool:
    """Return whether a line under a finding is a search or a finding itself, not a condition on one turn."""
    return any(key in entry for key in _OF_SEARCH)
