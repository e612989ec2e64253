"""Each field of the builders of scorecards and taxonomies, set and set back in each document: the bytes are as they were."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from auscult.server.console.definitions.forms.builder import Control
from auscult.server.console.definitions.scorecards.builder import Faults, Known, MetricInfo, card_builder
from auscult.server.console.definitions.scorecards.changes import Edit, with_card_changes
from auscult.server.console.definitions.taxonomies.builder import TopicRow, tree_builder
from auscult.server.console.definitions.taxonomies.changes import with_topic_changes
from auscult.services.definitions.forms.document import Value, read_document
from auscult.services.definitions.forms.editing.questions import mappings
from auscult.services.definitions.forms.editing.topics import topics_of
from auscult.services.definitions.scorecards import check_scorecard
from auscult.services.definitions.taxonomies import check_taxonomy

MOST_TOPICS = 6
"""Topics of each document whose fields are all tried; large taxonomies repeat themselves."""
ROOT = Path(__file__).parents[4]
KNOWN = Known(
    metrics={"em-other": MetricInfo(name="Other", forms=("Calls",))},
    agents={"a-1": "Ada", "a-2": "Ben"},
    languages={"en": "English", "de": "German", "fr": "French"},
)


def documents(mark: str) -> Mapping[str, bytes]:
    """Return the documents with a key in examples, in the tests' texts and in the package, by their place."""
    found = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for folder in ("examples", "tests", "src/auscult/starter")
        for path in sorted((ROOT / folder).rglob("*.yaml"))
        if f"\n{mark}:".encode() in path.read_bytes()
    }
    for path in sorted((ROOT / "tests").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        for at, text in enumerate(literals(source) if f"{mark}:" in source else ()):
            if text.startswith(("id:", "#")) and f"\n{mark}:" in text:
                found[f"{path.relative_to(ROOT).as_posix()}-{at}"] = text.encode()
    for name, text in list(found.items()):
        found[f"{name}-crlf"] = text.replace(b"\n", b"\r\n")
    return {name: text for name, text in found.items() if isinstance(read_document(text).value, dict)}


def literals(source: str) -> Iterator[str]:
    """Yield the texts of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            yield node.value if isinstance(node.value, str) else node.value.decode("utf-8", "replace")


def entered(control: Control, before: str, after: str) -> dict[str, str]:
    """Return what the browser sends for a field."""
    return {
        f"set:{control.path}": after,
        f"was:{control.path}": before,
        f"as:{control.path}": control.kind,
        f"un:{control.path}": control.default,
    }


def other(control: Control) -> str:
    """Return another value that a person could enter."""
    if control.options:
        return next((value for value, _text in reversed(control.options) if value != control.value), control.value)
    return "7" if control.kind in ("number", "any") else 'It\'s "else": #1'


CARDS = {
    **{name: text for name, text in documents("attributes").items() if check_scorecard(text).card},
    "flow": b"{id: sc-x, name: X, attributes: [{id: at-a, name: A, weight: 100, metrics: [{metric: em-a, weight: 100.0}]}]}",
    "json": b'{"id": "sc-x", "name": "X", "agents": ["*"], "attributes": [{"id": "at-a", "name": "A", "weight": 100,\n'
    b'  "metrics": [{"metric": "em-a", "weight": 1e2, "fatal": true}]}]}',
}


TREES = {
    **{name: text for name, text in documents("topics").items() if check_taxonomy(text).taxonomy},
    "flow": b'{id: tx-x, name: X, topics: [{name: A, topics: [{name: B, topics: [{name: C, examples: [so, "and: so"]}]}]}]}',
    "json": b'{"id": "tx-x", "name": "X", "topics": [{"name": "A",\n  "topics": [{"name": "B", "examples": ["one"]}]}]}',
}


def controls_of(document: bytes) -> Iterator[Control]:
    """Yield every field of the scorecard, of its attributes, and of their metrics."""
    read, faults = read_document(document), Faults(())
    view = card_builder(read, None, faults, KNOWN, "")
    yield from (each for each in view.settings if each.kind != "words")
    for box in view.attributes:
        yield from (box.name, box.weight, *box.fields)
        for metric in box.metrics:
            yield metric.weight
            opened = card_builder(read, None, faults, KNOWN, metric.path)
            yield from (field for one in opened.attributes[box.at].metrics for field in one.fields)


def test_there_are_some() -> None:
    """Examples and texts of tests are found."""
    assert len(TREES) >= 6
    assert "src/auscult/starter/taxonomy/general.yaml" in TREES
    assert len(CARDS) >= 6
    assert "examples/scorecards/service.yaml" in CARDS


@pytest.mark.parametrize("name", CARDS)
def test_set_and_set_back(name: str) -> None:
    """A field changes the document, and changed back leaves no trace."""
    document = CARDS[name]
    for control in controls_of(document):
        if control.path.endswith(".attribute"):
            continue
        new = other(control)
        there = with_card_changes(entered(control, control.value, new), document, document, "look", KNOWN).document
        assert there != document, control.path
        back = with_card_changes(entered(control, new, control.value), there, document, "look", KNOWN).document
        assert back == document, control.path


@pytest.mark.parametrize("name", CARDS)
def test_moved_and_moved_back(name: str) -> None:
    """What is picked, moved, added or shared changes the document, and taken back leaves no trace."""
    document = CARDS[name]

    def act(text: bytes, verb: str, **more: str) -> bytes:
        return with_card_changes(more, text, document, verb, KNOWN).document

    for path, word in (("agents", "Ada"), ("languages", "french")):
        there = act(document, f"add:{path}", **{f"new:{path}": word})
        assert there != document
        assert act(there, f"remove:{path}.{last(there, path)}") == document
    there = act(document, "add:attributes.0.metrics", **{"new:attributes.0.metrics": "other"})
    assert b"em-other" in there
    place = len(read_document(there).value["attributes"][0]["metrics"]) - 1  # type: ignore[index, call-overload, arg-type]
    assert act(there, f"delete:attributes.0.metrics.{place}") == document
    there = act(document, "attribute")
    count = len(read_document(there).value["attributes"]) - 1  # type: ignore[index, call-overload, arg-type]
    moved = act(there, f"place:attributes.0.metrics.0//{count}")
    assert moved != there
    before = "attributes.0.metrics.0" if place > 1 else ""
    back = act(moved, f"place:attributes.{count}.metrics.0/{before}/0")
    assert act(back, f"delete:attributes.{count}") == document


def last(document: bytes, key: str) -> int:
    """Return the place of the last item of a list."""
    return len(read_document(document).value[key]) - 1  # type: ignore[index, call-overload, arg-type]


def controls_of_tree(document: bytes) -> Iterator[Control]:
    """Yield every field of the taxonomy, and of its topics."""
    read, none = read_document(document), Faults(())

    def inside(rows: tuple[TopicRow, ...]) -> Iterator[Control]:
        for row in rows:
            yield row.name
            if row.is_open:
                fields = (row.description, row.parent, row.resolution, *row.sentences)
                yield from (each for each in fields if each is not None)
            yield from inside(row.below)

    yield from (each for each in tree_builder(read, none, none, KNOWN, "").settings if each.kind != "words")
    paths = [".".join(map(str, each.path)) for each in topics_of(read.value)]
    for path in paths[:: max(1, len(paths) // MOST_TOPICS)]:
        yield from inside(tree_builder(read, none, none, KNOWN, path).topics)


@pytest.mark.landing
@pytest.mark.parametrize("name", TREES)
def test_topics_set_and_set_back(name: str) -> None:
    """A field changes the document, and changed back leaves no trace; a topic moved below another moves back, too."""
    document = TREES[name]
    tried: set[str] = set()
    for control in controls_of_tree(document):
        new = other(control)
        if control.path in tried or control.path.endswith(".parent"):
            continue
        tried.add(control.path)
        there = with_topic_changes(
            entered(control, control.value, new), document, document, "look", KNOWN, str
        ).document
        assert there != document, control.path
        back = with_topic_changes(entered(control, new, control.value), there, document, "look", KNOWN, str).document
        assert back == document, control.path
    assert b"examples" not in document or any(path.endswith(".examples.0") for path in tried)


@pytest.mark.parametrize("name", TREES)
def test_topics_moved_and_moved_back(name: str) -> None:
    """Added, removed, moved by each step and by place: taken back, each byte is as it was."""
    document = TREES[name]

    def act(text: bytes, verb: str, **more: str) -> Edit:
        return with_topic_changes(more, text, document, verb, KNOWN, str)

    places = [".".join(map(str, each.path)) for each in topics_of(read_document(document).value)]
    for path in places[:: max(1, len(places) // MOST_TOPICS)]:
        for step, back in (("up", "down"), ("down", "up")):
            there = act(document, f"{step}:{path}")
            if there.document == document:  # the first, or the last
                continue
            assert act(there.document, f"{back}:{there.opened}").document == document
        there = act(document, f"out:{path}")
        if there.document != document:
            above = path.rpartition(".topics.")[0]
            moved = act(
                there.document, "look", **{f"set:{there.opened}.parent": above, f"was:{there.opened}.parent": "-"}
            )
            assert ordered(moved.document) == ordered(document)
        if path.count("topics") < 3:
            there = act(document, f"topic:{path}")
            assert there.document != document
            assert act(there.document, f"delete:{there.opened}").document == document


def ordered(document: bytes) -> object:
    """Return the names of a tree without the order of siblings."""

    def names(value: Value) -> list[object]:
        return sorted(([str(each.get("name")), names(each)] for each in mappings(value, "topics")), key=str)

    return names(read_document(document).value)
