"""The second factor over HTTP: enrolled, asked for, used once, required and reset."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from pyotp.totp import TOTP

from auscult.domain.people.principal import operator
from auscult.services.people.second_factor import WRONG_CODES
from auscult.services.people.sign_in import Origin, SignIn
from auscult.services.people.users import Users
from auscult.services.privacy.settings import change_settings
from tests.e2e.own import problem
from tests.e2e.people.signing_in import PASSWORD, Browser, add
from tests.e2e.serving import TENANT, Service


class Device:
    """An authenticator app. Its first code is the present one, its second the next one, which is accepted early."""

    def __init__(self, secret: str) -> None:
        """Take over the secret."""
        self._totp = TOTP(secret)
        self._later = 0

    def code(self) -> str:
        """A code that was not used yet."""
        at, self._later = self._later, self._later + 1
        return self._totp.at(datetime.now(UTC), counter_offset=at)


def sign_in(browser: Browser, email: str, code: str | None = None) -> httpx.Response:
    """Sign in with password and code."""
    body: dict[str, Any] = {"email": email, "password": PASSWORD}
    return browser.ask("POST", "/session", body if code is None else {**body, "code": code})


def enrol(browser: Browser) -> tuple[Device, list[str]]:
    """Enrol, with a device and the recovery codes."""
    device = Device(browser.ask("POST", "/second-factor").json()["secret"])
    confirmed = browser.ask("POST", "/second-factor/confirm", {"code": device.code()})
    assert confirmed.status_code == 200, confirmed.text
    return device, confirmed.json()["recovery_codes"]


def actions(service: Service, email: str) -> list[str]:
    """What the log says about a user, the oldest first."""
    return [each.action for each in service.store.log.entries() if email in f"{each.principal} {each.target}"]


def test_a_code_is_due_once_it_was_confirmed(service: Service) -> None:
    """Not before; then 401 session.second_factor without a code, and 204 for the same request with one."""
    email = add(service, "ann", "auditor")
    browser = Browser(service, email)
    assert browser.ask("GET", "/second-factor").json()["is_in_force"] is False
    begun = browser.ask("POST", "/second-factor").json()
    assert begun["uri"].startswith("otpauth://totp/auscult:ann%40example.com?secret=")
    assert Browser(service).sign_in(email).status_code == 204
    problem(browser.ask("POST", "/second-factor/confirm", {"code": "000000"}), 401, "second_factor.refused")
    other = Browser(service, email)
    device = Device(begun["secret"])
    confirmed = browser.ask("POST", "/second-factor/confirm", {"code": device.code()}).json()
    assert len(set(confirmed["recovery_codes"])) == 10
    assert browser.ask("GET", "/me").status_code == 200
    assert other.ask("GET", "/me").status_code == 401
    problem(browser.ask("POST", "/second-factor"), 409, "second_factor.in_force")
    problem(sign_in(Browser(service), email), 401, "session.second_factor")
    assert sign_in(browser, email, device.code()).status_code == 204
    assert browser.ask("GET", "/second-factor").json()["recovery_codes_left"] == 10
    kept = b"".join(path.read_bytes() for path in Path(service.application.settings.state_dir or ".").glob("*.db"))
    assert begun["secret"].encode() not in kept
    assert "second_factor.enrolled" in actions(service, email)


def test_a_wrong_password_says_nothing_of_the_second_factor(service: Service) -> None:
    """With and without a code the answer is that of any wrong password."""
    email = add(service, "wanda", "auditor")
    device, _ = enrol(Browser(service, email))
    code = device.code()
    for more in ({}, {"code": code}):
        wrong = Browser(service).ask("POST", "/session", {"email": email, "password": "wrong", **more})
        problem(wrong, 401, "sign_in.refused")
    assert sign_in(Browser(service), email, code).status_code == 204


def test_a_code_works_once(service: Service) -> None:
    """A used code is refused wherever it is tried again, and so is that of an earlier step."""
    email = add(service, "otto", "auditor")
    browser = Browser(service, email)
    device = Device(browser.ask("POST", "/second-factor").json()["secret"])
    first, second = device.code(), device.code()
    assert browser.ask("POST", "/second-factor/confirm", {"code": first}).status_code == 200
    problem(sign_in(Browser(service), email, first), 401, "second_factor.refused")
    assert sign_in(Browser(service), email, second).status_code == 204
    for used in (second, first):
        problem(sign_in(Browser(service), email, used), 401, "second_factor.refused")


def test_a_recovery_code_works_once(service: Service) -> None:
    """However it is typed; new ones replace them all."""
    email = add(service, "rita", "auditor")
    browser = Browser(service, email)
    device, codes = enrol(browser)
    assert sign_in(Browser(service), email, codes[0].upper().replace("-", " ")).status_code == 204
    problem(sign_in(Browser(service), email, codes[0]), 401, "second_factor.refused")
    assert browser.ask("GET", "/second-factor").json()["recovery_codes_left"] == 9
    new = browser.ask("POST", "/second-factor/recovery-codes", {"code": device.code()}).json()["recovery_codes"]
    problem(sign_in(Browser(service), email, codes[1]), 401, "second_factor.refused")
    assert sign_in(Browser(service), email, new[1]).status_code == 204
    assert {"second_factor.recovery_code_used", "second_factor.recovery_codes_renewed"} <= {*actions(service, email)}


def test_wrong_codes_have_to_wait(service: Service) -> None:
    """After some wrong codes of a user the right one is refused too, with a time; a reset ends that."""
    email = add(service, "walt", "auditor")
    device, _ = enrol(Browser(service, email))
    answers = [sign_in(Browser(service), email, "000000").status_code for _ in range(WRONG_CODES + 1)]
    assert answers == [401] * WRONG_CODES + [429]
    limited = sign_in(Browser(service), email, device.code())
    problem(limited, 429, "sign_in.limited")
    assert int(limited.headers["Retry-After"]) > 0
    assert actions(service, email).count("second_factor.refused") == WRONG_CODES
    users = Users(service.store, operator())
    users.reset_second_factor(users.find(email))
    enrol(Browser(service, email))


def test_a_second_factor_is_removed_with_a_code(service: Service) -> None:
    """Not by a token, and not without a code."""
    email = add(service, "rolf", "auditor")
    browser = Browser(service, email)
    token = browser.ask("POST", "/tokens", {"name": "x"}).json()["token"]
    device, _ = enrol(browser)
    script, code = Browser(service, Authorization=f"Bearer {token}"), device.code()
    problem(script.ask("POST", "/second-factor/remove", {"code": code}), 401, "session.missing")
    problem(browser.ask("POST", "/second-factor/remove", {"code": "000000"}), 401, "second_factor.refused")
    assert browser.ask("POST", "/second-factor/remove", {"code": code}).status_code == 204
    assert Browser(service).sign_in(email).status_code == 204


def test_an_administrator_resets_a_second_factor(service: Service) -> None:
    """Of a user whose device is lost, who is signed out; a user without the permission does not."""
    email, root = add(service, "lisa", "auditor"), Browser(service, add(service, "root", "administrator"))
    browser = Browser(service, email)
    enrol(browser)
    problem(browser.ask("DELETE", f"/users/{email}/second-factor"), 403, "permission.missing")
    assert root.ask("DELETE", f"/users/{email}/second-factor").status_code == 204
    assert browser.ask("GET", "/me").status_code == 401
    assert Browser(service).sign_in(email).status_code == 204
    assert "second_factor.reset" in actions(service, email)


def test_an_app_may_require_a_second_factor(service: Service) -> None:
    """Off unless set. A session without one then opens nothing of the app, but the way to enrol; SSO is not asked."""
    email = add(service, "quin", "auditor")
    users = Users(service.store, operator())
    browser = Browser(service, email)
    provider = SignIn(service.store).open(users.find(email), "oidc", Origin())
    try:
        change_settings(service.store.within(TENANT), "test", {"second_factor": True})
        problem(browser.ask("GET", "/conversations"), 403, "second_factor.required")
        problem(browser.ask("POST", "/tokens", {"name": "x"}), 403, "second_factor.required")
        assert browser.ask("GET", "/me").status_code == 200
        by_provider = Browser(service)
        by_provider.cookies.set("auscult_session", f"{provider.secret}.{provider.mark}")
        assert by_provider.ask("GET", "/conversations").status_code == 200
        enrol(browser)
        assert browser.ask("GET", "/conversations").status_code == 200
    finally:
        change_settings(service.store.within(TENANT), "test", {"second_factor": False})
