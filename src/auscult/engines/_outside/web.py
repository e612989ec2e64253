"""One request and its reply, guarded against hostile or broken systems.

A name is resolved once, and its address is checked before the connection; it is not resolved again.
Redirects are not followed, proxies of the environment are not used, a reply is cut off at its size and at its time.
"""

import http.client
import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from threading import Timer
from typing import NamedTuple
from urllib.parse import urlsplit

from auscult import __version__
from auscult.domain.delivery.addresses import is_public
from auscult.engines._outside.hosts import NotAllowedError, Origin, Rule

USER_AGENT = f"auscult/{__version__}"
_CHUNK = 1 << 16
_LONGEST_RETRY_AFTER_S = 3600.0
_LONGEST_REASON = 200


class Message(NamedTuple):
    """Request to send."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class Reply(NamedTuple):
    """Reply of any status. ``retry_after_s`` is the pause that it asks for."""

    status: int
    body: bytes
    location: str = ""
    retry_after_s: float | None = None


class UnreachableError(Exception):
    """No reply, or none that could be waited for; it may be there later."""


class TooLargeError(Exception):
    """A reply of more bytes than are allowed."""


def exchange(message: Message, rule: Rule) -> Reply:
    """Send a message and read its reply, within the time and size that the rule allows.

    Raises ``NotAllowedError``, ``UnreachableError``, ``TooLargeError``.
    """
    until = time.monotonic() + rule.timeout_ms / 1000
    connection = _Connection(rule, until)
    # A system that sends a byte now and then would never run into a time-out of its socket.
    watch = Timer(rule.timeout_ms / 1000, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        return _exchange(connection, message, rule)
    except (OSError, http.client.HTTPException) as error:
        if time.monotonic() >= until:
            raise UnreachableError(f"{rule.origin} took longer than {rule.timeout_ms / 1000:g} s") from error
        raise UnreachableError(f"{rule.origin} does not answer: {_message_of(error)}") from error
    finally:
        watch.cancel()
        connection.close()


def _exchange(connection: "_Connection", message: Message, rule: Rule) -> Reply:
    parts = urlsplit(message.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", "Connection": "close"}
    headers |= dict(message.headers) | dict(rule.headers)
    connection.request(message.method, path, message.body or None, headers)
    response = connection.getresponse()
    if (response.length or 0) > rule.max_bytes:
        raise TooLargeError
    body = bytearray()
    while piece := response.read1(_CHUNK):
        body += piece
        if len(body) > rule.max_bytes:
            raise TooLargeError
    if response.length or connection.is_cut:  # it ended early: what came is not the reply
        raise http.client.IncompleteRead(bytes(body))
    location = response.headers.get("Location") or ""
    return Reply(response.status, bytes(body), location, _retry_after_s(response.headers.get("Retry-After")))


class _Connection(http.client.HTTPConnection):
    """Connection to a checked address, encrypted where the origin is."""

    def __init__(self, rule: Rule, until: float) -> None:
        super().__init__(rule.origin.host, rule.origin.port)
        self._rule = rule
        self._until = until
        self.is_cut = False

    def connect(self) -> None:
        """Connect to the first address that answers, of those that the name leads to."""
        origin = self._rule.origin
        failure: OSError = OSError("its name leads nowhere")
        for family, address in _addresses(origin, is_private=self._rule.is_private):
            plain = socket.socket(family, socket.SOCK_STREAM)
            self.sock = plain
            try:
                plain.settimeout(max(0.001, self._until - time.monotonic()))
                plain.connect((address, origin.port))
                if origin.scheme == "https":
                    encrypted = ssl.create_default_context().wrap_socket(
                        plain, server_hostname=origin.host, do_handshake_on_connect=False
                    )
                    self.sock = encrypted  # so that a handshake that never ends is cut off too
                    encrypted.do_handshake()
            except OSError as error:
                plain.close()
                failure = error
            else:
                return
        raise failure

    def cut(self) -> None:
        """End it from any thread."""
        self.is_cut = True
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def _addresses(origin: Origin, *, is_private: bool) -> Sequence[tuple[socket.AddressFamily, str]]:
    """Return the addresses of a name. Raises ``NotAllowedError`` when one is private and that is not allowed."""
    found = socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    addresses = [(family, str(endpoint[0])) for family, _, _, _, endpoint in found]
    for _, address in addresses:
        if not is_private and not is_public(address):
            raise NotAllowedError(
                f"{origin} leads to {address}, which is in a private network; "
                "is_private: true in the hosts file allows that"
            )
    return addresses


def _retry_after_s(written: str | None) -> float | None:
    """A pause in seconds; a date is not read."""
    if written is None or not written.strip().isdecimal():
        return None
    return min(float(written.strip()[:9]), _LONGEST_RETRY_AFTER_S)


def _message_of(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:_LONGEST_REASON]
