"""The page about the Python client keeps its word: its code runs against the real server, as it stands there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from auscult.client import Client
from tests.e2e.serving import Service, serving

PAGE = Path(__file__).parents[3] / "docs/how-to/use-the-python-client.md"
SCOPES = ("Quality AI", "SmartAssist Analytics", "AgentAssist Analytics", "conversations:write", "forms:write")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server with the golden sample."""
    with serving(f"sqlite:///{tmp_path_factory.mktemp('page') / 'a.db'}") as service:
        yield service


@pytest.mark.landing
def test_the_code_of_the_page_runs(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every block, one after the other, with no more changed than host, credentials and the month."""
    monkeypatch.chdir(tmp_path)
    client = service.new_client(*SCOPES)
    page = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 5
    known: dict[str, Any] = {}
    for block in blocks:
        told = block.replace("https://quality.example.com", service.url)
        told = told.replace('"cs-…"', f'"{client.client_id}"').replace('"…"', f'"{client.secret}"')
        told = told.replace("datetime(2026, 3, 1,", "datetime(2025, 2, 1,").replace(
            "datetime(2026, 4,", "datetime(2025, 4,"
        )
        exec(compile(told, str(PAGE), "exec"), known)  # noqa: S102  (our own page)
    with Client(service.url, known["access"]) as again:
        ids = [row["conversationId"] for row in again.rows("rawdata", known["since"], known["until"])]
    assert len(ids) == known["new"] == known["count"] > 1
    assert known["table"]["conversationId"].to_pylist() == ids
    assert parquet.read_table("calls.parquet").num_rows == known["count"]
    assert [row["conversationId"] for row in known["rest"]] == ids  # the first page is of a week without any
    assert len(known["documents"]) == known["count"]
    assert known["forms"]["items"]
