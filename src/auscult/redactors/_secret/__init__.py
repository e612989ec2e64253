"""Security codes, PINs, passwords and one-time codes: values that are never stored, whatever an app's redaction is.

They are found by what they are asked for or called by, without any package beyond those of the base install.
"""

from collections.abc import Sequence

from auscult.domain.privacy.redaction import Found, Utterance

__all__ = ["secrets"]


def secrets(utterances: Sequence[Utterance]) -> list[Found]:
    """Return the security codes, PINs, passwords and one-time codes of a conversation; fast where none is spoken of.

    Its patterns are made with the first conversation: they are a quarter of the start of a command that redacts nothing.
    """
    from auscult.redactors._secret import search  # noqa: PLC0415  (see above)

    return search.secrets(utterances)
