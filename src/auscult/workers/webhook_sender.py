"""HTTP for webhooks: one request on one connection, bounded as a whole, and only to the configured host.

A name is resolved once, and its address is checked before the connection. Redirects are not followed, proxies of
the environment are not used, and of an answer only the status is read.
"""

import base64
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import SplitResult, unquote, urlsplit

from auscult import __version__
from auscult.domain.delivery.addresses import is_public

TIMEOUT_S = 15.0
"""For a whole exchange: finding the address, connecting, sending, and the head of the answer."""

UNREACHABLE = "unreachable"
"""What every failure to connect is called: a webhook is no way to find out which ports of a network are open."""

TOO_SLOW = "no answer in time"
NOT_ALLOWED = "address not allowed"

_FAILURES = (OSError, http.client.HTTPException, UnicodeError, ValueError)
"""What connecting and asking raise, for addresses that cannot be as well."""


class HttpSender:
    """Sends webhook messages. Threads may share it; ``close`` ends the exchanges of all of them."""

    def __init__(self, timeout_s: float = TIMEOUT_S, *, is_private_allowed: bool = True) -> None:
        """Bound each exchange to ``timeout_s``; connect to private networks only where that is allowed."""
        self._timeout_s = timeout_s
        self._is_private_allowed = is_private_allowed
        self._lock = threading.Lock()
        self._open: set[CheckedConnection] = set()
        self.is_closed = False

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int | None, str | None]:
        """Post a message; return the status of the answer, or None and what went wrong."""
        until = time.monotonic() + self._timeout_s
        try:
            parts = urlsplit(url)
            connection = CheckedConnection(
                parts.scheme,
                parts.hostname or "",
                parts.port,
                self._timeout_s,
                is_private_allowed=self._is_private_allowed,
            )
        except _FAILURES:
            return None, UNREACHABLE
        with self._lock:
            if self.is_closed:
                return None, UNREACHABLE
            self._open.add(connection)
        # An answer that arrives byte by byte never runs into the time-out of its socket.
        watch = threading.Timer(self._timeout_s, connection.cut)
        watch.daemon = True
        watch.start()
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", path, body, {"User-Agent": f"auscult/{__version__}", **login(parts), **headers})
            status = connection.getresponse().status
        except NotAllowedError:
            return None, NOT_ALLOWED
        except _FAILURES:
            return None, TOO_SLOW if connection.is_cut or time.monotonic() >= until else UNREACHABLE
        else:
            return (None, TOO_SLOW) if connection.is_cut else (status, None)  # a head that was cut off reads as whole
        finally:
            watch.cancel()
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def close(self) -> None:
        """End every exchange; none is begun any more."""
        with self._lock:
            self.is_closed = True
            connections = list(self._open)
        for connection in connections:
            connection.cut()


def login(parts: SplitResult) -> dict[str, str]:
    """Return the header for a name and password that an address has in it."""
    if parts.username is None:
        return {}
    credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Authorization": f"Basic {base64.b64encode(credentials.encode()).decode()}"}


class NotAllowedError(Exception):
    """An address in a private network, where none is allowed."""


class CheckedConnection(http.client.HTTPConnection):
    """A connection to an address that was checked, encrypted for https."""

    def __init__(self, scheme: str, host: str, port: int | None, within_s: float, *, is_private_allowed: bool) -> None:
        """Connect, when asked, to a host within some seconds."""
        super().__init__(host, port or (443 if scheme == "https" else 80))
        self._is_encrypted = scheme == "https"
        self._until = time.monotonic() + within_s
        self._is_private_allowed = is_private_allowed
        self.is_cut = False

    def connect(self) -> None:
        """Connect to the first address that answers, of those that the name leads to."""
        failure: OSError = OSError("the name has no address")
        for family, _, _, _, address in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM):
            if not self._is_private_allowed and not is_public(str(address[0])):
                raise NotAllowedError
            plain = socket.socket(family, socket.SOCK_STREAM)
            self.sock = plain
            try:
                plain.settimeout(max(0.001, self._until - time.monotonic()))
                plain.connect(address)
                if self._is_encrypted:
                    encrypted = ssl.create_default_context().wrap_socket(
                        plain, server_hostname=self.host, do_handshake_on_connect=False
                    )
                    self.sock = encrypted  # so that a handshake that never ends is cut off too
                    encrypted.do_handshake()
            except OSError as error:
                plain.close()
                failure = error
            else:
                return
            if self.is_cut:
                break
        raise failure

    def cut(self) -> None:
        """End the exchange from any thread."""
        self.is_cut = True
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)
