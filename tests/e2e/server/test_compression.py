"""Answers over a kilobyte are compressed as the client accepts it; streams and ranges stay as they are."""

import asyncio
from typing import Any

import pytest

from auscult.server.asgi import Message, Receive, Scope, Send
from auscult.server.middleware.compression import CODINGS, Compressed, accepted, packed
from tests.data_files import data_of
from tests.e2e.consoles import signed_in
from tests.e2e.serving import Service

BODY = b"the same words again and again. " * 100


@pytest.mark.parametrize(("header", "coding"), data_of(__file__, "the_client_decides"))
def test_the_client_decides(header: str, coding: str | None) -> None:
    """The best coding that it accepts, none that it refuses."""
    assert accepted(header) == coding


def answer(*messages: Message, accepts: str = "gzip") -> list[Message]:
    """What a client gets of an application that sends these messages."""
    sent: list[Message] = []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        for each in messages:
            await send(each)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": [(b"accept-encoding", accepts.encode())],
    }
    asyncio.run(Compressed(app, frozenset())(scope, receive, send))
    return sent


def start(kind: str = "text/html", status: int = 200, **headers: str) -> Message:
    """The start of an answer."""
    named = {"content-type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
    pairs = [(name.encode(), value.encode()) for name, value in named.items()]
    return {"type": "http.response.start", "status": status, "headers": pairs}


def body(content: bytes, *, more: bool = False) -> Message:
    """A part of a body."""
    return {"type": "http.response.body", "body": content, "more_body": more}


def test_a_whole_text_is_compressed() -> None:
    """Length and coding are right, caches are told, and a tag names the same content in other bytes."""
    first, second = answer(start(etag='"1"', content_length="3200"), body(BODY))
    assert second["body"] == packed(BODY, "gzip", 5)
    headers = dict(first["headers"])
    assert headers[b"content-length"] == b"%d" % len(second["body"])
    assert headers[b"content-encoding"] == b"gzip"
    assert headers[b"vary"] == b"Accept-Encoding"
    assert headers[b"etag"] == b'W/"1"'


@pytest.mark.parametrize(
    "messages",
    [
        (start("text/event-stream"), body(BODY, more=True), body(BODY)),
        (start("application/x-ndjson"), body(BODY, more=True), body(BODY)),
        (start(status=206, content_range="bytes 0-9/99"), body(BODY)),
        (start("audio/mpeg"), body(BODY)),
        (start(content_encoding="zstd"), body(BODY)),
        (start(), body(b"short")),
    ],
    ids=["events", "stream", "range", "sound", "encoded", "short"],
)
def test_others_stay_as_they_are(messages: tuple[Message, ...]) -> None:
    """Streams are sent part by part, and nothing is compressed twice or in vain."""
    assert answer(*messages) == list(messages)


@pytest.mark.parametrize(
    ("sent", "vary"),
    [
        ((start(), body(BODY)), "Accept-Encoding"),
        ((start(vary="Cookie"), body(BODY)), "Cookie, Accept-Encoding"),
        ((start(vary="accept-encoding"), body(BODY)), "accept-encoding"),
        ((start(status=304), body(b"")), "Accept-Encoding"),
    ],
)
def test_caches_know_of_an_answer_that_was_not_compressed(sent: tuple[Message, ...], vary: str) -> None:
    """A client that accepts no coding, or has the answer already, is sent the same Vary as one that does; once."""
    first, *others = answer(*sent, accepts="identity")
    assert [value for name, value in first["headers"] if name == b"vary"] == [vary.encode()]
    assert b"content-encoding" not in dict(first["headers"])
    assert others == list(sent[1:])


@pytest.mark.landing
@pytest.mark.parametrize("coding", CODINGS)
def test_pages_files_and_documentation(served: Service, coding: str) -> None:
    """Pages, the style and the documentation are a fraction of their size; their content is the same."""
    with signed_in(served, "qa-manager") as me:
        version = me.get("/console/overview").text.partition("/assets/")[2].partition("/")[0]
        for path in ("/console/overview", f"/console/assets/{version}/console.css", "/docs", "/openapi.json"):
            plain = me.get(path, headers={"accept-encoding": "identity"})
            assert "content-encoding" not in plain.headers
            small = me.get(path, headers={"accept-encoding": coding})
            head = me.head(path, headers={"accept-encoding": coding})
            for each in (plain, small, head):
                assert each.headers["vary"].lower().count("accept-encoding") == 1, (path, each.headers)
            assert small.headers.get("content-encoding") == coding, (path, small.headers)
            assert int(small.headers["content-length"]) < len(plain.content) / 3
            if path != "/console/overview":  # each answer has a nonce of its own
                assert small.content == plain.content
