"""Guards of work for many: the failure of one piece is logged, and the others are done.

Libraries in Rust raise panics that are no ``Exception`` (``pyo3_runtime.PanicException``), so no ``except Exception`` stops them.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol


class PanicError(Exception):
    """A failure that a library raised as something else than an ``Exception``."""


class Log(Protocol):
    """A logger of ``logging``."""

    def exception(self, msg: str, /, *args: object) -> None:
        """Log a failure, with its traceback."""

    def warning(self, msg: str, /, *args: object, exc_info: bool = ...) -> None:
        """Log what passes, with its traceback."""


@contextmanager
def panics_as_errors() -> Generator[None]:
    """Raise a panic as a ``PanicError``, and everything else as it is."""
    try:
        yield
    except Exception:
        raise
    except BaseException as error:
        if _ends_work(error):
            raise
        raise PanicError(f"{type(error).__name__}: {error}") from error


@contextmanager
def guarded(log: Log, what: str) -> Generator[None]:
    """Log what fails in one piece of work, ``what``, so that the pieces after it are done. Later rounds try it again."""
    try:
        with panics_as_errors():
            yield
    except PanicError:
        log.exception("%s: a library failed; the next round tries again", what)
    except Exception:
        log.warning("%s: the next round tries again", what, exc_info=True)


def _ends_work(error: BaseException) -> bool:
    """Return whether an error ends a process, a generator or a task of asyncio, which no guard prevents."""
    return isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit) or type(error).__name__ == "CancelledError"
