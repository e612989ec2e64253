"""What those who let people in need from the outside: clients, and counts of their requests."""

from typing import Protocol

from auscult.domain.tenancy import Client


class Windows(Protocol):
    """Counts of requests in windows of time, shared by every process that serves."""

    @property
    def is_embedded(self) -> bool:
        """Whether a count is so quick that it needs no thread of its own."""
        ...

    def take(self, key: str, limit: int, window_s: int) -> tuple[int, float]:
        """Count one more for ``key``; how many there are now (``limit`` + 1 is refused) and seconds to the window's end."""
        ...

    def close(self) -> None:
        """Let the connections go."""
        ...


class Clients(Protocol):
    """JWT apps, across accounts. Secrets are encrypted at rest."""

    def add(self, client: Client) -> None:
        """Store a new client."""
        ...

    def find(self, client_id: str) -> Client | None:
        """A client that is not revoked, with its secret."""
        ...

    def listing(self) -> list[Client]:
        """Every client, secrets blanked, revoked ones too."""
        ...

    def revoke(self, client_id: str) -> None:
        """End a client. Raises ``NotFoundError`` when there is none."""
        ...
