"""Evaluations without the words of the conversation, for conversations whose transcript is no longer kept."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from msgspec.structs import replace

from auscult.domain.conversation import Conversation

_EMPTIED = frozenset({"text", "why", "reason", "reason_code", "said"})
_DROPPED = frozenset({"summary", "keywords", "added"})
"""Keys of verdicts and insights that quote, or that an analyzer made of what was said."""


def without_words(conversation: Conversation) -> Conversation:
    """Return a conversation with speakers, calls and times, and none of their words."""
    return replace(
        conversation,
        turns=tuple(replace(turn, text="") for turn in conversation.turns),
        calls=conversation.calls and tuple(replace(each, arguments={}, result=None) for each in conversation.calls),
        assist=None,
        masks={},
        ai=None,
    )


def without_quotations(value: object) -> Any:  # noqa: ANN401  (JSON values)
    """Return the JSON of verdicts or insights without what quotes the talk; labels, scores, turns and times stay."""
    match value:
        case dict():
            items = cast("Mapping[str, object]", value).items()
            kept = {name: each for name, each in items if name not in _DROPPED}
            return {
                name: "" if name in _EMPTIED and isinstance(each, str) else without_quotations(each)
                for name, each in kept.items()
            }
        case list():
            return [without_quotations(each) for each in cast("Sequence[object]", value)]
        case _:
            return value
