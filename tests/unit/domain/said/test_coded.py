"""Messages and reasons are codes with parts, whose German is complete."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import auscult
from tools import languages

SOURCE = Path(auscult.__file__).parent


@pytest.mark.landing
def test_every_sentence_has_its_german() -> None:
    """Each code that errors, reasons and pages are made of is in every catalogue, with the same parts."""
    assert [fault for path in languages.CATALOGUES.glob("*.po") for fault in languages.faults(path)] == []


def test_no_message_is_composed() -> None:
    """Errors that people cause, and coded texts, have a literal or a table's entry as their code, never an f-string."""
    assert [place for folder in languages.BELOW for place in _composed(folder)] == []


def _composed(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
                continue
            first = node.args[0]
            pieces = (first.left, first.right) if isinstance(first, ast.BinOp) else (first,)
            if node.func.id in languages.CODED and any(isinstance(each, ast.JoinedStr) for each in pieces):
                yield f"{path.relative_to(SOURCE)}:{node.lineno}"
