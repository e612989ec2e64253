"""The application on a socket: uvicorn, configured for speed, few log lines and heads of limited size."""

from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from auscult.server.asgi import ASGIApp

LONGEST_HEAD = 64 * 1024
"""Bytes that a request line and headers may have, approximately: they are counted by received pieces."""

_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedHead(HttpToolsProtocol):
    """HTTP/1.1 that closes a connection after ``LONGEST_HEAD`` bytes of a head; uvicorn would store all of it."""

    _head_bytes = 0
    _is_in_head = False

    def data_received(self, data: bytes) -> None:
        """Process received bytes. The piece in which a head begins is not counted: other data may precede it."""
        self._head_bytes += len(data)
        super().data_received(data)
        if self._is_in_head and self._head_bytes > LONGEST_HEAD and not self.transport.is_closing():
            self.transport.write(_TOO_LONG)
            self.transport.close()

    def on_message_begin(self) -> None:
        """Mark the start of a head."""
        super().on_message_begin()
        self._is_in_head = True
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        """Mark the end of a head."""
        super().on_headers_complete()
        self._is_in_head = False


def uvicorn_config(app: ASGIApp, host: str, port: int, *, access_log: bool = False) -> uvicorn.Config:
    """Configure uvicorn for this application.

    Logging keeps its present configuration. Responses name no server; requests in progress have ten seconds to finish.
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
