"""Readiness of a server: the database answers, its tables are those of this version, and its disk has room."""

import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from auscult.storage.core.dialect import identity_of
from auscult.storage.store import Store

_MIB = 1 << 20


class ReadinessCheck(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Readiness check: ``reason`` names the fault where it is not passed."""

    name: str
    ok: bool
    reason: str = ""


class Readiness:
    """Checks of one server. ``file`` is an embedded database that is open, None where the database is a server."""

    def __init__(
        self,
        store: Store,
        file: Path | None,
        free_mb: int,
        warnings: tuple[str, ...] = (),
        volumes: Mapping[str, Path] | None = None,
    ) -> None:
        """Check against ``free_mb`` MiB of free space; 0 checks none.

        ``warnings`` are shown with the answer: faults of the settings that leave the server able to do most.
        ``volumes`` are the folders that grow, by name; one that is not there yet will be made.
        """
        self._volumes = volumes or {}
        self.warnings = warnings
        self._store = store
        self._file = file
        self._opened = identity_of(file) if file else None
        self._free_mb = free_mb

    def checks(self) -> tuple[ReadinessCheck, ...]:
        """Make every check. Nothing is raised: what fails is a reason."""
        database = self._database()
        return (database, *([self._migrations()] if database.ok else []), *self._disk())

    def free_bytes(self) -> dict[str, int]:
        """Return how much is free for each folder that grows; one that cannot be examined is left out."""
        found: dict[str, int] = {}
        for name, folder in self._volumes.items():
            with suppress(OSError):
                present = next(each for each in (folder, *folder.parents) if each.exists())
                found[name] = shutil.disk_usage(present).free
        return found

    def _database(self) -> ReadinessCheck:
        reason = "" if self._store.is_ready() else "the database does not answer"
        if self._file and identity_of(self._file) != self._opened:  # the open one answers still, and is lost at the end
            reason = f"{self._file} is not the file that was opened; put that back, or restart"
        return ReadinessCheck(name="database", ok=not reason, reason=reason)

    def _migrations(self) -> ReadinessCheck:
        has, needs = self._store.table_version(), self._store.needed_version
        reason = (
            ""
            if self._store.has_usable_tables()
            else f"the tables are of version {has or 'none'}, this auscult needs {needs}"
        )
        return ReadinessCheck(name="migrations", ok=not reason, reason=reason)

    def _disk(self) -> list[ReadinessCheck]:
        if self._file is None or not self._free_mb:
            return []
        folder = self._file.parent
        try:
            free = shutil.disk_usage(folder).free // _MIB
        except OSError as error:
            return [ReadinessCheck(name="disk", ok=False, reason=f"{folder}: {error.strerror}")]
        reason = "" if free >= self._free_mb else f"{free} MiB are free in {folder}, {self._free_mb} are needed"
        return [ReadinessCheck(name="disk", ok=not reason, reason=reason)]
