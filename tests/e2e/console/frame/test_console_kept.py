"""Kept pages of the console: made once while nothing changes, and shown to no other reader and after no change."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from auscult import bootstrap
from auscult.config import Settings
from auscult.domain.people.principal import operator
from auscult.server.console.frame.templating import Templates
from auscult.services.people.users import Access, Users
from tests.databases import Place
from tests.e2e.console.test_console_pages import METRIC
from tests.e2e.consoles import AGENT, ROLES, console, email_of, example, signed_in
from tests.e2e.serving import KEY, TENANT, Service, listening
from tests.integration.program import auscult
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.landing

CONTENT = example(weeks=2)
PAGES = (
    "",
    "/conversations",
    "/conversations?outcome=failed",
    "/overview",
    "/overview?queue=Retail+Banking",
    "/insights",
    "/agents",
    f"/agents/{AGENT}",
    "/metrics",
    f"/metrics/{METRIC}",
)
_NONCE = re.compile(r"script-src 'nonce-([\w-]+)'")


@pytest.fixture(scope="module")
def served(place: Place) -> Iterator[Service]:
    """A console with people and example data in it, whose pages are kept for a day: no test waits for a minute's end."""
    with (
        pytest.MonkeyPatch.context() as patch,
        console(place.url, weeks=2, state_dir=str(place.folder)) as found,
    ):
        patch.setattr("auscult.server.console.people.visitors._MINUTE", timedelta(days=1))
        yield found


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each template was rendered."""
    found: Counter[str] = Counter()
    render = Templates.render

    def counting(self: Templates, name: str, *given: Any) -> str:
        found[name] += 1
        return render(self, name, *given)

    monkeypatch.setattr(Templates, "render", counting)
    return found


def shown(client: httpx.Client, path: str) -> str:
    """Return a page, its nonce left out."""
    answer = client.get(f"/console{path}")
    nonce = nonce_of(answer)
    assert answer.status_code in (200, 403, 404)
    assert f'nonce="{nonce}"' in answer.text
    return answer.text.replace(nonce, "")


def nonce_of(answer: httpx.Response) -> str:
    """Return the nonce of a page's policy."""
    (nonce,) = _NONCE.findall(answer.headers["content-security-policy"])
    return nonce


@pytest.mark.parametrize("path", PAGES)
def test_made_once(served: Service, made: Counter[str], path: str) -> None:
    """Read again it is the same page under another nonce, and not made again; to HEAD it has the same headers."""
    with signed_in(served, "qa-manager") as client:
        first = client.get(f"/console{path}")
        assert made.total() == 1
        again = client.get(f"/console{path}")
        assert made.total() == 1
        assert nonce_of(first) != nonce_of(again)
        assert nonce_of(first) not in again.text
        assert first.text.replace(nonce_of(first), "") == again.text.replace(nonce_of(again), "")
        for name in ("content-type", "cache-control", "referrer-policy"):
            assert first.headers[name] == again.headers[name]
        assert client.head(f"/console{path}").status_code == 200
        assert made.total() == 1


@pytest.mark.night
def test_each_reader_has_their_own(served: Service) -> None:
    """With every page kept for every role, each reads what another server makes for them alone."""
    settings = Settings(database_url=served.application.settings.database_url, secret_key=KEY)
    with bootstrap.open(settings) as application, listening(application.server_app()) as other:
        for _warm in range(2):
            for role in ROLES:
                with signed_in(served, role) as client:
                    kept = {path: shown(client, path) for _twice in range(2) for path in PAGES}
                    with httpx.Client(base_url=other, cookies=client.cookies, timeout=PATIENCE_S) as alone:
                        assert {path: shown(alone, path) for path in PAGES} == kept, role


def test_choices_of_the_reader(served: Service, made: Counter[str]) -> None:
    """Another theme, language or time zone is another page."""
    with signed_in(served, "qa-manager") as client:
        client.get("/console/metrics")
        for name, value in (("auscult_theme", "dark"), ("auscult_language", "de"), ("auscult_zone", "Asia/Tokyo")):
            before = made.total()
            client.cookies.set(name, value)
            client.get("/console/metrics")
            assert made.total() == before + 1
        assert 'lang="de"' in client.get("/console/metrics").text
        assert made.total() == before + 1
        client.get("/console/metrics", headers={"accept-language": "fr"})
        assert made.total() == before + 2


def test_only_pages_that_are_read(served: Service, made: Counter[str]) -> None:
    """A page that is not marked, and a refusal, are made every time."""
    with signed_in(served, "administrator") as client, signed_in(served, "agent") as agent:
        for reader, path, status in ((client, "/administration/users", 200), (agent, "/overview", 403)):
            before = made.total()
            assert [reader.get(f"/console{path}").status_code for _ in range(2)] == [status, status]
            assert made.total() == before + 2


@pytest.mark.landing
def test_another_process_writes(served: Service, made: Counter[str], tmp_path: Path) -> None:
    """What it wrote stands on the page at the next request, and a user whom it disabled is out."""
    settings = {
        "AUSCULT_DATABASE_URL": served.application.settings.database_url,
        "AUSCULT_STATE_DIR": str(tmp_path),
        "AUSCULT_SECRET_KEY": KEY,
    }
    with signed_in(served, "qa-manager") as client:
        rows = [client.get("/console/conversations").text for _ in range(2)][1]
        assert made.total() == 1
        queue = "A queue that nobody had before"
        turns = [{"speaker": "agent", "text": "Hello, thank you for calling."}]
        one = {"id": "c-new", "channel": "voice", "started_at": "2026-03-24T09:30:00Z", "turns": turns}
        (tmp_path / "new.json").write_bytes(msgspec.json.encode(one | {"queues": [{"id": "qu-9", "name": queue}]}))
        done = auscult(tmp_path, "load", tmp_path / "new.json", "--app", TENANT.app_id, settings=settings)
        assert done.status == 0, done.err
        assert queue not in rows
        assert queue in client.get("/console/conversations").text
        assert auscult(tmp_path, "users", "disable", email_of("qa-manager"), settings=settings).status == 0
        assert client.get("/console/conversations").headers["location"] == "/console/sign-in"
        assert auscult(tmp_path, "users", "enable", email_of("qa-manager"), settings=settings).status == 0


def test_rights_end_at_once(served: Service) -> None:
    """A page that is kept is refused at the next request once its reader's grant, role or session has ended."""
    store, path = served.store, "/console/overview"
    users = Users(store, operator(TENANT.account_id))
    user = users.add("new@example.com", "New", TENANT.account_id, "correct horse battery")
    store.people.roles.put(TENANT.account_id, "reader", frozenset({"insight.read"}), datetime.now(UTC))
    users.grant(user, TENANT, Access(role="reader"))
    client = httpx.Client(base_url=served.url, headers={"Origin": served.url}, timeout=PATIENCE_S)
    with client:
        client.post("/console/sign-in", data={"email": "new@example.com", "password": "correct horse battery"})

        def status() -> int:
            assert client.get(path).status_code == client.get(path).status_code
            return client.get(path).status_code

        assert status() == 200
        store.people.roles.put(TENANT.account_id, "reader", frozenset({"form.read"}), datetime.now(UTC))
        assert status() == 403
        store.people.roles.put(TENANT.account_id, "reader", frozenset({"insight.read"}), datetime.now(UTC))
        assert status() == 200
        users.revoke(user, TENANT)
        assert status() == 403
        users.grant(user, TENANT, Access(role="qa-manager"))
        assert status() == 200
        store.people.sessions.end(user.user_id, datetime.now(UTC))
        assert client.get(path).headers["location"] == "/console/sign-in"
