"""Results of chunks: JSON that may name conversations and quote what was said, until one of them is erased."""

from typing import TypeAlias

import msgspec

_Json: TypeAlias = "str | int | float | bool | list[_Json] | dict[str, _Json] | None"


def without(result: bytes, conversation_id: str) -> bytes:
    """A result without what is about this conversation: entries that have its id, and texts that begin with it."""
    return msgspec.json.encode(_without(msgspec.json.decode(result), conversation_id))


def _without(value: _Json, conversation_id: str) -> _Json:
    if isinstance(value, dict):
        return {key: _without(each, conversation_id) for key, each in value.items()}
    if isinstance(value, list):
        return [_without(each, conversation_id) for each in value if not _is_about(each, conversation_id)]
    return value


def _is_about(item: _Json, conversation_id: str) -> bool:
    if isinstance(item, dict):
        return item.get("conversation_id") == conversation_id
    return isinstance(item, str) and item.startswith(f"{conversation_id}: ")
