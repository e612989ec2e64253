"""Memory of values computed from a conversation, kept while they are likely to be asked for again."""

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Generic, NamedTuple, ParamSpec, TypeVar

from auscult.domain.conversation import Conversation

P = ParamSpec("P")
T = TypeVar("T")

KEPT = 256
"""More conversations than are judged together (auscult.services.scoring.evaluate)."""

KEPT_CHARACTERS = 4_000_000
"""Of what is said in them, together. Of a conversation that is longer, only the last is kept."""


class _Found(NamedTuple, Generic[T]):
    """Value with the arguments it was computed from: so no other object can have their identity meanwhile."""

    made: T
    of: tuple[object, ...]
    until: int
    """Characters of all that was remembered, up to and with it."""


def kept(work: Callable[Concatenate[Conversation, P], T]) -> Callable[Concatenate[Conversation, P], T]:
    """Remember what a function returned for these very objects, for the latest conversations. Threads may share it.

    Objects are compared by identity: comparing all that two conversations hold would cost more than computing again.
    Returned values are shared, and must not be changed.
    """
    remembered: OrderedDict[int | tuple[int, ...], _Found[T]] = OrderedDict()
    characters = forgotten = 0

    @wraps(work)
    def recall(conversation: Conversation, *more: P.args, **named: P.kwargs) -> T:
        nonlocal characters, forgotten
        key = (id(conversation), *map(id, more)) if more else id(conversation)
        found = remembered.get(key)
        if found is None:
            made = work(conversation, *more, **named)
            characters += sum([len(turn.text) for turn in conversation.turns])
            found = remembered[key] = _Found(made, (conversation, *more), characters)
            try:
                while len(remembered) > KEPT or (characters - forgotten > KEPT_CHARACTERS and len(remembered) > 1):
                    forgotten = remembered.popitem(last=False)[1].until
            except KeyError:  # another thread may forget the last of them meanwhile
                pass
        return found.made

    return recall
