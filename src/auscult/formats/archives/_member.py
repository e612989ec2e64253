"""A file in an archive."""

import lzma
import zlib
from datetime import datetime
from typing import NamedTuple

from auscult.domain.errors import FormatError
from auscult.formats._contract import ByteStream

Broken = (zlib.error, lzma.LZMAError)
"""Errors of compressed data."""


class Member(NamedTuple):
    """A file in an archive: its path, the time of its last change, its content, or why it cannot be read."""

    name: str
    modified: datetime | None
    stream: ByteStream | None
    fault: FormatError | None = None
