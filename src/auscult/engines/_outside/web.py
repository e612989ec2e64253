"""One request and its reply, with all that a hostile or broken system could do on the way taken into account.

A name is resolved once, and what it leads to is looked at before it is connected to; nobody else resolves it again.
Redirects are not followed, proxies of the environment are not used, a reply is cut off at its size and at its time.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from threading import Timer
from typing import NamedTuple
from urllib.parse import urlsplit

from auscult import __version__
from auscult.engines._outside.hosts import NotAllowedError, Origin, Rule

USER_AGENT = f"auscult/{__version__}"
_CHUNK = 1 << 16
_LONGEST_RETRY_AFTER_S = 3600.0
_LONGEST_TOLD = 200
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Message(NamedTuple):
    """What is sent."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class Reply(NamedTuple):
    """What came back, of any status. ``retry_after_s`` is what it asks for itself."""

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
        raise UnreachableError(f"{rule.origin} does not answer: {_told(error)}") from error
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
    """A connection to an address that was looked at, encrypted where the origin is."""

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
                    self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=origin.host)
            except OSError as error:
                plain.close()
                failure = error
            else:
                return
        raise failure

    def cut(self) -> None:
        """End it, whoever waits for it."""
        self.is_cut = True
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def _addresses(origin: Origin, *, is_private: bool) -> Sequence[tuple[socket.AddressFamily, str]]:
    """What a name leads to. Raises ``NotAllowedError`` when one of them is private and that is not allowed."""
    found = socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    addresses = [(family, str(place[0])) for family, _, _, _, place in found]
    for _, address in addresses:
        if not is_private and not is_public(address):
            raise NotAllowedError(
                f"{origin} leads to {address}, which is in a private network; "
                "is_private: true in the hosts file allows that"
            )
    return addresses


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet, also where it carries another within it."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        within = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if found in _NAT64:
            within = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if within is not None:
            return is_public(str(within))
    return found.is_global and not found.is_multicast and not found.is_reserved


def _retry_after_s(written: str | None) -> float | None:
    """A pause in seconds; a date is not read."""
    if written is None or not written.strip().isdecimal():
        return None
    return min(float(written.strip()[:9]), _LONGEST_RETRY_AFTER_S)


def _told(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:_LONGEST_TOLD]
