"""Serving of the application by uvicorn, on a socket that is bound before the start is reported."""

import asyncio
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

import uvicorn

from auscult.domain.errors import SettingsError
from auscult.server.app import Server
from auscult.server.console.frame.templating import warm_templates
from auscult.server.serving.listening import uvicorn_config

BACKLOG = 2048
TICK_S = 1.0


def bind(host: str, port: int) -> socket.socket:
    """Listen on an address; port 0 chooses a free one. Raises ``SettingsError`` ``port.taken`` if that fails."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise SettingsError(
            f"{host}:{port} cannot be listened on: {error.strerror}; name another with --host or --port, 0 for a free one",
            code="port.taken",
            field="port",
            value=port,
        ) from error


def address_of(listener: socket.socket) -> str:
    """Return the URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(app: Server, listener: socket.socket, stop: threading.Event, ready: Callable[[str], None]) -> None:
    """Serve until ``stop``, then finish requests in progress. ``ready`` receives the address when the server is up."""
    host, port = listener.getsockname()[:2]
    server = _Server(uvicorn_config(app, host, port), lambda: ready(address_of(listener)))
    threading.Thread(target=server.end_on, args=(stop, app.stop_listening), name="ending", daemon=True).start()
    threading.Thread(target=warm_templates, name="warming").start()  # half a second: the end waits for it
    server.run(sockets=[listener])


class _Server(uvicorn.Server):
    """A server without signal handlers that reports its start."""

    def __init__(self, config: uvicorn.Config, up: Callable[[], None]) -> None:
        super().__init__(config)
        self._up = up
        self._over = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Capture none: the caller sets ``stop``, and the process ends with status 0."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        if not self.should_exit:
            self._up()

    async def main_loop(self) -> None:
        """Wait for the end, and set the date of answers each second; uvicorn wakes ten times a second."""
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), TICK_S)

    def end_on(self, stop: threading.Event, stop_listening: Callable[[], None]) -> None:
        stop.wait()
        stop_listening()
        self.should_exit = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._over.set)
