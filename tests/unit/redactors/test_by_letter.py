"""Alternatives by their first letters find what one pattern of them all finds."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from auscult.redactors._secret.by_letter import ByLetter
from auscult.redactors._words import lines_of

KINDS = {kind: own for kind, own in lines_of("secrets.txt").items() if kind != "gate"}
BY_LETTER = ByLetter(KINDS)
ONE_PATTERN = {kind: re.compile(rf"(?<!\w)(?:{'|'.join(own)})(?!\w)") for kind, own in KINDS.items()}
WORDS = sorted({word for own in KINDS.values() for each in own for word in re.findall(r"[^\W\d]+|\d|[^\w\s]", each)})
SAID = st.lists(st.sampled_from(WORDS) | st.text("aceinops ñ4é.'-", max_size=3), max_size=14)


@given(SAID, st.sampled_from((" ", " ", "-", "")))
@example(["what", "'", "s", "pin", "pincode"], " ")
@example(["2", "pin", "6", "digipass"], " ")
@example(["sept", "to", "two", "digits", "pwd", "p", "i", "n"], " ")
def test_the_same_is_found(words: list[str], between: str) -> None:
    """Each kind is found at the same places as by its one pattern."""
    low = between.join(words)
    found: dict[str, list[tuple[int, int]]] = {}
    for kind, match in BY_LETTER.find(low):
        found.setdefault(kind, []).append(match.span())
    expected = {kind: [match.span() for match in pattern.finditer(low)] for kind, pattern in ONE_PATTERN.items()}
    assert found == {kind: spans for kind, spans in expected.items() if spans}
