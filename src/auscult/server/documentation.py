"""The APIs described: ``/openapi.json`` for programs, ``/docs`` for people, both without anything from outside."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import Response

from auscult.reports._contract import Report
from auscult.server import api
from auscult.server.api import _description as own
from auscult.server.documentation_page import POLICY, render
from auscult.server.errors import REASONS
from auscult.server.settings import ServerSettings

_ERROR_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["errors"],
    "properties": {
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["msg", "message", "code", "reason", "requestId"],
                "properties": {
                    "msg": {"type": "string", "description": "What is wrong, and what would be right."},
                    "message": {"type": "string", "description": "The same."},
                    "code": {"type": "integer", "description": "The status, or 4002 where identity is in question."},
                    "reason": {"type": "string", "enum": list(REASONS), "description": "Stable; for programs."},
                    "requestId": {"type": "string", "description": "The answer's X-Request-Id."},
                    "field": {"type": "string", "description": "The field or header that is wrong."},
                    "value": {"description": "What was given there; long values by their beginning."},
                },
            },
        }
    },
}
_RATE_HEADERS: Mapping[str, str] = {
    "RateLimit-Limit": "Requests that the account may make in a minute.",
    "RateLimit-Remaining": "Requests that are left in this minute.",
    "RateLimit-Reset": "Seconds until the next minute begins.",
}
_TENANCY: Mapping[str, tuple[str, str]] = {
    "streamId": ("The app.", "st-1f0a3c5e-7b2d"),
    "botId": ("The app.", "st-1f0a3c5e-7b2d"),
    "iId": ("The app.", "st-1f0a3c5e-7b2d"),
    "accountId": ("The account that the app belongs to.", "67a9ca06cf0e510a8632"),
    "orgId": ("The org that the app belongs to.", "o-da5be4e0-8fbb-5229-ac20-9b1384eb"),
}
"""What names an account, an org or an app, in a path or a header: meaning and example."""
_SECURITY: Mapping[str, Any] = {
    "auth": {"type": "apiKey", "in": "header", "name": "auth", "description": "A JWT: HS256, claim appId."},
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "The same JWT."},
}
_PURPOSE = """\
Every conversation scored against evaluation forms, with evidence.

A client signs its own tokens: a JWT with HS256, the client's secret, and the client's id in the claim `appId`, sent in
the header `auth` or as `Authorization: Bearer`.
`exp`, `nbf`, `iat`, `aud` and `jti` may be left out and are enforced where they are there.
`auscult clients add` makes a client and `auscult token` a token for trying.
"""


def add_to(app: FastAPI, reports: Mapping[str, Report], settings: ServerSettings) -> None:
    """Serve the description of everything that this application serves."""

    @cache
    def description() -> dict[str, Any]:
        return describe(app, reports, settings)

    def openapi() -> Response:
        return Response(msgspec.json.encode(description()), media_type="application/json")

    def docs(request: Request) -> Response:
        page = render(description(), str(request.base_url).rstrip("/"))
        return Response(page, media_type="text/html", headers={"Content-Security-Policy": POLICY})

    app.get("/openapi.json", include_in_schema=False)(openapi)
    app.get("/docs", include_in_schema=False)(docs)


def describe(app: FastAPI, reports: Mapping[str, Report], settings: ServerSettings) -> dict[str, Any]:
    """Describe the application as an OpenAPI 3.1 document."""
    document = get_openapi(title=app.title, version=app.version, description=_PURPOSE, routes=app.routes)
    components: dict[str, Any] = document.setdefault("components", {})
    components["securitySchemes"] = dict(_SECURITY)
    schemas: dict[str, Any] = components.setdefault("schemas", {})
    schemas["Errors"] = dict(_ERROR_SCHEMA)
    paths: dict[str, Any] = document.setdefault("paths", {})
    described = {report.paths[0]: _report(report, settings, schemas) for report in reports.values()}
    document["paths"] = {**own.describe(api.OPERATIONS, schemas, _headers(_RATE_HEADERS)), **described, **paths}
    document["x-reasons"] = {name: [reason.status, reason.meaning] for name, reason in REASONS.items()}
    return document


def _report(report: Report, settings: ServerSettings, schemas: dict[str, Any]) -> dict[str, Any]:
    """Describe one report at its first path, its other paths in words."""
    told = report.describe(report.limits.raised_to(settings.page_maximum))
    schemas.update(told.schemas)
    aliases = "\n".join(f"- `{path}`" for path in report.paths[1:])
    scopes = ", ".join(f'"{scope}"' for scope in sorted(report.scopes))
    return {
        "post": {
            "operationId": report.name,
            "tags": ["Reports"],
            "summary": told.summary,
            "description": f"{told.text}\nOne of these scopes is needed: {scopes}.\n\n"
            f"Letter case and doubled slashes in the path do not matter. The same is served at\n\n{aliases}",
            "security": [{"auth": []}, {"bearer": []}],
            "parameters": [
                *({"name": name, "in": "path", "required": True, **_text(*_TENANCY[name])}
                  for name in re.findall(r"\{(\w+)\}", report.paths[0])),
                *({"name": name, "in": "header", "required": True, **_text(*_TENANCY[name])}
                  for name in report.required_headers),
                *({"name": name, "in": "query", "required": False, "description": schema["description"], "schema": schema}
                  for name, schema in told.query.items()),
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": told.body, "example": told.body_example}},
            },
            "responses": {
                "200": {
                    "description": "A page of rows.",
                    "headers": _headers(_RATE_HEADERS),
                    "content": {"application/json": {"schema": told.answer, "example": told.answer_example}},
                },
                "400": _refusal("The body is malformed, or a field in it is missing or wrong."),
                "401": _refusal("No token or a wrong one; client, account, org and app do not belong together; no scope."),
                "404": _refusal("Nothing is served at this path."),
                "405": _refusal("Another method than POST."),
                "413": _refusal(f"The body is larger than {settings.report_body_bytes} bytes."),
                "415": _refusal("The body is not application/json in UTF-8."),
                "429": _refusal("The account's requests of this minute are used up.", {"Retry-After": "Seconds to wait."}),
            },
        }
    }  # fmt: skip


def _text(description: str, example: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string", "minLength": 1}, "example": example}


def _headers(named: Mapping[str, str]) -> dict[str, Any]:
    return {name: {"description": meaning, "schema": {"type": "string"}} for name, meaning in named.items()}


def _refusal(meaning: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Describe an answer that is an error."""
    return {
        "description": meaning,
        "headers": _headers({**_RATE_HEADERS, **(headers or {})}),
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Errors"}}},
    }
