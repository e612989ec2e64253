"""Worker: claims accepted batches and chunks of backfills, and processes each in one durable workflow of its id.

The store has the list of work: batches and chunks that are not done. DBOS's own database only records who processes
what, so it may be lost at any time: every worker compares it with the store's list at intervals, and brings back work
without a workflow or whose worker crashed. All of it is safe to do twice.
"""

import logging
import math
import os
import threading
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple, TypeVar, get_args

from dbos import DBOS, DBOSConfig, SetWorkflowID, StepOptions, WorkflowStatus, _workflow_commands
from dbos import error as dbos_error
from msgspec import Struct

from auscult.domain.errors import NotFoundError, SettingsError, coded
from auscult.domain.operations.guarding import guarded, panics_as_errors
from auscult.domain.operations.tracing import BATCH, TRACING
from auscult.domain.scoring.batches import Batch, Priority
from auscult.services.history.chunks import ChunkProcessing, WrittenChunk
from auscult.services.scoring.process import Finished, Processing
from auscult.storage.store import Store
from auscult.workers.dbos_database import prepare
from auscult.workers.heartbeat import BEAT_S, BULK, Heartbeat, WorkerName
from auscult.workers.scheduler import FairScheduler, Precedence, Schedule

T = TypeVar("T")

LOG = logging.getLogger(__name__)
LOG_OF_DBOS = logging.getLogger("dbos")
NOTHING = logging.Filter("nothing of DBOS")

STEPS_VERSION = "1"
"""Of the order of steps below. Workers with another one leave each other's unfinished workflows alone."""

AT_ONCE = 8
"""Batches of a priority that one worker has taken. Most of them only wait to be next, so that it need not wait for them.

Live ones are counted apart: backfill that waits for a judge takes no slot from them.
"""

OLDER_QUEUES = frozenset({"live", "batches", "portions"})
"""Queues of DBOS from which workers took their work before they started it themselves."""

CHUNKS_AT_ONCE = 4
"""Limit of chunks that one worker takes: enough to keep it busy, few enough to leave work for others."""

IN_MEMORY = 2
"""Batches and chunks of a lane whose conversations a worker has in memory: one is evaluated while another is written."""

TURN_S = 20.0
"""So long a batch may wait for the judge before it goes behind others that would have to wait for a slot."""

PROCESS: StepOptions = {"name": "process", "retries_allowed": True, "interval_seconds": 0.5, "max_attempts": 4}
GIVE_UP: StepOptions = {"name": "give_up", "retries_allowed": True, "interval_seconds": 1, "max_attempts": 3}

QUEUE_EVERY_S = 4.0
"""Seconds between two looks into DBOS's own queue: of schedules, and of what is brought back from crashed workers."""

TIMERS_EVERY_S = 4.0
"""The same for workflows with a delay or a deadline, of which there are none. DBOS has PostgreSQL cut it off after 5."""

LOOK_S = 0.05
"""Least time between two looks at the list of work, however much arrives."""

LET_WRITE_S = 0.03
"""Pause between two transactions of a load."""

NICER_IN_BULK = 14
"""By which evaluating loads gives way to all else that this process does (of one thread on Linux, else of the process)."""

RECOVER_EVERY_S = 2.0
AT_REST_EVERY_S = 10.0
"""The same while nothing waits, so that nothing can be stranded; what is postponed is noticed then."""

AWAY_S = 0.5
"""Seconds between two checks whether the database is back."""

SPLIT_AFTER = 3
"""After so many starts without an end the conversations of a batch are tried one by one: something in it may kill."""

MOST_STARTS = 10
"""After so many starts without an end one that is alone in its batch is taken to kill its worker, and is failed."""

FORGET_AFTER = timedelta(hours=1)
FORGET_EVERY_S = 60.0
GOODBYE_S = 10
ENDS_WITHIN_S = 0.25  # DBOS ends once a thread awakes that waits for messages, of which there are none


class Work(Struct, frozen=True, kw_only=True):
    """Work of a worker, and its settings. Evaluating and recording have the same effect done twice."""

    store: Store
    processing: Processing
    chunk_processing: ChunkProcessing
    jobs_url: str
    jobs_engine: Any = None
    """Connections for DBOS, where it shall not make its own."""
    jobs_connections: int = 4
    poll_s: float
    kind: str = ""
    """``BULK``, or empty for a worker that does everything, and nothing but live work while one of those is there."""
    schedules: tuple[Schedule, ...] = ()


class _Line(NamedTuple):
    """Queue of the work list in the store: its next items, the function that processes one, and the one that fails it."""

    at_once: int
    waiting: Callable[[int], list[str]]
    do: Callable[[str], None]
    give_up: Callable[[str, str], None]
    running: set[str]
    """Items that this worker has taken."""

    def ahead(self, workers: int, behind: int = 0) -> list[str]:
        """Return what these workers can process at once, and as much again for one of them, after what is left to others."""
        return self.waiting(behind + self.at_once * (workers + 1))[behind:]


class _Lane(NamedTuple):
    """Slots, and a thread each to evaluate and to record: live work has its own, so that it waits for no large batch.

    Few threads, because memory that a thread has freed stays with it, and DBOS has many. A worker for loads evaluates at a
    lower priority than it records, and never both at once on a file: its one writer is not kept from a core, nor from the
    interpreter by a thread that is.
    """

    slots: FairScheduler
    evaluating: ThreadPoolExecutor
    recording: ThreadPoolExecutor


def _lane(name: str, work: Work) -> _Lane:
    is_bulk = work.kind == BULK
    return _Lane(
        FairScheduler(1 if is_bulk and work.store.is_embedded else IN_MEMORY),
        ThreadPoolExecutor(1, f"evaluating {name}", partial(os.nice, NICER_IN_BULK if is_bulk else 0)),
        ThreadPoolExecutor(1, f"recording {name}"),
    )


class Worker:
    """One worker. DBOS allows one a process."""

    def __init__(self, work: Work) -> None:
        """Make a worker with a name of its own, so that no other claims its work while it runs."""
        self.name = str(WorkerName.mine(work.kind))
        self._work = work
        self._heartbeat = Heartbeat(work.store.workers)
        self._lanes: dict[Priority, _Lane] = {each: _lane(each, work) for each in get_args(Priority)}
        self._precedence = Precedence()
        self._alive = 1
        self._has_help = False
        store, waiting = work.store, work.store.work.next
        self._behind = AT_ONCE if work.kind == BULK else 0
        """Live batches that are left to workers of no kind, if there are any."""
        self._lines = {
            "live": _Line(AT_ONCE, partial(waiting, "live"), self._process, store.work.fail, set()),
            "batch": _Line(AT_ONCE, partial(waiting, "backfill"), self._process, store.work.fail, set()),
            # Chunks keep the name that older databases of DBOS have.
            "portion": _Line(CHUNKS_AT_ONCE, partial(waiting, "chunk"), self._chunk, store.backfills.fail, set()),
        }
        self._workflows: dict[str, Callable[[str], None]] = {}
        self._known: set[str] = set()
        """Ids of the next items that have a workflow, of this worker or another."""
        self._is_work_left = False
        """True if the last look at the list found items without a workflow."""
        self._stop, self._changed = threading.Event(), threading.Event()
        self._outdated: SettingsError | None = None
        self._is_over = False

    def run(self, stop: threading.Event, ready: Callable[[str], None]) -> None:
        """Work until ``stop``; then finish current work, for ten seconds at most. ``ready`` receives the name."""
        self._stop = stop
        self._beat()  # before it can take anything: nobody may think that what it takes is a dead one's
        self._launch()
        try:
            ready(self.name)
            listening = threading.Thread(target=self._listen, name="listening", daemon=True)
            listening.start()
            self._watch(stop)
            listening.join()
            self._work.processing.close()  # so that no batch in hand waits for a judge any longer
            busy = DBOS.list_workflows(status="PENDING", executor_id=self.name, limit=1, load_input=False)
        except BaseException:
            self._end()
            raise
        self._end(GOODBYE_S if busy else 0)
        for lane in self._lanes.values():
            lane.evaluating.shutdown(cancel_futures=True)
            lane.recording.shutdown()
        self._work.store.workers.leave(self.name)
        if self._outdated is not None:
            raise self._outdated

    def _end(self, patience_s: int = 0) -> None:
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=patience_s)
        self._is_over = True
        LOG_OF_DBOS.addFilter(NOTHING)  # its threads find it gone, and say so at length
        if self._work.jobs_engine is not None:
            self._work.jobs_engine.dispose()  # DBOS closes only what it made

    def _launch(self) -> None:
        config: DBOSConfig = {
            "name": "auscult",
            "system_database_url": self._work.jobs_url,
            "executor_id": self.name,
            "application_version": STEPS_VERSION,
            "log_level": "WARNING",
            "use_listen_notify": False,
            "notification_listener_polling_interval_sec": ENDS_WITHIN_S,
            "sys_db_pool_size": self._work.jobs_connections,
        }
        if self._work.jobs_engine is not None:
            config["system_database_engine"] = self._work.jobs_engine
        # With a handler in place DBOS brings none of its own, and what it has to tell goes where all else goes.
        LOG_OF_DBOS.addHandler(logging.NullHandler())
        LOG_OF_DBOS.removeFilter(NOTHING)
        prepare(self._work.jobs_url)
        _poll_seldom(DBOS(config=config))
        DBOS.listen_queues([])  # but for its own, which brings back what is recovered, and schedules

        def workflow(line: _Line) -> Callable[[str], None]:
            def do(one_id: str) -> None:
                line.running.add(one_id)
                try:
                    DBOS.run_step(PROCESS, self._patiently, line.do, one_id)
                except Exception as error:  # noqa: BLE001  (whatever the last attempt raised: it is logged, others go on)
                    DBOS.run_step(GIVE_UP, line.give_up, one_id, _error_line(error))
                finally:
                    line.running.discard(one_id)
                    self._changed.set()

            return do

        for name, line in self._lines.items():
            self._workflows[name] = DBOS.workflow(name=name, max_recovery_attempts=None)(workflow(line))
        scheduled = [(each, DBOS.workflow(name=each.name)(_scheduled(each))) for each in self._work.schedules]
        DBOS.launch()
        DBOS.apply_schedules(
            [
                {"schedule_name": each.name, "workflow_fn": run, "schedule": each.cron, "context": None}
                for each, run in scheduled
            ]
        )

    def _listen(self) -> None:
        """Wake ``_watch`` when work may have arrived, and at the end."""
        pause = partial(self._stop.wait, self._work.poll_s)
        while not self._stop.is_set():
            with guarded(LOG, "listening"), self._work.store.work.arrivals(pause) as wait:
                while not self._stop.is_set():
                    if wait():
                        self._changed.set()
            self._stop.wait(AWAY_S)
        self._changed.set()

    def _watch(self, stop: threading.Event) -> None:
        """Beat, and keep the store's list and DBOS's in step, until ``stop``."""
        every = {
            self._beat: BEAT_S,
            self._recover_work: AT_REST_EVERY_S,
            self._start: math.inf,
            self._forget: FORGET_EVERY_S,
        }
        due = dict.fromkeys(every, 0.0)
        while self._outdated is None and not stop.is_set():
            if self._changed.wait(max(0.0, min(due.values()) - time.monotonic())):
                self._changed.clear()
                due[self._start] = 0.0
            for task, at in due.items():
                if time.monotonic() >= at:
                    with guarded(LOG, task.__name__):
                        task()
                    due[task] = time.monotonic() + every[task]
            if self._known or self._is_work_left:
                due[self._recover_work] = min(due[self._recover_work], time.monotonic() + RECOVER_EVERY_S)
            stop.wait(LOOK_S)
        stop.set()  # for the listener, where it was not this that ended it

    def _beat(self) -> None:
        self._work.store.workers.beat(self.name)

    def _start(self) -> None:
        """Start a workflow for each that waits and has none, as many as this worker takes at once."""
        self._work.store.batches.join()  # conversations that come one by one are no dearer than those that come in files
        known: set[str] = set()
        for name, line in self._lines.items():
            if self._has_help and name != "live":
                continue
            for one_id in self._ahead(name, line):
                if one_id in self._known:
                    known.add(one_id)
                elif len(line.running) < line.at_once:
                    known.add(one_id)
                    with suppress(dbos_error.DBOSWorkflowIDInUseError):  # another worker was quicker
                        self._start_one(name, line, one_id)
        self._known = known

    def _ahead(self, name: str, line: _Line) -> list[str]:
        return line.ahead(self._alive, self._behind if name == "live" else 0)

    def _start_one(self, name: str, line: _Line, one_id: str) -> None:
        line.running.add(one_id)  # before it runs, so that no more are started than there is room for
        try:
            with SetWorkflowID(one_id, workflow_id_reuse_policy="reject"):
                DBOS.start_workflow(self._workflows[name], one_id)
        except Exception:
            line.running.discard(one_id)
            raise

    def _recover_work(self) -> None:
        """Bring back work that waits in the store without a workflow, or whose worker crashed."""
        self._check_tables()
        self._work.store.work.resume(due_at=datetime.now(UTC))
        known = {each for name, line in self._lines.items() for each in self._ahead(name, line)}
        under_way = {one.workflow_id: one for one in _under_way(sorted(known))}
        running = self._heartbeat.check().running  # after that: whoever claimed one of these sent a heartbeat before
        self._alive = max(1, len(running))
        in_bulk, before = sum(each.endswith(f":{BULK}") for each in running), (self._has_help, self._behind)
        self._has_help = self._work.kind != BULK and in_bulk > 0
        self._behind = AT_ONCE if self._work.kind == BULK and in_bulk < len(running) else 0
        self._work.store.judge_slots.release_all(self._heartbeat.ended(self._work.store.judge_slots.holders()))
        # Another worker may do the same at once; a workflow that then runs twice has one effect.
        stranded = [one.workflow_id for one in under_way.values() if _is_stranded(one, running)]
        if stranded:
            DBOS.resume_workflows(stranded)
        over = [one.workflow_id for one in under_way.values() if one.status not in ("PENDING", "ENQUEUED", "DELAYED")]
        if over:
            DBOS.delete_workflows(over)
        self._known -= {*over, *(known - under_way.keys())}
        self._is_work_left = not known <= self._known
        if self._is_work_left or before != (self._has_help, self._behind):
            self._changed.set()

    def _check_tables(self) -> None:
        """Work no longer on tables of another version, unless its migration states that this one may go on."""
        if not self._work.store.has_usable_tables():
            has, needs = self._work.store.table_version(), self._work.store.needed_version
            self._outdated = SettingsError(
                f"the tables are of version {has or 'none'} now, and this worker needs {needs}; "
                "start the auscult that migrated them",
                code="database.newer",
                field="database",
                value=has,
            )

    def _forget(self) -> None:
        """Delete workflows that ended a while ago, and crashed workers: the store has the results."""
        before = (datetime.now(UTC) - FORGET_AFTER).isoformat()
        ended = DBOS.list_workflows(
            status=["SUCCESS", "ERROR"], completed_before=before, limit=1000, load_input=False, load_output=False
        )
        if ended:
            DBOS.delete_workflows([one.workflow_id for one in ended])
        for worker in self._heartbeat.check().ended:
            self._work.store.workers.leave(worker)

    def _patiently(self, do: Callable[[str], None], one_id: str) -> None:
        """Do something, and once more when the database is back that went away meanwhile: that is no failure of it."""
        while True:
            try:
                with panics_as_errors():
                    do(one_id)
            except Exception:
                if self._is_over:  # what is in hand stays in the store's list, and DBOS is not there to be told
                    return
                if self._work.store.is_ready():
                    raise
                LOG.warning("%s: the database is away; it is done when that is back", one_id, exc_info=True)
                while not self._work.store.is_ready():
                    if self._stop.wait(AWAY_S):
                        return  # it stays in the store's list: to fail it once the database is back would lose it
            else:
                return

    def _process(self, batch_id: str) -> None:
        """The step that does the work: one batch is evaluated while another is written, and for others a judge is asked.

        Asking is waiting, so it is done in this thread, and takes no room from batches that need no judge.
        """
        batch = self._work.store.batches.get(batch_id)
        if batch is None or batch.state == "done":  # with its workflow, which another had made before it was joined
            return
        size = {BATCH: batch_id, "auscult.conversations": batch.size}
        with TRACING.span("batch", "consumer", size, batch.traces):
            self._process_stages(batch_id, batch)

    def _process_stages(self, batch_id: str, batch: Batch) -> None:
        lane = self._lanes[batch.priority]
        with lane.slots.slot(batch.tenant.app_id):
            finished = _evaluated(lane, partial(self._evaluate, batch.priority), batch_id)
            if finished is not None:
                self._record(lane, finished)
        until = time.monotonic() + TURN_S
        for further in () if finished is None else self._work.processing.ask_judge(finished):
            self._record(lane, further)
            if (
                further.waiting
                and time.monotonic() > until
                and len(self._work.store.work.next(batch.priority, AT_ONCE + 1)) > AT_ONCE
            ):
                self._work.store.work.postpone(batch_id, coded("other batches have their turn"), datetime.now(UTC))
                return

    def _record(self, lane: _Lane, finished: Finished) -> None:
        make_way = self._let_write if lane is self._lanes["backfill"] else lambda: None
        with TRACING.span("record"):
            lane.recording.submit(TRACING.carried(self._work.processing.record), finished, make_way).result()

    def _let_write(self) -> None:
        """Pause, so that others can use the database: who waits for a file's only writer looks again after some 25 ms."""
        self._precedence.make_way()
        self._stop.wait(LET_WRITE_S)

    def _evaluate(self, priority: Priority, batch_id: str) -> Finished | None:
        """Evaluate a batch: a live one at once, another one in parts that live ones go before."""
        if priority == "live":
            with self._precedence.first():
                return self._begun(batch_id)
        self._precedence.make_way()
        return self._begun(batch_id, self._precedence.make_way)

    def _begun(self, batch_id: str, make_way: Callable[[], None] = lambda: None) -> Finished | None:
        starts = self._work.store.work.begin(batch_id)
        if starts > SPLIT_AFTER and self._work.store.batches.split(batch_id):
            return None
        if starts > MOST_STARTS:
            self._work.store.work.fail(batch_id, _endless(starts))
            return None
        return self._work.processing.evaluate(batch_id, make_way)

    def _chunk(self, chunk_id: str) -> None:
        """The step that does a chunk of a backfill, in the same way."""
        with TRACING.span("chunk", "consumer", {"auscult.chunk.id": chunk_id}):
            self._chunk_stages(chunk_id)

    def _chunk_stages(self, chunk_id: str) -> None:
        lane = self._lanes["backfill"]
        with lane.slots.slot(""):
            written = _evaluated(lane, self._examine, chunk_id)
            if written is not None and not written.must_ask:
                lane.recording.submit(self._work.chunk_processing.record, written).result()
        if written is not None and written.must_ask:
            asked = self._work.chunk_processing.ask_judge(written)
            lane.recording.submit(self._work.chunk_processing.record, asked).result()

    def _examine(self, chunk_id: str) -> WrittenChunk | None:
        self._precedence.make_way()
        try:
            starts = self._work.store.work.begin(chunk_id)
        except NotFoundError:  # a trial that another one has replaced
            return None
        if starts > MOST_STARTS:
            self._work.store.backfills.fail(chunk_id, _endless(starts))
            return None
        return self._work.chunk_processing.process(chunk_id)


def _evaluated(lane: _Lane, act: Callable[[str], T], one_id: str) -> T:
    with TRACING.span("evaluate"):
        return lane.evaluating.submit(TRACING.carried(act), one_id).result()


def _is_stranded(workflow: WorkflowStatus, alive: Collection[str]) -> bool:
    """Return whether the worker that began the workflow is gone, or none listens to the queue where an older one put it."""
    if workflow.status == "ENQUEUED":
        return workflow.queue_name in OLDER_QUEUES
    return workflow.status == "PENDING" and str(workflow.executor_id) not in alive


def _endless(starts: int) -> str:
    return coded("its processing was begun {n} times and never came to an end", n=starts - 1)


def _under_way(ids: Sequence[str]) -> list[WorkflowStatus]:
    """Return the status of the workflows of these ids, of those that have one."""
    return DBOS.list_workflows(workflow_ids=list(ids), load_input=False, load_output=False) if ids else []


def _error_line(error: Exception) -> str:
    """Return the error of the last attempt, in one line."""
    last = error.errors[-1] if isinstance(error, dbos_error.DBOSMaxStepRetriesExceeded) and error.errors else error
    return f"{type(last).__name__}: {last}"


def _poll_seldom(engine: DBOS) -> None:
    """Let DBOS look into its own queue and for timers less often than each second; DBOS 3.4 has no settings for it."""
    _workflow_commands._BACKGROUND_JOBS_INTERVAL_SEC = TIMERS_EVERY_S  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    queue = engine._registry.get_internal_queue()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    queue._polling_interval_sec = QUEUE_EVERY_S  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


def _scheduled(schedule: Schedule) -> Callable[[datetime, Any], None]:
    """Return the workflow of a schedule: one step, which a worker that was killed in it leaves to another."""

    @panics_as_errors()
    def do() -> None:
        schedule.do()

    def run(_at: datetime, _context: Any) -> None:  # noqa: ANN401  (DBOS passes what it was given)
        DBOS.run_step({"name": schedule.name, "retries_allowed": True, "max_attempts": 4}, do)

    return run
