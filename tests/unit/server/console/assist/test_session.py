"""What lets an agent in at the page: links and cookies, and every way in which they are not what they must be."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest

from auscult.cli.operations.token import make_link
from auscult.domain.errors import AccessError
from auscult.domain.tenancy import Client, new_client_id, new_client_secret
from auscult.server.auth.tokens import Authenticator
from auscult.server.clock import Clock
from auscult.server.console.assist.session import COOKIE, LINK, LINK_S, SESSION, SESSION_S, SignIn
from auscult.server.settings import ServerSettings
from tests.data_files import data_of

NOW = 1_800_000_000
ANA = {"id": "a-7", "name": "Ana"}


class ReusedVerdicts:
    """One client, and no other."""

    def __init__(self, **chosen: Any) -> None:
        """Make the client."""
        given: dict[str, Any] = {
            "client_id": new_client_id(),
            "secret": new_client_secret(),
            "account_id": "acc-1",
            "app_ids": frozenset({"st-1"}),
            "scopes": frozenset({"assist:write", "Quality AI"}),
            "created_at": datetime.now(UTC),
        }
        self.client = Client(**{**given, **chosen})

    def find(self, client_id: str) -> Client | None:
        """The client, if it is that."""
        return self.client if client_id == self.client.client_id else None

    def token(self, **changed: Any) -> str:
        """A link's token, with some claims changed or, by None, left out."""
        claims: dict[str, Any] = {
            "appId": self.client.client_id,
            "aud": LINK,
            "exp": NOW + 600,
            "agent": ANA,
            **changed,
        }
        given = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(given, self.client.secret, algorithm="HS256")


def sign_in(known: Any, at: float = NOW) -> SignIn:
    """The way in, at a time."""
    clock = Clock(lambda: at, lambda: at)
    settings = ServerSettings()
    return SignIn(Authenticator(known, settings, clock), clock, settings.clock_skew_s)


def begun(known: ReusedVerdicts, **changed: Any) -> str:
    """The app that a link leads to, or why it does not."""
    try:
        found, _ = asyncio.run(sign_in(known).begin(known.token(**changed)))
    except AccessError as error:
        return error.reason
    return found.app_id


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        *data_of(__file__, "a_link_must_say_who_and_not_hold_for_long"),
        ({"exp": NOW + LINK_S}, "st-1"),
        ({"exp": NOW + LINK_S + 6}, "link.invalid"),
        ({"exp": NOW}, "token.expired"),
        ({"aud": SESSION}, "token.audience_wrong"),
        ({"agent": {"id": "a" * 256}}, "link.invalid"),
    ],
    ids=str,
)
def test_a_link_must_say_who_and_not_hold_for_long(changed: dict[str, Any], outcome: str) -> None:
    """An agent, our audience, an end within the hour, and an app of the client's."""
    assert begun(ReusedVerdicts(), **changed) == outcome


def test_a_client_of_several_apps_names_one() -> None:
    """There is no guessing which app an agent works for."""
    known = ReusedVerdicts(app_ids=frozenset({"st-1", "st-2"}))
    assert begun(known) == "link.invalid"
    assert begun(known, app="st-2") == "st-2"


def test_only_who_may_write_to_assist_lets_agents_in() -> None:
    """A client that reads scores cannot make agents."""
    assert begun(ReusedVerdicts(scopes=frozenset({"assist:read"}))) == "scope.missing"


def test_a_session_is_narrow_and_ends() -> None:
    """One app, assistance only, ten hours; the link itself is no cookie."""
    known = ReusedVerdicts(app_ids=frozenset({"st-1", "st-2"}))
    link = known.token(app="st-1")
    _, held = asyncio.run(sign_in(known).begin(link))

    def found(cookie: str, at: float) -> Any:
        try:
            return asyncio.run(sign_in(known, at).of({"cookie": f"other=1; {COOKIE}={cookie}"}))
        except AccessError as error:
            return error.reason

    signed_in = found(held, NOW + SESSION_S - 1)
    assert (signed_in.agent.id, signed_in.agent.name) == ("a-7", "Ana")
    assert signed_in.client.app_ids == {"st-1"}
    assert signed_in.client.scopes == {"assist:write"}
    assert found(held, NOW + SESSION_S) == "session.expired"
    assert found(link, NOW) == "session.expired"
    assert found(known.token(aud=None), NOW) == "session.expired"
    assert found("", NOW) == "session.missing"


@pytest.mark.parametrize("exp", [None, NOW + SESSION_S + 6, NOW + 100 * 365 * 24 * 3600])
def test_a_cookie_signed_elsewhere_is_held_to_the_same_end(exp: int | None) -> None:
    """A client knows its secret and can sign a session itself: without an end, or with a late one, it is none."""
    known = ReusedVerdicts()
    with pytest.raises(AccessError, check=lambda error: error.reason == "session.expired"):
        asyncio.run(sign_in(known).of({"cookie": f"{COOKIE}={known.token(aud=SESSION, exp=exp)}"}))


def test_links_of_the_command_line_open_the_page() -> None:
    """What `auscult token --page` prints is a link as the server wants it."""
    known = ReusedVerdicts()
    made = make_link("http://x/assist", known.client.client_id, known.client.secret, {"id": "a-7", "name": None})
    page, _, token = made.partition("#")
    assert page == "http://x/assist"
    signed_in, _ = asyncio.run(sign_in(known, datetime.now(UTC).timestamp()).begin(token))
    assert (signed_in.agent.id, signed_in.agent.name) == ("a-7", None)
