"""The list of what was erased and what is on hold, in a second place: a restored backup is made to agree with it."""

import fcntl
import logging
import os
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from auscult.domain.errors import SettingsError, coded
from auscult.domain.privacy.erasure_list import VERSION, Line, Listed, encoded, read_lines
from auscult.storage.core.instants import now_ms
from auscult.storage.privacy.log import ERASED_SENT, HOLDS_SENT, LIST_REFUSED
from auscult.storage.store import Store

_LOG = logging.getLogger(__name__)
ROOM = 64 * 1024
"""Bytes for which a list that can be written has room: more than the erasures of one transaction need."""


class ListFile:
    """A file whose lines are whole or not there, and written through. Several processes append to it in turn."""

    def __init__(self, path: Path) -> None:
        """Nothing is opened yet."""
        self._path = path

    @property
    def is_begun(self) -> bool:
        """Return whether there is a list."""
        return self._path.is_file() and self._path.stat().st_size > 0

    def append(self, lines: Sequence[Line], *, is_new: bool = False) -> None:
        """Append lines. A list that is gone is only begun again with everything in it (``is_new``). Raises ``SettingsError``."""
        with self._open() as (descriptor, end):
            if not end and not is_new:
                raise OSError("it is missing or empty; a worker writes it again within a minute")
            try:
                _write(descriptor, encoded(lines))
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, end)
                raise

    def check(self) -> None:
        """Check that there is room for lines, with empty ones that do not stay. Raises ``SettingsError``."""
        with self._open() as (descriptor, end):
            try:
                _write(descriptor, b"\n" * ROOM)
            finally:
                os.ftruncate(descriptor, end)

    @contextmanager
    def _open(self) -> Generator[tuple[int, int]]:
        """Yield the file, which no other process writes meanwhile, and the end of its last whole line."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                yield descriptor, _end_of_lines(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise SettingsError(
                coded(
                    "the list of erasures {value} cannot be written, so that nothing more is erased and no hold changes: {why}; make room for it, or correct AUSCULT_ERASURES_TO",
                    value=self._path,
                    why=error.strerror or error,
                ),
                code="erasures.unwritable",
                field="AUSCULT_ERASURES_TO",
                value=str(self._path),
            ) from error


class ErasedList:
    """Adds to a list what the database has and the list does not have yet, at least once."""

    def __init__(self, store: Store, path: Path) -> None:
        """The file is created where it is missing, with everything that the database knows."""
        self._store = store
        self._file = ListFile(path)

    def write(self, *, is_all: bool = False) -> int:
        """Append what is missing, or everything; return how many lines. Raises ``SettingsError``, which alerts show."""
        try:
            lines = self._write(is_all=is_all)
            if not lines:
                self._file.check()
        except SettingsError as error:
            if not self._store.log.count(LIST_REFUSED):
                _LOG.warning("%s", error.message)
                self._store.log.keep_sent(now_ms(), LIST_REFUSED)
            raise
        if self._store.log.count(LIST_REFUSED):
            _LOG.warning("the list of erasures can be written again, and erasures go on")
            self._store.log.keep_sent(0, LIST_REFUSED)
        return lines

    def _write(self, *, is_all: bool) -> int:
        after, held = self._store.log.count(ERASED_SENT), self._store.hold_events()
        is_new = is_all or not self._file.is_begun or not after + self._store.log.count(HOLDS_SENT)
        erased = self._store.erased(0 if is_new else after)
        lines = [line for _, line in erased]
        are_held = is_new or held != self._store.log.count(HOLDS_SENT)
        if are_held:
            for tenant in self._store.tenants():
                retention = self._store.within(tenant).retention
                lines += map(retention.line_of, retention.holds(is_all=True))
        if is_new:
            if self._file.is_begun and not lines and not is_all:
                return 0
            lines.insert(0, Line(version=VERSION))
        if lines:
            self._file.append(lines, is_new=is_new)
        if erased:
            self._store.log.keep_sent(erased[-1][0], ERASED_SENT)
        if are_held:
            self._store.log.keep_sent(held, HOLDS_SENT)
        return len(lines)

    def differences(self, path: Path) -> list[str]:
        """Compare the database with its list; return a line for each kind of difference, none where the two agree."""
        rows = {(line.app, line.key, line.at) for _, line in self._store.erased()}
        lines = read_list(path).lines if path.is_file() else ()
        found: list[str] = []
        if unlisted := len(rows - {(line.app, line.key, line.at) for line in lines if line.state != "void"}):
            found.append(f"{path}: {unlisted} erasures of the database are missing")
        apps = {tenant.app_id for tenant in self._store.tenants()}
        done = {(line.app, line.key, line.at) for line in lines if line.at is not None and line.state is None}
        if unknown := sum(each[0] in apps for each in done - rows):
            found.append(f"{path}: {unknown} erasures are not of this database; restore its backup with --erasures")
        return found


def read_list(path: Path) -> Listed:
    """Read a list. Raises ``SettingsError`` where the file cannot be read."""
    try:
        return read_lines(path.read_bytes(), str(path))
    except OSError as error:
        raise SettingsError(
            f"the list of erasures {path} cannot be read: {error.strerror}; name the file that AUSCULT_ERASURES_TO names",
            code="erasures.unreadable",
            field="--erasures",
            value=str(path),
        ) from error


def read_lists(paths: Iterable[Path]) -> Listed:
    """Read several lists as one; holds are in it where they are in each. Raises ``SettingsError``."""
    found = [read_list(path) for path in paths]
    return Listed(
        tuple(chain.from_iterable(each.lines for each in found)),
        tuple(chain.from_iterable(each.faults for each in found)),
        bool(found) and all(each.has_holds for each in found),
    )


def _write(descriptor: int, content: bytes) -> None:
    """Write all of it: on a full disk a part is written first, and what is left is refused."""
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def _end_of_lines(descriptor: int) -> int:
    """Return the end of a list, without half a line of a process that was killed: what that was of did not happen."""
    size = at = os.fstat(descriptor).st_size
    tail = b""
    while at and b"\n" not in tail:
        start = max(0, at - ROOM)
        tail, at = os.pread(descriptor, at - start, start) + tail, start
    half = tail.rpartition(b"\n")[2]
    if half and not half.startswith(b"{"):
        raise OSError("it is another file, whose last line has no end")
    if half:
        os.ftruncate(descriptor, size - len(half))
    return size - len(half)
