"""Processor time that one conversation may take, over all that is worked out of it."""

import time
from collections.abc import Generator
from contextlib import contextmanager

from auscult.domain.scoring.budget import OverBudgetError, checking

LETTERS_A_LOOK = 4_096
"""How many are searched between two looks at the clock, which cost more than searching a turn does."""


class TimeBudget:
    """Rest of a conversation's time, counted on the thread that works on it."""

    def __init__(self, conversation_id: str, seconds: float) -> None:
        """Set ``seconds``; 0 for any number."""
        self._conversation_id = conversation_id
        self._seconds = seconds
        self._left = seconds

    @contextmanager
    def spending(self) -> Generator[None]:
        """Count what is done within. Raises ``OverBudgetError`` as soon as it is noticed that the time is over."""
        if not self._seconds:
            yield
            return
        until = time.thread_time() + self._left

        read = 0

        def check(letters: int) -> None:
            nonlocal read
            read += letters
            if read >= LETTERS_A_LOOK:
                read = 0
                if time.thread_time() > until:
                    raise OverBudgetError(self._conversation_id, self._seconds)

        with checking(check):
            yield
        check(LETTERS_A_LOOK)
        self._left = until - time.thread_time()
