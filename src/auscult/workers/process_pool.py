"""Child processes: workers, and servers where several are wanted.

They are started, restarted after a crash, and ended with their parent. Workers are processes of their own because
evaluating keeps a core busy: in the server's process it would block every reader.
"""

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing import forkserver
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any, Self

from auscult.workers.shutdown import stop_on_signals

_LOG = logging.getLogger(__name__)
GOODBYE_S = 20.0
CHECK_EVERY_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_S = 60.0
"""After so long a life the next death is not counted together with the last."""


def preloading(module: str) -> BaseContext:
    """Start a process that imports a module and is forked for each process of a pool; spawn them where none can fork.

    It is no fork of this process, whose database connections and threads' locks it would share.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([module])
    forkserver.ensure_running()
    return context


class ProcessPool:
    """Pool of processes that run ``target(*args, stop)``; ``target`` must be importable by name."""

    def __init__(
        self, size: int, target: Callable[..., None], *args: object, context: BaseContext | None = None
    ) -> None:
        """Store the size and the target; nothing is started yet. Without ``context`` processes are spawned."""
        # Spawned, not forked: a fork would share the parent's database connections and threads' locks.
        how = context or multiprocessing.get_context("spawn")
        self._slots = [_WorkerSlot(how, target, args) for _ in range(size)]
        self._ending = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="crew", daemon=True)

    def __enter__(self) -> Self:
        """Start them all."""
        for slot in self._slots:
            slot.ensure_running()
        self._keeper.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ask them to end, and wait; kill them after twenty seconds. Their unfinished work is claimed later."""
        self.dismiss()
        until = time.monotonic() + GOODBYE_S
        for slot in self._slots:
            slot.see_off(max(0.0, until - time.monotonic()))

    @property
    def deaths(self) -> int:
        """Return the number of recent crashes."""
        return sum(slot.deaths for slot in self._slots)

    def dismiss(self) -> None:
        """Ask them all to end, without replacement. A second call changes nothing."""
        self._ending.set()
        self._keeper.join()
        for slot in self._slots:
            slot.dismiss()

    def _keep(self) -> None:
        while not self._ending.wait(CHECK_EVERY_S):
            for slot in self._slots:
                slot.ensure_running()


class _WorkerSlot:
    """Slot of one process in the pool. It is restarted after a pause that grows with each crash in a row."""

    def __init__(self, context: Any, target: Callable[..., None], args: tuple[object, ...]) -> None:  # noqa: ANN401  (each kind has its own ``Process``)
        self._context = context
        self._work = (target, args)
        self._process: BaseProcess | None = None
        self._began = self._due = 0.0
        self.deaths = 0
        """In a row, each soon after the one before."""

    def ensure_running(self) -> None:
        """Start a process where there is none and the pause is over."""
        now = time.monotonic()
        if self._process is not None and not self._process.is_alive():
            _report_death(self._process)
            self.deaths = 1 if now - self._began > STEADY_S else self.deaths + 1
            self._due = now + min(LONGEST_PAUSE_S, 0.25 * 2**self.deaths)
            self._process = None
        if self._process is None and now >= self._due:
            self._process = process = self._context.Process(target=_run, args=self._work, name=self._work[0].__name__)
            process.start()
            self._began = now

    def dismiss(self) -> None:
        """Ask the process to end."""
        if self._process is not None:
            self._process.terminate()

    def see_off(self, patience_s: float) -> None:
        """Wait until it has ended, and make it when it does not."""
        if self._process is not None:
            self._process.join(patience_s)
            self._process.kill()
            self._process.join()


def _report_death(process: BaseProcess) -> None:
    """Log that a process was killed, which it could not do itself; by the kernel, for instance, where memory is short."""
    code = process.exitcode
    if code is not None and code < 0:
        by = signal.Signals(-code).name
        _LOG.warning("process %s (%s) was killed by %s; another takes its place", process.pid, process.name, by)


def _run(target: Callable[..., None], args: tuple[object, ...]) -> None:
    """Run ``target`` in a process of the pool, until it is asked to end or its parent is gone."""
    stop = threading.Event()
    stop_on_signals(stop, is_child=True)
    at_end_of_parent(stop.set)
    end_after(stop)
    target(*args, stop)


def end_after(stop: threading.Event) -> None:
    """End the process twenty seconds after ``stop``: a worker that waits for a lost database does not notice it.

    DBOS waits without end. What is in hand stays in the store's list of work.
    """

    def end() -> None:
        stop.wait()
        time.sleep(GOODBYE_S)
        _LOG.warning("process %s ends in the middle of its work", os.getpid())
        os._exit(1)

    threading.Thread(target=end, name="end", daemon=True).start()


def at_end_of_parent(act: Callable[[], object]) -> None:
    """Call ``act`` in a thread once the process is gone that started this one, if another did."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (wait([parent.sentinel]), act()), name="parent", daemon=True).start()
