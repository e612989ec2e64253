"""A small HTTP server for tests that accepts what Apprise posts to `json://`, and may refuse it or answer late."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class PostServer(ThreadingHTTPServer):
    """Accepts messages; ``status`` is its answer, ``on_post`` is called before it."""

    daemon_threads = True

    def __init__(self) -> None:
        """Listen on a free port of this machine."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.on_post: Callable[[], None] = lambda: None
        self.messages: list[dict[str, Any]] = []

    @property
    def address(self) -> str:
        """The address as Apprise writes it."""
        return f"json://127.0.0.1:{self.server_port}/"

    @property
    def texts(self) -> list[str]:
        """The texts of the messages."""
        return [each["message"] for each in self.messages]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Keep a message."""
        server: Any = self.server
        server.messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        server.on_post()
        self.send_response(server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (as the base names it)
        """Log nothing."""


@contextmanager
def post_server() -> Iterator[PostServer]:
    """Serve until it is left."""
    with PostServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
