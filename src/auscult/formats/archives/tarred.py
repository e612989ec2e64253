"""Tar archives, which come compressed."""

import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from auscult.domain.errors import FormatError
from auscult.formats._contract import ByteStream
from auscult.formats.archives._member import Broken, Member

_MAGIC_AT, _MAGIC = 257, b"ustar"
_BROKEN = (tarfile.TarError, OSError, EOFError, ValueError, OverflowError)


def is_tar(head: bytes) -> bool:
    """Return whether the first bytes (decompressed) are those of a tar archive."""
    return head[_MAGIC_AT : _MAGIC_AT + len(_MAGIC)] == _MAGIC


def members(stream: ByteStream) -> Iterator[Member]:
    """Yield files in their order; the stream of each is read before the next one comes."""
    given: Any = stream
    try:
        with tarfile.open(fileobj=given, mode="r|") as archive:
            for info in archive:
                if not info.isfile():
                    continue
                inner = archive.extractfile(info)
                if inner is not None:
                    yield Member(info.name, datetime.fromtimestamp(info.mtime, UTC), inner)
    except (*_BROKEN, *Broken) as error:
        fault = FormatError(f"the tar archive is broken ({error}); pack it again", code="file.truncated")
        yield Member("", None, None, fault)
