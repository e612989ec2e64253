"""The process in which documents are read: requests on standard input, replies on standard output, until it ends.

A document that takes more than its processor time or memory ends the process, and nothing else.
"""

import os
import resource
import signal
import struct
import sys
from contextlib import suppress
from typing import Any, BinaryIO

import msgspec

from auscult.documents import KINDS
from auscult.documents._opening import opening_of
from auscult.documents._passages import passages
from auscult.domain.assist.knowledge import Piece
from auscult.domain.assist.validity import Opening
from auscult.domain.errors import DocumentError

LENGTH = struct.Struct(">Q")
"""Before each message: how many bytes it has."""

MEMORY_BYTES = 2 << 30
LARGEST_REPLY = 128 << 20


class Request(msgspec.Struct, frozen=True, array_like=True):
    """A document to be read, and the processor time that it may take."""

    kind: str
    data: bytes
    cpu_s: float


class Reply(msgspec.Struct, frozen=True, array_like=True):
    """The passages of a document and its beginning; or, with ``code``, why it cannot be read."""

    pieces: tuple[Piece, ...] = ()
    opening: Opening = Opening()
    code: str | None = None
    message: str = ""


def main() -> None:
    """Serve until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent's to handle
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no reply
    requests = sys.stdin.buffer
    while (size := requests.read(LENGTH.size)) and len(size) == LENGTH.size:
        request = msgspec.msgpack.decode(requests.read(LENGTH.unpack(size)[0]), type=Request)
        # By default this signal ends the process, wherever it is: also in the middle of a pattern.
        signal.setitimer(signal.ITIMER_PROF, request.cpu_s)
        reply = _read(request)
        signal.setitimer(signal.ITIMER_PROF, 0)
        _send(replies, reply)


def _read(request: Request) -> Reply:
    try:
        kind = KINDS[request.kind]
        blocks = list(kind.read(request.data))
        return Reply(pieces=tuple(passages(blocks)), opening=opening_of(kind.front(request.data), blocks))
    except DocumentError as error:
        return Reply(code=error.reason, message=error.message)
    except (
        AssertionError,
        ArithmeticError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
        AttributeError,
    ) as error:
        # The libraries that read what people write raise these on what nobody would write.
        message = f"the document cannot be read: its markup is broken ({type(error).__name__})"
        return Reply(code="document.unreadable", message=message)


def _send(replies: BinaryIO, reply: Reply) -> None:
    data: Any = msgspec.msgpack.encode(reply)
    if len(data) > LARGEST_REPLY:
        data = msgspec.msgpack.encode(Reply(code="document.unreadable", message="the document has too much text"))
    replies.write(LENGTH.pack(len(data)) + data)
    replies.flush()


if __name__ == "__main__":
    main()
