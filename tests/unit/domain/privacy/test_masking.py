"""Masking of what was made of a conversation: reasons of verdicts have its words in small letters."""

from collections.abc import Iterator

import msgspec
from msgspec import inspect
from msgspec.structs import replace

from auscult.domain.assist.live import Event
from auscult.domain.audits.audit import Audit, TrailEntry
from auscult.domain.coaching.item import Coaching
from auscult.domain.comments import Thread
from auscult.domain.conversation import Turn
from auscult.domain.corrections import Correction
from auscult.domain.disputes.dispute import Dispute, Review
from auscult.domain.evaluation import Verdict
from auscult.domain.insight import Insights
from auscult.domain.privacy.conversations import RedactedConversation
from auscult.domain.privacy.masking import Masking
from auscult.domain.privacy.redaction import Span
from tests.integration.working import conversation

MADE_OF_A_CONVERSATION = (Audit, Coaching, Correction, Dispute, Event, Insights, Review, Thread, TrailEntry, Verdict)


def fixed(kind: inspect.Type, key: str, seen: set[type]) -> Iterator[tuple[str, str]]:
    """Yield the fields that hold one of a few words, each with such a word."""
    match kind:
        case inspect.LiteralType(values=values):
            yield from ((key, word) for word in values if isinstance(word, str))
        case inspect.StructType(cls=cls, fields=fields) if cls not in seen:
            seen.add(cls)
            for field in fields:
                yield from fixed(field.type, field.encode_name, seen)
        case inspect.UnionType(types=inner) | inspect.TupleType(item_types=inner):
            for each in inner:
                yield from fixed(each, key, seen)
        case inspect.VarTupleType(item_type=one) | inspect.ListType(item_type=one) | inspect.DictType(value_type=one):
            yield from fixed(one, key, seen)
        case _:
            pass


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


def test_a_word_that_a_field_must_have_stays_where_it_is_masked_as_a_name() -> None:
    """Verdicts stay readable where somebody is named Customer, or such a word was mistaken for a name."""
    before, seen = conversation("c-1"), set[type]()
    its = [one for kind in inspect.multi_type_info(MADE_OF_A_CONVERSATION) for one in fixed(kind, "", seen)]
    masking = Masking(before, RedactedConversation(before, {}, {}, {word: "[name 1]" for _, word in its}))
    body = msgspec.json.encode([*({key: word} for key, word in its), {"metric": "em-customer"}])
    assert masking.document(body) == body
    assert masking.document(b'{"source":"a customer said"}') == b'{"source":"a [name 1] said"}'
