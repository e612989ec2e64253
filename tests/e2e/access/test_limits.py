"""Rate limits and raised page sizes (rules 18 and 19), on a real server."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.databases import database
from tests.e2e.serving import DAY, GOLDEN_SAMPLE, STRANGER, Service, serving, told
from tests.waiting import PATIENCE_S

LIMIT = 25
"""Few, so that a slow machine asks more often within a window too."""
TOO_MANY = "You've exceeded the per-minute rate limit. Wait for sometime before retrying."


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A server with a limit."""
    with (
        database("sqlite", "", tmp_path, content=GOLDEN_SAMPLE) as url,
        serving(url, state_dir=str(tmp_path), rate_limit=LIMIT) as found,
    ):
        yield found


@pytest.fixture(scope="module")
def unlimited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server with larger pages and an audience of its own, which no test uses up."""
    folder = tmp_path_factory.mktemp("unlimited")
    with (
        database("sqlite", "", folder, content=GOLDEN_SAMPLE) as url,
        serving(url, state_dir=str(folder), rate_limit=0, page_maximum=5000, token_audience="us") as found,
    ):
        yield found


def test_exact_with_eight_at_once(service: Service) -> None:
    """Rule 18: of requests that come at once exactly the limit is answered; the rest is told when to come again."""
    other = service.new_client()

    def ask(number: int) -> httpx.Response:
        client = other if number % 2 else service.client
        with httpx.Client(timeout=PATIENCE_S) as http:
            own = Service.__new__(Service)
            own.__dict__.update(service.__dict__, http=http)
            return own.ask(headers=service.headers(auth=service.token(client)))

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(LIMIT + 20)))
    assert Counter(answer.status_code for answer in answers) == {200: LIMIT, 429: 20}
    remaining = sorted(int(a.headers["ratelimit-remaining"]) for a in answers if a.status_code == 200)
    assert remaining == list(range(LIMIT))
    refused = next(answer for answer in answers if answer.status_code == 429)
    entry = told(refused)
    assert (entry["code"], entry["msg"], entry["reason"]) == (429, TOO_MANY, "rate.exceeded")
    assert refused.headers["retry-after"] == refused.headers["ratelimit-reset"]
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert {answer.headers["ratelimit-limit"] for answer in answers} == {str(LIMIT)}


def test_accounts_and_strangers_count_apart(service: Service) -> None:
    """Rule 18: one account's requests use up nothing of another's; who is nobody counts by address."""
    for _ in range(LIMIT):
        assert service.ask().status_code == 200
    assert service.ask().status_code == 429
    assert service.ask(b"{").status_code == 429
    stranger = service.new_client(tenant=STRANGER)
    theirs = {"auth": service.token(stranger), "accountId": STRANGER.account_id, "orgId": STRANGER.org_id}
    answer = service.ask(app=STRANGER.app_id, headers=service.headers(**theirs))
    assert (answer.status_code, answer.headers["ratelimit-remaining"]) == (200, str(LIMIT - 1))
    nobody = [service.ask(headers=service.headers(auth="abc")) for _ in range(LIMIT)]
    assert {answer.status_code for answer in nobody} == {401}
    assert nobody[-1].headers["ratelimit-remaining"] == "0"
    assert told(service.ask(headers=service.headers(auth="abc")))["code"] == 429
    assert service.ask(path="/nope").status_code == 429
    assert service.http.get(service.url + "/healthz").status_code == 200


def test_larger_pages(unlimited: Service) -> None:
    """Rule 19: a setting raises the maximum."""
    assert unlimited.ask({**DAY, "limit": 5000}).status_code == 200
    assert "5000" in told(unlimited.ask({**DAY, "limit": 5001}))["msg"]


@pytest.mark.parametrize(("audience", "status"), [("us", 200), (["them", "us"], 200), ("them", 401), ([], 401)])
def test_audience(unlimited: Service, audience: object, status: int) -> None:
    """Rule 14: an aud that is there must name us."""
    answer = unlimited.ask(headers=unlimited.headers(auth=unlimited.token(aud=audience)))
    assert answer.status_code == status
