"""PDF, by pypdf (the extra ``auscult[pdf]``): the text of each page under the page's number. A scan has none."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import ClassVar

from auscult.documents._contract import Block, Front
from auscult.documents._texts import tidied
from auscult.domain.assist.validity import BEGINNING
from auscult.domain.errors import DocumentError

_LINES = 8
"""Lines of the first page that may state how long the document counts."""
_PARAGRAPH = re.compile(r"\n\s*\n")
_HYPHENATED = re.compile(r"(?<=\w)-\n(?=[a-z])")


class Pdf:
    """A PDF with text in it."""

    name: ClassVar[str] = "pdf"
    endings: ClassVar[tuple[str, ...]] = (".pdf",)

    def recognises(self, head: bytes) -> bool:
        """Return whether it begins as PDFs do."""
        return head[:1024].lstrip().startswith(b"%PDF-")

    def read(self, data: bytes) -> Iterator[Block]:
        """Paragraphs, page by page. Raises ``DocumentError`` where there is no text to be had."""
        try:
            from pypdf import PdfReader  # noqa: PLC0415  (an extra, and slow to load)
            from pypdf.errors import PyPdfError  # noqa: PLC0415
        except ImportError as error:
            raise DocumentError(
                "PDF is read by an extra that is not installed: pip install 'auscult[pdf]'", code="document.no_reader"
            ) from error
        found = False
        try:
            for number, page in enumerate(PdfReader(BytesIO(data)).pages, start=1):
                for paragraph in _paragraphs(page.extract_text()):
                    found = True
                    yield Block((f"page {number}",), paragraph)
        except (PyPdfError, ValueError, KeyError, RecursionError, OverflowError) as error:
            raise DocumentError("The PDF cannot be read: {other}.", other=error, code="document.unreadable") from error
        if not found:
            raise DocumentError(
                "The PDF has no text in it, as one of pictures of pages has none: let a program recognise its text first.",
                code="document.no_text",
            )

    def front(self, data: bytes) -> Front:
        """Return the title in the file's information, and the first lines of the first page."""
        from pypdf import PdfReader  # noqa: PLC0415  (an extra, and slow to load)
        from pypdf.errors import PyPdfError  # noqa: PLC0415

        try:
            reader = PdfReader(BytesIO(data))
            title = reader.metadata.title if reader.metadata else None
            text = reader.pages[0].extract_text()[: BEGINNING * 2]
        except (PyPdfError, ValueError, KeyError, RecursionError, OverflowError):
            return Front()  # ``read`` has read the text all the same
        lines = [line for line in tidied(text).split("\n") if line]
        return Front(title=title or "", lines=tuple(lines[:_LINES]))


def _paragraphs(text: str) -> Iterator[str]:
    """Paragraphs as far as the page shows them; a word that was hyphenated at a line's end is put together."""
    for paragraph in _PARAGRAPH.split(_HYPHENATED.sub("", text)):
        if tidy := tidied(paragraph):
            yield " ".join(tidy.split("\n"))
