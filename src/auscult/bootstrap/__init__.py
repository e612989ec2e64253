"""Builds the object graph from Settings: the only place that knows every room.

Heavy rooms are imported inside the functions, so that ``auscult --help`` stays quick.
"""
# ruff: noqa: PLC0415  (see above)

import os
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auscult.bootstrap.connections import Share, of_server, of_worker
from auscult.bootstrap.copying import copy
from auscult.bootstrap.keys import check_key, key_path, secret_key, sqlite_path
from auscult.bootstrap.minds import allowed_hosts, assistant, evaluator, examine_plugins, plug_in
from auscult.bootstrap.processes import cores, keep_numpy_to_one_thread, set_up_logging, settle_down_to_work
from auscult.bootstrap.scoring import score
from auscult.config import Settings
from auscult.domain.errors import SettingsError
from auscult.domain.probe import Probe
from auscult.domain.tenancy import Tenant

if TYPE_CHECKING:
    import socket
    from multiprocessing.synchronize import Semaphore

    from auscult.formats import Limits
    from auscult.jobs.help import Help
    from auscult.pipeline.access_ports import Windows
    from auscult.pipeline.audit import Auditing
    from auscult.pipeline.backtest import Backtesting
    from auscult.pipeline.evaluate import Evaluator
    from auscult.pipeline.sweep_ports import SweepKind
    from auscult.pipeline.sweeping import Sweeping, SweepWork
    from auscult.storage import Store

__all__ = [
    "Application",
    "allowed_hosts",
    "assistant",
    "copy",
    "cores",
    "evaluator",
    "examine_plugins",
    "key_path",
    "open",
    "plug_in",
    "score",
    "serve",
    "serve_beside",
    "settle_down_to_work",
    "sqlite_path",
    "sweeping",
    "work",
    "work_behind",
]

Progress = Callable[[int, int | None], None]
"""Told now and then how many conversations are done, and of how many when that is known."""

PAGE_THREADS = 8
"""Threads that read where the database is a server, so that one slow answer does not hold up the others."""


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
    def answered(self) -> frozenset[type[Probe]]:
        """The kinds of probe for which an engine is configured."""
        return evaluator(self.settings).answered

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
        duration_unavailable, not_evaluated, failed, waiting, rejected, judge (what it used, or None), and rejects,
        the path of the rejects file or None.
        """
        import msgspec

        from auscult.pipeline.backlog import Room
        from auscult.pipeline.ingest import Load, conversations_of
        from auscult.pipeline.read import RejectsWriter, rejects_path

        settings = self.settings
        room = Room(self.store.batches, settings.backlog)
        with self.helping() as helping, RejectsWriter(rejects_path(files[0])) as rejects:
            load = Load(
                self.store.within(tenant),
                self.store.batches,
                tend=helping.tend if wait else lambda: None,
                progress=progress or (lambda _done, _total: None),
                wait_for_room=partial(room.wait, helping.tend),
            )
            documents = conversations_of(files, tenant.app_id, self._limits, rejects)
            intake = load.take(documents, group=settings.batch_size, wait=wait)
        counts = msgspec.structs.asdict(intake)
        rejected = {"rejected": rejects.count, "rejects": str(rejects.path) if rejects.path else None}
        return counts | rejected | {"judge": load.used if load.used.calls else None}

    def helping(self) -> "Help":
        """Workers for as long as it is open, hired when it turns out that no other is alive."""
        from auscult.jobs.crew import Crew
        from auscult.jobs.help import Help

        return Help(self.store.workers, lambda: Crew(min(MOST_HELPERS, cores()), work_behind, self.settings))

    def backtesting(self) -> "Backtesting":
        """What tries forms on stored conversations."""
        from auscult.pipeline.backtest import Backtesting

        judging = evaluator(self.settings, spending=self.store.spending, store=self.store)
        return Backtesting(judging, partial(datetime.now, UTC))

    def auditing(self, tenant: Tenant) -> "Auditing":
        """The audits of an app."""
        from auscult.pipeline.audit import Auditing
        from auscult.reports import REPORTS

        return Auditing(self.store.within(tenant), REPORTS, partial(datetime.now, UTC))

    def rebuild(self, progress: Progress | None = None, *, analyze: bool = False) -> int:
        """Render every row of every app again, with ``analyze`` those analysed that never were; how many that were."""
        from auscult.pipeline.rebuild import rebuild
        from auscult.reports import REPORTS

        analyst = evaluator(self.settings, store=self.store) if analyze else None
        done = rebuild(self.store, REPORTS, progress or (lambda _done, _total: None), analyst)
        self.store.rebuild_tallies()
        return done

    def verify(self) -> list[str]:
        """Recount tallies, rows and jobs; one line for each difference, none when all agree."""
        return [str(difference) for difference in self.store.recount()]

    def repair(self, progress: Progress | None = None) -> list[str]:
        """Mend what does not agree, render rows and count tallies anew; one line for each difference that is left."""
        self.store.mend()
        self.store.rebuild_tallies()  # from the rows that are left, so that rendering finds all in step
        self.rebuild(progress)
        return self.verify()

    def server_app(self) -> Any:  # noqa: ANN401  (FastAPI is loaded by those who serve)
        """Build the ASGI application: reports, the hook, our own API, health, documentation."""
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
                backlog=settings.backlog,
                limits=self._limits,
            ),
            assistant=assistant(settings, self.store.spending, self.store.places),
            is_ready=self._answers,
            answered=lambda: self.answered,
        )

    def _windows(self) -> "Windows":
        """Where requests are counted: Redis where one is configured, else beside the database."""
        from auscult.storage.redis_windows import RedisWindows
        from auscult.storage.windows import Windows

        if self.settings.redis_url:
            return RedisWindows(self.settings.redis_url)
        return Windows(self.settings.database_url, of_server(self.settings).beside)

    def _answers(self) -> bool:
        """Whether the database answers."""
        try:
            self.store.batches.get("")
        except Exception:  # noqa: BLE001  (whatever a driver raises, the answer is no)
            return False
        return True


@contextmanager
def open(  # noqa: A001  (reads as bootstrap.open)
    settings: Settings, share: Share | None = None, *, with_secrets: bool = True
) -> Generator[Application]:
    """Open the database, made and migrated when new; let it go at the end. ``share`` says over how many connections.

    Who has nothing to do with secrets (``with_secrets`` false) needs no key to them.
    Raises ``SettingsError`` when it cannot be opened, or when the key is not the one its secrets were locked with.
    """
    from auscult.storage import migrate, new_secret_key, open_store

    plug_in()
    path = sqlite_path(settings)
    if path is not None and not path.parent.is_dir():
        raise SettingsError(
            f"the folder {path.parent} does not exist: make it, or name another database",
            code="database.no_folder",
            field="database",
            value=settings.database_url,
        )
    migrate(settings.database_url)
    key, made = secret_key(settings) if with_secrets else (new_secret_key(), False)
    store = open_store(settings.database_url, key, (share or of_server(settings)).store)
    try:
        if with_secrets:
            check_key(store, settings, is_new=made)
        yield Application(settings, store)
    finally:
        store.close()


def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, with ``settings.workers`` workers beside. ``ready`` is told the address.

    Of several processes each serves on the one socket that this one listens on, so that a connection which waits when
    one of them dies is taken by another; this one only looks after them.
    """
    from auscult.jobs.crew import Crew
    from auscult.jobs.ending import stop_on_signals
    from auscult.server.run import bind, run

    stop = threading.Event()
    stop_on_signals(stop)
    set_up_logging(settings)
    keep_numpy_to_one_thread()
    with (
        open(settings) as application,
        bind(settings.host, settings.port) as listener,
        Crew(settings.workers, work_behind, settings),
    ):
        _wake(application.store)
        if settings.processes == 1:
            run(application.server_app(), listener, stop, ready)
        else:
            application.store.close()
            _serve_together(settings, listener, stop, ready)


def _serve_together(
    settings: Settings, listener: "socket.socket", stop: threading.Event, ready: Callable[[str], None]
) -> None:
    """Have several processes serve on a socket until ``stop``; ``ready`` is told the address once all of them answer."""
    from multiprocessing import get_context

    from auscult.jobs.crew import Crew
    from auscult.server.run import address_of

    up = get_context("spawn").Semaphore(0)
    with Crew(settings.processes, serve_beside, settings, listener, up) as crew:
        missing = settings.processes
        while missing and not stop.is_set():
            missing -= up.acquire(timeout=0.1)
            if crew.deaths:
                raise SettingsError(
                    "a serving process ended before it answered; what it had to tell stands above",
                    code="process.ended",
                    field="processes",
                )
        if not missing:
            ready(address_of(listener))
        stop.wait()
        crew.dismiss()
        listener.close()  # so that nobody waits to be let in by processes that are ending


def serve_beside(settings: Settings, listener: "socket.socket", up: "Semaphore", stop: threading.Event) -> None:
    """Be one of several serving processes: ``up`` counts those that answer."""
    from auscult.server.run import run

    set_up_logging(settings)
    keep_numpy_to_one_thread()
    with open(settings) as application:
        run(application.server_app(), listener, stop, lambda _address: up.release())


def _wake(store: "Store") -> None:
    """Have everything tried again that was postponed: somebody has started this, perhaps with other settings."""
    store.batches.resume()
    store.sweeps.wake()


def work(settings: Settings, ready: Callable[[str], None], stop: threading.Event | None = None) -> None:
    """Be a worker until ``stop``, which SIGTERM and SIGINT set where none is given. ``ready`` is told the name."""
    from auscult.jobs.attendant import Attendant
    from auscult.jobs.database import jobs_url
    from auscult.jobs.ending import stop_on_signals
    from auscult.jobs.sending import HttpSender
    from auscult.jobs.settler import Settler
    from auscult.jobs.teller import Teller
    from auscult.jobs.worker import Work, Worker
    from auscult.pipeline.process import Processing
    from auscult.pipeline.tell import Telling
    from auscult.reports import REPORTS
    from auscult.storage.pooled_jobs import pooled_jobs

    is_of_a_crew = stop is not None
    if stop is None:
        stop = threading.Event()
        stop_on_signals(stop)
    set_up_logging(settings)
    settle_down_to_work()
    share = of_worker(settings)
    with open(settings, share) as application:
        if not is_of_a_crew:
            _wake(application.store)
        judging = evaluator(settings, spending=application.store.spending, store=application.store)
        processing = Processing(application.store, judging, REPORTS, partial(datetime.now, UTC))
        pooled = pooled_jobs(settings.database_url, share.beside)
        work = Work(
            store=application.store,
            processing=processing,
            sweeping=sweeping(application.store, judging),
            jobs_url=jobs_url(pooled[0] if pooled else settings.database_url),
            jobs_engine=pooled and pooled[1],
            jobs_connections=share.beside,
            poll_s=settings.poll_ms / 1000,
        )
        telling = Telling(application.store, HttpSender(), partial(datetime.now, UTC))
        with (
            closing(assistant(settings, application.store.spending, application.store.places)) as assisting,
            Attendant(application.store, assisting, partial(datetime.now, UTC)),
            Teller(telling),
            Settler(application.store.settle),
        ):
            Worker(work).run(stop, ready)


def sweeping(store: "Store", judging: "Evaluator") -> "Sweeping":
    """What does the portions of every kind of sweep."""
    from auscult.pipeline.backtest import Backtesting
    from auscult.pipeline.rescoring import Rescoring
    from auscult.pipeline.sweeping import Sweeping
    from auscult.reports import REPORTS

    now = partial(datetime.now, UTC)
    kinds: Mapping[SweepKind, SweepWork] = {
        "rescore": Rescoring(judging, REPORTS, now),
        "backtest": Backtesting(judging, now),
    }
    return Sweeping(store, kinds, now)


def work_behind(settings: Settings, stop: threading.Event) -> None:
    """Be a worker of a crew: the same, without a word, and whoever reads goes first where cores are short."""
    os.nice(NICENESS)
    work(settings, lambda _name: None, stop)
