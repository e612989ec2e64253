"""Values of what was decided, equal however they are written, and the places where a known value is said again."""

import re
from collections.abc import Iterator, Mapping, Sequence

from auscult.domain.privacy.redaction import PLACEHOLDER, Found, Kind, Utterance, is_taken
from auscult.redactors._cards import is_card
from auscult.redactors._fitted.decide import Part
from auscult.redactors._fitted.readings import chars_of, value_of
from auscult.redactors._fitted.signs import Read
from auscult.redactors._fitted.tokens import (
    CLASS,
    COARSE,
    LETTERS,
    LISTS,
    NAMES_CODES,
    NUMBERS,
    SIDES,
    SORTS,
    STRONG,
    Token,
)

_NUMERIC: frozenset[Kind] = frozenset(
    ("card", "iban", "national_number", "security_code", "phone", "account", "expiry", "birth_date")
)
_TOGETHER, _PHONE, _AGAIN, _SHORTEST_NAME = 4, 9, 4, 2
"""Parts that may be one card, last digits of a telephone number that count, digits and letters of what is said again."""
_OF_RUNS: frozenset[Kind] = frozenset(("card", "iban", "phone"))
"""Kinds of which a value is numbers alone: a word before it is none of it."""
_OF_DIGITS: frozenset[Kind] = frozenset((*_OF_RUNS, "national_number", "account"))
_USUAL, _LARGE = frozenset((6, 7, 8)), 7
"""Kinds that begin and end with a digit or a letter; coarse classes of usual words, and of those with a capital."""
_LEAST: Mapping[Kind, int] = {"national_number": 4, "iban": 4, "account": 3}
"""Digits and letters of a value at least."""
_OF_MAIL, _OF_DATES = (
    frozenset(CLASS[name] for name in names) for names in (("at", "dot", "sign", "@"), ("month", "ordinal"))
)
_DATE, _SPELLED, _YEAR, _MONTH = 3, 3, 4, 7
"""Signs in an e-mail address, words in a date, the digits of a date without such words and letters of a spelled name at
least, digits of a year that sounds like a sum, and of a month with its year, one said twice, at most."""
_OF_KEYS, _ALONE = STRONG - {SORTS["secret"]}, 3
"""Sorts of words in the key of a field with a code, and digits and letters at least of a code that was not asked for."""
_ASKS = NAMES_CODES | {SORTS["back"], SORTS["digits"]}
"""Sorts of words that ask for a code, which may be said digit by digit."""
_UNIT = (1, 3)
"""Words behind a number in which its unit is no code's: ``five minutes``, ``two o'clock``."""
_CLEAR = 5
"""Letters of a word of a known name that is one wherever it is said, though it is a usual word too."""
_GAP, _EXTENSION, _RESTART = 3, 3, 9
"""Tokens from a part to another one of its number, from a word for an extension to it, and before a number is begun again."""
_AT = re.compile(r"\s*(?:\bat\b|\barroba\b|\barobase\b|\bät\b|@)\s*")
_DOT = re.compile(r"\s*(?:\bdot\b|\bpunkt\b|\bpunto\b|\bpoint\b|\bponto\b|\.)\s*")
_SIGN, _NO_NAME = re.compile(r"[\W_]"), re.compile(r"[\W\d_]+")


def valued(read: Read, parts: Sequence[Part]) -> list[Found]:
    """Return what was decided with its values; parts of one card in a row have its number."""
    found: list[Found] = []
    for first, last, kind in _whole(read, parts):
        turn = read.turn[first]
        start, end = read.start[_begun(read, first, kind)], read.end[last]
        value = _value(read, first, last, kind)
        one = Found(turn, start, end, kind, value)
        if kind == "email" and sum(len(_word(read, at)) == 1 for at in range(first, last + 1)) >= _SPELLED:
            one = one if _has_sign(read, one, Part(first, last, kind)) else one._replace(kind="name")
        is_asked = kind != "security_code" or len(value) >= _ALONE or _is_asked(read, turn)
        if is_asked and len(value) >= _LEAST.get(kind, 1) and _has_sign(read, one, Part(first, last, kind)):
            found.append(one)
    if not any(one.kind == "iban" and one.value[:2].isalpha() for one in found):
        found = [one._replace(kind="account") if one.kind == "iban" else one for one in found]
    for index in range(len(found)):
        its = [found[index]]
        for later in found[index + 1 : index + _TOGETHER]:
            if {later.kind, its[0].kind} != {"card"} or is_card(its[0].value) or is_card(later.value):
                break
            its.append(later)
            whole = "".join(each.value for each in its)
            if is_card(whole):
                found = [each._replace(value=whole) if each in its else each for each in found]
                break
    return _linked(found)


def _whole(read: Read, parts: Sequence[Part]) -> Iterator[Part]:
    """Yield parts with what belongs to them; two of one kind with nothing but a sign or a filler between are one."""
    last: Part | None = None
    for part in (each for its in parts for each in _names_apart(read, its)):
        grown = _grown(read, part)
        if last is not None and grown.kind == last.kind and _is_one(read, last, grown):
            last = Part(last.first, max(last.last, grown.last), last.kind)
            continue
        if last is not None:
            yield last
        last = grown
    if last is not None:
        yield last


def _has_sign(read: Read, found: Found, part: Part) -> bool:
    """Return whether a part has what its kind cannot do without, or for an e-mail address is in a turn next to one that has."""
    if found.kind in ("name", "security_code"):
        return not (_is_post(read, part) if found.kind == "name" else _is_of_a_thing(read, part))
    classes = {read.rows[at][1] for at in range(part.first, part.last + 1)}
    if found.kind == "email":
        begins = [*read.begins, len(read.rows)]
        near = range(begins[max(0, found.turn - 1)], begins[min(found.turn + 2, len(read.begins))])
        return not classes.isdisjoint(_OF_MAIL) or any(read.proven.get(at) == "email" for at in near)
    sums = [
        run for run, _ in read.runs if run.is_sum and len(run.chars) > _YEAR and part.first <= run.first <= part.last
    ]
    if found.kind == "phone" and any(_word(read, at) in LISTS["thousands"] for at in range(part.first, part.last + 1)):
        return False
    if found.kind in ("birth_date", "expiry"):
        is_named = not classes.isdisjoint(_OF_DATES)
        is_short = part.last - read.begins[found.turn] <= _DATE * 2
        least = _DATE - is_named - is_short * (1 + is_named)
        digits = sum(map(str.isdecimal, found.value))
        return digits >= least and (digits <= _MONTH if found.kind == "expiry" else not sums)
    if found.kind == "address" and part.first == part.last:
        return COARSE[min(classes)] not in _USUAL
    return found.kind not in _OF_DIGITS or not classes.isdisjoint(LETTERS | NUMBERS)


def _is_asked(read: Read, turn: int) -> bool:
    """Return whether the other side asked for a code before a turn."""
    last, asked = read.asked[turn][:2]
    return last in _ASKS and not asked & 2


def _is_post(read: Read, part: Part) -> bool:
    """Return whether a name is that of an office, behind a post: ``head of sales``."""
    return _word(read, part.first - 1) in LISTS["of a post"] and _word(read, part.first - 2) in LISTS["posts"]


def _is_of_a_thing(read: Read, part: Part) -> bool:
    """Return whether a supposed code has a unit, is named as that of a thing, ``error code``, or is a field's without a secret key.

    Many fields hold codes of other kinds, so that a field's key has to name a secret.
    """
    if not LISTS["units"].isdisjoint(_word(read, part.last + by) for by in _UNIT):
        return True
    turn = read.turn[part.first]
    its = [at for at in read.cues if at < part.first and read.turn[at] >= turn - 1]
    last = max(its, default=-1)
    if read.sides[turn] == SIDES - 1 and (last < 0 or read.turn[last] < turn):
        return _OF_KEYS.isdisjoint(read.cues[at] for at in its)
    near = (_word(read, last + by) for by in (-1, 1, 2))
    return last >= 0 and read.cues[last] == SORTS["code"] and not LISTS["codes of things"].isdisjoint(near)


def _begun(read: Read, first: int, kind: Kind) -> int:
    """Return the first token of a number whose beginning was said before: ``three double one, no, three one one two``."""
    at = next((index for index, (run, _) in enumerate(read.runs) if run.first <= first <= run.last), 0)
    if at and kind in _NUMERIC and kind != "security_code":
        (run, turn), (before, its) = read.runs[at], read.runs[at - 1]
        words = [_word(read, each) for each in range(before.last + 1, run.first)]
        is_new = len(before.chars) < len(run.chars) or not LISTS["corrects"].isdisjoint(words)
        if its == turn and is_new and 0 < len(words) <= _RESTART and before.chars[:2] == run.chars[:2]:
            return before.first
    return first


def _names_apart(read: Read, part: Part) -> Iterator[Part]:
    """Yield the names of a part: words that introduce one, or are between two, are none of it."""
    if part.kind != "name":
        yield part
        return
    first = part.first
    for at in range(part.first, part.last + 2):
        earlier, before, word, behind, later = (_word(read, each) for each in range(at - 2, at + 3))
        near = (earlier, before, behind, "" if behind == "'" else later)
        is_spelled = len(word) == 1 and any(len(each) == 1 and each.isalpha() for each in near)
        is_apart = not is_spelled and (word in LISTS["apart"] or (before == "'" and word in LISTS["plain"]))
        is_apart = is_apart or (word in LISTS["no name"] and COARSE[read.rows[at][1]] != _LARGE)
        if at > part.last or is_apart or word in LISTS["of a firm"]:
            if first < at and not (first == at - 1 and before in LISTS["plain"]):
                yield Part(first, at - 1, part.kind)
            first = at + 1
        if first == at + 1 > part.first + 1 and word in LISTS["of a firm"]:
            return


def _is_one(read: Read, before: Part, behind: Part) -> bool:
    """Return whether two parts of one kind in a turn are one; names and codes are apart."""
    is_near = read.turn[before.last] == read.turn[behind.first] and behind.first - before.last <= _RESTART
    if not is_near or before.kind in ("name", "security_code"):
        return False
    words = [_word(read, at) for at in range(before.last + 1, behind.first)]
    if before.kind in _NUMERIC and not LISTS["corrects"].isdisjoint(words):
        return True
    return len(words) < _GAP and all(word in LISTS["between"] or (word in "-./(" and len(words) == 1) for word in words)


def _grown(read: Read, part: Part) -> Part:
    """Return a part with what belongs to it, and without what does not."""
    part = _trimmed(read, part)
    grow = {"phone": _number, "card": _number, "iban": _number, "email": _mail, "name": _initial}.get(part.kind)
    return part if grow is None else grow(read, part)


def _trimmed(read: Read, part: Part) -> Part:
    """Return a part without the words at its ends that are none of it."""
    first, last, kind = part
    while first < last and _is_outside(read, first, kind):
        first += 1
    while first < last and _is_outside(read, last, kind):
        last -= 1
    return Part(first, last, kind)


def _is_outside(read: Read, at: int, kind: Kind) -> bool:
    """Return whether a token at an end is none of a kind: a word that no value ends with, or any usual one where digits do.

    Of a code it is a quotation mark.
    """
    if kind in ("name", "security_code", "email") or any(run.first <= at <= run.last for run, _ in read.runs):
        return kind == "security_code" and _word(read, at) in ('"', "'")
    number, word = read.rows[at][1], _word(read, at)
    is_usual = kind in _OF_DIGITS and COARSE[number] in _USUAL and number not in LETTERS
    return is_usual or word in LISTS["no name"]


def _number(read: Read, part: Part) -> Part:
    """Return a number as far as a check proves it; a telephone number with its plus and its extension."""
    first, last, kind = part
    its = [run for run, _ in read.runs if run.first <= last and first <= run.last]
    if its and its[0].first in read.proven:
        first, last = max(first, its[0].first), min(last, its[-1].last)
    while len(its) > 1 and its[-1].letters and len(its[-1].chars) <= _EXTENSION and not its[0].letters:
        last = its.pop().first - 1
    if kind == "phone":
        first -= _word(read, first - 1) in ("+", "plus", "más", "mais")
        at = last + 2 if _word(read, last + 1) in (",", ";", "-") else last + 1
        at = last if _word(read, last) in LISTS["extension"] else at
        run = next((run for run, _ in read.runs if 0 < run.first - at <= _EXTENSION), None)
        if _word(read, at) in LISTS["extension"] and run is not None and read.turn[run.first] == read.turn[first]:
            last = run.last
    return Part(first, last, kind)


def _mail(read: Read, part: Part) -> Part:
    """Return an e-mail address as far as it is proven, and from where it was begun before a correction."""
    its = [at for at in range(part.first, part.last + 1) if read.proven.get(at) == "email"]
    if not its:
        return part
    is_new = LISTS["corrects"].isdisjoint(_word(read, at) for at in range(part.first, its[0]))
    return part._replace(first=its[0] if is_new else part.first, last=its[-1])


def _initial(read: Read, part: Part) -> Part:
    """Return a name with the initial before it."""
    at = part.first - 2 if _word(read, part.first - 1) == "." else part.first - 1
    is_letter = at > 0 and read.rows[at][1] == CLASS["letter"] and _word(read, at) not in LISTS["plain"]
    is_m = at > 0 and _word(read, at) == "m" and _word(read, at - 1) != "'"
    return part._replace(first=at) if is_letter or is_m else part


def _word(read: Read, at: int) -> str:
    """Return a token in small letters, empty outside of all."""
    return read.lows[read.turn[at]][read.start[at] : read.end[at]] if 0 <= at < len(read.turn) else ""


def _value(read: Read, first: int, last: int, kind: Kind) -> str:
    """Return the canonical form of tokens in a row."""
    if first in read.proven and kind in _OF_RUNS:
        proven = next((run.chars for run, _ in read.runs if (run.first, run.last) == (first, last)), "")
        if proven:
            return proven
    low = read.lows[read.turn[first]]
    text = low[read.start[first] : read.end[last]]
    if kind == "email":
        return _DOT.sub(".", _AT.sub("@", text)).replace(" ", "")
    if kind == "iban" and any(map(str.isdecimal, text)):
        return _SIGN.sub("", text).upper()
    if kind in _NUMERIC:
        tokens = [
            Token(read.start[at], read.end[at], low[read.start[at] : read.end[at]], *read.rows[at])
            for at in range(first, last + 1)
        ]
        its = [each for each in tokens if each.low.isalnum() and each.low not in LISTS["between"]]
        chars = chars_of(its)
        if chars and (kind != "security_code" or all(map(value_of, its))):
            return chars[-_PHONE:] if kind == "phone" else chars
    return " ".join(_SIGN.sub(" ", text).split())


def _linked(found: Sequence[Found]) -> list[Found]:
    """Return what was found; a part of a name or a number that is known has its value."""
    known: dict[Kind, list[str]] = {}
    linked: list[Found] = []
    for one in found:
        values = known.setdefault(one.kind, [])
        whole = next((value for value in values if _is_part(one, value)), None)
        if whole is None:
            values.append(one.value)
        linked.append(one if whole is None else one._replace(value=whole))
    return linked


def _is_part(one: Found, value: str) -> bool:
    if one.kind == "name":
        return set(one.value.split()) <= set(value.split())
    return one.kind in ("card", "iban", "phone") and len(one.value) >= _AGAIN and value.endswith(one.value)


def found_again(read: Read, found: Sequence[Found]) -> Iterator[Found]:
    """Yield the runs that repeat a known number, or a part of one, by either side."""
    known = {one.value: one for one in found if one.kind in _NUMERIC and len(one.value) >= _AGAIN}
    for run, turn in read.runs if known else ():
        if len(run.chars) >= _AGAIN:
            start, end = _span(read, run.first, run.last)
            for value, one in known.items():
                is_same = (
                    value == run.chars
                    or (one.kind != "security_code" and run.chars in value)
                    or (one.kind == "phone" and run.chars.endswith(value))
                )
                if is_same and not is_taken((each for each in found if each.turn == turn), start, end):
                    yield Found(turn, start, end, one.kind, value)
                    break


def _span(read: Read, first: int, last: int) -> tuple[int, int]:
    return read.start[first], read.end[last]


def named(
    utterances: Sequence[Utterance], read: Read, found: Sequence[Found], names: Sequence[str], plain: frozenset[str]
) -> Iterator[Found]:
    """Yield words of known names wherever they are said; a short plain word, or one of two letters, only with a capital."""
    values = [one.value for one in found if one.kind == "name"]
    values += [" ".join(_NO_NAME.sub(" ", name.lower()).split()) for name in names]
    whole: dict[str, str] = {}
    for value in values:
        for word in value.split():
            if len(word) >= _SHORTEST_NAME:
                whole.setdefault(word, value)
    if not whole:
        return
    any_word = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, sorted(whole)))})(?![^\W_])")
    for turn, (low, (_, text)) in enumerate(zip(read.lows, utterances, strict=True)):
        marks = [mark.span() for mark in PLACEHOLDER.finditer(text)] if "[" in text else []
        for each in any_word.finditer(low):
            start, end = each.span()
            is_name = text[start] != low[start] or len(each[0]) >= _CLEAR
            is_marked = any(begin < end and start < behind for begin, behind in marks)
            if not is_marked and (is_name or (len(each[0]) > _SHORTEST_NAME and each[0] not in plain)):
                yield Found(turn, start, end, "name", whole[each[0]])
