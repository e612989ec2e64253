"""HTTP for webhooks: one request on one connection, bounded as a whole, and only to the configured host.

Redirects are not followed, and of an answer only the status is read.
"""

import base64
import http.client
import threading
import time
from collections.abc import Mapping
from urllib.parse import SplitResult, unquote, urlsplit

from auscult import __version__
from auscult.domain.delivery.addresses import Networks
from auscult.outgoing.dialling import AddressRefusedError
from auscult.outgoing.http import DialledConnection

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

    def __init__(self, networks: Networks, timeout_s: float = TIMEOUT_S) -> None:
        """Connect to these networks alone, and bound each exchange to ``timeout_s``."""
        self._timeout_s = timeout_s
        self._networks = networks
        self._lock = threading.Lock()
        self._open: set[DialledConnection] = set()
        self.is_closed = False

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int | None, str | None]:
        """Post a message; return the status of the answer, or None and what went wrong."""
        until = time.monotonic() + self._timeout_s
        try:
            parts = urlsplit(url)
            connection = DialledConnection(
                parts.scheme, parts.hostname or "", parts.port, self._timeout_s, self._networks
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
        except AddressRefusedError:
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
