"""What a resource of our own API must be: a table of operations, each described where it is done."""

from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import Executor
from datetime import datetime
from typing import Any, BinaryIO, Literal, NamedTuple

from msgspec import Struct

from auscult.domain.assist import AssistedAgent
from auscult.domain.probe import Probe
from auscult.domain.tenancy import Client
from auscult.pipeline.backlog import Room
from auscult.pipeline.ports import AppStore, Store
from auscult.pipeline.record import Reports
from auscult.server.live import LiveService
from auscult.server.settings import ServerSettings

JSON = "application/json"
EVENTS = "text/event-stream"


class Services(NamedTuple):
    """What operations work with. ``reading`` is for what is quick, ``writing`` for what may take its time."""

    store: Store
    reports: Reports
    settings: ServerSettings
    answered: Callable[[], frozenset[type[Probe]]]
    now: Callable[[], datetime]
    reading: Executor
    writing: Executor
    live: LiveService
    room: Room


class Call(Struct, frozen=True, kw_only=True):
    """A request that was let in. ``query`` holds known parameters only; ``body`` is a file where it was streamed.

    ``agent`` is who is signed in, where a person asks and not a program.
    """

    client: Client
    app: AppStore
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    body: bytes = b""
    file: BinaryIO | None = None
    agent: AssistedAgent | None = None
    services: Services


class Answer(NamedTuple):
    """A whole answer. ``headers`` beside what every answer carries."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class Later(NamedTuple):
    """An answer that may get better: ``look`` is asked until it gives one, for so many seconds; then ``until_then`` goes."""

    until_then: Answer
    look: Callable[[], Answer | None]
    seconds: int


class Stream(NamedTuple):
    """An answer that goes on: ``pieces`` gives it piece by piece, until it ends or nobody reads it any more."""

    pieces: Callable[[], AsyncGenerator[bytes]]
    media_type: str = EVENTS


class Parameter(NamedTuple):
    """One parameter of the query."""

    name: str
    schema: Mapping[str, Any]
    description: str
    is_repeatable: bool = False


class Shown(NamedTuple):
    """How the documentation shows an answer: what it means, the type of its body, and an example."""

    description: str
    body: Any = None
    example: Any = None
    media_type: str = JSON


class Body(NamedTuple):
    """A body that an operation takes. ``kind``: a JSON object, a document of any of ``media_types``, or a stream.

    ``largest`` is of objects and documents, in bytes; the server's own limit goes before.
    """

    kind: Literal["object", "document", "stream"]
    type: Any
    example: Any
    description: str
    media_types: tuple[str, ...] = (JSON,)
    largest: int = 2 << 20


class Operation(Struct, frozen=True, kw_only=True):
    """One method of one path. ``scopes``: one of them is enough. ``statuses``: refusals beside those of every operation."""

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    name: str
    summary: str
    text: str
    scopes: frozenset[str]
    handle: Callable[[Call], Answer | Later | Stream]
    answers: Mapping[int, Shown]
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    statuses: Mapping[int, str] = {}
    may_take_long: bool = False
    admit: Callable[[Services, int | None], None] | None = None
    """Raises where a body of so many bytes, None where nobody says how many, need not be read."""


def reading(noun: str) -> frozenset[str]:
    """The scopes that let one read this: who may write it may read it."""
    return frozenset({f"{noun}:read", f"{noun}:write"})


def writing(noun: str) -> frozenset[str]:
    """The scope that lets one write this."""
    return frozenset({f"{noun}:write"})
