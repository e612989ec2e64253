"""Documents in a process of their own: what is written for people is read, what is written to hurt ends by itself."""

import threading
from collections.abc import Iterator

import pytest

from auscult.domain.assist.knowledge import Piece
from auscult.domain.errors import BusyError, DocumentError
from auscult.sandbox.documents import AT_ONCE, DocumentReader
from auscult.sandbox.files import FileReader

HOSTILE = b"<p>x</p>" * 500_000
"""Reading it takes five seconds."""


@pytest.fixture(scope="module")
def reader() -> Iterator[DocumentReader]:
    """A reader that gives a document half a second."""
    files = FileReader()
    yield DocumentReader(files, cpu_s=0.5)
    files.close()


def test_a_document_is_read_as_here(reader: DocumentReader) -> None:
    """Passages come back whole, one document after the other by the same process."""
    assert reader.read("st-1", "html", b"<h1>Opening</h1><p>At eight.</p>")[0] == [Piece(("Opening",), "At eight.")]
    assert reader.read("st-1", "markdown", b"# Closing\n\nAt six.\n")[0] == [Piece(("Closing",), "At six.")]


def test_a_document_that_never_ends_is_refused(reader: DocumentReader) -> None:
    """It ends with its processor time, and the next one is read."""
    with pytest.raises(DocumentError, match="processor time"):
        reader.read("st-1", "html", HOSTILE)
    assert reader.read("st-1", "html", b"<p>fine</p>")[0] == [Piece((), "fine")]


@pytest.mark.parametrize("data", [b"\xff\xfe<html>", b"%PDF-1.7 broken"])
def test_a_broken_document_is_refused(reader: DocumentReader, data: bytes) -> None:
    """Whatever a library raises on it is the document's fault, and says so."""
    kind = "pdf" if data.startswith(b"%PDF") else "html"
    with pytest.raises(DocumentError) as caught:
        reader.read("st-1", kind, data)
    assert caught.value.reason.startswith("document.")


@pytest.mark.landing
def test_one_app_takes_one_slot() -> None:
    """While a document of an app is read, a second of it is sent away, and one of another app is read."""
    files = FileReader()
    reader = DocumentReader(files, cpu_s=3, patience_s=0.05)
    entered = threading.Event()

    def hostile() -> None:
        entered.set()
        with pytest.raises(DocumentError):
            reader.read("st-1", "html", HOSTILE)

    thread = threading.Thread(target=hostile)
    thread.start()
    entered.wait()
    refused = 0
    while thread.is_alive() and not refused:
        try:
            reader.read("st-1", "markdown", b"text")
        except BusyError as error:
            refused = error.again_after_s
    assert refused == 1
    assert reader.read("st-2", "markdown", b"text")[0] == [Piece((), "text")]
    assert AT_ONCE > 1
    thread.join()
    files.close()
