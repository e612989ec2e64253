"""SHELF: bytes to conversations, one way of writing them down a file."""

from auscult.formats._contract import ByteStream, Format, Limits, Rejected
from auscult.formats._documents import Peeked
from auscult.formats.native import Native
from auscult.formats.vcon import VCon

FORMATS: tuple[Format, ...] = (VCon(), Native())
"""Every format, in the order in which they are asked whether they recognise a file."""

__all__ = ["FORMATS", "ByteStream", "Format", "Limits", "Peeked", "Rejected", "detect"]


def detect(head: bytes) -> Format | None:
    """Tell the format by the first bytes (decompressed); None where nobody recognises them."""
    return next((shape for shape in FORMATS if shape.recognises(head)), None)
