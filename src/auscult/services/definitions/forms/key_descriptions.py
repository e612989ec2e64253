"""Meaning of each key of a form and of a conversation, as editors show it.

By ``thing.key`` where a key means different things in different structures, else by the key alone. The things are the
metric types by name, the structs within them by theirs, and ``form``, ``metric`` and ``assignment``.
A setting that brings a description of its own (``Annotated[..., Meta(description=...)]``) needs no line here.
"""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

_LINES = files("auscult.services.definitions.forms").joinpath("key_descriptions.tsv").read_text("utf-8").splitlines()


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
"""What a form's check holds of a value beside its type, where a schema can say so."""
