"""Builds the object graph from Settings: the only file that knows every room.

Heavy rooms are imported inside the functions, so that ``auscult --help`` stays quick.
"""
# ruff: noqa: PLC0415  (see above)

import gc
import logging
import os
import pickle
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache, partial
from hashlib import blake2b
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auscult.config import Settings
from auscult.domain.conversation import Conversation
from auscult.domain.errors import SettingsError
from auscult.domain.form import Form
from auscult.domain.probe import Probe
from auscult.domain.tenancy import Tenant

if TYPE_CHECKING:
    from auscult.formats import Limits
    from auscult.pipeline.audit import Auditing
    from auscult.pipeline.evaluate import Evaluator
    from auscult.pipeline.ports import Engine, Windows
    from auscult.storage import Store

Progress = Callable[[int, int | None], None]
"""Told now and then how many conversations are done, and of how many when that is known."""

SQLITE = "sqlite:///"
PAGE_THREADS = 8
"""Threads that read pages where the database is a server, so that one slow answer does not hold up the others."""

FEW = 2
"""Groups of conversations that are scored sooner by this process than by processes that first have to start."""

MOST_SCORERS = 8

MOST_HELPERS = 2
"""Workers that a load starts where none is alive. They take turns at writing, so more help little and cost memory."""
NICENESS = 5


class Application:
    """Everything wired up on one database, for one command. Made by ``open``."""

    def __init__(self, settings: Settings, store: "Store") -> None:
        """Wire it up; nothing heavy is loaded before it is needed."""
        self.settings = settings
        self.store = store

    @property
    def engines(self) -> "Mapping[type[Probe], Engine]":
        """The engine for each kind of probe that one is configured for."""
        return evaluator(self.settings).engines

    @property
    def _limits(self) -> "Limits":
        """How large input may be."""
        from auscult.formats import Limits

        settings = self.settings
        return Limits(turn_bytes=settings.turn_bytes, turns=settings.turns, document_bytes=settings.document_bytes)

    def load(
        self, tenant: Tenant, files: Sequence[Path], *, wait: bool = True, progress: Progress | None = None
    ) -> dict[str, Any]:
        """Accept every file; with ``wait``, until all of it is readable. Works itself when no worker is alive.

        Gives counts under the names of docs/reference/cli.md: accepted, unchanged, scored, below_threshold,
        duration_unavailable, not_evaluated, failed, rejected, and rejects, the path of the rejects file or None.
        """
        import msgspec

        from auscult.jobs.crew import Crew
        from auscult.jobs.help import Help
        from auscult.pipeline.ingest import Load, conversations_of
        from auscult.pipeline.read import RejectsWriter, rejects_path

        settings = self.settings
        with (
            Help(self.store.workers, lambda: Crew(min(MOST_HELPERS, _cores()), work_beside, settings)) as helping,
            RejectsWriter(rejects_path(files[0])) as rejects,
        ):
            load = Load(
                self.store.within(tenant),
                self.store.batches,
                tend=helping.tend if wait else lambda: None,
                progress=progress or (lambda _done, _total: None),
            )
            documents = conversations_of(files, tenant.app_id, self._limits, rejects)
            intake = load.take(documents, group=settings.batch_size, wait=wait)
        counts = msgspec.structs.asdict(intake)
        return counts | {"rejected": rejects.count, "rejects": str(rejects.path) if rejects.path else None}

    def auditing(self, tenant: Tenant) -> "Auditing":
        """The audits of an app."""
        from auscult.pipeline.audit import Auditing
        from auscult.reports import REPORTS

        return Auditing(self.store.within(tenant), REPORTS, partial(datetime.now, UTC))

    def rebuild(self, progress: Progress | None = None) -> int:
        """Render every row of every app again; how many conversations that were."""
        from auscult.pipeline.rebuild import rebuild
        from auscult.reports import REPORTS

        done = rebuild(self.store, REPORTS, progress or (lambda _done, _total: None))
        self.store.rebuild_tallies()
        return done

    def verify(self) -> list[str]:
        """Recount tallies, rows and jobs; one line for each difference, none when all agree."""
        return [str(difference) for difference in self.store.recount()]

    def server_app(self) -> Any:  # noqa: ANN401  (FastAPI is loaded by those who serve)
        """Build the ASGI application: reports, health, documentation."""
        from auscult.reports import REPORTS
        from auscult.server.app import create_app
        from auscult.server.settings import ServerSettings

        settings = self.settings
        return create_app(
            store=self.store,
            windows=self._windows(),
            reports=REPORTS,
            settings=ServerSettings(
                rate_limit=settings.rate_limit,
                page_maximum=settings.page_maximum,
                token_audience=settings.token_audience,
                page_threads=0 if self.store.is_embedded else PAGE_THREADS,
                request_bytes=settings.request_bytes,
                batch_size=settings.batch_size,
                limits=self._limits,
            ),
            is_ready=self._answers,
            answered=lambda: frozenset(self.engines),
        )

    def _windows(self) -> "Windows":
        """Where requests are counted: Redis where one is configured, else beside the database."""
        from auscult.storage.redis_windows import RedisWindows
        from auscult.storage.windows import Windows

        if self.settings.redis_url:
            return RedisWindows(self.settings.redis_url)
        return Windows(self.settings.database_url)

    def _answers(self) -> bool:
        """Whether the database answers."""
        try:
            self.store.batches.get("")
        except Exception:  # noqa: BLE001  (whatever a driver raises, the answer is no)
            return False
        return True


@contextmanager
def open(settings: Settings) -> Generator[Application]:  # noqa: A001  (reads as bootstrap.open)
    """Open the database, made and migrated when new; let it go at the end.

    Raises ``SettingsError`` when it cannot be opened, or when the key is not the one its secrets were locked with.
    """
    from auscult.storage import migrate, open_store

    path = sqlite_path(settings)
    if path is not None and not path.parent.is_dir():
        raise SettingsError(
            f"the folder {path.parent} does not exist: make it, or name another database",
            code="database.no_folder",
            field="database",
            value=settings.database_url,
        )
    migrate(settings.database_url)
    key, made = _secret_key(settings)
    store = open_store(settings.database_url, key)
    try:
        _check_key(store, settings, is_new=made)
        yield Application(settings, store)
    finally:
        store.close()


def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, with ``settings.workers`` workers beside. ``ready`` is told the address."""
    from auscult.jobs.crew import Crew
    from auscult.jobs.ending import stop_on_signals
    from auscult.server.run import bind, run

    stop = threading.Event()
    stop_on_signals(stop)
    _set_up_logging(settings)
    with (
        open(settings) as application,
        bind(settings.host, settings.port) as listener,
        Crew(settings.workers, work_behind, settings),
    ):
        run(application.server_app(), listener, stop, ready)


def work(settings: Settings, ready: Callable[[str], None], stop: threading.Event | None = None) -> None:
    """Be a worker until ``stop``, which SIGTERM and SIGINT set where none is given. ``ready`` is told the name."""
    from auscult.jobs.database import jobs_url
    from auscult.jobs.ending import stop_on_signals
    from auscult.jobs.worker import Work, Worker
    from auscult.pipeline.process import Processing
    from auscult.reports import REPORTS

    if stop is None:
        stop = threading.Event()
        stop_on_signals(stop)
    _set_up_logging(settings)
    _settle_down_to_work()
    with open(settings) as application:
        processing = Processing(application.store, evaluator(settings), REPORTS, partial(datetime.now, UTC))
        work = Work(
            store=application.store,
            processing=processing,
            jobs_url=jobs_url(settings.database_url),
            poll_s=settings.poll_ms / 1000,
        )
        Worker(work).run(stop, ready)


def work_beside(settings: Settings, stop: threading.Event) -> None:
    """Be a worker of a crew: the same, without a word."""
    work(settings, lambda _name: None, stop)


def work_behind(settings: Settings, stop: threading.Event) -> None:
    """Be a worker of a server's crew: the same, and whoever reads goes first where cores are short."""
    os.nice(NICENESS)
    work_beside(settings, stop)


def evaluator(settings: Settings, *, judge_ineligible: bool = False) -> "Evaluator":
    """What evaluates: every metric type, with the engines that the settings configure."""
    from auscult.engines import embedded
    from auscult.metrics import METRICS
    from auscult.pipeline.evaluate import Evaluator

    del settings  # the engines that there are need none
    return Evaluator(METRICS, {engine.probe: engine for engine in embedded()}, judge_ineligible)


def score(settings: Settings, conversations: Iterable[Conversation], forms: Sequence[Form]) -> Iterator[bytes]:
    """Score without a database: lines as in docs/reference/cli.md, some at a time, in the order of reading."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from auscult.pipeline.grouping import grouped
    from auscult.pipeline.score import GROUP, score_group, spread

    groups = grouped(conversations, GROUP)
    first = list(islice(groups, FEW))
    processes = min(MOST_SCORERS, _cores())
    if len(first) < FEW or processes == 1:
        judge = evaluator(settings, judge_ineligible=True)
        for group in chain(first, groups):
            yield score_group(group, forms, judge, datetime.now(UTC))
        return
    work = partial(_score_packed, settings, pickle.dumps(tuple(forms)))
    with ProcessPoolExecutor(processes, get_context("spawn")) as executor:
        yield from spread(chain(first, groups), executor, processes, work)


def _score_packed(settings: Settings, forms: bytes, group: bytes) -> bytes:
    """What a scoring process does with one group."""
    return _scorer(settings, forms)(group)


@lru_cache(maxsize=1)
def _scorer(settings: Settings, forms: bytes) -> Callable[[bytes], bytes]:
    """Load forms and engines once in a process."""
    import msgspec

    from auscult.pipeline.score import score_group

    _settle_down_to_work()
    judge = evaluator(settings, judge_ineligible=True)
    read: tuple[Form, ...] = pickle.loads(forms)  # noqa: S301  (the parent process made it)
    decode = msgspec.msgpack.Decoder(list[Conversation]).decode
    return lambda group: score_group(decode(group), read, judge, datetime.now(UTC))


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _set_up_logging(settings: Settings) -> None:
    """Let what this process has to tell go to stderr, a line each."""
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=settings.log_level.upper(), format=form, stream=sys.stderr)


def _settle_down_to_work() -> None:
    """Ready this process for nothing but evaluating. To be called before numpy is loaded.

    Numpy starts no threads of its own, for there is a process for each core; and cycles are looked for less often,
    for a batch is very many small values and no cycles (a tenth of the time).
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(50_000, 20, 50)


def sqlite_path(settings: Settings) -> Path | None:
    """The file of an embedded database; None where the database is a server."""
    url = settings.database_url.partition("?")[0]
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None


def _secret_key(settings: Settings) -> tuple[bytes, bool]:
    """The key of the settings, or the one kept for this database; and whether it was made just now."""
    from auscult.storage.key_file import kept_key

    if settings.secret_key is not None:
        return settings.secret_key.encode(), False
    path = key_path(settings)
    key, made = kept_key(path)
    if made and sqlite_path(settings) is None:
        sys.stderr.write(
            f"auscult: made a key for the secrets of this database, in {path}. Other hosts on it need the same one: "
            "set AUSCULT_SECRET_KEY there to what stands in that file.\n"
        )
    return key, made


def key_path(settings: Settings) -> Path:
    """Where the key to the database's secrets is kept, unless the settings hold one."""
    path = sqlite_path(settings)
    if path is not None:
        return path.with_name(path.name + ".key")
    place = settings.database_url.partition("?")[0].partition("//")[2].rpartition("@")[2]
    readable = "".join(letter if letter.isalnum() or letter in "-." else "-" for letter in place)[:80]
    return Path(settings.state_dir) / f"{readable}-{blake2b(place.encode(), digest_size=4).hexdigest()}.key"


def _check_key(store: "Store", settings: Settings, *, is_new: bool) -> None:
    """Open one client's secret, so that a wrong key is told at once and not at the first request."""
    known = next((client.client_id for client in store.clients.listing() if client.revoked_at is None), None)
    if known is None:
        return
    if is_new:
        path = key_path(settings)
        path.unlink()
        raise SettingsError(
            f"this database has clients, and the key to their secrets is not in {path}: put that file back, "
            "or set AUSCULT_SECRET_KEY",
            code="secret_key.missing",
            field="AUSCULT_SECRET_KEY",
        )
    store.clients.find(known)
