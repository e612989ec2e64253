"""Processes alongside a server: others that serve on its socket and count requests with it, and workers for a backlog."""
# ruff: noqa: PLC0415  (heavy rooms are imported where they are used)

import errno
import socket
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from auscult.bootstrap.processes import share_metrics
from auscult.config import Settings
from auscult.domain.errors import SettingsError

if TYPE_CHECKING:
    from auscult.storage.work.batches import Batches
    from auscult.workers.process_pool import ProcessPool

_TROUBLES = {
    "full": "error: the disk of the database is full; make room: a worker has ended, and is started again",
    "away": "error: the database does not answer: a worker has ended, and is started again",
}


@contextmanager
def troubles_in_words() -> Generator[None]:
    """End a worker's process with status 1 and a sentence where the database is full or away, not with a traceback."""
    from auscult.storage.core.troubles import trouble_of

    try:
        yield
    except Exception as error:
        is_full = isinstance(error, OSError) and error.errno == errno.ENOSPC
        trouble = "full" if is_full else trouble_of(error, ())
        if trouble is None:
            raise
        sys.stderr.write(f"{_TROUBLES[trouble]}\n")
        raise SystemExit(1) from error


@contextmanager
def extra_workers(batches: "Batches", make_pool: Callable[[], "ProcessPool"]) -> Generator[None]:
    """Run a pool of more workers while many conversations wait."""
    from auscult.workers.extra import ExtraWorkers

    with ExtraWorkers(batches.backlog, make_pool):
        yield


def serve_together(
    settings: Settings,
    serve_beside: Callable[..., None],
    listener: socket.socket,
    stop: threading.Event,
    ready: Callable[[str], None],
) -> None:
    """Have several processes run ``serve_beside`` on a socket until ``stop``; call ``ready`` with its address once all answer."""
    from auscult.server.serving.run import address_of
    from auscult.workers.process_pool import ProcessPool

    up = get_context("spawn").Semaphore(0)
    with ExitStack() as stack:
        share_metrics(stack.enter_context(TemporaryDirectory(prefix="auscult-metrics-")))
        pool = stack.enter_context(ProcessPool(settings.processes, serve_beside, settings, listener, up))
        missing = settings.processes
        while missing and not stop.is_set():
            missing -= up.acquire(timeout=0.1)
            if pool.deaths:
                raise SettingsError(
                    "a server process exited during startup; see its log output above",
                    code="process.ended",
                    field="processes",
                )
        if not missing:
            ready(address_of(listener))
        stop.wait()
        pool.dismiss()
        listener.close()  # so that nobody waits to be let in by processes that are ending
