"""Policies: personal data that was found is masked, kept with its original, left where it is, or dropped.

What is the app's own stays whatever its kind is set to: its numbers, domains, addresses, and if wanted its agents' names.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, get_args

from auscult.domain.privacy.redaction import NEVER_KEPT, Found, Kind, Numbering, Redacted, redacted

Treatment = Literal["mask", "token", "keep", "drop"]
"""``mask``: a placeholder with a number; ``token``: the same, and the original is kept encrypted; ``keep``: it stays as
it is; ``drop``: a placeholder without a number and without a hash, so that no two values can be compared.
"""

TREATMENTS: tuple[Treatment, ...] = get_args(Treatment)
OWNED: frozenset[Kind] = frozenset({"email", "phone", "account", "iban", "address", "name"})
"""Kinds of which an app may have some of its own."""
_WORD = re.compile(r"\w+")
_DOMAIN = re.compile(r"@?((?:[\w-]+\.)+[a-z]{2,})")
_LEAST_DIGITS = 5


class Policy(NamedTuple):
    """Treatment of each kind that has one of its own, and what is the app's own.

    ``own`` are numbers, e-mail addresses, domains, postal addresses and names; ``own_words`` are single words that are a
    name of an agent.
    """

    kinds: Mapping[Kind, Treatment] = {}
    own: tuple[str, ...] = ()
    own_words: frozenset[str] = frozenset()

    def redacted(self, texts: Sequence[str], found: Iterable[Found], numbering: Numbering | None = None) -> Redacted:
        """Replace what was found by placeholders, but for what stays."""
        return redacted(texts, found, numbering or Numbering(dropped=self.dropped), self.keeps)

    @property
    def dropped(self) -> frozenset[Kind]:
        """Kinds that are replaced without a number."""
        return frozenset(kind for kind, treatment in self.kinds.items() if treatment == "drop")

    def keeps(self, found: Found, text: str) -> bool:
        """Return whether something that was found stays in the text; ``text`` is how it is written there."""
        if found.kind in NEVER_KEPT:
            return False
        return self.kinds.get(found.kind) == "keep" or (found.kind in OWNED and self._is_own(found, text))

    def _is_own(self, found: Found, text: str) -> bool:
        if found.kind == "name" and words(text) and self.own_words.issuperset(words(text)):
            return True
        return any(_is_same(found, text, each) for each in self.own)


NO_POLICY = Policy()


def words(text: str) -> list[str]:
    """Return the words of a text, in lower case."""
    return _WORD.findall(text.casefold())


def names_apart(names: Iterable[str | None], others: Iterable[str | None]) -> frozenset[str]:
    """Return the words of some names that are in none of the others."""
    mine, theirs = ({word for name in some if name for word in words(name)} for some in (names, others))
    return frozenset(mine - theirs)


def _is_same(found: Found, text: str, own: str) -> bool:
    """Return whether a value is one of the app's: a number by its last digits, an e-mail by address or domain, others by words."""
    if found.kind == "email":
        domain = _DOMAIN.fullmatch(own.casefold())
        written = found.value.casefold()
        return written == own.casefold() or (
            domain is not None and written.endswith((f"@{domain[1]}", f".{domain[1]}"))
        )
    if found.kind in ("phone", "account", "iban"):
        short, long = sorted((_digits(own), _digits(found.value)), key=len)
        return len(short) >= _LEAST_DIGITS and long.endswith(short)
    inner, outer = words(text), words(own)
    return bool(inner) and any(outer[at : at + len(inner)] == inner for at in range(len(outer)))


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text)).lstrip("0")
