"""What every route of the vendor's APIs has in common: POST alone, at paths in any letter case, JSON in and out."""

import re
from abc import abstractmethod
from collections.abc import Iterable

from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from auscult.server.errors import MethodNotAllowedError

_METHOD = "POST"


class VendorRoute(BaseRoute):
    """Answers at all the paths of one API."""

    def __init__(self, paths: Iterable[str]) -> None:
        """``paths`` are templates, with names in braces."""
        self._patterns = tuple(path_pattern(path) for path in paths)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is for this route; what its path names goes into ``path_params``."""
        if scope["type"] == "http":
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            for pattern in self._patterns:
                if found := pattern.fullmatch(path):
                    return Match.FULL, {"path_params": found.groupdict()}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. What is wrong with it leaves here as an error, for the one handler."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["method"] != _METHOD:
            raise MethodNotAllowedError(_METHOD)
        try:
            answer = await self.answer(scope, headers, receive)
        except ClientDisconnect:
            return
        told = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": told})
        await send({"type": "http.response.body", "body": answer})

    @abstractmethod
    async def answer(self, scope: Scope, headers: dict[str, str], receive: Receive) -> bytes:
        """The body of the answer, JSON."""


def path_pattern(template: str) -> re.Pattern[str]:
    """Pattern of a path template that takes any letter case, doubled slashes, and one at the end (rule 22)."""
    steps = [
        f"(?P<{step[1:-1]}>[^/]+)" if step.startswith("{") else re.escape(step)
        for step in template.strip("/").split("/")
    ]
    return re.compile("/+" + "/+".join(steps) + "/*", re.IGNORECASE | re.ASCII)
