"""Manifest of a backup: the file that lists the content of a backup folder."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct

MANIFEST = "backup.json"
KEY_FILE = "secret.key"
LOCKED_KEY_FILE = "secret.key.locked"
RECORDINGS_FILE = "recordings.ndjson"

KeyState = Literal["none", "plain", "locked"]
"""The key to the clients' secrets: not in the backup, as it is, or locked by a passphrase."""


class BackupFile(Struct, frozen=True, kw_only=True):
    """One file of a backup: its size in bytes, and its SHA-256 in hexadecimal."""

    name: str
    bytes: int
    sha256: str


class BackedUpRecording(Struct, frozen=True, kw_only=True):
    """One recording whose sound is stored: where, its size in bytes, and its SHA-256 in hexadecimal."""

    location: str
    bytes: int
    sha256: str


class BackedUpTable(Struct, frozen=True, kw_only=True):
    """One table of a backup: its rows, and a digest of all of them in the order of their key."""

    table: str
    rows: int
    digest: str


class Manifest(Struct, frozen=True, kw_only=True):
    """A backup. ``schema`` is the version of its tables, ``made_at`` an instant as RFC 3339 has it.

    ``recordings`` counts the recordings that are listed; their sound is not in the backup.
    """

    format: Literal[1] = 1
    auscult: str
    made_at: str
    database: Literal["sqlite", "postgresql"]
    schema: str
    key: KeyState
    files: tuple[BackupFile, ...]
    recordings: int = 0
    tables: tuple[BackedUpTable, ...]


class MadeBackup(Struct, frozen=True, kw_only=True):
    """A backup on record: when it was made, and its name; empty of those that an earlier version made."""

    made_at: datetime
    name: str


class RestoreReport(Struct, frozen=True, kw_only=True):
    """A restored database: rows in all, whether the key is in place, and the differences that verifying found.

    ``erased_again`` counts conversations that had been erased after the backup was made, ``holds_again`` holds that had
    been placed or lifted. ``erasures_wait`` until an operator has compared the holds, where no list has all of them;
    ``unreadable`` names lines of lists.
    """

    database: str
    tables: int
    rows: int
    key: KeyState
    verified: bool
    erased_again: int = 0
    holds_again: int = 0
    erasures_wait: bool = False
    unreadable: tuple[str, ...] = ()
    recordings: int = 0
    recordings_missing: int = 0
    differences: tuple[str, ...] = ()


class KeepRule(Struct, frozen=True, kw_only=True):
    """Rule by which backups are kept: the last one of each of the newest days, weeks and months that have one (UTC)."""

    daily: int = 7
    weekly: int = 4
    monthly: int = 12

    def kept(self, instants: Iterable[datetime]) -> frozenset[datetime]:
        """Return the instants of the backups that are kept. The newest one always is."""
        newest_first = sorted(instants, reverse=True)
        periods: tuple[tuple[int, Callable[[datetime], object]], ...] = (
            (self.daily, lambda at: at.date()),
            (self.weekly, lambda at: at.isocalendar()[:2]),
            (self.monthly, lambda at: (at.year, at.month)),
        )
        found = set(newest_first[:1])
        for count, period_of in periods:
            last = {period_of(at): at for at in reversed(newest_first)}
            found.update(sorted(last.values(), reverse=True)[:count])
        return frozenset(found)
