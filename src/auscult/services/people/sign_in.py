"""Signing in: by password or by a link that works once. A session is opened, or the try is refused with one reason."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from msgspec import Struct

from auscult.domain.delivery.addresses import is_public, network_of
from auscult.domain.errors import AccessError
from auscult.domain.people.sessions import (
    ABSOLUTE,
    LINK_LASTS,
    Session,
    SignInMethod,
    hash_of,
    new_code,
    new_secret,
    new_session_id,
    typed_code,
)
from auscult.domain.people.users import LONGEST_EMAIL, LONGEST_PASSWORD, User
from auscult.services.people.admission import Admission, SignInLimitedError
from auscult.services.people.browsers import KnownBrowsers
from auscult.services.people.passwords import hash_password, is_outdated, is_right
from auscult.services.people.second_factor import SecondFactorDueError, SecondFactors
from auscult.services.privacy.log import record
from auscult.storage import Store

TRIES = 10
"""Failed tries of one e-mail address from one network address, or in one browser, before more have to wait."""

SOURCE_TRIES = 20
"""Failed tries of all e-mail addresses from one network address before more have to wait."""

WINDOW = timedelta(minutes=5)

NAME_TRIES = 30
"""Failed tries of one e-mail address from all network addresses before more are slowed to one each ``PACE``."""

NAME_WINDOW = timedelta(hours=1)
PACE = timedelta(minutes=1)

EVERYWHERE = "everywhere "
"""The beginning of keys under which failures of one e-mail address from all network addresses are counted."""

SEEN_WITHIN = timedelta(days=30)
ENOUGH_PEOPLE = 3
"""People of whom it is odd that all sign in from one address."""

_LOG = logging.getLogger(__name__)


class Origin(Struct, frozen=True, kw_only=True):
    """The origin of a try: network address, browser, and its mark if a user signed in there before."""

    address: str = ""
    agent: str = ""
    mark: str = ""
    is_local: bool = False


class _Limit(NamedTuple):
    """A limit of failed tries within ``lasts``: ``most``, and one more each ``pace``."""

    most: int
    lasts: timedelta = WINDOW
    pace: timedelta | None = None
    is_source: bool = False

    def wait(self, failed: int, until: datetime, now: datetime) -> timedelta | None:
        """Return the time until the next try, after ``failed`` ones in a window that ends then; None for now."""
        if failed < self.most:
            return None
        if self.pace is not None:
            until = min(until, until - self.lasts + self.pace * (failed - self.most + 1))
        return until - now if until > now else None


class SignedIn(Struct, frozen=True, kw_only=True):
    """An opened session, with the secret for its cookie, which is stored nowhere, and the mark of the browser."""

    user: User
    session: Session
    secret: str
    mark: str


class SignIn:
    """Opens and ends sessions.

    Failed tries are counted by network address, by e-mail address and network address, and by e-mail address, in the
    database, and so over all servers. They are counted apart in a browser in which this user has signed in before: so a
    stranger's tries never keep a user out, and an office behind one address is not locked out.
    """

    def __init__(
        self, store: Store, now: Callable[[], datetime] = lambda: datetime.now(UTC), *, only_break_glass: bool = False
    ) -> None:
        """``now`` returns the time, aware, UTC. With ``only_break_glass`` no other user signs in by password."""
        self._store = store
        self._people = store.people
        self._now = now
        self._only_break_glass = only_break_glass
        self.admission = Admission()
        self.browsers = KnownBrowsers(lambda: store.secret_key, now)
        self.factors = SecondFactors(store, now)

    def in_turn(self, email: str, password: str, origin: Origin, code: str | None = None) -> "Future[SignedIn]":
        """Sign in once it is this try's turn. Raises, now or as the result, as ``by_password`` and ``submit`` do."""
        browser = self.browsers.id_of(origin.mark, _normalised(email))
        source = f"browser {browser}" if browser else _network(origin)
        return self.admission.submit(
            source, lambda: self.by_password(email, password, origin, code), is_known=browser is not None
        )

    def code_in_turn(self, step: str, code: str, origin: Origin) -> "Future[SignedIn]":
        """Complete a sign-in once it is this try's turn. Raises, now or as the result, as ``by_code`` and ``submit`` do."""
        browser = self.browsers.id_of(origin.mark)
        source = f"browser {browser}" if browser else _network(origin)
        return self.admission.submit(source, lambda: self.by_code(step, code, origin), is_known=browser is not None)

    def by_code(self, step: str, code: str, origin: Origin) -> SignedIn:
        """Complete a sign-in whose first step ``SecondFactorDueError`` proves.

        Raises ``AccessError`` ``second_factor.refused``, ``second_factor.expired``, ``SignInLimitedError``.
        """
        user, method = self.factors.user_of(step)
        self.factors.check(user, code)
        return self.open(user, method, origin)

    def by_password(self, email: str, password: str, origin: Origin, code: str | None = None) -> SignedIn:
        """Sign in. Raises ``AccessError`` ``sign_in.refused``, the same whatever was wrong, ``SignInLimitedError``.

        For a user with a second factor, raises ``SecondFactorDueError`` without a code, and as ``by_code``.
        """
        now, email = self._now(), _normalised(email)
        user = self._people.users.by_email(email)
        limits = self._limits(email, origin)
        failures = self._people.failures.count(limits, now)
        for key, limit in limits.items():
            wait = limit.wait(*failures.get(key, (0, now)), now)
            if wait is not None:
                raise SignInLimitedError(max(1, round(wait.total_seconds())), is_source=limit.is_source)
        may = user is not None and user.state == "active" and (user.is_break_glass or not self._only_break_glass)
        stored = self._people.users.password_hash(user.user_id) if user is not None and may else None
        fits = len(password) <= LONGEST_PASSWORD and is_right(stored, password)
        if user is None or stored is None or not fits:
            self._people.failures.add({key: now + limit.lasts for key, limit in limits.items()}, now)
            if user is not None:
                record(self._store, f"user:{user.email}", "session.refused", address=origin.address or None)
            raise AccessError("the e-mail address or the password is wrong", code="sign_in.refused")
        if is_outdated(stored):
            self._people.users.set_password(user.user_id, hash_password(password), now)
        self._ask_for_code(user, "password", code)
        own = [key for key, limit in limits.items() if key in failures and not limit.is_source and not limit.pace]
        if own:
            self._people.failures.clear(own)
        return self.open(user, "password", origin)

    def by_link(self, secret: str, origin: Origin) -> SignedIn:
        """Sign in by the code of a link, which is used up. Raises ``AccessError`` ``link.refused``.

        The code works once, within an hour, and where it was made so from this machine alone. For a user with a second
        factor, raises ``SecondFactorDueError``.
        """
        user_id = self._people.links.use(hash_of(typed_code(secret)), self._now(), is_here=origin.is_local)
        user = self._people.users.by_id(user_id) if user_id else None
        if user is None or user.state != "active":
            raise AccessError(
                "the link is used up, over or not for this machine; `auscult users link` makes a new one",
                code="link.refused",
            )
        self._ask_for_code(user, "link", None)
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
        mark = self.browsers.mark(user.email, origin.mark)
        return SignedIn(user=user, session=session, secret=secret, mark=mark)

    def end(self, user: User, session_id: str | None = None) -> int:
        """End one session of a user, or all. Returns how many were ended."""
        ended = self._people.sessions.end(user.user_id, self._now(), session_id)
        if ended:
            target = f"session:{session_id}" if session_id else f"user:{user.user_id}"
            record(self._store, f"user:{user.email}", "session.ended", target, sessions=ended)
        return ended

    def new_link(self, user_id: str, *, is_for_here: bool) -> str:
        """Make the code of a link: it signs a user in once, within an hour; ``is_for_here``: from this machine alone."""
        code = new_code()
        self._people.links.add(user_id, hash_of(code), self._now() + LINK_LASTS, is_for_here=is_for_here)
        return code

    def lacks_password(self, session: Session) -> bool:
        """Return whether a user who came by a link has yet to set the password that they will sign in with."""
        is_by_link = session.method == "link" and not self._only_break_glass
        return is_by_link and self._people.users.password_hash(session.user_id) is None

    def _ask_for_code(self, user: User, method: SignInMethod, code: str | None) -> None:
        """Check the code of a user with a second factor. Raises as ``by_password``."""
        if not self.factors.is_in_force(user):
            return
        if code is None:
            raise SecondFactorDueError(self.factors.first_step(user, method))
        self.factors.check(user, code)

    def _limits(self, email: str, origin: Origin) -> Mapping[str, _Limit]:
        """Return the limits of a try by the key that its failures are counted under."""
        browser = self.browsers.id_of(origin.mark, email)
        if browser is not None:
            return {_key(email, f"browser {browser}"): _Limit(TRIES, is_source=True)}
        return {
            _key("", _network(origin)): _Limit(SOURCE_TRIES, is_source=True),
            _key(email, _network(origin)): _Limit(TRIES),
            EVERYWHERE + _key(email, ""): _Limit(NAME_TRIES, NAME_WINDOW, PACE),
        }


def warn_of_one_source(store: Store, now: datetime) -> None:
    """Log a warning if everybody seems to come from one private address: a proxy whose headers are not trusted.

    Limits on failures would then be those of all people together.
    """
    origins = store.people.sessions.origins(now - SEEN_WITHIN, 2)
    if len(origins) == 1 and origins[0][1] >= ENOUGH_PEOPLE and not _is_public(origins[0][0]):
        _LOG.warning(
            "all sign-ins of %d people in %d days came from %s: if that is a proxy, set FORWARDED_ALLOW_IPS to its "
            "address, or failed sign-ins of strangers count against everybody",
            origins[0][1],
            SEEN_WITHIN.days,
            origins[0][0],
        )


def _is_public(address: str) -> bool:
    try:
        return is_public(address)
    except ValueError:
        return False


def _normalised(email: str) -> str:
    return email.strip().lower()[: LONGEST_EMAIL + 1]


def _network(origin: Origin) -> str:
    return f"address {network_of(origin.address)}"


def _key(email: str, source: str) -> str:
    return sha256(f"{email}\n{source}".encode(errors="surrogatepass")).hexdigest()
