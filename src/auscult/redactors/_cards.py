"""Numbers of payment cards: their length, beginning and check digit."""

CARD_SHORTEST, CARD_LONGEST = 12, 19
USUAL_CARD = 16


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


def is_card(digits: str) -> bool:
    """Return whether a text is the digits of a card's number, by length, beginning and check digit."""
    is_number = digits.isdecimal() and CARD_SHORTEST <= len(digits) <= CARD_LONGEST
    return is_number and has_card_form(digits) and is_luhn(digits)
