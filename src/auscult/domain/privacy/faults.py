"""Why something is masked, worked out again from what is stored, and what people say is wrong with it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.privacy.conversations import Find
from auscult.domain.privacy.redaction import PLACEHOLDER, Hints, Kind, Span, Utterance, kind_of

Wrong = Literal["not_personal", "other_kind", "missed"]
Sign = Literal["form", "words", "before", "known", "again"]
"""What a decision rests on: the form of the value itself, words of the same turn, what was said before, data that came with
the conversation, or the same value elsewhere in it."""
MADE_UP: dict[Kind, str] = {
    "card": "4539 1488 0343 6467",
    "iban": "DE89 3704 0044 0532 0130 00",
    "national_number": "943 476 5919",
    "security_code": "739",
    "expiry": "08/28",
    "email": "erin.example@mail.example",
    "phone": "+44 20 7946 0958",
    "account": "48213377",
    "birth_date": "12 March 1984",
    "address": "12 Acacia Road",
    "name": "Brandel",
}
"""A value of each kind that is nobody's, to try in the place of one that is not stored."""
_REACH = 4
"""Turns before one in which something may ask for a value."""
_SHOWN_WORDS = 8
_PLAIN = "we saw ", " again"
"""Words that say nothing of the value between them."""


class Reason(Struct, frozen=True, kw_only=True):
    """A sign that something is personal, with the words or the name of the field that are the sign, as they are stored."""

    sign: Sign
    text: str = ""


class Mask(Struct, frozen=True, kw_only=True):
    """A placeholder in a turn: its offset, its kind and number (0: none), the redactor that found it, and why.

    ``by`` is empty where that is not known. Without ``reasons`` it was decided from the value itself, which is not stored.
    """

    turn_id: str
    place: int
    kind: Kind
    number: int
    by: str
    reasons: tuple[Reason, ...]


class NewFault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something wrong with a placeholder. ``kind`` is the right one, ``words`` those that were missed in the same turn."""

    turn_id: Annotated[str, Meta(description="The turn, by its id in the conversation.")]
    place: Annotated[int, Meta(ge=0, description="The offset of the placeholder in the turn.")]
    wrong: Annotated[Wrong, Meta(description="It is not personal, of another kind, or something beside it was missed.")]
    kind: Annotated[Kind | None, Meta(description="The right kind, or that of what was missed.")] = None
    words: Annotated[str, Meta(max_length=300, description="What was missed; it is not stored.")] = ""


class Fault(Struct, frozen=True, kw_only=True):
    """A fault of redaction as an example: the turn and the one before it, with all personal data masked, whatever the settings are.

    ``place`` is the offset in ``text`` of the placeholder that it is about. Of something missed, ``text`` has a placeholder of ``kind`` for it.
    """

    fault_id: str
    conversation_id: str
    turn_id: str
    wrong: Wrong
    was: Kind
    kind: Kind | None
    speaker: str
    before: str
    text: str
    place: int
    by: str
    at: datetime


def masks_of(
    conversation: Conversation, spans: dict[str, tuple[Span, ...]], find: Find, of_turn: str | None = None
) -> Iterator[Mask]:
    """Yield the placeholders of all turns, or of one, each with why it is there. ``find`` is tried with made-up values."""
    for index, turn in enumerate(conversation.turns):
        for found in PLACEHOLDER.finditer(turn.text) if of_turn in (None, turn.id) else ():
            kind, number = kind_of(found)
            by = next((each.by for each in spans.get(turn.id, ()) if each.start == found.start()), "")
            reasons = tuple(_reasons(conversation, index, found.span(), kind, find))
            yield Mask(turn_id=turn.id, place=found.start(), kind=kind, number=number, by=by, reasons=reasons)


def _reasons(conversation: Conversation, index: int, span: tuple[int, int], kind: Kind, find: Find) -> Iterator[Reason]:
    turn, hints = conversation.turns[index], Hints(language=conversation.language)
    before, mark, after = turn.text[: span[0]], turn.text[slice(*span)], turn.text[span[1] :]

    def is_found(earlier: Sequence[Turn], start: str, end: str) -> bool:
        said = [Utterance(each.speaker, each.text) for each in earlier]
        said.append(Utterance(turn.speaker, f"{start}{MADE_UP[kind]}{end}"))
        place = len(start), len(start) + len(MADE_UP[kind])
        its = (each for each in find(said, hints) if each.turn == len(earlier) and each.kind == kind)
        return any(each.start < place[1] and place[0] < each.end for each in its)

    tried: list[tuple[Sign, int, str, str]] = [
        *([("form", 0, *_PLAIN)] if kind != "name" else []),
        ("words", 0, before, ""),
        ("words", 0, before, after),
        *(("before", reach, before, after) for reach in range(1, min(_REACH, index) + 1)),
    ]
    for sign, reach, start, end in tried:
        if is_found(conversation.turns[index - reach : index], start, end):
            said = [*start.split()[-_SHOWN_WORDS:], *([mark, *end.split()[:_SHOWN_WORDS]] if end else ())]
            shown = {"form": "", "words": " ".join(said), "before": conversation.turns[index - reach].text}
            yield Reason(sign=sign, text=shown[sign])
            break
    customer = conversation.customer.name if conversation.customer else None
    fields = {"customer": customer, **conversation.custom_fields, "speaker": turn.speaker_label}
    yield from (Reason(sign="known", text=name) for name, value in fields.items() if mark in (value or ""))
    others = sum(mark in each.text for each in conversation.turns) - 1
    if others and any(map(str.isdecimal, mark)):
        yield Reason(sign="again", text=str(others))
