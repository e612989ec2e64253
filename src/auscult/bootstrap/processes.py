"""Readies a process for its work: logging, threads, memory."""

import gc
import logging
import os
import sys

from auscult.config import Settings

_MINUTE_S = 60.0
_MOST_REMEMBERED = 1_000


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def set_up_logging(settings: Settings) -> None:
    """Let what this process has to tell go to stderr, a line each."""
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(OnceAMinute())
    logging.basicConfig(level=settings.log_level.upper(), format=form, handlers=[handler])


class OnceAMinute(logging.Filter):
    """Lets a warning through once a minute: who looks for a database that is away does so ten times a second."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        super().__init__()
        self._told: dict[tuple[str, int, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is no warning, or one that was not told from the same place within a minute."""
        if record.levelno != logging.WARNING:
            return True
        text = str(record.exc_info[1]) if record.exc_info else record.getMessage()
        what = (record.name, record.lineno, text.strip().rpartition("\n")[2])  # the last line says what went wrong
        if record.created - self._told.get(what, -_MINUTE_S) < _MINUTE_S:
            return False
        if len(self._told) >= _MOST_REMEMBERED:
            self._told.clear()
        self._told[what] = record.created
        return True


def settle_down_to_work() -> None:
    """Ready this process for nothing but evaluating. To be called before numpy is loaded.

    Cycles are looked for less often, for a batch is very many small values and no cycles (a tenth of the time).
    """
    keep_numpy_to_one_thread()
    gc.set_threshold(50_000, 20, 50)


def keep_numpy_to_one_thread() -> None:
    """Let numpy start no threads of its own: there is work for every core, and threads that wait by spinning take it all.

    A server that searches 10,000 passages took three times the processor time, and suggestions came 70 times later.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
