"""Stage 1 for whole files: conversations are accepted in groups as they stream in, and followed until readable."""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import msgspec
from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.domain.scoring.batches import Batch
from auscult.domain.scoring.judging import Usage
from auscult.domain.scoring.stored import Accepted
from auscult.formats import Given, Limits, Rejected
from auscult.sandbox.reading import Noted
from auscult.services.scoring.intake.grouping import grouped
from auscult.services.scoring.intake.read import RejectsWriter, read_file
from auscult.storage.store import AppStore
from auscult.storage.work.batches import Batches

PATIENCE_S = 0.05
"""Seconds between two checks of a batch."""

MOST_NAMED = 20
"""Conversations that replaced others of a load, and are named; the others are only counted."""

MOST_OPEN = 64
"""Groups that may wait to be readable before no more are read: their ids are all that a load keeps in memory."""


MOST_KEYS, MOST_LINES = 100, 20
"""Unknown keys that are named at most, and lines of each."""


class Intake(Struct, kw_only=True):
    """Counts of the conversations of a load. The last seven add up to ``accepted`` once all is readable.

    ``failed`` could not be processed, and ``waiting`` wait for a judge: `auscult doctor` has the reason. ``replaced``
    counts documents of the load in whose place another of the same id is stored; ``replaced_ids`` are the first of them.
    """

    accepted: int = 0
    unchanged: int = 0
    replaced: int = 0
    replaced_ids: list[str] = []
    scored: int = 0
    below_threshold: int = 0
    duration_unavailable: int = 0
    not_evaluated: int = 0
    sides_unknown: int = 0
    failed: int = 0
    waiting: int = 0
    unknown_keys: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    """Keys of documents that nothing reads, and the number of documents with each: the first 100 keys."""
    ignored: dict[str, list[int]] = msgspec.field(default_factory=dict[str, list[int]])
    """The same keys, and the lines of the first 20 documents with each, where their files have lines."""
    assumed: dict[str, dict[str, int]] = msgspec.field(default_factory=dict[str, dict[str, int]])
    """Fields that files do not say: from where they were taken, and in how many conversations."""
    formats: dict[str, str] = {}
    """Format of each file, by its name: the first 100."""

    @property
    def readable(self) -> int:
        """Return the number of those that were evaluated, whatever the outcome."""
        unscored = self.below_threshold + self.duration_unavailable + self.not_evaluated + self.sides_unknown
        return self.scored + unscored

    def note(self, conversations: Sequence[Conversation]) -> None:
        """Count the keys of documents that nothing reads, and what was assumed."""
        for field, how in chain.from_iterable(each.assumed.items() for each in conversations):
            by = self.assumed.setdefault(field, {})
            if how in by or len(by) < MOST_KEYS:
                by[how] = by.get(how, 0) + 1
        for line, key in ((each.unknown_line, key) for each in conversations for key in each.unknown_keys):
            if key in self.unknown_keys or len(self.unknown_keys) < MOST_KEYS:
                self.unknown_keys[key] = self.unknown_keys.get(key, 0) + 1
                lines = self.ignored.setdefault(key, [])
                if line is not None and len(lines) < MOST_LINES:
                    lines.append(line)

    def add(self, accepted: Accepted) -> None:
        """Add a group that was accepted."""
        self.accepted += accepted.new + accepted.changed + accepted.unchanged
        self.unchanged += accepted.unchanged
        self.replaced += len(accepted.replaced)
        self.replaced_ids += accepted.replaced[: MOST_NAMED - len(self.replaced_ids)]


class Open(Struct, frozen=True):
    """A group that is accepted and not yet known to be readable."""

    batch_id: str | None
    ids: tuple[str, ...]


class Load:
    """Load into one app. ``ensure_worker`` is called at intervals, and ensures that a worker is running."""

    def __init__(
        self,
        app: AppStore,
        batches: Batches,
        *,
        ensure_worker: Callable[[], None],
        progress: Callable[[int, int | None], None],
        wait_for_room: Callable[[int], None] = lambda _size: None,
    ) -> None:
        """Load into ``app``; ``progress`` receives how many are readable, and of how many once that is known.

        ``wait_for_room`` is called with the size of each group, and returns when there is room for it.
        """
        self._app = app
        self._batches = batches
        self._ensure_worker = ensure_worker
        self._progress = progress
        self._wait_for_room = wait_for_room
        self._open: deque[Open] = deque()
        self._intake = Intake()
        self._total: int | None = None
        self._since: int | None = None
        self.used = Usage()
        """What a judge used for all that was waited for."""

    def ingest(self, conversations: Iterable[Conversation], *, group: int, wait: bool) -> Intake:
        """Accept all conversations, group by group, each committed; return their counts.

        With ``wait``, wait until all are readable.
        """
        for batch in grouped(conversations, group):
            self._accept(batch)
            if wait:
                self._await_readable(leave=MOST_OPEN)
            else:
                self._count(self._open.popleft(), is_over=False)
        self._total = self._intake.accepted
        self._report_progress()
        self._await_readable(leave=0)
        return self._intake

    def _accept(self, batch: Sequence[Conversation]) -> None:
        self._wait_for_room(len(batch))
        self._intake.note(batch)
        accepted = self._app.conversations.accept(batch, since=self._since)
        self._intake.add(accepted)
        self._since = accepted.batch if self._since is None else self._since
        ids = tuple(dict.fromkeys(conversation.id for conversation in batch))
        self._open.append(Open(accepted.batch_id, ids))
        self._ensure_worker()

    def _await_readable(self, *, leave: int) -> None:
        """Count the groups that are readable, from the oldest on; wait until at most ``leave`` are not."""
        while self._open:
            if is_readable(self._app, self._batches, self._open[0]):
                self._count(self._open.popleft(), is_over=True)
            elif len(self._open) <= leave:
                return
            else:
                self._ensure_worker()
                time.sleep(PATIENCE_S)

    def _count(self, group: Open, *, is_over: bool) -> None:
        count(self._app, group, self._intake, is_over=is_over)
        if is_over and group.batch_id is not None:
            self.used += self._app.answers.usage(group.batch_id)
        self._report_progress()

    def _report_progress(self) -> None:
        self._progress(self._intake.readable, self._total)


def is_readable(app: AppStore, batches: Batches, group: Open) -> bool:
    """Return whether nothing of it waits: neither its own batch, nor an older one of unchanged conversations."""
    if group.batch_id is not None:
        batch = batches.get(group.batch_id)
        if batch is not None and batch.state == "accepted":
            return is_postponed(batch)
    if len(app.conversations.statuses(group.ids)) == len(group.ids):
        return True
    return not batches.has_waiting(app.tenant)


def is_postponed(batch: Batch) -> bool:
    """Return whether a batch is postponed."""
    return batch.postponed_until is not None and batch.postponed_until > datetime.now(UTC)


def count(app: AppStore, group: Open, intake: Intake, *, is_over: bool) -> None:
    """Add to ``intake`` the state of a group's conversations; once it ``is_over``, the rest has failed or waits."""
    counts = Counter(app.conversations.statuses(group.ids).values())
    intake.scored += counts["evaluated"]
    intake.below_threshold += counts["below_threshold"]
    intake.duration_unavailable += counts["duration_unavailable"]
    intake.not_evaluated += counts["not_evaluated"]
    intake.sides_unknown += counts["sides_unknown"]
    if is_over and counts.total() < len(group.ids):
        waiting = len(app.conversations.unfinished(group.ids))
        intake.waiting += waiting
        intake.failed += len(group.ids) - counts.total() - waiting


def conversations_of(
    files: Sequence[Path],
    app_id: str,
    limits: Limits,
    rejects: RejectsWriter,
    asked: tuple[Given, Noted] | None = None,
) -> Iterator[Conversation]:
    """The conversations of files, in order; what cannot be read goes to ``rejects`` with its reason.

    ``asked`` holds what is given for files that do not say it, and receives their formats.
    """
    given, noted = asked or (None, None)
    for file in files:
        for document in read_file(file, app_id, limits, given, noted):
            if isinstance(document, Rejected):
                rejects.add(document, f"{file}/{document.file}" if document.file else str(file))
            else:
                yield document
