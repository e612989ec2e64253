"""Connection to one server, ours or the vendor's: tokens, retries, and errors that name the fault."""

import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx
import jwt
import msgspec

from auscult.domain.errors import AuscultError

TOKEN_LIFE = timedelta(minutes=30)
TIMEOUT_S = 60.0
TRIES = 6
"""How often a request is sent that meets no answer, or one that the server is to blame for."""

WINDOW_S = 60.0
"""How long to wait after a 429 that does not say how long: the vendor counts requests by the minute."""

_LONGEST_PAUSE_S = 30.0


class RemoteError(AuscultError):
    """A server that refuses, cannot be reached, or answers what cannot be read. ``status`` is that of its answer."""

    code = "remote.refused"

    def __init__(self, message: str, *, code: str | None = None, status: int | None = None) -> None:
        """``status`` is None where there was no answer."""
        super().__init__(message, code=code)
        self.status = status


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """Credentials of a client, and its app. ``client_secret`` signs tokens that are valid for half an hour."""

    client_id: str
    client_secret: str
    account: str
    app: str
    org: str = ""


class Connection:
    """Sends requests to one server, again where that may help. One thread at a time."""

    def __init__(
        self,
        url: str,
        access: Access,
        *,
        timeout_s: float = TIMEOUT_S,
        sleep: Callable[[float], None] = time.sleep,
        notify: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Nothing is sent yet. ``notify`` is called with the reason for each wait; ``sleep`` waits, in seconds."""
        self.access = access
        self.url = url
        self._http = httpx.Client(base_url=url.rstrip("/"), timeout=timeout_s)
        self._sleep = sleep
        self._notify = notify
        self._token = ""
        self._renew_at = datetime.min.replace(tzinfo=UTC)

    def close(self) -> None:
        """Let the connection go."""
        self._http.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, object] | None = None,
        content: bytes | None = None,
        query: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401  (whatever JSON the server answers)
        """Send one request and return the JSON of its answer, None where it has none.

        Waits where the server asks for it (429, Retry-After) however often, and tries again after no answer or a
        5xx: after ``Retry-After`` where the server gives one, else with growing random pauses. Raises ``RemoteError``.
        """
        sent = {"content": content} if content is not None else {"json": dict(body) if body is not None else None}
        kind = {"Content-Type": "application/x-ndjson"} if content is not None else {}
        answer = None
        for attempt in range(TRIES):
            answer = self._send(method, path, {**sent, "params": query, "headers": {**self._headers(), **kind}})
            if answer is not None and answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
                return self._read(answer, path)
            if attempt + 1 < TRIES:
                self._wait(answer, attempt)
        if answer is not None:
            raise RemoteError(f"{_refusal(answer, path)}; tried {TRIES} times", status=answer.status_code)
        raise RemoteError(
            f"{self._http.base_url} did not answer {path} in {TRIES} tries: is it running, and is the address right?",
            code="remote.unreachable",
        )

    def _send(self, method: str, path: str, request: dict[str, Any]) -> httpx.Response | None:
        """Send until the answer is not that there were too many; None where there is no answer."""
        while True:
            try:
                answer = self._http.request(method, path, **request)
            except httpx.TransportError:
                return None
            if answer.status_code != HTTPStatus.TOO_MANY_REQUESTS:
                return answer
            pause_s = _pause_of(answer)
            self._notify(f"the rate limit is reached: waiting {pause_s:.0f} s")
            self._sleep(pause_s)

    def _wait(self, answer: httpx.Response | None, attempt: int) -> None:
        pause_s = _pause_after(answer, attempt)
        if answer is not None and "retry-after" in answer.headers:
            self._notify(f"the server answers {answer.status_code}: waiting {pause_s:.0f} s")
        self._sleep(pause_s)

    def _headers(self) -> dict[str, str]:
        access, now = self.access, datetime.now(UTC)
        if now >= self._renew_at:
            claims = {"appId": access.client_id, "iat": now, "exp": now + TOKEN_LIFE}
            self._token = jwt.encode(claims, access.client_secret, algorithm="HS256")
            self._renew_at = now + TOKEN_LIFE / 2
        headers = {"auth": self._token, "accountId": access.account, "orgId": access.org, "iId": access.app}
        return {name: value for name, value in headers.items() if value}

    def _read(self, answer: httpx.Response, path: str) -> Any:  # noqa: ANN401  (see ``request``)
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise RemoteError(_refusal(answer, path), status=answer.status_code)
        if not answer.content:
            return None
        try:
            return msgspec.json.decode(answer.content)
        except msgspec.DecodeError as error:
            raise RemoteError(f"{path} answers what is no JSON: {error}", code="remote.unreadable") from error


def _pause_after(answer: httpx.Response | None, attempt: int) -> float:
    """Return the pause after the ``attempt``-th failed try, counted from 0."""
    if answer is not None and "retry-after" in answer.headers:
        return min(_LONGEST_PAUSE_S, _pause_of(answer))
    return min(_LONGEST_PAUSE_S, 2**attempt) * random.uniform(0.5, 1.0)  # noqa: S311  (not secrecy)


def _pause_of(answer: httpx.Response) -> float:
    """Return the pause that a 429 asks for: ``Retry-After`` as seconds or as a date, else a whole window."""
    wait = answer.headers.get("retry-after", "")
    if wait.isdigit():
        return max(1.0, float(wait))
    try:
        return max(1.0, (parsedate_to_datetime(wait) - datetime.now(UTC)).total_seconds())
    except ValueError:
        return WINDOW_S


class _Fault(msgspec.Struct, frozen=True):
    """One thing that was wrong: the wire's spelling, and that of problem details."""

    msg: str = ""
    message: str = ""
    detail: str = ""
    title: str = ""
    reason: str = ""

    def words(self) -> str:
        """Return its text, with its stable reason where there is one."""
        said = self.detail or self.msg or self.message or self.title
        return f"{said} ({self.reason})" if self.reason else said


class _Refusal(_Fault, frozen=True):
    """The body of a refusal."""

    errors: tuple[_Fault, ...] = ()


def _refusal(answer: httpx.Response, path: str) -> str:
    """Return the message of a refusal, in either of its two shapes."""
    try:
        refusal = msgspec.json.decode(answer.content, type=_Refusal)
    except msgspec.DecodeError:
        refusal = _Refusal()
    said = [words for fault in refusal.errors or (refusal,) if (words := fault.words())]
    return f"{path} answers {answer.status_code}: {'; '.join(said) or answer.reason_phrase}"
