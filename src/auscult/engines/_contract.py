"""What an engine must be: an outside mind that answers probes of one kind, whole batches at once."""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from auscult.domain.probe import Answer, Probe


class Engine(Protocol):
    """Answers probes. Deterministic engines give the same answer whatever else is in the batch."""

    probe: ClassVar[type[Probe]]
    """The kind of probe it answers."""

    @property
    def version(self) -> str:
        """Engine and model version, kept beside every answer: ``wordllama 0.4.0 l2_supercat 256``."""
        ...

    def answer(self, probes: Sequence[Probe]) -> list[Answer]:
        """One answer for each probe, in order. Raises ``EngineError`` when it cannot."""
        ...
