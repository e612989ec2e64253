"""Authentication (rule 14): a JWT signed with HS256 by the secret of the client that its ``appId`` names.

The order of the checks limits the information in their errors: visible faults of a token (its shape, its algorithm)
have reasons of their own; an unknown client, a revoked one and a wrong signature share one; and faults of the claims
are shown only to a holder of the secret.

``jti`` must be a text that is not empty. Single use of a token would need all serving processes to share the used
ones, and the vendor's tokens are made to be used many times; so a token may be used again.
"""

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any, cast

import msgspec
from jwt.api_jws import PyJWS
from jwt.exceptions import InvalidTokenError
from msgspec import UNSET, Struct, UnsetType

from auscult.domain.errors import AccessError
from auscult.domain.tenancy import Client
from auscult.server.clock import Clock
from auscult.server.settings import ServerSettings
from auscult.storage.access.clients import Clients

_ALGORITHM = "HS256"
_LONGEST_TOKEN = 8192
_LONGEST_CLIENT_ID = 256
_MOST_REMEMBERED = 4096


class Claims(Struct, frozen=True):
    """The claims that are checked; ``agent`` and ``app`` where a person signs in. Any others are ignored."""

    app_id: Any = msgspec.field(name="appId", default=None)
    exp: Any = UNSET
    nbf: Any = UNSET
    iat: Any = UNSET
    aud: Any = UNSET
    jti: Any = UNSET
    agent: Any = UNSET
    app: Any = UNSET


class _Known(Struct, frozen=True):
    client: Client | None
    until: float


class _Verified(Struct, frozen=True):
    claims: Claims
    secret: str


class Authenticator:
    """Authentication of the client of a request by its token.

    Clients are cached for ``client_memory_s``, so a revocation takes effect at most that much later, in each process.
    A token with a valid signature is cached together with the secret that signed it; its client and its times are
    checked again on every request.
    """

    def __init__(self, clients: Clients, settings: ServerSettings, clock: Clock) -> None:
        """Start with empty caches."""
        self._clients = clients
        self._settings = settings
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._verified: dict[str, _Verified] = {}
        self._jws = PyJWS(algorithms=[_ALGORITHM])
        # An unknown client costs the same check of a signature as a known one (rule 16).
        self._decoy = secrets.token_urlsafe(32)

    async def client(self, headers: Mapping[str, str]) -> Client:
        """Return the client of a request. Raises ``AccessError``: ``token.*``."""
        client, claims = await self.holder(_token(headers), self._settings.token_audience)
        if self._settings.token_life_s:
            _check_life(claims, self._settings.token_life_s, self._clock.now())
        return client

    async def holder(self, token: str, audience: str | None) -> tuple[Client, Claims]:
        """Return the client that signed a token, and its claims. An ``aud`` in it must name this audience.

        Raises ``AccessError``: ``token.*``.
        """
        verified = self._verified.get(token)
        claims = verified.claims if verified else self._read(token)
        client = await self._find(claims.app_id)
        secret = client.secret if client else self._decoy
        if verified is None or verified.secret != secret:
            self._verify(token, claims, secret)
        if client is None:
            raise _invalid()
        self._check(claims, audience)
        return client, claims

    async def _find(self, client_id: object) -> Client | None:
        """Return a client from the cache or the store, or None."""
        if not isinstance(client_id, str) or not 0 < len(client_id) <= _LONGEST_CLIENT_ID or "\0" in client_id:
            return None
        known = self._known.get(client_id)
        now = self._clock.monotonic()
        if known is None or known.until <= now:
            client = await asyncio.to_thread(self._clients.find, client_id)
            known = _Known(client, now + self._settings.client_memory_s)
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[client_id] = known
        return known.client

    def _read(self, token: str) -> Claims:
        """Read the claims of a token, before its signature is verified."""
        try:
            decoded = self._jws.decode_complete(token, options={"verify_signature": False})
            claims = msgspec.json.decode(decoded["payload"], type=Claims)
        except (InvalidTokenError, msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise AccessError(
                "The token is not a JWT: give header, claims and signature as base64url, with dots between.",
                code="token.malformed",
            ) from error
        if decoded["header"].get("alg") != _ALGORITHM:
            raise AccessError(f"The token must be signed with {_ALGORITHM}.", code="token.algorithm_refused")
        return claims

    def _verify(self, token: str, claims: Claims, secret: str) -> None:
        """Verify the signature, and cache a valid one."""
        try:
            self._jws.decode_complete(token, secret, algorithms=[_ALGORITHM])
        except InvalidTokenError as error:
            raise _invalid() from error
        if len(self._verified) >= _MOST_REMEMBERED:
            self._verified.clear()
        self._verified[token] = _Verified(claims, secret)

    def _check(self, claims: Claims, audience: str | None) -> None:
        """Check every claim that is present."""
        now = self._clock.now()
        soon = now + self._settings.clock_skew_s
        expiry, not_before, issued = (_instant(claims, name) for name in ("exp", "nbf", "iat"))
        if expiry is not UNSET and expiry <= now:
            raise AccessError("The token has expired.", code="token.expired")
        if (not_before is not UNSET and not_before > soon) or (issued is not UNSET and issued > soon):
            raise AccessError("The token is not valid yet.", code="token.not_yet_valid")
        if claims.jti is not UNSET and (not isinstance(claims.jti, str) or not claims.jti):
            raise _wrong_claim("jti", "a text that is not empty")
        _check_audience(claims.aud, audience)


def _check_life(claims: Claims, longest_s: int, now: float) -> None:
    """Refuse a token that lasts longer than ``longest_s`` seconds: from ``iat``, or else from now.

    One without ``exp`` is accepted for this long after its ``iat``. Raises ``AccessError`` ``token.too_long``.
    """
    issued, expiry = claims.iat, claims.exp
    begins = issued if issued is not UNSET else now
    ends = expiry if expiry is not UNSET else now
    if (issued is UNSET and expiry is UNSET) or ends - begins > longest_s:
        raise AccessError(
            f"The token lasts too long: give iat, and exp at most {longest_s} seconds later.", code="token.too_long"
        )


def _check_audience(given: object, audience: str | None) -> None:
    if given is UNSET:
        return
    audiences = cast("list[object]", given) if isinstance(given, list) else [given]
    if not all(isinstance(each, str) for each in audiences):
        raise _wrong_claim("aud", "a text or an array of texts")
    if audience is None or audience not in audiences:
        raise AccessError("The token is meant for somebody else.", code="token.audience_wrong")


def bearer(headers: Mapping[str, str]) -> str:
    """Return the token of ``auth``, or else of ``Authorization: Bearer``; empty without one."""
    given = headers.get("auth", "").strip()
    if not given:
        kind, _, given = headers.get("authorization", "").strip().partition(" ")
        given = given.strip() if kind.lower() == "bearer" else ""
    return given


def _token(headers: Mapping[str, str]) -> str:
    """Return the token of a request. Raises ``AccessError``: ``token.missing``, ``token.malformed`` for a long one."""
    given = bearer(headers)
    if not given:
        raise AccessError("Give a token in the header auth, or as Authorization: Bearer.", code="token.missing")
    if len(given) > _LONGEST_TOKEN:
        raise AccessError(f"A token has at most {_LONGEST_TOKEN} characters.", code="token.malformed")
    return given


def _instant(claims: Claims, name: str) -> float | UnsetType:
    value: object = getattr(claims, name)
    if value is UNSET or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value  # type: ignore[return-value]
    raise _wrong_claim(name, "a number of seconds since 1970")


def _wrong_claim(name: str, right: str) -> AccessError:
    return AccessError(f"The claim {name} must be {right}.", code="token.claim_invalid")


def _invalid() -> AccessError:
    return AccessError("The client is unknown, or the token is not signed with its secret.", code="token.invalid")
