"""The first person of a new installation: an administrator, and a link that signs them in."""

from collections.abc import Callable
from datetime import UTC, datetime

from auscult.domain.people.principal import operator
from auscult.domain.people.roles import ADMINISTRATOR
from auscult.domain.people.users import User
from auscult.domain.tenancy import Tenant
from auscult.services.people.sign_in import SignIn
from auscult.services.people.users import Access, Users
from auscult.storage import Store

EMAIL = "administrator@localhost"
NEW = Tenant(account_id="local", org_id="local", app_id="st-local")
"""The app of an installation that has none yet."""


def first_link(store: Store, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> str | None:
    """Return the secret of a link that signs in the first administrator from this machine; None where there are users.

    The administrator is of the account of the first app, which is made where there is none.
    """
    user = first_administrator(store, EMAIL, now)
    return user and SignIn(store, now).new_link(user.user_id, is_for_here=True)


def first_administrator(
    store: Store, email: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> User | None:
    """Add an administrator where there are no users; None where there are. Raises ``RequestError`` ``email.invalid``."""
    if store.people.users.count():
        return None
    tenants = sorted(store.tenants(), key=lambda each: (each.account_id, each.app_id))
    if not tenants:
        store.ensure(NEW)
    account = tenants[0].account_id if tenants else NEW.account_id
    users = Users(store, operator(account), now)
    user = users.add(email, "Administrator", account)
    users.grant(user, None, Access(role=ADMINISTRATOR))
    return user
