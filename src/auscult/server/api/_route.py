"""The way into our own API: finds the operation, checks who asks, reads what was sent, and sends the answer.

Paths are taken as they are written, letter case and all; an id in a path may hold any character, percent-encoded.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
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
from auscult.server.api._contract import Answer, Call, Later, Operation, Parameter, Services, Stream
from auscult.server.api._query import read_query, text
from auscult.server.bodies import check_json, read_body
from auscult.server.door import Door, check_scope
from auscult.server.errors import MethodNotAllowedError
from auscult.server.exchange import exchange_of

T = TypeVar("T")

APP = Parameter(
    "app", {"type": "string", "minLength": 1}, "The app, where the client has several; the header iId says the same."
)
_LOOK_EVERY_S = 0.05
_IN_MEMORY_BYTES = 1 << 20
_CODINGS = ("", "identity", "gzip", "x-gzip", "zstd")


def raw_path(scope: Scope) -> str:
    """The path as it was written, percent signs and all, without what a proxy put before it."""
    raw = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1")
    return raw.removeprefix(scope.get("root_path", ""))


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
            found = self._pattern.fullmatch(raw_path(scope))
            if found:
                named = {name: unquote(value, errors="replace") for name, value in found.groupdict().items()}
                return Match.FULL, {"path_params": named}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. What is wrong with it leaves here as an error, for the one handler."""
        method: str = scope["method"]
        if method == "OPTIONS":
            await send_answer(send, Answer(204, headers=(("allow", self._allowed),)))
            return
        operation = self._operations.get("GET" if method == "HEAD" else method)
        if operation is None:
            raise MethodNotAllowedError(self._allowed)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            answer = await self._answer(operation, scope, headers, receive)
        except ClientDisconnect:
            return
        if isinstance(answer, Stream):
            await _send_stream(send, receive, answer, is_head=method == "HEAD")
        else:
            await send_answer(send, answer, is_head=method == "HEAD")

    async def _answer(
        self, operation: Operation, scope: Scope, headers: Mapping[str, str], receive: Receive
    ) -> Answer | Stream:
        client = await self._door.client(scope, headers)
        query = read_query(scope["query_string"], (APP, *operation.parameters))
        app = await self._app(client, text(query, "app") or headers.get("iid"))
        check_scope(client, operation.scopes)
        agent = exchange_of(scope).agent
        call = Call(
            client=client, app=app, path=scope["path_params"], query=query, agent=agent, services=self._services
        )
        if operation.body is None:
            return await self._done(operation, call)
        if operation.admit is not None:
            admit, announced = operation.admit, _announced(headers)
            await self._run(lambda: admit(self._services, announced))
        if operation.body.kind == "stream":
            async with _spooled(receive, headers, self._services.settings.request_bytes) as file:
                return await self._done(operation, replace(call, file=file))
        if operation.body.kind == "object":
            check_json(headers)
        largest = min(operation.body.largest, self._services.settings.request_bytes)
        body = await read_body(receive, headers, largest)
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

    async def _done(self, operation: Operation, call: Call) -> Answer | Stream:
        answer = await self._run(lambda: operation.handle(call), may_take_long=operation.may_take_long)
        if isinstance(answer, Later):
            return await self._wait(answer)
        return answer

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
        announced = _announced(headers)
        if announced is not None and announced > limit:
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


def _announced(headers: Mapping[str, str]) -> int | None:
    """How many bytes a body is said to have."""
    told = headers.get("content-length", "")
    return int(told[:18]) if told.isascii() and told.isdigit() else None


def _too_large(limit: int) -> RequestError:
    return RequestError(f"The body is larger than {limit} bytes; send it in parts.", code="body.too_large")


async def send_answer(send: Send, answer: Answer, *, is_head: bool = False) -> None:
    """Send a whole answer."""
    headers = [(name.encode(), value.encode()) for name, value in answer.headers]
    if answer.status != 204:  # noqa: PLR2004  (no content: no length and no type of it)
        headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer.body))]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if is_head else answer.body})


async def _send_stream(send: Send, receive: Receive, stream: Stream, *, is_head: bool) -> None:
    """Send piece by piece, until it ends or nobody reads it any more."""
    headers = [(b"content-type", stream.media_type.encode()), (b"x-accel-buffering", b"no")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    sending = asyncio.ensure_future(_send_pieces(send, stream, is_head=is_head))
    gone = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
    finally:
        gone.cancel()
        sending.cancel()
        await asyncio.wait({sending})


async def _send_pieces(send: Send, stream: Stream, *, is_head: bool) -> None:
    async with aclosing(stream.pieces()) as pieces:
        if not is_head:
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _disconnected(receive: Receive) -> None:
    """Wait until nobody reads the answer any more."""
    while (await receive())["type"] != "http.disconnect":
        pass
