"""Columns of rows: read from the JSON Schema that documents a report, so that both are one."""

from collections.abc import Mapping
from typing import Any

import msgspec

from auscult.tables._contract import Columns

_REFERENCE = "#/components/schemas/"

_NULL = {"type": "null"}

Schema = Mapping[str, Any]


def columns_of(schema: Schema, schemas: Mapping[str, Schema]) -> Columns:
    """Columns of rows that a schema describes; of one of several kinds of rows, those of all."""
    kinds = schema.get("anyOf", [schema])
    columns: dict[str, dict[str, Any]] = {}
    for kind in kinds:
        row = schemas[kind["$ref"].removeprefix(_REFERENCE)] if "$ref" in kind else kind
        for name, each in row["properties"].items():
            found = resolved(each, schemas)
            columns[name] = _joined([columns[name], found]) if name in columns else found
    return columns


def resolved(schema: Schema, schemas: Mapping[str, Schema]) -> dict[str, Any]:
    """The schema with references followed, null left out, and objects of several kinds made one of all their keys.

    What remains open (an object of any keys, a choice between a list and a text) is empty.
    """
    match schema:
        case {"$ref": str(reference)}:
            found = resolved(schemas[reference.removeprefix(_REFERENCE)], schemas)
        case {"anyOf": kinds}:
            found = _joined([kind for each in kinds if (kind := resolved(each, schemas)) != _NULL])
        case {"enum": values}:
            found = _joined([_of_value(value) for value in values if value is not None])
        case {"type": [*names]}:
            found = _joined([resolved({**schema, "type": name}, schemas) for name in names if name != "null"])
        case {"type": "array"}:
            items = resolved(schema.get("items", {}), schemas)
            found = {"type": "array", "items": items} if items else {}
        case {"type": "object"}:
            keys = {name: resolved(each, schemas) for name, each in schema.get("properties", {}).items()}
            found = {"type": "object", "properties": keys} if keys and all(keys.values()) else {}
        case {"type": str(name)}:
            found = {"type": name}
        case _:
            found = {}
    return found


def as_texts(row: bytes, names: frozenset[str]) -> bytes:
    """The row with these columns as the JSON that they are, in a text."""
    fields = msgspec.json.decode(row, type=dict[str, msgspec.Raw])
    for name in names & fields.keys():
        fields[name] = msgspec.Raw(msgspec.json.encode(bytes(fields[name]).decode()))
    return msgspec.json.encode(fields)


def _of_value(value: object) -> dict[str, Any]:
    match value:
        case bool():
            return {"type": "boolean"}
        case int():
            return {"type": "integer"}
        case str():
            return {"type": "string"}
        case _:
            return {}


def _joined(kinds: list[dict[str, Any]]) -> dict[str, Any]:
    """One schema for all of these, as far as there is one."""
    names = {kind.get("type") for kind in kinds}
    if names == {"integer", "number"}:
        return {"type": "number"}
    if len(names) != 1:
        return {}
    if names != {"object"}:
        return kinds[0] if all(kind == kinds[0] for kind in kinds) else {}
    keys: dict[str, Any] = {}
    for kind in kinds:
        for name, schema in kind["properties"].items():
            keys[name] = _joined([keys[name], schema]) if name in keys else schema
    return {"type": "object", "properties": keys} if all(keys.values()) else {}
