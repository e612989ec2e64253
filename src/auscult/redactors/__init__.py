"""SHELF: a conversation to the spans of personal data in it. One redactor a file, and one line here.

A redactor is loaded on first use: each needs packages that the base install does not have.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec

from auscult.domain.errors import SettingsError
from auscult.domain.privacy.redaction import Found, Utterance
from auscult.redactors._contract import Redactor
from auscult.redactors._digits import long_numbers, open_numbers

__all__ = ["REDACTORS", "Redactor", "long_numbers", "open_numbers", "secrets"]


def secrets(utterances: Sequence[Utterance]) -> list[Found]:
    """Return the security codes, PINs, passwords and one-time codes of a conversation; no extra is needed."""
    from auscult.redactors.builtin import codes  # noqa: PLC0415  (its weights are read with the first conversation)

    return codes(utterances)


def _builtin() -> Redactor:
    if any(find_spec(name) is None for name in ("phonenumbers", "stdnum")):
        raise SettingsError(
            "redaction needs an extra that is not installed: pip install 'auscult[privacy]'",
            code="redactor.missing",
            field="redaction",
        )
    from auscult.redactors.builtin import BuiltIn  # noqa: PLC0415  (see above)

    return BuiltIn()


def _presidio() -> Redactor:
    from auscult.redactors.presidio import Presidio  # noqa: PLC0415  (see above)

    return Presidio()


REDACTORS: Mapping[str, Callable[[], Redactor]] = {"builtin": _builtin, "presidio": _presidio}
"""Every redactor, by name, as what makes it."""
