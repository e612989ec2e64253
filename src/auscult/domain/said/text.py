"""Plain text of a turn: words without punctuation and fillers, and sentences as slices of the original."""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

FILLERS = frozenset({"uh", "um", "erm", "uhm", "er"})
WINDOW_WORDS = 12
WINDOW_STEP = 6
LONG_WORDS = 20

_KEEP_CHARACTERS = 2_000

# Typographic quotes, by code point: 6 single ones (curly, modifier, reversed, grave, acute), 3 double ones.
_QUOTES = {
    **dict.fromkeys((0x2018, 0x2019, 0x02BC, 0x201B, 0x60, 0xB4), "'"),
    **dict.fromkeys((0x201C, 0x201D, 0x201E), '"'),
}
# One pass over ASCII: letters small, digits kept, everything else a space (apostrophes are dropped on the way).
_ASCII_WORDS = bytes(ord(chr(code).lower()) if chr(code).isalnum() else 0x20 for code in range(128)) + b" " * 128
_NOT_WORD = re.compile(r"[\W_]+")
# Where a script (Devanagari, Arabic, Thai) or a decomposed letter may have marks, which are no letters to ``\\w``.
_MAY_HAVE_MARKS = re.compile("[\u0300-\u1fff\u3099\u309a\ua800-\uabff]")
# Apostrophes, and what joins letters.
_PLACEHOLDER = re.compile(
    r"\[(card|iban|national number|security code|email|phone|account|birth date|address|name)(?: \d+)?\]"
)
_FORMS = {"email": "x@x.xx", "birth date": "1/1/1980", "address": "1 x road"}
"""Stand-ins that are no longer than the shortest placeholder; those of numbers are digits, that of a name a word."""
_DROPPED = re.compile("['\u200c\u200d]")
_WORD = re.compile(r"\S+")
# Stops before a space, line ends, and full-width stops and dandas, which need no space behind them. Looked for by the
# first character, for so the many texts without any are passed over quickly. Stops count only where a run of them
# begins, and none is given back, so that a text of nothing but dots takes no longer.
_STOPS, _FULL_STOPS = ".!?;", "\u3002\uff01\uff1f\uff61\u0964\u0965"
_SENTENCE_END = re.compile(
    rf"[{_STOPS}\n{_FULL_STOPS}]"
    rf"(?:(?<=[{_STOPS}])(?<![{_STOPS}][{_STOPS}])[{_STOPS}]*+(?=\s|$)|(?<=\n)\n*|(?<=[{_FULL_STOPS}])[{_FULL_STOPS}]*)"
)


def straighten_quotes(text: str) -> str:
    """Replace curly quotes and apostrophes by straight ones, and placeholders by substitutes; the length stays."""
    plain = text if text.isascii() else text.translate(_QUOTES)
    return with_stand_ins(plain) if "[" in plain else plain


def with_stand_ins(text: str) -> str:
    """Replace placeholders of redaction (``[account 1]``) by what has their form: digits, a name; the length stays.

    So a rule that a name introduces, or that a number identifies, holds for redacted text too.
    """
    return _PLACEHOLDER.sub(_stand_in, text)


def _stand_in(found: re.Match[str]) -> str:
    size, kind = len(found[0]), found[1]
    if kind == "name":
        return "X" + "x" * (size - 1)
    form = _FORMS.get(kind)
    return "0" * size if form is None else form.ljust(size)


def spoken_words(text: str) -> str:
    """Return the bare words, small letters, one space before, between and after: ``" thank you for calling "``.

    Punctuation goes, apostrophes go without a gap (``I'm`` and ``im`` are one), and so do fillers (uh, um).
    Text without a word gives ``" "``.
    """
    return _kept_words(text) if len(text) <= _KEEP_CHARACTERS else scan_words(text)


def sentences(text: str) -> tuple[str, ...]:
    """Cut a turn into the pieces that are compared by meaning; each is a slice of ``text``, in order.

    Cuts after ``.``, ``!``, ``?``, ``;`` and at line ends. A piece of more than 20 words (speech without
    punctuation) is read through windows of 12 words that overlap by 6. Text without a word gives nothing.
    """
    return _kept_sentences(text) if len(text) <= _KEEP_CHARACTERS else _cut(text)


def scan_words(text: str) -> str:
    """Return the same as ``spoken_words``, without memoising it: for words of a text one by one."""
    if "[" in text:
        text = with_stand_ins(text)
    if text.isascii():
        bare = text.encode().translate(_ASCII_WORDS, b"'`").decode()
    else:
        folded = unicodedata.normalize("NFKC", text.translate(_QUOTES)).casefold()
        folded = unicodedata.normalize("NFKC", folded).translate(_QUOTES)  # folding may undo either
        folded = _DROPPED.sub("", folded)
        bare = _with_marks(folded) if _MAY_HAVE_MARKS.search(folded) else _NOT_WORD.sub(" ", folded)
    words = bare.split()
    if not FILLERS.isdisjoint(words):
        words = [word for word in words if word not in FILLERS]
    return f" {' '.join(words)} " if words else " "


def _with_marks(folded: str) -> str:
    """Letters, digits and their marks; everything else a space."""
    composed = unicodedata.normalize("NFC", folded)
    return "".join([one if one.isalnum() or _is_mark(one) else " " for one in composed])


def _is_mark(one: str) -> bool:
    return _MAY_HAVE_MARKS.match(one) is not None and unicodedata.category(one).startswith("M")


def _cut(text: str) -> tuple[str, ...]:
    cuts = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    pieces = (text[start:end].strip() for start, end in pairwise(cuts))
    return tuple(window for piece in pieces if len(spoken_words(piece)) > 1 for window in _windows(piece))


def _windows(sentence: str) -> list[str]:
    if len(sentence.split()) <= LONG_WORDS:
        return [sentence]
    spans = [match.span() for match in _WORD.finditer(sentence)]
    starts = [*range(0, len(spans) - WINDOW_WORDS, WINDOW_STEP), len(spans) - WINDOW_WORDS]
    return [sentence[spans[start][0] : spans[start + WINDOW_WORDS - 1][1]] for start in starts]


# Every metric of a form reads the same turns, one metric after the other: keep what was worked out of a turn of
# ordinary length. Longer ones are not kept, so that the memory these take stays small whatever comes in.
_kept_words = lru_cache(maxsize=4096)(scan_words)
_kept_sentences = lru_cache(maxsize=4096)(_cut)
