"""The application on a socket: uvicorn, configured for speed, few log lines and heads of bounded size."""

from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from auscult.server.asgi import ASGIApp

LONGEST_HEAD = 64 * 1024
"""Bytes that a request line and headers may have; about, for it is looked at as the pieces come in."""

_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedHead(HttpToolsProtocol):
    """HTTP/1.1, where a connection whose request never comes to its body is ended; uvicorn would keep all of it."""

    _head_bytes = 0
    _is_in_head = False

    def data_received(self, data: bytes) -> None:
        """Take a piece of what came in. The piece that a head begins in is not counted: more may lie before it."""
        self._head_bytes += len(data)
        super().data_received(data)
        if self._is_in_head and self._head_bytes > LONGEST_HEAD and not self.transport.is_closing():
            self.transport.write(_TOO_LONG)
            self.transport.close()

    def on_message_begin(self) -> None:
        """Begin a head."""
        super().on_message_begin()
        self._is_in_head = True
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        """End a head."""
        super().on_headers_complete()
        self._is_in_head = False


def uvicorn_config(app: ASGIApp, host: str, port: int, *, access_log: bool = False) -> uvicorn.Config:
    """Configure uvicorn for this application.

    Logging is left as it is set up already. The answer names no server; requests under way have ten seconds to end.
    """
    return uvicorn.Config(
        cast("Any", app),
        host=host,
        port=port,
        loop="uvloop",
        http=BoundedHead,
        ws="none",
        lifespan="on",
        access_log=access_log,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
