"""Far engines that are asked nothing: answers that they gave before are used, and what asking the rest would take is estimated."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from auscult.domain.engines import KeptAnswers, RemoteEngine
from auscult.domain.probe import Answer, FailedAnswer, Inquiry
from auscult.domain.scoring.judging import JudgeResult, Usage


@runtime_checkable
class _CostEstimation(Protocol):
    """A far engine that can say before what asking takes."""

    def estimate(self, questions: Sequence[Any]) -> Usage:
        """Return the most that asking all of it would use."""
        ...


def estimate(engine: RemoteEngine, questions: Sequence[Any]) -> Usage:
    """Return the most that asking an engine would use; where it cannot say, a call for each conversation."""
    if isinstance(engine, _CostEstimation):
        return engine.estimate(questions)
    return Usage(calls=len({question.transcript.conversation_id for question in questions}))


class ReadOnlyAnswers:
    """Answers that are kept, and none added."""

    def __init__(self, kept: KeptAnswers) -> None:
        """Read from ``kept``."""
        self._kept = kept

    def find(self, keys: Sequence[bytes]) -> dict[bytes, Answer | FailedAnswer]:
        """Return the answers that are kept under these keys."""
        return self._kept.find(keys)

    def keep(self, heard: JudgeResult, keys: Mapping[Inquiry, bytes]) -> None:
        """Ignore the call: nothing was asked."""

    def usage(self, batch_id: str) -> Usage:
        """Return the usage so far."""
        return self._kept.usage(batch_id)
