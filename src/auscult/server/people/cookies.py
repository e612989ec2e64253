"""The session's cookie, and the proof that a write by cookie comes from a page of this server."""

import hmac
import re
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import urlsplit

from auscult.domain.errors import AccessError
from auscult.server.asgi import Scope
from auscult.services.people.browsers import LASTS

PLAIN, SECURE = "auscult_session", "__Host-auscult_session"
"""Names of the cookie without and with TLS. A browser accepts the second only over TLS and from this host."""

TOKEN_HEADER = "x-csrf-token"  # noqa: S105  (the name of a header)
_MARK = re.compile(r"[\w.-]{1,200}", re.ASCII)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def session_secret(scope: Scope, headers: Mapping[str, str]) -> str | None:
    """Return the secret in the session's cookie, or None without a readable one."""
    return _value(scope, headers).partition(".")[0] or None


def browser_mark(scope: Scope, headers: Mapping[str, str]) -> str:
    """Return the mark of a browser in which a user signed in, as the cookie has it; empty without one."""
    return _value(scope, headers).partition(".")[2]


def set_session(scope: Scope, secret: str, mark: str) -> str:
    """Return the value of Set-Cookie that stores a session, and the mark of the browser, which outlives it."""
    return _cookie(scope, f"{secret}.{mark}", int(LASTS.total_seconds()))


def clear_session(scope: Scope, headers: Mapping[str, str]) -> str:
    """Return the value of Set-Cookie that removes the session, and keeps the mark of the browser."""
    mark = browser_mark(scope, headers)
    return set_session(scope, "", mark) if mark and _MARK.fullmatch(mark) else _cookie(scope, "", 0)


def csrf_token(secret: str) -> str:
    """Return the token to send in a header where a browser sends neither Origin nor Sec-Fetch-Site."""
    return sha256(f"csrf\n{secret}".encode()).hexdigest()


def check_origin(scope: Scope, headers: Mapping[str, str], secret: str | None = None) -> None:
    """Refuse a write that a page of another site may have caused. Reading is allowed.

    ``Origin`` of this server or ``Sec-Fetch-Site: same-origin`` is the proof. Without both, the request is not from a
    modern browser: with a session (``secret``) it needs the session's token in ``X-CSRF-Token``.
    Raises ``AccessError``: ``origin.foreign``, ``origin.unproved``.
    """
    if scope["method"] in _SAFE:
        return
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is None and site is None:
        if secret is None or hmac.compare_digest(headers.get(TOKEN_HEADER, ""), csrf_token(secret)):
            return
        raise AccessError(
            "a write by cookie needs Origin or Sec-Fetch-Site, or the token of GET /api/v1/me in X-CSRF-Token",
            code="origin.unproved",
            field="Origin",
        )
    if site == "same-origin" or (origin is not None and _is_own(scope, headers, origin)):
        return
    raise AccessError(
        f"a page of {origin or 'another site'} may not write here, only one of this server, "
        f"{headers.get('host', '') or 'whose Host is missing'}; a proxy has to pass Host on",
        code="origin.foreign",
        field="Origin",
    )


def _is_own(scope: Scope, headers: Mapping[str, str], origin: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    is_secure = scope.get("scheme") == "https"
    schemes = {"https"} if is_secure else {"http", "https"}  # a proxy may have ended TLS
    return parts.scheme in schemes and parts.netloc.lower() == headers.get("host", "").lower() != ""


def cookie_of(headers: Mapping[str, str], name: str) -> str:
    """Return the value of a cookie, whatever those of other programs look like; empty without one."""
    parts = (each.strip().partition("=") for each in headers.get("cookie", "").split(";"))
    return next((value for key, _, value in parts if key == name), "")


def _value(scope: Scope, headers: Mapping[str, str]) -> str:
    return cookie_of(headers, _name(scope))


def _name(scope: Scope) -> str:
    return SECURE if scope.get("scheme") == "https" else PLAIN


def _cookie(scope: Scope, value: str, seconds: int) -> str:
    secure = "; Secure" if scope.get("scheme") == "https" else ""
    return f"{_name(scope)}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
