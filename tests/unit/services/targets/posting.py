"""A small HTTP server for tests that accepts what Apprise posts to `json://`, and may refuse it or answer late."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import Any

from tests.http_servers import QuietHandler, running


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


class _Handler(QuietHandler):
    def do_POST(self) -> None:
        """Keep a message."""
        server: Any = self.server
        server.messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        server.on_post()
        self.reply(server.status)


@contextmanager
def post_server() -> Iterator[PostServer]:
    """Serve until it is left."""
    with running(PostServer()) as server:
        yield server
