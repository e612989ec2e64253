"""Principals: the caller of a request with its permissions, whatever it signed in with."""

from typing import Self

from msgspec import Struct

from auscult.domain.assist.assistance import AssistedAgent
from auscult.domain.tenancy import Client
from auscult.storage.people.access import Access


class Principal(Struct, frozen=True, kw_only=True):
    """The caller of a request: the account and the apps that it may reach, and its permissions (scopes).

    ``name`` is logged in trails where a request names no person. ``agent`` is the person at the agent's page, and
    ``access`` the user of a session or a personal token, whose apps and rights follow from grants, not from scopes.
    """

    name: str
    account_id: str
    app_ids: frozenset[str]
    permissions: frozenset[str]
    agent: AssistedAgent | None = None
    access: Access | None = None

    @property
    def is_person(self) -> bool:
        """Return whether the caller is a user, by a session or a personal token."""
        return self.access is not None

    @classmethod
    def of_user(cls, access: Access) -> Self:
        """Return the principal of a session or a personal token."""
        return cls(
            name=access.user.email,
            account_id=access.user.account_id,
            app_ids=frozenset(),
            permissions=frozenset(),
            access=access,
        )

    @classmethod
    def of_client(cls, client: Client, agent: AssistedAgent | None = None) -> Self:
        """Return the principal of a client's token."""
        return cls(
            name=client.client_id,
            account_id=client.account_id,
            app_ids=client.app_ids,
            permissions=client.scopes,
            agent=agent,
        )
