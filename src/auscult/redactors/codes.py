"""Security codes, PINs, passwords and one-time codes: values that are never stored, whatever an app's redaction is.

The decision of the built-in redactor finds them, with the checks that the base install has.
"""

from collections.abc import Sequence

from auscult.domain.privacy.redaction import Found, Utterance
from auscult.redactors._fitted.decide import OF_CODES, decision
from auscult.redactors._fitted.signs import Read
from auscult.redactors._fitted.values import found_again, valued


def codes(utterances: Sequence[Utterance]) -> list[Found]:
    """Return the security codes, PINs, passwords and one-time codes of a conversation."""
    its, read = decision(), Read(has_packages=False)
    read.add(utterances, its.table)
    found = [one for one in valued(read, its.parts(read, OF_CODES)) if one.kind == "security_code"]
    return [*found, *found_again(read, found)]
