"""Bodies of requests (rule 17)."""

import asyncio
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auscult.domain.errors import RequestError
from auscult.server.asgi import ClientDisconnect
from auscult.server.bodies import check_json, read_body, read_object
from tests.data_files import data_of


def read(*parts: bytes, limit: int = 10, announced: str | None = None, disconnect: bool = False) -> bytes:
    """Read a body that comes in these parts."""
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    if disconnect:
        messages.append({"type": "http.disconnect"})
    else:
        messages[-1]["more_body"] = False

    async def receive() -> Any:
        return messages.pop(0)

    headers = {} if announced is None else {"content-length": announced}
    return asyncio.run(read_body(receive, headers, limit))


def refusal(body: bytes) -> RequestError:
    """The error that this body is refused with."""
    with pytest.raises(RequestError) as caught:
        read_object(body)
    return caught.value


@pytest.mark.parametrize("parts", [(b"0123456789",), (b"01234", b"", b"56789"), (b"",)])
def test_a_body_up_to_the_limit_is_read(parts: tuple[bytes, ...]) -> None:
    """A body may come in parts, and be as long as the limit."""
    assert read(*parts) == b"".join(parts)


@pytest.mark.parametrize(
    ("parts", "announced"),
    [((b"0123456789x",), None), ((b"01234", b"56789x"), None), ((b"",), "11"), ((b"",), "9" * 5000)],
)
def test_a_larger_body_is_refused(parts: tuple[bytes, ...], announced: str | None) -> None:
    """Rule 17: too large is a 413, by what is announced or by what comes."""
    with pytest.raises(RequestError, check=lambda error: error.reason == "body.too_large"):
        read(*parts, announced=announced)


@pytest.mark.parametrize("parts", [(), (b"{",)])
def test_a_caller_who_left_is_not_answered(parts: tuple[bytes, ...]) -> None:
    """A connection that ends in the middle of a body is no request."""
    with pytest.raises(ClientDisconnect):
        read(*parts, disconnect=True)


@pytest.mark.parametrize(
    ("body", "position"),
    [
        (b"", "line 1, column 1 (byte 0)"),
        (b'{"a":\n 1,}', "line 2, column 4 (byte 9)"),
        (b'{"a": ', "line 1, column 7 (byte 6)"),
        (b'{"\xc3\xa9\xc3\xa9": x}', "line 1, column 8 (byte 9)"),
        (b'{"a": "\xff"}', "line 1, column 8 (byte 7)"),
        (b"{} {}", "line 1, column 4 (byte 3)"),
        (b'\n\n{"a": NaN}', "line 3, column 7 (byte 8)"),
    ],
)
def test_malformed_json_names_its_position(body: bytes, position: str) -> None:
    """Rule 17: malformed JSON with its position, in lines and characters as an editor counts them."""
    error = refusal(body)
    assert error.reason == "body.malformed"
    assert position in error.message


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b'{"a": 1e999}', b'{"a": ' + b"9" * 5000 + b"}"])
def test_what_json_allows_and_nobody_can_hold_is_refused(body: bytes) -> None:
    """Rule 17: depth and size of numbers end in a 400, never in a 500."""
    assert refusal(body).reason == "body.malformed"


@pytest.mark.parametrize("body", [b"[]", b'"a"', b"1", b"null", b"true"])
def test_another_type_than_an_object_is_refused(body: bytes) -> None:
    """Rule 17: a body is an object."""
    assert refusal(body).reason == "body.wrong_type"


@given(st.binary(max_size=60))
@example(b'{"a": "\\ud800"}')
def test_any_bytes_are_an_object_or_refused(body: bytes) -> None:
    """Law: nothing but a RequestError comes of a body that is no JSON object."""
    try:
        read_object(body)
    except RequestError as error:
        assert error.reason.startswith("body.")  # noqa: PT017  (both ways out are right)
    else:
        assert isinstance(msgspec.json.decode(body), dict)


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON;charset=UTF-8", 'application/json; charset="utf-8"', "application/vcon+json", ""],
)  # fmt: skip
def test_json_is_taken(content_type: str) -> None:
    """JSON by its name in any letter case; nothing said is taken for JSON."""
    check_json({"content-type": content_type} if content_type else {})


@pytest.mark.parametrize("headers", data_of(__file__, "another_type_is_refused"))
def test_another_type_is_refused(headers: dict[str, str]) -> None:
    """Rule 17: 415 names the header and what would be right."""
    with pytest.raises(RequestError) as caught:
        check_json(headers)
    assert caught.value.reason in ("content_type.unsupported", "content_encoding.unsupported")
    assert caught.value.value in headers.values()


def test_a_number_that_no_float_holds_is_named() -> None:
    """Rule 17: what would be right is said in words of ours, not in those of a library."""
    assert refusal(b'{"page": 1e999}').message == "The body cannot be read: number out of range."
