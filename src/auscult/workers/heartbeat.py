"""Detection of workers that have crashed: by the kernel on the same machine, by heartbeats in the store elsewhere.

A worker's name contains its machine. A process on the same machine asks the kernel, which is right at once and is not
misled by a worker that is only slow. Elsewhere the worker's count of beats is watched, by the watcher's own clock:
hosts need not agree on the time. A wrong answer costs work done twice, and never a wrong result.
"""

import os
import socket
import time
from collections.abc import Callable, Collection
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from auscult.storage.work.workers import Workers

BEAT_S = 5.0
DEAD_AFTER_S = 20.0

_NOWHERE = "-"
_PARTS = 4
"""Of the name of a worker of no kind."""
_ENDED = frozenset("ZX")


BULK = "bulk"
"""Kind of a worker that takes loads and backfills, and of what is live only what other workers have no room for."""


class WorkerName(NamedTuple):
    """Host, process id, the namespace where that id means this process, and when it started (in the kernel's ticks).

    A worker of a kind has that at its end.
    """

    host: str
    pid: str
    pid_namespace: str
    started: str
    kind: str = ""

    @classmethod
    def mine(cls, kind: str = "") -> "WorkerName":
        """This process."""
        return cls(socket.gethostname().replace(":", "-"), str(os.getpid()), here(), _started(os.getpid()) or "-", kind)

    def __str__(self) -> str:
        """One word."""
        return ":".join(filter(None, self))


def here() -> str:
    """Return a name of where process ids mean the same: this boot of this kernel, this namespace of process ids. Linux only."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_bytes()
        namespace = Path("/proc/self/ns/pid").readlink().name.encode()
    except OSError:
        return _NOWHERE
    return blake2b(boot + namespace, digest_size=6).hexdigest()


class WorkerStates(NamedTuple):
    """Workers in the store, by state."""

    running: frozenset[str]
    ended: frozenset[str]


class Heartbeat:
    """All workers, as seen from here."""

    def __init__(self, workers: Workers, clock: Callable[[], float] = time.monotonic) -> None:
        """Watch ``workers``; ``clock`` gives seconds that only grow."""
        self._workers = workers
        self._clock = clock
        self._here = here()
        self._seen: dict[str, tuple[int, float]] = {}

    def check(self) -> WorkerStates:
        """Return the workers by state. One on another machine that is new to this process counts as running."""
        now = self._clock()
        beats = self._workers.beats()
        before = self._seen
        self._seen = {
            worker: before[worker] if worker in before and before[worker][0] == count else (count, now)
            for worker, count in beats.items()
        }
        running = frozenset(worker for worker, (_, at) in self._seen.items() if self._lives(worker, now - at))
        return WorkerStates(running, frozenset(self._seen) - running)

    def ended(self, names: Collection[str]) -> frozenset[str]:
        """Return those of these processes, workers or not, that have ended. On other machines, heartbeats decide."""
        now = self._clock()
        known = {name: self._seen.get(name, (0, now)) for name in names}
        return frozenset(name for name, (_, at) in known.items() if not self._lives(name, now - at))

    def _lives(self, worker: str, silent_s: float) -> bool:
        parts = worker.split(":")
        name = WorkerName(*parts) if len(parts) in (_PARTS, _PARTS + 1) else None
        if name is not None and name.pid_namespace == self._here != _NOWHERE and name.pid.isdigit():
            return _started(int(name.pid)) == name.started
        return silent_s < DEAD_AFTER_S


def _started(pid: int) -> str | None:
    """When a process started, in ticks since the boot; None when there is none, or it has ended."""
    try:
        # The name, in brackets, may hold anything; after it come the state and then, 20th, the start: proc(5).
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in _ENDED else fields[19]
