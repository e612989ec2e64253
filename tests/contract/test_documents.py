"""What every kind of document promises, tried on every kind in the table."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.documents import KINDS
from auscult.documents._contract import Kind
from auscult.documents._passages import LONGEST_BLOCK, passages
from auscult.domain.errors import DocumentError

PDF = (Path(__file__).parent / "page.pdf").read_bytes()
EXAMPLES: dict[str, bytes] = {
    "markdown": b"# Returns\n\nKeep the receipt.\n\n## Gift cards\n\n- They never expire.\n- They cannot be returned.\n",
    "html": b"<!doctype html><h1>Returns</h1><p>Keep the receipt.</p><h2>Gift cards</h2>"
    b"<ul><li>They never expire.<li>They cannot be returned.</ul>",
    "csv": b"question,answer\nDo gift cards expire?,They never expire.\n",
    "pdf": PDF,
}
"""A document of each kind, of which "They never expire" is part. A new kind without one here fails the tests."""

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)


@every_kind
def test_is_told_by_its_content(kind: Kind) -> None:
    """A document without a name is taken for what it is, and every kind has endings of names of its own."""
    assert next(each for each in KINDS.values() if each.recognises(EXAMPLES[kind.name])) is kind
    endings = [ending for each in KINDS.values() for ending in each.endings]
    assert len(endings) == len(set(endings))


@every_kind
def test_gives_what_a_reader_sees_under_its_heading(kind: Kind) -> None:
    """Text, tidied, with the way to it."""
    blocks = list(kind.read(EXAMPLES[kind.name]))
    (block,) = [block for block in blocks if "They never expire" in block.text]
    assert block.heading
    assert all(block.text == block.text.strip() and "  " not in block.text for block in blocks)


@every_kind
@given(st.binary(max_size=200), st.booleans(), st.integers(0, 10_000))
def test_whatever_comes_is_read_or_refused(kind: Kind, noise: bytes, whole: bool, offset: int) -> None:
    """Nothing but a refusal with a reason comes of bytes that are no such document, or of one that is damaged."""
    example = EXAMPLES[kind.name]
    offset %= len(example)
    data = noise if whole else example[:offset] + noise + example[offset:]
    with suppress(DocumentError):
        assert all(isinstance(block.text, str) for block in kind.read(data))


@every_kind
def test_a_long_document_becomes_short_passages(kind: Kind) -> None:
    """Under one heading at a time."""
    for piece in passages(kind.read(EXAMPLES[kind.name])):
        assert 0 < len(piece.text.split()) <= LONGEST_BLOCK
