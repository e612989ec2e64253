"""An OpenID Connect provider as a client sees it: authorization code with PKCE, ID tokens checked by its keys."""

import threading
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast

import httpx
import msgspec
from authlib.oauth2.rfc6749.parameters import (  # pyright: ignore[reportMissingTypeStubs]
    prepare_grant_uri,  # pyright: ignore[reportUnknownVariableType]
)
from authlib.oauth2.rfc7636 import (  # pyright: ignore[reportMissingTypeStubs]
    create_s256_code_challenge,  # pyright: ignore[reportUnknownVariableType]
)
from authlib.oidc.core import CodeIDToken  # pyright: ignore[reportMissingTypeStubs]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from auscult.domain.delivery.addresses import OPERATOR
from auscult.domain.errors import AccessError
from auscult.domain.people.single_sign_on import SignOnSettings
from auscult.outgoing.http import client

ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA")
"""Accepted signatures of ID tokens: the ones of public keys."""

_TIMEOUT_S = 10.0
_LEEWAY_S = 60
_CLIENT_ERRORS = frozenset({"invalid_client", "unauthorized_client"})
_DISCOVERY = "/.well-known/openid-configuration"
_LARGEST = 1 << 20


class _Document(msgspec.Struct, frozen=True):
    """The fields of a discovery document that are used here."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    code_challenge_methods_supported: tuple[str, ...] | None = None


class _Tokens(msgspec.Struct, frozen=True):
    """The fields of a token response that are used here."""

    id_token: str
    access_token: str | None = None


class _Problem(msgspec.Struct, frozen=True):
    """The field of an error response that is used here."""

    error: str = ""


class IdentityProvider:
    """One provider, found by its issuer. Its metadata is read once, its keys again when a new one signs."""

    def __init__(self, settings: SignOnSettings) -> None:
        """Store the settings; read the provider's metadata on first use."""
        self._settings = settings
        self._http = client(OPERATOR, timeout=_TIMEOUT_S)
        self._lock = threading.Lock()
        self._document: _Document | None = None
        self._keys: KeySet | None = None

    def authorization_url(self, *, redirect_url: str, state: str, nonce: str, verifier: str) -> str:
        """Return the address to send the browser to. Raises ``AccessError`` ``sign_on.unavailable``."""
        prepare = cast("Any", prepare_grant_uri)
        return prepare(
            self.document().authorization_endpoint,
            client_id=self._settings.client_id,
            response_type="code",
            redirect_uri=redirect_url,
            scope=" ".join(self._settings.scopes),
            state=state,
            nonce=nonce,
            code_challenge=cast("Any", create_s256_code_challenge)(verifier),
            code_challenge_method="S256",
        )

    def claims(self, *, redirect_url: str, code: str, nonce: str, verifier: str) -> Mapping[str, Any]:
        """Return the claims for a code: the ID token's, completed by the userinfo endpoint's.

        Raises ``AccessError``: ``sign_on.unavailable``, ``sign_on.refused``.
        """
        tokens = self._exchange(redirect_url, code, verifier)
        claims = self._checked(tokens, nonce)
        endpoint = self.document().userinfo_endpoint
        wanted = {self._settings.email_claim, self._settings.groups_claim, self._settings.name_claim}
        if endpoint is None or tokens.access_token is None or wanted <= claims.keys():
            return claims
        more = self._get(endpoint, {"Authorization": f"Bearer {tokens.access_token}"})
        if more.get("sub") != claims["sub"]:
            raise _refused("the userinfo endpoint answers for another person")
        return {**more, **claims}

    def document(self) -> _Document:
        """Return the discovery document. Raises ``AccessError`` ``sign_on.unavailable``."""
        with self._lock:
            if self._document is None:
                issuer = self._settings.issuer
                read = self._get(issuer.rstrip("/") + _DISCOVERY)
                try:
                    document = msgspec.convert(read, _Document)
                except msgspec.ValidationError as error:
                    raise _unavailable(f"its discovery document is incomplete: {error}") from error
                if document.issuer.rstrip("/") != issuer.rstrip("/"):
                    raise _unavailable(f"it calls itself {document.issuer}; set that as the issuer")
                methods = document.code_challenge_methods_supported
                if methods is not None and "S256" not in methods:
                    raise _unavailable("it does not support PKCE with S256")
                self._document = document
            return self._document

    def keys(self, *, again: bool = False) -> KeySet:
        """Return the provider's keys, read again if asked to. Raises ``AccessError`` ``sign_on.unavailable``."""
        document = self.document()
        with self._lock:
            if self._keys is None or again:
                read: Any = self._get(document.jwks_uri)
                try:
                    self._keys = KeySet.import_key_set(read)
                except (JoseError, KeyError, TypeError, ValueError) as error:
                    raise _unavailable(f"its keys cannot be read: {error}") from error
            return self._keys

    def check_client(self, redirect_url: str) -> None:
        """Send an invalid code: the provider reports it as such only to a client that it accepts.

        Raises ``AccessError``: ``sign_on.unavailable``, ``sign_on.refused`` for a client that is not accepted.
        """
        answer = self._request_tokens(redirect_url, "check", "check" * 10)
        if answer.status_code == HTTPStatus.UNAUTHORIZED or _error_of(answer) in _CLIENT_ERRORS:
            fault = f"it does not accept the client {self._settings.client_id!r}"
            raise _refused(f"{fault}; check client_id and client_secret")

    def _exchange(self, redirect_url: str, code: str, verifier: str) -> _Tokens:
        answer = self._request_tokens(redirect_url, code, verifier)
        if not answer.is_success:
            fault = _error_of(answer) or f"status {answer.status_code}"
            raise _refused(f"it does not accept the code ({fault})")
        try:
            return msgspec.json.decode(answer.content[:_LARGEST], type=_Tokens)
        except msgspec.DecodeError as error:
            raise _refused("its answer has no ID token") from error

    def _request_tokens(self, redirect_url: str, code: str, verifier: str) -> httpx.Response:
        document, secret = self.document(), self._settings.client_secret
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_url,
            "code_verifier": verifier,
        }
        is_basic = secret is not None and "client_secret_basic" in document.token_endpoint_auth_methods_supported
        if not is_basic:
            form["client_id"] = self._settings.client_id
            if secret is not None:
                form["client_secret"] = secret
        auth = httpx.BasicAuth(self._settings.client_id, secret or "") if is_basic else httpx.Auth()
        try:
            return self._http.post(document.token_endpoint, data=form, auth=auth)
        except httpx.HTTPError as error:
            raise _unavailable(str(error) or type(error).__name__) from error

    def _checked(self, tokens: _Tokens, nonce: str) -> dict[str, Any]:
        """Return the claims of an ID token with a good signature, for this client, this sign-in and this time."""
        try:
            try:
                token = jwt.decode(tokens.id_token, self.keys(), algorithms=list(ALGORITHMS))
            except (JoseError, ValueError):
                token = jwt.decode(tokens.id_token, self.keys(again=True), algorithms=list(ALGORITHMS))
            claims: Any = cast("Any", CodeIDToken)(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": self.document().issuer},
                    "aud": {"essential": True, "value": self._settings.client_id},
                },
                params={
                    "nonce": nonce,
                    "client_id": self._settings.client_id,
                    "access_token": tokens.access_token,
                },
            )
            claims.validate(leeway=_LEEWAY_S)
        except (JoseError, ValueError) as error:
            raise _refused(f"its ID token is not valid: {error}") from error
        return dict(claims)

    def _get(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            answer = self._http.get(url, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _unavailable(f"{url}: {str(error) or type(error).__name__}") from error
        if not answer.is_success:
            raise _unavailable(f"{url} answers with status {answer.status_code}")
        try:
            return msgspec.json.decode(answer.content[:_LARGEST], type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise _unavailable(f"{url} does not answer with a JSON object") from error


def _error_of(answer: httpx.Response) -> str:
    """Return the error that a token endpoint names, or ""."""
    try:
        return msgspec.json.decode(answer.content[:_LARGEST], type=_Problem).error
    except msgspec.DecodeError:
        return ""


def _unavailable(what: str) -> AccessError:
    return AccessError(f"the identity provider cannot be used: {what}", code="sign_on.unavailable")


def _refused(what: str) -> AccessError:
    return AccessError(f"the identity provider's answer is refused: {what}; begin again", code="sign_on.refused")
