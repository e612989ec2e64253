"""Sends messages to webhooks over HTTP: shortly, and never further than where it was told to."""

from collections.abc import Mapping

import httpx

TIMEOUT_S = 15.0


class HttpSender:
    """Posts, follows no redirect, and reads no more of an answer than its status."""

    def __init__(self) -> None:
        """Nothing is sent before somebody asks."""
        self._http = httpx.Client(timeout=TIMEOUT_S, follow_redirects=False)

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int | None, str | None]:
        """The status of the answer, or None and what went wrong."""
        try:
            with self._http.stream("POST", url, headers=dict(headers), content=body) as answer:
                return answer.status_code, None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return None, f"{type(error).__name__}: {error}"

    def close(self) -> None:
        """Let connections go."""
        self._http.close()
