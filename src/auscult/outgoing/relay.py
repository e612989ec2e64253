"""A relay on this machine, for libraries that connect by themselves and can only be given the address of a proxy.

It accepts who knows its password, dials what it is asked for, and passes bytes on. A request that is not encrypted
is passed on with ``Connection: close``, as its response is, so that each has a connection of its own and is checked.
"""

import base64
import hmac
import re
import secrets
import selectors
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import cast
from urllib.parse import urlsplit

from auscult.domain.delivery.addresses import Networks
from auscult.outgoing.dialling import AddressRefusedError, dial

_CONNECT_S = 30.0
_IDLE_S = 300.0
_LONGEST_HEAD = 1 << 16
_PIECE = 1 << 18
_REFUSED = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\nX-Refused: {}\r\n\r\n"
_UNREACHABLE = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_INTERIM = re.compile(rb"HTTP/1\.[01] 1")
_DROPPED = frozenset({b"proxy-authorization", b"proxy-connection", b"connection", b"keep-alive"})


class Relay:
    """A relay to some networks. ``url`` is its address as a proxy, with a password; ``refusal`` is why it last refused."""

    def __init__(self, networks: Networks, plain: Networks | None = None) -> None:
        """Listen on a free port of the loopback interface. ``plain``: those for requests that are not encrypted."""
        password = secrets.token_urlsafe(24)
        self.refusal: AddressRefusedError | None = None
        self._server = _Server((networks, plain or networks), f"auscult:{password}", self._note)
        self.url = f"http://auscult:{password}@127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, name="relay", daemon=True).start()

    def close(self) -> None:
        """Listen no more; open connections end with their clients'."""
        self._server.shutdown()
        self._server.server_close()

    def _note(self, refusal: AddressRefusedError) -> None:
        self.refusal = refusal


class _Server(socketserver.ThreadingTCPServer):
    """The listening socket of a relay."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self, networks: tuple[Networks, Networks], login: str, note: Callable[[AddressRefusedError], None]
    ) -> None:
        self.networks, self.plain = networks
        self.login = b"Basic " + base64.b64encode(login.encode())
        self.note = note
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(socketserver.BaseRequestHandler):
    """One connection of a client."""

    request: socket.socket

    def handle(self) -> None:
        self.request.settimeout(_CONNECT_S)
        server = cast("_Server", self.server)
        with suppress(OSError, ValueError):
            self._handle(server)

    def _handle(self, server: _Server) -> None:
        head, rest = self._head()
        first, *lines = head.split(b"\r\n")
        method, target, version = first.split(b" ")
        headers = [(line.partition(b":")[0].strip().lower(), line) for line in lines if line]
        given = next((line.partition(b":")[2].strip() for name, line in headers if name == b"proxy-authorization"), b"")
        if not hmac.compare_digest(given, server.login):
            self.request.sendall(_REFUSED.format("password").encode())
            return
        is_tunnel = method == b"CONNECT"
        parts = urlsplit(("https://" if is_tunnel else "") + target.decode("ascii"))
        port = parts.port or (443 if is_tunnel else 80)
        try:
            until = time.monotonic() + _CONNECT_S
            networks = server.networks if is_tunnel else server.plain
            other = dial("https" if is_tunnel else "http", parts.hostname or "", port, networks, until=until)
        except AddressRefusedError as error:
            server.note(error)
            self.request.sendall(_REFUSED.format("address").encode())
            return
        except OSError:
            self.request.sendall(_UNREACHABLE)
            return
        with other:
            if is_tunnel:
                self.request.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                kept = [line for name, line in headers if name not in _DROPPED]
                begin = [method + b" " + path.encode("ascii") + b" " + version, *kept, b"Connection: close", b"", b""]
                other.sendall(b"\r\n".join(begin))
            other.sendall(rest)
            _pass_on(self.request, other, bytes if is_tunnel else _Closing())

    def _head(self) -> tuple[bytes, bytes]:
        """Return the head of a request without its empty line, and what came after it."""
        read = b""
        while b"\r\n\r\n" not in read:
            piece = self.request.recv(_PIECE)
            if not piece or len(read) > _LONGEST_HEAD:
                raise ValueError("no request")
            read += piece
        head, _, rest = read.partition(b"\r\n\r\n")
        return head, rest


def _pass_on(one: socket.socket, other: socket.socket, rewritten: Callable[[bytes], bytes]) -> None:
    """Pass bytes between two connections until both directions have ended, or nothing came for a while.

    What comes from ``other`` is ``rewritten``.
    """
    with selectors.DefaultSelector() as selector:
        selector.register(one, selectors.EVENT_READ, (other, bytes))
        selector.register(other, selectors.EVENT_READ, (one, rewritten))
        for each in (one, other):
            each.settimeout(_IDLE_S)
        while selector.get_map() and (ready := selector.select(_IDLE_S)):
            for key, _ in ready:
                source = cast("socket.socket", key.fileobj)
                target, change = key.data
                piece = source.recv(_PIECE)
                if piece:
                    target.sendall(change(piece))
                else:
                    selector.unregister(source)
                    with suppress(OSError):
                        target.shutdown(socket.SHUT_WR)


class _Closing:
    """Pieces of a response, with ``Connection: close`` put into its head: not every server repeats it."""

    def __init__(self) -> None:
        self._head: bytes | None = b""

    def __call__(self, piece: bytes) -> bytes:
        if self._head is None:
            return piece
        self._head += piece
        passed = b""
        while self._head is not None and b"\r\n\r\n" in self._head:
            head, end, rest = self._head.partition(b"\r\n\r\n")
            if _INTERIM.match(head):
                passed, self._head = passed + head + end, rest
            else:
                passed, self._head = passed + head + b"\r\nConnection: close" + end + rest, None
        if self._head is not None and len(self._head) > _LONGEST_HEAD:
            raise ValueError("no response")
        return passed
