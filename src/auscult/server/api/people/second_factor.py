"""``/api/v1/second-factor``: the caller's own second factor. ``/users/{user_id}/second-factor``: another's, reset."""

from datetime import datetime
from typing import Annotated, Any

from litestar import delete, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.errors import AccessError
from auscult.domain.people.sessions import Session
from auscult.domain.people.users import User
from auscult.server.api.people.users import UserId, find_user, managing
from auscult.server.auth.principal import Principal
from auscult.server.rest.context import App, Caller, Rights, Server, Services
from auscult.server.rest.guards import writing
from auscult.server.rest.openapi import answer, refusal
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_thread
from auscult.services.people.second_factor import SecondFactors

_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105  (an example)
_CODES = {"recovery_codes": ["k7fm-2wqx-9btn-hs4d"]}
_CODE = Takes("A code of the app, or a recovery code.", {"code": "123456"})
_WRONG = {
    401: refusal("The code is wrong, over or used; or there is no session."),
    409: refusal("A second factor is in force already, or none waits to be confirmed."),
    429: refusal("Too many wrong codes; `Retry-After` says when more are possible."),
}


class SecondFactorView(Struct, frozen=True, kw_only=True):
    """A second factor. ``recovery_codes_left``: recovery codes that are not used."""

    is_in_force: bool
    confirmed_at: datetime | None
    recovery_codes_left: int


class EnrolmentView(Struct, frozen=True, kw_only=True):
    """A second factor that a code has to confirm: for an authenticator app, which also reads ``uri`` as a QR code."""

    secret: str
    uri: str


class CodeBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code of an authenticator app, or a recovery code."""

    code: Annotated[str, Meta(max_length=100)]


class RecoveryCodes(Struct, frozen=True, kw_only=True):
    """Recovery codes, each for one sign-in. They are shown only once."""

    recovery_codes: tuple[str, ...]


@get(
    "/second-factor",
    operation_id="get_second_factor",
    summary="One's own second factor",
    responses={
        200: answer(
            "Whether it is in force.",
            SecondFactorView,
            {"is_in_force": True, "confirmed_at": "2026-03-01T00:00:00Z", "recovery_codes_left": 9},
        )
    },
)
@in_thread
def show(caller: Caller, server: Server) -> SecondFactorView:
    """Return whether the caller signs in with a code, and how many recovery codes are left."""
    user, _ = _session(caller)
    found = _factors(server).of(user)
    confirmed_at = found.confirmed_at if found else None
    return SecondFactorView(
        is_in_force=confirmed_at is not None,
        confirmed_at=confirmed_at,
        recovery_codes_left=found.codes_left if found else 0,
    )


@post(
    "/second-factor",
    operation_id="begin_second_factor",
    summary="Begin a second factor",
    status_code=201,
    responses={
        201: answer(
            "The secret, which a code has to confirm.",
            EnrolmentView,
            {"secret": _SECRET, "uri": f"otpauth://totp/auscult:ann%40example.com?secret={_SECRET}&issuer=auscult"},
        ),
        409: _WRONG[409],
    },
)
@in_thread
def begin(caller: Caller, server: Server) -> EnrolmentView:
    """Make a secret for the caller's authenticator app. It is in force once a code confirms it."""
    user, _ = _session(caller)
    made = _factors(server).begin(user)
    return EnrolmentView(secret=made.secret, uri=made.uri)


@post(
    "/second-factor/confirm",
    operation_id="confirm_second_factor",
    summary="Confirm a second factor",
    status_code=200,
    responses={200: answer("The recovery codes.", RecoveryCodes, _CODES), **_WRONG},
    takes=_CODE,
)
@in_thread
def confirm(caller: Caller, server: Server, data: JSONBody[CodeBody]) -> RecoveryCodes:
    """Put the second factor in force. The caller's other sessions end."""
    user, session = _session(caller)
    return RecoveryCodes(recovery_codes=_factors(server).confirm(user, data.code, session.session_id))


@post(
    "/second-factor/recovery-codes",
    operation_id="renew_recovery_codes",
    summary="New recovery codes",
    status_code=200,
    responses={200: answer("The recovery codes.", RecoveryCodes, _CODES), **_WRONG},
    takes=_CODE,
)
@in_thread
def renew(caller: Caller, server: Server, data: JSONBody[CodeBody]) -> RecoveryCodes:
    """Make recovery codes in place of the earlier ones."""
    user, _ = _session(caller)
    return RecoveryCodes(recovery_codes=_factors(server).renew_recovery_codes(user, data.code))


@post(
    "/second-factor/remove",
    operation_id="remove_second_factor",
    summary="Remove the second factor",
    status_code=204,
    responses={204: answer("The caller signs in without a code."), **_WRONG},
    takes=_CODE,
)
@in_thread
def remove(caller: Caller, server: Server, data: JSONBody[CodeBody]) -> None:
    """Remove the caller's second factor with its recovery codes. Where an app requires one, it is due again."""
    user, _ = _session(caller)
    _factors(server).remove(user, data.code)


@delete(
    "/users/{user_id:str}/second-factor",
    operation_id="reset_second_factor",
    summary="Reset a second factor",
    guards=[writing("users")],
    responses={204: answer("The user signs in without a code, and is signed out everywhere.")},
)
@in_thread
def reset(user_id: UserId, app: App, rights: Rights, server: Server) -> None:
    """Remove a user's second factor, for one who lost the device. It needs `user.manage` in every app of the user."""
    managing(rights, server).reset_second_factor(find_user(user_id, app, rights, server))


def _session(caller: Principal) -> tuple[User, Session]:
    """Return the user and session of the caller. Raises ``AccessError`` ``session.missing`` for tokens."""
    if caller.access is None or caller.access.session is None:
        raise AccessError("this needs a session; sign in", code="session.missing")
    return caller.access.user, caller.access.session


def _factors(server: Services) -> SecondFactors:
    return SecondFactors(server.store, server.now)


OWN: tuple[Any, ...] = (show, begin, confirm, renew, remove)
"""Handlers for any signed-in user, outside apps."""
HANDLERS = (reset,)
