"""Filters of the Quality reports (rule 24)."""

from typing import Any, NamedTuple, cast

import msgspec

from auscult.domain.errors import RequestError
from auscult.reports._fields import Body, first_given, refuse, text, texts, truth

_CHANNELS = ("voice", "chat")
_DIRECTIONS = {"inbound": ("inbound",), "outbound": ("outbound",), "both": ()}
_MOST_CHANNELS = 50
_MOST_QUEUES = 500
_MOST_CUSTOM_FIELDS = 20

PROPERTIES: dict[str, Any] = {
    "contact_direction": {
        "type": "string",
        "enum": list(_DIRECTIONS),
        "default": "both",
        "description": "Only conversations of this direction. Letter case does not matter.",
    },
    "channels": {
        "type": "array",
        "items": {"type": "string"},
        "maxItems": _MOST_CHANNELS,
        "description": "Only conversations of these channels: `voice`, `chat`, the contact centre's own word, or the "
        "`src` of a row. Letter case does not matter; `channel` is read too. Empty means all.",
    },
    "queues": {
        "type": "array",
        "items": {"type": "string"},
        "maxItems": _MOST_QUEUES,
        "description": "Only conversations that were in one of these queues, by id or by name. Empty means all.",
    },
    "custom_fields": {
        "type": "object",
        "additionalProperties": {"type": ["string", "number", "boolean"]},
        "maxProperties": _MOST_CUSTOM_FIELDS,
        "description": "Only conversations whose custom fields have all these values.",
    },
    "include_below_threshold": {
        "type": "boolean",
        "default": False,
        "description": "Also list conversations that are shorter than their form's minimum duration, or whose "
        "duration is not known. Their score is null and their metrics have no Qualification.",
    },
}


class Filters(NamedTuple):
    """Filters of a request, in the shape of ``RecordQuery``. Empty means all."""

    directions: tuple[str, ...]
    channels: tuple[str, ...]
    channel_words: tuple[str, ...]
    queues: tuple[str, ...]
    custom_fields: tuple[tuple[str, str], ...]
    include_below_threshold: bool


def read_filters(body: Body) -> Filters:
    """Read every filter of the body. Raises ``RequestError``: ``field.*``."""
    words = _channel_words(body)
    is_plain = set(words) <= set(_CHANNELS)
    return Filters(
        directions=read_directions(body, "contact_direction"),
        channels=words if is_plain else (),
        channel_words=() if is_plain else words,
        queues=read_queues(body),
        custom_fields=_custom_fields(body),
        include_below_threshold=truth(body, "include_below_threshold", default=False),
    )


def read_directions(body: Body, *fields: str) -> tuple[str, ...]:
    """Read the direction to keep, under the first of these names that is given. Raises ``RequestError``: ``field.*``."""
    field, right = first_given(body, *fields), "give inbound, outbound or both"
    if field is None:
        return ()
    given = text(body[field], field, right)
    if given.lower() not in _DIRECTIONS:
        raise refuse(field, given, right, "field.unknown_value")
    return _DIRECTIONS[given.lower()]


def read_queues(body: Body) -> tuple[str, ...]:
    """Read the queues to keep. Raises ``RequestError``: ``field.*``."""
    return texts(body, "queues", "give an array of queue ids or names", most=_MOST_QUEUES)


def _channel_words(body: Body) -> tuple[str, ...]:
    field = first_given(body, "channels", "channel") or "channels"
    given = texts(body, field, 'give an array of channels such as ["voice", "chat"]', most=_MOST_CHANNELS)
    return tuple(dict.fromkeys(each.casefold() for each in given))


def _custom_fields(body: Body) -> tuple[tuple[str, str], ...]:
    field, right = "custom_fields", 'give an object of texts such as {"plan": "gold"}'
    given = body.get(field, {})
    if not isinstance(given, dict):
        raise refuse(field, given, right)
    pairs = cast("dict[str, object]", given)
    if len(pairs) > _MOST_CUSTOM_FIELDS:
        raise RequestError(
            f"{field}: give at most {_MOST_CUSTOM_FIELDS} fields.",
            code="field.out_of_range",
            field=field,
            value=len(pairs),
        )
    return tuple((text(name, field, right), _as_stored(value, f"{field}.{name}")) for name, value in pairs.items())


def _as_stored(value: object, field: str) -> str:
    """A value as custom fields are stored: numbers, true and false as JSON writes them."""
    if isinstance(value, int | float):
        return msgspec.json.encode(value).decode()
    return text(value, field, "give a text, a number, true or false")
