"""Recognition of a customer in a conversation for an erasure: by id, telephone number or e-mail address.

An erasure is final, so an address is never found within another customer's: ann@example.com is neither in
joann@example.com nor in ann@example.com.au.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from auscult.domain.errors import RequestError, coded
from auscult.domain.people.users import EMAIL, normalise_email
from auscult.domain.privacy.retention import By

LEAST_DIGITS = 7
"""Digits that a telephone number must have: fewer are in the numbers of many customers."""
VALUES = {"email": rf"^\s*{EMAIL}\s*$", "phone": rf"^(\D*\d){{{LEAST_DIGITS}}}"}
"""Patterns of what a customer is searched by, but for ids."""
_COMPARED_DIGITS = 9
"""Digits of a telephone number that are compared, from its end, whatever stands before."""
_NOT_WITHIN = r"(?<!\w)(?<!\w[.+%-]){}(?!\w)(?!-\w)(?!\.[a-z0-9])"
"""An address alone: a full stop after it may end a sentence, whose next word has a capital."""


def check_customer(by: By, value: str) -> str:
    """Return what a customer is searched by: an id as it is, a number or an address without surrounding blanks.

    Raises ``RequestError`` ``email.invalid`` or ``phone.invalid``: with less, other customers' conversations would be
    found, or none of a known customer's.
    """
    if by == "customer":
        return value
    found = value.strip()
    if by == "email":
        return normalise_email(found)
    if not re.match(VALUES["phone"], found):
        message = coded(
            "invalid telephone number {value!r}; give at least {n} digits of it", value=found, n=LEAST_DIGITS
        )
        raise RequestError(message, code="phone.invalid", field="value", value=found)
    return found


def finder(by: By, value: str) -> Callable[[Iterable[str]], bool]:
    """Return a function that reports whether one of several texts holds a telephone number or an address.

    Raises as ``check_customer`` does.
    """
    wanted = check_customer(by, value)
    if by == "email":
        # Case does not matter in the address, but in what follows it.
        pattern = re.compile(_NOT_WITHIN.format(f"(?i:{re.escape(wanted)})"))
        return lambda texts: any(pattern.search(text) for text in texts)
    end = "".join(letter for letter in wanted if letter.isdecimal())[-_COMPARED_DIGITS:]
    return lambda texts: any(end in each for text in texts for each in _numbers(text))


def _numbers(text: str) -> Iterator[str]:
    """Yield the digits of each run of digits and of the signs between them."""
    run = ""
    for letter in text:
        if letter.isdecimal():
            run += letter
        elif letter not in " -./()+":
            yield run
            run = ""
    yield run
