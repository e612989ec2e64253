"""Scales: the position of a value on an axis, and the values that an axis names."""

from math import ceil, floor, log10
from typing import NamedTuple

_NICE = (1.0, 2.0, 5.0, 10.0)


class Scale(NamedTuple):
    """A linear scale from values to positions."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the position of a value."""
        span = self.high - self.low or 1.0
        return self.start + (value - self.low) / span * (self.end - self.start)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round values from at most ``low`` to at least ``high``, in ``about`` steps."""
    step = _step((high - low) / max(about, 1))
    first = floor(low / step + 1e-9)
    last = ceil(high / step - 1e-9)
    return [n * step for n in range(first, max(last, first + 1) + 1)]


def _step(rough: float) -> float:
    if rough <= 0:
        return 1.0
    size = 10.0 ** floor(log10(rough))
    return next(nice * size for nice in _NICE if rough <= nice * size * (1 + 1e-9))
