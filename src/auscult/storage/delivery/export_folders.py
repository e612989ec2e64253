"""Folders that exports are written to: on this machine, or in a store of objects, by obstore."""

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from auscult.domain.errors import RequestError, SettingsError, coded

SCHEMES = ("s3://", "gs://", "az://", "abfs://", "abfss://")
"""Beginnings of addresses of stores of objects."""


class ExportFolder(Protocol):
    """Files by key, with ``/`` between folders. A file appears whole or not at all, and replaces an earlier one."""

    def shown(self, key: str) -> str:
        """Return the path or address of a file, for people."""
        ...

    def begin(self, key: str) -> Path:
        """Return the path of a file on this machine, to be written and then given to ``finish`` or ``abandon``."""
        ...

    def finish(self, key: str, path: Path) -> None:
        """Put the file that was written in its place."""
        ...

    def abandon(self, path: Path) -> None:
        """Forget the file that was written."""
        ...

    def has(self, key: str) -> bool:
        """Return whether a file is there."""
        ...

    def read(self, key: str) -> bytes | None:
        """Return the content of a small file, None where there is none."""
        ...

    def put(self, key: str, content: bytes) -> None:
        """Write a small file."""
        ...

    def remove(self, key: str) -> None:
        """Remove a file where it is there, and its folder where that is empty then."""
        ...

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder, in any order."""
        ...


class LocalFolder:
    """A folder of this machine."""

    def __init__(self, path: Path) -> None:
        """The folder is made when the first file is written."""
        self._path = path

    def shown(self, key: str) -> str:
        """Return its path."""
        return str(self._path / key)

    def begin(self, key: str) -> Path:
        """Make a file next to where it will be, which its owner alone can read."""
        path = self._path / key
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(f"_{path.name}.part")
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        return part

    def finish(self, key: str, path: Path) -> None:
        """Put it in its place at once."""
        path.replace(self._path / key)

    def abandon(self, path: Path) -> None:
        """Remove it, and the folder where it is empty."""
        path.unlink(missing_ok=True)
        with suppress(OSError):
            path.parent.rmdir()

    def has(self, key: str) -> bool:
        """Return whether a file is there."""
        return (self._path / key).is_file()

    def read(self, key: str) -> bytes | None:
        """Return the content of a file, None where there is none."""
        with suppress(FileNotFoundError):
            return (self._path / key).read_bytes()
        return None

    def put(self, key: str, content: bytes) -> None:
        """Write a file, and put it in its place at once."""
        part = self.begin(key)
        part.write_bytes(content)
        self.finish(key, part)

    def remove(self, key: str) -> None:
        """Remove a file, and its folder where it is empty."""
        path = self._path / key
        path.unlink(missing_ok=True)
        with suppress(OSError):
            path.parent.rmdir()

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder."""
        return [each.name for each in (self._path / folder).glob("*")]


class ObjectFolder:
    """Objects below a prefix. Credentials are those of the environment, as the provider's own tools read them."""

    def __init__(self, address: str) -> None:
        """``address``: ``s3://bucket/prefix``, ``gs://…``, ``az://…``. Raises ``SettingsError``."""
        if find_spec("obstore") is None:
            raise SettingsError("a store of objects needs the extra objects; install auscult[objects]", field="--out")
        import obstore  # noqa: PLC0415  (an extra)
        from obstore.store import from_url  # noqa: PLC0415

        self._obstore: Any = obstore
        self._address = address.rstrip("/")
        try:
            self._store: Any = from_url(self._address)
        except Exception as error:  # its errors have no class of their own that all versions share
            raise SettingsError(f"the store {address} cannot be opened: {_first_line(error)}", field="--out") from error

    def shown(self, key: str) -> str:
        """Return its address."""
        return f"{self._address}/{key}"

    def begin(self, key: str) -> Path:
        """Return a path in a folder of its own, which ends with the file."""
        return Path(tempfile.mkdtemp(prefix="auscult-export-")) / key.rpartition("/")[2]

    def finish(self, key: str, path: Path) -> None:
        """Upload it, in parts where it is large: the object is there once all of them are."""
        try:
            with self._translated():
                self._obstore.put(self._store, key, path)
        finally:
            self.abandon(path)

    def abandon(self, path: Path) -> None:
        """Remove it with its folder."""
        shutil.rmtree(path.parent, ignore_errors=True)

    def has(self, key: str) -> bool:
        """Return whether an object is there."""
        try:
            with self._translated(may_be_missing=True):
                self._obstore.head(self._store, key)
        except FileNotFoundError:
            return False
        return True

    def read(self, key: str) -> bytes | None:
        """Return the content of an object, None where there is none."""
        try:
            with self._translated(may_be_missing=True):
                return self._obstore.get(self._store, key).bytes().to_bytes()
        except FileNotFoundError:
            return None

    def put(self, key: str, content: bytes) -> None:
        """Write an object."""
        with self._translated():
            self._obstore.put(self._store, key, content)

    def remove(self, key: str) -> None:
        """Remove an object where it is there."""
        with suppress(FileNotFoundError), self._translated(may_be_missing=True):
            self._obstore.delete(self._store, key)

    def names(self, folder: str) -> list[str]:
        """Return the names of the objects below a prefix."""
        with self._translated():
            pages = self._obstore.list(self._store, prefix=folder)
            return [each["path"].rpartition("/")[2] for page in pages for each in page]

    @contextmanager
    def _translated(self, *, may_be_missing: bool = False) -> Generator[None]:
        try:
            yield
        except Exception as error:  # its errors have no class of their own that all versions share
            if may_be_missing and isinstance(error, FileNotFoundError):
                raise
            message = coded(
                "the store {address} does not take the export: {first_line}",
                address=self._address,
                first_line=_first_line(error),
            )
            raise RequestError(message, code="export.place_failed", field="--out", value=self._address) from error


def open_folder(address: str) -> ExportFolder:
    """Return the folder at a path or at an address of a store of objects. Raises ``SettingsError``."""
    if address.startswith(SCHEMES):
        return ObjectFolder(address)
    if "://" in address:
        known = ", ".join(SCHEMES)
        raise SettingsError(
            f"unknown kind of place {address!r}; give a folder, or an address with {known}", field="--out"
        )
    return LocalFolder(Path(address))


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0][:300]
