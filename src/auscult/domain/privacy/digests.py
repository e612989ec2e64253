"""Keyed hashes of values: with the key, a masked value can be compared with an open one; without it, nothing can."""

import hmac
from collections.abc import Callable

from auscult.domain.privacy.redaction import Kind

Digest = Callable[[str, str], str]
"""The keyed hash of a comparable value of a kind."""

_PURPOSE = b"auscult masked values"
_FEWEST, _PHONE_END = 7, 9
"""Digits of a number that may be a phone, and of its end by which phones are compared, whatever stands before."""


def digest_with(secret_key: bytes) -> Digest:
    """Return the hash with a key that is derived from a database's for this alone. It begins with the key's own id."""
    key = hmac.digest(secret_key, _PURPOSE, "sha256")
    name = hmac.new(key, b"", "sha256").hexdigest()[:8]

    def digest(kind: str, value: str) -> str:
        return f"{name}:{hmac.new(key, f'{kind} {value}'.encode(), 'sha256').hexdigest()}"

    return digest


def are_of_one_key(one: str, other: str) -> bool:
    """Return whether two hashes can be compared: those of another key, from before a rotation, say nothing."""
    return one.partition(":")[0] == other.partition(":")[0]


def digest_of(kind: Kind, value: str, digest: Digest) -> str:
    """Return the hash of a value that was found, however it is written."""
    plain = comparable(value)
    return digest("phone", plain[-_PHONE_END:]) if kind == "phone" else digest("value", plain)


def digests_of(value: str, digest: Digest) -> tuple[str, ...]:
    """Return every hash that a masked value may have which equals this one, whose kind is not known."""
    plain = comparable(value)
    if not plain:
        return ()
    is_number = plain.isdecimal() and len(plain) >= _FEWEST
    return (digest("value", plain), *((digest("phone", plain[-_PHONE_END:]),) if is_number else ()))


def comparable(value: str) -> str:
    """Return a value without its spelling: letters and digits alone, but for an address with ``@``."""
    low = value.casefold().strip()
    return low if "@" in low else "".join(letter for letter in low if letter.isalnum())
