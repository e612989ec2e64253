"""ZIP archives."""

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, BinaryIO

from auscult.domain.errors import FormatError
from auscult.formats.archives._member import Broken, Member

MAGIC = b"PK\x03\x04"
_WORKBOOK = "xl/workbook.xml"
_BROKEN = (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, OverflowError)


class _Inside:
    """Stream of a member; what is broken in it is a ``FormatError``."""

    def __init__(self, inner: IO[bytes], name: str) -> None:
        self._inner = inner
        self._name = name

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""
        try:
            return self._inner.read(size)
        except (*_BROKEN, *Broken) as error:
            message = f"{self._name} in the ZIP archive is broken ({error}); pack it again"
            raise FormatError(message, code="file.truncated") from error


class Zip:
    """The members of an archive. The file must be seekable."""

    def __init__(self, file: BinaryIO) -> None:
        """Read the directory. Raises ``FormatError`` where there is none."""
        try:
            self._zip = zipfile.ZipFile(file)
        except _BROKEN as error:
            message = f"the ZIP archive is broken ({error}); pack it again, or load its files"
            raise FormatError(message, line=1, code="file.truncated") from error

    @property
    def is_workbook(self) -> bool:
        """Return whether it is an Excel workbook."""
        return _WORKBOOK in self._zip.NameToInfo

    def members(self) -> Iterator[Member]:
        """Yield files in their order; the stream of each is read before the next one comes."""
        for info in self._zip.infolist():
            if info.is_dir():
                continue
            try:
                modified = datetime(*info.date_time, tzinfo=UTC)
            except ValueError:
                modified = None
            try:
                inner = self._zip.open(info)
            except (*_BROKEN, *Broken) as error:
                reason = "is encrypted; unpack it with its password" if info.flag_bits & 1 else f"is broken ({error})"
                fault = FormatError(f"{info.filename} in the ZIP archive {reason}", code="file.unreadable")
                yield Member(info.filename, modified, None, fault)
                continue
            with inner:
                yield Member(info.filename, modified, _Inside(inner, info.filename))

    def sibling(self, key: str) -> bytes | None:
        """Return the content of a file by its path, None where there is none."""
        info = self._zip.NameToInfo.get(key)
        try:
            return None if info is None else self._zip.read(info)
        except (*_BROKEN, *Broken):
            return None
