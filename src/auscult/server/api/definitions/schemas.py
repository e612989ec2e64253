"""JSON Schemas of the documents that users write, for editors and for programs that write them."""

from typing import Any

from auscult.metrics import METRICS
from auscult.server.rest import operation
from auscult.server.rest.guards import reading
from auscult.server.rest.openapi import answer
from auscult.services.definitions.forms.schema import DIALECT, conversation_schema, form_schema

_SCHEMA: dict[str, Any] = {"type": "object", "description": "A JSON Schema, draft 2020-12."}
_EXAMPLE: dict[str, Any] = {"$schema": DIALECT, "title": "auscult evaluation form", "type": "object"}


@operation.get(
    "/schemas/form",
    may=reading("forms"),
    summary="The JSON Schema of a form",
    answers={200: answer("The schema.", _SCHEMA, _EXAMPLE)},
)
def get_form_schema() -> dict[str, Any]:
    """Return the schema of a form, for editors and programs, with the metric types of installed plug-ins.

    Faults that show only in the whole form are found by checking it.
    """
    return form_schema(METRICS)


@operation.get(
    "/schemas/conversation",
    may=reading("conversations"),
    summary="The JSON Schema of a conversation",
    answers={200: answer("The schema.", _SCHEMA, _EXAMPLE | {"title": "auscult conversation"})},
)
def get_conversation_schema() -> dict[str, Any]:
    """Return the schema of the native document, one line of NDJSON."""
    return conversation_schema()


ROUTER = operation.router(__name__)
