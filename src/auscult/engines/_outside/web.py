"""One request and its reply, guarded against hostile or broken systems.

Redirects are not followed, a reply is cut off at its size and at its time.
"""

import http.client
import time
from threading import Timer
from typing import NamedTuple
from urllib.parse import urlsplit

from auscult import __version__
from auscult.domain.delivery.addresses import OPERATOR
from auscult.domain.errors import coded
from auscult.engines._outside.hosts import NotAllowedError, Rule
from auscult.outgoing.dialling import AddressRefusedError
from auscult.outgoing.http import DialledConnection

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
    networks = OPERATOR if rule.is_private else rule.networks
    connection = DialledConnection(
        rule.origin.scheme, rule.origin.host, rule.origin.port, rule.timeout_ms / 1000, networks
    )
    # A system that sends a byte now and then would never run into a time-out of its socket.
    watch = Timer(rule.timeout_ms / 1000, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        return _exchange(connection, message, rule)
    except AddressRefusedError as error:
        raise NotAllowedError(
            coded("{fault}, or with is_private: true in the hosts file", fault=error.coded)
        ) from error
    except (OSError, http.client.HTTPException) as error:
        if time.monotonic() >= until:
            raise UnreachableError(
                coded("{name} took longer than {s} s", name=rule.origin, s=f"{rule.timeout_ms / 1000:g}")
            ) from error
        raise UnreachableError(
            coded("{name} does not answer: {words}", name=rule.origin, words=_message_of(error))
        ) from error
    finally:
        watch.cancel()
        connection.close()


def _exchange(connection: DialledConnection, message: Message, rule: Rule) -> Reply:
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


def _retry_after_s(written: str | None) -> float | None:
    """A pause in seconds; a date is not read."""
    if written is None or not written.strip().isdecimal():
        return None
    return min(float(written.strip()[:9]), _LONGEST_RETRY_AFTER_S)


def _message_of(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:_LONGEST_REASON]
