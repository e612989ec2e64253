"""Ready questions: those of the starter forms, to be put into a form of the same channel and languages."""

from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple, cast

import msgspec
from msgspec import Struct

from auscult.domain.errors import RequestError, coded
from auscult.services.definitions.forms.document import Value, read_document
from auscult.services.definitions.forms.editing.questions import Changed, behind_section, free_id, mappings
from auscult.services.definitions.forms.reading import STARTER_LANGUAGES, starter_documents

_OF_THE_FORM = ("section", "fatal", "weight")
"""Keys that another form decides for itself."""


class Measured(Struct, frozen=True):
    """Agreement of a language's ready questions with the people who wrote and labelled conversations to measure it.

    ``kappa`` is Cohen's, by metric, with the ends of its 95 % interval where they were computed.
    """

    conversations: int
    people: int
    kappa: dict[str, tuple[float, ...]]


class ReadyQuestion(NamedTuple):
    """A question of a starter form. ``key`` names it among all of them: ``es/em-greeting``; ``is_there``: the form has its id."""

    key: str
    metric_id: str
    name: str
    question: str
    type: str
    language: str
    is_there: bool


def ready_questions(value: Value) -> list[ReadyQuestion]:
    """Return the ready questions for a form's document, language by language as the form names them."""
    ids = {each.get("id") for each in mappings(value, "metrics")}
    return [
        ReadyQuestion(
            key=f"{language}/{each['id']}",
            metric_id=each["id"],
            name=each["name"],
            question=str(each.get("question", "")),
            type=str(each["type"]),
            language=language,
            is_there=each["id"] in ids,
        )
        for language in _languages(value)
        for each in _starter_questions(language, _channel(value))
    ]


def with_ready(value: Value, key: str, section: str) -> Changed:
    """Add a ready question behind those of a section; it counts nothing until it is given a weight.

    Raises ``RequestError`` where there is no such question for the form.
    """
    language, _slash, metric_id = key.partition("/")
    questions = _starter_questions(language, _channel(value)) if language in _languages(value) else ()
    found = next((each for each in questions if each["id"] == metric_id), None)
    if found is None:
        message = coded("no ready question {key!r} for this form", key=key)
        raise RequestError(message, code="field.unknown_value", field="act", value=key)
    own = {name: each for name, each in found.items() if name not in _OF_THE_FORM}
    own["id"] = free_id(mappings(value, "metrics"), metric_id)
    return behind_section(value, section, {**own, "weight": 0})


@cache
def measured() -> dict[str, Measured]:
    """Return the agreement of the ready questions with people as it was measured for this release, by language."""
    document = (files("auscult") / "starter" / "agreement.yaml").read_bytes()
    return msgspec.yaml.decode(document, type=dict[str, Measured])


@cache
def _starter_questions(language: str, channel: str) -> tuple[dict[str, Any], ...]:
    document = starter_documents(language).get(channel)
    return () if document is None else tuple(mappings(read_document(document).value, "metrics"))


def _channel(value: Value) -> str:
    return str(value.get("channel", "")) if isinstance(value, dict) else ""


def _languages(value: Value) -> tuple[str, ...]:
    """Return the languages of a form that have a starter form; English where it names none."""
    named = value.get("languages") if isinstance(value, dict) else None
    languages = cast("list[Any]", named) if isinstance(named, list) and named else ["en"]
    return tuple(each for each in dict.fromkeys(map(str, languages)) if each in STARTER_LANGUAGES)
