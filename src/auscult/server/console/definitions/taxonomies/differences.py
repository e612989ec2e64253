"""Differences between two versions of a taxonomy, in words."""

from collections.abc import Iterator

from auscult.domain.definitions.taxonomy import Node, Taxonomy
from auscult.language import gettext as _
from auscult.server.console.definitions.forms.editor_view import Difference
from auscult.server.console.definitions.scorecards.builder import Known, key_word
from auscult.server.console.frame.naming import BETWEEN


def topic_differences(before: Taxonomy, after: Taxonomy, known: Known) -> tuple[Difference, ...]:
    """Return the differences: of the taxonomy, then topic by topic; a topic is known by its name."""
    return (*_of_tree(before, after, known), *_of_topics(_topics(before.topics), _topics(after.topics)))


def _of_tree(before: Taxonomy, after: Taxonomy, known: Known) -> Iterator[Difference]:
    pairs = [("name", before.name, after.name)]
    languages = [", ".join(known.languages.get(each, each) for each in one.languages) for one in (before, after)]
    for key, old, new in (*pairs, ("languages", *languages)):
        if old != new:
            text = _("{field}: {before} to {after}.").format(field=key_word(key), before=old, after=new)
            yield _("The taxonomy"), text


def _topics(nodes: tuple[Node, ...], above: str = "") -> dict[str, Node]:
    found: dict[str, Node] = {}
    for node in nodes:
        here = f"{above}{BETWEEN}{node.name}" if above else node.name
        found[here] = node
        found |= _topics(node.topics, here)
    return found


def _of_topics(old: dict[str, Node], new: dict[str, Node]) -> Iterator[Difference]:
    gone = {path: node for path, node in old.items() if path not in new}
    come = {path: node for path, node in new.items() if path not in old}
    moved: dict[str, str] = {}
    for path, node in come.items():
        same = [each for each, other in gone.items() if other.name == node.name]
        if len(same) == 1 and same[0] not in moved.values():
            moved[path] = same[0]
    for path in gone:
        if path not in moved.values():
            yield path, _("removed.")
    for path, node in new.items():
        earlier = old.get(path) or old.get(moved.get(path, ""))
        if path in moved:
            yield node.name, _("Moved from {before} to {after}.").format(before=moved[path], after=path)
        if earlier is None:
            yield path, _("added.")
        elif _own(earlier) != _own(node):
            yield path, " ".join(_changes(earlier, node))


def _own(node: Node) -> tuple[object, ...]:
    return (node.description, node.examples, node.has_resolution if not node.topics else None)


def _changes(before: Node, after: Node) -> Iterator[str]:
    if before.description != after.description:
        yield _("The description changed.")
    come = [f"\u201c{each}\u201d" for each in after.examples if each not in before.examples]
    gone = [f"\u201c{each}\u201d" for each in before.examples if each not in after.examples]
    if come:
        yield _("{field}: added {come}.").format(field=key_word("examples"), come=", ".join(come))
    if gone:
        yield _("{field}: removed {gone}.").format(field=key_word("examples"), gone=", ".join(gone))
    if not come and not gone and before.examples != after.examples:
        yield _("{field}: reordered.").format(field=key_word("examples"))
    if before.has_resolution != after.has_resolution:
        words = [_("yes") if each.has_resolution else _("no") for each in (before, after)]
        yield _("{field}: {before} to {after}.").format(field=key_word("resolution"), before=words[0], after=words[1])
