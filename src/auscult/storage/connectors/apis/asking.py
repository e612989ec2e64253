"""Requests to an API: authenticated, tried again when it is busy, and only ever sent to its own address."""

import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import msgspec

from auscult import __version__
from auscult.domain.connectors.document import LARGEST_ITEM
from auscult.domain.connectors.place import AccessRefusedError, PlaceError
from auscult.domain.delivery.addresses import Networks, is_here
from auscult.domain.errors import coded
from auscult.outgoing.dialling import AddressRefusedError
from auscult.outgoing.http import client

TRIES = 6
"""Requests for one answer, the first included."""

LONGEST_WAIT_S = 120.0
"""Before one request is made again; a source that asks for more ends the run, and the next run goes on."""

_TIMEOUT_S = 60.0
_FIRST_WAIT_S = 1.0
_BUSY = 429
_FAULT = 500
_REFUSED = 401
_LONGEST_TEXT = 200

Answer = dict[str, Any]
Query = Mapping[str, str | int]


class RejectedError(PlaceError):
    """A request that the API does not answer as asked: what was named is gone, or a page token is accepted no more."""

    def __init__(self, status: int, message: str) -> None:
        """Keep the status, which callers interpret."""
        super().__init__(message, field="place")
        self.status = status


class Login(NamedTuple):
    """Credentials of a client, and the whole address that gives a token for them (OAuth, client credentials)."""

    address: str
    client_id: str
    client_secret: str
    form: Mapping[str, str]


class Api:
    """One API. Threads may share it."""

    def __init__(  # noqa: PLR0913  (all that an API differs in)
        self,
        address: str,
        auth: httpx.Auth | None,
        headers: Mapping[str, str],
        sleep: Callable[[float], None] = time.sleep,
        *,
        networks: Networks,
        login: Login | None = None,
    ) -> None:
        """``address`` is where it answers, as ``https://acme.zendesk.com``. Raises ``PlaceError``.

        Nothing outside ``networks`` is connected to. With ``login`` each request carries a token, which is asked for again once the API accepts it no more.
        """
        for each in (address, *((login.address,) if login else ())):
            _check(each)
        self._address = address.rstrip("/")
        self._sleep = sleep
        self._login = login
        self._token = ""
        self._asking = threading.Lock()
        headers = {"user-agent": f"auscult/{__version__}", "accept": "application/json", **headers}
        self._client = client(networks, auth=auth, headers=headers, timeout=_TIMEOUT_S)
        self._bare = client(networks, timeout=_TIMEOUT_S)

    def get(self, path: str, query: Query | None = None) -> Answer:
        """Return the object that the API answers. ``path`` may be a whole address below the API's own.

        Raises ``PlaceError``, ``AccessRefusedError``, ``RejectedError``.
        """
        url = self._url(path)
        return _decoded(self._answered(lambda: self._send("GET", url, query, None)))

    def post(self, path: str, body: object) -> Answer:
        """Return what the API answers to an object, which it only reads. Raises as ``get`` does."""
        url = self._url(path)
        return _decoded(self._answered(lambda: self._send("POST", url, None, body)))

    def download(self, url: str, ending: str) -> bytes:
        """Return a file that the API names, without credentials: from its own host, or by https from hosts below ``ending``.

        Raises as ``get`` does.
        """
        parts = urlsplit(url)
        is_theirs = parts.scheme == "https" and (parts.hostname or "").endswith(ending)
        if not is_theirs and parts[:2] != urlsplit(self._address)[:2]:
            raise _elsewhere(url)
        content = self._answered(lambda: self._bare.get(url)).content
        if len(content) > LARGEST_ITEM:
            raise PlaceError("the API names a file of more than {n} bytes", n=f"{LARGEST_ITEM:,}", field="place")
        return content

    def close(self) -> None:
        """Close connections."""
        self._client.close()
        self._bare.close()

    def _url(self, path: str) -> str:
        url = path if "://" in path else self._address + path
        if urlsplit(url)[:2] != urlsplit(self._address)[:2]:
            raise _elsewhere(url)
        return url

    def _answered(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        for attempt in range(1, TRIES + 1):
            fault, wait_s = _tried(send)
            if isinstance(fault, httpx.Response):
                return fault
            if attempt == TRIES or wait_s > LONGEST_WAIT_S:
                raise PlaceError("{fault}; {n} requests were made", fault=fault, n=attempt, field="place")
            self._sleep(wait_s or _FIRST_WAIT_S * 2 ** (attempt - 1) * random.uniform(0.8, 1.2))  # noqa: S311
        raise AssertionError  # the loop returns or raises

    def _send(self, method: str, url: str, query: Query | None, body: object) -> httpx.Response:
        if self._login is None:
            return self._client.request(method, url, params=query, json=body)
        token = self._token_after("")
        found = self._client.request(method, url, params=query, json=body, headers=_bearer(token))
        if found.status_code == _REFUSED:
            token = self._token_after(token)
            found = self._client.request(method, url, params=query, json=body, headers=_bearer(token))
        return found

    def _token_after(self, refused: str) -> str:
        """Return a token, a new one where there is none but the one that was refused."""
        with self._asking:
            login = self._login
            if login is not None and self._token == refused:
                auth = httpx.BasicAuth(login.client_id, login.client_secret)
                try:
                    given = _decoded(
                        self._answered(lambda: self._bare.post(login.address, data=dict(login.form), auth=auth))
                    )
                except RejectedError as error:
                    raise AccessRefusedError(
                        "no token is given: {fault}", fault=error.coded, field="secrets"
                    ) from error
                token = given.get("access_token")
                if not isinstance(token, str) or not token:
                    raise PlaceError("the answer to the login has no access_token", field="place")
                self._token = token
            return self._token


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def _check(address: str) -> None:
    parts = urlsplit(address)
    is_local = is_here(parts.hostname or "")
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_local)):
        message = "the address {value!r} must be https, and http only to this host"
        raise PlaceError(message, field="access.endpoint", value=address)


def _elsewhere(url: str) -> PlaceError:
    message = "the API leads to another address, {name}; it is not followed"
    return PlaceError(message, name=url[:_LONGEST_TEXT], field="place")


def _tried(send: Callable[[], httpx.Response]) -> tuple[httpx.Response | str, float]:
    """Return a response, or why there is none and after how many seconds to try again (0: as one thinks fit)."""
    try:
        found = send()
    except AddressRefusedError as error:
        raise PlaceError("the API cannot be asked: {fault}", fault=error.coded, field="access.endpoint") from error
    except httpx.HTTPError as error:
        return coded("the API does not answer: {fault}", fault=type(error).__name__), 0.0
    if found.status_code == _BUSY:
        return coded("the API limits the rate of requests"), _wait_s(found)
    if found.status_code >= _FAULT:
        return coded("the API answers {n}", n=found.status_code), _wait_s(found)
    if found.status_code in (_REFUSED, 403):
        message = "the API refuses the credentials: {n} {fault}"
        raise AccessRefusedError(message, n=found.status_code, fault=_text(found), field="secrets")
    if not found.is_success:
        said = coded("the API answers {n}: {fault}", n=found.status_code, fault=_text(found))
        raise RejectedError(found.status_code, said)
    return found, 0.0


def _decoded(found: httpx.Response) -> Answer:
    try:
        return msgspec.json.decode(found.content, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise PlaceError(
            "the API answers something that is no JSON object: {fault}", fault=error, field="place"
        ) from error


def _wait_s(found: httpx.Response) -> float:
    """Return the seconds that an answer asks to wait; 0 where it says nothing.

    ``Retry-After`` is a number or a date (Zoom writes it in ISO 8601), ``X-RateLimit-Reset`` of Intercom a Unix time.
    """
    given = found.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", given):
        return float(given)
    at: float | None = None
    if given:
        with suppress(TypeError, ValueError):
            at = parsedate_to_datetime(given).timestamp()
        with suppress(ValueError):
            iso = datetime.fromisoformat(given)
            at = (iso if iso.tzinfo else iso.replace(tzinfo=UTC)).timestamp()
    reset = found.headers.get("x-ratelimit-reset", "").strip()
    if at is None and re.fullmatch(r"\d{10}", reset):
        at = float(reset)
    return 0.0 if at is None else max(0.0, at - time.time())


def _text(found: httpx.Response) -> str:
    return " ".join(found.text.split())[:_LONGEST_TEXT]
