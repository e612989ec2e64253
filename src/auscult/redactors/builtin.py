"""Built-in redactor: one fitted decision over signs of every token (``_fitted``), and what is known said again.

Security codes, PINs, passwords and one-time codes are never stored, whatever an app's redaction is: ``codes`` finds these
alone, with the checks that the base install has.
Measured on labelled hands by ``python -m bench.redaction.hands_eval``, and on hands left out by ``bench.redaction.fit``.
"""

from collections.abc import Sequence
from typing import ClassVar

from auscult.domain.privacy.redaction import Found, Hints, Utterance
from auscult.redactors._fitted.decide import OF_CODES, Decision, decision
from auscult.redactors._fitted.signs import Read
from auscult.redactors._fitted.tokens import NAMES_CODES, SORTS
from auscult.redactors._fitted.values import found_again, named, valued

_CODES = NAMES_CODES | {SORTS["back"]}
"""Sorts of words that ask for a code, whatever other number they ask for."""


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


def codes(utterances: Sequence[Utterance]) -> list[Found]:
    """Return the security codes, PINs, passwords and one-time codes of a conversation."""
    its, read = decision(), Read(has_packages=False)
    read.add(utterances, its.table)
    codes_alone = (one for one in valued(read, its.parts(read, OF_CODES)) if one.kind == "security_code")
    found = [one for one in codes_alone if not _is_of_another(read, one.turn)]
    return [*found, *found_again(read, found)]


def _is_of_another(read: Read, turn: int) -> bool:
    """Return whether a number of another kind was asked for before a turn, *your phone number*, and no code is named near it."""
    _, _, _, behind, asked = read.asked[turn]
    near = {sort for at, sort in read.cues.items() if read.turn[at] == turn}
    if behind % 2 == 0:  # by the same side
        near.add(behind // 2)
    is_asked = any(asked >> sort & 1 for sort in _CODES)
    return bool(asked >> SORTS["other"] & 1) and not is_asked and near.isdisjoint(_CODES)
