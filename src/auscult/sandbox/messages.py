"""Messages to Slack, Teams and others through Apprise (extra ``apprise``), each sent by a process of its own."""

import os
import subprocess
import sys
from importlib.util import find_spec
from urllib.parse import urlsplit

import msgspec

from auscult.domain.delivery.addresses import Networks
from auscult.domain.notices import Delivery
from auscult.domain.targets import Post, invalid
from auscult.outgoing.dialling import AddressRefusedError, check_written
from auscult.outgoing.relay import Relay
from auscult.sandbox.message_child import Reply, Request

TIMEOUT_S = 30.0
NOT_INSTALLED = "messages need the package apprise: pip install 'auscult[apprise]'"
TOO_SLOW = f"the service did not answer within {TIMEOUT_S:g} s"
NOT_ALLOWED = "the address is none of the internet; the operator opens networks with AUSCULT_OUTGOING_NETWORKS"


class Messenger:
    """Sends messages to addresses of Apprise whose services are reached over HTTP, in some networks."""

    def __init__(self, networks: Networks) -> None:
        """``networks`` are those that may be connected to."""
        self._networks = networks

    def service_of(self, address: str) -> str:
        """Return the name of the service that an address leads to; nothing is connected to.

        Raises ``RequestError`` ``target.invalid``; ``AddressRefusedError``.
        """
        if find_spec("apprise") is None:
            raise invalid("address", NOT_INSTALLED)
        host = urlsplit(address).hostname or ""
        if "." in host or ":" in host or host == "localhost":  # of most services it is a token; the relay checks all
            try:
                check_written(host, self._networks)
            except AddressRefusedError as error:
                error.field, error.value = "address", None  # the address is secret
                raise
        reply = _asked(Request(address), TIMEOUT_S)
        if reply is None or reply.outcome == "unreadable":
            raise invalid("address", "Apprise cannot read this address; compare it with the page of its service")
        if reply.outcome == "not_http":
            raise invalid("address", f"{reply.service} is not sent over HTTP; choose a service that is")
        return reply.service

    def send(self, post: Post) -> Delivery:
        """Send a message; return whether it was accepted, where that is known."""
        if find_spec("apprise") is None:
            return Delivery("refused", NOT_INSTALLED)
        relay = Relay(self._networks)
        try:
            reply = _asked(Request(post.address, post.title, post.text, relay.url), TIMEOUT_S)
        finally:
            relay.close()
        if reply is None:
            return Delivery("unknown", TOO_SLOW)
        if reply.outcome == "sent":
            return Delivery("sent")
        return Delivery("refused", NOT_ALLOWED if relay.refusal else reply.reason or "the address cannot be used")


def _asked(request: Request, timeout_s: float) -> Reply | None:
    """Return the reply of a process of its own; None where it ended without one, or takes too long."""
    order = [sys.executable, "-m", "auscult.sandbox.message_child"]
    # No .netrc, no settings of a user, no other proxy.
    environment = {"HOME": "/nonexistent", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    environment |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), request.proxy)
    try:
        done = subprocess.run(  # noqa: S603  (our own)
            order,
            env=environment,
            input=msgspec.json.encode(request),
            capture_output=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return msgspec.json.decode(done.stdout, type=Reply) if done.returncode == 0 else None
