"""Limits of what one tenant's form may cost: time for a conversation, and work that the patterns of a form cause.

Code that searches for patterns reports it here, and knows nothing of clocks: a check that a caller has set raises
where the time is over, a meter adds up the work.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar

from auscult.domain.errors import AuscultError

_check: ContextVar[Callable[[int], None] | None] = ContextVar("check", default=None)


class OverBudgetError(AuscultError):
    """A conversation that takes more time to be evaluated than one may."""

    code = "conversation.over_budget"

    def __init__(self, conversation_id: str, seconds: float) -> None:
        """Name the conversation."""
        super().__init__(
            f"{conversation_id} takes more than {seconds:g} s of processor time to be evaluated; "
            "simplify the patterns of its form, or split the conversation"
        )
        self.conversation_id = conversation_id


class WorkMeter:
    """The work that some patterns ask for, added up: instructions of patterns that count repetitions."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.work = 0


_meter: ContextVar[WorkMeter | None] = ContextVar("meter", default=None)


def check_time(letters: int) -> None:
    """Raise ``OverBudgetError`` where the time of the current conversation is over; this many letters come next."""
    check = _check.get()
    if check is not None:
        check(letters)


@contextmanager
def checking(check: Callable[[int], None]) -> Generator[None]:
    """Have ``check_time`` call this check for now."""
    token = _check.set(check)
    try:
        yield
    finally:
        _check.reset(token)


@contextmanager
def metered() -> Generator[WorkMeter]:
    """Yield a meter of the work done within."""
    meter = WorkMeter()
    token = _meter.set(meter)
    try:
        yield meter
    finally:
        _meter.reset(token)


def add_work(work: int) -> None:
    """Add to the meter, if there is one."""
    meter = _meter.get()
    if meter is not None:
        meter.work += work
