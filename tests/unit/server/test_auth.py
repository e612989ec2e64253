"""Tokens over time (rule 14): what is remembered of them, and for how long. The whole matrix is in tests/e2e/access/test_auth.py."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest

from auscult.domain.errors import AccessError
from auscult.domain.tenancy import Client, new_client_id, new_client_secret
from auscult.server.auth.tokens import Authenticator
from auscult.server.clock import Clock
from auscult.server.settings import ServerSettings
from auscult.storage import Store, migrate, open_store
from auscult.storage.access.clients import new_secret_key

NOW = 1_800_000_000


class Watch:
    """A clock that shows what it was set to."""

    def __init__(self) -> None:
        """Begin now."""
        self.at = float(NOW)
        self.clock = Clock(lambda: self.at, lambda: self.at)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A database of clients."""
    folder: Path = tmp_path_factory.mktemp("clients")
    url = f"sqlite:///{folder / 'auscult.db'}"
    migrate(url)
    opened = open_store(url, new_secret_key())
    yield opened
    opened.close()


@pytest.fixture
def client(store: Store) -> Client:
    """A new client."""
    made = Client(
        client_id=new_client_id(),
        secret=new_client_secret(),
        account_id="acc-1",
        app_ids=frozenset({"st-1"}),
        scopes=frozenset({"Quality AI"}),
        created_at=datetime.now(UTC),
    )
    store.clients.add(made)
    return made


def token(client: Client, **claims: Any) -> str:
    """A token of this client."""
    return jwt.encode({"appId": client.client_id, **claims}, client.secret, algorithm="HS256")


def ask(authenticator: Authenticator, given: str) -> str:
    """Who the token belongs to, or why it is refused."""
    try:
        return asyncio.run(authenticator.client({"auth": given})).client_id
    except AccessError as error:
        return error.reason


def test_a_remembered_token_still_expires(store: Store, client: Client) -> None:
    """Rule 14: times are looked at on every request, at the second."""
    watch = Watch()
    authenticator = Authenticator(store.clients, ServerSettings(), watch.clock)
    given = token(client, exp=NOW + 10, nbf=NOW)
    assert ask(authenticator, given) == client.client_id
    watch.at = NOW + 9.999
    assert ask(authenticator, given) == client.client_id
    watch.at = NOW + 10
    assert ask(authenticator, given) == "token.expired"


def test_clocks_may_differ_a_little(store: Store, client: Client) -> None:
    """Rule 14: nbf and iat may lie as far ahead as the setting says, and no further."""
    authenticator = Authenticator(store.clients, ServerSettings(clock_skew_s=5), Watch().clock)
    for name in ("nbf", "iat"):
        assert ask(authenticator, token(client, **{name: NOW + 5})) == client.client_id
        assert ask(authenticator, token(client, **{name: NOW + 6})) == "token.not_yet_valid"


def test_a_token_may_have_to_be_short(store: Store, client: Client) -> None:
    """Where the operator limits it, no token is accepted for longer than that; else any is (rule 14)."""
    watch = Watch()
    any_time = Authenticator(store.clients, ServerSettings(), watch.clock)
    an_hour = Authenticator(store.clients, ServerSettings(token_life_s=3600), watch.clock)
    short = [
        token(client, iat=NOW - 60, exp=NOW + 3540),
        token(client, exp=NOW + 3600),
        token(client, iat=NOW - 3600),
    ]
    long = [token(client, iat=NOW - 60, exp=NOW + 3541), token(client, exp=NOW + 3601), token(client)]
    assert {ask(any_time, each) for each in (*short, *long)} == {client.client_id}
    assert {ask(an_hour, each) for each in short} == {client.client_id}
    assert {ask(an_hour, each) for each in long} == {"token.too_long"}
    watch.at += 1
    assert ask(an_hour, short[2]) == "token.too_long"


def test_a_remembered_client_is_forgotten(store: Store, client: Client) -> None:
    """Rule 14: a revocation bites once the client is looked up again, whatever is remembered of its token."""
    watch = Watch()
    authenticator = Authenticator(store.clients, ServerSettings(client_memory_s=2), watch.clock)
    given = token(client)
    assert ask(authenticator, given) == client.client_id
    store.clients.revoke(client.client_id)
    watch.at += 1.9
    assert ask(authenticator, given) == client.client_id
    watch.at += 0.1
    assert ask(authenticator, given) == "token.invalid"


def test_a_good_token_vouches_for_no_other(store: Store, client: Client) -> None:
    """Rule 14: the signature of each token is checked, whatever was remembered of one that looks alike."""
    authenticator = Authenticator(store.clients, ServerSettings(), Watch().clock)
    good = token(client)
    assert ask(authenticator, good) == client.client_id
    head, claims, signature = good.split(".")
    forged = [
        f"{head}.{claims}.",
        f"{head}.{claims}.{signature[:-4]}AAAA",
        f"{head}.{token(client, sub='x').split('.')[1]}.{signature}",
    ]
    assert {ask(authenticator, each) for each in forged} == {"token.invalid"}
    assert ask(authenticator, good) == client.client_id


def test_strangers_do_not_fill_the_memory(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that nobody knows are remembered too, up to a number, so that asking for them stays cheap."""
    monkeypatch.setattr("auscult.server.auth.tokens._MOST_REMEMBERED", 8)
    authenticator = Authenticator(store.clients, ServerSettings(), Watch().clock)
    for number in range(30):
        unknown = jwt.encode({"appId": f"cs-{number}"}, "s" * 43, algorithm="HS256")
        assert ask(authenticator, unknown) == "token.invalid"
    assert len(authenticator._known) <= 8
    assert authenticator._verified == {}
