"""Quotations, findings and remarks of a conversation, without what was masked in the conversation since."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import SHOWN_TURN
from auscult.domain.privacy.conversations import RedactedConversation, Redaction
from auscult.domain.privacy.redaction import PLACEHOLDER, Kind, Span, kind_of, moved, placeholder
from auscult.domain.privacy.settings import PrivacySettings

Redact = Callable[[str], str]
_STAYS = re.compile(
    r"(?:^|_)(?:ids?|by|hash)$"
    r"|^(?:auditor|rater|mentions|metrics?|engines|turns|kind|state|status|action|label|language|author|reason_code)$"
)
"""Keys of values that name something, and quote nothing."""
_PLAIN = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)|-?\d+\.\d+(?:E[+-]?\d+)?|-?\d{1,3}|-|YES|NO|NA|yes|no|search|dislike"
    r"|negative|neutral|positive|voice|chat|agent|customer|bot|system|unknown|coach|colleagues|like|suggestion|summary"
    r"|widget|asked|end|handover|at|named|second_look|at_once|other|same|cold|first|redial|warm|copied|overridden|sent"
)
"""Instants, shares and counts, and the words of fields that must hold one of a few: they quote nothing."""
_SHORT = re.compile(r"\W*\d{0,3}\W*")
"""A piece of a number that is masked where its turn is quoted, and is looked for nowhere else: it is in any other number."""
_ONE_WORD = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"\w+")


class Masking:
    """Replaces in texts what was masked in a conversation, however much of it they quote."""

    def __init__(self, before: Conversation, after: RedactedConversation, dropped: Collection[Kind] = ()) -> None:
        """``before`` was masked to ``after``; placeholders of ``dropped`` kinds lose their numbers."""
        texts = {turn.id: turn.text for turn in after.conversation.turns}
        self._turns = {
            turn.id: (turn.text, texts[turn.id], after.spans[turn.id])
            for turn in before.turns
            if turn.id in after.spans
        }
        self._replaced = {value: mark for value, mark in after.replaced.items() if value != mark}
        self._values = {value: mark for value, mark in self._replaced.items() if not _SHORT.fullmatch(value)}
        self._dropped = dropped
        self._is_cut = any(len(text) > SHOWN_TURN for text, _, _ in self._turns.values())

    @cached_property
    def _needles(self) -> tuple[bytes, ...]:
        written = (msgspec.json.encode(value)[1:-1].lower() for value in self._replaced)
        # Keywords are dropped by single words of what was masked, so a document that has any is always read.
        return (b'"keywords":["', *written, *(placeholder(kind)[:-1].encode() for kind in self._dropped))

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        """A name that is one word is looked for as it is written, as it may be a word; all else in any case."""
        ordered = sorted(self._values, key=len, reverse=True)
        single = [each for each in ordered if _ONE_WORD.fullmatch(each)]
        other = [each for each in ordered if not _ONE_WORD.fullmatch(each)]
        return tuple(
            re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, some))})(?!\w)", flags)
            for some, flags in ((other, re.IGNORECASE), (single, 0))
            if some
        )

    @cached_property
    def _by_lower(self) -> Mapping[str, str]:
        return {value.lower(): mark for value, mark in self._values.items()}

    @cached_property
    def _named(self) -> frozenset[str]:
        return frozenset(word for value in self._values for word in _WORDS.findall(value.lower()))

    def text(self, text: str) -> str:
        """Return a text without what was masked."""
        for pattern in self._patterns:
            text = pattern.sub(lambda found: self._by_lower[found[0].lower()], text)
        return without_numbers(text, self._dropped)

    def document(self, body: bytes, redact: Redact | None = None) -> bytes:
        """Return JSON that was made of the conversation without what was masked; the same object where it has none of it.

        With ``redact``, every text goes through that too: it was made of words that are not there any more.
        """
        if redact is None and not self._is_cut:
            lowered = bytes(body).lower()
            if not any(each in lowered for each in self._needles):
                return body
        read = msgspec.json.decode(body)
        after = self._masked(read, redact or str)
        return body if after == read else msgspec.json.encode(after)

    def _masked(self, value: object, redact: Redact) -> Any:  # noqa: ANN401  (JSON)
        match value:
            case str():
                return value if _PLAIN.fullmatch(value) else redact(self.text(value))
            case list():
                return [self._masked(each, redact) for each in cast("Sequence[object]", value)]
            case dict():
                found = cast("Mapping[str, object]", value)
                turn = self._turns.get(cast("str", found.get("turn_id")))
                after: dict[str, object] = {}
                for key, each in found.items():
                    if _STAYS.search(key):
                        after[key] = each
                    elif key == "text" and turn and isinstance(each, str):
                        after[key] = redact(self.text(_quoted(each, *turn)))
                    elif key == "why" and turn and isinstance(each, str):
                        after[key] = redact(self.text(_without_originals(each, turn[0], turn[2])))
                    elif key == "keywords" and isinstance(each, list):
                        its = cast("Sequence[str]", each)
                        after[key] = [one for one in its if self._named.isdisjoint(_WORDS.findall(one.lower()))]
                    else:
                        after[key] = self._masked(each, redact)
                return after
            case _:
                return value


class Counts(Struct, kw_only=True):
    """Counts of conversations: read, changed, kept by a hold; of scores sealed again; of new placeholders by kind."""

    looked: int = 0
    changed: int = 0
    held: int = 0
    scores: int = 0
    placeholders: dict[Kind, int] = {}


def stricter(conversation: Conversation, kept: Redaction, settings: PrivacySettings) -> tuple[Conversation, Redaction]:
    """Return a masked conversation, and what is kept of it, as stricter settings have them.

    Kinds that are dropped lose numbers and hashes; originals stay only of kinds that are tokens.
    """
    dropped = settings.dropped
    originals = {mark: text for mark, text in kept.originals.items() if settings.treatment(_kind(mark)) == "token"}
    kept = replace(kept, originals=originals)
    if not any(_kind(mark) in dropped for mark in (*conversation.masks, *_marks(conversation))):
        return conversation, kept
    masks = {mark: its for mark, its in conversation.masks.items() if _kind(mark) not in dropped}
    written = without_numbers(msgspec.json.encode(replace(conversation, masks={})).decode(), dropped)
    after = replace(msgspec.json.decode(written, type=Conversation), masks=masks)
    return after, replace(kept, spans={turn: _unnumbered(its, dropped) for turn, its in kept.spans.items()})


def without_numbers(text: str, kinds: Collection[Kind]) -> str:
    """Return a text in which the placeholders of some kinds have no number."""

    def bare(found: re.Match[str]) -> str:
        kind, _ = kind_of(found)
        return placeholder(kind) if kind in kinds else found[0]

    return PLACEHOLDER.sub(bare, text) if kinds and "[" in text else text


def _marks(conversation: Conversation) -> set[str]:
    return {found[0] for turn in conversation.turns if "[" in turn.text for found in PLACEHOLDER.finditer(turn.text)}


def _kind(mark: str) -> Kind:
    """Return the kind of a placeholder; a speaker's label that was replaced is a name."""
    found = PLACEHOLDER.fullmatch(mark)
    return "name" if found is None else kind_of(found)[0]


def _unnumbered(spans: Sequence[Span], kinds: Collection[Kind]) -> tuple[Span, ...]:
    after: list[Span] = []
    shorter = 0
    for each in spans:
        number = 0 if each.kind in kinds else each.number
        length = len(placeholder(each.kind, number))
        after.append(replace(each, number=number, start=each.start - shorter, end=each.start - shorter + length))
        shorter += each.end - each.start - length
    return tuple(after)


def _quoted(quotation: str, before: str, after: str, spans: Sequence[Span]) -> str:
    """Return a quotation of a turn as it is written now: a cut through something that was masked has all of its placeholder."""
    at = before.find(quotation)
    if at < 0 or not quotation:
        return quotation
    return after[_at(at, spans, is_end=False) : _at(at + len(quotation), spans, is_end=True)]


def _without_originals(why: str, before: str, spans: Sequence[Span]) -> str:
    """Return a reason, which may have words of its turn in small letters, without those that were masked there."""
    for each in spans:
        original = re.escape(before[each.original_start : each.original_end])
        why = re.sub(rf"(?<!\w){original}(?!\w)", placeholder(each.kind, each.number), why, flags=re.IGNORECASE)
    return why


def _at(place: int, spans: Sequence[Span], *, is_end: bool) -> int:
    """Return where a place of a turn's text is in its masked text."""
    cut = next((each for each in spans if each.original_start < place < each.original_end), None)
    if cut is not None:
        return cut.end if is_end else cut.start
    return moved(place, spans)
