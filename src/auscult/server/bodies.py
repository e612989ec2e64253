"""Bodies of requests: read up to a limit, then parsed as JSON, with the position of the first fault."""

import re
from collections.abc import Mapping
from typing import Any, cast

import msgspec

from auscult.domain.errors import RequestError
from auscult.server.asgi import ClientDisconnect, Receive

_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json", re.IGNORECASE | re.ASCII)
_DIGITS = 18
_AT_BYTE = re.compile(r"^(?:JSON is malformed: )?(?P<fault>.*) \(byte (?P<offset>\d+)\)$", re.DOTALL)


def check_json(headers: Mapping[str, str]) -> None:
    """Reject a body that declares a type other than JSON or an encoding; a missing type counts as JSON.

    Raises ``RequestError``: ``content_type.unsupported``, ``content_encoding.unsupported``.
    """
    given = headers.get("content-type", "")
    kind, *parameters = (part.strip() for part in given.split(";"))
    charset = next((part[8:].strip('"') for part in parameters if part.lower().startswith("charset=")), "utf-8")
    if (kind and not _JSON.fullmatch(kind)) or charset.lower() not in ("utf-8", "utf8", "us-ascii"):
        raise RequestError(
            "Content-Type: send application/json, in UTF-8.",
            code="content_type.unsupported",
            field="Content-Type",
            value=given,
        )
    coding = headers.get("content-encoding", "identity").strip()
    if coding.lower() not in ("identity", ""):
        raise RequestError(
            "Content-Encoding: send the body plain.",
            code="content_encoding.unsupported",
            field="Content-Encoding",
            value=coding,
        )


async def read_body(receive: Receive, headers: Mapping[str, str], limit: int) -> bytes:
    """Read a body of at most ``limit`` bytes.

    Raises ``RequestError`` ``body.too_large``, as soon as that is known, and ``ClientDisconnect``.
    """
    announced = headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and (len(announced) > _DIGITS or int(announced) > limit):
        raise _too_large(limit)
    message = await receive()
    first: bytes = message.get("body", b"")
    if len(first) > limit:
        raise _too_large(limit)
    if not message.get("more_body", False):
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        return first
    body = bytearray(first)
    while message.get("more_body", False):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def read_object(body: bytes) -> dict[str, Any]:
    """Decode a JSON object. Raises ``RequestError``: ``body.malformed``, ``body.wrong_type``."""
    try:
        value: object = msgspec.json.decode(body)
    except RecursionError as error:
        raise RequestError("The body is nested too deeply.", code="body.malformed") from error
    except UnicodeDecodeError as error:
        raise _malformed(body, _first_bad_byte(body), "not UTF-8") from error
    except msgspec.MsgspecError as error:
        found = _AT_BYTE.match(str(error))
        if found:
            # Of trailing characters the decoder names the second.
            late = found["fault"].startswith("trailing characters")
            raise _malformed(body, int(found["offset"]) - late, found["fault"]) from error
        if "truncated" in str(error):
            raise _malformed(body, len(body), "the text ends too early") from error
        fault = str(error).partition(" - at ")[0].lower()  # a number out of range; where, is not known to the byte
        raise RequestError(f"The body cannot be read: {fault}.", code="body.malformed") from error
    if not isinstance(value, dict):
        raise RequestError("The body must be a JSON object.", code="body.wrong_type")
    return cast("dict[str, Any]", value)


def _malformed(body: bytes, offset: int, fault: str) -> RequestError:
    """Return the error with the position of a fault as in an editor: lines and characters from 1."""
    before = body[:offset].decode(errors="replace")
    line = before.count("\n") + 1
    column = len(before) - before.rfind("\n")
    return RequestError(
        f"The body is not valid JSON at line {line}, column {column} (byte {offset}): {fault}.", code="body.malformed"
    )


def _first_bad_byte(body: bytes) -> int:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return error.start
    return 0


def _too_large(limit: int) -> RequestError:
    return RequestError(f"The body is larger than {limit} bytes.", code="body.too_large")
