"""The first person of a new installation: an administrator, the code that lets them in, and who they say they are."""

from collections.abc import Callable
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.errors import ConflictError, RequestError
from auscult.domain.people.principal import operator
from auscult.domain.people.roles import ADMINISTRATOR
from auscult.domain.people.users import User, normalise_email
from auscult.domain.tenancy import Tenant
from auscult.services.people.passwords import check_password, hash_password
from auscult.services.people.sign_in import SignIn
from auscult.services.people.users import LONGEST_NAME, Access, Users
from auscult.services.privacy.log import record
from auscult.storage import Store

EMAIL = "administrator@localhost"
"""The address of the first administrator until they give their own."""
NEW = Tenant(account_id="local", org_id="local", app_id="st-local")
"""The app of an installation that has none yet."""

_Now = Callable[[], datetime]


def _utc_now() -> datetime:
    return datetime.now(UTC)


def is_new(store: Store) -> bool:
    """Return whether an installation has no users, or only an administrator who has never signed in."""
    return not store.people.users.count() or _awaited(store) is not None


def first_link(store: Store, now: _Now = _utc_now, *, is_for_here: bool = True) -> str | None:
    """Return the setup code of a new installation, which signs in the first administrator; None where it is not new.

    The administrator is of the account of the first app, which is made where there is none. With ``is_for_here`` the
    code works from this machine alone.
    """
    user = first_administrator(store, EMAIL, now) or _awaited(store)
    return user and SignIn(store, now).new_link(user.user_id, is_for_here=is_for_here)


def first_administrator(store: Store, email: str, now: _Now = _utc_now) -> User | None:
    """Add an administrator where there are no users; None where there are. Raises ``RequestError`` ``email.invalid``."""
    if store.people.users.count():
        return None
    tenants = sorted(store.tenants(), key=lambda each: (each.account_id, each.app_id))
    if not tenants:
        store.ensure(NEW)
    account = tenants[0].account_id if tenants else NEW.account_id
    users = Users(store, operator(), now)
    user = users.add(email, "Administrator", account)
    users.grant(user, None, Access(role=ADMINISTRATOR))
    return user


class Introduction(Struct, frozen=True, kw_only=True):
    """The name and the password that a person gives; the e-mail address is of interest for the first administrator."""

    name: str = ""
    email: str = ""
    password: str = ""


def introduce(store: Store, user: User, given: Introduction, now: _Now = _utc_now) -> User:
    """Set the name and the password of a user who came by a link, and of the first administrator the address as well.

    Their sessions end. Returns the user as they are now. Raises ``ConflictError`` ``password.exists``,
    ``user.conflict``, ``RequestError`` ``name.invalid``, ``email.invalid``, ``password.guessable``.
    """
    people, name = store.people, given.name.strip()
    if people.users.password_hash(user.user_id) is not None:
        raise ConflictError("your password is set already; sign in with it", code="password.exists")
    if not 0 < len(name) <= LONGEST_NAME:
        raise RequestError(
            "a name has 1 to {n} characters", n=LONGEST_NAME, code="name.invalid", field="name", value=name[:50]
        )
    address = normalise_email(given.email) if user.email == EMAIL else user.email
    check_password(given.password, address, name)
    is_first = people.users.count() == 1
    people.users.update(user.user_id, name=name, email=address)
    people.users.set_password(user.user_id, hash_password(given.password), now())
    people.sessions.end(user.user_id, now())
    record(store, f"user:{address}", "user.introduced", f"user:{user.email}")
    for tenant in store.tenants() if is_first else ():
        store.within(tenant).first_hour.mark("hour", "begun", now())
    return replace(user, name=name, email=address)


def _awaited(store: Store) -> User | None:
    """Return the only user, if they are an administrator who has neither a password nor ever signed in."""
    users, grants = store.people.users, store.people.grants
    if users.count() != 1:
        return None
    (user,) = users.listing()
    is_administrator = any(each.role == ADMINISTRATOR and not each.revoked_at for each in grants.of_user(user.user_id))
    has_entered = users.password_hash(user.user_id) is not None or store.people.sessions.of_user(user.user_id)
    return user if is_administrator and user.state == "active" and user.subject is None and not has_entered else None
