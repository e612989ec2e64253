"""A server on a real port that pages as the vendor's pages say: offsets, no cursor, a limit that it enforces."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests import http_servers
from tests.http_servers import QuietHandler

Answer = tuple[int, dict[str, str], Any]


@contextmanager
def listening(answer: Callable[[str, dict[str, Any], dict[str, str]], Answer]) -> Iterator[str]:
    """Address of a server whose answers ``answer`` gives: path, body and headers to status, headers and JSON."""

    class Handler(QuietHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, headers, told = answer(self.path, body, {k.lower(): v for k, v in self.headers.items()})
            self.reply(status, told if isinstance(told, bytes) else json.dumps(told).encode(), headers)

    with http_servers.listening(Handler) as address:
        yield address
