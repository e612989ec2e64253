"""OpenAPI of our own API: Litestar describes paths and parameters, msgspec the types, this module the common parts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast, get_origin

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import PathItem, Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.routes import HTTPRoute
from litestar.typing import FieldDefinition
from msgspec import Struct

from auscult.server.errors import REASONS
from auscult.server.problems import MEDIA_TYPE, Detail
from auscult.server.rest.examples import example_of, first_sentence
from auscult.server.rest.guards import Scopes
from auscult.server.rest.lists import Called, named
from auscult.server.rest.query import Parameters
from auscult.server.rest.request import OPEN, TAKES, Takes

JSON = "application/json"
TAG = "Own API"
APP: Mapping[str, Any] = {
    "name": "app",
    "in": "query",
    "required": False,
    "description": "The app, where the client has several; the header iId says the same.",
    "schema": {"type": "string", "minLength": 1},
}
_REF = "#/components/schemas/{name}"
_REFUSALS: Mapping[int, str] = {
    400: "A parameter or the body is wrong, or the app has to be named.",
    401: "No token, or a wrong one.",
    403: "The client has none of the scopes that this asks for.",
    404: "The client has no such app, or the app no such thing.",
    405: "The path does not take this method.",
    429: "The account's requests of this minute are used up.",
}
_OF_BODIES: Mapping[int, str] = {413: "The body is too large."}
_OF_JSON: Mapping[int, str] = {415: "The body is not application/json in UTF-8."}
_PROBLEM: Mapping[str, Any] = {
    "type": "object",
    "description": "What went wrong, as RFC 9457 has it.",
    "required": ["type", "title", "status", "detail", "reason", "instance", "request_id"],
    "properties": {
        "type": {"type": "string", "description": "Where this reason is explained."},
        "title": {"type": "string", "description": "What kind of problem it is."},
        "status": {"type": "integer", "description": "The status of the answer."},
        "detail": {"type": "string", "description": "What is wrong, and what would be right."},
        "reason": {"type": "string", "enum": list(REASONS), "description": "Stable; for programs."},
        "instance": {"type": "string", "description": "The path that was asked."},
        "request_id": {"type": "string", "description": "The answer's X-Request-Id."},
        "field": {"type": "string", "description": "The parameter, field or header that is wrong."},
        "value": {"description": "What was given there; long values by their beginning."},
        "errors": {
            "type": "array",
            "items": {"$ref": _REF.format(name=Detail.__name__)},
            "description": "Every fault of a document.",
        },
    },
}


@dataclass
class Shown(ResponseSpec):
    """The description of a response: ``body`` is a type, several whose fields it has, a schema, or None.

    Without description or example, it has those of the type.
    """

    body: Any = None
    example: Any = None


def answer(description: str, body: Any = None, example: Any = None, media_type: str = JSON) -> Shown:  # noqa: ANN401
    """Describe a response. ``body``: a type, several whose fields it has, a schema, or None; ``example`` of it."""
    return Shown(None, description=description, media_type=media_type, body=body, example=example)


def refusal(description: str) -> ResponseSpec:
    """Describe an error in addition to those of every operation: the meaning of this status here."""
    return ResponseSpec(None, description=description, media_type=MEDIA_TYPE)


def refusals(meanings: Mapping[int, str]) -> dict[int, ResponseSpec]:
    """Describe several refusals by their status."""
    return {status: refusal(meaning) for status, meaning in meanings.items()}


class StructSchemas(OpenAPISchemaPlugin):
    """Schemas of structs are msgspec's own, not Litestar's."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        """Return whether msgspec describes this type."""
        kind = get_origin(field_definition.annotation) or field_definition.annotation
        return isinstance(kind, type) and issubclass(kind, Struct)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: object) -> Schema:
        """Return an empty schema, in place of which ``describe`` puts a reference."""
        del field_definition, schema_creator
        return Schema()


def describe(app: Litestar, schemas: dict[str, Any], rate_headers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Describe the operations of an application by path and method; the schemas that they name go into ``schemas``."""
    handlers = list(_handlers(app))
    kinds = [Detail, *(kind for _, _, handler in handlers for kind in _types(handler))]
    lists = {str(kind): (record, called) for kind in kinds for record, called in [named(kind)] if called}
    records = [kind for kind in kinds if str(kind) not in lists]
    parts = [field.type for record, _ in lists.values() for field in msgspec.structs.fields(record)]
    refs, components = msgspec.json.schema_components([*records, *parts], ref_template=_REF)
    known = dict(zip(map(str, (*records, *parts)), refs, strict=True))
    for kind, (record, called) in lists.items():
        components[called.name] = _list(record, called, known)
        known[kind] = {"$ref": _REF.format(name=called.name)}
    schemas.update({"Problem": dict(_PROBLEM), **_with_numbers(components)})
    paths: dict[str, dict[str, Any]] = {}
    generated: dict[str, Any] = app.openapi_schema.to_schema()["paths"]  # type: ignore[assignment]
    for path, method, handler in handlers:
        operation = generated[path][method]
        paths.setdefault(path, {})[method] = _finished(operation, handler, known, rate_headers)
    return paths


def query_parameters(app: Litestar) -> dict[str, Parameters]:
    """Return the parameters of the query of each operation by its id, in a third of the time that ``describe`` takes."""
    items = cast("dict[str, PathItem]", app.openapi_schema.paths)
    found: dict[str, Parameters] = {}
    for path, method, handler in _handlers(app):
        generated = [each.to_schema() for each in getattr(items[path], method).parameters or ()]
        parameters = _parameters(generated, handler)
        found[str(handler.operation_id)] = {
            each["name"]: each["schema"] | {"required": each.get("required", False)}
            for each in parameters
            if each["in"] == "query"
        }
    return found


def _handlers(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """Yield path, method and handler of every operation that is described."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, _) in route.route_handler_map.items():
                if handler.operation_id is not None and handler.resolve_include_in_schema():
                    yield route.path_format, method.lower(), handler


def _types(handler: HTTPRouteHandler) -> Iterator[Any]:
    """Yield every type of the responses and the body of an operation."""
    for shown in (handler.responses or {}).values():
        if isinstance(shown, Shown):
            yield from _parts(shown.body)
    yield from _parts(_body_schema(handler))


def _parts(kind: Any) -> tuple[Any, ...]:  # noqa: ANN401  (a type, several, a schema, or None)
    if kind is None or isinstance(kind, dict):
        return ()
    return cast("tuple[Any, ...]", kind) if isinstance(kind, tuple) else (kind,)


def _body_schema(handler: HTTPRouteHandler) -> Any:  # noqa: ANN401  (the same)
    takes: Takes | None = handler.opt.get(TAKES)
    if takes is not None and takes.schema is not None:
        return takes.schema
    data = handler.parsed_data_field
    return None if data is None else data.annotation


def _list(record: type[Struct], called: Called, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a list; msgspec would call two alike that are of different records of one name."""
    fields = msgspec.structs.fields(record)
    usual = {field.name: {} if field.required else {"default": field.default} for field in fields}
    return {
        "title": called.name.rpartition(".")[2],
        "description": called.about,
        "type": "object",
        "properties": {field.name: known[str(field.type)] | usual[field.name] for field in fields},
        "required": [field.name for field in fields if field.required],
    }


def _with_numbers(schema: Any) -> Any:  # noqa: ANN401  (a schema, or a part of one)
    """Return a schema in which decimals are numbers, as they are sent, and days are as good as instants."""
    if isinstance(schema, list):
        return [_with_numbers(each) for each in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    parts = cast("dict[str, Any]", schema)
    if parts.get("format") == "decimal":
        return {"type": "number"}
    if "anyOf" in parts:  # of `Instant`: either format
        parts = {key: value for key, value in parts.items() if key != "format"}
    return {key: _with_numbers(value) for key, value in parts.items()}


def _finished(
    operation: dict[str, Any], handler: HTTPRouteHandler, known: Mapping[str, Any], rate_headers: Mapping[str, Any]
) -> dict[str, Any]:
    """Return an operation with the common parts: scopes, the app, refusals, headers."""
    responses = handler.responses or {}
    shown = {status: each for status, each in responses.items() if isinstance(each, Shown)}
    refused = {status: each.description for status, each in responses.items() if not isinstance(each, Shown)}
    takes = handler.opt.get(TAKES) or (Takes() if handler.parsed_data_field else None)
    body = _body(takes, _body_schema(handler), known) if takes else None
    refusals = dict(sorted({**_REFUSALS, **_of_body(body), **refused}.items()))
    described: dict[str, Any] = {
        **operation,
        "tags": [TAG],
        "description": "\n\n".join([operation.get("description", ""), *map(_needed, _scopes(handler))]).lstrip(),
        "security": [] if handler.opt.get(OPEN) else [{"auth": []}, {"bearer": []}, {"session": []}],
        "parameters": _parameters(operation.get("parameters", ()), handler),
        "responses": {
            **{str(status): _answer(each, known, rate_headers) for status, each in shown.items()},
            **{str(status): _refusal(meaning, status, rate_headers) for status, meaning in refusals.items()},
        },
    }
    described.pop("deprecated", None)
    described.pop("requestBody", None)
    if body is not None:
        described["requestBody"] = body
    return described


def _of_body(body: Mapping[str, Any] | None) -> dict[int, str]:
    """Return the refusals of a body: it may be too large, and where it has to be JSON, something else."""
    if body is None:
        return {}
    return {**_OF_BODIES, **(_OF_JSON if [*body["content"]] == [JSON] else {})}


def _scopes(handler: HTTPRouteHandler) -> list[Scopes]:
    """Return the guards that require a scope."""
    guards = cast("Sequence[object]", handler.guards or ())  # pyright: ignore[reportUnknownMemberType]
    return [guard for guard in guards if isinstance(guard, Scopes)]


def _parameters(generated: Iterable[Mapping[str, Any]], handler: HTTPRouteHandler) -> list[dict[str, Any]]:
    """Return the parameters of an operation: those of its signature, and the app where a scope is required."""
    return [*map(_parameter, generated), *([dict(APP)] if _scopes(handler) else [])]


def _needed(guard: Scopes) -> str:
    """Return the sentence on the needed scope of a client, or permission of a user."""
    scopes = ", ".join(f"`{scope}`" for scope in sorted(guard.scopes))
    needed = (
        f"One of these scopes is needed: {scopes}." if scopes else "It is for users; no scope of a client carries it."
    )
    permission = f" A user needs the permission `{guard.permission}`." if guard.permission else ""
    return f"{needed}{permission}"


def _parameter(generated: Mapping[str, Any]) -> dict[str, Any]:
    """Return a parameter without the parts of its schema that a default of None adds."""
    schema = _given(generated["schema"])
    described = {name: generated[name] for name in ("name", "in", "required")}
    described["description"] = generated.get("description") or schema.get("description", "")
    if examples := generated.get("examples"):
        described["example"] = next(iter(examples.values()))["value"]
    described["schema"] = {key: value for key, value in schema.items() if key not in ("description", "examples")}
    return described


def _given(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a given parameter: without null, and without an empty default."""
    found = dict(schema)
    for either in found.pop("oneOf", found.pop("anyOf", ())):
        if either != {"type": "null"}:
            found = {**either, **found}
    if isinstance(found.get("type"), list):
        found["type"] = next(each for each in found["type"] if each != "null")
    if "enum" in found:
        found["enum"] = [each for each in found["enum"] if each is not None]
    if found.get("default", "") in (None, [], ()):
        del found["default"]
    for bound in ("minimum", "maximum"):
        if found.get("type") == "integer" and bound in found:
            found[bound] = int(found[bound])
    if "items" in found:
        found["items"] = _given(found["items"])
    return found


def _body(takes: Takes, kind: Any, known: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401  (a type or a schema)
    schema = {**_schema(kind, known), **(takes.also or {})}
    if takes.is_many:
        schema = {"anyOf": [schema, {"type": "array", "items": schema}]}
    example = takes.example if takes.description else example_of(kind)
    content: dict[str, Any] = {} if _is_binary(schema) else {JSON: {"schema": schema, "example": example}}
    for media_type in takes.media_types:
        content.setdefault(media_type, {"schema": schema if _is_binary(schema) else {"type": "string", "minLength": 1}})
    return {"required": True, "description": takes.description or first_sentence(kind), "content": content}


def _is_binary(schema: Mapping[str, Any]) -> bool:
    """Return whether a body is bytes of one of its media types, and never JSON."""
    return schema.get("format") == "binary"


def _answer(shown: Shown, known: Mapping[str, Any], rate_headers: Mapping[str, Any]) -> dict[str, Any]:
    meaning = shown.description or ("Done." if shown.body is None else first_sentence(shown.body))
    described: dict[str, Any] = {"description": meaning, "headers": dict(rate_headers)}
    if shown.body is not None:
        example = example_of(shown.body) if shown.example is None else shown.example
        content = {"schema": _schema(shown.body, known), "example": example}
        described["content"] = {str(shown.media_type): content}
    return described


def _refusal(meaning: str, status: int, rate_headers: Mapping[str, Any]) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if status == 429:  # noqa: PLR2004  (too many requests)
        more["Retry-After"] = {"description": "Seconds to wait.", "schema": {"type": "string"}}
    return {
        "description": meaning,
        "headers": {**rate_headers, **more},
        "content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(name="Problem")}}},
    }


def _schema(kind: Any, known: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401  (a type, several, or a schema)
    if isinstance(kind, dict):
        return cast("dict[str, Any]", kind)
    schemas = [known[str(each)] for each in _parts(kind)]
    return schemas[0] if len(schemas) == 1 else {"allOf": schemas}
