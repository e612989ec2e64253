"""Changes to a scorecard as people think of them: attributes, and metrics of forms in them, each with a weight."""

from decimal import Decimal
from typing import Any, NamedTuple

from auscult.domain.form import derive_metric_id
from auscult.services.definitions.forms.document import Path, Value
from auscult.services.definitions.forms.editing.changes import Carry, Change, Insert, Move, Put, Remove
from auscult.services.definitions.forms.editing.questions import free_id, mappings, number_of, shared
from auscult.services.definitions.forms.editing.writing import written

_WHOLE = Decimal(100)
_OF_METRIC = 4
"""Parts of the path of a metric: attributes, a place, metrics, a place."""


class CardChanged(NamedTuple):
    """Changes to a document, and the path of the part that they were about; empty where it is gone."""

    changes: tuple[Change, ...]
    path: Path


def new_card(card_id: str, name: str) -> bytes:
    """Return the document of a scorecard without attributes."""
    return f"id: {written(card_id)}\nname: {written(name)}\nattributes: []\n".encode()


def attribute_id(name: str, others: list[dict[str, Any]]) -> str:
    """Return an id for an attribute that none of the others has."""
    return free_id(others, derive_metric_id(name).replace("em-", "at-", 1))


def attribute_added(value: Value, name: str) -> CardChanged:
    """Add an attribute behind the others. The first counts all, others nothing until they are given a weight."""
    attributes = mappings(value, "attributes")
    at = len(attributes)
    new: Value = {"id": attribute_id(name, attributes), "name": name, "weight": 0 if attributes else 100, "metrics": []}
    return CardChanged((*_list_at(value, ("attributes",)), Insert(("attributes", at), new)), ("attributes", at))


def metric_added(value: Value, attribute: int, metric: str, before: int | None = None) -> CardChanged:
    """Add a metric to an attribute; it counts nothing until it is given a weight, or all where it is alone."""
    present = mappings(dict(mappings(value, "attributes")[attribute]), "metrics")
    path: Path = ("attributes", attribute, "metrics")
    at = len(present) if before is None else before
    new: Value = {"metric": metric, "weight": 0 if present else 100}
    return CardChanged((*_list_at(value, path), Insert((*path, at), new)), (*path, at))


def part_removed(path: Path) -> CardChanged:
    """Remove an attribute or a metric."""
    return CardChanged((Remove(path),), ())


def placed(value: Value, path: Path, attribute: int, before: int | None) -> CardChanged:
    """Move a metric into an attribute, before another metric of it, or behind them all."""
    target: Path = ("attributes", attribute, "metrics")
    length = len(mappings(dict(mappings(value, "attributes")[attribute]), "metrics"))
    at = path[-1] if isinstance(path[-1], int) else 0
    if path[:-1] == target:
        to = length - 1 if before is None else before - (before > at)
        return CardChanged((Move(path, to),) if to != at else (), (*target, to))
    to = length if before is None else before
    return CardChanged((*_list_at(value, target), Carry(path, (*target, to))), (*target, to))


def stepped(value: Value, path: Path, step: int) -> CardChanged:
    """Move an attribute or a metric by one place up (-1) or down (1), a metric into the neighbouring attribute at an end."""
    at = path[-1] if isinstance(path[-1], int) else 0
    attributes = mappings(value, "attributes")
    if len(path) < _OF_METRIC:
        fits = 0 <= at + step < len(attributes)
        return CardChanged((Move(path, at + step),), ("attributes", at + step)) if fits else CardChanged((), path)
    here = path[1] if isinstance(path[1], int) else 0
    if 0 <= at + step < len(mappings(dict(attributes[here]), "metrics")):
        return CardChanged((Move(path, at + step),), (*path[:-1], at + step))
    if not 0 <= here + step < len(attributes):
        return CardChanged((), path)
    return placed(
        value, path, here + step, 0 if step > 0 and mappings(dict(attributes[here + step]), "metrics") else None
    )


def weights_at(value: Value, path: Path) -> dict[int, Decimal]:
    """Return the weights of a list of attributes or metrics by place."""
    holder: Any = value
    for part in path[:-1]:
        holder = holder[part]
    found = mappings(holder, str(path[-1]))
    return {at: number_of(each.get("weight")) for at, each in enumerate(found)}


def spread(value: Value, path: Path, *, is_equal: bool = False) -> CardChanged:
    """Share what is missing to 100, or too much, in whole numbers by weight, or give all the same share."""
    weights = weights_at(value, path)
    whole = shared(dict.fromkeys(weights, Decimal(0)) if is_equal else weights)
    changes = tuple(Put((*path, at, "weight"), each) for at, each in whole.items() if Decimal(each) != weights[at])
    return CardChanged(changes, ())


def balanced(value: Value, path: Path) -> CardChanged:
    """Add what a list misses to 100 to one attribute or metric, or subtract what is too much."""
    at = path[-1] if isinstance(path[-1], int) else 0
    weights = weights_at(value, path[:-1])
    rest = (weights[at] + _WHOLE - sum(weights.values(), Decimal(0))).normalize()
    new = int(rest) if rest == rest.to_integral_value() else rest
    return CardChanged((Put((*path, "weight"), new),), ())


def _list_at(value: Value, path: Path) -> tuple[Change, ...]:
    """Return the change that makes a list where the document has none."""
    holder: Any = value
    for part in path[:-1]:
        holder = holder[part]
    return () if isinstance(holder.get(path[-1]), list) else (Put(path, []),)
