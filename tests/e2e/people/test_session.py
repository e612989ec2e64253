"""Signing in and out over HTTP: the cookie, what it opens, and what closes it."""

from http.cookies import SimpleCookie

import pytest

from auscult.domain.people.principal import operator
from auscult.domain.tenancy import Tenant
from auscult.services.people.sign_in import TRIES
from auscult.services.people.users import Users
from tests.e2e.own import Own, problem
from tests.e2e.people.signing_in import PASSWORD, Browser, add
from tests.e2e.serving import TENANT, Service


def test_a_password_opens_a_session_and_signing_out_closes_it(service: Service) -> None:
    """204 and one cookie that scripts cannot read; then /me; after DELETE nothing."""
    browser, email = Browser(service), add(service, "ann", "auditor")
    assert browser.ask("GET", "/me").status_code == 401
    signed_in = browser.sign_in("Ann@Example.com")
    assert (signed_in.status_code, signed_in.content) == (204, b"")
    (cookie,) = signed_in.headers.get_list("set-cookie")
    (morsel,) = SimpleCookie(cookie).values()
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Lax", "/")
    me = browser.ask("GET", "/me").json()
    assert (me["email"], me["name"], me["apps"]) == (email, "Ann", [TENANT.app_id])
    assert [(each["role"], each["app_id"]) for each in me["grants"]] == [("auditor", TENANT.app_id)]
    kept = browser.cookies.get(morsel.key)
    assert browser.ask("GET", "/conversations").status_code == 200
    assert browser.ask("DELETE", "/session").status_code == 204
    assert browser.ask("GET", "/me").status_code == 401
    forged = Browser(service)
    forged.cookies.set(morsel.key, kept or "")
    problem(forged.ask("GET", "/conversations"), 401, "session.ended")
    assert browser.ask("DELETE", "/session").status_code == 204


def test_over_tls_the_cookie_is_of_this_host_alone(service: Service) -> None:
    """Behind a proxy that ends TLS: __Host-, Secure, and a plain cookie opens nothing there."""
    email = add(service, "tess", "auditor")
    secure = {"X_Forwarded_Proto": "https", "Origin": service.url.replace("http:", "https:")}
    browser = Browser(service, **secure)
    cookie = browser.sign_in(email).headers["set-cookie"]
    assert cookie.startswith("__Host-auscult_session=")
    assert cookie.endswith("; Secure")


@pytest.mark.parametrize(
    "body", [{}, {"email": "a@b"}, {"email": "a@b", "password": 7}, {"email": "", "password": "", "x": 1}]
)
def test_a_body_that_is_no_sign_in_is_refused_with_its_field(service: Service, body: dict[str, object]) -> None:
    """400, as everywhere."""
    answer = Browser(service).ask("POST", "/session", body)
    assert answer.status_code == 400
    assert answer.json()["field"]


def test_a_wrong_password_says_nothing_and_waits_after_some_tries(service: Service) -> None:
    """401 until ten failed; then 429 with Retry-After, from this address alone."""
    email = add(service, "wanda", "auditor")
    known = Browser(service, email)
    stranger = Browser(service)
    for _ in range(TRIES):
        problem(stranger.sign_in(email, "wrong"), 401, "sign_in.refused")
    limited = stranger.sign_in(email)
    problem(limited, 429, "sign_in.limited")
    assert 0 < int(limited.headers["retry-after"]) <= 300
    assert known.sign_in(email).status_code == 204


def test_a_write_by_cookie_proves_where_it_comes_from(service: Service) -> None:
    """Origin or Sec-Fetch-Site; a token only where both are missing; reading needs none of it."""
    browser = Browser(service, add(service, "olga", "administrator"))
    token = browser.ask("GET", "/me").json()["csrf_token"]

    def write(**headers: str) -> tuple[int, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = browser.ask("PUT", "/teams/north", {"name": "North"}, named)
        return answer.status_code, answer.json().get("reason", "")

    assert write(Origin=service.url) == (200, "")
    assert write(Sec_Fetch_Site="same-origin") == (200, "")
    assert write(X_CSRF_Token=token) == (200, "")
    assert write() == (403, "origin.unproved")
    assert write(X_CSRF_Token="x" + token) == (403, "origin.unproved")
    for foreign in ("http://evil.example", "null", service.url + "0", "http://[", ""):
        assert write(Origin=foreign) == (403, "origin.foreign")
        assert write(Origin=foreign, X_CSRF_Token=token)[0] == 403
    for site in ("cross-site", "same-site", "none"):
        assert write(Sec_Fetch_Site=site) == (403, "origin.foreign")
    assert browser.ask("GET", "/teams", None, {"Origin": "http://evil.example"}).status_code == 200
    foreign = {"Origin": "http://evil.example"}
    signing_in = {"email": "olga@example.com", "password": PASSWORD}
    problem(browser.ask("POST", "/session", signing_in, foreign), 403, "origin.foreign")
    problem(browser.ask("DELETE", "/session", None, foreign), 403, "origin.foreign")


def test_a_disabled_user_is_out_at_the_next_request(service: Service) -> None:
    """In the middle of a session, and with a personal token."""
    email = add(service, "dora", "auditor")
    browser = Browser(service, email)
    token = browser.ask("POST", "/tokens", {"name": "script", "days": 1}).json()["token"]
    script = Browser(service, Authorization=f"Bearer {token}")
    assert [each.ask("GET", "/conversations").status_code for each in (browser, script)] == [200, 200]
    users = Users(service.store, operator())
    users.disable(users.find(email))
    assert [each.ask("GET", "/conversations").status_code for each in (browser, script)] == [401, 401]
    problem(Browser(service).sign_in(email), 401, "sign_in.refused")


def test_sessions_and_tokens_of_ones_own(service: Service) -> None:
    """Listed, ended one by one and everywhere; another user's are unknown."""
    email = add(service, "sara", "auditor")
    first, second = Browser(service, email), Browser(service, email)
    listed = first.ask("GET", "/sessions").json()["items"]
    assert [each["is_current"] for each in listed] == [False, True]
    other = Browser(service, add(service, "otto", "auditor"))
    assert other.ask("DELETE", f"/sessions/{listed[0]['session_id']}").status_code == 404
    assert first.ask("DELETE", f"/sessions/{listed[0]['session_id']}").status_code == 204
    assert second.ask("GET", "/me").status_code == 401
    issued = first.ask("POST", "/tokens", {"name": "x"}).json()
    script = Browser(service, Authorization=f"Bearer {issued['token']}")
    assert script.ask("GET", "/me").json()["csrf_token"] is None
    problem(script.ask("PUT", "/teams/north", {"name": "N"}), 403, "permission.missing")
    assert other.ask("DELETE", f"/tokens/{issued['token_id']}").status_code == 404
    assert first.ask("DELETE", f"/tokens/{issued['token_id']}").status_code == 204
    assert script.ask("GET", "/me").status_code == 401
    assert first.ask("GET", "/tokens").json()["items"][0]["revoked_at"]
    assert first.ask("DELETE", "/sessions").status_code == 204
    assert first.ask("GET", "/me").status_code == 401


def test_a_session_acts_in_its_one_app_or_names_it(service: Service) -> None:
    """With grants in two apps ?app= is needed; an app without a grant is unknown, as one that there is not."""
    second = Tenant(account_id=TENANT.account_id, org_id=TENANT.org_id, app_id="st-second")
    service.store.ensure(second)
    email = add(service, "tina", "auditor")
    browser = Browser(service, email)
    assert browser.ask("GET", "/conversations").json()["total"] > 0
    problem(browser.ask("GET", "/conversations?app=st-second"), 404, "app.unknown")
    add(service, "tina", "analyst", second)
    problem(browser.ask("GET", "/conversations"), 400, "app.required")
    assert browser.ask("GET", "/conversations?app=st-second").json()["total"] == 0
    assert browser.ask("GET", f"/conversations?app={TENANT.app_id}").json()["total"] > 0
    for app in ("st-2", "st-none"):
        problem(browser.ask("GET", f"/conversations?app={app}"), 404, "app.unknown")
    nothing = Browser(service, add(service, "nils", None))
    problem(nothing.ask("GET", "/conversations"), 403, "grant.missing")
    assert nothing.ask("GET", "/me").json()["grants"] == []


def test_me_of_a_client_has_its_scopes(service: Service) -> None:
    """/api/v1 takes a client's token as well; what is for people refuses it."""
    client = Own(service, service.new_client("conversations:read"))
    me = client.ask("GET", "/me").json()
    assert (me["email"], me["scopes"], me["grants"]) == (None, ["conversations:read"], [])
    problem(client.ask("GET", "/sessions"), 401, "session.missing")


def test_instants_may_be_days(service: Service) -> None:
    """A day in a query or a body means its beginning, UTC; a day that no calendar has is refused."""
    browser = Browser(service, add(service, "dan", "administrator"))
    by_day = browser.ask("GET", "/conversations?since=2025-02-21&until=2025-02-22").json()
    by_instant = browser.ask("GET", "/conversations?since=2025-02-21T00:00:00Z&until=2025-02-22T00:00:00Z").json()
    assert by_day["total"] == by_instant["total"] > 0
    problem(browser.ask("GET", "/conversations?since=2025-02-30"), 400, "date.unreadable")
    browser.ask("PUT", "/teams/days", {"name": "Days"})
    team = browser.ask("POST", "/teams/days/members", {"agent_id": "a-1", "since": "2026-03-01"}).json()
    assert team["members"] == [{"agent_id": "a-1", "since": "2026-03-01T00:00:00Z", "until": None}]
    wrong = browser.ask("POST", "/teams/days/members", {"agent_id": "a-1", "since": "2026-02-30"})
    problem(wrong, 400, "field.wrong_type")
