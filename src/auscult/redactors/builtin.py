"""Built-in redactor: one fitted decision over signs of every token (``_fitted``), and what is known said again.

Measured on labelled hands by ``python -m bench.redaction.hands_eval``, and on hands left out by ``bench.redaction.fit``.
"""

from collections.abc import Sequence
from typing import ClassVar

from auscult.domain.privacy.redaction import Found, Hints, Utterance
from auscult.redactors._fitted.decide import Decision, decision
from auscult.redactors._fitted.signs import Read
from auscult.redactors._fitted.values import found_again, named, valued


class BuiltIn:
    """One decision by weights, and the same values wherever they are said again."""

    name: ClassVar[str] = "builtin"

    def __init__(self, its: Decision | None = None) -> None:
        """Decide by weights that come along, or by others."""
        self._decision = its

    def find(self, utterances: Sequence[Utterance], hints: Hints) -> Sequence[Found]:
        """Return what is personal in a conversation."""
        its = self._decision or decision()
        read = Read()
        read.add(utterances, its.table, hints.countries)
        found = valued(read, its.parts(read))
        found += found_again(read, found)
        return [*found, *named(utterances, read, found, hints.names, its.table.plain)]
