"""Changes that the builder of scorecards posts: values of fields, and the actions of its buttons, made to the document."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from auscult.domain.errors import AuscultError, RequestError
from auscult.language import gettext as _
from auscult.server.console.definitions.document_changes import (
    FIXING,
    appended,
    fields_changed,
    in_turn,
    length_of,
    removal,
    with_value,
    with_words,
)
from auscult.server.console.definitions.faults import path_text
from auscult.server.console.definitions.forms.editor_view import path_of
from auscult.server.console.definitions.scorecards.builder import Known
from auscult.server.console.frame.posted import Given, one
from auscult.services.definitions.forms.document import NONE, Path, Value, value_at
from auscult.services.definitions.forms.editing.cards import (
    CardChanged,
    attribute_added,
    attribute_id,
    balanced,
    metric_added,
    part_removed,
    placed,
    spread,
    stepped,
)
from auscult.services.definitions.forms.editing.changes import Change, Put, changed
from auscult.services.definitions.forms.editing.questions import mappings, value_of

_METRIC, _ATTRIBUTE = 4, 2
"""Parts of the paths of a metric and of an attribute."""
_HOLDER = ".attribute"
"""End of the path of the field that moves a metric to another attribute."""
_MOST_NAMED = 5


class Edit(NamedTuple):
    """A document after changes, the path of the part that is open, empty without one, and the first change that was refused.

    ``note`` is what was done, where the page does not show it.
    """

    document: bytes
    opened: str
    refused: AuscultError | None = None
    note: str = ""


def with_card_changes(data: Given, document: bytes, base: bytes, act: str, known: Known) -> Edit:
    """Add what was typed, then make the changes of fields, then that of a button."""

    def add(text: bytes, name: str) -> bytes:
        found = _added(data, value_of(text), name.removeprefix("new:"), known)
        return changed(text, *found, base=base)

    def field(target: str, edit: Edit) -> Edit:
        if not target.endswith(_HOLDER):
            return edit._replace(document=_with_field(data, edit.document, base, target))
        values = value_of(edit.document)
        path = _part(values, target.removesuffix(_HOLDER), _METRIC)
        done = placed(values, path, _attribute(values, one(data, f"set:{target}")), None)
        return Edit(changed(edit.document, *done.changes, base=base), path_text(done.path))

    typed = typed_changes(data, act, _HOLDER, add, field)
    edit, refused = in_turn(Edit(document, one(data, "open")), typed, partial(_with_act, data, base, act, known))
    return edit._replace(refused=refused)


def typed_changes(
    data: Given, act: str, moves: str, add: Callable[[bytes, str], bytes], field: Callable[[str, Edit], Edit]
) -> Iterator[Callable[[Edit], Edit]]:
    """Yield the changes that were typed: words that are added, then fields; those that end with ``moves`` go last."""
    yield lambda edit: edit._replace(document=with_words(data, act, edit.document, add))
    for target in sorted(fields_changed(data), key=lambda each: each.endswith(moves)):
        yield partial(field, target)


def _with_act(data: Given, base: bytes, act: str, known: Known, edit: Edit) -> Edit:
    """Make the change of a button."""
    document, opened = edit.document, edit.opened
    verb, _colon, target = act.partition(":")
    if verb == "open":
        return Edit(document, target)
    if verb == "remove":
        return Edit(changed(document, *_removed(data, value_of(document), value_of(base), target), base=base), opened)
    if verb in FIXING:
        return Edit(changed(document, *FIXING[verb](data, value_of(document), target), base=base), opened)
    if verb in _ACTS:
        done = _ACTS[verb](value_of(document), target, known)
        document = changed(document, *done.changes, base=base)
        opened = path_text(done.path) if done.path or verb == "delete" else opened
    return Edit(document, opened)


def picked(names: Mapping[str, str], typed: str, missing: str) -> str:
    """Return the id of what was typed or picked: a name, or the id itself. Raises ``RequestError`` for anything else.

    ``missing``: the sentence for it, with ``{name}``.
    """
    if typed in names:
        return typed
    found = [each for each, name in names.items() if name.casefold() == typed.casefold()]
    if not found:
        parts = [each for each, name in names.items() if typed.casefold() in name.casefold()]
        found = parts if len(parts) == 1 else []
        if len(parts) > 1:
            text = _("Several have {name} in their name: {list}. Choose one of them.")
            shown = ", ".join(names[each] for each in parts[:_MOST_NAMED])
            raise RequestError(text.format(name=typed, list=shown), code="field.unknown_value", field="new")
    if not found:
        raise RequestError(missing.format(name=typed), code="field.unknown_value", field="new")
    return found[0]


def with_language(values: Value, target: str, typed: str, known: Mapping[str, str]) -> tuple[Change, ...]:
    """Add a language to those of a document, which are English where it names none."""
    code = picked(known, typed, _("There is no language {name} here. Choose one of the list."))
    return _put_into(values, path_of(target), code)


def _with_field(data: Given, document: bytes, base: bytes, target: str) -> bytes:
    path, values = path_of(target), value_of(document)
    also: tuple[Change, ...] = ()
    if len(path) == _ATTRIBUTE + 1 and path[::2] == ("attributes", "name") and one(data, f"set:{target}"):
        also = _id_of_new(values, value_of(base), path[:-1], one(data, f"set:{target}"))
    return with_value(data, document, base, target, also)


def _id_of_new(values: Value, stored: Value, path: Path, name: str) -> tuple[Change, ...]:
    """Let the id of an attribute follow its name until the scorecard is stored: nothing refers to it before."""
    attributes = mappings(values, "attributes")
    attribute = attributes[int(path[-1])] if int(path[-1]) < len(attributes) else {}
    current = str(attribute.get("id"))
    is_stored = any(str(each.get("id")) == current for each in mappings(stored, "attributes"))
    if is_stored or not current.startswith(attribute_id(str(attribute.get("name") or ""), [])):
        return ()
    return (Put((*path, "id"), attribute_id(name, [each for each in attributes if each is not attribute])),)


def _added(data: Given, values: Value, target: str, known: Known) -> tuple[Change, ...]:
    """Add what was picked to a list: a metric to an attribute, an agent, or a language."""
    typed, path = one(data, f"new:{target}"), path_of(target)
    if not typed:
        return ()
    if target == "languages":
        return with_language(values, target, typed, known.languages)
    if target == "agents":
        agent = picked(known.agents, typed, _("There is no agent {name} here. Choose one of the list."))
        current = value_at(values, path)
        return (Put(path, [agent]),) if current == ["*"] else _put_into(values, path, agent)
    if len(path) != _ATTRIBUTE + 1:
        raise _nothing_at(target)
    names = {each: info.name for each, info in known.metrics.items()}
    metric = picked(names, typed, _("No form in force has a question {name}. Choose one of the list."))
    attribute = _attribute(values, str(path[1]))
    for holder in mappings(values, "attributes"):
        if any(each.get("metric") == metric for each in mappings(dict(holder), "metrics")):
            text = _("{name} is in this scorecard already, in {attribute}.")
            raise RequestError(
                text.format(name=names[metric], attribute=holder.get("name") or holder.get("id")),
                code="field.unknown_value",
                field="new",
            )
    return metric_added(values, attribute, metric).changes


def _put_into(values: Value, path: Path, new: str) -> tuple[Change, ...]:
    current = value_at(values, path)
    return () if isinstance(current, list) and new in current else appended(values, path, [new])


def _removed(data: Given, values: Value, stored: Value, target: str) -> tuple[Change, ...]:
    """Remove a picked agent or language. Without agents, the scorecard is of all, as the stored one says it."""
    path = path_of(target)
    if path[0] == "agents" and length_of(value_at(values, ("agents",))) == 1:
        everyone = value_at(stored, ("agents",))
        if everyone == ["*"]:
            return (Put(("agents",), ["*"]),)
    if value_at(values, path) is NONE:
        raise _nothing_at(target)
    return removal(data, values, target)


def _attribute(values: Value, target: str) -> int:
    """Return the place of an attribute. Raises ``RequestError`` where the scorecard has none there."""
    if not target.isdecimal() or int(target) >= len(mappings(values, "attributes")):
        raise _nothing_at(target)
    return int(target)


def _part(values: Value, target: str, *lengths: int) -> Path:
    """Return the path of an attribute or a metric. Raises ``RequestError`` where the scorecard has none there."""
    path = path_of(target)
    if len(path) not in lengths or not isinstance(path[-1], int) or value_at(values, path) is NONE:
        raise _nothing_at(target)
    return path


def _nothing_at(target: str) -> RequestError:
    return RequestError(f"the scorecard has no part {target!r}", code="field.unknown_value", field="act")


def _put_at(values: Value, target: str, known: Known) -> CardChanged:
    """Read ``path/before/attribute``; a metric that is not in the scorecard has its id behind a plus in place of a path."""
    at, before, attribute = (*target.split("/", 2), "", "")[:3]
    into = _attribute(values, attribute)
    here = _part(values, before, _METRIC) if len(path_of(before)) == _METRIC else None
    index = here[-1] if here and here[1] == into and isinstance(here[-1], int) else None
    if not at.startswith("+"):
        return placed(values, _part(values, at, _METRIC), into, index)
    if at[1:] not in known.metrics:
        raise _nothing_at(at)
    return metric_added(values, into, at[1:], index)


def _list_path(values: Value, target: str) -> Path:
    path = path_of(target)
    if length_of(value_at(values, path)) is None or path[-1] not in ("attributes", "metrics"):
        raise _nothing_at(target)
    return path


_ACTS: dict[str, Callable[[Value, str, Known], CardChanged]] = {
    "attribute": lambda values, _target, _known: attribute_added(values, _("New attribute")),
    "delete": lambda values, target, _known: part_removed(_part(values, target, _METRIC, _ATTRIBUTE)),
    "up": lambda values, target, _known: stepped(values, _part(values, target, _METRIC, _ATTRIBUTE), -1),
    "down": lambda values, target, _known: stepped(values, _part(values, target, _METRIC, _ATTRIBUTE), 1),
    "place": _put_at,
    "spread": lambda values, target, _known: spread(values, _list_path(values, target)),
    "equal": lambda values, target, _known: spread(values, _list_path(values, target), is_equal=True),
    "balance": lambda values, target, _known: balanced(values, _part(values, target, _METRIC, _ATTRIBUTE)),
}
