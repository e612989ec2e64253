"""Conditions on calls of tools: the tool, whether it succeeded, and what its arguments and result hold."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from msgspec import Struct

from auscult.domain.ai_agents.context import Call
from auscult.domain.errors import coded

Plain = str | int | float | bool


class FieldTest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Test of one field: every key that is there must hold. Numbers are compared as numbers, text without case."""

    equals: Plain | None = None
    one_of: tuple[Plain, ...] | None = None
    at_least: int | float | None = None
    at_most: int | float | None = None
    given: bool | None = None


class CallTest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Condition on a call. ``where`` has tests by field of the arguments, else of the result: ``order.total``."""

    name: str
    ok: bool | None = None
    where: dict[str, FieldTest] = {}

    def __hash__(self) -> int:
        """Hash what is tested, in any order."""
        return hash((self.name, self.ok, frozenset(self.where.items())))


def holds(test: CallTest, call: Call) -> bool:
    """Return whether a call is of the tool and passes every test."""
    if call.name != test.name or (test.ok is not None and call.ok is not test.ok):
        return False
    return all(_passes(field_in(call, field), each) for field, each in test.where.items())


def field_in(call: Call, field: str) -> object:
    """Return a field of the arguments, else of the result of a call; None where neither has it."""
    found = _of(call.arguments, field)
    result: object = call.result
    return _of(cast("Mapping[str, Any]", result), field) if found is None and isinstance(result, Mapping) else found


def faults(test: CallTest, name: str) -> Iterator[tuple[str, str]]:
    """Yield the faults of a condition on a call."""
    if not test.name.strip():
        yield f"{name}.name", coded("is empty; name a tool")
    for field, each in test.where.items():
        if each == FieldTest():
            keys = "equals, one_of, at_least, at_most, given"
            yield f"{name}.where.{field}", coded("tests nothing; give one of these, available: {list}", list=keys)


def _of(value: Mapping[str, Any], field: str) -> object:
    found: object = value
    for part in field.split("."):
        found = cast("Mapping[str, object]", found).get(part) if isinstance(found, Mapping) else None
    return found


def _passes(value: object, test: FieldTest) -> bool:
    if test.given is not None and (value not in (None, "", [], {})) is not test.given:
        return False
    if test.equals is not None and not _is_same(value, test.equals):
        return False
    if test.one_of is not None and not any(_is_same(value, each) for each in test.one_of):
        return False
    if test.at_least is None and test.at_most is None:
        return True
    number = _number(value)
    if number is None:
        return False
    return (test.at_least is None or number >= Decimal(str(test.at_least))) and (
        test.at_most is None or number <= Decimal(str(test.at_most))
    )


def _is_same(value: object, wanted: Plain) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    one, other = _number(value), _number(wanted)
    if one is not None and other is not None:
        return one == other
    return str(value).strip().casefold() == str(wanted).strip().casefold()


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
