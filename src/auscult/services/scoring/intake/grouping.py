"""Conversations in groups that fit into memory, however many there are and however long each is."""

from collections.abc import Iterable, Iterator

import msgspec

from auscult.domain.conversation import Conversation

MOST_CHARACTERS = 4_000_000
"""Largest number of characters of turns and calls in one group. A longer conversation is a group by itself."""


def grouped(
    conversations: Iterable[Conversation], most: int, characters: int = MOST_CHARACTERS
) -> Iterator[list[Conversation]]:
    """Yield groups of at most ``most`` conversations and ``characters`` characters, in order of arrival."""
    group: list[Conversation] = []
    room = characters
    for conversation in conversations:
        length = sum([len(turn.text) for turn in conversation.turns])
        if conversation.ai is not None or conversation.calls:
            length += len(msgspec.json.encode((conversation.ai, conversation.calls)))
        if group and (len(group) == most or length > room):
            yield group
            group, room = [], characters
        group.append(conversation)
        room -= length
    if group:
        yield group
