"""Changes that the builder of taxonomies posts: values of fields, and the actions of its buttons, made to the document."""

from collections.abc import Callable
from functools import partial

import msgspec

from auscult.domain.definitions.taxonomy import LEVELS
from auscult.domain.errors import RequestError
from auscult.language import gettext as _
from auscult.server.console.definitions.document_changes import (
    FIXING,
    appended,
    in_turn,
    removal,
    with_value,
)
from auscult.server.console.definitions.faults import path_text
from auscult.server.console.definitions.forms.editor_view import path_of
from auscult.server.console.definitions.scorecards.builder import Known
from auscult.server.console.definitions.scorecards.changes import Edit, picked, typed_changes, with_language
from auscult.server.console.definitions.taxonomies.builder import trail
from auscult.server.console.frame.naming import BETWEEN
from auscult.server.console.frame.posted import Given, one
from auscult.services.definitions.forms.document import Path, Value
from auscult.services.definitions.forms.editing.changes import Change, changed
from auscult.services.definitions.forms.editing.questions import value_of
from auscult.services.definitions.forms.editing.topics import (
    TopicChanged,
    placed,
    sentences_handed,
    stepped,
    topic_added,
    topic_at,
    topic_removed,
    topics_of,
)

_PARENT = ".parent"


def with_topic_changes(  # noqa: PLR0913, PLR0917  (all that is posted)
    data: Given, document: bytes, base: bytes, act: str, known: Known, words_of: Callable[[str, str], str]
) -> Edit:
    """Add what was typed, then make the changes of fields, then that of a button.

    ``words_of`` returns what was said in a turn as a document may have it. It may raise ``AuscultError``.
    """

    def add(text: bytes, name: str) -> bytes:
        found = _added(data, value_of(text), name.removeprefix("new:"), known)
        return changed(text, *found, base=base)

    def field(target: str, edit: Edit) -> Edit:
        if not target.endswith(_PARENT):
            return edit._replace(document=with_value(data, edit.document, base, target))
        values, above = value_of(edit.document), one(data, f"set:{target}")
        path = _topic(values, target.removesuffix(_PARENT))
        done = _possible(placed(values, path, _topic(values, above) if above else (), None))
        return Edit(changed(edit.document, *done.changes, base=base), path_text(done.path))

    typed = typed_changes(data, act, _PARENT, add, field)
    edit, refused = in_turn(Edit(document, one(data, "open")), typed, partial(_with_act, data, base, act, words_of))
    return edit._replace(refused=refused)


def _with_act(data: Given, base: bytes, act: str, words_of: Callable[[str, str], str], edit: Edit) -> Edit:
    """Make the change of a button."""
    document, opened = edit.document, edit.opened
    verb, _colon, target = act.partition(":")
    if verb == "open":
        return Edit(document, target)
    if act == "add:find":
        return Edit(document, _found(value_of(document), one(data, "new:find")) or opened)
    if verb in FIXING or verb == "remove":
        change = FIXING.get(verb, removal)
        return Edit(changed(document, *change(data, value_of(document), target), base=base), opened)
    if verb in ("example", "move"):
        path, conversation_id, turn_id = _spoken(target)
        if verb == "move":
            path = _named(value_of(document), one(data, f"to:{conversation_id}"))
        return _with_example(document, base, opened, path, words_of(conversation_id, turn_id))
    if verb in _ACTS:
        done = _ACTS[verb](value_of(document), target)
        document = changed(document, *done.changes, base=base)
        opened = path_text(done.path)
    return Edit(document, opened)


def _added(data: Given, values: Value, target: str, known: Known) -> tuple[Change, ...]:
    """Add sentences to a topic, one from each line, or a language."""
    path, given = path_of(target), data.get(f"new:{target}", "")
    typed = given if isinstance(given, str) else given[0]
    if target == "languages":
        return with_language(values, target, typed.strip(), known.languages) if typed.strip() else ()
    if path[-1] != "examples" or topic_at(values, path[:-1]) is None:
        raise _nothing_at(target)
    return appended(values, path, [each.strip() for each in typed.splitlines() if each.strip()])


def _found(values: Value, typed: str) -> str:
    """Return the path of the topic with a name or a sentence. Raises ``RequestError`` where there is none, or several."""
    if not typed:
        return ""
    topics = {path_text(each.path): each for each in topics_of(values)}
    names = {path: trail(values, each.path) for path, each in topics.items()}
    said = {
        path: names[path]
        for path, each in topics.items()
        if any(typed.casefold() in str(text).casefold() for text in _sentences(each.value.get("examples")))
    }
    own = {path: name for path, name in names.items() if typed.casefold() in name.casefold()}
    last = [path for path in own if own[path].rpartition(BETWEEN)[2].casefold() == typed.casefold()]
    if len(last) == 1:
        return last[0]
    return picked(own, typed, "") if own and typed in own.values() else _only({**said, **own}, typed)


def _only(found: dict[str, str], typed: str) -> str:
    if len(found) == 1:
        return next(iter(found))
    text = _("No topic and no sentence has {name}.")
    if found:
        text = _("Several topics have {name}: {list}. Choose one of them.")
    shown = ", ".join(list(found.values())[:5])
    raise RequestError(text.format(name=typed, list=shown), code="field.unknown_value", field="new")


def _spoken(target: str) -> tuple[str, str, str]:
    """Return the path of the topic that a turn is listed at, if any, its conversation and its id, as a button sends them."""
    try:
        return msgspec.json.decode(target, type=tuple[str, str, str])
    except msgspec.DecodeError as error:
        raise _nothing_at(target) from error


def _named(values: Value, typed: str) -> str:
    """Return the path of the topic that a sentence moves to. Raises ``RequestError`` where there is none."""
    if not typed:
        raise RequestError(_("choose the topic that the sentence belongs to"), code="field.missing", field="act")
    names = {path_text(each.path): trail(values, each.path) for each in topics_of(values)}
    return picked(names, typed, _("There is no topic {name} here. Choose one of the list."))


def _with_example(document: bytes, base: bytes, opened: str, target: str, words: str) -> Edit:
    """Add words to the sentences of a topic. Raises ``RequestError`` where it has them, or has topics below it."""
    values = value_of(document)
    path = _topic(values, target)
    topic, name = topic_at(values, path) or {}, trail(values, path)
    if topic.get("topics"):
        message = _("{topic} has topics below it; choose one of them").format(topic=name)
        raise RequestError(message, code="field.unknown_value", field="act")
    changes = appended(values, (*path, "examples"), [words])
    if not changes:
        message = _("{topic} has this sentence already: {words}").format(topic=name, words=words)
        raise RequestError(message, code="field.out_of_range", field="act")
    said = _("Added to {topic}: {words}").format(topic=name, words=words)
    return Edit(changed(document, *changes, base=base), opened, note=said)


def _sentences(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []  # type: ignore[reportUnknownArgumentType]


def _topic(values: Value, target: str) -> Path:
    """Return the path of a topic. Raises ``RequestError`` where the taxonomy has none there."""
    path = path_of(target)
    if topic_at(values, path) is None:
        raise _nothing_at(target)
    return path


def _nothing_at(target: str) -> RequestError:
    return RequestError(f"the taxonomy has no topic {target!r}", code="field.unknown_value", field="act")


def _possible(done: TopicChanged | None) -> TopicChanged:
    if done is None:
        text = _("It cannot be there: topics have {n} levels, and none is below itself.")
        raise RequestError(text.format(n=LEVELS), code="field.out_of_range", field="act")
    return done


def _put_at(values: Value, target: str) -> TopicChanged:
    """Read ``path/target/where``: a topic comes before another one, or ``in`` it."""
    at, onto, where = (*target.split("/", 2), "", "")[:3]
    path = _topic(values, at)
    if not onto or onto == at:
        return TopicChanged((), path)
    other = _topic(values, onto)
    last = other[-1] if isinstance(other[-1], int) else 0
    inside = placed(values, path, other, None) if where == "in" else None
    return inside or _possible(placed(values, path, other[:-2], last))


def _new(values: Value, target: str) -> TopicChanged:
    above = _topic(values, target) if target else ()
    return topic_added(values, above, _("New topic"))


_ACTS: dict[str, Callable[[Value, str], TopicChanged]] = {
    "topic": _new,
    "delete": lambda values, target: topic_removed(values, _topic(values, target)),
    "up": lambda values, target: stepped(values, _topic(values, target), "up"),
    "down": lambda values, target: stepped(values, _topic(values, target), "down"),
    "in": lambda values, target: stepped(values, _topic(values, target), "in"),
    "out": lambda values, target: stepped(values, _topic(values, target), "out"),
    "place": _put_at,
    "hand": lambda values, target: sentences_handed(values, _topic(values, target)),
}
