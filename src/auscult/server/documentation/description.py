"""The APIs described: ``/openapi.json`` for programs, ``/docs`` for people, both without anything from outside."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import msgspec
from litestar import Litestar, Response, Router, get
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.response import Redirect

import auscult
from auscult.reports._contract import Report
from auscult.server.documentation.page import POLICY, render
from auscult.server.errors import REASONS, AnyRequest
from auscult.server.rest.openapi import describe, query_parameters
from auscult.server.rest.query import Parameters
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
"""Names of an account, an org or an app, in a path or a header: meaning and example."""
_SECURITY: Mapping[str, Any] = {
    "auth": {"type": "apiKey", "in": "header", "name": "auth", "description": "A JWT: HS256, claim appId."},
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The same JWT, or a personal token.",
    },
    "session": {"type": "apiKey", "in": "cookie", "name": "auscult_session", "description": "A signed-in browser."},
}
_PURPOSE = """\
Every conversation scored against evaluation forms, with evidence.

A client signs its own tokens: a JWT with HS256, the client's secret, and the client's id in the claim `appId`, sent in
the header `auth` or as `Authorization: Bearer`.
`exp`, `nbf`, `iat`, `aud` and `jti` may be left out and are enforced where they are there.
`auscult clients add` makes a client and `auscult token` a token for trying.
"""


class Documentation:
    """The description of all operations of an application, made on first use."""

    app: Litestar
    """The application, set after creation, which itself needs the description."""

    def __init__(self, reports: Mapping[str, Report], settings: ServerSettings) -> None:
        """Describe these reports, and the handlers of ``app``."""
        self._reports = reports
        self._settings = settings

    @cached_property
    def document(self) -> dict[str, Any]:
        """The OpenAPI 3.1 document."""
        generated = self.app.openapi_schema
        schemas: dict[str, Any] = {}
        operations = describe(self.app, schemas, _headers(_RATE_HEADERS))
        schemas["Errors"] = dict(_ERROR_SCHEMA)
        described = {report.paths[0]: _report(report, self._settings, schemas) for report in self._reports.values()}
        return {
            "openapi": generated.openapi,
            "info": generated.info.to_schema(),
            "paths": {**operations, **described},
            "components": {"securitySchemes": dict(_SECURITY), "schemas": schemas},
            "x-reasons": {name: [reason.status, reason.meaning] for name, reason in REASONS.items()},
        }

    @cached_property
    def parameters(self) -> Mapping[str, Parameters]:
        """The parameters of the query of each operation, by its id: needed by the first request, unlike the document."""
        return query_parameters(self.app)

    def config(self) -> OpenAPIConfig:
        """Return how Litestar describes handlers and serves the page."""
        return OpenAPIConfig(
            title="auscult",
            version=auscult.__version__,
            description=_PURPOSE,
            use_handler_docstrings=True,
            openapi_router=Router(
                "/docs",
                route_handlers=[],
                include_in_schema=False,
                response_headers={"Content-Security-Policy": POLICY},
            ),
            render_plugins=[_Page(self), _Document(self)],
        )

    def handlers(self, console: str) -> list[HTTPRouteHandler]:
        """Return the handlers of the document at its usual path, and of the addresses that people try first.

        ``console`` is the path to which a browser is led from the root.
        """

        @get("/openapi.json", include_in_schema=False)
        async def openapi() -> Response[bytes]:
            return Response(msgspec.json.encode(self.document), media_type=MediaType.JSON)

        @get("/", include_in_schema=False)
        async def root(request: AnyRequest) -> Response[Any]:
            if "text/html" in request.headers.get("accept", ""):
                return Redirect(console, status_code=303)
            return _entry(console)

        @get("/api/v1", include_in_schema=False)
        async def api() -> Response[Any]:
            return _entry(console)

        return [openapi, root, api]


def _entry(console: str) -> Response[bytes]:
    """Return where everything is, for who asks an address above all operations."""
    links = {"api": "/api/v1", "docs": "/docs", "openapi": "/openapi.json", "console": console, "health": "/healthz"}
    body = {"name": "auscult", "version": auscult.__version__, "links": links}
    return Response(msgspec.json.encode(body), media_type=MediaType.JSON)


class _Page(OpenAPIRenderPlugin):
    """The document for people: one page that loads nothing from outside."""

    def __init__(self, documentation: Documentation) -> None:
        super().__init__(path="/")
        self._documentation = documentation

    def render(self, request: AnyRequest, openapi_schema: dict[str, Any]) -> bytes:
        """Return the page."""
        del openapi_schema
        return render(self._documentation.document, str(request.base_url).rstrip("/")).encode()


class _Document(OpenAPIRenderPlugin):
    """The document for programs, in addition to the page."""

    def __init__(self, documentation: Documentation) -> None:
        super().__init__(path="/openapi.json", media_type=MediaType.JSON)
        self._documentation = documentation

    def render(self, request: AnyRequest, openapi_schema: dict[str, Any]) -> bytes:
        """Return the document."""
        del request, openapi_schema
        return msgspec.json.encode(self._documentation.document)


def _report(report: Report, settings: ServerSettings, schemas: dict[str, Any]) -> dict[str, Any]:
    """Describe one report at its first path, its other paths in words."""
    described = report.describe(report.limits.raised_to(settings.page_maximum))
    schemas.update(described.schemas)
    aliases = "\n".join(f"- `{path}`" for path in report.paths[1:])
    scopes = ", ".join(f'"{scope}"' for scope in sorted(report.scopes))
    return {
        "post": {
            "operationId": report.name,
            "tags": ["Reports"],
            "summary": described.summary,
            "description": f"{described.text}\nOne of these scopes is needed: {scopes}.\n\n"
            f"Letter case and doubled slashes in the path do not matter. The same is served at\n\n{aliases}",
            "security": [{"auth": []}, {"bearer": []}],
            "parameters": [
                *({"name": name, "in": "path", "required": True, **_text(*_TENANCY[name])}
                  for name in re.findall(r"\{(\w+)\}", report.paths[0])),
                *({"name": name, "in": "header", "required": True, **_text(*_TENANCY[name])}
                  for name in report.required_headers),
                *({"name": name, "in": "query", "required": False, "description": schema["description"], "schema": schema}
                  for name, schema in described.query.items()),
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": described.body, "example": described.body_example}},
            },
            "responses": {
                "200": {
                    "description": "A page of rows.",
                    "headers": _headers(_RATE_HEADERS),
                    "content": {"application/json": {"schema": described.answer, "example": described.answer_example}},
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
    """Describe an error response."""
    return {
        "description": meaning,
        "headers": _headers({**_RATE_HEADERS, **(headers or {})}),
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Errors"}}},
    }
