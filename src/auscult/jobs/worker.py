"""A worker: takes accepted batches and has each processed by one durable workflow, whose id is the batch's.

What must be done stands in the store: the batches that are accepted and not done. DBOS's own database only says
who is at what, so it may be lost at any time: every worker looks at the store's list again and again, and brings
back what is not under way (never enqueued, its workflow gone, its worker dead). Processing is safe to do twice.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from dbos import DBOS, DBOSConfig, SetWorkflowID, StepOptions, WorkflowStatus
from dbos import error as dbos_error
from msgspec import Struct

from auscult.jobs.database import prepare
from auscult.jobs.pulse import BEAT_S, Pulse, WorkerName
from auscult.pipeline.ports import Batch, Store
from auscult.pipeline.process import Finished, Processing

LOG = logging.getLogger(__name__)

QUEUE = "batches"
STEPS_VERSION = "1"
"""Of the order of steps below. Workers with another one leave each other's unfinished workflows alone."""

AT_ONCE = 8
"""Batches that one worker has taken. Most of them only wait to be next, so that it need not wait for them."""

IN_MEMORY = 2
"""Batches whose conversations a worker has in memory: one is evaluated while the one before is written."""

PROCESS: StepOptions = {"name": "process", "retries_allowed": True, "interval_seconds": 0.5, "max_attempts": 4}
GIVE_UP: StepOptions = {"name": "give_up", "retries_allowed": True, "interval_seconds": 1, "max_attempts": 3}

LOOK_AHEAD = 100
LOOK_AFTER_S = 2.0
MOST_STARTS = 25
"""After so many starts without an end a batch is taken to kill its worker, and is failed."""

FORGET_AFTER = timedelta(hours=1)
FORGET_EVERY_S = 60.0
GOODBYE_S = 10


class Work(Struct, frozen=True, kw_only=True):
    """What a worker works on, and how. Evaluating and recording do no harm done twice."""

    store: Store
    processing: Processing
    jobs_url: str
    poll_s: float


class Worker:
    """One worker. DBOS allows one a process."""

    def __init__(self, work: Work) -> None:
        """Make a worker with a name of its own, so that nobody takes over what it has in hand while it lives."""
        self.name = str(WorkerName.mine())
        self._work = work
        self._pulse = Pulse(work.store.workers)
        # A thread for each of the two: memory that a thread has freed stays with it, and DBOS has many threads.
        self._evaluating = ThreadPoolExecutor(1, "evaluating")
        self._recording = ThreadPoolExecutor(1, "recording")
        self._room = threading.BoundedSemaphore(IN_MEMORY)
        self._enqueued: set[str] = set()
        self._workflow: Callable[[str], None] = self._process

    def run(self, stop: threading.Event, ready: Callable[[str], None]) -> None:
        """Work until ``stop``; then finish what is in hand, for ten seconds at most. ``ready`` is told the name."""
        self._beat()  # before it can take anything: nobody may think that what it takes is a dead one's
        self._launch()
        try:
            ready(self.name)
            self._watch(stop)
            busy = DBOS.list_workflows(status="PENDING", executor_id=self.name, limit=1, load_input=False)
        except BaseException:
            DBOS.destroy(destroy_registry=True)
            raise
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=GOODBYE_S if busy else 0)
        self._evaluating.shutdown()
        self._recording.shutdown()
        self._work.store.workers.leave(self.name)

    def _launch(self) -> None:
        config: DBOSConfig = {
            "name": "auscult",
            "system_database_url": self._work.jobs_url,
            "executor_id": self.name,
            "application_version": STEPS_VERSION,
            "log_level": "WARNING",
            "use_listen_notify": False,
            "sys_db_pool_size": 4,
        }
        # With a handler in place DBOS brings none of its own, and what it has to tell goes where all else goes.
        logging.getLogger("dbos").addHandler(logging.NullHandler())
        prepare(self._work.jobs_url)
        DBOS(config=config)

        def batch(batch_id: str) -> None:
            try:
                DBOS.run_step(PROCESS, self._process, batch_id)
            except Exception as error:  # noqa: BLE001  (whatever the last attempt raised: the batch says so, others go on)
                DBOS.run_step(GIVE_UP, self._give_up, batch_id, _told(error))

        self._workflow = DBOS.workflow(name="batch", max_recovery_attempts=None)(batch)
        DBOS.launch()
        DBOS.register_queue(
            QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=self._work.poll_s, on_conflict="always_update"
        )

    def _watch(self, stop: threading.Event) -> None:
        """Beat, and keep the store's list and DBOS's in step, until ``stop``."""
        due = {self._beat: 0.0, self._enqueue: 0.0, self._look_after: 0.0, self._forget: 0.0}
        every = {
            self._beat: BEAT_S,
            self._enqueue: self._work.poll_s,
            self._look_after: LOOK_AFTER_S,
            self._forget: FORGET_EVERY_S,
        }
        while not stop.wait(max(0.0, min(due.values()) - time.monotonic())):
            for duty, at in due.items():
                if time.monotonic() >= at:
                    try:
                        duty()
                    except Exception:  # a database that is away comes back; a worker outlives that
                        LOG.warning("%s: will try again", duty.__name__, exc_info=True)
                    due[duty] = time.monotonic() + every[duty]

    def _beat(self) -> None:
        self._work.store.workers.beat(self.name)

    def _enqueue(self) -> None:
        """Start a workflow for each batch that waits. For one that has its workflow already this does nothing."""
        waiting = [batch.batch_id for batch in self._work.store.batches.waiting(LOOK_AHEAD)]
        for batch_id in waiting:
            if batch_id not in self._enqueued:
                with SetWorkflowID(batch_id):
                    DBOS.enqueue_workflow(QUEUE, self._workflow, batch_id)
        self._enqueued = set(waiting)

    def _look_after(self) -> None:
        """Bring back what waits in the store and is not under way: its worker died, or its workflow is gone."""
        waiting = self._work.store.batches.waiting(LOOK_AHEAD)
        under_way = {one.workflow_id: one for one in _workflows(waiting)}
        alive = self._pulse.look().alive  # after that: who has taken one of these has beaten before
        dead = {str(one.executor_id) for one in under_way.values() if one.status == "PENDING"} - alive
        if dead:
            # Not public, but the one way that gives a workflow to one taker only and leaves the living alone.
            DBOS._recover_pending_workflows(sorted(dead))  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        over = [one.workflow_id for one in under_way.values() if one.status not in ("PENDING", "ENQUEUED", "DELAYED")]
        if over:
            DBOS.delete_workflows(over)
        self._enqueued -= {*over, *({batch.batch_id for batch in waiting} - under_way.keys())}

    def _forget(self) -> None:
        """Drop workflows that ended a while ago, and workers that are dead: the store knows what came of them."""
        before = (datetime.now(UTC) - FORGET_AFTER).isoformat()
        ended = DBOS.list_workflows(
            status=["SUCCESS", "ERROR"], completed_before=before, limit=1000, load_input=False, load_output=False
        )
        if ended:
            DBOS.delete_workflows([one.workflow_id for one in ended])
        for worker in self._pulse.look().dead:
            self._work.store.workers.leave(worker)

    def _process(self, batch_id: str) -> None:
        """The step that does the work: one batch is evaluated while another is written."""
        with self._room:
            finished = self._evaluating.submit(self._evaluate, batch_id).result()
            if finished is not None:
                self._recording.submit(self._work.processing.record, finished).result()

    def _evaluate(self, batch_id: str) -> Finished | None:
        starts = self._work.store.batches.begin(batch_id)
        if starts > MOST_STARTS:
            self._give_up(batch_id, f"its processing was begun {starts - 1} times and never came to an end")
            return None
        return self._work.processing.evaluate(batch_id)

    def _give_up(self, batch_id: str, reason: str) -> None:
        """The step that says of a batch that it cannot be processed, and why."""
        self._work.store.batches.fail(batch_id, reason)


def _workflows(batches: Sequence[Batch]) -> list[WorkflowStatus]:
    """How the workflows of these batches stand, of those that have one."""
    ids = [batch.batch_id for batch in batches]
    return DBOS.list_workflows(workflow_ids=ids, load_input=False, load_output=False) if ids else []


def _told(error: Exception) -> str:
    """What the last attempt ended with, in one line."""
    last = error.errors[-1] if isinstance(error, dbos_error.DBOSMaxStepRetriesExceeded) and error.errors else error
    return f"{type(last).__name__}: {last}"
