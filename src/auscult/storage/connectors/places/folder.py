"""A folder of this machine, with the folders in it."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from auscult.domain.connectors.place import AccessRefusedError, Found, ItemError, PlaceError


class FolderPlace:
    """Files below a folder. Links that lead out of it are not followed."""

    def __init__(self, path: str) -> None:
        """``path`` is the folder's. Raises ``PlaceError`` where it is none."""
        self._path = Path(path).resolve()
        if not self._path.is_dir():
            message = "there is no folder {value}; give the path of one that exists"
            raise PlaceError(message, field="place", value=path)

    def listing(self) -> Iterator[Found]:
        """Yield all files, folder by folder in the order of names."""
        for folder, folders, files in os.walk(self._path, onerror=_refuse):
            folders.sort()
            for name in sorted(files):
                path = Path(folder) / name
                try:
                    stat = path.stat()
                except FileNotFoundError:  # removed meanwhile, or a link that leads nowhere
                    continue
                if path.is_symlink() and not path.resolve().is_relative_to(self._path):
                    continue
                yield Found(path.relative_to(self._path).as_posix(), _mark(stat), stat.st_size, _time(stat))

    def fetch(self, found: Found) -> bytes:
        """Return a file's content, as long as it is the file that was listed before and after reading."""
        try:
            with self._at(found.key).open("rb") as file:
                before = os.fstat(file.fileno())
                data = file.read()
                after = os.fstat(file.fileno())
        except FileNotFoundError as error:
            raise ItemError("it is gone since it was listed") from error
        except OSError as error:
            raise ItemError("it cannot be read: {fault}", fault=error.strerror) from error
        if _mark(before) != found.etag or _mark(after) != found.etag or len(data) != found.size:
            raise ItemError("it was changed while it was read")
        return data

    def read(self, key: str) -> bytes | None:
        """Return the content of another file; None where there is none."""
        try:
            return self._at(key).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None
        except OSError as error:
            raise ItemError("{name} cannot be read: {fault}", name=key, fault=error.strerror) from error

    def close(self) -> None:
        """Close nothing: no file stays open."""

    def _at(self, key: str) -> Path:
        path = (self._path / key).resolve()
        if not path.is_relative_to(self._path):
            raise ItemError("it lies outside of the connector's folder")
        return path


def _refuse(error: OSError) -> None:
    if isinstance(error, PermissionError):
        message = f"the folder {error.filename} cannot be listed: {error.strerror}"
        raise AccessRefusedError(message, field="place", value=error.filename) from error


def _mark(stat: os.stat_result) -> str:
    return f"{stat.st_mtime_ns:x}-{stat.st_size:x}-{stat.st_ino:x}"


def _time(stat: os.stat_result) -> datetime:
    return datetime.fromtimestamp(stat.st_mtime, UTC)
