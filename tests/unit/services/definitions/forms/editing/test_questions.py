"""Changes to the questions of a form as people think of them."""

from decimal import Decimal

import pytest

from auscult.metrics import METRICS
from auscult.services.definitions.forms.document import Path, Value, read_document
from auscult.services.definitions.forms.editing.changes import changed
from auscult.services.definitions.forms.editing.questions import (
    Changed,
    added,
    answered_by,
    duplicated,
    graded_by,
    groups_of,
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
from tests.data_files import data_of

FORM = data_of(__file__, "form").encode()
VALUE = value_of(FORM)


def shown(document: bytes) -> list[tuple[str, list[str]]]:
    """Return the questions by section, as people see them."""
    value = value_of(document)
    metrics = mappings(value, "metrics")
    return [(group.id, [metrics[at]["id"] for at in group.places]) for group in groups_of(value)]


def after(done: Changed, document: bytes = FORM) -> bytes:
    """Return the document after changes."""
    return changed(document, *done.changes)


def at(document: bytes, path: Path) -> Value:
    """Return the value at a path."""
    found = read_document(document).value
    for part in path:
        found = found[part]  # type: ignore[index, call-overload]
    return found


def test_order() -> None:
    """Questions in no section come first, then section by section."""
    assert shown(FORM) == [("", ["m3"]), ("se-a", ["m0", "m2"]), ("se-b", ["m1"])]


@pytest.mark.parametrize(("place", "step", "order"), data_of(__file__, "steps"))
def test_steps(place: int, step: int, order: list[list[str | list[str]]]) -> None:
    """A question moves by one as it is shown, over the end of a section into the next; its new place is returned."""
    done = stepped(VALUE, place, step)
    moved = after(done)
    assert [[*each] for each in shown(moved) if each[1]] == order
    assert at(moved, ("metrics", done.place or 0, "id")) == f"m{place}"


def test_placed() -> None:
    """A question is put before another, or at the end of a section."""
    assert shown(after(placed(VALUE, 3, 2, "se-a")))[-2] == ("se-a", ["m0", "m3", "m2"])
    assert shown(after(placed(VALUE, 0, None, "se-b")))[-1] == ("se-b", ["m1", "m0"])
    assert shown(after(placed(VALUE, 0, None, "")))[0] == ("", ["m3", "m0"])


def test_added_repeated_removed() -> None:
    """A new question counts nothing; a repeated one has an id of its own; conditions on a removed one go with it."""
    done = added(VALUE, "se-a", "M2")
    assert at(after(done), ("metrics", 3, "weight")) == 0
    assert shown(after(done))[1] == ("se-a", ["m0", "m2", "em-m2"])
    assert at(after(duplicated(VALUE, 1, "M1 too")), ("metrics", 2, "id")) == "em-m1-too"
    gone = after(removed(VALUE, 1))
    assert shown(gone) == [("", ["m3"]), ("se-a", ["m0", "m2"]), ("se-b", [])]
    assert "when" not in gone.decode()
    assert shown(after(added(value_of(b"id: x\n"), "", "One"), b"id: x\n")) == [("", ["em-one"])]


def test_sections() -> None:
    """A section comes behind the others; where one goes, its questions stay, in none."""
    assert shown(after(section_added(VALUE, "A")))[-1] == ("se-a-2", [])
    gone = after(section_removed(VALUE, 1))
    assert shown(gone) == [("", ["m1", "m3"]), ("se-a", ["m0", "m2"])]
    assert "fails_section" not in gone.decode()
    moved = after(section_moved(VALUE, 1, 0))
    assert [name for name, _ in shown(moved)] == ["", "se-b", "se-a"]
    assert after(section_moved(value_of(moved), 0, 1), moved) == FORM
    assert section_moved(VALUE, 1, 2).changes == section_moved(VALUE, 0, -1).changes == ()


@pytest.mark.parametrize("weights", [(10, 20, 30, 33), (0, 0, 0, 0), (50, 50, 50, 50), (1, 1, 1, 0), (100, 0, 0, 0)])
def test_spread(weights: tuple[int, ...]) -> None:
    """The weights total 100 in whole numbers, and keep their order."""
    document = FORM
    for place, (old, new) in enumerate(zip((10, 20, 30, 33), weights, strict=True)):
        document = document.replace(f"M{place}, weight: {old}".encode(), f"M{place}, weight: {new}".encode())
    found = [each["weight"] for each in mappings(value_of(after(spread(value_of(document)), document)), "metrics")]
    assert sum(found) == Decimal(100)
    assert all(isinstance(each, int) for each in found)
    assert all(
        x <= y
        for (a, x), (b, y) in zip(*[sorted(zip(weights, found, strict=True))[i:] for i in (0, 1)], strict=False)
        if a < b
    )


@pytest.mark.parametrize("name", list(METRICS))
def test_answered_in_each_way(name: str) -> None:
    """Each type can be chosen, there and back; only its own keys and those of every metric stay."""
    chosen = after(answered_by(VALUE, 0, name, METRICS))
    assert at(chosen, ("metrics", 0, "type")) == name
    back = after(answered_by(value_of(chosen), 0, "manual", METRICS), chosen)
    assert {**mappings(value_of(back), "metrics")[0], "question": ""} == {
        **mappings(VALUE, "metrics")[0],
        "question": "",
    } or name == "graded"


@pytest.mark.parametrize("kind", ["scale", "levels", "choices", "number"])
def test_graded(kind: str) -> None:
    """Each kind of answer replaces the one before; Yes and No leaves none."""
    chosen = after(graded_by(VALUE, 0, kind))
    assert kind in mappings(value_of(chosen), "metrics")[0]
    other = after(graded_by(value_of(chosen), 0, "levels"), chosen)
    assert set(mappings(value_of(other), "metrics")[0]) & {"scale", "levels", "choices", "number"} == {"levels"}
    assert after(graded_by(value_of(chosen), 0, ""), chosen) == FORM
