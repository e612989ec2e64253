"""The interface that counts requests per window."""

from typing import Protocol


class Windows(Protocol):
    """Counts of requests in windows of time, shared by every process that serves."""

    @property
    def is_embedded(self) -> bool:
        """Return whether a count is so quick that it needs no thread of its own."""
        ...

    def consume(self, key: str, limit: int, window_s: int) -> tuple[int, float]:
        """Count one request of ``key``; return the requests in its window and the seconds to the end of the window.

        A number of ``limit`` + 1 is a refusal.
        """
        ...

    def close(self) -> None:
        """Let the connections go."""
        ...
