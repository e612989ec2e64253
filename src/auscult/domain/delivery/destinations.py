"""Destinations of stored secrets: a secret goes where it was given for, and nowhere else."""

from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import urlsplit

from auscult.domain.errors import AuscultError

ELSEWHERE = "another place"
"""A destination that is not known."""
_PORTS = {"https": 443, "http": 80, "sftp": 22}


class Destination(NamedTuple):
    """Destination of a secret. ``server``: as ``origin_of`` returns it, "" for the provider's own of this kind."""

    kind: str
    server: str = ""
    user: str = ""
    account: str = ""

    @property
    def host(self) -> str:
        """Return the host with its port; for the provider's own, the kind and the account."""
        return urlsplit(self.server).netloc or str(self)

    def __str__(self) -> str:
        """Return it for people, without anything secret."""
        server = self.server.replace("://", f"://{self.user}@") if self.user else self.server
        return " ".join(filter(None, (server or self.kind, self.account)))


class SecretBoundError(AuscultError):
    """A stored secret that would go to another destination than the one that it was given for."""

    code = "secret.bound"


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL in one spelling. Raises ``ValueError`` for a port that is none.

    >>> origin_of("https://Minio.example/")
    'https://minio.example:443'
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{parts.port or _PORTS.get(parts.scheme, 0)}"


def bound_elsewhere(names: Collection[str], before: Destination | None, after: Destination) -> SecretBoundError:
    """Return the error for stored secrets that were given for ``before`` (None: for what is not known)."""
    return SecretBoundError(
        "the stored secrets ({list}) are for {name}, and this leads to {value}; give them again",
        list=", ".join(names),
        name=before or ELSEWHERE,
        value=after,
        field="secrets",
    )
