"""Redaction as arithmetic: personal data found in a conversation becomes placeholders, numbered by value.

A placeholder keeps the kind: ``[card 1]``. The same value has the same number throughout a conversation, however it
was written or said, so that a read-back can still be compared with what it repeats.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, cast, get_args

from msgspec import Struct

Kind = Literal[
    "card",
    "iban",
    "national_number",
    "security_code",
    "expiry",
    "email",
    "phone",
    "account",
    "birth_date",
    "address",
    "name",
]
"""Kinds of personal data; where two overlap, the earlier one wins."""

NEVER_KEPT: frozenset[Kind] = frozenset({"security_code"})
"""Kinds of which no original, and no hash of one, is kept in any mode: PCI DSS 4.0.1, 3.3.1."""

Mode = Literal["off", "mask", "token"]
"""What an app does with what it accepts. ``token``: as ``mask``, with the values kept encrypted."""

KINDS: tuple[Kind, ...] = get_args(Kind)
_RANK: Mapping[Kind, int] = {kind: rank for rank, kind in enumerate(KINDS)}
PLACEHOLDER = re.compile(r"\[(" + "|".join(kind.replace("_", " ") for kind in KINDS) + r")(?: ([1-9][0-9]*))?\]")


def kind_of(found: re.Match[str]) -> tuple[Kind, int]:
    """Return the kind and the number of a placeholder that was found, 0 where it has none."""
    return cast("Kind", found[1].replace(" ", "_")), int(found[2] or 0)


class Utterance(NamedTuple):
    """A text with its speaker; several in order make a conversation."""

    speaker: str
    text: str


class Hints(Struct, frozen=True, kw_only=True):
    """Facts from metadata: names that may be mentioned, and ISO codes of countries whose numbers are likely."""

    names: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    language: str | None = None


class Found(NamedTuple):
    """Personal data in the text of utterance ``turn``, from ``start`` to ``end``.

    ``value`` is canonical: equal for equal data, however it is written.
    """

    turn: int
    start: int
    end: int
    kind: Kind
    value: str


def is_taken(found: Iterable[Found], start: int, end: int) -> bool:
    """Return whether one of the spans that were found in a text overlaps another one of it."""
    return any(one.start < end and start < one.end for one in found)


class Span(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A placeholder in a redacted text: its offsets there, and those of what it replaced in the original.

    ``start_ms`` and ``end_ms`` bound the words in the recording, from the conversation's start; None: not known.
    ``by`` names the redactor that found it; empty where an earlier version did.
    """

    kind: Kind
    number: int
    start: int
    end: int
    original_start: int
    original_end: int
    start_ms: int | None = None
    end_ms: int | None = None
    by: str = ""


def moved(offset: int, spans: Sequence[Span], *, is_back: bool = False) -> int:
    """Return the offset in the redacted text of a place in the original outside all spans, or with ``is_back`` the reverse."""
    ends = ((each.end, each.original_end) if is_back else (each.original_end, each.end) for each in spans)
    return offset + next((after - before for before, after in reversed([*ends]) if before <= offset), 0)


class Redacted(NamedTuple):
    """Redacted texts, with the spans of each, and the originals by placeholder in order of appearance.

    Those of kinds in ``NEVER_KEPT`` are not among the originals.
    """

    texts: tuple[str, ...]
    spans: tuple[tuple[Span, ...], ...]
    originals: Mapping[str, str]

    def replaced(self, before: Sequence[str]) -> dict[str, str]:
        """Return the placeholder of everything that was replaced, as it is written in the texts before."""
        return {
            text[each.original_start : each.original_end]: placeholder(each.kind, each.number)
            for text, its in zip(before, self.spans, strict=True)
            for each in its
        }


class Numbering:
    """Numbers of values within one conversation: 1 for the first card, 2 for the second."""

    def __init__(
        self,
        taken: Iterable[str] = (),
        masks: Mapping[str, str] | None = None,
        mask_of: Callable[[Kind, str], str] | None = None,
        dropped: Collection[Kind] = (),
    ) -> None:
        """Begin with 1 for every kind, or behind the highest number in texts that hold placeholders already.

        ``masks`` are keyed hashes by placeholder of what was replaced before: a value that has one there, by
        ``mask_of``, gets the same number again. Values of ``dropped`` kinds have no number.
        """
        self._dropped = dropped
        self._numbers: dict[tuple[Kind, str], int] = {}
        self._last: dict[Kind, int] = {}
        self._known = {(mark.rpartition(" ")[0], mask): mark for mark, mask in (masks or {}).items()}
        self._mask_of = mask_of
        for text in [text for text in (*taken, *(masks or {})) if "[" in text]:
            for found in PLACEHOLDER.finditer(text):
                kind, number = kind_of(found)
                self._last[kind] = max(self._last.get(kind, 0), number)

    def of(self, kind: Kind, value: str) -> int:
        """Return the number of a value, the next one where it is new; 0 where its kind has none."""
        if kind in self._dropped:
            return 0
        key = (kind, value)
        if key not in self._numbers:
            self._numbers[key] = self._earlier(kind, value) or self._next(kind)
        return self._numbers[key]

    def knows(self, kind: Kind, value: str) -> bool:
        """Return whether a value was replaced before."""
        return self._earlier(kind, value) is not None

    def _next(self, kind: Kind) -> int:
        self._last[kind] = self._last.get(kind, 0) + 1
        return self._last[kind]

    def _earlier(self, kind: Kind, value: str) -> int | None:
        if not self._known or self._mask_of is None:
            return None
        mark = self._known.get((placeholder(kind)[:-1], self._mask_of(kind, value)))
        return None if mark is None else int(mark.rpartition(" ")[2][:-1])

    def values(self) -> Iterator[tuple[str, Kind, str]]:
        """Yield the values that have a number and may be kept: placeholder, kind and value."""
        for (kind, value), number in self._numbers.items():
            if kind not in NEVER_KEPT:
                yield placeholder(kind, number), kind, value


def placeholder(kind: Kind, number: int | None = None) -> str:
    """Return ``[card 1]``; without a number, or with 0, ``[card]``."""
    word = kind.replace("_", " ")
    return f"[{word} {number}]" if number else f"[{word}]"


def unnumbered(text: str) -> str:
    """Return a text with placeholders that say only the kind: ``[name]`` for ``[name 2]``."""
    return PLACEHOLDER.sub(lambda found: placeholder(kind_of(found)[0]), text)


def redacted(
    texts: Sequence[str],
    found: Iterable[Found],
    numbering: Numbering | None = None,
    is_kept: Callable[[Found, str], bool] | None = None,
) -> Redacted:
    """Replace everything found by placeholders. Where two overlap, the kind that comes first in ``KINDS`` wins.

    What ``is_kept``, by what was found and how it is written, stays as it is.
    """
    numbering = numbering or Numbering()
    originals: dict[str, str] = {}
    by_turn: dict[int, list[Found]] = {}
    for each in _apart(texts, found):
        if is_kept and is_kept(each, texts[each.turn][each.start : each.end]):
            continue
        by_turn.setdefault(each.turn, []).append(each)
    changed = list(texts)
    spans: list[tuple[Span, ...]] = [()] * len(texts)
    for turn, its in sorted(by_turn.items()):
        changed[turn], spans[turn] = _replaced(texts[turn], its, numbering, originals)
    return Redacted(tuple(changed), tuple(spans), originals)


def _replaced(
    text: str, found: Sequence[Found], numbering: Numbering, originals: dict[str, str]
) -> tuple[str, tuple[Span, ...]]:
    parts: list[str] = []
    spans: list[Span] = []
    done = length = 0
    for each in found:
        number = numbering.of(each.kind, each.value)
        mark = placeholder(each.kind, number)
        if number and each.kind not in NEVER_KEPT:
            originals.setdefault(mark, text[each.start : each.end])
        parts += [text[done : each.start], mark]
        length += each.start - done
        spans.append(
            Span(
                kind=each.kind,
                number=number,
                start=length,
                end=length + len(mark),
                original_start=each.start,
                original_end=each.end,
            )
        )
        length += len(mark)
        done = each.end
    return "".join((*parts, text[done:])), tuple(spans)


def _apart(texts: Sequence[str], found: Iterable[Found]) -> list[Found]:
    """Choose what does not overlap, by kind and then by length; in the order of the conversation.

    Of one that overlaps others, what these leave of it is still replaced. Placeholders that are there stay as they are.
    """
    taken: dict[int, list[Found]] = {}
    for each in sorted(found, key=lambda one: (_RANK[one.kind], one.start - one.end)):
        text, others = texts[each.turn], taken.setdefault(each.turn, [])
        marks = PLACEHOLDER.finditer(text) if "[" in text else ()
        there = [Found(each.turn, *mark.span(), each.kind, "") for mark in marks]
        others += [_trimmed(text, piece) for piece in _left(each, [*others, *there])]
    chosen = (one for its in taken.values() for one in its if one.start < one.end)
    return sorted(chosen, key=lambda one: (one.turn, one.start))


def _left(each: Found, others: Iterable[Found]) -> list[Found]:
    """Return what others leave of one."""
    pieces = [each]
    for other in others:
        if other.end <= each.start or each.end <= other.start:
            continue
        cut = [
            (piece._replace(end=min(piece.end, other.start)), piece._replace(start=max(piece.start, other.end)))
            for piece in pieces
        ]
        pieces = [piece for pair in cut for piece in pair if piece.start < piece.end]
    return pieces


def _trimmed(text: str, found: Found) -> Found:
    """Strip non-alphanumeric characters at both ends, but for signs that belong to a number."""
    start, end = found.start, found.end
    while start < end and not (text[start].isalnum() or text[start] in "+("):
        start += 1
    while start < end and not text[end - 1].isalnum():
        end -= 1
    return found if (start, end) == (found.start, found.end) else found._replace(start=start, end=end)
