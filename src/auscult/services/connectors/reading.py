"""From a place's listing to conversations and refusals: what to read, fetch, decompress, map, and rename."""

import io
import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from itertools import islice
from typing import NamedTuple

import msgspec

from auscult.domain.connectors.contract import FoundAudit, Item, Mapper, Refused
from auscult.domain.connectors.document import LARGEST_ITEM, Connector
from auscult.domain.connectors.mapping import renamed
from auscult.domain.connectors.place import Found, ItemError, PlaceError
from auscult.domain.connectors.run import Counts, Order
from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError, coded
from auscult.domain.operations.guarding import panics_as_errors
from auscult.domain.privacy.quotations import redact_quotations
from auscult.sandbox.decompression import decompressed
from auscult.services.connectors.evaluations import SubmitAudit, counted_only
from auscult.services.connectors.fetching import Fetched, Fetcher
from auscult.services.scoring.intake.sided import sided

LOG = logging.getLogger(__name__)

MOST_NAMED = 20
"""Postponed items that a run names; the others are counted."""

_LISTED_TOGETHER = 1_000
"""More than a run reads ahead of what it has stored."""
_COMPRESSED = (".gz", ".zst", ".zstd")
_UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".inprogress")
_NUL = b"\\u0000"


class Outcome(NamedTuple):
    """Outcome of one item that was read. ``unknown`` is what the mapping table did not have, as ``queue:7``.

    ``is_done`` is False for an item with an evaluation whose conversation is not here yet: every run reads it again.
    """

    found: Found
    conversations: tuple[Conversation, ...]
    refused: tuple[Refused, ...]
    unknown: tuple[str, ...]
    is_done: bool


class Reader:
    """Reads what an order asks for, and counts."""

    def __init__(  # noqa: PLR0913  (all that reading needs)
        self,
        connector: Connector,
        mapper: Mapper,
        fetcher: Fetcher,
        now: Callable[[], datetime],
        refused: Callable[[str], str] = str,
        *,
        submit: SubmitAudit = counted_only,
    ) -> None:
        """``refused`` redacts the values that reasons quote; ``now`` returns aware UTC time.

        ``submit`` submits evaluations by people as audits.
        """
        self._submit = submit
        self._connector = connector
        self._mapper = mapper
        self._fetcher = fetcher
        self._now = now
        self._redact = refused
        self.counts = Counts()
        self.postponed: list[str] = []

    def outcomes(
        self, listing: Iterable[Found], order: Order, known: Callable[[list[Found]], set[str]]
    ) -> Iterator[Outcome]:
        """Yield the outcome of each item that is to be read, in the order of the listing. Raises ``PlaceError``."""
        for fetched in self._fetcher.fetched(self._wanted(listing, order, known)):
            if fetched.error is not None:
                self._postpone(fetched.found, fetched.error.coded)
                continue
            try:
                yield self._mapped(fetched)
            except ItemError as error:  # of a sibling
                self._postpone(fetched.found, error.coded)

    def _wanted(
        self, listing: Iterable[Found], order: Order, known: Callable[[list[Found]], set[str]]
    ) -> Iterator[Found]:
        ahead: set[str] = set()
        for chunk in _chunks(_without_item_errors(listing)):
            self.counts.listed += len(chunk)
            fitting = [each for each in chunk if self.fits(each, order)]
            self.counts.left_out += len(chunk) - len(fitting)
            seen = set[str]() if order.is_repeated else known(fitting)
            for each in fitting:
                if each.key in seen or each.key in ahead:  # a place may list a key twice
                    self.counts.known += 1
                elif self._is_settled(each):
                    ahead.add(each.key)
                    yield each
                else:
                    self._postpone(each, "it was written a moment ago, and may not be finished")
            ahead = {each.key for each in chunk}  # two that are alike stand near each other; others are in the manifest

    def fits(self, found: Found, order: Order) -> bool:
        """Return whether an item is one that an order asks for."""
        name = found.key.rpartition("/")[2]
        if name.startswith(".") or name.lower().endswith(_UNFINISHED):
            return False
        if not found.key.startswith(order.prefix) or not self._mapper.accepts(plain_key(found.key)):
            return False
        include, exclude = self._connector.include, self._connector.exclude
        if include and not any(fnmatchcase(found.key, each) for each in include):
            return False
        if any(fnmatchcase(found.key, each) for each in exclude):
            return False
        is_range = order.since is not None or order.until is not None
        since = order.since if is_range else self._connector.since
        at = found.modified_at
        if at is None:
            return True
        return (since is None or at >= since) and (order.until is None or at < order.until)

    def _is_settled(self, found: Found) -> bool:
        """Return whether an item is old enough; one of the future shows that clocks differ, and is no reason to wait."""
        if found.modified_at is None or not self._connector.settle_s:
            return True
        age = self._now() - found.modified_at
        return abs(age) >= timedelta(seconds=self._connector.settle_s)

    def _postpone(self, found: Found, reason: str) -> None:
        self.counts.postponed += 1
        if len(self.postponed) < MOST_NAMED:
            self.postponed.append(coded("{name}: {message}", name=found.key, message=reason))

    def _mapped(self, fetched: Fetched) -> Outcome:
        found = fetched.found
        conversations: list[Conversation] = []
        is_done = True
        refused: list[Refused] = []
        unknown: list[str] = []
        for each in self._map(fetched):
            if isinstance(each, Refused):
                refused.append(self._redacted(each))
            elif isinstance(each, FoundAudit):
                imported = self._submit(each)
                self.counts.audits += imported.refused is None
                if imported.refused is not None:
                    refused.append(self._redacted(imported.refused))
                is_done = is_done and not imported.is_later
            elif (fault := _unstorable(each)) is not None:
                refused.append(fault)
            else:
                one = renamed(each, self._connector.mapping)
                conversations.append(sided(one.conversation))
                unknown.extend(one.unknown)
        self.counts.read += 1
        self.counts.bytes += found.size
        self.counts.refused += len(refused)
        return Outcome(found, tuple(conversations), tuple(refused), tuple(unknown), is_done=is_done)

    def _redacted(self, refused: Refused) -> Refused:
        return Refused(redact_quotations(refused.reason, self._redact), refused.where)

    def _map(self, fetched: Fetched) -> list[Conversation | FoundAudit | Refused]:
        found, data = fetched.found, fetched.data
        if data is None:
            return [Refused(f"the item has {found.size:,} bytes; at most {LARGEST_ITEM:,} are read", "")]
        try:
            data = plain_bytes(data)
            if not data.strip():
                return [Refused("the item is empty", "")]
            item = Item(plain_key(found.key), found.etag, len(data), data, self._fetcher.sibling)
            with panics_as_errors():
                return self._mapper.map(item)
        except FormatError as error:
            return [Refused(error.message, "" if error.line is None else f"line {error.line}")]
        except (ItemError, PlaceError):
            raise
        except Exception as error:  # one item never keeps others from being read; the traceback shows where
            LOG.exception("format %s failed on %s", self._connector.format, found.key)
            reason = f"format {self._connector.format} failed on it: {type(error).__name__}: {str(error)!r}"
            return [Refused(reason, "")]


def _chunks(listing: Iterator[Found]) -> Iterator[list[Found]]:
    while chunk := list(islice(listing, _LISTED_TOGETHER)):
        yield chunk


def _without_item_errors(listing: Iterable[Found]) -> Iterator[Found]:
    try:
        yield from listing
    except ItemError as error:
        raise PlaceError(error.coded, field="place") from error


def plain_key(key: str) -> str:
    """Return a key without the ending of its compression."""
    return next((key[: -len(end)] for end in _COMPRESSED if key.lower().endswith(end)), key)


def plain_bytes(data: bytes) -> bytes:
    """Return the content, decompressed. Raises ``FormatError`` where it is broken or too large."""
    stream = decompressed(io.BytesIO(data), is_bounded=True)
    pieces: list[bytes] = []
    size = 0
    while piece := stream.read(1 << 20):
        size += len(piece)
        if size > LARGEST_ITEM:
            raise FormatError(f"the item unpacks to more than {LARGEST_ITEM:,} bytes; split it")
        pieces.append(piece)
    return b"".join(pieces)


def _unstorable(one: Conversation) -> Refused | None:
    """Return why a database cannot store a conversation: both know no NUL, and no half of a surrogate pair."""
    try:
        encoded = msgspec.json.encode(one)
    except (UnicodeEncodeError, OverflowError, TypeError, ValueError) as error:
        return Refused(f"the conversation cannot be stored: {error}", one.custom_id or one.id)
    if _NUL in encoded:
        return Refused("the conversation has a NUL character (U+0000); remove it", one.custom_id or one.id)
    return None
