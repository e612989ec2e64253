"""ASGI as the server's own layers use it: the shapes of its calls, and the end of a connection."""

from collections.abc import Awaitable, Callable, MutableMapping
from collections.abc import Set as AbstractSet
from typing import Any, cast
from urllib.parse import quote

from litestar.connection import ASGIConnection

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


class ClientDisconnect(Exception):  # noqa: N818  (an event, not a fault)
    """The client closed the connection before its request was read."""


def headers_of(scope: Scope) -> dict[str, str]:
    """Return the headers of a request, names in lower case; the last of a repeated one."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def raw_path(scope: Scope) -> str:
    """Return the path as sent, percent-encoded, without the prefix of a proxy."""
    raw = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1")
    return raw.removeprefix(scope.get("root_path", ""))


def scope_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Scope:
    """Return the scope of a connection of the framework, which types each kind of scope by its keys."""
    return cast("Scope", connection.scope)


def with_head(methods: AbstractSet[str]) -> set[str]:
    """Return methods of a path with HEAD, which is served wherever GET is."""
    return {*methods, "HEAD"} if "GET" in methods else set(methods)
