"""Progress bars: on stderr, only on a terminal, and only once a command has taken a second."""

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from auscult.cli.terminal.quiet import QUIET

PATIENCE_S = 1.0


@contextmanager
def progress(what: str) -> Generator[Callable[[int, int | None], None]]:
    """Show the progress of ``what``. Call the yielded function with how many are done, and of how many when known."""
    if QUIET.is_on or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(what, total=None)
    began = time.monotonic()

    def report(done: int, total: int | None) -> None:
        bar.update(task, completed=done, total=total)
        if not bar.live.is_started and time.monotonic() - began >= PATIENCE_S:
            bar.start()

    try:
        yield report
    finally:
        bar.stop()
