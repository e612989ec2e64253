"""Answers of far engines: in memory, for scoring without a database, or kept ones that are only read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from threading import Lock

from auscult.domain.engines import KeptAnswers
from auscult.domain.probe import Answer, FailedAnswer, Inquiry
from auscult.domain.scoring.judging import Allowance, JudgeResult, Usage


class Memory:
    """Answers, and what they took."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self._answers: dict[bytes, Answer | FailedAnswer] = {}
        self.used = Usage()
        self.waiting = 0
        """Conversations that were not scored because an engine postponed its answer."""

    def find(self, keys: Sequence[bytes]) -> dict[bytes, Answer | FailedAnswer]:
        """The answers that are kept under these keys."""
        return {key: self._answers[key] for key in keys if key in self._answers}

    def keep(self, heard: JudgeResult, keys: Mapping[Inquiry, bytes]) -> None:
        """Keep the answers of one call, and what it took."""
        self._answers |= {keys[question]: answer for question, answer in heard.answers.items()}
        self.used += heard.usage or Usage()

    def usage(self, batch_id: str) -> Usage:  # noqa: ARG002  (there are no batches here)
        """Return the usage so far."""
        return self.used


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


class RunSpending:
    """Usage of this one process, by day. Threads may share it."""

    def __init__(self) -> None:
        """Nothing is spent yet."""
        self._lock = Lock()
        self._days: dict[str, tuple[int, int]] = {}

    def reserve(self, day: str, tokens: int, cost: int, allowance: Allowance) -> bool:
        """Reserve tokens and cost of a day; return False where the allowance is exceeded."""
        with self._lock:
            spent_tokens, spent_cost = self._days.get(day, (0, 0))
            if not allowance.holds(spent_tokens + tokens, spent_cost + cost):
                return False
            self._days[day] = (spent_tokens + tokens, spent_cost + cost)
            return True

    def reconcile(self, day: str, tokens: int, cost: int, *, is_failed: bool = False) -> None:  # noqa: ARG002
        """Add what a call used beyond its reservation; negative where it used less."""
        with self._lock:
            spent_tokens, spent_cost = self._days.get(day, (0, 0))
            self._days[day] = (spent_tokens + tokens, spent_cost + cost)

    def release(self, day: str, tokens: int, cost: int) -> None:
        """Release what was reserved and no call used."""
        self.reconcile(day, -tokens, -cost)

    def pause(self, owner: str, until: datetime) -> None:
        """Do nothing: a single process has no monitoring."""

    def resume(self, owner: str) -> None:
        """Do nothing: a single process has no monitoring."""

    def spent(self, day: str) -> tuple[int, int]:
        """Tokens and cost of a day so far."""
        return self._days.get(day, (0, 0))
