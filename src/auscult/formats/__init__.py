"""SHELF: bytes to conversations, one way of writing them down a file.

``FORMATS`` are our own and those of plug-ins; ``READERS`` are those of other programs, in families.
"""

from auscult.domain.shelf import Shelf
from auscult.formats._contract import ByteStream, Format, Given, Limits, Rejected, Source, Table
from auscult.formats._documents import Peeked
from auscult.formats._others.encodings import Transcoded, Western, encoding_of
from auscult.formats._others.heads import Head
from auscult.formats._others.reader import Reader
from auscult.formats._shelf import READERS, is_native, nearest, recognised
from auscult.formats.native import Native
from auscult.formats.vcon import VCon

__all__ = [
    "FORMATS",
    "READERS",
    "ByteStream",
    "Format",
    "Given",
    "Head",
    "Limits",
    "Peeked",
    "Reader",
    "Rejected",
    "Source",
    "Table",
    "Transcoded",
    "Western",
    "claimed",
    "detect",
    "encoding_of",
    "is_native",
    "nearest",
    "recognised",
]

FORMATS: Shelf[Format] = Shelf(
    {
        "vcon": VCon(),
        "native": Native(),
    }
)
"""Our own formats, in the order in which they are asked whether they recognise a file; native, which takes any JSON, last."""


def claimed(head: bytes) -> Format | None:
    """Return our own format but for native by the first bytes (decompressed); None where none recognises them."""
    return next((shape for name, shape in FORMATS.items() if name != Native.name and shape.recognises(head)), None)


def detect(head: bytes) -> Format | None:
    """Return our own format by the first bytes (decompressed); None where none recognises them."""
    native = FORMATS[Native.name]
    return claimed(head) or (native if native.recognises(head) else None)
