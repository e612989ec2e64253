"""JSON Schemas of the documents that users write, for editors and for programs that write them."""

from typing import Any

from litestar import Router, get

from auscult.metrics import METRICS
from auscult.server.rest.guards import reading
from auscult.server.rest.openapi import answer
from auscult.server.rest.threads import in_thread
from auscult.services.definitions.forms.schema import DIALECT, conversation_schema, form_schema

_SCHEMA: dict[str, Any] = {"type": "object", "description": "A JSON Schema, draft 2020-12."}
_EXAMPLE: dict[str, Any] = {"$schema": DIALECT, "title": "auscult evaluation form", "type": "object"}


@get(
    "/schemas/form",
    operation_id="get_form_schema",
    summary="The JSON Schema of a form",
    guards=[reading("forms")],
    responses={200: answer("The schema.", _SCHEMA, _EXAMPLE)},
)
@in_thread
def form() -> dict[str, Any]:
    """Return the schema of a form, for editors and programs, with the metric types of installed plug-ins.

    Faults that show only in the whole form are found by checking it.
    """
    return form_schema(METRICS)


@get(
    "/schemas/conversation",
    operation_id="get_conversation_schema",
    summary="The JSON Schema of a conversation",
    guards=[reading("conversations")],
    responses={200: answer("The schema.", _SCHEMA, _EXAMPLE | {"title": "auscult conversation"})},
)
@in_thread
def conversation() -> dict[str, Any]:
    """Return the schema of the native document, one line of NDJSON."""
    return conversation_schema()


ROUTER = Router("/", route_handlers=[form, conversation])
