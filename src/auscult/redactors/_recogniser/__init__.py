"""The one recogniser of personal data: tokens, readings of numbers, validators, and the fitted decision.

Security codes, PINs, passwords and one-time codes are found by it as well where an app's redaction is off, for they are
never stored: PCI DSS 4.0.1, 3.3.1. That needs no package beyond those of the base install; the checks of national and
telephone numbers, which do, say nothing where theirs are missing.
"""

from auscult.redactors._recogniser.recognise import secrets
from auscult.redactors._recogniser.tokens import long_numbers, open_numbers

__all__ = ["long_numbers", "open_numbers", "secrets"]
