"""Tokens for trying the APIs."""

import warnings

import jwt
import pytest
import typer

from auscult.cli.operations.token import make_token, seconds_of, token
from auscult.domain.errors import RequestError

SECRET = "a-secret-of-more-than-thirty-two-bytes"


def test_token_names_the_client_and_is_signed_with_its_secret() -> None:
    """Rule 14: HS256, and the client's id in the claim appId."""
    claims = jwt.decode(make_token("cs-1", SECRET, None), SECRET, algorithms=["HS256"])
    assert claims["appId"] == "cs-1"
    assert "exp" not in claims


def test_token_expires_when_asked_to() -> None:
    """Rule 14: exp is optional; here it is so many seconds after iat."""
    claims = jwt.decode(make_token("cs-1", SECRET, 3600), SECRET, algorithms=["HS256"])
    assert claims["exp"] - claims["iat"] == 3600


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1800), ("1h", 3600), ("168h", 604_800)])
def test_times_are_read(text: str, seconds: int) -> None:
    """A number and a unit."""
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "h", "-1h", "1w", "9999999999s"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """The refusal names the option, the value, and what would be right."""
    with pytest.raises(RequestError, match="like 15s") as refusal:
        seconds_of(text)
    assert (refusal.value.field, refusal.value.value) == ("--expires", text)


def test_half_a_secret_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A token made with it is refused by every server, which tells nobody why; on stdout there is the token alone."""
    with warnings.catch_warnings():
        token(client_id="cs-1", client_secret=SECRET[:9])
    out, err = capsys.readouterr()
    assert out.count(".") == 2
    assert err == "the secret has 9 characters, too few for one of auscult; is it all that `clients add` printed?\n"


def test_no_secret_is_refused() -> None:
    """A variable of the shell that is not set leaves nothing."""
    with pytest.raises(typer.BadParameter, match="it is empty"):
        token(client_id="cs-1", client_secret="")
