"""Readies a process for its work: logging, threads, memory."""

import gc
import logging
import os
import re
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.context import BaseContext

import msgspec

from auscult.bootstrap.tracing import set_up_tracing
from auscult.config import Settings
from auscult.domain.operations.tracing import TRACING
from auscult.services.operations.log_context import PRINCIPAL, REQUEST_ID

NICENESS = 5
"""By which the processes of a server give way to it where cores are short."""
NICENESS_OF_LOADS = 10
"""The same of the one that redacts loads: who sends one waits for it, and live work goes first."""
_MINUTE_S = 60.0
_MOST_REMEMBERED = 1_000
_TRACE_OF_DATABASE = re.compile(
    r"(?P<what>.*?)Traceback \(most recent call last\):\n.*"
    r"\n(?P<error>[\w.]*OperationalError: [^\n]*)\n(?!.*Traceback).*",
    re.DOTALL,
)


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def preload(settings: Settings) -> BaseContext:
    """Start the process that loads what workers need, unless it runs, and return the context that forks them from it."""
    from auscult.workers.process_pool import preloading  # noqa: PLC0415  (not for a worker)

    return preloading("auscult.bootstrap.preloaded") if settings.workers else get_context()


def set_up_telemetry(settings: Settings, role: str) -> None:
    """Write the log to stderr, a line each, as text or as JSON; send traces under this role, if they are wanted."""
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(OnceAMinute())
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else RequestFormatter(form))
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler])
    set_up_tracing(settings, role)


class RequestFormatter(logging.Formatter):
    """Formats a record as text, the ids of the request and the trace at its end."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (the base class's name)
        """Return the line without a traceback."""
        ids = (("request", REQUEST_ID.get()), ("by", PRINCIPAL.get()), ("trace", TRACING.trace_id()))
        context = ", ".join(f"{name} {each}" for name, each in ids if each)
        return super().formatMessage(record) + (f" ({context})" if context else "")


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object on one line: time (RFC 3339, UTC), level, logger, message.

    Of a request also ``request_id``, ``principal`` and ``trace_id``.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {"time": at, "level": record.levelname.lower(), "logger": record.name, "message": record.getMessage()}
        if request_id := REQUEST_ID.get():
            line["request_id"] = request_id
        if trace_id := TRACING.trace_id():
            line["trace_id"] = trace_id
        if principal := PRINCIPAL.get():
            line["principal"] = principal
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line | {"process": record.process}).decode()


class OnceAMinute(logging.Filter):
    """Lets a warning through once a minute: who looks for a database that is away does so ten times a second.

    The next one has the number of those that were left out. A database in trouble is named without a traceback, which
    would be the same each time.
    """

    def __init__(self) -> None:
        """Begin without any warning."""
        super().__init__()
        self._logged: dict[tuple[str, int, str], _Logged] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether it is no warning, or the first one from the same line of code within a minute."""
        if record.levelno != logging.WARNING:
            return True
        text = str(record.exc_info[1]) if record.exc_info else record.getMessage()
        what = (record.name, record.lineno, text.strip().rpartition("\n")[2])  # the last line says what went wrong
        last = self._logged.get(what)
        if last is not None and record.created - last.at < _MINUTE_S:
            last.left_out += 1
            return False
        if len(self._logged) >= _MOST_REMEMBERED:
            self._logged.clear()
        self._logged[what] = _Logged(record.created)
        _name_trouble(record)
        if last is not None and last.left_out:
            first, end, rest = record.getMessage().partition("\n")
            record.msg = f"{first} ({last.left_out} more since the last such line){end}{rest}"
            record.args = None
        return True


@dataclass
class _Logged:
    """A warning that was logged: when, and how many like it were left out since."""

    at: float
    left_out: int = 0


def _name_trouble(record: logging.LogRecord) -> None:
    """Replace the traceback of a database that is full or away by the first line of its error."""
    from auscult.storage.core.troubles import trouble_of  # noqa: PLC0415  (heavy, and seldom needed)

    error = record.exc_info[1] if record.exc_info else None
    driver = sys.modules.get("psycopg")  # loaded where the database is a server
    if error is not None and trouble_of(error, (driver.OperationalError,) if driver else ()):
        record.msg = f"{record.getMessage()}: {str(error).strip().partition(chr(10))[0]}"
        record.args = record.exc_info = record.exc_text = None
    elif trace := _TRACE_OF_DATABASE.fullmatch(record.getMessage()):  # DBOS writes tracebacks into its messages
        record.msg, record.args = trace["what"] + trace["error"], None


def tune_for_evaluation() -> None:
    """Ready this process for nothing but evaluating.

    Cycles are looked for less often, for a batch is very many small values and no cycles (a tenth of the time).
    """
    gc.set_threshold(50_000, 20, 50)


def tune_for_serving() -> None:
    """Ready this process for answering requests.

    Cycles are looked for seldom: a whole search takes 0.2 s once a server is warm, and requests wait for it.
    """
    gc.set_threshold(20_000, 20, 20)


@contextmanager
def quick_start(ready: Callable[[str], None]) -> Generator[Callable[[str], None]]:
    """Search for no garbage until ``ready``, in the form that is returned, is called.

    A start makes some hundred thousand objects that stay, and searching them takes a tenth of its time. They are left
    out of every later search too.
    """

    def started(name: str) -> None:
        gc.freeze()
        gc.enable()
        ready(name)

    gc.disable()
    try:
        yield started
    finally:
        gc.enable()


def share_metrics(folder: str) -> None:
    """Let the processes that this one starts count requests in files of one new folder, summed when asked.

    prometheus_client reads the variable when it is imported: in them after it is set. A folder of the user's is kept.
    """
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", folder)
