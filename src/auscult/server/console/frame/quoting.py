"""Search for quoted words in a turn, so that a page marks them and not the whole turn."""

import re
from typing import NamedTuple

from auscult.domain.evaluation import Evidence

_QUOTED = re.compile(r"^says '(?P<said>.*)'$", re.DOTALL)
_TOKEN = re.compile(r"[^\W_]+(?:['\u2019.-][^\W_]+)*|\S")
_SENTENCE = re.compile(r"[^.!?\u3002\uff01\uff1f\n]+[.!?\u3002\uff01\uff1f]*")
_STOP = re.compile(r"(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bMrs)[.!?]+(?=\s|$)|[\u3002\uff01\uff1f\n]+")
_LONGEST_EXCERPT = 160
_LEAST_SHARED = 0.5


class Span(NamedTuple):
    """A range of a text: the offset of its first character, and the one after its last."""

    start: int
    end: int


def quoted_words(why: str) -> str | None:
    """Return the words that a reason quotes (``says 'how can i help'``), or None without a quotation."""
    found = _QUOTED.match(why)
    return found["said"].rstrip("\u2026") if found else None


def span_of(evidence: Evidence, text: str) -> Span | None:
    """Find the words of a piece of evidence within the text of its turn.

    Return the words that the reason quotes; else, in a turn of several sentences, the sentence that the evidence shows;
    else the whole turn. Return None where the words are not in the text.
    """
    if said := quoted_words(evidence.why):
        return _find(said, text)
    if evidence.text and evidence.text != text and (at := text.find(evidence.text)) >= 0:
        return Span(at, at + len(evidence.text))
    return Span(0, len(text)) if text else None


def passage(text: str, span: Span, longest: int) -> str:
    """Return the sentences that a span is in; of more than ``longest`` characters the span and as many around it.

    Dots show where a sentence is cut.
    """
    start = max((stop.end() for stop in _STOP.finditer(text) if stop.end() <= span.start), default=0)
    stop = _STOP.search(text, max(span.start, span.end - 1))
    end = stop.end() if stop else len(text)
    room = max(0, longest - (span.end - span.start)) // 2
    first, last = start, end
    if end - start > longest and span.start - room > start:
        first = text.find(" ", span.start - room, span.start) + 1 or span.start
    if end - start > longest and span.end + room < end:
        last = max(text.rfind(" ", span.end, span.end + room), span.end)
    dots = "\u2026"
    return f"{dots * (first > start)}{text[first:last].strip()}{dots * (last < end)}"


def _find(words: str, text: str) -> Span | None:
    """Find words in a text: literally, else word for word without case, apostrophes and punctuation."""
    start = text.lower().find(words.lower())
    if start >= 0 and words.strip():
        return Span(start, start + len(words))
    wanted = [bare for each in _TOKEN.findall(words) if (bare := _bare(each))]
    tokens = [(_bare(each.group()), each.start(), each.end()) for each in _TOKEN.finditer(text)]
    tokens = [each for each in tokens if each[0]]
    if not wanted:
        return None
    for at in range(len(tokens) - len(wanted) + 1):
        if [each[0] for each in tokens[at : at + len(wanted)]] == wanted:
            return Span(tokens[at][1], tokens[at + len(wanted) - 1][2])
    return _nearest(set(wanted), text)


def _nearest(wanted: set[str], text: str) -> Span | None:
    """Return the sentence with most of the words, if it has at least half of them."""
    best, found = 0, None
    for sentence in _SENTENCE.finditer(text):
        shared = len(wanted & {_bare(each) for each in _TOKEN.findall(sentence.group())})
        if shared > best:
            best, found = shared, Span(sentence.start(), sentence.end())
    return found if best >= _LEAST_SHARED * len(wanted) else None


def _bare(token: str) -> str:
    return "".join(letter for letter in token.casefold() if letter.isalnum())


def excerpt(text: str, longest: int = _LONGEST_EXCERPT) -> str:
    """Return the words for a quotation in a list: with a capital first, and an ellipsis if they are cut."""
    words = " ".join(text.split())
    if len(words) > longest:
        words = words[:longest].rsplit(" ", 1)[0].rstrip(",;: ") + "\u2026"
    return words[:1].upper() + words[1:]
