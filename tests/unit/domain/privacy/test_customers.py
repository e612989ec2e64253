"""A customer is found by an address or number of their own, and by no part of another's."""

import pytest

from auscult.domain.errors import RequestError
from auscult.domain.privacy.customers import check_customer, finder
from tests.data_files import data_of


@pytest.mark.parametrize("text", data_of(__file__, "an_address_is_found_as_people_write_it"))
def test_an_address_is_found_as_people_write_it(text: str) -> None:
    """Case, punctuation and what stands around it do not matter."""
    assert finder("email", " ann@example.com ")(["else", text])


@pytest.mark.parametrize("text", data_of(__file__, "an_address_within_another_is_not_theirs"))
def test_an_address_within_another_is_not_theirs(text: str) -> None:
    """An erasure is final: the other customer's conversations stay."""
    assert not finder("email", "ann@example.com")([text])


@pytest.mark.parametrize("value", ["", "a", "example.com", "@example.com", "ann@", "ann at example.com"])
def test_what_is_no_address_is_refused(value: str) -> None:
    """A word would be found in the conversations of many customers."""
    with pytest.raises(RequestError, match="name@host", check=lambda error: error.reason == "email.invalid"):
        check_customer("email", value)


@pytest.mark.parametrize("value", ["", "12", "abc", "555-014"])
def test_too_few_digits_are_refused(value: str) -> None:
    """They would find nothing, as if nothing were kept of the customer."""
    with pytest.raises(RequestError, match="at least 7 digits", check=lambda error: error.reason == "phone.invalid"):
        check_customer("phone", value)


def test_a_number_is_found_by_its_end() -> None:
    """However it is divided, and with or without what stands before it."""
    is_in = finder("phone", "+1 (202) 555-0143")
    assert is_in(["202.555.0143"])
    assert is_in(["0012025550143"])
    assert not is_in(["202 555 0144"])


def test_an_id_is_taken_as_it_is() -> None:
    """It is compared whole."""
    assert check_customer("customer", " u-7 ") == " u-7 "
