"""Comparison of the requests of two OpenAPI documents: where the later one accepts what the earlier one refuses.

``python -m tests.golden.narrowing`` writes the requests of this version, at a release alone (docs/how-to/release.md).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from tests.golden.interfaces import OPENAPI, meaning

REQUESTS = Path(__file__).parent / "requests.json"
"""Schemas of the requests of the last release, by operation and place."""

_NO_LESS = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties")
_NO_MORE = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties")
_THE_SAME = ("pattern", "format", "const", "multipleOf", "uniqueItems")

_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}

Schema = Mapping[str, Any]


def requests_of(document: dict[str, Any]) -> dict[str, Schema]:
    """Return the schema of each parameter and body, by place: ``POST /api/v1/holds body``."""
    found: dict[str, Schema] = {}
    for path, item in meaning(document)["paths"].items():
        for method, operation in item.items():
            place = f"{method.upper()} {path}"
            for each in operation.get("parameters", ()):
                required = {"required": ["value"]} if each.get("required") else {}
                held = {"type": "object", "properties": {"value": each.get("schema", {})}, **required}
                found[f"{place} {each['in']} {each['name']}"] = held
            for kind, body in operation.get("requestBody", {}).get("content", {}).items():
                found[f"{place} body {kind}"] = body.get("schema", {})
    return found


def looser(before: Schema, after: Schema, at: str = "") -> Iterator[str]:
    """Yield each place at which ``after`` accepts more than ``before``, and by what.

    A new field is not looser. A keyword that cannot be compared, as a pattern, may come and may not change.
    """
    if before == after:
        return
    earlier, later = _alternatives(before), _alternatives(after)
    if len(earlier) > 1 or len(later) > 1:
        for each in later:
            if all(any(looser(one, each, at)) for one in earlier):
                yield f"{at}: accepts {msgspec.json.encode(each, order='sorted').decode()[:120]}"
        return
    before, after = earlier[0], later[0]
    yield from _of_value(before, after, at)
    if "items" in before:
        yield from looser(before["items"], after.get("items", {}), f"{at}[]")
    yield from _of_object(before, after, at)


def _alternatives(schema: Schema) -> list[Schema]:
    """Return a schema as alternatives, each of one type."""
    for key in ("anyOf", "oneOf"):
        if key in schema:
            rest = {name: value for name, value in schema.items() if name != key}
            return [one for each in schema[key] for one in _alternatives({**rest, **each})]
    if isinstance(schema.get("type"), list):
        return [{**schema, "type": each} for each in schema["type"]]
    return [schema]


def _of_value(before: Schema, after: Schema, at: str) -> Iterator[str]:
    values = after.get("enum", [after["const"]] if "const" in after else None)
    kind = before.get("type")
    others = {after.get("type")} if "type" in after or not values else {_TYPES.get(type(each)) for each in values}
    if kind is not None and not others <= ({kind, "integer"} if kind == "number" else {kind}):
        yield f"{at}: type {', '.join(sorted(map(str, others)))}, was {kind}"
    if "enum" in before and (values is None or not all(each in before["enum"] for each in values)):
        yield f"{at}: values beyond {before['enum']}"
    for key in (*_NO_LESS, *_NO_MORE):
        if key in before:
            kept = after.get(key)
            if kept is None or (kept < before[key] if key in _NO_LESS else kept > before[key]):
                yield f"{at}: {key} {kept}, was {before[key]}"
    for key in _THE_SAME:
        if key in before and after.get(key) != before[key]:
            yield f"{at}: {key} {after.get(key)}, was {before[key]}"


def _of_object(before: Schema, after: Schema, at: str) -> Iterator[str]:
    for name in before.get("required", ()):
        if name not in after.get("required", ()):
            yield f"{at}.{name}: not required any more"
    others = after.get("additionalProperties", True)
    if before.get("additionalProperties") is False and others is not False:
        yield f"{at}: takes unknown fields"
    fields = after.get("properties", {})
    for name, schema in before.get("properties", {}).items():
        left = fields.get(name, {} if others is True else others)
        if left is not False:
            yield from looser(schema, left, f"{at}.{name}")


def write() -> None:
    """Write the requests of this version."""
    found = requests_of(msgspec.json.decode(OPENAPI.read_bytes()))
    REQUESTS.write_bytes(msgspec.json.encode(found, order="sorted") + b"\n")


if __name__ == "__main__":
    write()
