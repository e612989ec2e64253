"""Workers that are added while much waits."""

from types import TracebackType
from typing import Any, Self

from auscult.domain.scoring.batches import Backlog
from auscult.workers.extra import IDLE_S, MANY, ExtraWorkers


class Pool:
    """A pool that notes when it starts and ends."""

    def __init__(self, log: list[str]) -> None:
        """Store the log."""
        self._log = log

    def __enter__(self) -> Self:
        """Note the start."""
        self._log.append("started")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Note the end."""
        self._log.append("ended")


class Scene:
    """Extra workers with a backlog and a clock that the test sets."""

    def __init__(self) -> None:
        """Begin without a backlog."""
        self.log: list[str] = []
        self.now = 0.0
        self.live = self.backfill = 0
        pool: Any = lambda: Pool(self.log)  # noqa: E731  (typed as a maker of pools)
        self.extra = ExtraWorkers(lambda: Backlog(live=self.live, backfill=self.backfill), pool, clock=lambda: self.now)

    def check(self, *, after_s: float = 0.0, backfill: int = 0, live: int = 0) -> list[str]:
        """Set the clock and the backlog, check once, and return what happened to the pool so far."""
        self.now += after_s
        self.backfill, self.live = backfill, live
        self.extra._run_due()
        return self.log


def test_a_pool_starts_once_when_much_waits() -> None:
    """A little is left to the workers that are there; live conversations and loads count together."""
    scene = Scene()
    assert scene.check(backfill=MANY - 1) == []
    assert scene.check(backfill=MANY - 10, live=10) == ["started"]
    assert scene.check(after_s=1, backfill=MANY * 5) == ["started"]


def test_it_ends_a_while_after_the_last_one_waited_and_may_start_again() -> None:
    """As long as anything waits it stays, however little; a pause shorter than the limit ends nothing."""
    scene = Scene()
    scene.check(backfill=MANY)
    assert scene.check(after_s=IDLE_S, backfill=1) == ["started"]
    assert scene.check(after_s=IDLE_S - 1) == ["started"]
    assert scene.check(after_s=1) == ["started", "ended"]
    assert scene.check(after_s=1, backfill=MANY) == ["started", "ended", "started"]


def test_it_ends_with_the_server() -> None:
    """Leaving the context ends the pool, if there is one."""
    scene = Scene()
    scene.check(backfill=MANY)
    with scene.extra:
        pass
    assert scene.log == ["started", "ended"]
