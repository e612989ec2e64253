"""Messages of the program: what they quote of a document is redacted, their own words never are."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import auscult
from auscult.domain.privacy.quotations import redact_quotations
from auscult.storage.privacy.codes import document_without_codes
from auscult.storage.privacy.redaction import without_numbers
from tests.data_files import data_of

SOURCE = Path(auscult.__file__).parent
RAISED = ("Error", "Refused", "Rejected", "refused", "_fault")
"""Ends of names of the calls that are given a message."""
SAID = "my pin is 4711"


def strictest(text: str) -> str:
    """Redact as an app does for a document that cannot be read: codes, and every number of four digits or more."""
    return without_numbers(document_without_codes(text))


def filled(node: ast.expr, quotation: str) -> str:
    """Return a template with its slots filled: what it quotes with ``quotation``, else a number or a word."""
    if isinstance(node, ast.Constant):
        return re.sub(r"\{\w+(!r)?\}", lambda slot: repr(quotation) if slot[1] else "42", str(node.value))
    assert isinstance(node, ast.JoinedStr)
    return "".join(
        str(part.value)
        if isinstance(part, ast.Constant)
        else repr(quotation)
        if isinstance(part, ast.FormattedValue) and part.conversion == ord("r")
        else "42"
        for part in node.values
    )


def texts_in(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the strings with several words that an expression has, an f-string as a whole."""
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and " " in str(node.value)):
        yield node
        return
    for child in ast.iter_child_nodes(node):
        yield from texts_in(child)


@cache
def templates() -> list[tuple[str, ast.expr]]:
    """Return every message of the program with its place: given to an error or a refusal, or put together before."""
    found: list[tuple[str, ast.expr]] = []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            given: list[ast.expr] = []
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                given = list(node.args) if name.endswith(RAISED) else []
            elif isinstance(node, ast.Assign | ast.AugAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = {target.id for target in targets if isinstance(target, ast.Name)}
                given = [node.value] if names & {"message", "reason"} else []
            texts = (each for one in given for each in texts_in(one))
            found += [(f"{path.relative_to(SOURCE)}:{text.lineno}", text) for text in texts]
    return found


@pytest.mark.landing
def test_no_message_of_the_program_is_redacted() -> None:
    """Every message, with harmless quotations, passes the strictest redaction as it is (F-2)."""
    found = {where: filled(text, "a word") for where, text in templates()}
    assert len(found) > 1000
    changed = {where: after for where, text in found.items() if (after := redact_quotations(text, strictest)) != text}
    assert changed == {}


@pytest.mark.landing
def test_a_quotation_is_redacted_in_every_message() -> None:
    """Wherever a template quotes a value with ``!r``, nothing of a PIN in that value is left."""
    found = {where: filled(text, SAID) for where, text in templates()}
    quoting = {where: text for where, text in found.items() if SAID in text}
    assert len(quoting) > 100
    assert [where for where, text in quoting.items() if "4711" in redact_quotations(text, document_without_codes)] == []


@pytest.mark.parametrize(
    ("message", "shown"),
    data_of(__file__, "quotations")
)  # fmt: skip
def test_quotations(message: str, shown: str) -> None:
    """Quotation marks, bare numbers, a cut value without its end, and apostrophes, which quote nothing."""
    assert redact_quotations(message, document_without_codes) == shown


@given(value=st.text(min_size=1, max_size=60), field=st.sampled_from(["text", "turns[0].id", "custom_fields.pin"]))
def test_a_value_is_quoted_whole(value: str, field: str) -> None:
    """Whatever a value contains, quotation marks and line ends too, all of it is redacted and nothing after it."""
    after = redact_quotations(f"{field} is {value!r}; it should be a 'number'", lambda _: "x")
    assert after in (f"{field} is {mark}x{mark}; it should be a 'x'" for mark in "'\"")
