"""Who may ask (rules 14 to 17), on a real server."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from auscult.domain.tenancy import new_client_secret
from tests.data_files import data_of
from tests.e2e.serving import STRANGER, TENANT, Service, told

CREDENTIALS = "Invalid SDK credentials"
NOT_A_JWT = "Invalid JWT token"
SCOPE = "Permission denied. Scope is incorrect!"
FUTURE, PAST = 4_000_000_000, 1_000_000_000


def unsigned(service: Service) -> str:
    """A token with ``alg: none``, which says of itself that nobody signed it."""
    parts = ({"alg": "none", "typ": "JWT"}, {"appId": service.client.client_id})
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def by_key_pair(service: Service) -> str:
    """A token signed with RS256."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode({"appId": service.client.client_id}, key, algorithm="RS256")


def by_another(service: Service, algorithm: str = "HS256", secret: str | None = None) -> str:
    """A token of our client, signed otherwise."""
    key = secret or new_client_secret()
    return jwt.encode({"appId": service.client.client_id}, key, algorithm=algorithm)


def tampered(service: Service) -> str:
    """A token whose claims were changed after it was signed."""
    head, _, signature = service.token().split(".")
    other = service.token(service.client, sub="another").split(".")[1]
    return f"{head}.{other}.{signature}"


def revoked(service: Service) -> str:
    """A token of a client that was ended."""
    client = service.new_client()
    service.store.clients.revoke(client.client_id)
    return service.token(client)


def of_nobody(service: Service) -> str:
    """A token of a client that never was."""
    return jwt.encode({"appId": "cs-nobody"}, service.client.secret, algorithm="HS256")


REFUSED: dict[str, tuple[Callable[[Service], str | None], str, str]] = {
    "none": (lambda _: None, CREDENTIALS, "token.missing"),
    "empty": (lambda _: "", CREDENTIALS, "token.missing"),
    "not a JWT": (lambda _: "abc", NOT_A_JWT, "token.malformed"),
    "three words": (lambda _: "a.b.c", NOT_A_JWT, "token.malformed"),
    "no claims": (lambda s: ".".join((s.token().split(".")[0], "W10", "")), NOT_A_JWT, "token.malformed"),
    "too long": (lambda s: s.token(sub="x" * 9000), NOT_A_JWT, "token.malformed"),
    "alg none": (unsigned, CREDENTIALS, "token.algorithm_refused"),
    "RS256": (by_key_pair, CREDENTIALS, "token.algorithm_refused"),
    "HS512": (lambda s: by_another(s, "HS512", s.client.secret * 2), CREDENTIALS, "token.algorithm_refused"),
    "wrong secret": (by_another, CREDENTIALS, "token.invalid"),
    "tampered": (tampered, CREDENTIALS, "token.invalid"),
    "unknown client": (of_nobody, CREDENTIALS, "token.invalid"),
    "revoked": (revoked, CREDENTIALS, "token.invalid"),
    "no appId": (lambda s: jwt.encode({"sub": "1"}, s.client.secret), CREDENTIALS, "token.invalid"),
    "appId of another type": (lambda s: jwt.encode({"appId": 7}, s.client.secret), CREDENTIALS, "token.invalid"),
    "appId in other letters": (
        lambda s: jwt.encode({"appid": s.client.client_id}, s.client.secret), CREDENTIALS, "token.invalid",
    ),
    "appId with U+0000": (lambda s: jwt.encode({"appId": "cs-\0"}, s.client.secret), CREDENTIALS, "token.invalid"),
    "expired": (lambda s: s.token(exp=PAST), CREDENTIALS, "token.expired"),
    "expired this second": (lambda s: s.token(exp=int(time.time())), CREDENTIALS, "token.expired"),
    "not yet": (lambda s: s.token(nbf=FUTURE), CREDENTIALS, "token.not_yet_valid"),
    "issued in the future": (lambda s: s.token(iat=FUTURE), CREDENTIALS, "token.not_yet_valid"),
    "for somebody else": (lambda s: s.token(aud="somebody"), CREDENTIALS, "token.audience_wrong"),
    "aud of another type": (lambda s: signed(s, {"aud": 7}), CREDENTIALS, "token.claim_invalid"),
    "exp of another type": (lambda s: signed(s, {"exp": "soon"}), CREDENTIALS, "token.claim_invalid"),
    "exp null": (lambda s: signed(s, {"exp": None}), CREDENTIALS, "token.claim_invalid"),
    "jti empty": (lambda s: s.token(jti=""), CREDENTIALS, "token.claim_invalid"),
    "jti of another type": (lambda s: signed(s, {"jti": 7}), CREDENTIALS, "token.claim_invalid"),
}  # fmt: skip


def signed(service: Service, claims: dict[str, Any]) -> str:
    """A token with claims that a JWT library would not write."""
    payload = json.dumps({"appId": service.client.client_id, **claims}).encode()
    return jwt.api_jws.encode(payload, service.client.secret, algorithm="HS256")


@pytest.mark.parametrize("name", list(REFUSED))
def test_tokens_that_are_refused(service: Service, name: str) -> None:
    """Rules 14 and 17: 401, 4002, in the vendor's words, with a reason of its own where that may be told."""
    make, msg, reason = REFUSED[name]
    answer = service.ask(headers=service.headers(auth=make(service)))
    assert answer.status_code == 401
    entry = told(answer)
    assert (entry["code"], entry["msg"], entry["reason"]) == (4002, msg, reason)
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"sub": "1234567890"},
        {"exp": FUTURE},
        {"exp": FUTURE + 0.5, "nbf": PAST, "iat": PAST, "jti": "once"},
        {"iat": time.time() + 3},
        {"iss": "whoever", "name": "anything"},
    ],
)
def test_tokens_that_are_taken(service: Service, claims: dict[str, Any]) -> None:
    """Rule 14: every claim but appId is optional; others are passed over; a clock may run a little ahead."""
    assert service.ask(headers=service.headers(auth=signed(service, claims))).status_code == 200


@pytest.mark.parametrize("headers", data_of(__file__, "places_of_a_token"))
def test_places_of_a_token(service: Service, headers: dict[str, str | None]) -> None:
    """Rules 14 and 22: the header auth or Authorization: Bearer, in any letter case; auth goes before."""
    given = {name: value and value.replace("{token}", service.token()).strip() for name, value in headers.items()}
    assert service.ask(headers=service.headers(**given)).status_code == 200


def test_another_scheme_is_no_token(service: Service) -> None:
    """Rule 14: what is not a bearer token is none."""
    answer = service.ask(headers=service.headers(auth=None, authorization=f"Basic {service.token()}"))
    assert told(answer)["reason"] == "token.missing"


def test_strangers_and_unknowns_are_answered_alike(service: Service) -> None:
    """Rule 16: a foreign app, account or org is answered as one that does not exist, to the letter."""
    answers = [
        service.ask(app=STRANGER.app_id),
        service.ask(app="st-nowhere"),
        service.ask(app=TENANT.app_id.upper()),
        service.ask(app="%00"),
        service.ask(headers=service.headers(accountId=STRANGER.account_id)),
        service.ask(headers=service.headers(accountId="acc-nowhere")),
        service.ask(headers=service.headers(orgId=STRANGER.org_id)),
        service.ask(headers=service.headers(orgId="o-nowhere")),
        service.ask(
            app=STRANGER.app_id,
            headers=service.headers(accountId=STRANGER.account_id, orgId=STRANGER.org_id),
        ),
    ]
    bodies = [{key: value for key, value in told(answer).items() if key != "requestId"} for answer in answers]
    assert bodies == [{"msg": CREDENTIALS, "message": CREDENTIALS, "code": 4002, "reason": "tenant.unknown"}] * len(
        answers
    )
    kinds = {frozenset(set(answer.headers) - {"date"}) for answer in answers}
    assert len(kinds) == 1
    assert {answer.status_code for answer in answers} == {401}


@pytest.mark.parametrize("name", ["accountId", "orgId"])
@pytest.mark.parametrize("value", [None, ""])
def test_required_headers(service: Service, name: str, value: str | None) -> None:
    """Rules 16 and 17: what says who is asking is a matter of identity; the header is named."""
    answer = service.ask(headers=service.headers(**{name: value}))
    assert answer.status_code == 401
    entry = told(answer)
    assert (entry["code"], entry["msg"], entry["reason"], entry["field"]) == (4002, CREDENTIALS, "header.missing", name)


def test_own_app_of_a_stranger(service: Service) -> None:
    """Rule 16: a client of another account reads its own app and not ours."""
    stranger = service.new_client(tenant=STRANGER)
    theirs = {"auth": service.token(stranger), "accountId": STRANGER.account_id, "orgId": STRANGER.org_id}
    answer = service.ask(app=STRANGER.app_id, headers=service.headers(**theirs))
    assert answer.json() == {"results": [], "totalResults": 0, "hasMore": False, "totalPages": 0}
    assert told(service.ask(headers=service.headers(**theirs)))["reason"] == "tenant.unknown"
    assert told(service.ask(headers=service.headers(auth=service.token(stranger))))["reason"] == "tenant.unknown"


@pytest.mark.parametrize("scope", ["Quality AI", "Quality Management Analytics", "Quality Management", "Configuration"])
def test_scopes_of_which_one_is_enough(service: Service, scope: str) -> None:
    """Rule 15: the aliases of the scope."""
    client = service.new_client(scope, "SmartAssist Analytics")
    assert service.ask(headers=service.headers(auth=service.token(client))).status_code == 200


def test_missing_scope(service: Service) -> None:
    """Rules 15 and 17: a scope that is missing is said so, after identity and before the body."""
    client = service.new_client("SmartAssist Analytics")
    answer = service.ask(b"{", headers=service.headers(auth=service.token(client)))
    assert answer.status_code == 401
    entry = told(answer)
    assert (entry["code"], entry["msg"], entry["reason"]) == (4002, SCOPE, "scope.missing")
    elsewhere = service.ask(app=STRANGER.app_id, headers=service.headers(auth=service.token(client)))
    assert told(elsewhere)["reason"] == "tenant.unknown"


def test_revocation_bites_within_a_second(service: Service) -> None:
    """Rule 14: a client that was in use is refused soon after it is revoked."""
    client = service.new_client()
    headers = service.headers(auth=service.token(client))
    assert service.ask(headers=headers).status_code == 200
    service.store.clients.revoke(client.client_id)
    time.sleep(1)
    assert told(service.ask(headers=headers))["reason"] == "token.invalid"


@pytest.mark.parametrize("path", ["/api/v1/conversations", "/api/v1/changes"])
@pytest.mark.parametrize("name", ["iId", "accountId", "auth"])
def test_two_values_of_an_identifying_header_are_refused(service: Service, path: str, name: str) -> None:
    """Neither one counts; the same value twice, as some proxies send it, is one."""
    token = service.token(service.new_client("conversations:read"))
    given = [("auth", token), ("accountId", TENANT.account_id), ("iId", TENANT.app_id)]
    again = service.http.get(service.url + path, headers=[*given, (name, dict(given)[name])])
    assert again.status_code == 200
    other = service.http.get(service.url + path, headers=[*given, (name, "other")])
    assert (other.status_code, other.json()["field"]) == (400, name)
