"""Built-in redactor: one recogniser of candidates, validators, and a decision that was fitted to labelled talk.

Measured on hands that were left out when the weights were fitted by ``python -m bench.redaction.hands_eval``.
"""

from collections.abc import Sequence
from typing import ClassVar

from auscult.domain.privacy.redaction import Found, Hints, Utterance
from auscult.redactors._recogniser.recognise import recognised


class BuiltIn:
    """What an app's own data, what is known of a conversation, and the fitted decision say together."""

    name: ClassVar[str] = "builtin"

    def find(self, utterances: Sequence[Utterance], hints: Hints) -> Sequence[Found]:
        """Return what is personal in a conversation."""
        return recognised(utterances, hints)
