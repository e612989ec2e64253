"""Steps that another writer may overtake, and that are tried again from the beginning then."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

_MOST = 10
T = TypeVar("T")


def tried(step: Callable[[], T], overtaken: type[Exception]) -> T:
    """Return the result of a step that raises ``overtaken`` where another writer was quicker; the tenth try may raise it."""
    for _ in range(_MOST - 1):
        with suppress(overtaken):
            return step()
    return step()
