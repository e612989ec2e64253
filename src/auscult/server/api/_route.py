"""The way into our own API: finds the operation, checks who asks, reads what was sent, and sends the answer.

Paths are taken as they are written, letter case and all; an id in a path may hold any character, percent-encoded.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, TypeVar, cast
from urllib.parse import quote, unquote

from msgspec.structs import replace
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from auscult.domain.errors import AccessError, NotFoundError, RequestError
from auscult.domain.tenancy import Client
from auscult.pipeline.ports import AppStore
from auscult.server.api._contract import Answer, Call, Later, Operation, Parameter, Services
from auscult.server.api._query import read_query, text
from auscult.server.bodies import check_json, read_body
from auscult.server.door import Door, check_scope
from auscult.server.errors import MethodNotAllowedError

T = TypeVar("T")

APP = Parameter(
    "app", {"type": "string", "minLength": 1}, "The app, where the client has several; the header iId says the same."
)
_LOOK_EVERY_S = 0.05
_IN_MEMORY_BYTES = 1 << 20
_DOCUMENT_BYTES = 2 << 20
_CODINGS = ("", "identity", "gzip", "x-gzip", "zstd")


class ApiRoute(BaseRoute):
    """Serves every operation of one path."""

    def __init__(self, path: str, operations: Sequence[Operation], door: Door, services: Services) -> None:
        """Serve these, which have one path, to whom ``door`` lets in."""
        self._operations = {operation.method: operation for operation in operations}
        self._pattern = re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)))
        self._door = door
        self._services = services
        methods = {*self._operations, "OPTIONS", *(["HEAD"] if "GET" in self._operations else [])}
        self._allowed = ", ".join(sorted(methods))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is for this path; what the path names goes into ``path_params``."""
        if scope["type"] == "http":
            raw = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1")
            found = self._pattern.fullmatch(raw.removeprefix(scope.get("root_path", "")))
            if found:
                named = {name: unquote(value, errors="replace") for name, value in found.groupdict().items()}
                return Match.FULL, {"path_params": named}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. What is wrong with it leaves here as an error, for the one handler."""
        method: str = scope["method"]
        if method == "OPTIONS":
            await _send(send, Answer(204, headers=(("allow", self._allowed),)))
            return
        operation = self._operations.get("GET" if method == "HEAD" else method)
        if operation is None:
            raise MethodNotAllowedError(self._allowed)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            answer = await self._answer(operation, scope, headers, receive)
        except ClientDisconnect:
            return
        await _send(send, answer, is_head=method == "HEAD")

    async def _answer(self, operation: Operation, scope: Scope, headers: Mapping[str, str], receive: Receive) -> Answer:
        client = await self._door.client(scope, headers)
        query = read_query(scope["query_string"], (APP, *operation.parameters))
        app = await self._app(client, text(query, "app") or headers.get("iid"))
        check_scope(client, operation.scopes)
        call = Call(client=client, app=app, path=scope["path_params"], query=query, services=self._services)
        if operation.body is None:
            return await self._done(operation, call)
        if operation.body.kind == "stream":
            async with _spooled(receive, headers, self._services.settings.request_bytes) as file:
                return await self._done(operation, replace(call, file=file))
        if operation.body.kind == "object":
            check_json(headers)
        body = await read_body(receive, headers, min(_DOCUMENT_BYTES, self._services.settings.request_bytes))
        return await self._done(operation, replace(call, body=body))

    async def _app(self, client: Client, named: str | None) -> AppStore:
        """The app that is asked about: the one that is named, or the only one that the client has."""
        if not named:
            if len(client.app_ids) != 1:
                raise RequestError(
                    "Name the app: as ?app= or in the header iId; this client has several.",
                    code="app.required",
                    field="app",
                )
            named = next(iter(client.app_ids))
        headers = {"accountid": client.account_id, "iid": named}
        try:
            tenants = await self._door.tenants(client, {}, headers, ())
        except AccessError as error:
            raise NotFoundError("This client has no such app.", code="app.unknown", field="app", value=named) from error
        return await self._run(lambda: self._services.store.within(tenants[0]))

    async def _done(self, operation: Operation, call: Call) -> Answer:
        answer = await self._run(lambda: operation.handle(call), may_take_long=operation.may_take_long)
        if isinstance(answer, Answer):
            return answer
        return await self._wait(answer)

    async def _wait(self, later: Later) -> Answer:
        loop = asyncio.get_running_loop()
        end = loop.time() + later.seconds
        while True:
            found = await self._run(later.look)
            if found is not None:
                return found
            if loop.time() >= end:
                return later.until_then
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _run(self, act: Callable[[], T], *, may_take_long: bool = False) -> T:
        executor = self._services.writing if may_take_long else self._services.reading
        return await asyncio.get_running_loop().run_in_executor(executor, act)


@asynccontextmanager
async def _spooled(receive: Receive, headers: Mapping[str, str], limit: int) -> AsyncGenerator[BinaryIO]:
    """Take in a body of at most ``limit`` bytes, on disk where it is large.

    Raises ``RequestError``: ``content_encoding.unsupported``, ``body.too_large``, and ``ClientDisconnect``.
    """
    coding = headers.get("content-encoding", "").strip()
    if coding.lower() not in _CODINGS:
        raise RequestError(
            "Content-Encoding: send the body plain, as gzip or as zstd.",
            code="content_encoding.unsupported",
            field="Content-Encoding",
            value=coding,
        )
    with SpooledTemporaryFile[bytes](_IN_MEMORY_BYTES) as file:
        size, more = 0, True
        announced = headers.get("content-length", "")
        if announced.isascii() and announced.isdigit() and int(announced[:18]) > limit:
            raise _too_large(limit)
        while more:
            message: Any = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            piece: bytes = message.get("body", b"")
            more = message.get("more_body", False)
            size += len(piece)
            if size > limit:
                raise _too_large(limit)
            file.write(piece)
        file.seek(0)
        yield cast("BinaryIO", file)


def _too_large(limit: int) -> RequestError:
    return RequestError(f"The body is larger than {limit} bytes; send it in parts.", code="body.too_large")


async def _send(send: Send, answer: Answer, *, is_head: bool = False) -> None:
    headers = [(name.encode(), value.encode()) for name, value in answer.headers]
    if answer.status != 204:  # noqa: PLR2004  (no content: no length and no type of it)
        headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer.body))]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if is_head else answer.body})
