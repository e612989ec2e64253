"""Webhook deliveries that are due, and the interface that sends them."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from auscult.domain.change import Webhook
from auscult.domain.tenancy import Tenant


class Due(NamedTuple):
    """Webhook that this worker alone works on for now."""

    tenant: Tenant
    webhook: Webhook


class Standing(NamedTuple):
    """Position of a webhook: the last change that it received or skips; it is due again after the pause."""

    position: int
    pause_ms: int
    failures: int = 0
    is_disabled: bool = False


class Sender(Protocol):
    """Sends one message over HTTP. Threads may share it."""

    is_closed: bool

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int | None, str | None]:
        """The status of the answer, or None and what went wrong. Never raises for what the other side does."""
        ...

    def close(self) -> None:
        """End what is being sent; nothing is sent any more."""
        ...
