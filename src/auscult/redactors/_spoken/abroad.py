"""Numbers of other languages than English: single digits, tens and those that are one word, and French sums."""

from collections.abc import Iterator, Mapping, Sequence

from auscult.redactors._words import words_of

_LISTS = words_of("digits.txt")
ABROAD_DOUBTFUL, JOINS = _LISTS["doubtful"], _LISTS["joins"]
"""Numbers that are other words as well, and the words between tens and ones."""
_GERMAN = "ein zwei drei vier fünf sechs sieben acht neun"
_DUTCH = "een twee drie vier vijf zes zeven acht negen"
_SPANISH = "uno dós trés cuatro cinco séis siete ocho nueve"
_ITALIAN = "uno due tre quattro cinque sei sette otto nove"


def _compounds() -> Iterator[tuple[str, str]]:
    """Yield words such as ``einundzwanzig``, ``tweeëntwintig`` and ``trentaquattro`` with their digits."""
    german = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"
    dutch = "twintig dertig veertig vijftig zestig zeventig tachtig negentig"
    italian = "venti trenta quaranta cinquanta sessanta settanta ottanta novanta"
    for ones, tens, joint in ((_GERMAN, german, "und"), (_DUTCH, dutch, "en")):
        for tens_digit, ten in enumerate(tens.split(), 2):
            for value, one in enumerate(ones.split(), 1):
                middle = "ën" if joint == "en" and one[-1] == "e" else joint
                yield f"{one}{middle}{ten}", f"{tens_digit}{value}"
    for tens_digit, ten in enumerate(italian.split(), 2):
        for value, one in enumerate(_ITALIAN.split(), 1):
            yield f"{ten[:-1] if one[0] in 'uo' else ten}{one}", f"{tens_digit}{value}"


FOREIGN: Mapping[str, str] = {
    **{word: value for value in _LISTS if value.isdecimal() for word in _LISTS[value]},
    **dict(_compounds()),
    **{f"veinti{one}": f"2{value}" for value, one in enumerate(_SPANISH.split(), 1)},
    "veintidos": "22", "veintitres": "23", "veintiseis": "26",
}  # fmt: skip
"""Numbers of other languages: ``vier``, ``veinte``, ``einundzwanzig``."""
FOREIGN_TENS = {word: value[0] for word, value in FOREIGN.items() if value[0] > "1" and value[1:] == "0"}
_HUNDREDS = {word: value[0] for word, value in FOREIGN.items() if len(value) > 2}  # noqa: PLR2004
_NEAR = 4


def summed(tokens: Sequence[tuple[str, int, int]], at: int) -> tuple[str, int] | None:
    """Return the digits of what is said as a sum from a token on, and the token behind: ``soixante-quinze``, ``seiscientos doce``.

    None where none begins there.
    """
    word = tokens[at][0]
    if word in ("soixante", "quatre"):
        behind = _behind(tokens, at)
        if word == "quatre" and (behind >= len(tokens) or tokens[behind][0] not in ("vingt", "vingts")):
            return None
        last = at + 1 if word == "soixante" else behind + 1
        rest = _behind(tokens, last - 1)
        value = (
            int(FOREIGN.get(tokens[rest][0], "0")) if rest < len(tokens) and tokens[rest - 1][0] in ("-", "et") else 0
        )
        base = 60 if word == "soixante" else 80
        return (str(base + value), rest + 1) if 0 < value < 20 else ((str(base), last) if word == "quatre" else None)  # noqa: PLR2004
    if word in _HUNDREDS and at + 1 < len(tokens) and len(FOREIGN.get(tokens[at + 1][0], "")) == 2:  # noqa: PLR2004
        return _HUNDREDS[word], at + 1
    return None


def _behind(tokens: Sequence[tuple[str, int, int]], at: int) -> int:
    """Return the next token that is neither a hyphen nor ``et``."""
    at += 1
    while at < len(tokens) and tokens[at][0] in ("-", "et"):
        at += 1
    return at


def is_foreign(tokens: Sequence[tuple[str, int, int]], at: int, signs: frozenset[str]) -> bool:
    """Return whether a token is a number of another language, or a sign before one."""
    at += 0 <= at < len(tokens) and tokens[at][0] in signs
    return 0 <= at < len(tokens) and tokens[at][0] in FOREIGN


def is_near(tokens: Sequence[tuple[str, int, int]], at: int, signs: frozenset[str], *, inside: bool) -> bool:
    """Return whether a doubtful word is a number: such numbers follow on it, or are right before it."""
    if is_foreign(tokens, at + 1, signs):
        return True
    return inside and any(is_foreign(tokens, index, signs) for index in range(at - _NEAR, at))
