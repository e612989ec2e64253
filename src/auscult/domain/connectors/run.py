"""Runs of a connector: what each has read, refused and left for later."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

RunKind = Literal["schedule", "manual", "backfill"]
RunState = Literal["running", "done", "failed", "crashed"]


class Counts(Struct, kw_only=True):
    """Counts of a run. Items: ``listed`` = ``known`` + ``left_out`` + ``read`` + ``postponed``, once the run has ended.

    ``known`` were read by an earlier run; ``left_out`` does not fit the document; ``postponed`` are tried again by the
    next run. ``new``, ``changed`` and ``unchanged`` are conversations, ``refused`` are refusals inside what was read,
    ``audits`` evaluations by people that were taken in. ``replaced`` are conversations in whose place another of the run
    with the same id is stored.
    """

    listed: int = 0
    known: int = 0
    left_out: int = 0
    read: int = 0
    postponed: int = 0
    bytes: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    audits: int = 0
    replaced: int = 0


class Order(Struct, frozen=True, kw_only=True):
    """Order for a run: the items that it reads. ``since`` and ``until`` limit a back-fill by the time at which an item was written.

    ``is_repeated``: also what is known already is read again. ``is_dry``: it is read, mapped and counted, and nothing of it
    is stored but the run.
    """

    kind: RunKind
    since: datetime | None = None
    until: datetime | None = None
    prefix: str = ""
    is_repeated: bool = False
    by: str = ""
    is_dry: bool = False


class Run(Struct, frozen=True, kw_only=True):
    """One run. ``postponed`` holds the first reasons, as ``key: reason``.

    ``notes`` are lines of the drift watch and the names of what was ``replaced``; of a dry run, the first refusals and what the mapping table does not have.
    """

    number: int
    connector: str
    version: int
    order: Order
    state: RunState
    started_at: datetime
    ended_at: datetime | None
    counts: Counts
    notes: tuple[str, ...] = ()
    postponed: tuple[str, ...] = ()
    error: str = ""


class Refusal(Struct, frozen=True, kw_only=True):
    """A conversation that was refused: the item's key, the position inside it, and the reason."""

    key: str
    where: str
    reason: str
    run: int
    at: datetime


class Standing(Struct, frozen=True, kw_only=True):
    """State of a connector. ``secrets`` are the names of those that are stored."""

    name: str
    version: int
    is_paused: bool
    next_at: datetime | None
    ordered: Order | None
    secrets: tuple[str, ...]
    last: Run | None


class Day(Struct, kw_only=True):
    """Figures of what a connector brought in one hour or day, for the drift watch.

    ``fields`` counts conversations in which a field has a value; ``queues``, ``unknown`` (as ``queue:7``) count by name.
    """

    conversations: int = 0
    fields: dict[str, int] = {}
    queues: dict[str, int] = {}
    unknown: dict[str, int] = {}

    def add(self, more: "Day") -> None:
        """Add the figures of others."""
        self.conversations += more.conversations
        for mine, theirs in ((self.fields, more.fields), (self.queues, more.queues), (self.unknown, more.unknown)):
            for name, count in theirs.items():
                mine[name] = mine.get(name, 0) + count
