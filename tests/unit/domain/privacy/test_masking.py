"""Masking of what was made of a conversation: reasons of verdicts have its words in small letters."""

import msgspec
from msgspec.structs import replace

from auscult.domain.conversation import Turn
from auscult.domain.privacy.conversations import RedactedConversation
from auscult.domain.privacy.masking import Masking
from auscult.domain.privacy.redaction import Span
from tests.integration.working import conversation


def test_a_keyword_goes_that_is_one_word_of_what_was_masked() -> None:
    """Also where nothing else of the document names it."""
    before = replace(conversation("c-1"), turns=(Turn("m1", "agent", "for Élodie Martin"),))
    after = replace(before, turns=(Turn("m1", "agent", "for [name 1]"),))
    masking = Masking(before, RedactedConversation(after, {}, {}, {"Élodie Martin": "[name 1]"}))
    body = msgspec.json.encode({"keywords": ["élodie", "Martin", "order"]})
    assert msgspec.json.decode(masking.document(body)) == {"keywords": ["order"]}


def test_a_reason_loses_the_name_that_was_masked_in_its_turn_and_keeps_it_elsewhere() -> None:
    """A name of one word may be a word, so it is looked for in any letter case only where it was masked."""
    said, masked = "This is Will, how can I help?", "This is [name 1], how can I help?"
    before = replace(conversation("c-1"), turns=(Turn("m1", "agent", said), Turn("m2", "customer", "it will do")))
    after = replace(before, turns=(Turn("m1", "agent", masked), before.turns[1]))
    span = Span(start=8, end=16, original_start=8, original_end=12, kind="name", number=1)
    masking = Masking(before, RedactedConversation(after, {"m1": (span,)}, {}, {"Will": "[name 1]"}))
    evidence = [
        {"turn_id": "m1", "text": said, "why": "says 'this is will how can i'"},
        {"turn_id": "m2", "text": "it will do", "why": "says 'it will do'"},
    ]
    assert msgspec.json.decode(masking.document(msgspec.json.encode(evidence))) == [
        {"turn_id": "m1", "text": masked, "why": "says 'this is [name 1] how can i'"},
        evidence[1],
    ]
