"""Texts of documents: decoded, and tidied."""

import re

from auscult.domain.errors import DocumentError

_GAPS = re.compile(r"[ \t\u00a0]+")
_LINE_GAPS = re.compile(r" ?\n ?")
_OFFICE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How files of office programs begin: archives, and those of before 2007."""


def decoded(data: bytes) -> str:
    """Read a text as UTF-8, with or without a byte-order mark. Raises ``DocumentError`` where it is not."""
    if data.startswith(_OFFICE):
        raise DocumentError(
            "Files of Word, Excel, PowerPoint and OpenDocument are not read. Save it as PDF, HTML or CSV.",
            code="document.unreadable",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(
            "The document is not text in UTF-8: byte {n} is {value}. Save it as UTF-8.",
            n=error.start,
            value=f"{data[error.start]:#04x}",
            code="document.unreadable",
        ) from error


def tidied(text: str) -> str:
    """The same with single spaces, and no line that begins or ends with one."""
    return _LINE_GAPS.sub("\n", _GAPS.sub(" ", text)).strip()
