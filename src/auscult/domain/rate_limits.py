"""The interface that counts requests per window."""

from typing import Protocol


class Windows(Protocol):
    """Counts of requests in windows of time, shared by every process that serves."""

    @property
    def is_embedded(self) -> bool:
        """Return whether a count is so quick that it needs no thread of its own."""
        ...

    def take(self, key: str, limit: int, window_s: int) -> tuple[int, float]:
        """Count one more for ``key``; how many there are now (``limit`` + 1 is refused) and seconds to the window's end."""
        ...

    def close(self) -> None:
        """Let the connections go."""
        ...
