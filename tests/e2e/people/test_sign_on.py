"""Single sign-on over HTTP: a person in a browser, and what a browser must not get through."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from oidc_provider_mock import run_server_in_thread
from selenium.webdriver.common.by import By

from auscult.domain.people.principal import operator
from auscult.services.people.users import Access, Users
from tests.data_files import data_of
from tests.databases import database
from tests.e2e.browsing import browsing
from tests.e2e.people.signing_in import PASSWORD, Browser
from tests.e2e.serving import GOLDEN_SAMPLE, TENANT, Service, serving
from tests.integration.program import auscult
from tests.waiting import PATIENCE_S, wait_for

pytestmark = [
    pytest.mark.night,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # the provider's own, in its thread
    pytest.mark.filterwarnings("ignore::UserWarning"),
]
FILE = data_of(__file__, "file")


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider that knows two people."""
    with run_server_in_thread() as server:
        url = f"http://localhost:{server.server_port}"
        for name, groups in (("ann", ["leads"]), ("bo", ["guests"])):
            claims = {"email": f"{name}@example.com", "email_verified": True, "name": name.title(), "groups": groups}
            httpx.put(f"{url}/users/{name}", json=claims).raise_for_status()
        yield url


@pytest.fixture(scope="module")
def service(issuer: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server whose people sign in through the provider."""
    folder: Path = tmp_path_factory.mktemp("sign-on")
    file = folder / "sso.yaml"
    file.write_text(FILE.format(issuer=issuer, account=TENANT.account_id, app=TENANT.app_id), encoding="utf-8")
    with (
        database("sqlite", "", folder, content=GOLDEN_SAMPLE) as url,
        serving(url, sso_file=str(file), state_dir=str(folder)) as served,
    ):
        yield served


@pytest.mark.landing
def test_a_person_signs_in_through_the_provider_in_a_real_browser(service: Service) -> None:
    """From the sign-in page to the provider and back to the console; the roles follow the groups."""
    with browsing() as browser:
        browser.driver.get(service.url + "/console/sign-in")
        browser.one("main a.btn").click()
        field = wait_for(lambda: next(iter(browser.all("input[name=sub]")), None), bool)
        field.send_keys("ann")
        browser.driver.find_element(By.XPATH, "//button[text()='Authorize']").click()
        wait_for(lambda: browser.driver.current_url, lambda now: now.startswith(service.url + "/console"))
        assert "sign-in" not in browser.driver.current_url
        browser.driver.get(service.url + "/api/v1/me")
        assert "ann@example.com" in browser.text("body")
        assert "qa-manager" in browser.text("body")


def come_back(service: Service, subject: str, http: httpx.Client) -> httpx.Response:
    """Go to the provider and back, as a browser does."""
    begun = http.get(f"{service.url}/api/v1/session/sign-on")
    assert begun.status_code == 303
    back = httpx.post(begun.headers["location"], data={"sub": subject}).headers["location"]
    return http.get(back)


def test_a_person_without_a_role_is_led_back_with_the_reason(service: Service) -> None:
    """The sign-in page shows it, and no session is opened."""
    with httpx.Client(timeout=PATIENCE_S) as http:
        answer = come_back(service, "bo", http)
        assert answer.headers["location"] == "/console/sign-in?refused=sign_on.no_role"
        assert "None of your groups has a role here" in http.get(service.url + answer.headers["location"]).text
        assert "auscult_session" not in http.cookies


def test_an_answer_of_the_provider_works_once_in_the_browser_that_asked(service: Service) -> None:
    """Sent again, or sent by another browser, it opens nothing; nor does it lead to another site."""
    with httpx.Client(timeout=PATIENCE_S) as http, httpx.Client(timeout=PATIENCE_S) as other:
        begun = http.get(f"{service.url}/api/v1/session/sign-on?back=//evil.example")
        back = httpx.post(begun.headers["location"], data={"sub": "ann"}).headers["location"]
        assert other.get(back).headers["location"].endswith("?refused=sign_on.state")
        assert http.get(back).headers["location"] == "/console"
        assert http.get(f"{service.url}/api/v1/me").json()["email"] == "ann@example.com"
        assert http.get(back).headers["location"].endswith("?refused=sign_on.state")
        redirect = parse_qs(urlsplit(begun.headers["location"]).query)["redirect_uri"]
        assert redirect == [f"{service.url}/api/v1/session/sign-on/callback"]
        for elsewhere in (
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "javascript:1",
        ):
            begun = http.get(f"{service.url}/api/v1/session/sign-on", params={"back": elsewhere})
            back = httpx.post(begun.headers["location"], data={"sub": "ann"}).headers["location"]
            assert http.get(back).headers["location"] == "/console", elsewhere


def test_only_the_break_glass_user_signs_in_by_password(service: Service) -> None:
    """The file says `only`: a local password works for a user who is marked, and for no other."""
    users = Users(service.store, operator())
    for name in ("glass", "local"):
        user = users.add(f"{name}@example.com", name, TENANT.account_id, PASSWORD)
        users.grant(user, TENANT, Access(role="administrator"))
    service.store.people.users.update(users.find("glass@example.com").user_id, is_break_glass=True)
    answers = [Browser(service).sign_in(f"{name}@example.com").status_code for name in ("glass", "local")]
    assert answers == [204, 401]


def test_the_command_checks_file_provider_and_mapping(issuer: str, tmp_path: Path) -> None:
    """Exit status 0 and what to register; 1 with each fault; and a provider that does not answer is named."""
    added = auscult(
        tmp_path, "users", "add", "a@b", "--role", "auditor", "--account", "a-1", "--org", "o", "--app", "st-1"
    )
    assert added.status == 0
    file = tmp_path / "sso.yaml"
    file.write_text(FILE.format(issuer=issuer, account="a-1", app="st-1"), encoding="utf-8")
    done = auscult(tmp_path, "users", "test-sso", file)
    assert (done.status, "/api/v1/session/sign-on/callback" in done.out) == (0, True)
    file.write_text(FILE.format(issuer=issuer, account="a-1", app="st-2"), encoding="utf-8")
    wrong = auscult(tmp_path, "users", "test-sso", settings={"AUSCULT_SSO_FILE": str(file)})
    assert (wrong.status, "st-2" in wrong.err) == (1, True)
    file.write_text(FILE.format(issuer="http://127.0.0.1:9", account="a-1", app="st-1"), encoding="utf-8")
    away = auscult(tmp_path, "users", "test-sso", file)
    assert (away.status, "cannot be used" in away.err) == (1, True)
    with run_server_in_thread(require_client_registration=True) as strict:
        url = f"http://localhost:{strict.server_port}"
        file.write_text(FILE.format(issuer=url, account="a-1", app="st-1"), encoding="utf-8")
        unknown = auscult(tmp_path, "users", "test-sso", file)
    assert (unknown.status, "does not accept the client 'auscult'" in unknown.err) == (1, True)
