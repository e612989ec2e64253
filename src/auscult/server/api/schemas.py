"""JSON Schemas of what users write, for editors and for those who make such documents."""

from typing import Any

from auscult.metrics import METRICS
from auscult.pipeline.schemas import DIALECT, conversation_schema, form_schema
from auscult.server.api import _shown
from auscult.server.api._contract import Answer, Call, Operation, Shown, reading


def form(call: Call) -> Answer:
    """The schema of a form, for the metric types that there are here."""
    del call  # it is the same for everybody
    return Answer(200, _shown.encode(form_schema(METRICS)))


def conversation(call: Call) -> Answer:
    """The schema of a conversation."""
    del call  # it is the same for everybody
    return Answer(200, _shown.encode(conversation_schema()))


_SCHEMA: dict[str, Any] = {"type": "object", "description": "A JSON Schema, draft 2020-12."}
_EXAMPLE: dict[str, Any] = {"$schema": DIALECT, "title": "auscult evaluation form", "type": "object"}

OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/schemas/form",
        name="get_form_schema",
        summary="The JSON Schema of a form",
        text="For editors, and for those who make forms by program; with the metric types of plug-ins that are "
        "installed here. What only the whole of a form can tell, checking it says.",
        scopes=reading("forms"),
        handle=form,
        answers={200: Shown("The schema.", _SCHEMA, _EXAMPLE)},
    ),
    Operation(
        method="GET",
        path="/api/v1/schemas/conversation",
        name="get_conversation_schema",
        summary="The JSON Schema of a conversation",
        text="The native document: one line of NDJSON.",
        scopes=reading("conversations"),
        handle=conversation,
        answers={200: Shown("The schema.", _SCHEMA, _EXAMPLE | {"title": "auscult conversation"})},
    ),
)
