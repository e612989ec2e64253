"""Single fields of a request's body (rule 17)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.errors import RequestError
from auscult.reports._fields import texts, truth, whole_number

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize(("value", "read"), [(1, 1), (10, 10), (10.0, 10)])
def test_whole_numbers_are_read(value: object, read: int) -> None:
    """A whole number counts however JSON writes it."""
    assert whole_number({"limit": value}, "limit", 5, least=1, most=10) == read
    assert whole_number({}, "limit", 5, least=1, most=10) == 5


@pytest.mark.parametrize("value", ["10", None, True, 1.5, [], {}])
def test_other_types_are_no_numbers(value: object) -> None:
    """Rule 17: field, given value, and what would be right."""
    with pytest.raises(RequestError) as caught:
        whole_number({"limit": value}, "limit", 5, least=1, most=10)
    assert (caught.value.reason, caught.value.field, caught.value.value) == ("field.wrong_type", "limit", value)
    assert "from 1 to 10" in caught.value.message


@pytest.mark.parametrize("value", [0, 11, -1, 10**30, 1e300])
def test_numbers_outside_are_refused(value: float) -> None:
    """Rule 17: a number of the right type outside its range has a reason of its own."""
    with pytest.raises(RequestError, check=lambda error: error.reason == "field.out_of_range"):
        whole_number({"limit": value}, "limit", 5, least=1, most=10)


def test_a_number_that_is_too_large_hears_the_maximum() -> None:
    """The smallest is no help to a number beyond the largest."""
    with pytest.raises(RequestError, match="from 0 to 9007199254740991"):
        whole_number({"offset": 10**30}, "offset", 0, least=0)


def test_a_single_text_is_an_array_of_one() -> None:
    """Rule 24: filters are arrays; one value alone is understood, and repeats count once."""
    assert texts({"queues": "a"}, "queues", "give texts", most=3) == ("a",)
    assert texts({"queues": ["b", "a", "b"]}, "queues", "give texts", most=3) == ("b", "a")
    assert texts({}, "queues", "give texts", most=3) == ()


@pytest.mark.parametrize("value", [["a", "b", "c", "d"], [1], ["a\0"], {"a": 1}, None, 7])
def test_arrays_of_anything_else_are_refused(value: object) -> None:
    """Rule 17: what no database could look for is refused at the border."""
    with pytest.raises(RequestError):
        texts({"queues": value}, "queues", "give texts", most=3)


@given(JSON)
def test_truth_is_a_boolean_or_a_refusal(value: Any) -> None:
    """Rule 17: neither 1 nor "true" is true."""
    if isinstance(value, bool):
        assert truth({"flag": value}, "flag", default=False) is value
    else:
        with pytest.raises(RequestError):
            truth({"flag": value}, "flag", default=False)
