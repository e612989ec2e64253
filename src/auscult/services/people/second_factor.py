"""Second factors: enrolled by people themselves, asked for after password or link, reset by administrators."""

import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from auscult.domain.errors import AccessError, ConflictError
from auscult.domain.people.second_factors import SecondFactor, new_recovery_codes, normalise_code
from auscult.domain.people.sessions import SignInMethod, hash_of
from auscult.domain.people.users import User
from auscult.services.people.admission import SignInLimitedError
from auscult.services.privacy.log import record
from auscult.storage import Store

ISSUER = "auscult"
"""The name that authenticator apps show."""

WRONG_CODES = 10
WINDOW = timedelta(hours=1)
"""Wrong codes of one user, wherever they come from, before more have to wait: whoever tries them has the password."""

STEP_LASTS = timedelta(minutes=5)
_DRIFT = 1
_DIGITS = 6
_PURPOSE = b"auscult second step"
_PARTS = 4
_METHODS: dict[str, SignInMethod] = {"password": "password", "link": "link"}


class SecondFactorDueError(AccessError):
    """The password or link is right, and a code is due. ``step`` proves the first step, for five minutes."""

    code = "session.second_factor"

    def __init__(self, step: str) -> None:
        """Keep the proof for a page that asks for the code."""
        super().__init__("a code of the second factor is due; send it with the same request", field="code")
        self.step = step


class Enrolment(NamedTuple):
    """A second factor that waits to be confirmed: its secret, and the address for authenticator apps."""

    secret: str
    uri: str


class SecondFactors:
    """Enrolment and checks of second factors."""

    def __init__(self, store: Store, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """``now`` returns the time, aware, UTC."""
        self._store = store
        self._people = store.people
        self._now = now

    def of(self, user: User) -> SecondFactor | None:
        """Return a user's second factor, confirmed or not."""
        return self._people.second_factors.get(user.user_id)

    def is_in_force(self, user: User) -> bool:
        """Return whether a user signs in with a code."""
        found = self.of(user)
        return found is not None and found.confirmed_at is not None

    def begin(self, user: User) -> Enrolment:
        """Make a secret, which a code has to confirm. Raises ``ConflictError`` ``second_factor.in_force``."""
        import pyotp  # noqa: PLC0415  (only for those who enrol or sign in with a code)

        secret = pyotp.random_base32()
        self._people.second_factors.begin(user.user_id, secret, self._now())
        return _enrolment(user, secret)

    def waiting(self, user: User) -> Enrolment | None:
        """Return the enrolment that waits to be confirmed."""
        found = self.of(user)
        return None if found is None or found.confirmed_at is not None else _enrolment(user, found.secret)

    def confirm(self, user: User, code: str, session_id: str | None) -> tuple[str, ...]:
        """Put the second factor in force, and return its recovery codes, which are stored as hashes only.

        Every other session of the user ends. Raises as ``check``, ``ConflictError`` ``second_factor.in_force``.
        """
        found = self.of(user)
        if found is None or found.confirmed_at is not None:
            raise ConflictError(
                "no second factor waits to be confirmed; begin again, or remove the one in force first",
                code="second_factor.in_force",
            )
        self._count_try(user)
        now, step = self._now(), self._step(found, code)
        if step is None:
            raise self._wrong(user)
        codes = new_recovery_codes()
        self._people.failures.clear([tries_key(user)])
        self._people.second_factors.confirm(user.user_id, step, now, [_hash(each) for each in codes])
        ended = self._people.sessions.end(user.user_id, now, but=session_id)
        self._report("second_factor.enrolled", user, sessions_ended=ended)
        return codes

    def check(self, user: User, code: str) -> None:
        """Accept a code of the second factor, or a recovery code, once.

        Raises ``AccessError`` ``second_factor.refused``, ``SignInLimitedError``.
        """
        self._count_try(user)
        found = self.of(user)
        if found is None or found.confirmed_at is None or not self._fits(user, found, code):
            raise self._wrong(user)
        self._people.failures.clear([tries_key(user)])

    def renew_recovery_codes(self, user: User, code: str) -> tuple[str, ...]:
        """Make recovery codes in place of the earlier ones. Raises as ``check``."""
        self.check(user, code)
        codes = new_recovery_codes()
        self._people.second_factors.replace_recovery_codes(user.user_id, [_hash(each) for each in codes])
        self._report("second_factor.recovery_codes_renewed", user)
        return codes

    def remove(self, user: User, code: str) -> None:
        """Remove a user's own second factor. Raises as ``check``."""
        self.check(user, code)
        self._people.second_factors.remove(user.user_id)
        self._report("second_factor.removed", user)

    def first_step(self, user: User, method: SignInMethod) -> str:
        """Return the proof that a user gave password or link: what a page sends along with the code."""
        signed = f"{user.user_id}.{method}.{int((self._now() + STEP_LASTS).timestamp())}"
        return f"{signed}.{self._digest(signed)}"

    def user_of(self, step: str) -> tuple[User, SignInMethod]:
        """Return the user of a first step, and its method. Raises ``AccessError`` ``second_factor.expired``."""
        parts = step.split(".")
        if step.isascii() and len(parts) == _PARTS:
            user_id, method, ends, signature = parts
            if hmac.compare_digest(signature, self._digest(f"{user_id}.{method}.{ends}")):
                user = self._people.users.by_id(user_id)
                if user is not None and user.state == "active" and int(ends) > self._now().timestamp():
                    return user, _METHODS[method]
        raise AccessError("signing in took too long; begin again", code="second_factor.expired")

    def _fits(self, user: User, found: SecondFactor, code: str) -> bool:
        given = normalise_code(code)
        if len(given) == _DIGITS:
            step = self._step(found, given)
            return step is not None and self._people.second_factors.use_step(user.user_id, step)
        if not self._people.second_factors.use_recovery_code(user.user_id, _hash(given), self._now()):
            return False
        self._report("second_factor.recovery_code_used", user, left=found.codes_left - 1)
        return True

    def _step(self, found: SecondFactor, code: str) -> int | None:
        """Return the time step whose code this is, at most one before or after now; None for a wrong or used one."""
        from pyotp.totp import TOTP  # noqa: PLC0415

        totp, given = TOTP(found.secret), normalise_code(code)
        present = int(self._now().timestamp()) // totp.interval
        for step in range(present - _DRIFT, present + _DRIFT + 1):
            is_new = found.last_step is None or step > found.last_step
            if given.isascii() and hmac.compare_digest(totp.generate_otp(step), given) and is_new:
                return step
        return None

    def _count_try(self, user: User) -> None:
        """Count a try as failed before it is judged, so that no number of tries at one time passes the limit."""
        now, key = self._now(), tries_key(user)
        self._people.failures.add({key: now + WINDOW}, now)
        failed, until = self._people.failures.count([key], now).get(key, (0, now))
        if failed > WRONG_CODES:
            raise SignInLimitedError(max(1, round((until - now).total_seconds())))

    def _wrong(self, user: User) -> AccessError:
        self._report("second_factor.refused", user)
        return AccessError(
            "the code is wrong, over or used; give the next one", code="second_factor.refused", field="code"
        )

    def _report(self, action: str, user: User, **details: object) -> None:
        record(self._store, f"user:{user.email}", action, f"user:{user.email}", **details)

    def _digest(self, text: str) -> str:
        key = hmac.digest(self._store.secret_key, _PURPOSE, "sha256")
        return hmac.digest(key, text.encode(errors="surrogatepass"), "sha256").hex()


def _enrolment(user: User, secret: str) -> Enrolment:
    from pyotp.totp import TOTP  # noqa: PLC0415

    return Enrolment(secret, TOTP(secret, name=user.email, issuer=ISSUER).provisioning_uri())


def _hash(code: str) -> str:
    return hash_of(normalise_code(code))


def tries_key(user: User) -> str:
    """Return the key under which the wrong codes of a user are counted."""
    return sha256(f"second factor\n{user.user_id}".encode()).hexdigest()
