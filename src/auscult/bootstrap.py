"""Builds the object graph from Settings: the only file that knows every room.

Heavy rooms are imported inside the functions, so that ``auscult --help`` stays quick.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from auscult.config import Settings
from auscult.domain.conversation import Conversation
from auscult.domain.form import Form
from auscult.domain.probe import Probe
from auscult.domain.tenancy import Tenant
from auscult.engines._contract import Engine
from auscult.pipeline.evaluate import Evaluator
from auscult.pipeline.ports import Store

Progress = Callable[[int, int | None], None]
"""Told now and then how many conversations are done, and of how many when that is known."""


class Application:
    """Everything wired up on one database, for one command. Made by ``open``."""

    settings: Settings
    store: Store
    engines: Mapping[type[Probe], Engine]

    def server_app(self) -> Any:
        """The ASGI application: reports, own API, documentation."""
        raise NotImplementedError

    def load(
        self, tenant: Tenant, files: Sequence[Path], *, wait: bool = True, progress: Progress | None = None
    ) -> Any:
        """Accept every file; with ``wait``, until all of it is readable. Works itself when no worker is alive.

        Returns counts under the names of docs/reference/cli.md: accepted, unchanged, scored, below_threshold,
        duration_unavailable, not_evaluated, rejected, and rejects, the path of the rejects file or None.
        """
        raise NotImplementedError

    def rebuild(self, progress: Progress | None = None) -> int:
        """Render every row of every app again; how many conversations that were."""
        raise NotImplementedError

    def verify(self) -> list[str]:
        """Recount tallies, rows and jobs; one line for each difference, none when all agree."""
        raise NotImplementedError


@contextmanager
def open(settings: Settings) -> Iterator[Application]:  # noqa: A001  (reads as bootstrap.open)
    """Open the database, made and migrated when new, and everything on it; close it all at the end."""
    raise NotImplementedError
    yield


def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, with ``settings.workers`` workers beside. ``ready`` is told the address."""
    raise NotImplementedError


def work(settings: Settings, ready: Callable[[str], None]) -> None:
    """Be a worker until SIGTERM or SIGINT. ``ready`` is told the worker's name."""
    raise NotImplementedError


def evaluator(settings: Settings, *, judge_ineligible: bool = False) -> Evaluator:
    """Metric types and engines for judging in this process, as ``agree`` does."""
    raise NotImplementedError


def score(settings: Settings, conversations: Iterable[Conversation], forms: Sequence[Form]) -> Iterator[bytes]:
    """Score without a database: groups of lines of docs/reference/output.md, in the order of the conversations.

    Each line ends with a line feed. The caller reads the files (``auscult.cli._input``), so that it can name what is
    refused, and names the forms; ineligible conversations are judged too.
    """
    raise NotImplementedError
    yield
