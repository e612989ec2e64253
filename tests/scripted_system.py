"""A small HTTP server on a real port, the system of somebody else: it answers as a test says, and notes what it is sent."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple

from tests.http_servers import QuietHandler, listening


class Sent(NamedTuple):
    """A request, as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Given(NamedTuple):
    """A reply. ``drip_s``: a byte of the body after each such pause; ``hang_up``: no reply at all."""

    status: int = 200
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = ()
    delay_s: float = 0.0
    drip_s: float = 0.0
    hang_up: bool = False
    has_length: bool = True


def told(value: Any, **more: Any) -> Given:
    """A reply of JSON."""
    return Given(body=json.dumps(value).encode(), **more)


class ScriptedSystem:
    """What it is sent, and what it answers: ``answer`` is asked for each request."""

    def __init__(self, answer: Callable[[Sent], Given]) -> None:
        """Nothing was sent yet."""
        self.answer = answer
        self.sent: list[Sent] = []
        self.at_once = self.most_at_once = 0
        self.url = ""
        self.lock = threading.Lock()


def _give(to: BaseHTTPRequestHandler, given: Given) -> None:
    """Answer as it was said."""
    if given.hang_up:
        to.close_connection = True
        return
    to.send_response(given.status)
    for name, value in given.headers:
        to.send_header(name, value)
    if given.has_length:
        to.send_header("Content-Length", str(len(given.body)))
    else:
        to.close_connection = True
    to.end_headers()
    if given.drip_s:
        for byte in given.body:
            to.wfile.write(bytes([byte]))
            to.wfile.flush()
            time.sleep(given.drip_s)
    else:
        to.wfile.write(given.body)


@contextmanager
def system(answer: Callable[[Sent], Given]) -> Iterator[ScriptedSystem]:
    """Serve on a free port of this machine, for as long as the test goes on."""
    scripted = ScriptedSystem(answer)

    class Handler(QuietHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            sent = Sent(self.command, self.path, dict(self.headers.items()), self.rfile.read(length))
            with scripted.lock:
                scripted.sent.append(sent)
                scripted.at_once += 1
                scripted.most_at_once = max(scripted.most_at_once, scripted.at_once)
            given = scripted.answer(sent)
            time.sleep(given.delay_s)
            with scripted.lock:  # before the reply is sent: whoever has it may ask again at once
                scripted.at_once -= 1
            try:
                _give(self, given)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_POST = do_GET

    with listening(Handler) as scripted.url:
        yield scripted
