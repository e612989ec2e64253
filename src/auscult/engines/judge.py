"""A judge on any OpenAI-compatible server: one call a conversation for all that is asked about it."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event, Lock, Semaphore, Thread, current_thread
from typing import ClassVar, NamedTuple

from auscult.domain.operations.guarding import panics_as_errors
from auscult.domain.operations.tracing import CONVERSATION, TRACING
from auscult.domain.probe import Extraction, Grading, Judgement, Probe, Question, Summarization, Transcript
from auscult.domain.scoring.judging import JudgeResult, Usage
from auscult.engines._judge.asking import JudgeEngine
from auscult.engines._judge.budget import AppBudget, Budget
from auscult.engines._judge.prompt import REVISION
from auscult.engines._judge.server import Address, Server
from auscult.engines._judge.session import JudgeSession, most_of
from auscult.services.scoring.engine_calls.slots import DistributedSemaphore

__all__ = ["Address", "Budget", "Judge", "Server"]

GRACE_S = 5.0
"""How long a call that is under way may go on when the judge is closed."""

_CHECK_EVERY_S = 0.25
"""Seconds between two checks whether the judge was closed."""


class _Job(NamedTuple):
    """Conversation to be judged. ``deliver`` receives each result, then None; or the error that ended it.

    ``hear`` does the work within the trace of the caller.
    """

    transcript: Transcript
    questions: tuple[Question, ...]
    app_budget: AppBudget | None
    deliver: Callable[[JudgeResult | Exception | None], None]
    hear: Callable[["_Job"], None]


class Judge(JudgeEngine):
    """One model on one server. Threads may share it; it has some of its own that wait for replies."""

    kinds: ClassVar[frozenset[type[Probe]]] = frozenset({Judgement, Grading, Extraction, Summarization})

    def __init__(  # noqa: PLR0913  (everything it needs)
        self,
        server: Server,
        budget: Budget,
        gate: DistributedSemaphore | None = None,
        *,
        context: int,
        at_once: int,
        app_budgets: Callable[[str], AppBudget] | None = None,
    ) -> None:
        """Store the parts; nothing is opened yet. ``context`` is the model's, in tokens; ``at_once`` counts conversations.

        ``gate`` limits the number of calls at a time, over all processes; ``app_budgets`` returns what an app may spend.
        """
        super().__init__(server, budget, gate, app_budgets, lambda: self._closed.is_set)
        self.version = f"judge {REVISION} {server.model}"
        self.at_once = at_once
        self._closed = Event()
        self._context = context
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._threads: list[Thread] = []
        self._ended: list[Thread] = []
        self._starting = Lock()

    def ask(self, questions: Sequence[Question]) -> Iterator[JudgeResult]:
        """Ask about every conversation in the questions; yield the result of each call as it ends, in no order.

        A caller that asks for the next result has kept the one before. Only then its slot goes on, so that a kill never
        loses more answers than are asked for at once.

        Ends early, with questions neither answered nor postponed, when the judge is closed meanwhile. Calls in progress
        then have some seconds to end, for they are paid already.
        """
        by_transcript = _by_transcript(questions)
        self._start()
        heard: SimpleQueue[JudgeResult | Exception | None] = SimpleQueue()
        kept, gone = Semaphore(0), Event()

        def deliver(one: JudgeResult | Exception | None) -> None:
            heard.put(one)
            if isinstance(one, JudgeResult) and not gone.is_set():
                kept.acquire()

        for transcript, about in by_transcript.items():
            self._jobs.put(_Job(transcript, about, self.app_budget, deliver, TRACING.carried(self._hear)))
        left, until = len(by_transcript), None
        try:
            while left and (until is None or time.monotonic() < until):
                if until is None and self._closed.is_set():
                    until = time.monotonic() + GRACE_S
                try:
                    one = heard.get(timeout=_CHECK_EVERY_S)
                except Empty:
                    continue
                if isinstance(one, Exception):
                    raise one
                if one is None:
                    left -= 1
                else:
                    yield one
                    kept.release()
        finally:
            gone.set()
            kept.release(self.at_once)  # nobody waits for who has gone

    def estimate(self, questions: Sequence[Question]) -> Usage:
        """Return the most that asking all of it uses, with its cost where prices are known; nothing is asked."""
        most = Usage()
        for transcript, about in _by_transcript(questions).items():
            most += most_of(transcript, about)
        return self._calls.priced(most)

    def close(self) -> None:
        """Begin no more calls. It does not wait; ``ask`` yields results that arrive within some seconds."""
        self._closed.set()
        for _ in self._threads:
            self._jobs.put(None)

    def _start(self) -> None:
        """Start the threads, once. They end with the process, whatever they wait for."""
        with self._starting:
            while len(self._threads) < self.at_once:
                self._threads.append(Thread(target=self._work, name="judge", daemon=True))
                self._threads[-1].start()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                if not self._closed.is_set():
                    with panics_as_errors():
                        job.hear(job)
            except Exception as error:  # noqa: BLE001  (it is raised where the question was asked)
                job.deliver(error)
            else:
                job.deliver(None)
        with self._starting:
            self._ended.append(current_thread())
            if len(self._ended) == self.at_once:
                self._server.close()

    def _hear(self, job: _Job) -> None:
        session = JudgeSession(job.transcript, job.questions, context=self._context, engine=self.version)
        with (
            TRACING.span("judge", attributes={CONVERSATION: job.transcript.conversation_id}),
            self._calls.plan(session.most(), job.app_budget) as plan,
        ):
            for heard in session.heard(partial(self._calls.call, plan=plan)):
                job.deliver(heard)
                if self._closed.is_set():
                    return


def _by_transcript(questions: Sequence[Question]) -> dict[Transcript, tuple[Question, ...]]:
    """Questions by the conversation that they are about, each once."""
    found: dict[Transcript, dict[Question, None]] = {}
    for question in questions:
        found.setdefault(question.transcript, {})[question] = None
    return {transcript: tuple(about) for transcript, about in found.items()}
