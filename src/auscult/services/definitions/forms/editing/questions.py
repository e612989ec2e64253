"""Changes to the questions of a form as people think of them: in sections, one behind the other."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple, cast

import msgspec

from auscult.domain.form import derive_metric_id
from auscult.metrics._contract import MetricType
from auscult.services.definitions.forms.document import Value, read_document
from auscult.services.definitions.forms.editing.changes import Change, Duplicate, Insert, Move, Put, Remove
from auscult.services.definitions.forms.editing.skeletons import GRADES, settings_skeleton
from auscult.services.definitions.forms.reading import WrittenMetric

_WHOLE = Decimal(100)
NOTHING: Mapping[str, Value] = MappingProxyType({})
_OF_GRADES = (*GRADES, "met_at")


class Group(NamedTuple):
    """A section with the places of its questions in the form; ``id`` is empty for questions in no section, ``at`` its place."""

    id: str
    at: int | None
    places: tuple[int, ...]


class Changed(NamedTuple):
    """Changes to a document, and the place of the question that they were about; None where it is gone."""

    changes: tuple[Change, ...]
    place: int | None


def mappings(value: Value, key: str) -> list[dict[str, Any]]:
    """Return the list under a key of a document, with an empty mapping for what is none."""
    found: Any = value.get(key) if isinstance(value, dict) else None
    items = cast("list[Any]", found) if isinstance(found, list) else []
    return [cast("dict[str, Any]", each) if isinstance(each, dict) else {} for each in items]


def groups_of(value: Value) -> list[Group]:
    """Return the questions as they are shown: those in no section first, then section by section, in form order."""
    metrics, sections = mappings(value, "metrics"), mappings(value, "sections")
    known = {str(each.get("id")): index for index, each in enumerate(sections)}
    places: dict[str, list[int]] = {"": [], **{each: [] for each in known}}
    for at, metric in enumerate(metrics):
        section = str(metric.get("section", ""))
        places[section if section in known else ""].append(at)
    return [
        Group(each, known.get(each), tuple(found)) for each, found in places.items() if each or found or not sections
    ]


def added(value: Value, section: str, name: str, kind: str = "by_question", **keys: Value) -> Changed:
    """Add a question behind those of a section, with its own ``keys``; it counts nothing until it is given a weight."""
    question_id = free_id(mappings(value, "metrics"), derive_metric_id(name))
    asked = keys or {"question": "", "answer": {"speaker": "agent", "any_of": [{"phrases": []}]}}
    return behind_section(value, section, {"id": question_id, "name": name, "type": kind, "weight": 0, **asked})


def behind_section(value: Value, section: str, question: dict[str, Value]) -> Changed:
    """Put a question behind those of a section; ``section`` is empty for none."""
    inside = next((group.places for group in groups_of(value) if group.id == section), ())
    at = inside[-1] + 1 if inside else len(mappings(value, "metrics"))
    head = {name: question[name] for name in ("id", "name", "type", "question", "weight") if name in question}
    new: Value = {**head, **({"section": section} if section else {}), **question}
    holds_list = isinstance(value, dict) and isinstance(value.get("metrics"), list)
    return Changed((Insert(("metrics", at), new) if holds_list else Put(("metrics",), [new]),), at)


def duplicated(value: Value, at: int, name: str) -> Changed:
    """Repeat a question behind itself under another name and id."""
    metrics = mappings(value, "metrics")
    changes: list[Change] = [Duplicate(("metrics", at)), Put(("metrics", at + 1, "name"), name)]
    if metrics[at].get("id") is not None:
        changes.append(Put(("metrics", at + 1, "id"), free_id(metrics, derive_metric_id(name))))
    return Changed(tuple(changes), at + 1)


def stepped(value: Value, at: int, step: int) -> Changed:
    """Move a question by one place up (-1) or down (1) as it is shown, into the neighbouring section at an end."""
    groups = groups_of(value)
    here = next(index for index, group in enumerate(groups) if at in group.places)
    places = groups[here].places
    near = places.index(at) + step
    if 0 <= near < len(places):
        return Changed((Move(("metrics", at), places[near]),), places[near])
    if not 0 <= here + step < len(groups):
        return Changed((), at)
    other = groups[here + step]
    beyond = [each for each in other.places if (each > at) == (step > 0)]
    before = (other.places[0] if step > 0 else None) if beyond or (step > 0 and other.places) else None
    return placed(value, at, before, other.id)


def placed(value: Value, at: int, before: int | None, section: str) -> Changed:
    """Move a question into a section, before another question of it, or behind them all."""
    metrics = mappings(value, "metrics")
    inside = [each for group in groups_of(value) if group.id == section for each in group.places if each != at]
    to = at
    if before is not None and before != at:
        to = before - (before > at)
    elif before is None and inside:
        to = inside[-1] + (inside[-1] < at)
    changes: list[Change] = [Move(("metrics", at), to)] if to != at else []
    if str(metrics[at].get("section", "")) != section:
        changes.append(Put(("metrics", to, "section"), section) if section else Remove(("metrics", to, "section")))
    return Changed(tuple(changes), to)


def answered_by(
    value: Value, at: int, name: str, types: Mapping[str, MetricType[Any]], stored: Mapping[str, Value] = NOTHING
) -> Changed:
    """Let a question be answered in another way: what only the old way has goes, what the new one needs comes.

    ``stored`` has the keys of the question as it was answered this way before; they come back.
    """
    metric, kind = mappings(value, "metrics")[at], types.get(name)
    own = {field.encode_name for field in msgspec.structs.fields(kind.settings_type)} if kind else {*stored}
    is_graded = name in ("graded", "manual")
    common = {key for key in WrittenMetric.__struct_fields__ if is_graded or key not in _OF_GRADES}
    path = ("metrics", at)
    gone = tuple(Remove((*path, key)) for key in metric if key not in own | common)
    before = {key: each for key, each in stored.items() if key in own | common}
    needed = {
        key: each for key, each in ((settings_skeleton(kind) if kind else {}) | before).items() if key not in metric
    }
    if name == "graded" and not set(GRADES) & (metric.keys() | needed.keys()):
        needed |= {"levels": GRADES["levels"]} | ({"otherwise": "None"} if "otherwise" in needed else {})
    new = tuple(Put((*path, key), each) for key, each in needed.items())
    return Changed((Put((*path, "type"), name), *gone, *new), at)


def graded_by(value: Value, at: int, kind: str, stored: Mapping[str, Value] = NOTHING) -> Changed:
    """Change the kind of answer of a question: ``scale``, ``levels``, ``choices``, ``number``, or empty for Yes and No.

    ``stored`` has the keys of the question as it was before; answers of that kind come back.
    """
    metric, path = mappings(value, "metrics")[at], ("metrics", at)
    gone = tuple(Remove((*path, key)) for key in metric if key in _OF_GRADES and key != kind)
    begin = {kind: GRADES[kind]} if kind in GRADES else {}
    if kind in stored:
        begin = {key: stored[key] for key in (kind, "met_at") if key in stored}
    new = tuple(Put((*path, key), each) for key, each in begin.items() if key not in metric or key == "met_at")
    return Changed((*gone, *new), at)


def removed(value: Value, at: int) -> Changed:
    """Remove a question, and the conditions of other questions on it."""
    metrics = mappings(value, "metrics")
    gone = metrics[at].get("id")
    freed = tuple(
        Remove(("metrics", index, "when"))
        for index, each in enumerate(metrics)
        if index != at and gone and isinstance(each.get("when"), dict) and each["when"].get("metric") == gone
    )
    return Changed((*freed, Remove(("metrics", at))), None)


def section_added(value: Value, name: str) -> Changed:
    """Add a section behind the others."""
    sections = mappings(value, "sections")
    section_id = free_id(sections, derive_section_id(name))
    new: Value = {"id": section_id, "name": name}
    return Changed((Insert(("sections", len(sections)), new) if sections else Put(("sections",), [new]),), None)


def section_moved(value: Value, index: int, to: int) -> Changed:
    """Move a section with its questions to another place among the sections; one that is none leaves it there."""
    fits = to != index and 0 <= to < len(mappings(value, "sections"))
    return Changed((Move(("sections", index), to),) if fits else (), None)


def section_removed(value: Value, index: int) -> Changed:
    """Remove a section; its questions stay, in no section."""
    sections = mappings(value, "sections")
    gone = sections[index].get("id")
    freed = tuple(
        Remove(("metrics", at, key))
        for at, each in enumerate(mappings(value, "metrics"))
        if each.get("section") == gone
        for key in ("section", "fails_section")
        if key in each
    )
    last = len(sections) == 1
    return Changed((*freed, Remove(("sections",)) if last else Remove(("sections", index))), None)


def weights_of(value: Value) -> dict[int, Decimal]:
    """Return the weights that must total 100 on a percentage form, by the place of their question."""
    return {
        at: number_of(metric.get("weight", 0))
        for at, metric in enumerate(mappings(value, "metrics"))
        if metric.get("bonus") is not True
    }


def spread(value: Value) -> Changed:
    """Share what is missing to 100, or too much, in whole numbers by weight; the largest remainders get the rest."""
    weights = weights_of(value)
    whole = shared(weights)
    changes = tuple(Put(("metrics", at, "weight"), each) for at, each in whole.items() if Decimal(each) != weights[at])
    return Changed(changes, None)


def shared(weights: Mapping[int, Decimal]) -> dict[int, int]:
    """Return whole numbers that total 100, in proportion to weights; the largest remainders get the rest."""
    total = sum(weights.values(), Decimal(0))
    exact = {at: each * _WHOLE / total if total else _WHOLE / len(weights) for at, each in weights.items()}
    whole = {at: int(each) for at, each in exact.items()}
    by_rest = sorted(exact, key=lambda at: (whole[at] - exact[at], at))
    for at in by_rest[: 100 - sum(whole.values())]:
        whole[at] += 1
    return whole


def number_of(value: object) -> Decimal:
    """Return a number of a document; 0 in place of anything else."""
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else Decimal(0)


def derive_section_id(name: str) -> str:
    """Make an id of a section's name, as one of a metric's name is made."""
    return derive_metric_id(name).replace("em-", "se-", 1)


def free_id(others: list[dict[str, Any]], wanted: str) -> str:
    """Return an id that none of the others has, the wanted one if it is free."""
    taken = {cast("object", each.get("id")) for each in others}
    names = (wanted, *(f"{wanted}-{number}" for number in range(2, len(others) + 3)))
    return next(each for each in names if each not in taken)


def value_of(document: bytes) -> Value:
    """Return the values of a document, None where it cannot be read."""
    return read_document(document).value
