"""Requests of our own API: bodies read up to a limit, JSON read strictly into the type that a handler names."""

from collections.abc import Mapping
from typing import Any, Generic, NamedTuple, TypeVar, cast
from urllib.parse import unquote

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.enums import MediaType
from litestar.serialization import default_serializer
from litestar.types import Empty, Serializer

from auscult.domain.errors import sent
from auscult.domain.people.principal import Principal as Rights
from auscult.server.asgi import Receive, headers_of, scope_of
from auscult.server.auth.principal import Principal
from auscult.server.bodies import check_json, read_body
from auscult.server.rest.bodies import decode_body
from auscult.storage.store import AppStore

TAKES = "takes"
"""Key in a handler's ``opt``: the description of its body."""
OPEN = "open"
"""Key in a handler's ``opt``: true where no one has to sign in."""
REQUEST_BYTES = "request_bytes"
"""Key in a router's ``opt``: the largest body of any handler, in bytes."""
_APP, _RIGHTS, _LACKING = "auscult.app", "auscult.rights", "auscult.lacking"
LARGEST_OBJECT = 2 << 20
"""The largest body by default, in bytes."""

encode = msgspec.json.Encoder(decimal_format="number", enc_hook=sent).encode


AnyRequest = Request[Any, Any, Any]
T = TypeVar("T")


class Takes(NamedTuple):
    """The description of an operation's body. ``schema`` is for a body that is not JSON of the handler's type.

    Without description and example, it has those of the type. ``media_types`` are in addition to JSON; ``largest`` is in
    bytes.
    """

    description: str = ""
    example: Any = None
    schema: Mapping[str, Any] | type | None = None
    media_types: tuple[str, ...] = ()
    largest: int = LARGEST_OBJECT
    is_many: bool = False
    """True if the body may also be an array of these."""
    also: Mapping[str, Any] | None = None
    """Keywords of JSON Schema on the whole body: a rule between its fields, which the domain checks."""


class ApiRequest(Request[Principal, None, State]):
    """A request to our own API. Ids in its path may contain any character, percent-encoded."""

    @property
    def path_params(self) -> dict[str, Any]:
        """The parameters of the path, decoded."""
        values: dict[str, Any] = self.scope["path_params"]
        return {
            name: unquote(value, errors="replace") if isinstance(value, str) else value
            for name, value in values.items()
        }

    @property
    def app_store(self) -> AppStore:
        """The store of the app that the request is about, which a guard found."""
        return self.scope[_APP]  # type: ignore[typeddict-item]

    @app_store.setter
    def app_store(self, store: AppStore) -> None:
        self.scope[_APP] = store  # type: ignore[typeddict-unknown-key]

    @property
    def rights(self) -> Rights:
        """The caller's rights in the app that the request is about, which a guard found."""
        return self.scope[_RIGHTS]  # type: ignore[typeddict-item]

    @rights.setter
    def rights(self, rights: Rights) -> None:
        self.scope[_RIGHTS] = rights  # type: ignore[typeddict-unknown-key]

    @property
    def lacking(self) -> str | None:
        """The required parameter that the query does not have, as a guard found; refused once the caller is admitted."""
        return cast("dict[str, Any]", self.scope).get(_LACKING)

    @lacking.setter
    def lacking(self, name: str | None) -> None:
        self.scope[_LACKING] = name  # type: ignore[typeddict-unknown-key]

    async def body(self) -> bytes:
        """Return the body. Raises ``RequestError``: ``body.too_large``, ``content_type.unsupported``."""
        if self._body is Empty:
            headers = headers_of(scope_of(self))
            if self.route_handler.parsed_data_field is not None:
                check_json(headers)
            opt = self.route_handler.opt
            takes: Takes | None = opt.get(TAKES)
            largest = min(takes.largest if takes else LARGEST_OBJECT, opt[REQUEST_BYTES])
            self._body = await read_body(cast("Receive", self.receive), headers, largest)
            if not self._body:
                await self.json()  # an empty body is not JSON; the framework would treat it as absent
        return self._body

    async def json(self) -> Any:  # noqa: ANN401  (of the type that the handler names)
        """Return the body as the handler's type. Raises ``RequestError``: ``body.*``, ``field.*``."""
        data = self.route_handler.parsed_data_field
        return None if data is None else decode_body(await self.body(), data.annotation)


class ApiResponse(Response[Any], Generic[T]):
    """A response in JSON of a type; bytes are sent unchanged, as JSON that is already encoded."""

    def render(self, content: Any, media_type: MediaType | str, enc_hook: Serializer = default_serializer) -> bytes:  # noqa: ANN401  (whatever a handler returns)
        """Return the body."""
        del media_type, enc_hook
        if isinstance(content, bytes):
            return content
        return b"" if content is None else encode(content)
