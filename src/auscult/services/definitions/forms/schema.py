"""JSON Schemas (draft 2020-12) of user documents, generated from the types that they are read into: for editors.

A schema checks each key and value of a form by itself. Rules about the whole (weights that total 100, one form for
each queue) are checked by ``auscult forms check``.
"""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, cast

import msgspec
from msgspec import Struct

from auscult.domain.form import Assignment
from auscult.formats._document import ConversationDocument
from auscult.services.definitions.forms.reading import SCHEMA_KEY, WrittenForm, WrittenMetric
from auscult.services.definitions.forms.rules import MetricTypes

_LINES = files("auscult.services.definitions.forms").joinpath("key_descriptions.tsv").read_text("utf-8").splitlines()
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DEFINITIONS = "#/$defs/"
Schema = dict[str, Any]
Words = Mapping[str, str]


def form_schema(types: MetricTypes) -> Schema:
    """The schema of a form's document, for these metric types."""
    things: dict[type[Struct], str] = {WrittenForm: "form", Assignment: "assignment", WrittenMetric: "metric"}
    things |= {kind.settings_type: name for name, kind in types.items()}
    defs = _definitions(things, FORM)
    form, common = defs.pop("form"), defs.pop("metric")
    for name, kind in types.items():
        own = defs.pop(name)
        defs[name] = {
            "title": name,
            "description": _first_line(type(kind)),
            "type": "object",
            "properties": {**common["properties"], **own["properties"], "type": {"const": name}},
            "required": [*common["required"], *own["required"]],
            "additionalProperties": False,
        }
    form["properties"] |= {
        "metrics": form["properties"]["metrics"]
        | {"items": {"oneOf": [{"$ref": _DEFINITIONS + name} for name in types]}},
        SCHEMA_KEY: {"type": "string", "description": "The address of this schema, for editors."},
    }
    about = "What is asked of a conversation, what each answer weighs, and which conversations it is for."
    whole = form | {"title": "auscult evaluation form", "description": about, "additionalProperties": False}
    return {"$schema": DIALECT, **whole, "$defs": defs}


def conversation_schema() -> Schema:
    """The schema of a conversation's native document: one line of NDJSON."""
    defs = _definitions({ConversationDocument: "conversation"}, CONVERSATION)
    defs["TurnDocument"]["anyOf"] = [{"required": [key]} for key in ("speaker", "speaker_label")]
    whole = defs.pop("conversation") | {"title": "auscult conversation"}
    return {"$schema": DIALECT, **whole, "$defs": defs}


def _definitions(things: Mapping[type[Struct], str], words: Words) -> dict[str, Schema]:
    """The definition of each of these structs, by what it is called here, and of all structs within them, by their own."""
    refs, found = msgspec.json.schema_components(tuple(things), ref_template=_DEFINITIONS + "{name}")
    named = {ref["$ref"].removeprefix(_DEFINITIONS): thing for ref, thing in zip(refs, things.values(), strict=True)}
    defs: dict[str, Schema] = {}
    for name, definition in found.items():
        thing = named.get(name, name)
        defs[thing] = _as_written(definition, named)
        for key, schema in defs[thing].get("properties", {}).items():
            description = words.get(f"{thing}.{key}", words.get(key))
            if description is not None:
                schema.setdefault("description", description)
            schema.update(LIMITS.get(f"{thing}.{key}", LIMITS.get(key, {})))
    return defs


def _as_written(schema: Any, named: Mapping[str, str]) -> Any:  # noqa: ANN401  (any part of a schema)
    """The same, with the numbers that a document has for decimals, ``named`` as here, and no defaults that say nothing."""
    if isinstance(schema, list):
        return [_as_written(part, named) for part in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    parts = {key: _as_written(part, named) for key, part in cast("Schema", schema).items()}
    if "$ref" in parts:
        name = parts["$ref"].removeprefix(_DEFINITIONS)
        parts["$ref"] = _DEFINITIONS + named.get(name, name)
    if parts.get("format") == "decimal":
        del parts["format"]
        parts["type"] = "number"
        if "default" in parts:
            parts["default"] = float(parts["default"])
    if parts.get("default", ...) in (None, "", []):
        del parts["default"]
    return parts


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]


def _of(what: str) -> Mapping[str, str]:
    rows = (line.split("\t") for line in _LINES[1:])
    return {key: meaning for of, key, meaning in rows if of == what}


FORM, CONVERSATION = _of("form"), _of("conversation")
LIMITS: Mapping[str, Mapping[str, Any]] = {
    "form.id": {"minLength": 1, "maxLength": 200, "pattern": r"^\S+$"},
    "form.name": {"minLength": 1, "maxLength": 200},
    "metric.name": {"minLength": 1, "maxLength": 200},
    "pass_score": {"minimum": 0, "maximum": 100},
    "metric.weight": {"minimum": 0, "maximum": 1_000_000},
    "metric.negative_weight": {"minimum": 0, "maximum": 1_000_000},
    "form.languages": {"minItems": 1},
    "metrics": {"minItems": 1},
    "threshold": {"exclusiveMinimum": 0, "maximum": 1},
}
"""Limits of values that the check of a form enforces and a JSON schema can state."""
