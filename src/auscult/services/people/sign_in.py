"""Signing in: by password or by a link that works once. A session is opened, or the try is refused with one reason."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from msgspec import Struct

from auscult.domain.errors import AccessError, RequestError
from auscult.domain.people.sessions import (
    ABSOLUTE,
    LINK_LASTS,
    Session,
    SignInMethod,
    hash_of,
    new_secret,
    new_session_id,
)
from auscult.domain.people.users import LONGEST_EMAIL, LONGEST_PASSWORD, User
from auscult.services.people.passwords import hash_password, is_outdated, is_right
from auscult.services.privacy.log import record
from auscult.storage import Store

TRIES = 10
"""Failed tries of one e-mail address from one network address before more have to wait."""

WINDOW = timedelta(minutes=5)


class Origin(Struct, frozen=True, kw_only=True):
    """The origin of a try: network address, browser, and the secret of a session that the browser had before."""

    address: str = ""
    agent: str = ""
    previous: str | None = None
    is_local: bool = False


class SignedIn(Struct, frozen=True, kw_only=True):
    """An opened session, with the secret for its cookie, which is stored nowhere."""

    user: User
    session: Session
    secret: str


class SignInLimitedError(RequestError):
    """Too many failed tries; ``again_after_s`` seconds later more are possible."""

    code = "sign_in.limited"

    def __init__(self, again_after_s: int) -> None:
        """State when."""
        super().__init__(f"too many failed sign-ins from here; try again in {again_after_s} s")
        self.again_after_s = again_after_s


class SignIn:
    """Opens and ends sessions.

    Failed tries are counted by e-mail address *and* network address, and apart from both for a browser that was signed
    in as this user before: so a stranger's tries never keep a user out.
    """

    def __init__(
        self, store: Store, now: Callable[[], datetime] = lambda: datetime.now(UTC), *, only_break_glass: bool = False
    ) -> None:
        """``now`` returns the time, aware, UTC. With ``only_break_glass`` no other user signs in by password."""
        self._store = store
        self._people = store.people
        self._now = now
        self._only_break_glass = only_break_glass

    def by_password(self, email: str, password: str, origin: Origin) -> SignedIn:
        """Sign in. Raises ``AccessError`` ``sign_in.refused``, the same whatever was wrong, ``SignInLimitedError``."""
        now, email = self._now(), email.strip().lower()[: LONGEST_EMAIL + 1]
        user = self._people.users.by_email(email)
        key = self._key(email, user, origin)
        failures, until = self._people.failures.count(key, now)
        if failures >= TRIES:
            raise SignInLimitedError(max(1, round((until - now).total_seconds())))
        may = user is not None and user.state == "active" and (user.is_break_glass or not self._only_break_glass)
        stored = self._people.users.password_hash(user.user_id) if user is not None and may else None
        fits = len(password) <= LONGEST_PASSWORD and is_right(stored, password)
        if user is None or stored is None or not fits:
            self._people.failures.add(key, now, now + WINDOW)
            if user is not None:
                record(self._store, f"user:{user.email}", "session.refused", address=origin.address or None)
            raise AccessError("the e-mail address or the password is wrong", code="sign_in.refused")
        if failures:
            self._people.failures.clear(key)
        if is_outdated(stored):
            self._people.users.set_password(user.user_id, hash_password(password), now)
        return self.open(user, "password", origin)

    def by_link(self, secret: str, origin: Origin) -> SignedIn:
        """Sign in by a link, which is used up. Raises ``AccessError`` ``link.refused``.

        The link works from this machine alone, once, and within an hour.
        """
        user_id = self._people.links.use(hash_of(secret), self._now()) if origin.is_local else None
        user = self._people.users.by_id(user_id) if user_id else None
        if user is None or user.state != "active":
            raise AccessError(
                "the link is used up, over or not for this machine; start the server again for a new one",
                code="link.refused",
            )
        return self.open(user, "link", origin)

    def open(self, user: User, method: SignInMethod, origin: Origin) -> SignedIn:
        """Open a session of a user who has proved who they are."""
        now, secret = self._now(), new_secret()
        session = Session(
            session_id=new_session_id(),
            user_id=user.user_id,
            method=method,
            created_at=now,
            seen_at=now,
            ends_at=now + ABSOLUTE,
            address=origin.address or None,
            agent=origin.agent[:300] or None,
        )
        self._people.sessions.add(session, hash_of(secret))
        record(self._store, f"user:{user.email}", "session.opened", f"session:{session.session_id}", method=method)
        return SignedIn(user=user, session=session, secret=secret)

    def end(self, user: User, session_id: str | None = None) -> int:
        """End one session of a user, or all. Returns how many were ended."""
        ended = self._people.sessions.end(user.user_id, self._now(), session_id)
        if ended:
            target = f"session:{session_id}" if session_id else f"user:{user.user_id}"
            record(self._store, f"user:{user.email}", "session.ended", target, sessions=ended)
        return ended

    def new_link(self, user_id: str) -> str:
        """Make a link's secret: it signs a user in once, within an hour, from this machine."""
        secret = new_secret()
        self._people.links.add(user_id, hash_of(secret), self._now() + LINK_LASTS)
        return secret

    def _key(self, email: str, user: User | None, origin: Origin) -> str:
        """Return the key under which failures of this try are counted."""
        known = self._people.sessions.by_hash(hash_of(origin.previous)) if origin.previous else None
        if known and user and known.user_id == user.user_id:
            source = "session " + known.session_id
        else:
            source = "address " + origin.address
        return sha256(f"{email}\n{source}".encode(errors="surrogatepass")).hexdigest()
