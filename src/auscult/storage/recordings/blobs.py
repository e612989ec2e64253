"""Stores of finished files of recordings: a folder, or an object store."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from auscult.domain.errors import RecordingError, SettingsError

SCHEMES = ("s3://", "gs://", "az://", "abfs://", "abfss://", "file://", "memory://")
"""Beginnings of addresses of stores of objects."""


class Blobs(Protocol):
    """Files by name. A file appears whole or not at all, and is not changed."""

    def put(self, name: str, path: Path) -> None:
        """Store the file at a path, which is gone then."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading. Raises ``FileNotFoundError``."""
        ...

    def has(self, name: str) -> bool:
        """Return whether a file is there."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file and every file whose name goes on after a dot, where they are there."""
        ...


class FolderBlobs:
    """Files in a folder, readable by their owner alone."""

    def __init__(self, path: Path) -> None:
        """The folder is made when the first file is stored."""
        self._path = path

    def put(self, name: str, path: Path) -> None:
        """Store the file at a path of the same file system, durably."""
        target = self._path / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.rename(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading. Raises ``FileNotFoundError``."""
        return (self._path / name).open("rb")

    def has(self, name: str) -> bool:
        """Return whether a file is there."""
        return (self._path / name).is_file()

    def remove(self, name: str) -> None:
        """Remove a file and those derived from it."""
        path = self._path / name
        path.unlink(missing_ok=True)
        for derived in path.parent.glob(f"{path.name}.*"):
            derived.unlink(missing_ok=True)

    def names(self, prefix: str) -> Iterator[str]:
        """Yield the names of files, outside of folders, that begin like this."""
        yield from (path.name for path in self._path.glob(f"{prefix}*") if path.is_file())


class ObjectBlobs:
    """Objects in a bucket, by obstore. Credentials are those of the environment, as its command-line tools read them."""

    def __init__(self, url: str, field: str = "AUSCULT_RECORDINGS") -> None:
        """``url``: ``s3://bucket/prefix``, ``gs://…``, ``az://…``. Raises ``SettingsError`` without the extra.

        ``field`` is the setting or option that an error names.
        """
        if find_spec("obstore") is None:
            raise SettingsError("a store of objects needs the extra objects; install auscult[objects]", field=field)
        import obstore  # noqa: PLC0415  (an extra)
        from obstore.store import from_url  # noqa: PLC0415

        self._obstore: Any = obstore
        try:
            self._store: Any = from_url(url, client_options={"allow_http": True})
        except Exception as error:  # its errors have no class of their own that all versions share
            raise SettingsError(f"the store of objects {url} cannot be opened: {error}", field=field) from error

    def put(self, name: str, path: Path) -> None:
        """Upload the file at a path, in parts where it is large."""
        self._obstore.put(self._store, name, path)
        path.unlink()

    def open(self, name: str) -> BinaryIO:
        """Open an object, of which only the parts that are read are asked for. Raises ``FileNotFoundError``."""
        return cast("BinaryIO", _Reader(self._obstore.open_reader(self._store, name)))

    def has(self, name: str) -> bool:
        """Return whether an object is there."""
        try:
            self._obstore.head(self._store, name)
        except FileNotFoundError:
            return False
        return True

    def remove(self, name: str) -> None:
        """Remove an object and those derived from it."""
        for each in self._names(name):
            with suppress(FileNotFoundError):
                self._obstore.delete(self._store, each)

    def names(self, prefix: str) -> Iterator[str]:
        """Yield the names of objects, outside of folders, that begin like this."""
        for page in self._obstore.list(self._store):
            yield from (each["path"] for each in page if each["path"].startswith(prefix))

    def _names(self, name: str) -> Iterator[str]:
        folder, _, last = name.rpartition("/")
        for page in self._obstore.list(self._store, prefix=folder or None):
            for each in page:
                found = each["path"].rpartition("/")[2]
                if found == last or found.startswith(f"{last}."):
                    yield each["path"]


class ObjectLinks:
    """Objects of others that documents may link to, and that are only read: below some addresses, and no other."""

    def __init__(self, addresses: Sequence[str] = ()) -> None:
        """``addresses``: ``s3://bucket/prefix``. Raises ``SettingsError`` as ``ObjectBlobs``."""
        self._stores = {f"{each.rstrip('/')}/": ObjectBlobs(each) for each in addresses}

    def open(self, link: str) -> BinaryIO:
        """Open an object, of which only the parts that are read are asked for. Raises ``OSError``."""
        folder, store = self._store_of(link)
        try:
            return store.open(link.removeprefix(folder))
        except OSError:
            raise
        except Exception as error:  # its errors have no class of their own that all versions share
            raise OSError(f"the link does not answer: {type(error).__name__}") from error

    def has(self, link: str) -> bool:
        """Return whether the object is there."""
        try:
            folder, store = self._store_of(link)
            return store.has(link.removeprefix(folder))
        except RecordingError:
            return False

    def _store_of(self, link: str) -> tuple[str, ObjectBlobs]:
        for folder, store in self._stores.items():
            if link.startswith(folder):
                return folder, store
        raise RecordingError(
            "the link leads to an object below none of the addresses in the setting recording_objects",
            code="recording.link_refused",
        )


class _Reader(AbstractContextManager["_Reader"]):
    """An object as a file that is open for reading."""

    def __init__(self, reader: Any) -> None:  # noqa: ANN401  (of an extra)
        self._reader = reader

    def read(self, size: int = -1) -> bytes:
        try:
            return bytes(self._reader.read(None if size < 0 else size))
        except Exception as error:  # its errors have no class of their own that all versions share
            raise OSError(f"the store of objects does not answer: {type(error).__name__}") from error

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._reader.seek(offset, whence)

    def tell(self) -> int:
        return self._reader.tell()

    def close(self) -> None:
        self._reader.close()

    def __exit__(self, *_: object) -> None:
        self.close()


def copy_to(source: BinaryIO, path: Path) -> None:
    """Write what is left of an open file to a path, a piece at a time, and close it."""
    with source, path.open("wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
