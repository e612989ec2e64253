"""Results of chunks: JSON that may name conversations and quote what was said, until one of them is erased."""

from collections.abc import Collection
from typing import TypeAlias

import msgspec

_Json: TypeAlias = "str | int | float | bool | list[_Json] | dict[str, _Json] | None"


def without(result: bytes, conversation_ids: Collection[str]) -> bytes:
    """A result without what is about these conversations: entries that have an id, and texts that begin with one."""
    begin = tuple(f"{each}: " for each in conversation_ids)
    return msgspec.json.encode(_without(msgspec.json.decode(result), conversation_ids, begin))


def _without(value: _Json, ids: Collection[str], begin: tuple[str, ...]) -> _Json:
    if isinstance(value, dict):
        return {key: _without(each, ids, begin) for key, each in value.items()}
    if isinstance(value, list):
        return [_without(each, ids, begin) for each in value if not _is_about(each, ids, begin)]
    return value


def _is_about(item: _Json, ids: Collection[str], begin: tuple[str, ...]) -> bool:
    if isinstance(item, dict):
        return item.get("conversation_id") in ids
    return isinstance(item, str) and item.startswith(begin)
