"""Passwords that are refused because they are soon guessed, and the reason that is named."""

import pytest

from auscult.domain.errors import RequestError
from auscult.services.people.passwords import check_password
from tests.data_files import data_of

OWN = ("ann.meyer@shop.example", "Ann Meyer")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        *data_of(__file__, "a_guessable_password_is_refused_with_the_reason"),
        ("x" * 1_000, "repeated"),
    ],
)
def test_a_guessable_password_is_refused_with_the_reason(password: str, why: str) -> None:
    """Too short, popular, one's own address or name, the product, repeated, in a row; it is not repeated in the error."""
    with pytest.raises(RequestError, match=why) as refused:
        check_password(password, *OWN)
    assert refused.value.reason == "password.guessable"
    assert refused.value.value is None
    assert not password or password not in refused.value.message


@pytest.mark.parametrize("password", data_of(__file__, "a_password_that_takes_long_to_guess_may_be_set"))
def test_a_password_that_takes_long_to_guess_may_be_set(password: str) -> None:
    """Words without a connection, or chance; one's name may be in a longer one."""
    check_password(password, *OWN)
    check_password(f"{password} Meyer", *OWN)


def test_a_password_has_a_longest_length() -> None:
    """Hashing stays cheap."""
    with pytest.raises(RequestError, check=lambda error: error.reason == "password.invalid"):
        check_password("correct horse battery " * 50)
