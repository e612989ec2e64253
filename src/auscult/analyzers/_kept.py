"""What several analyzers work out of one conversation is worked out once, while it is analysed."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

KEPT = 256
"""More conversations than are analysed together."""


def kept(work: Callable[P, T]) -> Callable[P, T]:
    """Remember what a function made of these very things, for as long as they are asked about again soon.

    They are told apart by identity: to compare all that two conversations hold would cost more than to read them again.
    What is given back is shared, and must not be changed.
    """
    remembered: dict[tuple[int, ...], tuple[object, T]] = {}

    @wraps(work)
    def ask(*of: P.args, **named: P.kwargs) -> T:
        key = tuple(map(id, of))
        found = remembered.get(key)
        if found is None:
            if len(remembered) >= KEPT:
                remembered.pop(next(iter(remembered)), None)
            # The things stand beside what was made of them, so that no other can have their identity meanwhile.
            found = remembered[key] = (of, work(*of, **named))
        return found[1]

    return ask
