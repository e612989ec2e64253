"""The process in which a message is sent: one request on standard input, one reply on standard output.

Apprise brings some hundred kinds of services, each of which connects by itself. Here they reach the relay alone, which
checks every address; they start no programs, and read no files but those of Python and of certificates.
"""

import logging
import os
import sys
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from auscult.sandbox.guard import guard

_LONGEST = 200


class Request(msgspec.Struct, frozen=True):
    """A message to send through ``proxy``; without one the address is only read."""

    address: str
    title: str = ""
    text: str = ""
    proxy: str = ""


class Reply(msgspec.Struct, frozen=True):
    """The service that an address leads to, and whether it accepted the message; else the reason."""

    outcome: Literal["read", "unreadable", "not_http", "sent", "refused"]
    service: str = ""
    reason: str = ""


def main() -> None:
    """Serve one request."""
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=Request)
    reply = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no reply
    reply.write(msgspec.json.encode(_served(request)))
    reply.flush()


def _served(request: Request) -> Reply:
    import apprise  # noqa: PLC0415  (only here: it is an extra)

    reasons = _Reasons()
    log = logging.getLogger("apprise")
    log.addHandler(reasons)
    log.setLevel(logging.WARNING)
    asset = apprise.AppriseAsset(app_id="auscult", app_desc="auscult", app_url="", image_url_mask="", image_url_logo="")
    sender: Any = apprise.Apprise.instantiate(request.address, asset=asset, suppress_exceptions=True)  # pyright: ignore[reportUnknownMemberType]
    if sender is None:
        return Reply("unreadable")
    service = str(sender.service_name)
    if not hasattr(sys.modules[type(sender).__module__], "requests"):
        return Reply("not_http", service)
    if not request.proxy:
        return Reply("read", service)
    guard(urlsplit(request.proxy).port)
    try:
        is_sent = sender.notify(body=request.text, title=request.title)
    except Exception as error:  # noqa: BLE001  (plug-ins of others raise what they like)
        return Reply("refused", service, type(error).__name__)
    return Reply("sent" if is_sent else "refused", service, "" if is_sent else reasons.last[:_LONGEST])


class _Reasons(logging.Handler):
    """Keeps the last warning of a sender, which names why a message was not accepted."""

    last = "the service did not accept the message"

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.last = record.getMessage()


if __name__ == "__main__":
    main()
