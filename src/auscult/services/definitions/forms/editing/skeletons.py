"""New parts of a form: the least that has the keys that a part must have."""

from decimal import Decimal
from typing import Any, Literal, cast, get_args, get_origin

import msgspec

from auscult.metrics._contract import MetricType
from auscult.services.definitions.forms.document import Value
from auscult.services.definitions.forms.shape import options_of

GRADES: dict[str, Value] = {
    "scale": {"from": 0, "to": 5},
    "levels": [{"name": "None", "share": 0}, {"name": "Some", "share": 50}, {"name": "Full", "share": 100}],
    "choices": [{"name": "Good", "share": 100}, {"name": "Poor", "share": 0}],
    "number": [{"from": 0, "share": 0}, {"from": 1, "share": 100}],
}
"""Graded answers to begin with, by the key that holds them."""

_BEGIN: dict[str, Value] = {
    "Finding": {"speaker": "agent", "any_of": [{"phrases": []}]},
    "Finding of the customer": {"speaker": "customer", "any_of": [{"phrases": []}]},
    "Entry": {"phrases": []},
    "Window": {"first": "3 turns"},
    "WrittenScale": GRADES["scale"],
}

FINDINGS_OF_CUSTOMER = ("trigger", "not_when", "excused_when")
"""Keys of findings in which the customer speaks: who asks, and gives occasion for an excuse."""


def settings_skeleton(kind: MetricType[Any]) -> dict[str, Value]:
    """Return the keys that a metric of a type must have in addition to those of every metric."""
    return _required(kind.settings_type)


def skeleton(kind: Any, number: int = 1, key: object = None) -> Value:  # noqa: ANN401  (types are values here)
    """Return a value of a type to begin with, for a key; ``number`` makes ids that no other item of its list has."""
    only = next((each for each in options_of(kind) if each is not type(None)), str)
    if isinstance(only, type) and issubclass(only, msgspec.Struct):
        begin = _BEGIN.get(f"{only.__name__} of the customer" if key in FINDINGS_OF_CUSTOMER else only.__name__)
        return begin if begin is not None else _required(only, number)
    if get_origin(only) is Literal:
        return cast("Value", get_args(only)[0])
    if get_origin(only) is tuple:
        return []
    if only in (Decimal, int, float):
        return 0
    return only is not bool and ""


def _required(kind: type[msgspec.Struct], number: int = 1) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for field in msgspec.structs.fields(kind):
        key = field.encode_name
        if field.required:
            found[key] = f"{key}-{number}" if key in ("id", "code", "step") else skeleton(field.type)
    return found
