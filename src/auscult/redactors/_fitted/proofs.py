"""Values that a turn proves: a card's number by issuer, length and Luhn, an IBAN by its check digits, a said e-mail address.

Numbers are searched in all readings of what is said, and found next to other numbers: an expiry date that follows.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from auscult.domain.privacy.redaction import Kind
from auscult.redactors._cards import CARD_LONGEST, CARD_SHORTEST, USUAL_CARD, is_card
from auscult.redactors._fitted.readings import HOMOPHONES, Reading, read_on, value_of
from auscult.redactors._fitted.tokens import CLASS, COARSE, LETTERS, LISTS, NUMBERS, Token

JOINTS = frozenset("-\u2013./()'+·*:,_")
"""Signs within a number."""
_ELSEWHERE = {word[:2].upper(): int(word[3:]) for word in LISTS["iban elsewhere"]}
"""Lengths of IBANs in countries that use them and are not in the registry."""
_COUNTRIES = frozenset((*(word.upper() for word in LISTS["iban countries"]), *_ELSEWHERE))
_EXAMPLES = frozenset(LISTS["example cards"])
_BESIDE = frozenset(("un", "sept", "once"))
"""Numbers beside others in words only: an article, a month and an English word."""
_EAN, _AMEX, _AMEX_BEGINS = 13, 15, ("34", "37")
_SHORTEST_IBAN, _LONGEST_IBAN, _BANK, _GAP, _LEAST = 15, 34, (1, 4), 3, 12
_TIES = frozenset(("-", "y", "e", "et"))
"""Signs and words between tens and ones."""
_AT, _DOT, _SIGN = CLASS["at"], CLASS["dot"], CLASS["sign"]
_BRACKETS = frozenset("()[]")
_BEHIND_AT, _BEHIND_SIGN = (
    frozenset(("sign", "zeichen", "-", "the", "rate")),
    frozenset(("bas", "bajo", "baja", "medio")),
)
"""Words behind one for an at sign, and behind one for another sign: ``guion bajo``."""
_LABEL, _MAILBOX, _PLAIN, _RARE = 5, 24, 4, frozenset((4, 5))
"""Words of a domain before its first dot, tokens of a mailbox, usual words in a row in one; coarse classes of rare words."""


class Proof(NamedTuple):
    """Tokens from ``first`` to ``last`` that are a number of a kind, and its digits and capital letters."""

    first: int
    last: int
    kind: Kind
    chars: str


def proofs(tokens: Sequence[Token], *, has_packages: bool = True) -> Iterator[Proof]:
    """Yield what is proven in a turn, from left to right."""
    mails = {each.first: each for at, token in enumerate(tokens) if token.kind == _AT for each in _mail(tokens, at)}
    size = sum(len(each.low) if each.low.isdecimal() else 2 for each in tokens if each.kind in NUMBERS)
    at = 0 if mails or size >= _LEAST else len(tokens)
    while at < len(tokens):
        found = mails.get(at) or (_iban_at(tokens, at) if has_packages else None) or _card_at(tokens, at)
        if found is not None:
            yield found
        at = at + 1 if found is None else found.last + 1


def is_proven_card(chars: str) -> bool:
    """Return whether digits are a card's number, neither an article's nor one that is published for tests."""
    return len(chars) > _EAN and is_card(chars) and chars not in _EXAMPLES


def is_iban(chars: str) -> bool:
    """Return whether letters and digits are an IBAN of a country that has them, right by its check digits."""
    from stdnum import iban  # noqa: PLC0415  (an extra, which codes alone do without)
    from stdnum.iso7064 import mod_97_10  # noqa: PLC0415

    if _ELSEWHERE.get(chars[:2]) == len(chars):
        return mod_97_10.is_valid(chars[4:] + chars[:4])
    return _SHORTEST_IBAN <= len(chars) <= _LONGEST_IBAN and iban.is_valid(chars, check_country=False)


def is_number(tokens: Sequence[Token], at: int) -> bool:
    """Return whether a token is a number, or a word that sounds like one between two of them."""
    if not 0 <= at < len(tokens):
        return False
    if tokens[at].low in _BESIDE:
        before = at - 2 if at and tokens[at - 1].low == "et" else at - 2 if at and tokens[at - 1].low == "-" else at - 1
        its = [tokens[each] for each in (before, at + 1) if 0 <= each < len(tokens)]
        return any((each.kind in NUMBERS and not each.low.isdecimal()) or each.low in _BESIDE for each in its)
    if tokens[at].low in HOMOPHONES:
        near = [tokens[each] for each in (at - 1, at + 1) if 0 <= each < len(tokens)]
        return len(near) == 2 and all(  # noqa: PLR2004
            (each.kind in NUMBERS and not each.low.isdecimal()) or each.low in HOMOPHONES for each in near
        )
    return tokens[at].kind in NUMBERS


def _card_at(tokens: Sequence[Token], first: int) -> Proof | None:
    """Return the card that begins at a token; a part of a longer number is one only with the usual length.

    What is said goes on over pauses, so that the whole counts where it is a card too.
    """
    if not is_number(tokens, first):
        return None
    is_begin, part, readings = not is_number(tokens, first - 1), None, [Reading()]
    its = list(_ahead(tokens, first, has_letters=False))
    for at in its:
        readings = [each for each in read_on(readings, tokens[at]) if len(each.text) <= CARD_LONGEST]
        if not readings:
            break
        is_end = not is_number(tokens, at + 1) and (at == its[-1] or tokens[at + 1].low not in _TIES)
        if len(readings[-1].text) < CARD_SHORTEST and len(readings[0].text) < CARD_SHORTEST:
            continue
        for each in readings if is_begin and is_end else readings[:1] if is_begin or is_end else ():
            if is_proven_card(each.text) and ((is_begin and is_end) or is_usual(each.text)):
                found = Proof(first, at, "card", each.text)
                if at == its[-1] or tokens[first].low.isdecimal():
                    return found
                part = part or found
    return part


def is_usual(chars: str) -> bool:
    """Return whether a card's number has the length that most have."""
    return len(chars) == USUAL_CARD or (len(chars) == _AMEX and chars.startswith(_AMEX_BEGINS))


def _iban_at(tokens: Sequence[Token], first: int) -> Proof | None:
    country, behind = _country(tokens, first)
    if not country or not is_number(tokens, behind):
        return None
    readings = [Reading(country)]
    for at in _ahead(tokens, behind, has_letters=True):
        token = tokens[at]
        if is_number(tokens, at):
            readings = read_on(readings, token)
        else:
            letters = value_of(token) if token.kind in LETTERS else token.low.upper()
            apart = readings if token.low in LISTS["between"] else []
            readings = [*apart, *(Reading(each.text + letters) for each in readings)]
        readings = [each for each in readings if len(each.text) <= _LONGEST_IBAN]
        found = next((each.text for each in readings if is_iban(each.text)), None)
        if found is not None:
            return Proof(first, at, "iban", found)
        if not readings:
            return None
    return None


def _country(tokens: Sequence[Token], first: int) -> tuple[str, int]:
    """Return the country that an IBAN begins with at a token, in one word or two letters, and the token behind."""
    low = tokens[first].low.upper()
    if len(low) == 2 and low in _COUNTRIES:  # noqa: PLR2004
        return low, first + 1
    if first + 1 < len(tokens) and all(
        len(each.low) == 1 or each.kind in LETTERS for each in tokens[first : first + 2]
    ):
        both = "".join(value_of(each) or each.low[0].upper() for each in tokens[first : first + 2])
        return (both, first + 2) if both in _COUNTRIES else ("", first)
    return "", first


def _ahead(tokens: Sequence[Token], first: int, *, has_letters: bool) -> Iterator[int]:
    """Yield the tokens of a number from one on; others within it are signs and a few words."""
    gap = 0
    for at in range(first, len(tokens)):
        token = tokens[at]
        is_word = token.low in LISTS["between"] and len(token.low) > 1
        is_part = is_number(tokens, at) or (
            has_letters and not is_word and (token.kind in LETTERS or (token.low.isalpha() and len(token.low) in _BANK))
        )
        if is_part:
            gap = 0
            yield at
        elif token.low in LISTS["between"] or token.low in LISTS["corrects"]:
            gap += 1
            if gap > _GAP:
                return
        elif token.low not in JOINTS:
            return


def _mail(tokens: Sequence[Token], at: int) -> Iterator[Proof]:
    """Yield the e-mail address whose at sign is said by a token, unless it is a business's: ``m dot lee two at gmail dot com``."""
    first, last = _mailbox(tokens, at), _domain(tokens, at)
    word = tokens[first].low
    is_one = first == at - 1 and len(word) > 1 and tokens[first].kind not in NUMBERS
    is_plain = tokens[at].low == "at" and COARSE[tokens[first].kind] not in _RARE
    if first < at < last and not (is_one and (is_plain or word in LISTS["mailboxes"])):
        yield Proof(first, last, "email", "")


def _domain(tokens: Sequence[Token], at: int) -> int:
    """Return the last token of the domain behind an at sign, -1 where there is none."""
    ahead = range(at + 1, min(at + _MAILBOX, len(tokens)))
    its = [each for each in ahead if tokens[each].low not in _BRACKETS]
    size, last, behind = 0, -1, 0
    while behind < len(its) and tokens[its[behind]].low in _BEHIND_AT:
        behind += 1
    while behind < len(its) and size <= _LABEL:
        token, after = tokens[its[behind]], [tokens[each] for each in its[behind + 1 : behind + 3]]
        is_dot = token.kind == _DOT and (token.low != "point" or tokens[at].low != "at")
        is_dot = is_dot or (_is_tight(tokens, its[behind]) and token.low == ".")
        if is_dot and size and after and after[0].low.isalpha():
            behind += 1 + (len(after) > 1 and all(len(each.low) == 1 or each.kind in LETTERS for each in after))
            last = its[behind]
        elif is_dot or last >= 0 or not (token.low.isalnum() or token.low == "-"):
            break
        behind, size = behind + 1, size + 1
    return last


def _mailbox(tokens: Sequence[Token], at: int) -> int:
    """Return the first token of the mailbox before an at sign: letters, numbers and rare words, usual ones near a sign."""
    first, is_open, is_char, plain = at, True, False, 0 if tokens[at].low != "at" else _PLAIN
    for index in range(at - 1, max(-1, at - _MAILBOX), -1):
        token, before = tokens[index], tokens[index - 1]
        is_sign = token.kind in (_DOT, _SIGN) or (token.low in ("-", "_", ".") and _is_tight(tokens, index))
        if is_sign or (token.low in _BEHIND_SIGN and before.kind == _SIGN):
            is_open, plain = True, 0
        elif token.low in _BRACKETS or (token.low == "," and (is_open or before.kind == _SIGN)):
            continue
        elif not token.low.isalnum() or (before.low == "'" and before.end == token.start):
            break
        else:
            is_new = len(token.low) == 1 or token.kind in LETTERS or token.kind in NUMBERS
            is_letter = len(token.low) == 1 and token.low not in ("a", "i")
            is_rare = COARSE[token.kind] in _RARE
            is_near = (is_rare or plain < _PLAIN) and token.low not in LISTS["before mail"]
            if not (is_open or is_near or is_letter or (is_char and is_new)):
                break
            plain = 0 if token.kind in NUMBERS else plain + (not (is_open or is_new or is_rare))
            first, is_open, is_char = index, False, is_new
    return first


def _is_tight(tokens: Sequence[Token], at: int) -> bool:
    """Return whether a sign is joined to what is before and behind it."""
    return (
        0 < at < len(tokens) - 1 and tokens[at - 1].end == tokens[at].start and tokens[at].end == tokens[at + 1].start
    )
