"""Interfaces of engines, which answer probes, and of what calls to remote engines need."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

from auscult.domain.probe import Answer, FailedAnswer, Inquiry, Probe
from auscult.domain.scoring.judging import Allowance, JudgeResult, Usage


class RemoteEngine(Protocol):
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
        """Return the number of conversations it works on at a time."""
        ...

    def ask(self, questions: Sequence[Any]) -> Iterator[JudgeResult]:
        """Yield the results of asking questions of its kinds, piece by piece as they arrive, in no order.

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
        """Return the same engine, answering for this app."""
        ...


RemoteEngines = Mapping[type[Probe], RemoteEngine]
"""The same for engines that are far."""


class Spending(Protocol):
    """Usage of far engines in a day, counted over every process."""

    def reserve(self, day: str, tokens: int, cost: int, allowance: Allowance) -> bool:
        """Reserve tokens and cost (in billionths) of a day like 2026-03-23; return False where the allowance is exceeded."""
        ...

    def reconcile(self, day: str, tokens: int, cost: int, *, is_failed: bool = False) -> None:
        """Count one call, and add what it used beyond its reservation; negative where it used less."""
        ...

    def release(self, day: str, tokens: int, cost: int) -> None:
        """Release what was reserved and no call used."""
        ...

    def pause(self, owner: str, until: datetime) -> None:
        """Record that a process asks nothing until then (aware UTC)."""
        ...

    def resume(self, owner: str) -> None:
        """Record that a process asks again."""
        ...

    def spent(self, day: str) -> tuple[int, int]:
        """Return tokens and cost of a day so far."""
        ...


class KeptAnswers(Protocol):
    """Answers of far engines about the conversations of one app, so that the same question costs nothing again."""

    def find(self, keys: Sequence[bytes]) -> dict[bytes, Answer | FailedAnswer]:
        """Return the stored answers under these keys."""
        ...

    def keep(self, heard: JudgeResult, keys: Mapping[Inquiry, bytes]) -> None:
        """Store the answers and the usage of one call; answers about an erased conversation are not stored."""
        ...

    def usage(self, batch_id: str) -> Usage:
        """Return the usage for the conversations of a batch."""
        ...


class Engine(Protocol):
    """An outside mind. A deterministic one gives the same answer whatever else is in the batch."""

    probe: ClassVar[type[Probe]]
    """The kind of probe it answers."""

    @property
    def version(self) -> str:
        """Return engine and model version, kept with every answer: ``wordllama 0.4.0 l2_supercat 256``."""
        ...

    def answer(self, probes: Sequence[Probe]) -> list[Answer]:
        """Return one answer for each probe, in order. Raises ``EngineError`` where that is impossible."""
        ...


Engines = Mapping[type[Probe], Engine]
"""The engine for each kind of probe that one is configured for."""
