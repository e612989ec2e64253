"""Tokens for trying the APIs."""

import jwt
import pytest

from auscult.cli.token import make_token, seconds_of
from auscult.domain.errors import RequestError

SECRET = "a-secret-of-more-than-thirty-two-bytes"


def test_token_names_the_client_and_is_signed_with_its_secret() -> None:
    """Rule 14: HS256, and the client's id in the claim appId."""
    token = make_token("cs-1", SECRET, None)
    claims = jwt.decode(token, SECRET, algorithms=["HS256"])
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
