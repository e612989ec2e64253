"""The redactor interface: a conversation in, the spans of personal data out. The contract suite is in tests/contract."""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from auscult.domain.privacy.redaction import Found, Hints, Utterance


class Redactor(Protocol):
    """One way of finding personal data. Pure: the same conversation always gives the same spans."""

    name: ClassVar[str]

    def find(self, utterances: Sequence[Utterance], hints: Hints) -> Sequence[Found]:
        """Return what is personal in a conversation; spans may overlap, and offsets count characters.

        A whole conversation comes at once, as a number may be split over turns and be read back later.
        """
        ...
