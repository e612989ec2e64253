"""What happens on the socket before there is a request (rule 17: no input is a 500, none exhausts the server)."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from litestar import Litestar

from auscult.server.serving.listening import LONGEST_HEAD
from tests.e2e.serving import listening
from tests.waiting import PATIENCE_S


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    """A server that serves nothing."""
    with listening(Litestar(openapi_config=None, logging_config=None)) as url:
        yield "127.0.0.1", urlsplit(url).port or 0


def answer(address: tuple[str, int], *pieces: bytes) -> bytes:
    """What comes back until the server closes; a piece that cannot be sent any more is left."""
    with socket.create_connection(address, timeout=PATIENCE_S) as connection:
        read = b""
        try:
            for piece in pieces:
                connection.sendall(piece)
            while more := connection.recv(65536):
                read += more
        except ConnectionError:
            pass
        return read


@pytest.mark.parametrize(
    "pieces",
    [
        (b"GET / HTTP/1.1\r\nhost: x\r\n", *(b"x-%d: %s\r\n" % (n, b"a" * 1000) for n in range(2000))),
        (b"GET / HTTP/1.1\r\nhost: x\r\nx: ", *(b"a" * 10_000 for _ in range(200))),
        (b"GET /", *(b"a" * 10_000 for _ in range(200))),
    ],
    ids=["headers", "one header", "path"],
)
def test_a_head_without_end_is_ended(address: tuple[str, int], pieces: tuple[bytes, ...]) -> None:
    """Headers are kept in memory until they are complete, so there is a limit to them."""
    read = answer(address, *pieces)
    assert read.startswith((b"HTTP/1.1 431", b"HTTP/1.1 400")) or not read
    assert b" 404 " not in read


def test_a_long_head_is_read(address: tuple[str, int]) -> None:
    """What fits is answered, again and again on one connection, each head counted by itself."""
    head = b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"a" * (LONGEST_HEAD * 3 // 4) + b"\r\n\r\n"
    assert (
        answer(address, head, head, head, head.replace(b"host: x", b"host: x\r\nconnection: close")).count(b" 404 ")
        == 4
    )


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"GET \xff HTTP/1.1\r\nhost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_http_is_refused(address: tuple[str, int], request_: bytes) -> None:
    """A connection that speaks no HTTP is told so, or closed; it is never our fault."""
    assert b" 500 " not in answer(address, request_)
