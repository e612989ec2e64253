"""``/api/v1/second-factor``: the caller's own second factor."""

from datetime import datetime
from typing import Annotated

from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.errors import AccessError
from auscult.domain.people.sessions import Session
from auscult.domain.people.users import User
from auscult.server.auth.principal import Principal
from auscult.server.rest import operation
from auscult.server.rest.context import Caller, Server, Services
from auscult.server.rest.examples import example
from auscult.services.people.second_factor import SecondFactors

_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105  (an example)
_WRONG = {
    401: "The code is wrong, over or used; or there is no session.",
    409: "A second factor is in force already, or none waits to be confirmed.",
    429: "Too many wrong codes; `Retry-After` says when more are possible.",
}


@example({"is_in_force": True, "confirmed_at": "2026-03-01T00:00:00Z", "recovery_codes_left": 9})
class SecondFactorView(Struct, frozen=True, kw_only=True):
    """A second factor. ``recovery_codes_left``: recovery codes that are not used."""

    is_in_force: bool
    confirmed_at: datetime | None
    recovery_codes_left: int


@example({"secret": _SECRET, "uri": f"otpauth://totp/auscult:ann%40example.com?secret={_SECRET}&issuer=auscult"})
class EnrolmentView(Struct, frozen=True, kw_only=True):
    """A second factor that a code has to confirm: for an authenticator app, which also reads ``uri`` as a QR code."""

    secret: str
    uri: str


@example({"code": "123456"})
class CodeBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code of an authenticator app, or a recovery code."""

    code: Annotated[str, Meta(max_length=100)]


@example({"recovery_codes": ["k7fm-2wqx-9btn-hs4d"]})
class RecoveryCodes(Struct, frozen=True, kw_only=True):
    """Recovery codes, each for one sign-in. They are shown only once."""

    recovery_codes: tuple[str, ...]


@operation.get("/second-factor", may=None, summary="One's own second factor")
def get_second_factor(caller: Caller, server: Server) -> SecondFactorView:
    """Return whether the caller signs in with a code, and how many recovery codes are left."""
    user, _ = _session(caller)
    found = _factors(server).of(user)
    confirmed_at = found.confirmed_at if found else None
    return SecondFactorView(
        is_in_force=confirmed_at is not None,
        confirmed_at=confirmed_at,
        recovery_codes_left=found.codes_left if found else 0,
    )


@operation.post("/second-factor", may=None, status=201, refuses={409: _WRONG[409]}, is_slow=False)
def begin_second_factor(caller: Caller, server: Server) -> EnrolmentView:
    """Begin a second factor. The secret is for the caller's authenticator app, and in force once a code confirms it."""
    user, _ = _session(caller)
    made = _factors(server).begin(user)
    return EnrolmentView(secret=made.secret, uri=made.uri)


@operation.post("/second-factor/confirm", may=None, refuses=_WRONG, is_slow=False)
def confirm_second_factor(caller: Caller, server: Server, data: JSONBody[CodeBody]) -> RecoveryCodes:
    """Confirm a second factor. It is in force from now on. The caller's other sessions end."""
    user, session = _session(caller)
    return RecoveryCodes(recovery_codes=_factors(server).confirm(user, data.code, session.session_id))


@operation.post("/second-factor/recovery-codes", may=None, refuses=_WRONG, summary="New recovery codes", is_slow=False)
def renew_recovery_codes(caller: Caller, server: Server, data: JSONBody[CodeBody]) -> RecoveryCodes:
    """Make recovery codes in place of the earlier ones."""
    user, _ = _session(caller)
    return RecoveryCodes(recovery_codes=_factors(server).renew_recovery_codes(user, data.code))


@operation.post("/second-factor/remove", may=None, refuses=_WRONG, is_slow=False)
def remove_second_factor(caller: Caller, server: Server, data: JSONBody[CodeBody]) -> None:
    """Remove the second factor. Its recovery codes go with it. Where an app requires one, it is due again."""
    user, _ = _session(caller)
    _factors(server).remove(user, data.code)


def _session(caller: Principal) -> tuple[User, Session]:
    """Return the user and session of the caller. Raises ``AccessError`` ``session.missing`` for tokens."""
    if caller.access is None or caller.access.session is None:
        raise AccessError("this needs a session; sign in", code="session.missing")
    return caller.access.user, caller.access.session


def _factors(server: Services) -> SecondFactors:
    return SecondFactors(server.store, server.now)


ROUTER = operation.router(__name__)
