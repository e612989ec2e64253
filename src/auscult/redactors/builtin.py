"""Built-in redactor: patterns, check digits and the words around, without a model.

A first pass of RE2 shows the kinds that may be in each turn; only those are searched. Measured on labelled text by ``python -m bench.redaction``.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from auscult.domain.privacy.redaction import Found, Hints, Kind, Utterance, is_taken
from auscult.redactors import _addresses, _births
from auscult.redactors._born import persons, replies
from auscult.redactors._conversation import PATTERNS as NUMBER_PATTERNS
from auscult.redactors._conversation import Numbers
from auscult.redactors._digits import DOUBTFUL, ONES, TEENS, TENS, lowered
from auscult.redactors._emails import (
    BEFORE_AT,
    CUES,
    ENDS_ALONE,
    HAS_EMAIL,
    OPEN,
    domain_alone,
    emails,
    end_alone,
    first_part,
    looks_local,
    open_address,
    pieces,
    spelled_again,
)
from auscult.redactors._learned.opinion import MAY_HOLD, second_opinion
from auscult.redactors._nearby import codes, dates, grown, hesitations, phones
from auscult.redactors._numeric import expiry
from auscult.redactors._numeric.cards import codes_behind
from auscult.redactors._numeric.hints import HAS_MIXED, HAS_NUMBER
from auscult.redactors._patterns import PatternSet, Turns
from auscult.redactors._people import introduced
from auscult.redactors._people.names import NameFinder
from auscult.redactors._people.patterns import ASKS as ASKS_NAME
from auscult.redactors._people.patterns import ENDING, STRONG, words_in
from auscult.redactors._postal import answered, postcodes
from auscult.redactors._postal.around import again, names_of, repeated
from auscult.redactors._postal.hints import HAS_ADDRESS
from auscult.redactors._secret import secrets
from auscult.redactors._split import accounts, mails
from auscult.redactors._spoken.abroad import FOREIGN
from auscult.redactors._spoken.languages import COUNTRIES, SAID_ABROAD, spoken_in

_DIGIT_WORDS = frozenset({*ONES, *TEENS, *TENS, *(FOREIGN.keys() - DOUBTFUL), "double", "triple"} - {"o"})
_AT_FIRST = re.compile(BEFORE_AT.pattern + r"(?:(?:at|arroba|arobase)\b|@)")
_JOINING = (
    " dot", " underscore", " dash", " hyphen", " punkt", " punto", " point", " ponto",
    " minus", " plus", " guion", " tiret",
)  # fmt: skip
FREQUENT = PatternSet(
    HAS_NUMBER, MAY_HOLD, STRONG, ENDING, _births.HAS_TENS, _addresses.ASKS_ALL, _addresses.ASKS_TOWN,
)  # fmt: skip
SELDOM = (
    PatternSet(ASKS_NAME, *introduced.BY_WORDS),
    PatternSet(*introduced.BY_FORM),
    PatternSet(HAS_ADDRESS, _addresses.ASKS, _addresses.CUE, answered.ASKS_HOUSE),
    PatternSet(HAS_EMAIL, ENDS_ALONE, OPEN, CUES),
    PatternSet(
        HAS_MIXED, *NUMBER_PATTERNS, SAID_ABROAD, _births.CUE, _births.OLD_YEAR, _births.HAS_ABROAD, _births.SLASHED,
        _births.ASKS_PART, persons.NEAR_PERSON, replies.AND_HERS, replies.TRIPLE, expiry.CUE,
    ),
)  # fmt: skip
"""Patterns that show in which turns which kinds may be: those that most conversations have, and the others."""
_JOINTS = str.maketrans("", "", "._-+")
_NEAR, _SHORT = 4, 24
"""Turns within which a number goes on, and characters of a turn that may hold one digit of it."""
_CORRECTED_WITHIN = 40
"""Characters between a date and another that corrects it."""


_OF_EMAILS = (HAS_EMAIL, ENDS_ALONE, CUES, OPEN)
_OF_BIRTHS = (
    _births.CUE, _births.ASKS_PART, _births.OLD_YEAR, _births.HAS_TENS, _births.SLASHED, _births.HAS_ABROAD, replies.TRIPLE,
)  # fmt: skip
_OF_ADDRESSES = (HAS_ADDRESS, _addresses.ASKS_ALL, _addresses.ASKS, answered.ASKS_HOUSE)
"""Patterns of which one is in every conversation with what they show."""


class BuiltIn:
    """Patterns, check digits, and words around them."""

    name: ClassVar[str] = "builtin"
    is_learned: ClassVar[bool] = True

    def find(self, utterances: Sequence[Utterance], hints: Hints) -> Sequence[Found]:
        """Return what is personal in a conversation."""
        if hesitations.shown(utterances):
            smooth = hesitations.Smooth(utterances)
            return list(smooth.restored(self._find(smooth.utterances, hints)))
        return self._find(utterances, hints)

    def _find(self, utterances: Sequence[Utterance], hints: Hints) -> list[Found]:
        lows = [lowered(text) for _, text in utterances]
        turns = Turns(utterances, lows, FREQUENT, SELDOM)
        found = _emails_in(utterances, lows, turns) if turns.has(_OF_EMAILS) else []
        numbered, mixed = turns.of(HAS_NUMBER), turns.of(HAS_MIXED)
        if numbered or mixed:
            countries = hints.countries or COUNTRIES.get((hints.language or "en")[:2], COUNTRIES["en"])
            countries = (*countries, *spoken_in(lows, sorted({*turns.of(SAID_ABROAD)}.intersection(numbered))))
            numbered = sorted({*numbered, *mixed, *_short_ones(utterances, lows, numbered)})
            numbers = Numbers(utterances, lows, countries, turns.of).find(numbered, mixed)
            found += [one for one in numbers if one.kind != "security_code" and not phones.is_sum(one, lows[one.turn])]
            found += [*codes_behind(numbers, lows), *accounts.sorted_accounts(lows, numbered)]
            found += [one for turn in numbered if "+" in lows[turn] for one in phones.written(turn, lows[turn])]
        found += expiry.expiries(utterances, lows, turns.of(expiry.CUE), found)
        found += secrets(utterances)
        found += _births_in(utterances, lows, turns) if turns.has(_OF_BIRTHS) else ()
        for turn in turns.of(persons.NEAR_PERSON):
            found += _each("birth_date", ((turn, one) for one in persons.dates(utterances[turn].text, lows[turn])))
        for turn in {one.turn for one in found if one.kind == "national_number"}:
            found += _each("birth_date", ((turn, one) for one in _births.dates_in_row(lows[turn])))
        for turn in {*turns.of(_births.CUE), *turns.after(_births.CUE)}:
            found += dates.in_six_digits(turn, lows[turn])
        found += _addresses_in(utterances, lows, turns) if turns.has(_OF_ADDRESSES) else ()
        found += [one for turn in turns.of(_addresses.ASKS) for one in codes.named(turn, lows[turn], found)]
        names = NameFinder([text for _, text in utterances], lows, hints.names, turns.of)
        mentions = names.find(turns.after(ASKS_NAME))
        found += [Found(each.turn, each.start, each.end, "name", each.name) for each in mentions]
        if self.is_learned:
            added = second_opinion().find(utterances, lows, turns.of(MAY_HOLD), names.rare, found)
            found += [one for one in added if one.kind != "security_code"]
        found = [phones.with_extension(one, lows[one.turn]) for one in found]
        return [*found, *grown(utterances, lows, found)]


def _short_ones(utterances: Sequence[Utterance], lows: Sequence[str], numbered: Sequence[int]) -> Iterator[int]:
    """Yield short turns near those with numbers that may hold the one digit which is missing there."""
    for turn in numbered:
        for other in range(max(0, turn - _NEAR), min(turn + _NEAR + 1, len(lows))):
            is_new = len(lows[other]) <= _SHORT and other not in numbered
            if is_new and utterances[other].speaker == utterances[turn].speaker and _has_digit(lows[other]):
                yield other


def _has_digit(low: str) -> bool:
    return any(map(str.isdecimal, low)) or not _DIGIT_WORDS.isdisjoint(words_in(low))


def _each(kind: Kind, found: Iterable[tuple[int, tuple[int, int, str]]]) -> Iterator[Found]:
    return (Found(turn, start, end, kind, value) for turn, (start, end, value) in found)


def _emails_in(utterances: Sequence[Utterance], lows: Sequence[str], turns: Turns) -> list[Found]:
    """Return e-mail addresses, also those over several turns, and parts of them where they are spoken of."""
    found: list[Found] = []
    spoken_of = _spoken_of(turns, len(lows))
    for turn in turns.of(HAS_EMAIL):
        low = lows[turn]
        before = _turn_before(utterances, turn) if _AT_FIRST.match(low) else None
        if before is not None and turn not in spoken_of and not looks_local(lows[before]):
            before = None
        for start, end, value in emails(low, None if before is None else lows[before], is_asked=turn in spoken_of):
            if start < 0 and before is not None:
                found.append(Found(before, len(lows[before]) + start, len(lows[before]), "email", value))
            found.append(Found(turn, max(0, start), end, "email", value))
    for turn in turns.of(ENDS_ALONE):
        found += _email_halves(utterances, lows, turn)
    for one in found[:]:
        local = one.value.partition("@")[0].translate(_JOINTS)
        for turn in range(one.turn, min(one.turn + _NEAR, len(lows))) if local else ():
            address, is_next = lows[one.turn][one.start : one.end], turn == one.turn + 1
            again_at = spelled_again(lows[turn], address, local, is_next=is_next)
            found += [
                Found(turn, *span, "email", one.value) for span in again_at if turn != one.turn or span[0] >= one.end
            ]
    its = {turn for one in found for turn in range(one.turn, min(one.turn + 2 * _NEAR, len(lows)))}
    for turn in sorted(spoken_of | its):
        if any(word in lows[turn] for word in _JOINING):
            found += _email_parts(utterances, lows, turn, found)
    return [*found, *mails.parts(lows, found)]


def _email_halves(utterances: Sequence[Utterance], lows: Sequence[str], turn: int) -> Iterator[Found]:
    """Yield the end of a domain that is all of a turn, and the address that it ends in one of the turns before."""
    end = end_alone(lows[turn])
    for before in range(turn - 1, max(-1, turn - 1 - _NEAR), -1) if end is not None else ():
        its = open_address(lows[before]) if utterances[before].speaker == utterances[turn].speaker else None
        if its is not None and end is not None:
            value = f"{its[2]}{lows[turn][slice(*end)].replace(' ', '').replace('dot', '.')}"
            yield Found(before, its[0], its[1], "email", value)
            yield Found(turn, *end, "email", value)
            return


def _spoken_of(turns: Turns, count: int) -> frozenset[int]:
    """Return the turns in which, or shortly before which, e-mail addresses are spoken of."""
    cues = [*turns.of(CUES), *turns.of(OPEN)]
    return frozenset(turn for cue in cues for turn in range(cue, min(cue + 2 * _NEAR, count)))


def _email_parts(
    utterances: Sequence[Utterance], lows: Sequence[str], turn: int, known: Sequence[Found]
) -> Iterator[Found]:
    """Yield a domain that is all of a turn, with the part before it in an earlier one; and other parts of addresses."""
    low = lows[turn]
    its = [one for one in known if one.turn == turn]
    alone = None if its else domain_alone(low)
    if alone is not None:
        before = _turn_before(utterances, turn)
        first = None if before is None or any(one.turn == before for one in known) else first_part(lows[before])
        value = low[slice(*alone)] if first is None else f"{first[1]}@{low[slice(*alone)]}"
        yield Found(turn, *alone, "email", value)
        if before is not None and first is not None:
            yield Found(before, first[0], len(lows[before]), "email", value)
    for start, end, value in pieces(low) if alone is None else ():
        if not is_taken(its, start, end):
            yield Found(turn, start, end, "email", value)


def _turn_before(utterances: Sequence[Utterance], turn: int) -> int | None:
    """Return the nearest turn of the same side before one."""
    indexes = range(turn - 1, max(-1, turn - 1 - _NEAR), -1)
    return next((index for index in indexes if utterances[index].speaker == utterances[turn].speaker), None)


def _births_in(utterances: Sequence[Utterance], lows: Sequence[str], turns: Turns) -> list[Found]:
    """Dates after words of a birth, in the same turn or the two that follow; and the same dates anywhere else."""
    found: list[Found] = []
    for turn in turns.of(_births.CUE):
        own = list(_births.dates(lows[turn], is_asked=False))
        found += _each("birth_date", ((turn, one) for one in own))
        found += _other_date(utterances, lows, turn) if own else ()
        parts = [] if own else list(_births_apart(utterances, lows, turn))
        found += parts
        for later in range(turn + 1, min(turn + 3, len(lows))) if not own and not parts else ():
            dates = list(_births.dates(lows[later], is_asked=True))
            its = [one for one in dates if one[0] - dates[0][1] < _CORRECTED_WITHIN]
            found += _each("birth_date", ((later, one) for one in its))
            if dates:
                break
    found += list(_births_in_parts(utterances, lows, turns))
    old = {
        *turns.of(_births.OLD_YEAR),
        *(tens := turns.of(_births.HAS_TENS)),
        *turns.of(_births.SLASHED),
        *turns.of(_births.HAS_ABROAD),
    }
    for turn in sorted(old):
        found += _each("birth_date", ((turn, one) for one in _births.old_dates(lows[turn])))
    found += _each("birth_date", ((turn, one) for turn in tens if (one := _births.said_alone(lows[turn])) is not None))
    for turn in turns.of(replies.TRIPLE):
        found += _each("birth_date", ((turn, one) for one in replies.triples(lows[turn])))
    found += list(replies.later(utterances, lows, turns.of(replies.AND_HERS), found))
    found += list(_years_apart(utterances, lows, found))
    found += list(_corrected_dates(lows, found))
    for turn in {one.turn for one in found if lows[one.turn].endswith("(", 0, one.start)}:
        found += _each("birth_date", ((turn, one) for one in _births.in_brackets(lows[turn])))
    known = frozenset(one.value for one in found if one.value.count("-") > 1)
    if known:
        for turn, low in enumerate(lows):
            found += _each("birth_date", ((turn, one) for one in _births.same_dates(low, known)))
    return found


def _corrected_dates(lows: Sequence[str], found: Sequence[Found]) -> Iterator[Found]:
    """Yield the dates, and the words that take them back, of ``the eighth of may ninety, sorry, ninety one``."""
    for one in found:
        low = lows[one.turn]
        before, after = _births.taken_back(low, one.start), _births.correction(low, one.end)
        if after > one.end or before < one.start:
            yield Found(one.turn, before, after, "birth_date", _births.canonical(low[one.start : after]))


def _other_date(utterances: Sequence[Utterance], lows: Sequence[str], turn: int) -> Iterator[Found]:
    """Yield the whole date that the other side answers to a date of birth, as to correct it."""
    if turn + 1 < len(lows) and utterances[turn + 1].speaker != utterances[turn].speaker:
        its = _births.dates(lows[turn + 1], is_asked=True)
        yield from _each("birth_date", ((turn + 1, one) for one in its if one[2].count("-") > 1))


def _births_apart(utterances: Sequence[Utterance], lows: Sequence[str], asked: int) -> Iterator[Found]:
    """Yield the parts of a date that the answer to a question gives over several turns, with nothing else in them."""
    spans: list[tuple[int, tuple[int, int]]] = []
    for turn in range(asked + 1, min(asked + 1 + 2 * _NEAR, len(lows))):
        if utterances[turn].speaker == utterances[asked].speaker:
            continue
        part = _births.part(lows[turn])
        if part is None:
            break
        spans.append((turn, part))
        if _births.is_whole(_births.canonical(lows[turn][slice(*part)])):
            break
    if len(spans) > 1:
        value = _births.canonical(" ".join(lows[turn][slice(*part)] for turn, part in spans))
        yield from (Found(turn, *part, "birth_date", value) for turn, part in spans)


def _births_in_parts(utterances: Sequence[Utterance], lows: Sequence[str], turns: Turns) -> Iterator[Found]:
    """Yield the parts of a date that are asked for one by one: the year, then the day and the month."""
    done = -1
    for asked in turns.of(_births.ASKS_PART):
        if asked < done or not _births.asks_part(lows[asked]):
            continue
        spans: list[tuple[int, tuple[int, int]]] = []
        for turn in range(asked + 1, min(asked + 1 + 2 * _NEAR, len(lows))):
            if utterances[turn].speaker == utterances[asked].speaker:
                continue
            part = _births.part(lows[turn])
            if part is None:
                break
            spans.append((turn, part))
        text = " ".join(lows[turn][slice(*part)] for turn, part in spans)
        if len(spans) > 1 and _births.has_year(text):
            done = spans[-1][0]
            yield from (Found(turn, *part, "birth_date", _births.canonical(text)) for turn, part in spans)


def _years_apart(utterances: Sequence[Utterance], lows: Sequence[str], found: Sequence[Found]) -> Iterator[Found]:
    """Yield the years that follow, in a turn of their own, on a day and a month; and repetitions of them."""
    for one in found:
        if one.value.count("-") > 1:
            continue
        for later in range(one.turn + 1, min(one.turn + 1 + _NEAR, len(lows))):
            year = _births.year_alone(lows[later])
            if year is not None and utterances[later].speaker == utterances[one.turn].speaker:
                yield Found(later, year[0], year[1], "birth_date", f"{one.value}-{year[2]}")
                break


def _addresses_in(utterances: Sequence[Utterance], lows: Sequence[str], turns: Turns) -> list[Found]:
    found: list[Found] = []
    asked = set(turns.after(_addresses.ASKS_ALL))
    found += _each("address", answered.numbers(utterances, lows, asked, _addresses.may_hold))
    candidates = [turn for turn in sorted({*turns.of(HAS_ADDRESS), *asked}) if _addresses.may_hold(lows[turn])]
    spoken_of = asked | set(turns.after(_addresses.CUE) if candidates else ())
    for turn in candidates:
        text, low = utterances[turn].text, lows[turn]
        its = list(_addresses.addresses(text, low, is_asked=turn in spoken_of))
        whole = answered.whole(text, low, is_asked=turn in asked)
        its += [one for one in whole if not any(start <= one[0] and one[1] <= end for start, end, _ in its)]
        found += _each("address", ((turn, one) for one in its))
    found += list(_rest_of_addresses(utterances, lows, turns, found))
    names = names_of([one.value for one in found])
    codes = {said for one in found if postcodes.is_postcode(said := lows[one.turn][one.start : one.end])}
    for turn, low in enumerate(lows) if names or codes else ():
        spans = [*again(low, names), *repeated(low, codes)]
        own = [one for one in found if one.turn == turn] if spans else ()
        for start, end in spans:
            if not is_taken(own, start, end):
                found.append(Found(turn, start, end, "address", low[start:end]))
    return found


def _rest_of_addresses(
    utterances: Sequence[Utterance], lows: Sequence[str], turns: Turns, found: Sequence[Found]
) -> Iterator[Found]:
    """Yield parts of addresses that are all of a turn: a postcode or a town soon after an address, a postcode or a house asked for."""
    near = {later for one in found for later in range(one.turn + 1, min(one.turn + 1 + _NEAR, len(lows)))}
    known = {one.turn for one in found}
    for turn in near:
        if len(lows[turn]) <= _CORRECTED_WITHIN and postcodes.is_postcode(lows[turn]):
            known.add(turn)
            yield Found(turn, 0, len(lows[turn]), "address", lows[turn])
    for turn in near:
        if turn - 1 in known and utterances[turn - 1].speaker == utterances[turn].speaker:
            is_followed = turn + 1 in known and utterances[turn + 1].speaker == utterances[turn].speaker
            its = answered.goes_on(utterances[turn].text, lows[turn], is_followed=is_followed)
            yield from _each("address", ((turn, one) for one in its))
    for turn in near.intersection(turns.after(_addresses.ASKS_TOWN)):
        if (its := _addresses.town(lows[turn])) is not None:
            yield Found(turn, *its, "address", lows[turn][slice(*its)])
    for turn in turns.after(_addresses.ASKS):
        its = _addresses.answers(utterances[turn].text, lows[turn])
        yield from _each("address", ((turn, one) for one in its))
    for asks in turns.of(_addresses.ASKS):
        yield from _each("address", postcodes.in_parts(utterances, lows, asks))
    for turn in turns.after(answered.ASKS_HOUSE):
        yield from _each("address", ((turn, one) for one in answered.house(lows[turn])))
