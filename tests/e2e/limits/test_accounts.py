"""Figures of accounts: for a scrape with the operator's token, and a page for operators alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from auscult.domain.limits import Limits, Owner
from tests.databases import Place, database
from tests.e2e.consoles import console, email_of, example, signed_in
from tests.e2e.serving import TENANT, Service

CONTENT = example()
TOKEN = "0123456789abcdef"
PAGE = "/console/administration/accounts"


@pytest.fixture(scope="module")
def served(place: Place) -> Iterator[Service]:
    """A console with an operator, a token for metrics, and a limit of its account."""
    settings: dict[str, Any] = {
        "metrics_token": TOKEN,
        "operators": f"Ops@example.com {email_of('administrator').upper()}",
    }
    with console(place.url, state_dir=str(place.folder), **settings) as found:
        found.store.limits.save(Owner(TENANT.account_id), Limits(storage_bytes=5_000_000_000, backlog=0))
        yield found


def test_metrics_of_accounts_need_the_token(served: Service) -> None:
    """The account is named there with its use and limits, and nowhere in /metrics."""
    address = f"{served.url}/metrics/accounts"
    assert served.http.get(address).status_code == 401
    assert served.http.get(address, headers={"Authorization": "Bearer wrong"}).status_code == 401
    right = {"Authorization": f"Bearer {TOKEN}"}
    answer = served.http.get(address, headers=right)
    assert answer.status_code == 200
    found = {
        (each.name, each.labels.get("limit")): (each.labels["account"], each.value)
        for family in text_string_to_metric_families(answer.text)
        for each in family.samples
    }
    assert found["auscult_account_conversations", None] == (TENANT.account_id, served.store.figures().accepted)
    assert found["auscult_account_waiting", None] == (TENANT.account_id, 0)
    assert found["auscult_account_stored_bytes", None][1] > 48_000
    assert found["auscult_account_limit", "storage_bytes"] == (TENANT.account_id, 5e9)
    assert TENANT.account_id not in served.http.get(f"{served.url}/metrics", headers=right).text


@pytest.mark.landing
def test_without_a_token_accounts_are_closed(tmp_path: Path) -> None:
    """/metrics is open then; figures of accounts are not."""
    with database("sqlite", "", tmp_path, content=CONTENT) as url, console(url) as service:
        assert service.http.get(f"{service.url}/metrics").status_code == 200
        refused = service.http.get(f"{service.url}/metrics/accounts", headers={"Authorization": "Bearer none"})
        assert refused.status_code == 401
        assert "AUSCULT_METRICS_TOKEN" in refused.json()["reason"]


def test_the_page_exists_for_operators_alone(served: Service) -> None:
    """Operators see use, limits and what is reached; for other administrators neither the page nor its tab is there."""
    with signed_in(served, "administrator") as operator:
        page = operator.get(PAGE)
        assert page.status_code == 200
        assert "<h1>Accounts</h1>" in page.text
        assert TENANT.account_id in page.text
        assert "of 5.0 GB" in page.text
        assert page.text.count("Limit reached") == 1
        assert PAGE in operator.get("/console/administration/jobs").text
    with signed_in(served, "inspector") as other:
        assert other.get(PAGE).status_code == 404
        tabs: httpx.Response = other.get("/console/administration", follow_redirects=True)
        assert PAGE not in tabs.text
