"""The application on one database, and the processes that serve it and work for it.

Heavy rooms are imported inside the functions, so that ``auscult --help`` stays quick.
"""
# ruff: noqa: PLC0415  (see above)

import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auscult.bootstrap import privacy, recordings
from auscult.bootstrap.connections import Share, networks_of, of_server, of_worker
from auscult.bootstrap.engines import assistant, check_judge, evaluator, explainer, plug_in
from auscult.bootstrap.keys import check_key, noting_address, secret_key, sqlite_path
from auscult.bootstrap.processes import (
    NICENESS,
    NICENESS_OF_LOADS,
    cores,
    preload,
    quick_start,
    set_up_telemetry,
    tune_for_evaluation,
    tune_for_serving,
)
from auscult.bootstrap.serving import extra_workers, serve_together, troubles_in_words
from auscult.bootstrap.tracing import set_up_tracing
from auscult.config import Settings
from auscult.domain.errors import NotFoundError, SettingsError
from auscult.domain.operations.records import made_from
from auscult.domain.people.users import normalise_email
from auscult.domain.probe import Probe
from auscult.domain.tenancy import Tenant

if TYPE_CHECKING:
    import socket
    from multiprocessing.synchronize import Semaphore

    from auscult.domain.connectors.run import Order, Run
    from auscult.domain.history.backfills import BackfillKind
    from auscult.domain.operations.rate_limits import Windows
    from auscult.formats import Given, Limits
    from auscult.server.auth.principal import Principal
    from auscult.server.console.operations.demo import Demo
    from auscult.server.settings import ServerSettings
    from auscult.services.audits.workflow import Auditing
    from auscult.services.history.chunks import ChunkProcessing, ChunkWork
    from auscult.services.scoring.evaluate import Evaluator
    from auscult.storage import Store
    from auscult.workers.process_pool import ProcessPool
    from auscult.workers.temporary import TemporaryWorkers

Progress = Callable[[int, int | None], None]
"""Receives from time to time the number of conversations done, and the total if it is known."""

PAGE_THREADS = 8
"""Threads that read where the database is a server, so that one slow answer does not hold up the others."""

_PATIENCE_S = 0.2


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
        """Return the limits of input."""
        from auscult.formats import Limits

        settings = self.settings
        return Limits(**{name: getattr(settings, name) for name in Limits.__struct_fields__})

    def load(  # noqa: PLR0913  (what a command gives)
        self,
        tenant: Tenant,
        files: Sequence[Path],
        *,
        wait: bool = True,
        progress: Progress | None = None,
        shape: tuple[str, Mapping[str, Any]] | None = None,
        given: "Given | None" = None,
    ) -> dict[str, Any]:
        """Accept every file; with ``wait``, until all of it is readable. Processes it here when no worker is running.

        ``shape`` is the name of a format of connectors with its options; None recognises files by their content, and
        ``given`` is for what these do not say. Returns counts under the names of docs/reference/cli.md: accepted,
        unchanged, scored, below_threshold, duration_unavailable, not_evaluated, sides_unknown, failed, waiting, rejected,
        judge (its usage, or None), and rejects,
        the path of the rejects file or None.
        """
        import msgspec

        from auscult.formats import Given
        from auscult.sandbox.reading import Noted
        from auscult.services.limits import TenantLimits
        from auscult.services.scoring.intake.admission import AdmissionControl
        from auscult.services.scoring.intake.ingest import Load, conversations_of
        from auscult.services.scoring.intake.mapped import mapped_conversations
        from auscult.services.scoring.intake.read import RejectsWriter, rejects_path

        settings, noted = self.settings, Noted()
        set_up_tracing(settings, "command")
        room = AdmissionControl(self.store.batches, settings.backlog, limits=TenantLimits(self.store.limits))
        refused = self.store.within(tenant).privacy.refused
        with self.helping(files) as helping, RejectsWriter(rejects_path(files[0]), refused) as rejects:
            load = Load(
                self.store.within(tenant),
                self.store.batches,
                ensure_worker=helping.ensure_running if wait else lambda: None,
                progress=progress or (lambda _done, _total: None),
                wait_for_room=partial(room.wait, helping.ensure_running, tenant=tenant),
            )
            if shape is None:
                asked = (given or Given(), noted)
                documents = conversations_of(files, tenant.app_id, self._limits, rejects, asked)
            else:
                documents = mapped_conversations(files, shape, (tenant.app_id, self._limits), rejects)
            intake = load.ingest(documents, group=settings.batch_size, wait=wait)
        intake.formats = noted.formats
        counts = msgspec.structs.asdict(intake)
        rejected = {"rejected": rejects.count, "rejects": str(rejects.path) if rejects.path else None}
        return counts | rejected | {"judge": load.used if load.used.calls else None}

    def helping(self, files: Sequence[Path] = ()) -> "TemporaryWorkers":
        """Return a context with workers for all of ``files``, started when no other is running."""
        from auscult.workers.process_pool import ProcessPool
        from auscult.workers.temporary import TemporaryWorkers, helpers_for

        most = min(helpers_for(files), cores())
        return TemporaryWorkers(self.store.workers, lambda: ProcessPool(most, work_behind, self.settings, None, ""))

    def run_connector(self, tenant: Tenant, name: str, order: "Order", *, wait: bool) -> "Run":
        """Run a connector in this process; with ``wait``, until what it brought is processed."""
        from auscult.bootstrap.scheduling import connecting
        from auscult.services.scoring.intake.admission import AdmissionControl

        room = AdmissionControl(self.store.batches, self.settings.backlog)
        with self.helping() as helping:
            run = connecting(self.store, tenant, self.settings).run(
                name, order, partial(room.wait, helping.ensure_running)
            )
            while wait and run.counts.new + run.counts.changed and self.store.batches.has_waiting(tenant):
                helping.ensure_running()
                time.sleep(_PATIENCE_S)
        return run

    def auditing(self, tenant: Tenant) -> "Auditing":
        """The audits of an app."""
        from auscult.reports import REPORTS
        from auscult.services.audits.workflow import Auditing

        return Auditing(self.store.within(tenant), REPORTS, partial(datetime.now, UTC))

    def rebuild(self, progress: Progress | None = None, *, analyze: bool = False) -> int:
        """Render every row of every app again, with ``analyze`` those analysed that never were; how many that were."""
        from auscult.reports import REPORTS
        from auscult.services.scoring.rebuild import rebuild

        analyst = evaluator(self.settings, store=self.store) if analyze else None
        done = rebuild(self.store, REPORTS, progress or (lambda _done, _total: None), analyst)
        self.store.rebuild_tallies()
        return done

    def verify(self) -> list[str]:
        """Recount tallies, rows and jobs, and compare results; one line for each difference, none when all agree."""
        from auscult.reports import REPORTS
        from auscult.services.scoring.comparing import rows_that_differ

        found = [*self.store.recount(), *self.store.altered(), *rows_that_differ(self.store, REPORTS)]
        return [*map(str, found), *privacy.compare_list(self.settings, self.store)]

    def repair(self, progress: Progress | None = None) -> list[str]:
        """Repair differences, render rows and count tallies again; return one line for each difference that is left."""
        self.store.repair()
        self.store.rebuild_tallies()  # from the rows that are left, so that rendering finds all in step
        self.rebuild(progress)
        privacy.keep_erased(self.settings, self.store, is_all=bool(privacy.compare_list(self.settings, self.store)))
        return self.verify()

    def server_app(self, demo: "Demo | None" = None, operator: "Principal | None" = None) -> Any:  # noqa: ANN401  (Litestar is loaded by those who serve)
        """Build the ASGI application: reports, the hook, our own API, the console, health, documentation.

        With an ``operator``, for this process alone: every request to our own API is theirs.
        """
        from auscult.bootstrap import people
        from auscult.reports import REPORTS
        from auscult.server.app import create_app
        from auscult.services.operations.readiness import Readiness

        settings, path = self.settings, sqlite_path(self.settings)
        return create_app(
            store=self.store,
            windows=self._windows(),
            recordings=recordings.folder(settings),
            reports=REPORTS,
            settings=self.server_settings,
            assistant=assistant(settings, self.store),
            explainer=explainer(settings, self.store),
            readiness=Readiness(
                self.store,
                path.absolute() if path else None,
                settings.disk_free_mb,
                recordings.warnings(settings),
                recordings.volumes(settings),
            ),
            answered=lambda: self.answered,
            trying=cache(self.trying),
            demo=demo,
            operator=operator,
            sign_on=people.sign_on_of(settings, self.store),
        )

    @property
    def server_settings(self) -> "ServerSettings":
        """The operator's options for serving."""
        from auscult.bootstrap.scheduling import mailer_of
        from auscult.server.settings import ServerSettings

        settings = self.settings
        return made_from(
            ServerSettings,
            settings,
            page_threads=0 if self.store.is_embedded else PAGE_THREADS,
            public_url=settings.public_url or "",
            transcribes=recordings.transcribes(settings),
            limits=self._limits,
            connector_folders=tuple(filter(None, (settings.connector_folders or "").split(os.pathsep))),
            networks=networks_of(settings),
            mail=mailer_of(settings),
            operators=frozenset(map(normalise_email, (settings.operators or "").split())),
            is_one_of_several=settings.processes > 1,
        )

    def trying(self) -> "Evaluator":
        """Return what forms are tried with in the server, where a costly one must not hold a thread for minutes."""
        found = evaluator(self.settings, judge_ineligible=True, store=self.store)
        return found._replace(conversation_s=self.settings.conversation_s)

    def serve_assistant(self, tenant: Tenant, email: str | None, operator: str) -> None:
        """Speak the Model Context Protocol on standard input and output until the input ends, about one app.

        The caller is the user with this e-mail address, or else the operator of this name, who holds every scope.
        Raises ``SettingsError`` ``extra.missing``, ``NotFoundError`` ``user.unknown``.
        """
        import asyncio

        from auscult.server.mcp.endpoint import check_installed
        from auscult.server.mcp.tools import Caller

        check_installed()
        from auscult.server.mcp.sdk import run_stdio
        from auscult.services.privacy.log import record

        caller = self._caller_of(tenant, email, operator)
        record(self.store.within(tenant), operator, "assistant.opened", None, user=email)
        server = self.server_app(operator=caller)

        async def run() -> None:
            async with server.litestar.lifespan():
                await run_stdio(Caller.within(server, tenant.app_id))

        asyncio.run(run())

    def _caller_of(self, tenant: Tenant, email: str | None, operator: str) -> "Principal":
        """Return a user as a caller, or the operator."""
        from auscult.domain.people.permissions import SCOPES
        from auscult.server.auth.principal import Principal

        if email is not None:
            people = self.store.people
            user = people.users.by_email(email.strip().lower())
            if user is None or user.state != "active":
                raise NotFoundError(f"unknown user {email!r}", code="user.unknown", field="--user", value=email)
            return Principal.of_user(people.access.of_user(user))
        return Principal(
            name=operator,
            account_id=tenant.account_id,
            app_ids=frozenset({tenant.app_id}),
            permissions=frozenset(SCOPES),
        )

    def _windows(self) -> "Windows":
        """Return the store of request counts: Redis where one is configured, else the database."""
        from auscult.storage.access.rate_windows import Windows
        from auscult.storage.access.redis_windows import RedisWindows

        if self.settings.redis_url:
            return RedisWindows(self.settings.redis_url)
        return Windows(self.settings.database_url, of_server(self.settings).beside)


@contextmanager
def open(  # noqa: A001  (reads as bootstrap.open)
    settings: Settings, share: Share | None = None, *, with_secrets: bool = True
) -> Generator[Application]:
    """Open the database, made and migrated when new; let it go at the end. ``share`` says over how many connections.

    Who has nothing to do with secrets (``with_secrets`` false) needs no key to them.
    Raises ``SettingsError`` when it cannot be opened, or when the key is not the one its secrets were locked with.
    """
    from auscult.storage import check_migrated, migrate, new_secret_key, open_store

    plug_in()
    path = sqlite_path(settings)
    if path is not None and not path.parent.is_dir():
        raise SettingsError(
            f"the folder {path.parent} does not exist: make it, or name another database",
            code="database.no_folder",
            field="database",
            value=settings.database_url,
        )
    if settings.migrate == "never":
        check_migrated(settings.database_url)
    else:
        migrate(settings.database_url)
    key, made = secret_key(settings) if with_secrets else (new_secret_key(), False)
    store = open_store(settings.database_url, key, (share or of_server(settings)).store)
    try:
        if with_secrets:
            check_key(store, settings, is_new=made)
            privacy.list_elsewhere(settings, store)
        yield Application(settings, store)
    finally:
        store.close()


def serve(settings: Settings, ready: Callable[[str], None], demo: "Demo | None" = None) -> None:
    """Serve until SIGTERM or SIGINT, with ``settings.workers`` workers. ``ready`` receives the address.

    With ``demo`` the console is one, which one process serves.

    Several server processes share the socket that this one listens on, so that a connection which waits when
    one of them crashes is accepted by another; this one only supervises them.
    """
    from concurrent.futures import ProcessPoolExecutor

    from auscult.redactors import secrets
    from auscult.server.serving.run import bind, run
    from auscult.services.people.sign_in import warn_of_one_source
    from auscult.storage.privacy.bulk import BULK
    from auscult.workers.process_pool import ProcessPool
    from auscult.workers.shutdown import stop_on_signals

    check_judge(settings)  # here, as each process that is started below would print a traceback
    forked = preload(settings)
    working = forked.Semaphore(0 if settings.workers else 1)
    stop = threading.Event()
    stop_on_signals(stop)
    set_up_telemetry(settings, "server")
    tune_for_serving()
    with (
        noting_address(settings, ready) as noted,
        quick_start(noted) as started,
        open(settings) as application,
        bind(settings.host, settings.port) as listener,
    ):
        application.store.work.resume()  # all that was postponed: the operator starts this, perhaps with other settings
        warn_of_one_source(application.store, datetime.now(UTC))
        # Before the pool, whose first worker is forked only when everything is loaded.
        server = application.server_app(demo) if settings.processes == 1 else None
        if server is not None:
            secrets(())  # else the first conversation would wait for this, and for what the server warms
            server.warm()
        with ProcessPool(settings.workers, work_behind, settings, working, "", context=forked) as workers:
            if server is None:
                application.store.close()
                _wait_for(working, workers, stop)
                serve_together(settings, serve_beside, listener, stop, started)
                return
            more = max(settings.workers, min(settings.workers_most, cores()))
            make_pool = partial(ProcessPool, more, work_in_bulk, settings, context=forked)
            has_bulk = settings.workers and cores() > 1 and settings.workers_most > 1
            with (
                extra_workers(application.store.batches, make_pool) if has_bulk else nullcontext(),
                BULK.by(partial(ProcessPoolExecutor, 1, forked, redact_in_bulk)) if has_bulk else nullcontext(),
            ):
                _wait_for(working, workers, stop)
                run(server, listener, stop, started)
                workers.dismiss()  # before the extra ones are waited for, so that all end at the same time


def serve_beside(settings: Settings, listener: "socket.socket", up: "Semaphore", stop: threading.Event) -> None:
    """Be one of several serving processes: ``up`` counts those that answer."""
    from auscult.server.serving.run import run

    set_up_telemetry(settings, "server")
    tune_for_serving()
    with quick_start(lambda _address: up.release()) as started, open(settings) as application:
        run(application.server_app(), listener, stop, started)


def _wait_for(working: "Semaphore", workers: "ProcessPool", stop: threading.Event) -> None:
    """Wait until a conversation can be scored at once. A server whose workers cannot start serves what there is."""
    while not (workers.deaths or stop.is_set() or working.acquire(timeout=_PATIENCE_S)):
        pass


def work(settings: Settings, ready: Callable[[str], None], stop: threading.Event | None = None, kind: str = "") -> None:
    """Be a worker until ``stop``, which SIGTERM and SIGINT set where none is given. ``ready`` receives the name.

    One of a kind gives way to everything else.
    """
    from auscult.bootstrap.scheduling import schedules_of
    from auscult.reports import REPORTS
    from auscult.services.scoring.process import Processing
    from auscult.storage.core.pooled_jobs import pooled_jobs
    from auscult.workers.dbos_database import jobs_url
    from auscult.workers.process_pool import end_after
    from auscult.workers.shutdown import stop_on_signals
    from auscult.workers.worker import Work, Worker

    is_in_pool = stop is not None
    if stop is None:
        stop = threading.Event()
        stop_on_signals(stop)
        end_after(stop)
    set_up_telemetry(settings, "worker")
    tune_for_evaluation()
    share = of_worker(settings)
    with quick_start(ready) as started, open(settings, share) as application:
        if not is_in_pool:
            application.store.work.resume()
        judging = evaluator(settings, spending=application.store.spending, store=application.store)
        judging = judging._replace(conversation_s=settings.conversation_s)
        processing = Processing(application.store, judging, REPORTS, partial(datetime.now, UTC))
        pooled = pooled_jobs(settings.database_url, share.beside)
        work = Work(
            store=application.store,
            processing=processing,
            chunk_processing=chunk_processing(application.store, judging),
            jobs_url=jobs_url(pooled[0] if pooled else settings.database_url),
            jobs_engine=pooled and pooled[1],
            jobs_connections=share.beside,
            poll_s=settings.poll_ms / 1000,
            kind=kind,
            schedules=schedules_of(application.store, settings),
        )
        with nullcontext() if kind else _background(settings, application):
            Worker(work).run(stop, started)


@contextmanager
def _background(settings: Settings, application: Application) -> Generator[None]:
    """Run what goes on in threads alongside a worker."""
    from auscult.bootstrap import people
    from auscult.reports import REPORTS
    from auscult.services.delivery.webhooks import WebhookDispatch
    from auscult.services.insights.overview import roll_up_all
    from auscult.services.scoring.rebuild import render_outdated
    from auscult.workers.background.insight_counter import InsightCounter
    from auscult.workers.background.live_poller import LiveConversationPoller
    from auscult.workers.background.row_renderer import RowRenderer
    from auscult.workers.background.statistics_refresher import StatisticsRefresher
    from auscult.workers.background.webhook_dispatcher import WebhookDispatcher
    from auscult.workers.webhook_sender import HttpSender

    store, now = application.store, partial(datetime.now, UTC)
    sender = HttpSender(networks_of(settings))
    with (
        closing(assistant(settings, store)) as assisting,
        LiveConversationPoller(store, assisting, now),
        WebhookDispatcher(WebhookDispatch(store, sender, now, settings.public_url or "")),
        StatisticsRefresher(store.vacuum),
        RowRenderer(partial(render_outdated, store, REPORTS)),
        InsightCounter(partial(roll_up_all, store, now), lambda: bool(store.batches.waiting(1))),
        privacy.log_sealer(settings, store),
        recordings.background(settings, store),
        people.exporter(store),
    ):
        yield


def chunk_processing(store: "Store", judging: "Evaluator") -> "ChunkProcessing":
    """Return the processing of the chunks of every kind of backfill."""
    from auscult.reports import REPORTS
    from auscult.services.history.chunks import ChunkProcessing
    from auscult.services.history.redaction_chunks import Remasking
    from auscult.services.history.rescore_chunks import Rescoring
    from auscult.services.history.trial_chunks import Trying

    now = partial(datetime.now, UTC)
    trying = Trying(judging, now)
    kinds: Mapping[BackfillKind, ChunkWork] = {
        "rescore": Rescoring(judging, REPORTS, now),
        "backtest": trying,
        "trial": trying,
        "redaction": Remasking(REPORTS),
    }
    return ChunkProcessing(store, kinds, now)


def work_behind(settings: Settings, working: "Semaphore | None", kind: str, stop: threading.Event) -> None:
    """Be a worker of a pool: without output, and after readers where cores are short. ``working`` is released once it is ready."""
    os.nice(NICENESS)
    with troubles_in_words():
        work(settings, lambda _name: working.release() if working else None, stop, kind)


def work_in_bulk(settings: Settings, stop: threading.Event) -> None:
    """Be a worker of loads and backfills, which make way for everything else."""
    from auscult.workers.heartbeat import BULK

    work_behind(settings, None, BULK, stop)


def redact_in_bulk() -> None:
    """Be a process that redacts loads for a server, until that ends."""
    from auscult.workers.process_pool import at_end_of_parent

    os.nice(NICENESS_OF_LOADS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal goes to both, and the server ends this one
    at_end_of_parent(partial(os._exit, 0))  # as it may wait for work that never comes
    plug_in()
