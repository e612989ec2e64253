"""The description of requests only gets narrower: nothing that the last release refused is accepted unsaid."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.golden.interfaces import OPENAPI
from tests.golden.narrowing import REQUESTS, looser, requests_of

WIDENED: Mapping[str, str] = msgspec.json.decode(Path(__file__).with_name("widened.json").read_bytes())
"""Places that were widened on purpose since the last release, each with the reason; the changelog has them too."""


def test_requests_are_no_looser_than_in_the_last_release() -> None:
    """Each place that accepts more is named; what was widened on purpose is listed, and nothing else is."""
    before: dict[str, Any] = msgspec.json.decode(REQUESTS.read_bytes())
    after = requests_of(msgspec.json.decode(OPENAPI.read_bytes()))
    assert len(before) > 300
    found = {place for name in before.keys() & after.keys() for place in looser(before[name], after[name], name)}
    assert found == set(WIDENED)


TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 9, "pattern": "^a"}
OBJECT: dict[str, Any] = {
    "type": "object",
    "properties": {"a": TEXT, "b": {"type": "integer", "minimum": 1}},
    "required": ["a"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (TEXT, TEXT | {"minLength": 0}, ["x: minLength 0, was 1"]),
        (TEXT, TEXT | {"maxLength": 10}, ["x: maxLength 10, was 9"]),
        (TEXT, {"type": "string", "minLength": 1, "maxLength": 9}, ["x: pattern None, was ^a"]),
        (TEXT, TEXT | {"pattern": "^b"}, ["x: pattern ^b, was ^a"]),
        ({"type": "integer"}, {"type": "number"}, ["x: type number, was integer"]),
        ({"type": "string"}, {}, ["x: type None, was string"]),
        ({"type": "string"}, {"enum": ["a", 1]}, ["x: type integer, string, was string"]),
        ({"enum": ["a"]}, {"enum": ["a", "b"]}, ["x: values beyond ['a']"]),
        ({"enum": ["a"]}, {"type": "string"}, ["x: values beyond ['a']"]),
        ({"type": "string"}, {"type": ["string", "null"]}, ['x: accepts {"type":"null"}']),
        ({"type": "string"}, {"anyOf": [{"type": "string"}, {"type": "null"}]}, ['x: accepts {"type":"null"}']),
        ({"type": "array", "items": TEXT}, {"type": "array", "items": {}}, [
            "x[]: type None, was string",
            "x[]: minLength None, was 1",
            "x[]: maxLength None, was 9",
            "x[]: pattern None, was ^a",
        ]),
        (OBJECT, OBJECT | {"required": []}, ["x.a: not required any more"]),
        (OBJECT, OBJECT | {"additionalProperties": True}, ["x: takes unknown fields"]),
        (OBJECT, OBJECT | {"properties": {"a": TEXT, "b": {"type": "integer"}}}, ["x.b: minimum None, was 1"]),
        ({"type": "array", "maxItems": 5}, {"type": "array"}, ["x: maxItems None, was 5"]),
    ],
)  # fmt: skip
def test_what_is_looser_is_named(before: dict[str, Any], after: dict[str, Any], found: list[str]) -> None:
    """By its place and the keyword; the other direction is narrower, or at least as narrow where it cannot be compared."""
    assert list(looser(before, after, "x")) == found
    if after.get("pattern") != "^b" and "enum" not in after:
        assert list(looser(after, before, "x")) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (OBJECT, OBJECT | {"properties": OBJECT["properties"] | {"new": {}}}),
        (OBJECT, OBJECT | {"properties": {"a": TEXT}}),
        ({"type": "number"}, {"type": "integer"}),
        ({"type": "string"}, TEXT | {"format": "date"}),
        ({"type": ["string", "null"]}, {"type": "string"}),
        ({"anyOf": [{"type": "string"}, {"type": "array", "items": TEXT}]}, {"type": "array", "items": TEXT}),
        ({"enum": ["a", "b"]}, {"const": "b"}),
        ({"type": "string"}, {"enum": ["a"]}),
        ({}, OBJECT),
    ],
)
def test_what_is_narrower_or_new_is_not(before: dict[str, Any], after: dict[str, Any]) -> None:
    """A new field, one that is gone from a body without others, a new limit, an alternative less."""
    assert list(looser(before, after)) == []


def test_requests_are_found_with_their_place() -> None:
    """Parameters and bodies, a parameter that is required as a field that is."""
    document: dict[str, Any] = {
        "components": {"schemas": {"T": TEXT}, "securitySchemes": {}},
        "paths": {
            "/a": {
                "post": {
                    "parameters": [
                        {"in": "query", "name": "q", "required": True, "schema": {"$ref": "#/components/schemas/T"}}
                    ],
                    "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
                    "responses": {},
                }
            }
        },
    }
    assert requests_of(document) == {
        "POST /a query q": {"type": "object", "properties": {"value": TEXT}, "required": ["value"]},
        "POST /a body application/json": {"type": "object"},
    }
