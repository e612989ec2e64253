"""Asking our own API, and the shape of what it refuses with."""

from typing import Any

import httpx
import msgspec

from auscult.domain.tenancy import Client
from tests.e2e.serving import Service, work


class Own:
    """Asks our own API as one client."""

    def __init__(self, service: Service, client: Client) -> None:
        """Ask as this client."""
        self.service = service
        self.client = client

    def ask(self, method: str, path: str, body: Any = None, **given: Any) -> httpx.Response:
        """Ask once, for a path under /api/v1."""
        headers = {"Authorization": f"Bearer {self.service.token(self.client)}", **given.pop("headers", {})}
        address = f"{self.service.url}/api/v1{path}"
        return self.service.http.request(method, address, content=body, headers=headers, **given)

    def load(self, *documents: Any) -> dict[str, Any]:
        """Load conversations, each of which is right, and have them processed."""
        answer = self.ask("POST", "/conversations", msgspec.json.Encoder().encode_lines(documents))
        assert answer.json()["accepted"] == len(documents), answer.text
        work(self.service)
        return answer.json()


def problem(answer: httpx.Response, status: int, reason: str) -> dict[str, Any]:
    """The problem that an answer tells of, its shape checked."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert (told["status"], told["reason"]) == (status, reason)
    assert told["request_id"] == answer.headers["x-request-id"]
    assert told["type"] == f"/docs#{reason}"
    assert told["title"]
    assert told["detail"]
    return told
