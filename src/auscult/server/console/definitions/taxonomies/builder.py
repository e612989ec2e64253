"""The builder of taxonomies: the tree of topics, the fields of the open one, and what holds for the whole."""

from collections.abc import Mapping
from typing import Any, cast

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.definitions.taxonomy import LEVELS
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.definitions.faults import Faults, path_text
from auscult.server.console.definitions.forms.builder import Control
from auscult.server.console.definitions.forms.editor_view import path_of
from auscult.server.console.definitions.scorecards.builder import Known, field_of, words_of
from auscult.server.console.frame.meanings import meaning_of
from auscult.server.console.frame.naming import BETWEEN
from auscult.services.definitions.forms.document import Document, Path, Value
from auscult.services.definitions.forms.editing.questions import mappings
from auscult.services.definitions.forms.editing.topics import depth_of, level_of, topics_of
from auscult.services.definitions.taxonomies import LONGEST_DESCRIPTION


class TopicRow(Struct, frozen=True, kw_only=True):
    """One topic with those below it. The fields are only of the open one.

    ``trail`` is its name with those above it; ``sentences`` are its examples, a field each; ``can_hand``: they belong to the topics below it.
    """

    path: str
    trail: str
    title: str
    level: int
    name: Control
    summary: str
    marks: tuple[tuple[str, str], ...]
    below: tuple["TopicRow", ...]
    is_open: bool
    can_add: bool
    description: Control | None
    parent: Control | None
    resolution: Control | None
    sentences: tuple[Control, ...]
    problems: tuple[str, ...]
    can_hand: bool
    has_sentences: bool


class TreeBuilder(Struct, frozen=True, kw_only=True):
    """The builder of a taxonomy. ``chosen``: the path of the open topic. ``names``: every topic, to find it by."""

    topics: tuple[TopicRow, ...]
    counts: str
    names: tuple[str, ...]
    faults: tuple[str, ...]
    settings: tuple[Control, ...]
    chosen: str
    focus: str
    is_readable: bool


def trail(value: Value, path: Path) -> str:
    """Return the name of a topic with those above it."""
    found: list[str] = []
    here: object = value
    for part in path:
        here = cast("Any", here)[part]
        if isinstance(part, int):
            found.append(str(cast("dict[str, Any]", here).get("name") or "") if isinstance(here, dict) else "")
    return BETWEEN.join(found)


def tree_builder(document: Document, faults: Faults, warned: Faults, known: Known, chosen: str) -> TreeBuilder:
    """Show a taxonomy as far as it can be read. ``warned``: what is only warned of."""
    value: Any = document.value if isinstance(document.value, dict) else {}
    everything = list(topics_of(value))
    levels = [sum(level_of(each.path) == level for each in everything) for level in range(1, LEVELS + 1)]
    tree = _Tree(value=value, faults=faults, warned=warned, chosen=chosen)
    return TreeBuilder(
        topics=_rows(tree, value, ()),
        counts=_("{counts} topics on levels 1, 2 and 3").format(counts=" / ".join(map(str, levels))),
        names=tuple(trail(value, each.path) for each in everything),
        faults=faults.at(("topics",)),
        settings=(
            field_of("name", value.get("name"), ("name",), faults, of="taxonomy"),
            replace(
                words_of("languages", value.get("languages"), ("languages",), known.languages, faults, "taxonomy"),
                default=known.languages.get("en", "en"),
            ),
        ),
        chosen=chosen,
        focus=f"s-{chosen}.name" if chosen else "",
        is_readable=isinstance(document.value, dict),
    )


class _Tree(Struct, frozen=True, kw_only=True):
    """The document around a topic."""

    value: Any
    faults: Faults
    warned: Faults
    chosen: str


def _rows(tree: _Tree, holder: Value, path: Path) -> tuple[TopicRow, ...]:
    return tuple(_row(tree, topic, (*path, "topics", at)) for at, topic in enumerate(mappings(holder, "topics")))


def _row(tree: _Tree, topic: dict[str, Any], path: Path) -> TopicRow:
    written, faults = path_text(path), tree.faults
    below = _rows(tree, cast("Value", topic), path)
    given = cast("list[object]", topic["examples"]) if isinstance(topic.get("examples"), list) else []
    is_open = written == tree.chosen
    level = level_of(path)
    has_resolution = level == LEVELS or "resolution" in topic
    return TopicRow(
        path=written,
        trail=trail(tree.value, path),
        title=str(topic.get("name") or ""),
        level=level,
        name=field_of("name", topic.get("name"), (*path, "name"), faults),
        summary=_summary(len(below), len(given)),
        marks=_marks(tree, path, below),
        below=below,
        is_open=is_open,
        can_add=level < LEVELS,
        description=_description(topic, path, faults) if is_open else None,
        parent=_parent(tree, topic, path, written) if is_open else None,
        resolution=field_of(
            "resolution", topic.get("resolution"), (*path, "resolution"), faults, "switch", "true", "taxonomy"
        )
        if is_open and has_resolution
        else None,
        sentences=tuple(_sentence(each, (*path, "examples", at), faults) for at, each in enumerate(given))
        if is_open
        else (),
        problems=_problems(tree, path, is_held=bool(below and given)) if is_open else (),
        can_hand=bool(below and given),
        has_sentences=not below or bool(given),
    )


def _problems(tree: _Tree, path: Path, *, is_held: bool) -> tuple[str, ...]:
    """Return the faults that are at no field of a topic. ``is_held``: it has sentences that belong to those below it."""
    sentences = (
        (_("The sentences belong to the topics below this one."),) if is_held else tree.faults.at((*path, "examples"))
    )
    return (*sentences, *tree.faults.at((*path, "topics")), *tree.faults.at(path))


def _summary(below: int, sentences: int) -> str:
    if below:
        return ngettext("{n} topic", "{n} topics", below).format(n=below)
    return ngettext("{n} sentence", "{n} sentences", sentences).format(n=sentences) if sentences else ""


def _marks(tree: _Tree, path: Path, below: tuple[TopicRow, ...]) -> tuple[tuple[str, str], ...]:
    inside = tree.faults.inside(path) - sum(tree.faults.inside(path_of(each.path)) for each in below)
    if inside:
        return ((_("a fault"), "late"),)
    return ((_("found by its name alone"), "wait"),) if tree.warned.at(path) else ()


def _description(topic: Mapping[str, Any], path: Path, faults: Faults) -> Control:
    control = field_of("description", topic.get("description"), (*path, "description"), faults, "long", of="taxonomy")
    label = _("What it is, in the words of customers ({n} of {all})")
    return replace(control, label=label.format(n=len(control.value), all=LONGEST_DESCRIPTION))


def _sentence(value: object, path: Path, faults: Faults) -> Control:
    control = field_of("examples", value, path, faults, of="taxonomy")
    return replace(control, label=_("Sentence {n}").format(n=int(path[-1]) + 1))


def _parent(tree: _Tree, topic: dict[str, Any], path: Path, written: str) -> Control:
    """Return the field that moves a topic below another one: those that have room below them."""
    depth = depth_of(cast("Value", topic))
    found = [(each.path, trail(tree.value, each.path)) for each in topics_of(tree.value)]
    options = [
        (path_text(other), name)
        for other, name in found
        if other[: len(path)] != path and level_of(other) + depth <= LEVELS
    ]
    here = f"{written}.parent"
    above = path_text(path[:-2])
    said, page = meaning_of("taxonomy", "parent")
    return Control(
        kind="choice",
        label=_("Below"),
        path=here,
        id=here,
        value=above,
        options=(("", _("the first level")), *options),
        help=_(said),
        page=page,
    )
