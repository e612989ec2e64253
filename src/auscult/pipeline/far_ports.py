"""What the pipeline needs of engines that are far, and of the store for them; the other half of ports.py."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

from auscult.domain.judging import Allowance, Heard, Usage
from auscult.domain.probe import Answer, FailedAnswer, Inquiry, Probe


class FarEngine(Protocol):
    """An outside mind that takes seconds, costs money, or may be away for hours: a judge, a source of truth.

    It is asked about whole conversations, several at a time. What it cannot answer now it postpones.
    """

    kinds: ClassVar[frozenset[type[Probe]]]
    """The kinds of probe that it answers."""

    @property
    def version(self) -> str:
        """Engine and model: an answer is used again as long as this stays the same."""
        ...

    @property
    def at_once(self) -> int:
        """How many conversations it works on at a time."""
        ...

    def ask(self, questions: Sequence[Any]) -> Iterator[Heard]:
        """What comes of asking questions of its kinds, piece by piece as it comes, in no order.

        May end early, with questions neither answered nor postponed, when the engine is closed meanwhile.
        """
        ...

    def close(self) -> None:
        """Begin nothing more, and wait for nothing that is under way."""
        ...


@runtime_checkable
class ByApp(Protocol):
    """An engine, near or far, that may answer one app otherwise than another: by tables, or by hosts, of its own."""

    def for_app(self, app_id: str) -> Self:
        """The same engine, answering for this app."""
        ...


FarEngines = Mapping[type[Probe], FarEngine]
"""The same for engines that are far."""


class Spending(Protocol):
    """What far engines use in a day, counted over every process."""

    def take(self, day: str, tokens: int, cost: int, allowance: Allowance) -> bool:
        """Count this much (cost in billionths) for a day like 2026-03-23, if the allowance holds it; whether it does."""
        ...

    def settle(self, day: str, tokens: int, cost: int) -> None:
        """Count so much more, or less, than was taken."""
        ...

    def spent(self, day: str) -> tuple[int, int]:
        """Tokens and cost of a day so far."""
        ...


class Places(Protocol):
    """Places at a judge: how many questions all processes together may have under way at a time."""

    def take(self, holder: str, most: int, lease_s: float) -> int | None:
        """Take one of so many places for at most so long; its number, or None when all are taken."""
        ...

    def leave(self, holder: str, place: int) -> None:
        """Give a place back."""
        ...

    def holders(self) -> frozenset[str]:
        """Who has a place."""
        ...

    def free(self, holders: Collection[str]) -> None:
        """Give back the places of those who are dead."""
        ...


class KeptAnswers(Protocol):
    """What far engines answered about the conversations of one app: whoever asks the same again need not pay again."""

    def find(self, keys: Sequence[bytes]) -> dict[bytes, Answer | FailedAnswer]:
        """The answers that are kept under these keys."""
        ...

    def keep(self, heard: Heard, keys: Mapping[Inquiry, bytes]) -> None:
        """Keep the answers of one call, and what it took; answers to an erased conversation are not kept."""
        ...

    def usage(self, batch_id: str) -> Usage:
        """What was used for the conversations of a batch."""
        ...
