"""Several processes that serve on one socket, and count requests together."""
# ruff: noqa: PLC0415  (heavy rooms are imported where they are used)

import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing import get_context
from tempfile import TemporaryDirectory

from auscult.bootstrap.processes import share_metrics
from auscult.config import Settings
from auscult.domain.errors import SettingsError


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
