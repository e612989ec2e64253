"""A question as sentences: what they can say of it, words added to them, and what the question's own words propose."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, cast

from auscult.domain.questions.taught import Speaker, speaker_of
from auscult.services.definitions.forms.document import Path, Value, value_at
from auscult.services.definitions.forms.editing.changes import Change, Insert, Put
from auscult.services.definitions.forms.editing.questions import mappings
from auscult.services.definitions.forms.editing.said import is_search
from auscult.services.definitions.forms.editing.skeletons import FINDINGS_OF_CUSTOMER

NEW = "+"
"""In a path: the condition of its kind, made where there is none."""
GROUPS = ("any_of", "all_of", "none_of")
_WORDS = ("phrases", "similar", "wording", "judge")
_ORDER = re.compile(
    r"\b(?P<order>before|after|when|once|if|bevor|nachdem|wenn|falls|sobald)\b\s+(?P<what>[^?,.;]{3,80})", re.IGNORECASE
)


class Proposed(NamedTuple):
    """Parts of a question that its words propose: who speaks, the occasion in words, and whether the answer comes after it."""

    speaker: Speaker
    occasion: str
    is_after: bool


def proposed(question: str) -> Proposed:
    """Read a question in words: ``When the customer cancels, does the agent ask why?``."""
    found = _ORDER.search(question)
    if found is None:
        return Proposed(speaker_of(question), "", is_after=False)
    rest = question[: found.start()] + question[found.end() :]
    return Proposed(speaker_of(rest), found["what"].strip(), is_after=found["order"].lower() not in ("before", "bevor"))


def is_one_search(finding: object) -> bool:
    """Return whether a finding is a single search, whose parts fit into a sentence."""
    its = cast("dict[str, Any]", finding) if isinstance(finding, dict) else {}
    entries = [each for group in GROUPS for each in mappings(its, group)]
    return bool(entries) and not any(is_search(each) for each in entries)


def words_of(finding: object) -> Iterator[str]:
    """Yield what a finding looks for: words, names of ready lists, and statements for a judge."""
    its = cast("dict[str, Any]", finding) if isinstance(finding, dict) else {}
    for key in _WORDS:
        said = its.get(key)
        yield from map(str, cast("list[object]", said) if isinstance(said, list) else [said] if said else [])
    for group in GROUPS:
        for each in mappings(its, group):
            yield from words_of(each)


def searches_in(finding: object) -> int:
    """Return of how many searches a finding is made."""
    its = cast("dict[str, Any]", finding) if isinstance(finding, dict) else {}
    joined = [each for group in GROUPS for each in mappings(its, group) if is_search(each)]
    return sum(map(searches_in, joined)) or 1


def words_told(values: Value, path: Path, words: Sequence[str]) -> tuple[Change, ...]:
    """Add words to the condition of a kind, as ``metrics.0.trigger.any_of.+.phrases``; the first makes what it needs.

    A condition that a new question begins with, and that has no words yet, becomes it.
    """
    at = path.index(NEW)
    finding, group, kind = path[: at - 1], path[:at], str(path[at + 1])
    condition: Value = {kind: [*words]}
    if not words:
        return ()
    if not isinstance(value_at(values, finding), dict):
        speaker = "customer" if finding[-1] in FINDINGS_OF_CUSTOMER else "agent"
        return (Put(finding, {"speaker": speaker, str(group[-1]): [condition]}),)
    there = _conditions(values, group)
    same = next((n for n, each in enumerate(there) if isinstance(each.get(kind), list)), None)
    if same is not None:
        return tuple(Insert((*group, same, kind, len(there[same][kind]) + n), each) for n, each in enumerate(words))
    if there == [{"phrases": []}]:
        return (Put((*group, 0), condition),)
    return (Insert((*group, len(there)), condition) if there else Put(group, [condition]),)


def _conditions(values: Value, group: Path) -> list[dict[str, Any]]:
    finding = value_at(values, group[:-1])
    return mappings(cast("dict[str, Value]", finding), str(group[-1])) if isinstance(finding, dict) else []
