"""A question as sentences: what they can say of it, words added to them, and what the question's own words propose."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from auscult.domain.questions.taught import Speaker, speaker_of
from auscult.services.definitions.forms.document import Path, Value, value_at
from auscult.services.definitions.forms.editing.changes import Change, Insert, Put
from auscult.services.definitions.forms.editing.questions import mappings
from auscult.services.definitions.forms.editing.said import is_search
from auscult.services.definitions.forms.editing.skeletons import FINDINGS_OF_CUSTOMER

NEW = "+"
"""In a path: the condition of its kind, made where there is none."""
_GROUPS = ("any_of", "all_of", "none_of")
_EARLIER = ("before", "bevor")
_ORDER = re.compile(r"\b(before|after|when|once|if|bevor|nachdem|wenn|falls|sobald)\s+([^?,.;]{3,80})", re.IGNORECASE)


class Proposed(NamedTuple):
    """Parts of a question that its words propose: who speaks, the occasion in words, and whether it comes after that."""

    speaker: Speaker
    occasion: str
    order: str


def proposed(question: str) -> Proposed:
    """Read a question in words: ``When the customer cancels, does the agent ask why?``."""
    found = _ORDER.search(question)
    if found is None:
        return Proposed(speaker_of(question), "", "")
    rest = question[: found.start()] + question[found.end() :]
    return Proposed(speaker_of(rest), found[2].strip(), "before" if found[1].lower() in _EARLIER else "after")


def is_one_search(finding: Mapping[str, Any]) -> bool:
    """Return whether a finding is a single search, whose parts fit into a sentence."""
    entries = [each for group in _GROUPS for each in mappings({**finding}, group)]
    return bool(entries) and not any(map(is_search, entries))


def words_of(finding: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a finding looks for: words, names of ready lists, and statements for a judge."""
    for key in ("phrases", "similar", "wording", "judge"):
        said: object = finding.get(key) or []
        yield from map(str, cast("list[object]", said) if isinstance(said, list) else [said])
    for group in _GROUPS:
        for each in mappings({**finding}, group):
            yield from words_of(each)


def words_filled_in(values: Value, path: Path, words: Sequence[str]) -> tuple[Change, ...]:
    """Add words to the condition of a kind, as ``metrics.0.trigger.any_of.+.phrases``; the first makes what it needs.

    A condition that a new question begins with, and that has no words yet, becomes it.
    """
    at = path.index(NEW)
    above, group, kind = path[: at - 1], path[:at], str(path[at + 1])
    condition: Value = {kind: [*words]}
    finding = value_at(values, above)
    if not words:
        return ()
    if not isinstance(finding, dict):
        speaker = "customer" if above[-1] in FINDINGS_OF_CUSTOMER else "agent"
        return (Put(above, {"speaker": speaker, str(group[-1]): [condition]}),)
    there = mappings(cast("dict[str, Value]", finding), str(group[-1]))
    same = next((n for n, each in enumerate(there) if isinstance(each.get(kind), list)), None)
    if same is not None:
        return tuple(Insert((*group, same, kind, len(there[same][kind]) + n), each) for n, each in enumerate(words))
    if there == [{"phrases": []}]:
        return (Put((*group, 0), condition),)
    return (Insert((*group, len(there)), condition) if there else Put(group, [condition]),)
