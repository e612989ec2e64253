"""Messages and reasons are codes with parts, whose German is complete."""

import ast
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import auscult
from auscult.domain.errors import MARKS, Coded, coded, filled, from_store, joined, kept, parts_of, sent, to_store
from tools import languages

SOURCE = Path(auscult.__file__).parent


@pytest.mark.landing
def test_every_sentence_has_its_german() -> None:
    """Each code that errors, reasons and pages are made of is in every catalogue, with the same parts."""
    assert [fault for path in languages.CATALOGUES.glob("*.po") for fault in languages.faults(path)] == []


def test_no_message_is_composed() -> None:
    """Errors that people cause, and coded texts, have a literal or a table's entry as their code, never an f-string."""
    assert [place for folder in languages.BELOW for place in _composed(folder)] == []


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        coded("it is {n} of {m}", n=1, m=coded("{value!r} or more", value="a\nb")),
        coded("{from: 0} and {name}", other=1),
        joined(", ", [coded("{n} a", n=1), "b", coded("c")]),
    ],
)
def test_a_stored_text_keeps_its_code(text: str) -> None:
    """The text is the same in English, and so is that of each part; stored again it has the same bytes."""
    stored = to_store(text)
    read = from_store(stored)
    assert (read, to_store(read)) == (text, stored)
    if stored != text:
        assert isinstance(read, Coded)
        assert isinstance(text, Coded)
        assert filled(read.code, read.parts) == text
        assert parts_of(read, text.code) is not None


def test_a_text_with_marks_is_stored_without_its_code() -> None:
    """Nothing that a customer writes is taken for a part."""
    said = coded("says '{words}'", words=f"a{MARKS[0]}b{MARKS[2]}c")
    assert to_store(said) == str(said)
    assert from_store("a" + MARKS[2]) == "a"


def test_encoders_write_english_or_what_is_stored() -> None:
    """An encoder without a hook refuses a coded text, so that none writes marks by mistake."""
    text = coded("it is {n}", n=1)
    with pytest.raises(TypeError):
        msgspec.json.encode(text)
    assert msgspec.json.encode(text, enc_hook=sent) == b'"it is 1"'
    assert msgspec.json.decode(msgspec.json.encode(text, enc_hook=kept)) == to_store(text)
    with pytest.raises(TypeError):
        sent(object())


def _composed(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
                continue
            first = node.args[0]
            pieces = (first.left, first.right) if isinstance(first, ast.BinOp) else (first,)
            if node.func.id in languages.CODED and any(isinstance(each, ast.JoinedStr) for each in pieces):
                yield f"{path.relative_to(SOURCE)}:{node.lineno}"
