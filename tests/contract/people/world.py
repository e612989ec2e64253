"""A store with three apps, and the services of people on a clock that is set by hand."""

from datetime import UTC, datetime

import pytest

from auscult.domain.people.principal import Principal, operator
from auscult.domain.people.users import User
from auscult.domain.tenancy import Tenant
from auscult.services.people.principals import Principals
from auscult.services.people.sign_in import Origin, SignIn
from auscult.services.people.users import Access, Users
from auscult.storage import Store
from tests.contract.storing import OTHER, TENANT

START = datetime(2026, 3, 1, tzinfo=UTC)
PASSWORD = "correct horse battery"
HERE = Origin(address="192.0.2.1", agent="Firefox")
SECOND = Tenant(account_id=TENANT.account_id, org_id="o-1", app_id="st-9")


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        """Begin at the start."""
        self.now = START

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


class World:
    """A store with one app, and the services on one clock."""

    def __init__(self, store: Store) -> None:
        """Make the app."""
        self.store = store
        self.clock = Clock()
        for tenant in (TENANT, OTHER, SECOND):
            store.ensure(tenant)
        self.users = Users(store, operator(), self.clock)
        self.sign_in = SignIn(store, self.clock)
        self.principals = Principals(store, self.clock)

    def add(self, name: str, role: str | None = "auditor", tenant: Tenant = TENANT, **access: object) -> User:
        """Add a user with a role in the app."""
        user = self.users.add(f"{name}@example.com", name, tenant.account_id, PASSWORD)
        if role:
            self.users.grant(user, tenant, Access(role=role, **access))  # pyright: ignore[reportArgumentType]
        return self.users.find(user.user_id)

    def come_in(self, name: str, origin: Origin = HERE) -> str:
        """Sign in, and return the secret of the cookie."""
        return self.sign_in.by_password(f"{name}@example.com", PASSWORD, origin).secret

    def principal(self, name: str, tenant: Tenant = TENANT) -> Principal:
        """Return a user as a principal in an app."""
        user = self.users.find(f"{name}@example.com")
        return self.principals.principal(self.store.people.access.of_user(user), tenant)


@pytest.fixture
def world(store: Store) -> World:
    """A store with its apps and the services."""
    return World(store)
