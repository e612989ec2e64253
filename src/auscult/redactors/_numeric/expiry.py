"""Expiry of a payment card: said with a word for it, or asked for, where the talk is of a card."""

import re
from collections.abc import Iterator, Mapping, Sequence

from auscult.domain.privacy.redaction import Found, Utterance
from auscult.redactors._born.dates import MONTH
from auscult.redactors._digits import ONES, TEENS
from auscult.redactors._patterns import searcher
from auscult.redactors._spoken.abroad import FOREIGN

CUE = searcher(
    r"\bexp(?:iry|ires?|iration|iring|\.)?(?:\b|\d)|\bvalid[ -](?:to|thru|through|until)\b|\b(?:runs? out|lapsed)\b"
    r"|g[üu]ltig|ablauf|l[äa]uft (?:\w+ ){0,4}ab\b|verfall|\bvalable"
    r"|\bcaduc|\bvenc(?:e|imiento)|\bexpir|\bvalidade|\bvalidit[ée]"
)
"""A word for the expiry, in five languages."""
_NUMBERS: Mapping[str, int] = {word: int(value) for word, value in {**FOREIGN, **ONES, **TEENS}.items()}


def _words(*values: int) -> str:
    return "|".join(sorted((word for word, value in _NUMBERS.items() if value in values), key=len, reverse=True))


_JOINT = r"[ ,/-]+(?:(?:of|for|the|in|de|del|do|slash|barra|oblique) )*"
_SPOKEN_MONTH = rf"(?:(?:(?:oh|o|{_words(0)}) )?(?:{_words(*range(1, 13))})|{MONTH})"
_THOUSAND = r"(?:20|twenty |two thousand (?:and )?|zweitausend ?(?:und)?|dos mil |deux mille |dois mil (?:e )?)"
_SPOKEN_YEAR = (
    rf"(?:{_THOUSAND}?(?:(?:{_words(*range(21, 30), *range(31, 40))})"
    rf"|(?:twenty|thirty|{_words(20, 30)})(?:[ -](?:y |e |et |und )?(?:{_words(*range(1, 10))}))?|[23]\d)"
    rf"|two (?:{_words(*range(1, 10))}))"
)
_DATE = re.compile(
    r"(?<![\d/.])(?:(?:0?[1-9]|1[0-2]) ?[/.-] ?(?:20)?[23]\d(?![\d/]|[.-]\d)|(?:0[1-9]|1[0-2])[23]\d(?!\d)"
    rf"|\b{_SPOKEN_MONTH}{_JOINT}{_SPOKEN_YEAR}\b)"
)
_CARD = re.compile(r"\bcard\b|\bcvv|karte|tarjeta|\bcarte\b|cart[ãa]o|plástico")
_APART = 20
"""Characters between a word for the expiry, or the number of the card, and the date."""
_TALK = 6
"""Turns within which the talk is of the same card."""
_ANSWERS = 2
_LONGEST_ANSWER = 60


def expiries(
    utterances: Sequence[Utterance], lows: Sequence[str], cues: Sequence[int], found: Sequence[Found]
) -> Iterator[Found]:
    """Yield the expiry dates of cards; ``cues`` are the turns with a word for it, ``found`` has the cards."""
    cards = [one for one in found if one.kind == "card"]
    for card in cards:
        yield from _dates(card.turn, lows[card.turn], card.end, card.end + _APART)
    for turn in cues:
        near = range(max(0, turn - _TALK), min(len(lows), turn + _TALK))
        if not (any(one.turn in near for one in cards) or any(_CARD.search(lows[each]) for each in near)):
            continue
        for cue in CUE.finditer(lows[turn]):
            yield from _dates(turn, lows[turn], cue.end() - lows[turn][cue.end() - 1].isdecimal(), cue.end() + _APART)
        speaker = utterances[turn].speaker
        for answer in range(turn + 1, min(len(lows), turn + 1 + _ANSWERS)):
            if utterances[answer].speaker != speaker and len(lows[answer]) <= _LONGEST_ANSWER:
                yield from _dates(answer, lows[answer], 0, _LONGEST_ANSWER)


def _dates(turn: int, low: str, start: int, last: int) -> Iterator[Found]:
    """Yield the first date of a turn that begins between two places."""
    date = _DATE.search(low, start)
    if date and date.start() <= last:
        yield Found(turn, *date.span(), "expiry", re.sub(r"\W+", " ", date[0]))
