"""``/mcp``: the Model Context Protocol over HTTP (streamable), for the tokens of clients and people."""

import asyncio
from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar

from auscult.domain.errors import SettingsError
from auscult.server.asgi import Receive, Scope, Send, headers_of
from auscult.server.mcp.tools import Caller
from auscult.server.people.authorizer import ApiAuthorizer
from auscult.server.people.cookies import check_origin

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

EXTRA = "the Model Context Protocol needs an extra that is not installed: pip install 'auscult[mcp]'"


def check_installed() -> None:
    """Refuse to go on without the SDK: ``SettingsError``."""
    if find_spec("mcp") is None:
        raise SettingsError(EXTRA, code="extra.missing", field="mcp")


class McpEndpoint:
    """The endpoint. It keeps nothing between requests, so that any server of several can answer each."""

    mounted_at: ClassVar[str] = "/mcp"

    def __init__(self, authorizer: ApiAuthorizer, caller: Caller) -> None:
        """Admit clients and people by their tokens with ``authorizer``; ask as ``caller``."""
        self._authorizer = authorizer
        self._caller = caller
        self._manager: StreamableHTTPSessionManager | None = None
        self._lock = asyncio.Lock()
        self._over = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises ``AccessError`` ``token.*``, ``origin.*``, ``SettingsError`` ``extra.missing``."""
        check_installed()
        check_origin(scope, headers_of(scope))
        await self._authorizer.principal(_without_cookie(scope))
        manager = await self._started()
        await manager.handle_request(scope, receive, send)

    async def close(self) -> None:
        """Stop the SDK's tasks."""
        self._over.set()
        if self._running is not None:
            await self._running
        await self._caller.client.aclose()

    async def _started(self) -> "StreamableHTTPSessionManager":
        async with self._lock:
            if self._manager is None:
                from auscult.server.mcp.sdk import manager_of  # noqa: PLC0415  (an extra)

                self._manager = manager_of(self._caller)
                ready = asyncio.Event()
                # A task of its own: what the SDK enters it leaves in the same task, whichever request came first.
                self._running = asyncio.create_task(self._run(self._manager, ready))
                await ready.wait()
            return self._manager

    async def _run(self, manager: "StreamableHTTPSessionManager", ready: asyncio.Event) -> None:
        async with manager.run():
            ready.set()
            await self._over.wait()


def _without_cookie(scope: Scope) -> Scope:
    """Return a request in which only a token identifies the caller: a session's cookie is for the console."""
    kept = [(name, value) for name, value in scope["headers"] if name.lower() != b"cookie"]
    return {**scope, "headers": kept}
