"""Placeholders of redaction: a name introduces, a number identifies, and a masked value equals itself."""

from datetime import date

import pytest

from auscult.domain.said.text import spoken_words, straighten_quotes, with_stand_ins
from auscult.domain.said.values import Locale, Value, is_masked, is_same, mentions, read
from auscult.domain.said.words import count_words
from auscult.wording.matcher import Matcher
from auscult.wording.packs import pack
from tests.data_files import data_of

LOCALE = Locale.of("en", date(2026, 3, 23))


@pytest.mark.parametrize(("name", "text"), data_of(__file__, "packs_hold_for_redacted_text"))
def test_packs_hold_for_redacted_text(name: str, text: str) -> None:
    """And the words that are shown are those of the text, placeholders included."""
    matcher = Matcher(pack(name))
    assert matcher.holds(text), text
    assert matcher.words(text) in text


def test_a_placeholder_keeps_its_length_and_other_brackets_stay() -> None:
    """Offsets found with stand-ins are offsets of the text."""
    text = "i am [name 1], card [card 2], [noise] [x 1]"
    assert len(with_stand_ins(text)) == len(text) == len(straighten_quotes(text))
    assert with_stand_ins(text).endswith("[noise] [x 1]")
    assert spoken_words("[account 1]") == " 00000000000 "
    assert count_words("i am [name 1] [noise]") == 3


def test_masked_values_are_found_and_equal_only_themselves() -> None:
    """One value has one number in a conversation, also in custom fields: equal placeholders are equal values."""
    found = mentions("phone", "call [phone 1] or [phone 11] or 202 555 0143", LOCALE)
    assert [str(one.value) for one in found] == ["[phone 1]", "[phone 11]", "2025550143"]
    first = read("phone", "[phone 1]", LOCALE)
    assert first == Value("[phone 1]")
    assert first is not None
    assert [is_same("phone", one.value, first) for one in found] == [True, False, False]
    assert [is_masked(one.value) for one in found] == [True, True, False]
    assert [str(one.value) for one in mentions("digits", "it is [card 1]", LOCALE)] == ["[card 1]"]
    assert [str(one.value) for one in mentions("date", "born [birth date 1]", LOCALE)] == ["[birth date 1]"]
    assert mentions("email", "[phone 1]", LOCALE) == []
