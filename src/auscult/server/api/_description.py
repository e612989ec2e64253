"""Our own API as OpenAPI has it: every operation from its own table, every schema from the types that are sent."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import msgspec

from auscult.server.api._contract import JSON, Body, Operation, Parameter, Shown
from auscult.server.api._route import APP
from auscult.server.errors import REASONS
from auscult.server.problems import MEDIA_TYPE, Detail

_REF = "#/components/schemas/{name}"
_EXAMPLES = {
    "conversation_id": ("The conversation, percent-encoded.", "c-7f8b1f0e-0a53-5a0e-8f0b-2d3c9d1f6f11"),
    "backtest_id": ("The backtest's id.", "bt-7c0f2f3e-5a0e-4f0b-8d3c-9d1f6f11a2b3"),
    "form_id": ("The form, percent-encoded.", "ef-billing"),
    "taxonomy_id": ("The taxonomy, percent-encoded.", "tx-shop"),
    "language": ("The language of the base, by its code.", "en"),
    "request_id": ("The answer.", "aa-2aae1892-1e67-5b93-b46b-6e96866b2a11"),
    "job_id": ("The job's id.", "b-7d0c9f0e-3f0a-4a52-9d36-0d6f6f7a1c55"),
    "rescore_id": ("The re-score's id.", "rs-0b6f2f3e-5a0e-4f0b-8d3c-9d1f6f11a2b3"),
    "scorecard_id": ("The scorecard, percent-encoded.", "sc-service"),
    "agent_id": ("The agent, percent-encoded.", "a-1"),
    "source": ("The name of the document, percent-encoded.", "promotions.md"),
    "webhook_id": ("The webhook's id.", "wh-5f1c9a7b3e2d4c60"),
    "summary_id": ("The summary.", "smr-9e7925c8-d842-5567-9966-059b23bd2a11"),
}
_REFUSALS: Mapping[int, str] = {
    400: "A parameter or the body is wrong, or the app has to be named.",
    401: "No token, or a wrong one.",
    403: "The client has none of the scopes that this asks for.",
    404: "The client has no such app, or the app no such thing.",
    405: "The path does not take this method.",
    429: "The account's requests of this minute are used up.",
}
PROBLEM: Mapping[str, Any] = {
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


def describe(
    operations: Sequence[Operation], schemas: dict[str, Any], rate_headers: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Describe operations by path and method; the schemas that they refer to are added to ``schemas``."""
    kinds = [Detail, *(kind for operation in operations for kind in _types(operation))]
    refs, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    known = dict(zip(map(str, kinds), refs, strict=True))
    schemas.update({"Problem": dict(PROBLEM), **_with_numbers(components)})
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        described = _operation(operation, known, rate_headers)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    return paths


def _with_numbers(schema: Any) -> Any:  # noqa: ANN401  (a schema, or a part of one)
    """A schema in which decimals are numbers, as they are sent."""
    if isinstance(schema, list):
        return [_with_numbers(each) for each in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    parts = cast("dict[str, Any]", schema)
    if parts.get("format") == "decimal":
        return {"type": "number"}
    return {key: _with_numbers(value) for key, value in parts.items()}


def _types(operation: Operation) -> Iterator[Any]:
    for shown in (*operation.answers.values(), *([operation.body] if operation.body else [])):
        kind: Any = shown.type if isinstance(shown, Body) else shown.body
        if kind is not None and not isinstance(kind, dict):
            yield from kind if isinstance(kind, tuple) else (kind,)


def _operation(operation: Operation, known: Mapping[str, Any], rate_headers: Mapping[str, Any]) -> dict[str, Any]:
    scopes = ", ".join(f"`{scope}`" for scope in sorted(operation.scopes))
    refusals = {**_REFUSALS, **operation.statuses}
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": ["Own API"],
        "summary": operation.summary,
        "description": f"{operation.text}\n\nOne of these scopes is needed: {scopes}.",
        "security": [{"auth": []}, {"bearer": []}],
        "parameters": [
            *(_in_path(name) for name in re.findall(r"\{(\w+)\}", operation.path)),
            *(_in_query(each) for each in (*operation.parameters, APP)),
        ],
        "responses": {
            **{str(status): _answer(shown, known, rate_headers) for status, shown in operation.answers.items()},
            **{str(status): _refusal(refusals[status], status, rate_headers) for status in sorted(refusals)},
        },
    }
    if operation.body:
        described["requestBody"] = _body(operation.body, known)
    return described


def _in_path(name: str) -> dict[str, Any]:
    description, example = _EXAMPLES[name]
    schema = {"type": "string", "minLength": 1}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": schema,
        "example": example,
    }


def _in_query(parameter: Parameter) -> dict[str, Any]:
    schema: Mapping[str, Any] = parameter.schema
    if parameter.is_repeatable:
        schema = {"type": "array", "items": schema}
    description = parameter.description + (" May be given several times." if parameter.is_repeatable else "")
    return {"name": parameter.name, "in": "query", "required": False, "description": description, "schema": schema}


def _body(body: Body, known: Mapping[str, Any]) -> dict[str, Any]:
    schema = _schema(body.type, known)
    if body.kind == "stream":
        schema = {"anyOf": [schema, {"type": "array", "items": schema}]}
    content: dict[str, Any] = {JSON: {"schema": schema, "example": body.example}}
    for media_type in body.media_types:
        content.setdefault(media_type, {"schema": {"type": "string"}})
    return {"required": True, "description": body.description, "content": content}


def _answer(shown: Shown, known: Mapping[str, Any], rate_headers: Mapping[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"description": shown.description, "headers": dict(rate_headers)}
    if shown.body is not None:
        described["content"] = {shown.media_type: {"schema": _schema(shown.body, known), "example": shown.example}}
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
    parts = cast("tuple[Any, ...]", kind) if isinstance(kind, tuple) else (kind,)
    schemas = [known[str(each)] for each in parts]
    return schemas[0] if len(schemas) == 1 else {"allOf": schemas}
