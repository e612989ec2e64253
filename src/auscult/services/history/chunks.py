"""Processing of chunks of backfills, from reading to writing. Safe to do twice."""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, TypeVar

from auscult.domain.audits.audit import AuditMovedError
from auscult.domain.conversation import Conversation
from auscult.domain.errors import AuscultError, EngineError
from auscult.domain.history.backfills import BackfillKind, Chunk, Rescored
from auscult.domain.operations.guarding import panics_as_errors
from auscult.domain.scoring.judging import RetryAfter
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.storage.history.backfills import Steps
from auscult.storage.store import AppStore, Store

LOG = logging.getLogger(__name__)
_Done = TypeVar("_Done")

PAUSE_S = 30.0
"""Before a chunk is tried again whose judge could not say when it can answer."""

_MOST_TRIES = 5
"""Times that a chunk is written anew because audits in it went on meanwhile, before its whole step is tried again."""


class ChunkResult(NamedTuple):
    """Result of a chunk, not yet written.

    ``result`` receives how many of ``rescored`` were not written; ``mentions`` are the conversations that it
    names. ``postponed`` is set while a far engine has not answered for all of it. ``again`` returns the
    result with the present audits; ``steps`` write more with it, and ``afterwards`` is called once that is committed.
    """

    rescored: tuple[Rescored, ...]
    result: Callable[[int], bytes]
    mentions: frozenset[str] = frozenset()
    postponed: RetryAfter | None = None
    again: Callable[[], "ChunkResult"] | None = None
    steps: Steps | None = None
    afterwards: Callable[[], None] | None = None


class ChunkWork(Protocol):
    """Work on the conversations of one kind of backfill."""

    def process(self, app: AppStore, chunk: Chunk, *, may_ask: bool) -> ChunkResult:
        """Return the result of a chunk; with ``may_ask`` false no far engine is asked."""
        ...


class WrittenChunk(NamedTuple):
    """Processed chunk, and its result."""

    chunk: Chunk
    processed: ChunkResult

    @property
    def must_ask(self) -> bool:
        """Return whether a far engine has to be asked first."""
        return self.processed.postponed is not None


class ChunkProcessing:
    """Processor of chunks, from waiting to done. Threads may share it."""

    def __init__(self, store: Store, kinds: Mapping[BackfillKind, ChunkWork], now: Callable[[], datetime]) -> None:
        """Work on ``store``; ``now`` gives aware UTC time."""
        self._store = store
        self._kinds = kinds
        self._now = now

    def process(self, chunk_id: str) -> WrittenChunk | None:
        """Process a chunk without remote engines; return None where it is done already, or its backfill is over."""
        chunk = self._store.backfills.get(chunk_id)
        return None if chunk is None else self._processed(chunk, may_ask=False)

    def ask_judge(self, written: WrittenChunk) -> WrittenChunk:
        """Ask the judge the questions of a chunk, which may take long, and return the chunk with its answers.

        Questions without an answer wait; answers are stored, and not asked for again.
        """
        return self._processed(written.chunk, may_ask=True)

    def record(self, written: WrittenChunk) -> None:
        """Write the result of a chunk, and that it is done; or postpone it."""
        chunk, processed = written
        app = self._store.within(chunk.backfill.tenant)
        for left in reversed(range(_MOST_TRIES)):
            if processed.postponed is not None:
                after_s = PAUSE_S if processed.postponed.after_s is None else processed.postponed.after_s
                until = self._now() + timedelta(seconds=after_s)
                self._store.work.postpone(chunk.chunk_id, processed.postponed.reason, until)
                return
            try:
                app.backfills.record(chunk.chunk_id, *processed[:3], processed.steps)
                break
            except AuditMovedError:
                if not left or processed.again is None:
                    raise
                processed = processed.again()
        if processed.afterwards is not None:
            processed.afterwards()

    def _processed(self, chunk: Chunk, *, may_ask: bool) -> WrittenChunk:
        app = self._store.within(chunk.backfill.tenant)
        return WrittenChunk(chunk, self._kinds[chunk.backfill.kind].process(app, chunk, may_ask=may_ask))


def each_apart(
    cases: Sequence[EvaluatedConversation],
    work: Callable[[Sequence[EvaluatedConversation]], list[_Done]],
    failed: Callable[[str, str], None],
) -> list[_Done]:
    """Return what ``work`` makes of conversations; where the code fails on one, of each by itself.

    ``failed`` receives the id of one on which it fails, and the reason. Raises ``EngineError``: that may pass.
    """

    def safely(some: Sequence[EvaluatedConversation]) -> list[_Done]:
        with panics_as_errors():
            return work(some)

    try:
        return safely(cases)
    except EngineError:
        raise
    except Exception:  # noqa: BLE001  (which one, and what it raised, is reported when they are tried one by one)
        done: list[_Done] = []
    for case in cases:
        try:
            done += safely([case])
        except EngineError:
            raise
        except AuscultError as error:
            failed(case.conversation.id, error.message)
        except Exception as error:  # its traceback is the only way to fix what it hit
            LOG.exception("conversation %s cannot be judged", case.conversation.id)
            failed(case.conversation.id, f"{type(error).__name__}: {error}")
    return done


def named_in(faults: Collection[str], cases: Iterable[EvaluatedConversation]) -> frozenset[str]:
    """The conversations that these reasons begin with, and may quote."""
    ids = (case.conversation.id for case in cases)
    return frozenset(each for each in ids if any(fault.startswith(f"{each}: ") for fault in faults))


def is_in(conversation: Conversation, queues: Collection[str]) -> bool:
    """Return whether a conversation was in one of these queues: ids or names, in small letters."""
    names = (name for queue in conversation.queues for name in (queue.id, queue.name) if name)
    return any(name.casefold() in queues for name in names)
