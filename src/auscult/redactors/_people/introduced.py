"""Names by their position in a sentence: ``name on card M J Ferreira``, ``signed Ada Oakes``, ``Pham is my family name``."""

import re
from collections.abc import Callable, Iterator

from auscult.redactors._digits import WORDS
from auscult.redactors._patterns import searcher
from auscult.redactors._people.lists import (
    BUSINESS,
    EVERYDAY,
    GIVEN,
    NAMED_BRANDS,
    NO_NAMES,
    NOBODY,
    PARTICLES,
    PLACES,
    UNLIKELY,
)
from auscult.redactors._people.patterns import FIRM, LETTERS, PLAIN, SELF, SHORTENED
from auscult.redactors._words import words_of

_CUES = words_of("name_cues.txt")
_NOT_MET = _CUES["not_met"] | {"bye", "cheers"}
_CAPITAL = r"(?:[A-ZÀ-ÖØ-ÞĀ-Ž][^\W\d_]+(?:['\u2019-](?!s\b)[^\W\d_]+)*|[A-ZÀ-ÖØ-Þ]\.?(?![^\W\d_]|['\u2019]))"
_CAPITALS = re.compile(
    rf"{_CAPITAL}(?: (?:(?:de|der|den|van|von|la|le|di|da|dos|el|al|bin|ibn|St\.) ){{0,2}}{_CAPITAL}){{0,3}}"
)
_SMALL = re.compile(r"[^\W\d_]{2,}(?:['\u2019-][^\W\d_]+)?(?: [^\W\d_]{2,}(?:['\u2019-][^\W\d_]+)?){0,2}")
_THINGS = (
    "appointment|booking|policy|reservation|ticket|table|room|prescription|membership|subscription|seat|lease"
    "|tenancy|licen[cs]e|passport|parcel|letter|"
    "package|delivery|message|account|order|card|invoice|quote|refund|referral|invitation|visa|warranty"
)
_BEFORE = (
    r"names? on (?:the |my |this |that |your )?\w+(?: is| was| reads| says| should be| should read| will be"
    r"| would be| must be| to| into|:)?"
    rf"|(?:{_THINGS})s?(?:'s| is| was| are| were| should be| will be)?(?: made out| booked| addressed"
    rf"| registered)? (?:for|from|to|under|in the name of)"
    r"|spel(?:t|led)(?: wrong| wrongly| incorrectly| correctly)? as|(?:account|policy|card|estate) of"
    r"|(?:the )?correct (?:name|spelling)(?: is)?"
    r"|(?:contact|landlord|landlady|tenant|executor|next of kin|guardian|solicitor|beneficiary|payee|applicant"
    r"|proprietor|trustee)(?: is|:)"
    r"|(?:joint owner|und hieß|co-owner)"
    r"|sie sprechen mit|hier ist|hier spricht|am apparat|soy|habla|ici|c'est|sono|u spreekt met|je spreekt met|met"
    r"|aqui é|fala|jag är|dette er|tu mówi"
    r"|(?:calling|ringing|phoning|here) for|on behalf of|signed(?: by)?|(?:(?:both|our|their|the|and"
    r"|with) )?names(?: are)?"
)
"""Words right before a name with capital letters, or before an initial."""
_ONE_IS_ENOUGH = (
    "signed",
    "signed by",
    "hier spricht",
    "sprechen mit",
    "names",
    "apparat",
    "habla",
    "calling for",
    "ringing for",
    "phoning for",
    "behalf of",
)
"""After these a single capitalised word is a name."""
_ALSO_SMALL = ("estate of", "hier ist", "hier spricht", "hieß")
"""After these, and after ``name``, two unknown words in small letters are a name."""
_WORD = r"[^\W\d_]{2,}"
_HELD = (
    "account|policy|booking|contract|plan|line|lease|tenancy|reservation|ticket|file|insurance|membership|"
    "beneficiary|driver|contact|holder"
)
_CUE = searcher(rf"(?:\b(?:{_BEFORE})[,:]?|, correct(?: is|:)?) ")
_PUT = re.compile(rf"\b(?:add|put|take|remove|include|list|register|name) ({_WORD}(?: {_WORD}){{1,2}})$")
_THAT = re.compile(rf"\bthat ({_WORD})$")
_LAST = re.compile(rf"({_WORD})\W*$")
_SAID = r"[^ \n,.?!]{2,14}"
_AROUND = searcher(
    rf"(?m) (?:on|to|from|off|onto|as|in) (?:the|my|our|this|his|her|their|a) (?:\w+ )?(?:{_HELD})\b"
    rf"|\b(?:it's|its|is|i'm|im|name|hi|hello),? {_SAID}, {_SAID} {_SAID}"
    r"| (?:rang|called|phoned|emailed|texted|stopped by|popped in|came by)\b"
    r"|\b(?:cheers|bye|ta|regards|laters|ciao)[, ]+[^ \n.!,?]{2,12}[.!]?$"
    rf"|\b(?:im|i'm|i am|this is|its|it's) {_SAID} {_SAID}(?: {_SAID})?(?:[,.]|$| here\b| calling\b| speaking\b"
    rf"| from\b| the account\b)"
)
"""Words around a name in small letters: after it, or before and after it."""
_WHO = re.compile(
    rf"(?:im|i'm|i am|this is|its|it's) ({_WORD}(?: {_WORD}){{1,2}}?)(?:[,.]|$| here\b| calling\b| speaking\b"
    rf"| from\b| the account\b)"
)
_LEAVES = re.compile(r"cheers|bye|ta\b|regards|laters|ciao")
_TWICE = re.compile(r"[\w']+,? (([^\W\d_][^\W\d_]*(?:['\u2019-][^\W\d_]+)?), (([^\W\d_]{2,}) \2))\b")
"""A surname, and the whole name: ``it's Bond, James Bond``."""
_KIN = (
    "wife|husband|uncle|aunt|auntie|nephew|niece|cousin|brother|sister|grandson|granddaughter|partner|carer"
    "|neighbour|neighbor|son|"
    "daughter|friend|mate|engineer|plumber|landlord|landlady"
)
_KIN_WORDS = frozenset(_KIN.split("|"))
_BEHIND_KIN = searcher(
    rf"\b(?:my|our|his|her|the) (?:late |old |dear |big |little |younger |older |eldest "
    rf"|youngest )?(?:{_KIN}) (\pL{{3,}})\b"
)
"""A word behind a relative or a role."""
_VERBAL = ("s", "ed", "ing", "ly", "ment", "tion", "ness", "ity")
"""Ends of words that a relative does or has."""
_OWN_LETTERS = searcher(r"\b(\pL{3,}),? ((?:\pL[ ,-]{1,2}){2,}\pL)\b")
"""A word and letters one by one."""
_GREETS = re.compile(rf"(?:^|\b(?:hello|hi|hey|yes|yeah|morning|afternoon|evening|okay|so)[, ]+|\n)({_WORD} {_WORD}) $")
_IS_NAME = searcher(
    r"( (?:is|was) (?:my|the|our|his|her|their) (?:family|last|first|given|middle|maiden|sur|fore|full)[ -]?name\b)"
    r"|( (?:ist )?(?:mein|ist der) (?:vor|nach|familien)?name\b)"
)
_IS_NAME_HINTS = (
    " is my ",
    " is the ",
    " was my ",
    " is our ",
    " is her ",
    " is his ",
    " is their ",
    "mein ",
    "ist der ",
)
_TWO_NAMES = searcher(
    r"(?m)(?:^|[.?!] |\b(?:is|it's|yes|yeah|sure|um|uh|so),? )(\pL{3,}(?:['-]\pL+)?),? "
    r"(?:and )?(?:(?:my )?(?:first|given|christian|fore|last|sur|family) ?name|(?:nombre|vorname|nachname|prénom"
    r"|apellido))(?:'s| is|:)? "
)
"""A surname before ``first name …``, or the reverse."""
_LAST_WORD = re.compile(rf"{_WORD}$")
_REACH = 24
_INITIAL = searcher(
    r"(?m)(?:^|, |\b(?:for|to|from|by|with|and|under|dear|hi|hello|mr|mrs|ms|is|it's|am|i'm"
    r"|name) )(\pL\. ?(?:\pL\. ?)?\pL{4,})"
)
_GAVE = re.compile(
    rf"(?:^|[.?!]\s+|\n)({_CAPITAL}(?: {_CAPITAL})?) (?:gave|lent|owes|showed|handed|introduced) (?:me|us)\b"
)
_GAVE_HINTS = (" gave ", " lent ", " owes ", " showed ", " handed ", " introduced ")
_BORN = re.compile(
    rf"(?<![\w'\u2019])({_CAPITAL}(?: (?:(?:de|der|den|van|von|la|le|di|da|el|al"
    rf"|bin) ){{0,2}}{_CAPITAL}){{1,2}}),? (?:born\b|nacid[oa]\b|geboren\b|née?\b|nat[oa]\b|d\.?o\.?b\b|DOB\b"
    rf"|geb\.)"
)
"""A name before its date of birth."""
_IN_A_ROW = re.compile(
    rf"\d,? ({_CAPITAL} {_CAPITAL})(?:,? (?=\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}\b|[\w.+-]+@)|\.?$)"
    rf"|^({_CAPITAL} {_CAPITAL}), (?=[A-Z]{{2}}\d\d[ \d])",
    re.MULTILINE,
)
_BANKS = frozenset(["banca", "banco", "bank", "banque", "caixa", "cassa", "sparkasse"])
_HAS_ROW = searcher(r"(?m)\d,? \pL[^ \n]+ \pL[^ \n]+(?: [^ \n]|$)|^\pL+ \pL+, [a-z]{2}\d\d")
_AND = re.compile(rf",? (?:and|und|y|et|en|e|og|or) ({_CAPITAL}(?: {_CAPITAL}){{0,2}})(?!['\u2019]s\b)")
_OF_TOWNS = _CUES["of_towns"]
"""First words of a town, an area or a street."""
_THE_OK = _CUES["after_the"]
"""Words after ``the Ada Oakes`` that still make a person of it."""
_AFTER_THE = re.compile(r" ([a-z][\w'\u2019-]*)")
_ALPHABET = words_of("words.txt")["alphabet"]
_SAME = _CUES["things"]
"""Given names that are colours, plants and other things in small letters."""
_NO_FIRST = EVERYDAY | PLACES | _OF_TOWNS


_NAME_WORDS = frozenset(
    {"name", "surname", "first", "last", "full", "family", "given", "middle", "title", "his", "her"}
)
_HAS_GAVE, _HAS_IS_NAME = (searcher("|".join(map(re.escape, hints))) for hints in (_GAVE_HINTS, _IS_NAME_HINTS))
_HAS_BORN = searcher(r" (?:born|nacid|geb|né|nat[oa]|d\.?o\.?b)")
BY_WORDS = (_CUE, _HAS_GAVE, _HAS_BORN, _HAS_IS_NAME)
BY_FORM = (_AROUND, _INITIAL, _HAS_ROW, _TWO_NAMES)
"""Patterns of which ``names`` needs the matches, with words right beside a name, and with any words."""
Matches = Callable[[re.Pattern[str]], Iterator[tuple[int, re.Match[str]]]]
"""Matches of a pattern, each in its line, with the offset where the line begins."""


def names(text: str, low: str, matches: Matches) -> Iterator[tuple[int, int]]:
    """Yield the spans of names in the lines of a text; ``low`` is the text in small letters."""
    for line, found in matches(_CUE):
        yield from _after(text, low, line + found.end(), found[0].rstrip(" ,"))
    for line, found in matches(_AROUND):
        yield from _small(low, line + found.start(), line + found.end())
    for line, found in matches(_INITIAL):
        end = line + found.end()
        if low[end : end + 1] not in "@." and _is_unknown(found[1].rpartition(".")[2].strip()):
            yield line + found.start(1), end
    yield from _in_sentences(text, low, matches)
    if next(matches(_HAS_ROW), None) is not None:
        for found in _IN_A_ROW.finditer(text):
            group = 1 if found[1] else 2
            if not any(word in UNLIKELY or word in _BANKS for word in found[group].lower().split()):
                yield found.span(group)
    for line, found in matches(_TWO_NAMES):
        word = found[1]
        is_name = text[line + found.start(1)].isupper() or _is_unknown(word)
        if word not in NO_NAMES and is_name and word not in _NAME_WORDS:
            yield line + found.start(1), line + found.end(1)


def _in_sentences(text: str, low: str, matches: Matches) -> Iterator[tuple[int, int]]:
    """Yield names by a verb or a birth behind them, and those that are said to be one."""
    if next(matches(_HAS_GAVE), None) is not None:
        yield from (found.span(1) for found in _GAVE.finditer(text) if _is_unknown(found[1].split()[0].lower()))
    if next(matches(_HAS_BORN), None) is not None:
        yield from (found.span(1) for found in _BORN.finditer(text) if _is_unknown(found[1].split()[0].lower()))
    if "name" in low and next(matches(_HAS_IS_NAME), None) is not None:
        yield from _said_to_be(text, low)


def by_others(low: str, words: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield unknown words in small letters behind a relative, or with their own letters one by one behind them.

    ``words`` are all words of the text: most texts have neither.
    """
    for found in () if _KIN_WORDS.isdisjoint(words) else _BEHIND_KIN.finditer(low):
        is_shortened = SHORTENED.match(low, found.end()) is not None
        if _is_unknown(found[1]) and not found[1].endswith(_VERBAL) and not is_shortened:
            yield found.span(1)
    for found in () if LETTERS.isdisjoint(words) else _OWN_LETTERS.finditer(low):
        if re.sub(r"[ ,-]", "", found[2]) == found[1] and found[1] not in NO_NAMES:
            yield found.span(1)


def _small(low: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the name in small letters at words around one, if all its words are no usual ones."""
    if low[start] == " ":
        first = max(0, start - 2 * _REACH)
        name = _PUT.search(low, first, start) or _THAT.search(low, first, start)
    else:
        twice = _TWICE.match(low, start, end + _REACH)
        if twice is not None and _is_unknown(twice[4]) and twice[2] not in NO_NAMES:
            yield twice.span(2)
            yield twice.span(3)
            return
        name = _WHO.match(low, start, end)
        if name is None and _LEAVES.match(low, start) is not None:
            name = _LAST.search(low, start, end)
    if name is not None and _are_unknown(name[1], least=1):
        yield name.span(1)


def before_here(low: str, line: int, offset: int) -> tuple[int, int] | None:
    """Return the two unknown words before ``here`` at the beginning of a line, or after a greeting."""
    found = _GREETS.search(low, max(line, offset - 2 * _REACH), offset)
    return found.span(1) if found is not None and _are_unknown(found[1], least=2) else None


def _after(text: str, low: str, offset: int, said: str) -> Iterator[tuple[int, int]]:
    """Yield the name that follows at once: capitalised words, or unknown ones behind a name for it."""
    said = said.rstrip(":")
    name = _CAPITALS.match(text, offset)
    if name is not None:
        words = name[0].split()
        is_one = len(words) == 1 and not (said.endswith(_ONE_IS_ENOUGH) or said.startswith("name"))
        if (
            not is_one
            and not any(word.lower().strip(".") in NOBODY for word in words)
            and words[0].lower() not in _NO_FIRST
        ):
            yield name.span()
    elif said.startswith("name") or said.endswith(_ALSO_SMALL):
        small = _SMALL.match(low, offset)
        if small is not None and _are_unknown(small[0], least=2):
            yield small.span()


def _said_to_be(text: str, low: str) -> Iterator[tuple[int, int]]:
    """Yield the word that is said to be a name, and where it begins its line all of the name that it is a part of."""
    for found in _IS_NAME.finditer(low):
        last = _LAST_WORD.search(low, max(0, found.start() - _REACH), found.start())
        word = "" if last is None else last[0]
        if last is None or word in NO_NAMES or (word in UNLIKELY and not text[last.start()].isupper()):
            continue
        yield last.span()
        for line in re.finditer(
            rf"(?m)^(?:(?:um|uh|it's|yes|so|hi),? )*({re.escape(word)}(?: [^\W\d_]{{2,}}){{1,2}})(?=[.,]|$)", low
        ):
            if all(each not in EVERYDAY | NO_NAMES for each in line[1].split()[1:]):
                yield line.span(1)


def _are_unknown(words: str, *, least: int) -> bool:
    """Return whether words in small letters are a name: none is a usual one, and there are at least ``least`` of them."""
    each = words.split()
    return len(each) >= least and all(_is_unknown(word) or word in PARTICLES for word in each)


def _is_unknown(word: str) -> bool:
    return word in GIVEN or not (word in UNLIKELY or word in _NOT_MET or word in WORDS or word.endswith(("ing", "n't")))


def joined(text: str, end: int) -> tuple[int, int] | None:
    """Return the name that is joined to another which ends at an offset: of ``Gonzalo and Ainhoa Etxeberria`` the second."""
    found = _AND.match(text, end)
    if found is None or any(word.lower() in UNLIKELY for word in found[1].split()):
        return None
    return found.span(1)


def is_firm(low: str, start: int, end: int) -> bool:
    """Return whether words are a company's name: by one of them, by the ones that follow, or as a known brand."""
    if FIRM.match(low, end):
        return True
    after, words = PLAIN.match(low, end + 1), PLAIN.findall(low, start, end)
    if (after is not None and after[0] in BUSINESS) or not BUSINESS.isdisjoint(words):
        return True
    before = low[max(0, start - _REACH) : start].split()[-1:]
    if (
        words[:1] == ["mercedes"]
        and len(words) == 1
        and before
        and before[0] in ("the", "a", "my", "our", "his", "her", "new", "old")
    ):
        return True
    is_brand = "_".join(words[:2]) in NAMED_BRANDS or "_".join([*before, *words[:1]]) in NAMED_BRANDS
    return is_brand and not SELF.search(low, max(0, start - _REACH), start)


def is_thing(text: str, low: str, start: int, end: int) -> bool:
    """Return whether a person's name is that of a thing: ``the Ada Oakes jacket``; in small letters a colour, a distance."""
    if text[start].islower():
        before = low[:start].rpartition("\n")[2].split()[-1:]
        is_counted = bool(before) and (before[0].isdecimal() or before[0] in WORDS)
        return low[start:end] in _SAME and (
            is_counted or not before or before[0] not in _CUES["greets"] | _CUES["titles"] | {"i'm", "is", "am", "im"}
        )
    if low[start:end] in _ALPHABET:
        before, behind = low[max(0, start - 12) : start].split()[-1:], PLAIN.match(low, end + 1)
        if (before and before[0] in _ALPHABET) or (behind is not None and behind[0] in _ALPHABET):
            return True
    after = _AFTER_THE.match(text, end)
    return low.endswith("the ", 0, start) and after is not None and after[1] not in _THE_OK
