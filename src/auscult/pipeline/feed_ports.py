"""What telling of changes needs from the outside. Rooms above implement these."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from auscult.domain.change import Change, Delivery, Webhook
from auscult.domain.tenancy import Tenant


class Feed(Protocol):
    """The changes of one app."""

    def after(self, number: int, limit: int) -> list[Change]:
        """Changes after one, in their order."""
        ...

    def last(self) -> int:
        """The number of the last change, 0 where there is none."""
        ...


class Webhooks(Protocol):
    """The webhooks of one app. Secrets are encrypted at rest."""

    def add(self, webhook: Webhook) -> None:
        """Store a new one."""
        ...

    def listing(self) -> list[Webhook]:
        """All of them, by id, secrets blanked."""
        ...

    def remove(self, webhook_id: str) -> None:
        """Forget one with its deliveries. Raises ``NotFoundError`` where there is none."""
        ...

    def enable(self, webhook_id: str) -> None:
        """Let one be tried again at once, from where it stands. Raises ``NotFoundError`` where there is none."""
        ...

    def deliveries(self, webhook_id: str, limit: int) -> list[Delivery]:
        """The last tries, the newest first. Raises ``NotFoundError`` where there is none such webhook."""
        ...


class Due(NamedTuple):
    """A webhook that this worker alone looks at for now."""

    tenant: Tenant
    webhook: Webhook


class Standing(NamedTuple):
    """Where a webhook stands: the last change it was told of, or passes; it is due again after the pause."""

    position: int
    pause_ms: int
    failures: int = 0
    is_disabled: bool = False


class WebhookWork(Protocol):
    """The webhooks of every app. For workers only."""

    def claim(self, lease_ms: int) -> Due | None:
        """One that has something to tell and is due; nobody else gets it before the lease is over."""
        ...

    def keep(self, due: Due, stands: Standing, told: Delivery | None = None) -> None:
        """Keep where the webhook stands now, with the try that brought it there. A removed one stays removed."""
        ...


class Sender(Protocol):
    """Sends one message over HTTP."""

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int | None, str | None]:
        """The status of the answer, or None and what went wrong. Never raises for what the other side does."""
        ...
