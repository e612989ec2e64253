"""Numbers as they are said, read as digits: ``double four``, ``oitenta e quatro``, ``hundertzwölf``."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from auscult.wording.word_lists import read_words

_LISTS = read_words(Path(__file__).with_name("numbers.txt"))
DOUBTFUL, JOINS, LETTERS = _LISTS["doubtful"], _LISTS["joins"], _LISTS["letters"]
NAMED_LETTERS = _LISTS["named_letters"]
HUNDRED, THOUSAND = _LISTS["hundred"], _LISTS["thousand"]
TIMES: Mapping[str, int] = {word: int(title[0]) for title in ("2x", "3x") for word in _LISTS[title]}
IBAN_LENGTH = {
    country: int(length)
    for country, length in re.findall(
        r"([a-z]{2})(\d\d)",
        "ad24ae23al28ao25at20az28ba20be16bg22bh22bi27br29bh22by28ch21cr22cv25cy28cz24de22dj27dk18do28dz26ee20eg29es24fi18"
        "fk18fo18fr27gb22ge22gi23gl18gr27gt28hr21hu28ie22il23iq23is26it27jo30kw30kz20lb28lc32li21lt20lu20lv21ly25"
        "ma28mc27md24me22mg27mk19mn20mr27mt31mu30mz25ni28nl18no15om23pk24pl28ps29pt25qa29ro24rs22sa24sc31sd18se24si19"
        "sk24sm27sn28st25sv28tl23tn24tr26ua29va22vg24xk20ci28cm27bj28bf28ml28",
    )
}
"""Letters and digits of an IBAN, by country."""
_GERMAN = "ein zwei drei vier fünf sechs sieben acht neun"
_DUTCH = "een twee drie vier vijf zes zeven acht negen"
_ITALIAN = "uno due tre quattro cinque sei sette otto nove"
_TENS = {
    "und": (_GERMAN, "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"),
    "en": (_DUTCH, "twintig dertig veertig vijftig zestig zeventig tachtig negentig"),
    "": (_ITALIAN, "venti trenta quaranta cinquanta sessanta settanta ottanta novanta"),
}


def _compounds() -> Mapping[str, str]:
    """Return words such as ``einundzwanzig``, ``tweeëntwintig`` and ``trentaquattro`` with their digits."""
    found: dict[str, str] = {}
    for joint, (ones, tens) in _TENS.items():
        for ten_digit, ten in enumerate(tens.split(), 2):
            for value, one in enumerate(ones.split(), 1):
                if joint:
                    middle = "ën" if joint == "en" and one[-1] == "e" else joint
                    found[f"{one}{middle}{ten}"] = f"{ten_digit}{value}"
                else:
                    found[f"{ten[:-1] if one[0] in 'uo' else ten}{one}"] = f"{ten_digit}{value}"
    return found


SAID: Mapping[str, str] = {
    **_compounds(),
    **{word: title for title, words in _LISTS.items() if title.isdecimal() for word in words},
}
"""Number words and their digits."""
WORDS = frozenset({*SAID, *HUNDRED, *THOUSAND, *TIMES})
_LONG = re.compile(r"(?:(.*?)tausend)?(?:und)?(?:(.*?)hundert)?(?:und)?(.*)")
_LEAST = 8


@cache
def compound(word: str) -> str:
    """Return the digits of a German compound: ``zweitausendsiebzehn``; empty where it is none."""
    if len(word) < _LEAST or ("hundert" not in word and "tausend" not in word):
        return ""
    found = _LONG.fullmatch(word)
    if found is None:
        return ""
    total = 0
    for part, scale in zip(found.groups(), (1000, 100, 1), strict=True):
        if part:
            value = SAID.get(part) or compound(part)
            if not value:
                return ""
            total += int(value) * scale
        elif part == "":
            total += scale if scale > 1 else 0
    return str(total) if total else ""
