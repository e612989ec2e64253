"""A judge on any OpenAI-compatible server: one call a conversation for all that is asked about it."""

import time
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Lock, Semaphore, Thread
from typing import ClassVar, NamedTuple

from auscult.domain.judging import Heard, Usage
from auscult.domain.probe import Extraction, Judgement, Probe, Question, Summarization, Transcript
from auscult.engines._judge.calling import Calls
from auscult.engines._judge.hearing import Hearing, most_of
from auscult.engines._judge.prompt import REVISION
from auscult.engines._judge.purse import Purse
from auscult.engines._judge.server import Address, Server
from auscult.pipeline.places import Gate

__all__ = ["Address", "Judge", "Purse", "Server"]

GRACE_S = 5.0
"""How long a call that is under way may go on when the judge is closed."""

_LOOK_S = 0.25
"""Between two looks at whether the judge was closed."""


class _Job(NamedTuple):
    """A conversation to be heard. ``tell`` is told each thing heard, then None; or the error that ended it."""

    transcript: Transcript
    questions: tuple[Question, ...]
    tell: Callable[[Heard | Exception | None], None]


class Judge:
    """One model on one server. Threads may share it; it has some of its own that wait for replies."""

    kinds: ClassVar[frozenset[type[Probe]]] = frozenset({Judgement, Extraction, Summarization})

    def __init__(self, server: Server, purse: Purse, gate: Gate | None = None, *, context: int, at_once: int) -> None:
        """``context`` is what the model can hold, in tokens; ``at_once``: conversations. Nothing is opened yet.

        ``gate`` lets so many calls through at a time, over all processes.
        """
        self.version = f"judge {REVISION} {server.model}"
        self.at_once = at_once
        self._closed = Event()
        self._calls = Calls(server, purse, gate, lambda: self._closed.is_set)
        self._context = context
        self._server = server
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._threads: list[Thread] = []
        self._working = at_once
        self._starting = Lock()

    def ask(self, questions: Sequence[Question]) -> Iterator[Heard]:
        """Ask about every conversation that is in them; what each call comes to, as it ends, in no order.

        Who comes back for the next one has kept the one before. Its place asks on only then, so that a kill never
        loses more answers than are asked for at once.

        Ends early, with questions neither answered nor postponed, when the judge is closed meanwhile. What is under
        way then has some seconds to end, for it is paid already.
        """
        by_transcript = _by_transcript(questions)
        self._start()
        heard: SimpleQueue[Heard | Exception | None] = SimpleQueue()
        kept, gone = Semaphore(0), Event()

        def tell(one: Heard | Exception | None) -> None:
            heard.put(one)
            if isinstance(one, Heard) and not gone.is_set():
                kept.acquire()

        for transcript, about in by_transcript.items():
            self._jobs.put(_Job(transcript, about, tell))
        left, until = len(by_transcript), None
        try:
            while left and (until is None or time.monotonic() < until):
                if until is None and self._closed.is_set():
                    until = time.monotonic() + GRACE_S
                try:
                    one = heard.get(timeout=_LOOK_S)
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
        """What asking all of it takes at most, with its cost where prices are known; nobody is asked."""
        most = Usage()
        for transcript, about in _by_transcript(questions).items():
            most += most_of(transcript, about)
        return self._calls.priced(most)

    def close(self) -> None:
        """Begin no more calls. It does not wait; whoever asks gets what ends within some seconds."""
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
                    self._hear(job)
            except Exception as error:  # noqa: BLE001  (it is raised where the question was asked)
                job.tell(error)
            else:
                job.tell(None)
        with self._starting:
            self._working -= 1
            if not self._working:
                self._server.close()

    def _hear(self, job: _Job) -> None:
        hearing = Hearing(job.transcript, job.questions, self._calls.call, context=self._context, engine=self.version)
        for heard in hearing.heard():
            job.tell(heard)
            if self._closed.is_set():
                return


def _by_transcript(questions: Sequence[Question]) -> dict[Transcript, tuple[Question, ...]]:
    """Questions by the conversation that they are about, each once."""
    found: dict[Transcript, dict[Question, None]] = {}
    for question in questions:
        found.setdefault(question.transcript, {})[question] = None
    return {transcript: tuple(about) for transcript, about in found.items()}
