"""SHELF: bytes to conversations, one way of writing them down a file."""

from auscult.domain.shelf import Shelf
from auscult.formats._contract import ByteStream, Format, Limits, Rejected
from auscult.formats._documents import Peeked
from auscult.formats.native import Native
from auscult.formats.vcon import VCon

__all__ = ["FORMATS", "ByteStream", "Format", "Limits", "Peeked", "Rejected", "detect"]

FORMATS: Shelf[Format] = Shelf(
    {
        "vcon": VCon(),
        "native": Native(),
    }
)
"""Every format, in the order in which they are asked whether they recognise a file; native, which takes any JSON, last."""


def detect(head: bytes) -> Format | None:
    """Return the format by the first bytes (decompressed); None where none recognises them."""
    asked = [shape for name, shape in FORMATS.items() if name != Native.name]
    return next((shape for shape in (*asked, FORMATS[Native.name]) if shape.recognises(head)), None)
