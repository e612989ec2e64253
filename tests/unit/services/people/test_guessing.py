"""Passwords that are refused because they are soon guessed, and the reason that is named."""

import pytest

from auscult.domain.errors import RequestError
from auscult.services.people.passwords import check_password

OWN = ("ann.meyer@shop.example", "Ann Meyer")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "fewer than 12"),
        ("q7Vw-mL2p-X", "fewer than 12"),
        ("password1234", "many people use"),
        ("123456789012", "many people use"),
        ("passwortpasswort", "repeated"),
        ("aaaaaaaaaaaaaaaa", "repeated"),
        ("x" * 1_000, "repeated"),
        ("zaqzaqzaqxsw", "repeated"),
        ("yuiop[]hjkl;", "next to each other"),
        ("qwertzuiop12", "common words"),
        ("abcdefghijklmn", "sequences"),
        ("Willkommen123", "common words"),
        ("Dezember 2026", "common words"),
        ("ann.meyer@shop.example", "address"),
        ("ANN.MEYER@SHOP.EXAMPLE", "address"),
        ("Ann Meyer 1987", "name"),
        ("4nn.m3y3r@sh0p", "name"),
        ("auscult-auscult", "product"),
        ("Auscult-2026-shop!", "product"),
    ],
)
def test_a_guessable_password_is_refused_with_the_reason(password: str, why: str) -> None:
    """Too short, popular, one's own address or name, the product, repeated, in a row; it is not repeated in the error."""
    with pytest.raises(RequestError, match=why) as refused:
        check_password(password, *OWN)
    assert refused.value.reason == "password.guessable"
    assert refused.value.value is None
    assert not password or password not in refused.value.message


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "q7Vw-mL2p-Xk9d",
        "Tr0ub4dour&3xx",
        "planen Banane Kannen Zebra",
        "żółw płynie w górę rzeki",
    ],
)
def test_a_password_that_takes_long_to_guess_may_be_set(password: str) -> None:
    """Words without a connection, or chance; one's name may be in a longer one."""
    check_password(password, *OWN)
    check_password(f"{password} Meyer", *OWN)


def test_a_password_has_a_longest_length() -> None:
    """Hashing stays cheap."""
    with pytest.raises(RequestError) as refused:
        check_password("correct horse battery " * 50)
    assert refused.value.reason == "password.invalid"
