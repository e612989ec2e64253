"""Pointing at what decided: the turn, the words, and why they count."""

import re
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from auscult.domain.ai_agents.calls import happened, placed_calls
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import coded
from auscult.domain.evaluation import SHOWN_TURN, Evidence
from auscult.domain.probe import Answer, GradingAnswer, JudgementAnswer
from auscult.domain.said.text import sentences, spoken_words, straighten_quotes
from auscult.metrics._finding.calls import holds
from auscult.metrics._finding.language import What
from auscult.metrics._finding.patterns import bare_words, match_starts, matched_words, phrase_pattern, searcher

SHOWN_WORDS = 60
_CONTEXT = 100
_EVENTS = {"hold": coded("hold"), "transfer": coded("transfer")}
_TOKEN = re.compile(r"[^\W_]+(?:(?<=\d)[.,]\d+)*")
"""A word or number; a point or comma between digits is part of a number."""


def shortened(words: str) -> str:
    """The words, or their beginning when they are many."""
    return words if len(words) <= SHOWN_WORDS else words[: SHOWN_WORDS - 1] + "…"


def why_by_last_words(condition: What, turn: Turn, conversation: Conversation, wording: str) -> tuple[str, str]:
    """Why a condition holds, as ``why_by_words``; of several sentences in which its words are, the last one shows it."""
    search = searcher((wording,)) if condition.wording is not None else None
    pieces = reversed(sentences(turn.text)) if search else ()
    piece = next((piece for piece in pieces if search and search(bare_words(piece))), "")
    why, shown = why_by_words(condition, replace(turn, text=piece or turn.text), conversation, wording)
    return why, piece or shown


def why_by_words(condition: What, turn: Turn, conversation: Conversation, wording: str) -> tuple[str, str]:
    """Why a condition of words or events holds on this turn, and the piece of the turn that shows it.

    ``wording`` is the pattern of the condition's wordings over the turn's bare words.
    """
    if condition.phrases is not None:
        words = spoken_words(turn.text)
        said = next((one for one in condition.phrases if searcher((phrase_pattern(one),))(words)), "")
        shown = _as_said(said, turn.text)
        return coded("says '{words}'", words=shortened(shown)), _piece_with(phrase_pattern(said), spoken_words, turn)
    if condition.wording is not None:
        said = _as_said(matched_words(wording, bare_words(turn.text)).strip(), turn.text)
        return coded("says '{words}'", words=shortened(said)), _piece_with(wording, bare_words, turn)
    if condition.pattern is not None:
        text = straighten_quotes(turn.text)
        at, end = next(iter(match_starts(condition.pattern, text)), (0, 0))
        start = max(0, at - _CONTEXT)
        quoted = turn.text if "[" in turn.text else text  # of the same length, with placeholders in place of stand-ins
        return coded("says '{words}'", words=shortened(_whole(at, end, quoted))), turn.text[start : start + SHOWN_TURN]
    if condition.call is not None:
        index = next(number for number, each in enumerate(conversation.turns) if each.id == turn.id)
        fitting = [each for each in placed_calls(conversation) if holds(condition.call, each.call)]
        if not fitting:
            return coded("calls {name}", name=condition.call.name), ""
        made = next((each.call for each in fitting if each.position >= index), fitting[0].call)
        return coded("calls {name} ({id})", name=condition.call.name, id=made.id), ""
    events = [event for event in happened(conversation) if event.type == condition.event]
    event = next((one for one in events if (one.start_ms or 0) >= (turn.start_ms or 0)), events[0])
    return event_in_words(event.type, event.start_ms), ""


def event_in_words(name: str, start_ms: int | None) -> str:
    """Return an event in words, with its time where that is known: ``hold at 30000 ms``."""
    known = _EVENTS.get(name, name)
    return known if start_ms is None else coded("{name} at {ms} ms", name=known, ms=start_ms)


def quoted_of_record(answers: Iterable[Answer]) -> tuple[Evidence, ...]:
    """Return what a judge quotes of calls and sources as evidence."""
    judged = (one for one in answers if isinstance(one, JudgementAnswer | GradingAnswer))
    return tuple(
        Evidence(call_id=each.call_id, text=each.quote[:SHOWN_TURN], why=coded("written in {name}", name=each.name))
        for one in judged
        for each in one.quoted
    )


def _as_said(words: str, text: str) -> str:
    """Return bare words as the turn has them, numbers whole: ``340 euros`` becomes ``2,340 euros``.

    Words that the turn writes otherwise (expanded contractions, straightened letters) are returned as they are.
    """
    if not words or not (words[0].isdigit() or words[-1].isdigit() or "[" in text):
        return words
    pattern = r"(?<![^\W_])" + r"\W+".join(map(re.escape, words.split())) + r"(?![^\W_])"
    found = re.search(pattern, straighten_quotes(text), re.IGNORECASE)
    return _whole(found.start(), found.end(), text) if found else words


def _whole(start: int, end: int, text: str) -> str:
    """Return a slice of a text with the whole of the tokens at its ends."""
    spans = [token.span() for token in _TOKEN.finditer(text)]
    first = min((begin for begin, stop in spans if begin < start < stop), default=start)
    return text[first : max((stop for begin, stop in spans if begin < end < stop), default=end)]


def _piece_with(pattern: str, read: Callable[[str], str], turn: Turn) -> str:
    """Of a long turn the first sentence that matches, or nothing where the match reaches over several."""
    if len(turn.text) <= SHOWN_TURN:
        return ""
    search = searcher((pattern,))
    return next((piece for piece in sentences(turn.text) if search(read(piece))), "")
