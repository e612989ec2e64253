"""Changes that the builder posts: values of fields, and the actions of its buttons, made to the document."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import msgspec

from auscult.domain.errors import AuscultError, RequestError
from auscult.domain.form import derive_metric_id
from auscult.language import gettext as _
from auscult.metrics import METRICS
from auscult.metrics._finding.language import KINDS
from auscult.server.console.definitions.document_changes import (
    FIXING,
    appended,
    fields_changed,
    in_turn,
    length_of,
    removal,
    row_moved,
    with_value,
    with_words,
    words_added,
)
from auscult.server.console.definitions.forms.editor_view import path_of
from auscult.server.console.frame.posted import Given, lines, one
from auscult.services.definitions.forms.document import Path, Value, value_at
from auscult.services.definitions.forms.edit import with_pack
from auscult.services.definitions.forms.editing.changes import Change, Insert, Put, Remove, changed
from auscult.services.definitions.forms.editing.questions import (
    Changed,
    added,
    answered_by,
    derive_section_id,
    duplicated,
    free_id,
    graded_by,
    mappings,
    placed,
    removed,
    section_added,
    section_moved,
    section_removed,
    spread,
    stepped,
    value_of,
)
from auscult.services.definitions.forms.editing.ready import with_ready
from auscult.services.definitions.forms.editing.sentences import NEW, words_filled_in
from auscult.services.definitions.forms.editing.skeletons import skeleton
from auscult.services.definitions.forms.reading import WrittenForm, WrittenMetric
from auscult.services.definitions.forms.shape import options_of

_QUESTION = 3
"""Parts of the path of a key of a question or a section: metrics or sections, its place, the key."""
_SECTION = "sections."
"""The beginning of the path of a section."""


class Edit(NamedTuple):
    """A document after changes, what is open or was moved, and the first change that was refused.

    ``opened`` is the place of a question, or the path of a section.
    """

    document: bytes
    opened: int | str | None
    refused: AuscultError | None = None


def with_changes(data: Given, document: bytes, base: bytes, act: str) -> Edit:
    """Add the words that were typed, then make the changes of fields, then that of a button."""
    opened = int(one(data, "open")) if one(data, "open").isdecimal() else None

    def words(edit: Edit) -> Edit:
        return edit._replace(document=with_words(data, act, edit.document, partial(_with_new, data, base)))

    def field(target: str, edit: Edit) -> Edit:
        return edit._replace(document=_with_field(data, edit.document, base, target))

    typed = (words, *(partial(field, target) for target in fields_changed(data)))
    edit, refused = in_turn(Edit(document, opened), typed, partial(_with_act, data, base, act))
    return edit._replace(refused=refused)


def _with_new(data: Given, base: bytes, document: bytes, name: str) -> bytes:
    """Add the words, or the ready list of words, of a field."""
    kind, _colon, target = name.partition(":")
    if kind == "pack":
        return with_pack(document, path_of(target), one(data, name))
    return changed(document, *_words_added(data, value_of(document), target), base=base)


def _with_act(data: Given, base: bytes, act: str, edit: Edit) -> Edit:
    """Make the change of a button."""
    document, opened, _refused = edit
    verb, _colon, target = act.partition(":")
    if verb == "open":
        return Edit(document, int(target) if target.isdecimal() else None)
    if target.startswith(_SECTION) and verb in _OF_SECTIONS:
        return _with_section(document, base, verb, target)
    if verb in _ACTS:
        document = changed(document, *_ACTS[verb](data, value_of(document), target), base=base)
    elif verb in _OF_QUESTIONS:
        done = _OF_QUESTIONS[verb](value_of(document), target)
        document = changed(document, *done.changes, base=base)
        opened = done.place if done.place is not None or verb == "delete" else opened
    return Edit(document, opened)


def _with_section(document: bytes, base: bytes, verb: str, target: str) -> Edit:
    """Move or remove a section. Raises ``RequestError`` where the form has none there."""
    value = value_of(document)
    at, _slash, rest = target.removeprefix(_SECTION).partition("/")
    if not at.isdecimal() or int(at) >= len(mappings(value, "sections")):
        raise RequestError(f"the form has no section {at!r}", code="field.unknown_value", field="act")
    done, place = _OF_SECTIONS[verb](value, int(at), rest.rpartition("/")[2])
    return Edit(changed(document, *done.changes, base=base), None if place is None else f"{_SECTION}{place}")


def _with_field(data: Given, document: bytes, base: bytes, target: str) -> bytes:
    """Set the value of a field; a key that the field leaves at its default is not written, unless the base has it."""
    path, text = path_of(target), one(data, f"set:{target}")
    values = value_of(document)
    if len(path) == _QUESTION and path[0] == "metrics" and path[2] in ("type", "answers"):
        place, stored = int(path[1]), _stored(values, value_of(base), int(path[1]))
        if path[2] == "type":
            if text not in METRICS and stored.get("type") != text:
                raise RequestError(f"there is no type of question {text!r}", code="field.unknown_value", field="type")
            done = answered_by(values, place, text, METRICS, stored if stored.get("type") == text else {})
        else:
            done = graded_by(values, place, text, stored)
        return changed(document, *done.changes, base=base)
    also = (*_id_of_new(values, value_of(base), path, text), *_no_empty_words(values, path))
    return with_value(data, document, base, target, also)


def _stored(values: Value, stored: Value, place: int) -> Mapping[str, Value]:
    """Return a question as it is stored; without keys where it is new."""
    metrics = mappings(values, "metrics")
    now = metrics[place] if place < len(metrics) else {}
    key = "id" if now.get("id") is not None else "name"
    found = [each for each in mappings(stored, "metrics") if now and each.get(key) == now.get(key)]
    return found[0] if found else {}


def _id_of_new(values: Value, stored: Value, path: Path, name: str) -> tuple[Change, ...]:
    """Let the id of a question or a section follow its name until the form is stored; its questions go with a section."""
    derived = _IDS.get(str(path[0]))
    if len(path) != _QUESTION or derived is None or path[2] != "name" or not name:
        return ()
    key, at = str(path[0]), int(path[1])
    others = mappings(values, key)
    own = others[at] if at < len(others) else {}
    current = own.get("id")
    is_stored = any(each.get("id") == current for each in mappings(stored, key))
    if current is None or is_stored or not str(current).startswith(derived(str(own.get("name")))):
        return ()
    new = free_id([each for each in others if each is not own], derived(name))
    inside = [n for n, each in enumerate(mappings(values, "metrics")) if each.get("section") == current]
    along = (Put(("metrics", n, "section"), new) for n in inside if key == "sections")
    return (Put((*path[:-1], "id"), new), *along)


def _no_empty_words(values: Value, path: Path) -> tuple[Change, ...]:
    """Remove the empty words that a new condition begins with, where it becomes one of another kind: it has exactly one."""
    words = (*path[:-1], "phrases")
    is_other = len(path) > 1 and path[-1] in KINDS and path != words
    return (Remove(words),) if is_other and value_at(values, words) == [] else ()


def _words_added(data: Given, values: Value, target: str) -> tuple[Change, ...]:
    """Add words to a list; a new condition with them has no other words."""
    if NEW in (path := path_of(target)):
        return words_filled_in(values, path, lines(data, f"new:{target}"))
    found = words_added(data, values, target)
    return (*found, *(_no_empty_words(values, path) if found else ()))


def _filled_in(_data: Given, values: Value, target: str) -> tuple[Change, ...]:
    """Read ``path=words``, which the words of a question propose."""
    path, _equals, words = target.partition("=")
    return words_filled_in(values, path_of(path), [words])


def _new_part(_data: Given, values: Value, target: str) -> tuple[Change, ...]:
    """Add a row to a list, or a part that has keys of its own, with the least that it needs."""
    path = path_of(target)
    kind, length = _type_at(values, path), length_of(value_at(values, path))
    if length is not None:
        return (Insert((*path, length), skeleton(_item(kind), length + 1)),)
    begin = skeleton(kind, key=path[-1])
    return (Put(path, [skeleton(_item(kind))] if begin == [] else begin),)


def _queue(_data: Given, values: Value, target: str) -> tuple[Change, ...]:
    """Let the form score the conversations of one more queue."""
    return appended(values, ("assignments",), [{"queue": target, "direction": "both"}])


def _item(kind: Any) -> Any:  # noqa: ANN401  (types are values here)
    return next((arg for each in options_of(kind) for arg in getattr(each, "__args__", ())), str)


def _type_at(values: Value, path: Path) -> Any:  # noqa: ANN401
    """Return the type of the value at a path of a form. Raises ``RequestError`` for a path that no form has."""
    kind: Any = WrittenForm
    for depth, part in enumerate(path):
        if isinstance(part, int):
            kind = _item(kind)
        elif path[:1] == ("metrics",) and depth == _QUESTION - 1:
            metric = mappings(values, "metrics")[int(path[1])]
            own = METRICS[str(metric.get("type"))].settings_type if metric.get("type") in METRICS else WrittenMetric
            kind = _fields(own).get(part) or _fields(WrittenMetric).get(part)
        elif path[:1] != ("metrics",) or depth >= _QUESTION:
            struct = next((each for each in options_of(kind) if isinstance(each, type)), None)
            kind = (
                _fields(struct).get(part) if isinstance(struct, type) and issubclass(struct, msgspec.Struct) else None
            )
        if kind is None:
            raise RequestError(f"no form has {'.'.join(map(str, path))}", code="field.unknown_value", field="path")
    return kind


def _fields(kind: Any) -> dict[str, Any]:  # noqa: ANN401
    return {field.encode_name: field.type for field in msgspec.structs.fields(kind)}


_ACTS: dict[str, Callable[[Given, Value, str], tuple[Change, ...]]] = {
    "remove": removal,
    "part": _new_part,
    "queue": _queue,
    "fill": _filled_in,
    **FIXING,
    "rowup": row_moved(-1),
    "rowdown": row_moved(1),
}


def _place(value: Value, target: str) -> int:
    """Return the place of a question. Raises ``RequestError`` where the form has none there."""
    if not target.isdecimal() or int(target) >= len(mappings(value, "metrics")):
        raise RequestError(f"the form has no question {target!r}", code="field.unknown_value", field="act")
    return int(target)


def _put_at(value: Value, target: str) -> Changed:
    """Read ``place/before/section``."""
    at, before, section = (*target.split("/", 2), "", "")[:3]
    is_question = before and not before.startswith(_SECTION)
    return placed(value, _place(value, at), _place(value, before) if is_question else None, section)


def _copy(value: Value, target: str) -> Changed:
    at = _place(value, target)
    name = _("{name}, copy").format(name=mappings(value, "metrics")[at].get("name", ""))
    return duplicated(value, at, name)


def _ready(value: Value, target: str) -> Changed:
    """Add the ready question ``language/id`` to the section that follows, or to the last one."""
    language, metric, section = (*target.split("/", 2), "", "")[:3]
    sections = [str(each.get("id", "")) for each in mappings(value, "sections")]
    last = sections[-1] if sections else ""
    return with_ready(value, f"{language}/{metric}", section if section in sections else last)


def _section_stepped(step: int) -> Callable[[Value, int, str], tuple[Changed, int | None]]:
    """Return the action that moves a section by one place up (-1) or down (1)."""

    def move(value: Value, at: int, _rest: str) -> tuple[Changed, int]:
        done = section_moved(value, at, at + step)
        return done, at + step if done.changes else at

    return move


def _section_put(value: Value, at: int, onto: str) -> tuple[Changed, int]:
    """Move a section to where another one is; before all others where that is none."""
    to = next((n for n, each in enumerate(mappings(value, "sections")) if each.get("id") == onto), 0)
    return section_moved(value, at, to), to


_OF_QUESTIONS: dict[str, Callable[[Value, str], Changed]] = {
    "question": lambda value, target: added(value, target, _("New question")),
    "ready": _ready,
    "copy": _copy,
    "delete": lambda value, target: removed(value, _place(value, target)),
    "up": lambda value, target: stepped(value, _place(value, target), -1),
    "down": lambda value, target: stepped(value, _place(value, target), 1),
    "place": _put_at,
    "section": lambda value, _target: section_added(value, _("New section")),
    "spread": lambda value, _target: spread(value),
}
_OF_SECTIONS: dict[str, Callable[[Value, int, str], tuple[Changed, int | None]]] = {
    "up": _section_stepped(-1),
    "down": _section_stepped(1),
    "place": _section_put,
    "delete": lambda value, at, _rest: (section_removed(value, at), None),
}
_IDS: dict[str, Callable[[str], str]] = {"metrics": derive_metric_id, "sections": derive_section_id}
"""How an id is made of a name."""
