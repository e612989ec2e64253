"""Signs that an unnamed number is a code: it was sent, shown by a device or typed in, or it proves an identity.

Single words say little, as every conversation has messages, screens and phones. Two that go together say much: *sent* and
*read it out*, *app* and *says*, *keypad* and *typed*.
"""

from collections.abc import Sequence
from typing import Literal, get_args

from auscult.redactors._patterns import of_words
from auscult.redactors._secret.by_letter import ByLetter
from auscult.redactors._words import separated

Sign = Literal["sent", "device", "proof", "machine", "noun", "shown", "typed", "came", "digits", "card", "known"]

_LISTS = separated("secret_signs.txt")
_SIGNS = ByLetter({sign: _LISTS[sign] for sign in get_args(Sign)})
_PAIRS: Sequence[tuple[Sign, Sign]] = (
    ("sent", "noun"),
    ("sent", "shown"),
    ("sent", "proof"),
    ("sent", "came"),
    ("device", "noun"),
    ("device", "shown"),
    ("device", "proof"),
    ("machine", "typed"),
    ("card", "known"),
    ("machine", "noun"),
    ("proof", "typed"),
    ("proof", "noun"),
    ("device", "typed"),
    ("digits", "came"),
    ("digits", "shown"),
    ("digits", "proof"),
    ("digits", "typed"),
    ("proof", "came"),
)
"""Signs that say together what one of them does not."""
_GATE = of_words(_LISTS["gate"])


def may_hint(low: str) -> bool:
    """Return whether a text in small letters may have one of the signs that need another."""
    return _GATE.search(low) is not None


def signs_in(low: str) -> set[Sign]:
    """Return the signs of a turn."""
    return {sign for sign, _ in _SIGNS.find(low) if not (sign == "sent" and "@" in low)}


def is_typed(signs: Sequence[set[Sign]]) -> bool:
    """Return whether signs of some turns say together that something is typed into a machine."""
    return set[Sign]().union(*signs) >= {"machine", "typed"}


def is_enough(signs: Sequence[set[Sign]], *, is_alone: bool) -> bool:
    """Return whether signs of some turns say together that a code is given; ``is_alone`` where nothing else is said."""
    together = set[Sign]().union(*signs)
    return any(together.issuperset(pair) for pair in _PAIRS) or (
        is_alone and not together.isdisjoint({"device", "sent", "machine"})
    )
