"""The bytes of recordings: written to a folder first, then stored there or as objects, encrypted where asked."""

import io
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO, cast

from auscult.domain.errors import SettingsError
from auscult.storage.recordings.blobs import Blobs, FolderBlobs, ObjectLinks, copy_to
from auscult.storage.recordings.sealing import MAGIC, Keys, SealedReader, is_sealed, seal

NO_PLACE = "recordings have no place that all servers and workers of the database share, so none is accepted"
"""The state of an installation that would store sound where its other processes cannot read it."""
PLACE_REMEDY = "set AUSCULT_RECORDINGS to s3://bucket/prefix, or to a folder that all of them mount"

_PART = ".part"
_TEMPORARY = "temporary"


class RecordingFolder:
    """A file for each recording, at its location, and files derived from it."""

    def __init__(  # noqa: PLR0913  (what it is made of, each by name)
        self,
        path: Path,
        blobs: Blobs | None = None,
        keys: Keys | None = None,
        *,
        seals: bool = False,
        links: ObjectLinks | None = None,
        is_shared: bool = True,
    ) -> None:
        """Write to the folder ``path``, and store in ``blobs``, else in that folder, encrypted where it ``seals``.

        ``keys`` open what is encrypted, and each app has one of its own. The folder is made when the first file is written. ``links`` opens recordings
        that stay where they are: their location ends with ``@`` and the link. ``is_shared``: every process of the database
        reads this store; otherwise no new file is accepted.
        """
        self.path = path
        self.links = links or ObjectLinks()
        self.is_shared = is_shared
        self.is_folder = blobs is None  # finished files are in it, too
        self._blobs = blobs or FolderBlobs(path)
        self._keys = keys
        self._seals = seals

    def must_have_place(self) -> None:
        """Raise ``SettingsError`` where no new file is accepted."""
        if not self.is_shared:
            raise SettingsError(f"{NO_PLACE}; {PLACE_REMEDY}", code="recordings.no_place", field="AUSCULT_RECORDINGS")

    def begin(self, location: str) -> "IncomingFile":
        """Begin to write a file. Raises ``SettingsError`` where the folder is not shared or cannot be written to."""
        self.must_have_place()
        return IncomingFile(self, location)

    def resume(self, location: str) -> "IncomingFile":
        """Go on writing an unfinished file. Raises ``FileNotFoundError``."""
        return IncomingFile(self, location, is_resumed=True)

    def part_size(self, location: str) -> int:
        """Return how many bytes of an unfinished file there are. Raises ``FileNotFoundError``."""
        return self.part_of(location).stat().st_size

    def part_of(self, location: str) -> Path:
        """Return the path of a file while it is written."""
        return self.path / f"{own_path(location)}{_PART}"

    def remove_part(self, location: str) -> None:
        """Remove what a worker that ended had begun to write."""
        self.part_of(location).unlink(missing_ok=True)

    def open(self, location: str) -> BinaryIO:
        """Open a file for reading. Raises ``FileNotFoundError``."""
        if link := _link_of(location):
            return self.links.open(link)
        file = self._blobs.open(location)
        head = file.read(len(MAGIC))
        file.seek(0)
        if not is_sealed(head):
            return file
        if self._keys is None:
            file.close()
            raise SettingsError("the recording is encrypted, and no key opens it", code="secret_key.wrong")
        return cast("BinaryIO", io.BufferedReader(SealedReader(file, self._keys), 64 << 10))

    @contextmanager
    def local(self, location: str) -> Generator[Path]:
        """Yield the path of a plain file with these bytes; a copy that is removed afterwards, where they are elsewhere."""
        file = self.open(location)
        if not _link_of(location) and self._is_plain(file):
            file.close()
            yield self.path / location
            return
        with self._temporary() as path:
            copy_to(file, path)
            yield path

    def has(self, location: str) -> bool:
        """Return whether the file is there."""
        link = _link_of(location)
        return self.links.has(link) if link else self._blobs.has(location)

    def remove(self, location: str) -> None:
        """Remove a file, finished or not, and everything derived from it; one that is only linked stays."""
        self.remove_part(location)
        self._blobs.remove(own_path(location))

    def derived(self, location: str, name: str) -> bytes | None:
        """Return what was derived from a file under this name, None where nothing was."""
        try:
            with self.open_derived(location, name) as file:
                return file.read()
        except FileNotFoundError:
            return None

    def keep_derived(self, location: str, name: str, content: bytes) -> None:
        """Keep something derived from a file, whole or not at all."""
        with self.deriving(location, name) as path:
            path.write_bytes(content)

    def has_derived(self, location: str, name: str) -> bool:
        """Return whether something was derived from a file under this name."""
        return self._blobs.has(f"{own_path(location)}.{name}")

    def open_derived(self, location: str, name: str) -> BinaryIO:
        """Open something derived from a file for reading. Raises ``FileNotFoundError``."""
        return self.open(f"{own_path(location)}.{name}")

    @contextmanager
    def deriving(self, location: str, name: str) -> Generator[Path]:
        """Yield a path to write something derived from a file to; it is kept when all of it was written."""
        with self._temporary() as path:
            yield path
            self.store(path, f"{own_path(location)}.{name}")

    def store(self, path: Path, name: str) -> None:
        """Store the file at a path under a name, encrypted where asked; the path is gone then."""
        if not self._seals or self._keys is None:
            self._blobs.put(name, path)
            return
        number, key = self._keys.current(int(name.partition("/")[0]))
        with self._temporary() as sealed:
            seal(path, sealed, number, key)
            self._blobs.put(name, sealed)
        path.unlink(missing_ok=True)

    def remove_temporary(self, before: float) -> None:
        """Remove temporary files that were last written before an instant, in seconds since the epoch: of crashes."""
        for path in (self.path / _TEMPORARY).glob("*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()

    def _is_plain(self, file: BinaryIO) -> bool:
        """Return whether an open file is one of the folder, as it is."""
        return self.is_folder and not isinstance(getattr(file, "raw", None), SealedReader)

    @contextmanager
    def _temporary(self) -> Generator[Path]:
        """Yield the path of a new file in the folder; what is left of it is removed."""
        folder = self.path / _TEMPORARY
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = mkstemp(dir=folder)  # mode 0600
        os.close(descriptor)
        try:
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)


def own_path(location: str) -> str:
    """Return the part of a location that names files of our own."""
    return location.partition("@")[0]


def _link_of(location: str) -> str:
    return location.partition("@")[2]


class IncomingFile:
    """A file that is being written, under a name of its own until ``finish``."""

    def __init__(self, folder: RecordingFolder, location: str, *, is_resumed: bool = False) -> None:
        """Create the file, or go on with it. Raises ``SettingsError``, ``FileNotFoundError`` of one to go on with."""
        self.part = folder.part_of(location)
        self.size = 0
        self._folder = folder
        self._location = location
        self._digest = sha256()
        if is_resumed:
            with self.part.open("rb") as file:
                while piece := file.read(1 << 20):
                    self._digest.update(piece)
                    self.size += len(piece)
        try:
            self.part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            how = os.O_APPEND if is_resumed else os.O_CREAT | os.O_EXCL
            descriptor = os.open(self.part, os.O_WRONLY | how, 0o600)
        except OSError as error:
            raise SettingsError(
                f"the folder of recordings {self.part.parent} cannot be written to: {error.strerror}; "
                "make it writable, or set AUSCULT_RECORDINGS to another folder",
                code="recordings.folder_unusable",
                field="AUSCULT_RECORDINGS",
            ) from error
        self._file = os.fdopen(descriptor, "wb")

    @property
    def sha256(self) -> str:
        """The SHA-256 of what was written so far, in hexadecimal digits."""
        return self._digest.hexdigest()

    def write(self, piece: bytes) -> None:
        """Append bytes."""
        self._file.write(piece)
        self._digest.update(piece)
        self.size += len(piece)

    def pause(self) -> None:
        """End writing for now, durably."""
        self.complete()

    def complete(self) -> Path:
        """End writing, and return the path of the unfinished file, for a check of its content."""
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        return self.part

    def finish(self) -> None:
        """Store the file under its own name, durably."""
        self._folder.store(self.part, self._location)

    def abandon(self) -> None:
        """Remove what was written."""
        self._file.close()
        self.part.unlink(missing_ok=True)
