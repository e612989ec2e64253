"""Numbers of payment cards: their form, their check digit, and the security code behind them."""

import re
from collections.abc import Iterator, Sequence

from auscult.domain.privacy.redaction import Found
from auscult.domain.said.dates import MONTH_NAMES

CARD_SHORTEST, CARD_LONGEST = 12, 19
USUAL_CARD = 16
_MONTHS = "|".join(MONTH_NAMES)
_DIGITS = "zero|oh|one|two|three|four|five|six|seven|eight|nine"
_CODE = re.compile(
    r"(?!\W*(?:\d{3,4})\b)[\s,.;()-]*"
    r"(?:(?:and |the |its |exp\w*[.:]? ?|valid (?:to|thru) ?)*(?:0[1-9]|1[0-2]) ?[/-] ?\d{2,4}[\s,.;()-]*)?"
    r"(?:(?:and |the |its |security )*(?:code|cvv2?|cvc2?|cv2|cid)(?: is|'s)?[\s:,]*)?(\d{3,4})\b(?![/.-]?\d)"
)
_SAID_CODE = re.compile(
    rf"[\s,.]+(?:(?:and )?(?:exp\w*|valid (?:to|thru|until))?[\s:,]*(?:(?:oh|zero) \w+|{_MONTHS}|ten|eleven"
    rf"|twelve)[\s,/]+(?:of )?(?:20)?(?:twenty|thirty|\d\d)(?:[ -](?:{_DIGITS}))?[\s,.]+)"
    rf"(?:and )?(?:the )?((?:{_DIGITS})(?: (?:{_DIGITS})){{2,3}})(?=[.,]|$)"
)
"""A code that is said behind the expiry of a card: ``expires March twenty nine, seven eight one``."""
_CODE_OF = re.compile(r"[\s,.]+(\d{3,4}) (?:is|being|for) (?:the|my) (?:\w+ ){0,3}(?:code|cvv|cvc|cid)\b")
_GLUED_CODE = re.compile(r"(?<![a-z])(?:cvv|cvc|cv2|cid) ?(\d{3,4})\b")
"""Text from a card to its security code; digits without an expiry or a word before them are not one."""
_CODE_BEHIND = re.compile(r"[\s,.;]+(?:0[1-9]|1[0-2])[2-4]\d[\s,.;]+(\d{3,4})\b(?![/.-]?\d)")
"""The same behind an expiry that is written as one: ``0927, 415``."""


def is_card(digits: str) -> bool:
    """Return whether digits are a card's number, by length, beginning and check digit."""
    return CARD_SHORTEST <= len(digits) <= CARD_LONGEST and has_card_form(digits) and is_luhn(digits)


def is_luhn(digits: str) -> bool:
    """Return whether the check digit of a card's number is right."""
    total = 0
    for index, letter in enumerate(reversed(digits)):
        value = int(letter)
        if index % 2:
            value = value * 2 - 9 if value > 4 else value * 2  # noqa: PLR2004
        total += value
    return total % 10 == 0 and any(letter != "0" for letter in digits)


def has_card_form(number: str) -> bool:
    """Return whether issuers assign numbers of this length with this beginning."""
    size, two, four = len(number), int(number[:2]), int(number[:4])
    if number[0] == "4":
        return size in (13, 16, 19)
    if 51 <= two <= 55 or 2221 <= four <= 2720:  # noqa: PLR2004  Mastercard
        return size == USUAL_CARD
    if two in (34, 37):
        return size == 15  # noqa: PLR2004  American Express
    if two in (30, 36, 38, 39):
        return size in (14, 16)
    if two in (35, 62, 64, 65, 81) or four == 6011 or 2200 <= four <= 2204:  # noqa: PLR2004  JCB, UnionPay, Discover, Mir
        return size in (16, 17, 18, 19)
    return number[0] in "56" and size in (16, 18, 19)  # Maestro, Verve


def codes_behind(found: Sequence[Found], lows: Sequence[str]) -> Iterator[Found]:
    """Yield security codes that follow on a card in its turn: behind its expiry, or behind ``code``."""
    for one in found:
        low = lows[one.turn]
        if one.kind != "card":
            continue
        codes = (each.match(low, one.end) for each in (_CODE, _CODE_BEHIND, _SAID_CODE, _CODE_OF))
        code = next((each for each in codes if each is not None), None) or _GLUED_CODE.search(low, one.end)
        if code is not None:
            yield Found(one.turn, *code.span(1), "security_code", code[1])
