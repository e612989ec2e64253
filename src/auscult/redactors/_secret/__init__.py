"""Security codes, PINs, passwords and one-time codes: values that are never stored, whatever an app's redaction is.

They are found by what they are asked for or called by, without any package beyond those of the base install.
"""

from auscult.redactors._secret.search import secrets

__all__ = ["secrets"]
