"""Changes to form documents: only their own lines differ, they mean what the same change of the values means, and back is back."""

from collections.abc import Iterator
from pathlib import Path as FilePath
from random import Random

import pytest
import yaml

from auscult.domain.errors import RequestError
from auscult.services.definitions.forms.document import Path, Value, read_document, text_of
from auscult.services.definitions.forms.editing.changes import (
    Carry,
    Change,
    Duplicate,
    Insert,
    Move,
    Put,
    Remove,
    changed,
)
from auscult.services.definitions.forms.editing.layout import end_of, node_at, root_of, start_of
from auscult.services.definitions.forms.reading import all_starter_documents
from tests.data_files import data_of

ROOT = FilePath(__file__).parents[6]
FORMS = {
    **{f"starter-{name}": document for name, document in all_starter_documents().items()},
    **{
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for folder in ("examples", "tests", "bench", "src/auscult/starter")
        for path in sorted((ROOT / folder).rglob("*.yaml"))
        if b"\nmetrics:" in path.read_bytes()
    },
}
SAMPLE = 8
"""Places of each kind that are tried in each form: large forms have thousands."""

DOCUMENT = data_of(__file__, "document").encode()


def places(value: Value, path: Path = ()) -> Iterator[tuple[Path, Value]]:
    """Yield the path and value of everything in a document."""
    yield path, value
    if isinstance(value, dict):
        for key, each in value.items():
            yield from places(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from places(each, (*path, index))


def sampled(document: bytes, kinds: type | tuple[type, ...], seed: int) -> list[tuple[Path, Value]]:
    """Return some places with a value of these kinds."""
    found = [each for each in places(read_document(document).value) if each[0] and isinstance(each[1], kinds)]
    return Random(seed).sample(found, min(SAMPLE, len(found)))


def lines_that_differ(before: bytes, after: bytes) -> int:
    """Return the number of lines of the first that the second has not in its place, counted from both ends."""
    old, new = before.decode().split("\n"), after.decode().split("\n")
    top = next((n for n, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), min(len(old), len(new)))
    rest = min(len(old), len(new)) - top
    end = next((n for n in range(rest) if old[-1 - n] != new[-1 - n]), rest)
    return len(old) - top - end


def lines_of(document: bytes, path: Path) -> int:
    """Return the number of lines that a value is written on."""
    text = text_of(document)
    node = node_at(root_of(text), path)
    assert node is not None
    return text[start_of(node) : end_of(text, node)].count("\n") + 1


@pytest.mark.landing
@pytest.mark.parametrize("name", FORMS)
def test_a_value_set_and_set_back(name: str) -> None:
    """One line differs, the document reads as it should, and set back its bytes are as they were."""
    document = FORMS[name]
    for path, value in sampled(document, (str, int, bool), 1):
        for new in ('say "it\'s": {x}', True, 7):
            after = changed(document, Put(path, new))
            assert lines_that_differ(document, after) == lines_of(document, path)
            assert changed(after, Put(path, value), base=document) == document


@pytest.mark.parametrize("name", FORMS)
def test_a_key_added_and_removed(name: str) -> None:
    """A key is one more line, or one more part of a line; without it the bytes are as they were."""
    document = FORMS[name]
    for path, _ in [((), None), *sampled(document, dict, 2)]:
        after = changed(document, Put((*path, "new"), "Polite is not enough"))
        assert changed(after, Remove((*path, "new"))) == document


@pytest.mark.landing
@pytest.mark.parametrize("name", FORMS)
def test_items(name: str) -> None:
    """An item inserted and removed, repeated and removed, moved and moved back leaves the bytes as they were."""
    document = FORMS[name]
    for path, value in [*sampled(document, list, 3), (("metrics",), read_document(document).value["metrics"])]:  # type: ignore[index, call-overload]
        if not isinstance(value, list) or not value:
            continue
        last = len(value) - 1
        for at in {0, last, last + 1}:
            new: Value = {"id": "em-new", "name": "New: one"} if isinstance(value[0], dict) else "new one"
            assert changed(changed(document, Insert((*path, at), new)), Remove((*path, at))) == document
        again = changed(document, Duplicate((*path, last)))
        assert changed(again, Remove((*path, last + 1))) == document
        assert changed(changed(document, Move((*path, 0), last)), Move((*path, last), 0)) == document


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (Put(("metrics", 0, "weight"), 45), "weight: 40 ", "weight: 45 "),
        (Put(("name",), "It's"), "'Calls'", "'It''s'"),
        (Put(("metrics", 1, "name"), "End"), '"Closing"', '"End"'),
        (
            Put(path=("metrics", 0, "fatal"), value=True),
            '{phrases: ["hello", good day]}]}',
            '{phrases: ["hello", good day]}]}\n    fatal: true',
        ),
        (Put(("metrics", 0, "answer", "window"), {"first": 2}), "day]}]}", "day]}], window: {first: 2}}"),
        (Put(("metrics", 1, "answer", "language"), "en"), "  # a colon", "  # a colon\n      language: en"),
        (Put(("metrics", 1, "guidance"), "one"), "|\n      Two lines\n      of it.", "one"),
        (Remove(("metrics", 1, "guidance")), "    guidance: |\n      Two lines\n      of it.\n", ""),
        (Remove(("metrics", 0, "id")), "- id: em-a\n    name", "- name"),
        (Remove(("metrics", 0, "weight")), "    weight: 40   # of 100\n", ""),
        (
            Remove(("metrics", 0)),
            DOCUMENT.decode()[DOCUMENT.index(b"  # The first") : DOCUMENT.index(b"\n  # The second")],
            "",
        ),
        (Remove(("metrics", 0, "answer", "any_of", 0, "phrases", 0)), '["hello", good day]', "[good day]"),
        (
            Insert(("metrics", 1, "answer", "any_of", 0, "phrases", 1), "bye"),
            "            - goodbye\n",
            "            - goodbye\n            - bye\n",
        ),
        (
            Insert(("bands", 0), {"name": "gold", "at_least": 90}),
            "bands: []",
            "bands:\n  - name: gold\n    at_least: 90",
        ),
    ],
)
def test_what_is_written(change: Change, before: str, after: str) -> None:
    """Exactly this differs."""
    assert DOCUMENT.count(before.encode()) == 1
    assert changed(DOCUMENT, change).decode() == DOCUMENT.decode().replace(before, after)


def test_a_moved_question_takes_its_comment_along() -> None:
    """The comment directly above goes with the question; the blank line between the two stays in its place."""
    moved = changed(DOCUMENT, Move(("metrics", 1), 0)).decode()
    assert moved.index("# The second,") < moved.index("em-b") < moved.index("\n\n  # The first") < moved.index("em-a")
    twice = changed(DOCUMENT, Duplicate(("metrics", 1))).decode()
    assert (twice.count("# The second,"), twice.count("em-b"), twice.count("# a colon")) == (1, 2, 2)


@pytest.mark.parametrize("text", data_of(__file__, "any_text"))
def test_any_text(text: str) -> None:
    """A text reads as itself, in a block, in braces and in JSON."""
    for document in (DOCUMENT, b"{name: x}", b'{"name": "x"}', b"- name: x"):
        path: Path = (0, "name") if document.startswith(b"-") else ("name",)
        changed(document, Put(path, text))


def test_changes_that_cancel_each_other() -> None:
    """Where the values are those of the base again, its bytes are returned, whatever was written between."""
    base = DOCUMENT.replace(b"\n", b"\r\n")
    after = changed(base, Remove(("metrics", 0, "weight")), base=base)
    after = changed(after, Put(("metrics", 0, "weight"), 41), base=base)
    assert b"\r\n    weight: 41\r\n" in after
    assert changed(after, Put(("metrics", 0, "weight"), 40), base=base) == base
    assert changed(b"\xef\xbb\xbf" + DOCUMENT, Put(("id",), "y")).startswith(b"\xef\xbb\xbf# Ours\nid: y")


@pytest.mark.parametrize(
    ("document", "change"),
    [
        (DOCUMENT, Put(("metrics", 5, "weight"), 1)),
        (DOCUMENT, Put(("id", "x"), 1)),
        (DOCUMENT, Remove(("nothing",))),
        (DOCUMENT, Remove(("metrics", -1))),
        (DOCUMENT, Insert(("metrics", 3), {})),
        (DOCUMENT, Move(("metrics", 0), 2)),
        (DOCUMENT, Duplicate(("name", 0))),
        (b"a: [", Put(("a",), 1)),
        (b"a: *b", Put(("a",), 1)),
        (b"- - a\n  - b\n", Move((0, 0), 1)),
    ],
)
def test_a_change_that_does_not_fit(document: bytes, change: Change) -> None:
    """It is refused with its place, and names the text as the way."""
    with pytest.raises(RequestError, match="change it in the text"):
        changed(document, change)


def test_forms_are_found() -> None:
    """The forms of the package, the examples and the tests are among those that are tried."""
    assert len(FORMS) >= 30
    assert all(yaml.safe_load(text_of(each)) for each in FORMS.values())


TREE = data_of(__file__, "tree").encode()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            Carry(("topics", 0, "topics", 0), ("topics", 1)),
            TREE[:0] + b"topics:\n  # The first\n  - name: Shop\n    topics:\n      - {name: Lost}\n  # Of deliveries\n"
            b'  - name: Late  # often\n    examples:\n      - where is it\n\n      - "not: here"\n'
            b"  - name: Bank\n    description: |\n      Two lines\n        of it.\n",
        ),
        (
            Carry(("topics", 1), ("topics", 0, "topics", 2)),
            TREE.replace(
                b"  - name: Bank\n    description: |\n      Two lines\n        of it.\n",
                b"      - name: Bank\n        description: |\n          Two lines\n            of it.\n",
            ),
        ),
        (
            Carry(("topics", 0, "topics", 1), ("topics", 1, "topics", 0)),
            TREE.replace(b"      - {name: Lost}\n", b"") + b"    topics:\n      - {name: Lost}\n",
        ),
    ],
)
def test_carried_to_another_list(change: Carry, expected: bytes) -> None:
    """The lines of an item go along with their comments, indented as the others there; back, the bytes are as they were."""
    after = changed(TREE, change)
    assert after == expected
    assert changed(after, Carry(change.to, change.path, is_pruned=True), base=TREE) == TREE


def test_carried_out_of_a_list() -> None:
    """A list that is left empty goes with its key where that is asked for, and a document does not lose an item."""
    one = b"a:\n  - n: x\n    b:\n      - n: y  # keep\n  - n: z\n"
    assert (
        changed(one, Carry(("a", 0, "b", 0), ("a", 2), is_pruned=True)) == b"a:\n  - n: x\n  - n: z\n  - n: y  # keep\n"
    )
    flow = b"a: [{n: x, b: [{n: y}]}, {n: z}]\n"
    assert changed(flow, Carry(("a", 0, "b", 0), ("a", 1, "b", 0))) == b"a: [{n: x, b: []}, {n: z, b: [{n: y}]}]\n"
    for path, to in ((("a", 7), ("a", 0)), (("a", 0), ("a", 9)), (("a", 0), ("c", "d", 0)), (("a", 0, "n"), ("a", 0))):
        with pytest.raises(RequestError):
            changed(one, Carry(path, to))


def test_comments_typed_meanwhile_stay() -> None:
    """Where a value is set and set back, comments that were written into the text between are not undone."""
    written = DOCUMENT.replace(b"id: ef-x  # keep\n", b"id: ef-x  # keep, and why\n# A line of my own\n", 1)
    there = changed(written, Put(("name",), "Other"), base=DOCUMENT)
    assert changed(there, Put(("name",), read_document(DOCUMENT).value["name"]), base=DOCUMENT) == written  # type: ignore[index, call-overload]


@pytest.mark.parametrize(
    "deleted", [b"# why 70\n", b" # agreed in May", b"    # B asks for it\n", b" # all of it", b"# end\n"]
)
def test_comments_deleted_meanwhile_stay_deleted(deleted: bytes) -> None:
    """Where a value is set and set back, a comment that was deleted from the text does not return."""
    base = (
        b"id: ef-a\n# why 70\npass_score: 70 # agreed in May\nmetrics:\n  - id: em-a\n"
        b"    # B asks for it\n    name: B\n    weight: 100 # all of it\n# end\n"
    )
    written = base.replace(deleted, b"")
    for path, value in ((("pass_score",), 80), (("metrics", 0, "weight"), 90)):
        there = changed(written, Put(path, value), base=base)
        before = read_document(base).value
        for part in path:
            before = before[part]  # type: ignore[index, call-overload]
        assert changed(there, Put(path, before), base=base) == written, path


def test_comments_come_back_with_what_they_are_about() -> None:
    """A comment that went with its key or its item is there again where that is put back as it was."""
    base = b"a: 1\nb: 2 # because\nc: [x, y]\nd:\n  - one # first\n  - two # second\n"
    without = changed(base, Remove(("b",)), base=base)
    assert b"because" not in without
    assert changed(without, Put(("b",), 2), base=base) == base
    fewer = changed(base, Remove(("d", 1)), base=base)
    assert b"second" not in fewer
    assert changed(fewer, Insert(("d", 1), "two"), base=base) == base
