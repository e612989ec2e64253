"""Dates of birth by who is asked next, by what is corrected, and by numbers alone: ``And hers?``, ``The thirtieth.``."""

import re
from collections.abc import Iterator, Sequence

from auscult.domain.privacy.redaction import Found, Utterance
from auscult.redactors import _births
from auscult.redactors._digits import ONES, TEENS, TENS
from auscult.redactors._patterns import searcher

AND_HERS = searcher(
    r"(?m)^\W*(?:ok(?:ay)?|right|thanks?(?: you)?|great|perfect|lovely)?\W*(?:and|und|y|et|what about"
    r"|how about)(?: for)? (?:the |your |his |her )?"
    r"(?:hers|his|theirs|yours|him|her|them|wife|husband|partner|son|daughter|child|other|second|third|next|baby"
    r"|brother|sister|mother|father)(?:'s)?(?: (?:date of birth|birthday|birth ?date|dob|one|please))*\W*$"
)
"""A question that asks the same of another person."""
_DAY = (
    r"(?:(?:oh|zero) (?:one|two|three|four|five|six|seven|eight|nine)|(?:twenty|thirty)[ -](?:one|two|three|four"
    r"|five|six|seven|eight|nine)|"
    + "|".join(
        (
            *TEENS,
            "twenty",
            "thirty",
            *(word for word in ONES if word not in ("o", "oh", "zero", "won", "nil", "nought", "naught")),
        )
    )
    + ")"
)
_YEAR = (
    r"(?:(?:nineteen |twenty )?(?:"
    + "|".join(each for each in TENS if each != "thirty")
    + r")(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|(?:two thousand(?: and)?|oh) (?:one|two|three"
    r"|four|five|six|seven|eight|nine))"
)
_TRIPLE = rf"(?:the )?{_DAY}, ?(?:the )?{_DAY}, ?{_YEAR}"
TRIPLE = searcher(rf"\b{_TRIPLE}\b")
"""Prefilter: day, month and year as numbers that are said, with a pause between them."""
_ALONE = re.compile(
    rf"(?:\W*(?:um|uh|er|yes|yeah|so|it's|that's|well|ok|okay|sure|mine's|mine is|his is"
    rf"|hers is)\b)*\W*({_TRIPLE})\b(?=\W*$|\W+and (?:my|his|her|the)\b)"
)
_WHOSE = re.compile(
    rf"\b(?:my|his|her|our|the) (?:\w+ ){{0,2}}?(?:wife|husband|partner|son|daughter|mother|father|mum|mom|dad"
    rf"|brother|sister)(?:'s|\u2019s| is)(?: is)? ({_TRIPLE})\b|\b(?:mine|hers|his)(?: is|'s) ({_TRIPLE})\b"
)
_CORRECTED = re.compile(
    r"(?:\W*(?:no|nope|sorry|it's|it is|actually|um|uh|wait|not quite|that's)\b)*\W*((?:the )?(?:\d{1,2}(?:st|nd"
    r"|rd|th)|(?:(?:twenty|thirty)[ -])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|tenth"
    r"|eleventh|twelfth|"
    r"(?:thir|four|fif|six|seven|eigh|nine)teenth|twentieth|thirtieth)(?: of (?:the )?\w+)?)\W*"
)
_SOON = 3
"""Turns after a date in which it is corrected, or asked for another person."""


def triples(low: str) -> Iterator[tuple[int, int, str]]:
    """Yield dates of three numbers with pauses that are all of a turn, or a relative's: ``my husband's is three, one, forty-one``."""
    alone = _ALONE.match(low)
    if alone is not None:
        yield *alone.span(1), _births.canonical(alone[1])
    for found in _WHOSE.finditer(low) if alone is not None else ():
        group = 1 if found[1] else 2
        yield *found.span(group), _births.canonical(found[group])


def later(
    utterances: Sequence[Utterance], lows: Sequence[str], asking: Sequence[int], found: Sequence[Found]
) -> Iterator[Found]:
    """Yield dates of others asked for after one that was found, and days that correct one which the other side read."""
    turns = {one.turn: one for one in found}
    for asked in asking:
        if any(turn in turns for turn in range(max(0, asked - _SOON), asked)):
            for turn in range(asked + 1, min(asked + 1 + _SOON, len(lows))):
                if utterances[turn].speaker != utterances[asked].speaker:
                    dates = list(_births.dates(lows[turn], is_asked=True))
                    yield from (Found(turn, start, end, "birth_date", value) for start, end, value in dates)
                    break
    for turn, one in turns.items():
        if turn + 1 < len(lows) and utterances[turn + 1].speaker != utterances[turn].speaker and turn + 1 not in turns:
            day = _CORRECTED.fullmatch(lows[turn + 1])
            if day is not None:
                yield Found(turn + 1, *day.span(1), "birth_date", f"{_births.canonical(day[1])} of {one.value}")
