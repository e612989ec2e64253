"""Security codes, PINs, passwords and one-time codes: values that are never stored, whatever an app's redaction is.

The decision of the built-in redactor finds them, with the checks that the base install has.
"""

from collections.abc import Sequence

from auscult.domain.privacy.redaction import Found, Utterance
from auscult.redactors._fitted.decide import OF_CODES, decision
from auscult.redactors._fitted.signs import Read
from auscult.redactors._fitted.tokens import SORTS, STRONG
from auscult.redactors._fitted.values import found_again, valued

_CODES = STRONG | {SORTS["back"], SORTS["code"], SORTS["entry"]}
"""Sorts of words that ask for a code, whatever other number they ask for."""


def codes(utterances: Sequence[Utterance]) -> list[Found]:
    """Return the security codes, PINs, passwords and one-time codes of a conversation."""
    its, read = decision(), Read(has_packages=False)
    read.add(utterances, its.table)
    found = [one for one in valued(read, its.parts(read, OF_CODES)) if one.kind == "security_code"]
    found = [one for one in found if not _is_of_another(read, one.turn)]
    return [*found, *found_again(read, found)]


def _is_of_another(read: Read, turn: int) -> bool:
    """Return whether a number of another kind was asked for before a turn, *your phone number*, and no code is named near it."""
    _, _, _, behind, asked = read.asked[turn]
    near = {sort for at, sort in read.cues.items() if read.turn[at] == turn}
    if behind % 2 == 0:  # by the same side
        near.add(behind // 2)
    is_asked = any(asked >> sort & 1 for sort in _CODES)
    return bool(asked >> SORTS["other"] & 1) and not is_asked and near.isdisjoint(_CODES)
