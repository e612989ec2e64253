"""Changes that the wizard of connectors posts: values of fields, and the actions of its buttons, made to the document."""

import glob
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast
from urllib.parse import unquote

from auscult.domain.connectors.document import PULLED, Kind, kind_of
from auscult.domain.connectors.parts import PARTS, parts_of, place_of
from auscult.domain.errors import AuscultError, RequestError
from auscult.formats.tables._described import NAMES
from auscult.server.console.connectors.wizard_view import IT_IS_WRITTEN, KINDS, WHO, id_of
from auscult.server.console.definitions.document_changes import (
    FIXING,
    appended,
    fields_changed,
    in_turn,
    removal,
    typed,
    with_words,
)
from auscult.server.console.frame.posted import Given, lines, one
from auscult.services.definitions.forms.document import NONE, Path, Value, value_at
from auscult.services.definitions.forms.editing.changes import Change, Put, Remove, changed
from auscult.services.definitions.forms.editing.questions import value_of
from auscult.services.definitions.forms.editing.writing import written

_PLACE = "place."
_MAPPING = "mapping"
_QUEUES = (_MAPPING, "queues")
_COLUMNS = ("options", "columns")
_WORDS = (("include",), ("exclude",))
"""Lists of words, which a field adds to."""
_MOST_WORDS = 200


def new_connector(name: str, kind: str) -> bytes:
    """Return the document of a connector of a kind of place, without its address. Raises ``RequestError``."""
    found = _kind_of(kind)
    place, how = place_of(found, {}), PULLED.get(found, "described")
    return f"name: {written(name)}\nplace: {written(place)}\nformat: {written(how)}\nevery: 1h\n".encode()


def with_connector_changes(  # noqa: PLR0913, PLR0917  (all that changes follow from)
    data: Given, document: bytes, base: bytes, act: str, names: Mapping[str, Mapping[str, str]], seen: tuple[str, ...]
) -> tuple[bytes, AuscultError | None]:
    """Add what was typed, then make the changes of fields, then that of a button; return it with the first refusal.

    ``names`` are those of the app's queues and agents by their ids; ``seen`` are the queues of the source, as the page shows them.
    """

    def add(text: bytes, name: str) -> bytes:
        path = (name.removeprefix("new:"),)
        if path not in _WORDS:
            raise _nothing_at(name)
        return changed(text, *appended(value_of(text), path, lines(data, name)[:_MOST_WORDS]), base=base)

    def words(text: bytes) -> bytes:
        return with_words(data, act, text, add)

    def field(target: str, text: bytes) -> bytes:
        return _with_field(data, text, base, target, names)

    def place(text: bytes) -> bytes:
        return _with_place(data, text, base)

    fields = fields_changed(data)
    others = [partial(field, each) for each in fields if not each.startswith(_PLACE)]
    places = [place] if any(each.startswith(_PLACE) for each in fields) else []
    button = partial(_with_act, data, base, act, names, seen)
    return in_turn(document, (words, *others, *places), button)


def _with_act(  # noqa: PLR0913, PLR0917  (all that it follows from)
    data: Given,
    base: bytes,
    act: str,
    names: Mapping[str, Mapping[str, str]],
    seen: tuple[str, ...],
    document: bytes,
) -> bytes:
    """Make the change of a button."""
    verb, _colon, target = act.partition(":")
    if verb in FIXING:
        document = changed(document, *FIXING[verb](data, value_of(document), target), base=base)
    elif verb in _ACTS:
        changes = _ACTS[verb](value_of(document), target)
        document = changed(document, *changes, base=base) if changes else document
    elif verb == "remove" and (target.partition(".")[0],) in _WORDS:
        path = _path(target)
        if value_at(value_of(document), path) is NONE:
            raise _nothing_at(target)
        document = changed(document, *removal(data, value_of(document), target), base=base)
    elif verb == "keep":
        document = _with_kept(document, base, seen, names["queues"])
    return document


def _kind_of(given: str) -> Kind:
    """Return the kind of place that is called so. Raises ``RequestError`` where there is none."""
    found: Kind | None = next((each for each in KINDS if each == given), None)
    if found is None:
        raise _nothing_at(given)
    return found


def _path(target: str) -> Path:
    """Read the path of a field; a part behind ``~`` is a key of the source."""
    return tuple(
        unquote(part[1:]) if part.startswith("~") else int(part) if part.isdecimal() else part
        for part in target.split(".")
    )


def _with_field(
    data: Given, document: bytes, base: bytes, target: str, names: Mapping[str, Mapping[str, str]]
) -> bytes:
    path, given, values = _path(target), one(data, f"set:{target}"), value_of(document)
    default = one(data, f"un:{target}") if f"un:{target}" in data else ""
    is_there = value_at(values, path) is not NONE
    if path[0] == _MAPPING and path[1] in names:
        change = _target_set(values, path, given, names[str(path[1])])
    elif path[:2] == _COLUMNS and given != default:
        change = (_set(values, path, given),)  # an empty one says that no column holds it, whatever its name tells
    elif given == default or not given:
        change = _unset(values, path) if is_there else ()
    else:
        change = (_set(values, path, typed(given, one(data, f"as:{target}", "any"))),)
    return changed(document, *change, base=base) if change else document


def _with_place(data: Given, document: bytes, base: bytes) -> bytes:
    kind = kind_of(str(value_at(value_of(document), ("place",))))
    if kind is None:
        raise _nothing_at("place")
    parts = {name: one(data, f"set:{_PLACE}{name}") for name in PARTS[kind]}
    whole = next((each for each in parts.values() if kind_of(each) == kind), None)
    if whole:  # the whole address was pasted into one field
        parts |= {name: value for name, value in parts_of(whole).items() if value or parts[name] == whole}
    return changed(document, Put(("place",), place_of(kind, parts)), base=base)


def _set(values: Value, path: Path, value: Value) -> Change:
    """Set a value, with the mappings around it that are not there yet."""
    for depth in range(1, len(path)):
        if not isinstance(value_at(values, path[:depth]), dict):
            for part in reversed(path[depth:]):
                value = {str(part): value}
            return Put(path[:depth], value)
    return Put(path, value)


def _unset(values: Value, path: Path) -> tuple[Change, ...]:
    """Remove a key, with the mappings around it that it leaves empty."""
    while len(path) > 1 and len(cast("dict[str, Any]", value_at(values, path[:-1]))) == 1:
        path = path[:-1]
    return (Remove(path),)


def _target_set(values: Value, path: Path, given: str, names: Mapping[str, str]) -> tuple[Change, ...]:
    if not given:
        return _unset(values, path) if value_at(values, path) is not NONE else ()
    return (_set(values, path, _target(id_of(names, given), names)),)


def _target(one: str, names: Mapping[str, str]) -> Value:
    return {"id": one, "name": names[one]} if names.get(one, one) != one else one


def _with_kept(document: bytes, base: bytes, seen: tuple[str, ...], queues: Mapping[str, str]) -> bytes:
    """Keep the queues of the source that are not in the table under their own names."""
    for queue in seen:
        values = value_of(document)
        if queue and value_at(values, (*_QUEUES, queue)) is NONE:
            document = changed(document, _set(values, (*_QUEUES, queue), _target(queue, queues)), base=base)
    return document


def _kind(values: Value, target: str) -> tuple[Change, ...]:
    """Choose another kind of place: its address begins empty, and what only the former needs goes."""
    before = kind_of(str(value_at(values, ("place",))))
    kind = _kind_of(target)
    if kind == before:
        return ()
    changes: list[Change] = [Put(("place",), place_of(kind, {}))]
    right = PULLED.get(kind)
    if right or (before and before in PULLED):
        changes.append(Put(("format",), right or "described"))
    if value_at(values, ("access",)) is not NONE:
        changes.append(Remove(("access",)))
    return tuple(changes)


def _use(values: Value, target: str) -> tuple[Change, ...]:
    what, _slash, column = target.partition("/")
    if what not in NAMES or not column.startswith("~"):
        raise _nothing_at(target)
    return (_set(values, (*_COLUMNS, what), unquote(column[1:])),)


def _is(values: Value, target: str) -> tuple[Change, ...]:
    who, _slash, value = target.partition("/")
    if who not in WHO or not value.startswith("~"):
        raise _nothing_at(target)
    return (_set(values, ("options", "speakers", unquote(value[1:])), who),)


def _write(values: Value, target: str) -> tuple[Change, ...]:
    if target not in IT_IS_WRITTEN:
        raise _nothing_at(target)
    option, _slash, answer = target.partition("/")
    return (_set(values, ("options", option), answer),)


def _leave(values: Value, target: str) -> tuple[Change, ...]:
    if not target.startswith("~"):
        raise _nothing_at(target)
    return appended(values, ("exclude",), [glob.escape(unquote(target[1:]))])


def _nothing_at(target: str) -> RequestError:
    return RequestError(f"the connector has no part {target!r}", code="field.unknown_value", field="act")


_ACTS: dict[str, Callable[[Value, str], tuple[Change, ...]]] = {
    "kind": _kind,
    "use": _use,
    "is": _is,
    "leave": _leave,
    "write": _write,
}
