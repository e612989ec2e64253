"""The time, passed in so that tests can choose it."""

import time
from collections.abc import Callable
from typing import NamedTuple


class Clock(NamedTuple):
    """A clock: ``now`` returns seconds since the epoch, ``monotonic`` seconds of a clock that is never set back."""

    now: Callable[[], float]
    monotonic: Callable[[], float]


CLOCK = Clock(time.time, time.monotonic)
