"""SHELF: a conversation to the spans of personal data in it. One redactor a file, and one line here.

A redactor is loaded on first use: each needs packages that the base install does not have.
"""

from collections.abc import Callable, Mapping

from auscult.domain.errors import SettingsError
from auscult.redactors._contract import Redactor
from auscult.redactors._digits import long_numbers, open_numbers
from auscult.redactors._secret import secrets

__all__ = ["REDACTORS", "Redactor", "long_numbers", "open_numbers", "secrets"]


def _builtin() -> Redactor:
    try:
        from auscult.redactors.builtin import BuiltIn  # noqa: PLC0415  (see above)
    except ModuleNotFoundError as error:
        raise SettingsError(
            "redaction needs an extra that is not installed: pip install 'auscult[privacy]'",
            code="redactor.missing",
            field="redaction",
        ) from error
    return BuiltIn()


def _presidio() -> Redactor:
    from auscult.redactors.presidio import Presidio  # noqa: PLC0415  (see above)

    return Presidio()


REDACTORS: Mapping[str, Callable[[], Redactor]] = {"builtin": _builtin, "presidio": _presidio}
"""Every redactor, by name, as what makes it."""
