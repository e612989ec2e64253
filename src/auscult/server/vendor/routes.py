"""The routes of the vendor's APIs: mostly POST, at paths in any letter case, JSON in and out."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar

from auscult.domain.tenancy import Client, Tenant
from auscult.server.asgi import ASGIApp, ClientDisconnect, Receive, Scope, Send, headers_of, raw_path
from auscult.server.authorizer import RequestAuthorizer
from auscult.server.errors import MethodNotAllowedError
from auscult.server.request_context import context_of
from auscult.server.rest.context import Services

_NAMED = "auscult.named"
"""Key in the scope: the parameters of the path of a request."""


class VendorRoute(ABC):
    """The handler of all paths of one API, which are templates with names in braces."""

    methods: ClassVar[tuple[str, ...]] = ("POST",)

    def __init__(self, paths: Iterable[str]) -> None:
        """Serve ``paths``."""
        self.paths = tuple(paths)
        self.mounted_at = re.sub(r"\{(\w+)\}", r":\1", self.paths[0])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Refusals are raised as errors, for the one handler of errors."""
        headers = headers_of(scope)
        if scope["method"] not in self.methods:
            raise MethodNotAllowedError(", ".join(self.methods))
        try:
            answer = await self.answer({**scope, "path_params": scope[_NAMED]}, headers, receive)
        except ClientDisconnect:
            return
        pairs = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": pairs})
        await send({"type": "http.response.body", "body": answer})

    @abstractmethod
    async def answer(self, scope: Scope, headers: dict[str, str], receive: Receive) -> bytes:
        """Return the body of the response, JSON."""


class ServedRoute(VendorRoute):
    """A route at ``templates``, for one app, whose account the request need not name."""

    templates: ClassVar[tuple[str, ...]]

    def __init__(self, authorizer: RequestAuthorizer, services: Services) -> None:
        """Serve the callers that ``authorizer`` admits."""
        super().__init__(self.templates)
        self._authorizer = authorizer
        self._services = services

    async def tenant(self, client: Client, scope: Scope, headers: dict[str, str]) -> Tenant:
        """Return the app that the request is for. Raises as ``RequestAuthorizer.tenants`` does."""
        named = {"accountid": client.account_id, **headers}
        (tenant,) = await self._authorizer.tenants(client, scope["path_params"], named, ())
        return tenant


class Paths:
    """Middleware in front of the router, which knows one spelling of each path.

    The vendor's paths are accepted in any spelling and replaced by the one path of their route (rule 22). Every other
    path is passed on percent-encoded, as sent, since an id in it may contain a slash.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[VendorRoute]) -> None:
        """Rewrite the paths of ``routes`` for ``app``."""
        self._app = app
        self._mounts = [(path_pattern(path), path, route.mounted_at) for route in routes for path in route.paths]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] == "http":
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            for pattern, template, mounted_at in self._mounts:
                if found := pattern.fullmatch(path):
                    context_of(scope).route = template
                    scope = {**scope, "path": mounted_at, _NAMED: found.groupdict()}
                    break
            else:
                scope = {**scope, "path": raw_path(scope)}
        await self._app(scope, receive, send)


def path_pattern(template: str) -> re.Pattern[str]:
    """Return the pattern of a path template: any letter case, doubled slashes, and one at the end (rule 22)."""
    steps = [
        f"(?P<{step[1:-1]}>[^/]+)" if step.startswith("{") else re.escape(step)
        for step in template.strip("/").split("/")
    ]
    return re.compile("/+" + "/+".join(steps) + "/*", re.IGNORECASE | re.ASCII)


def base_of(scope: Scope, public_url: str, named: str = "") -> str:
    """Return the public address of this server; where none is set, ``named``, else the one that it is bound to.

    A request may name any host (``named``), so no link with an authorization in it begins with that.
    """
    host, port = scope["server"]
    bound = named or f"{f'[{host}]' if ':' in host else host}:{port}"
    return public_url or f"{scope['scheme']}://{bound}{scope.get('root_path', '')}"
