"""Differences between two forms, metric by metric, in the words of those who write forms.

Metrics are matched by id. A value is named by its path, as the form document has it: ``answer.any_of[0].phrases``.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Struct, UnsetType

from auscult.domain.form import Assignment, Form, Metric

Path: TypeAlias = tuple[str | int, ...]
Value: TypeAlias = "str | int | Decimal | bool | UnsetType | list[Value] | dict[str, Value] | None"
"""A JSON value, or that there is none."""
Aspect = Literal["identity", "weight", "right_answer", "wording", "settings", "pass_score", "assignments", "form"]
"""What a change is about.

``identity``: what something is called. ``weight``: what an answer adds or takes away. ``right_answer``: which answer
is right, and whether a wrong one is fatal. ``wording``: words, samples and patterns that are looked for or asked.
``settings``: everything else that decides an answer. ``form``: whatever else the whole form says.
"""

_METRIC: Mapping[str, Aspect] = {
    "id": "identity",
    "name": "identity",
    "weight": "weight",
    "negative_weight": "weight",
    "fatal": "right_answer",
    "correct_answer": "right_answer",
    "fails_section": "right_answer",
    "bonus": "weight",
    "not_applicable": "weight",
    "section": "identity",
    "reasons": "identity",
    "reason_required": "identity",
    "guidance": "identity",
    "comments": "identity",
}
_FORM: Mapping[str, Aspect] = {
    "id": "identity",
    "name": "identity",
    "pass_score": "pass_score",
    "assignments": "assignments",
}
_WORDING = frozenset({"question", "similar", "phrases", "wording", "also", "never", "pattern", "judge"})
_LEFT_OUT = frozenset({"metrics", "version"})
_DERIVED = frozenset({"is_id_derived"})
_OPTIONAL = frozenset(
    {*Form.__struct_fields__[Form.__struct_fields__.index("sections") :]}
    | {*Metric.__struct_fields__[Metric.__struct_fields__.index("section") :]}
)
_EMPTY: tuple[Value, ...] = (None, False, "", [])
_ORDERED = msgspec.json.Encoder(order="sorted")
_NUMBERS = msgspec.json.Encoder(decimal_format="number")
_EXACT = msgspec.json.Decoder(float_hook=Decimal)


class Change(Struct, frozen=True, kw_only=True):
    """One value that differs. ``before`` is absent where there was none, ``after`` where there is none any more.

    Both are JSON values, decimals exact.
    """

    path: Path
    aspect: Aspect
    before: Any | UnsetType = UNSET
    after: Any | UnsetType = UNSET

    @property
    def gone(self) -> tuple[Value, ...]:
        """Items of a list that are no longer in it."""
        return _without(self.before, self.after)

    @property
    def come(self) -> tuple[Value, ...]:
        """Items of a list that were not in it before."""
        return _without(self.after, self.before)

    @property
    def is_list(self) -> bool:
        """Return whether a list changed, so that ``gone`` and ``come`` show more than the whole of it."""
        return isinstance(self.before, list) and isinstance(self.after, list)


class MetricDifference(Struct, frozen=True, kw_only=True):
    """Metric that differs. Of one that is added or removed, ``changes`` has every value.

    ``is_judged_anew``: answers given before no longer count; they do where only weights, the right answer or the name
    differ.
    """

    id: str
    name: str
    change: Literal["added", "removed", "changed"]
    is_judged_anew: bool
    changes: tuple[Change, ...]


class FormDifference(Struct, frozen=True, kw_only=True):
    """Everything that differs between two forms. ``is_reordered``: metrics of both have another order."""

    changes: tuple[Change, ...]
    metrics: tuple[MetricDifference, ...]
    is_reordered: bool

    @property
    def is_empty(self) -> bool:
        """Return whether both forms are equal."""
        return not (self.changes or self.metrics or self.is_reordered)


def differences(before: Form, after: Form) -> FormDifference:
    """Compare two forms, but for their version numbers.

    Metrics are in the order of ``after``, followed by those that were removed.
    """
    old = {metric.id: metric for metric in before.metrics}
    new = {metric.id: metric for metric in after.metrics}
    found = [_metric(old.get(each), new.get(each)) for each in (*new, *(each for each in old if each not in new))]
    return FormDifference(
        changes=tuple(_compared((), _form_values(before), _form_values(after), _FORM, "form")),
        metrics=tuple(each for each in found if each.changes),
        is_reordered=[each for each in old if each in new] != [each for each in new if each in old],
    )


def has_same_question(one: Metric, other: Metric) -> bool:
    """Return whether two metrics ask the same, so that an answer to one is an answer to the other.

    The settings may be those of a metric type or, as a snapshot has them, plain JSON values.
    """
    return (
        one.type == other.type
        and one.when == other.when
        and one.grades == other.grades
        and _ORDERED.encode(one.settings) == _ORDERED.encode(other.settings)
    )


def _metric(before: Metric | None, after: Metric | None) -> MetricDifference:
    metric = after or before
    assert metric is not None  # noqa: S101  (an id comes from one of the two)
    old = _metric_values(before) if before else {}
    new = _metric_values(after) if after else {}
    return MetricDifference(
        id=metric.id,
        name=metric.name,
        change="added" if before is None else "removed" if after is None else "changed",
        is_judged_anew=after is not None and (before is None or not has_same_question(before, after)),
        changes=tuple(_compared((), old, new, _METRIC, "settings")),
    )


def _compared(path: Path, before: Value, after: Value, known: Mapping[str, Aspect], other: Aspect) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*after, *before)):
            yield from _compared((*path, key), before.get(key, UNSET), after.get(key, UNSET), known, other)
    elif isinstance(before, list) and isinstance(after, list) and _are_alike(before, after):
        for index, (one, another) in enumerate(zip(before, after, strict=True)):
            yield from _compared((*path, index), one, another, known, other)
    else:
        yield Change(path=path, aspect=_aspect(path, known, other), before=before, after=after)


def _are_alike(before: list[Value], after: list[Value]) -> bool:
    """Return whether the items of two lists can be compared one by one: as many of them, and each a mapping."""
    return len(before) == len(after) and all(isinstance(item, dict) for item in (*before, *after))


def _aspect(path: Path, known: Mapping[str, Aspect], other: Aspect) -> Aspect:
    named = [part for part in path if isinstance(part, str)]
    if named[0] in known:
        return known[named[0]]
    return "wording" if other == "settings" and named[-1] in _WORDING else other


def _form_values(form: Form) -> dict[str, Value]:
    values = {key: value for key, value in _said(form).items() if key not in _LEFT_OUT}
    values["assignments"] = [_assignment_values(each) for each in form.assignments]
    return values


def _assignment_values(assignment: Assignment) -> Value:
    return {key: value for key, value in _plain(assignment).items() if value is not None}


def _metric_values(metric: Metric) -> dict[str, Value]:
    """Return a metric as a form document has it: the keys of its type with the common ones."""
    values = {key: value for key, value in _said(metric).items() if key not in _DERIVED}
    settings = values.pop("settings")
    taught = settings.get("taught") if isinstance(settings, dict) else None
    if isinstance(taught, dict):  # thousands of characters that no person reads: their digest shows whether they differ
        taught["weights"] = sha256(str(taught.get("weights")).encode()).hexdigest()[:12]
    return values | settings if isinstance(settings, dict) else values


def _said(struct: Struct) -> dict[str, Value]:
    """Return JSON values without the optional keys that say nothing: a form that uses none has none to compare."""
    return {key: value for key, value in _plain(struct).items() if key not in _OPTIONAL or value not in _EMPTY}


def _plain(struct: Struct) -> dict[str, Value]:
    """JSON values; decimals are numbers, and exact."""
    return _EXACT.decode(_NUMBERS.encode(struct))


def _without(these: Value, those: Value) -> tuple[Value, ...]:
    """Items of one list that the other does not have, each as often as it has more of them."""
    left = list(those) if isinstance(those, list) else []
    found: list[Value] = []
    for item in these if isinstance(these, list) else ():
        if item in left:
            left.remove(item)
        else:
            found.append(item)
    return tuple(found)
