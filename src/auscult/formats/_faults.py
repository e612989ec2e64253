"""Turns what msgspec says of a document into a ``FormatError``: field, value, and what would be right."""

import re
from collections.abc import Mapping

import msgspec

from auscult.domain.errors import FormatError
from auscult.formats._documents import Json

DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""All that decoding untrusted JSON raises; ``msgspec.ValidationError`` is among them."""

_FAULT = re.compile(r"(?P<what>.*?)(?: - at `(?:key in )?\$(?P<path>.*)`)?", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<name>.*)`")
EXPECTED = re.compile(r"Expected `(?P<kind>[^`]*)`(?P<bound>[^,]*)(?:, got `(?P<got>[^`]*)`)?")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]|(\[\.\.\.\])")
WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
    "datetime": "a time",
}
_HALF_A_PAIR = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
"""One half of a UTF-16 pair without the other: what is left where a program cuts a text in an emoji."""
_OUT_OF_RANGE = "Number out of range"
_SCALARS = (str, int, float, type(None))


def refuse_bytes(data: bytes) -> None:
    """Refuse a document that is not UTF-8, or that holds NUL characters, which no database keeps.

    Raises ``FormatError`` or ``UnicodeDecodeError``.
    """
    if not data.isascii():
        data.decode()  # msgspec does not look into what it skips
    if b"\0" in data:
        raise FormatError("the document holds a NUL byte; leave it out", code="document.nul")
    if b"\\u0000" in data:
        refuse_nul(msgspec.json.decode(data), "")


def refuse_nul(value: Json, field: str) -> None:
    """Refuse a decoded value at ``field`` that has a NUL character. Raises ``FormatError``."""
    if (found := _nul_field(value, field)) is not None:
        found = found.lstrip(".")
        message = f"{found or 'the document'} holds a NUL character (\\u0000); leave it out"
        raise FormatError(message, code="document.nul", field=found or None)


def fault_in(error: Exception, data: bytes, right: Mapping[str, str]) -> FormatError:
    """Return the fault of the document ``data`` that could not be decoded (one of ``DECODE_ERRORS``).

    ``right`` describes accepted values of fields, written without indexes (``turns.speaker``).
    """
    if isinstance(error, UnicodeDecodeError):
        return FormatError(not_utf8("the document", error), code="document.encoding")
    if isinstance(error, RecursionError):
        return FormatError("JSON is nested too deeply", code="document.malformed")
    if not isinstance(error, msgspec.ValidationError):
        return _malformed(str(error), data)
    try:
        return fault_of(error, msgspec.json.decode(data), right)
    except msgspec.ValidationError:
        return fault_of(error, None, right)  # a number in it that no float holds
    except DECODE_ERRORS as malformed:
        return fault_in(malformed, data, right)  # behind the fault that was found first


def not_utf8(what: str, error: UnicodeDecodeError) -> str:
    """Return the message that something is not UTF-8, with the first byte that is wrong."""
    return f"{what} is not UTF-8: byte 0x{error.object[error.start]:02x} at position {error.start}"


def fault_of(error: msgspec.ValidationError, document: Json, right: Mapping[str, str]) -> FormatError:
    """Return the fault of a decoded document (None where that cannot be) that has the wrong shape."""
    found = _FAULT.fullmatch(str(error))
    what, path = (found["what"], found["path"] or "") if found else (str(error), "")
    field, value = _found(document, path)
    if what == _OUT_OF_RANGE:
        message = f"{field or 'the document'} holds a number that is out of range"
        return FormatError(message, code="field.invalid", field=field or None)
    if missing := _MISSING.fullmatch(what):
        field = f"{field}.{missing['name']}".lstrip(".")
        message = f"{field} is missing; it should be {_right(field, right, '') or 'there'}"
        return FormatError(message, code="field.missing", field=field)
    should = _right(field, right, what)
    shown = "not as it should be" if document is None else _shown(value)
    message = f"{field or 'the document'} is {shown}; it should be {should}"
    return FormatError(message, code="field.invalid", field=field or None, value=value)


def _malformed(said: str, data: bytes) -> FormatError:
    """Return the fault of what is no JSON; where half a character is the reason, with the field that has it."""
    if half := _HALF_A_PAIR.search(data):
        try:
            field = _nul_field(msgspec.json.decode(_HALF_A_PAIR.sub(rb"\\u0000", data)), "")
        except DECODE_ERRORS:
            field = None  # and there is something else
        if field is not None or said == "Input data was truncated":  # which msgspec says of a half near the end
            field = (field or "").lstrip(".") or None
            where = f"{field}, byte {half.start()}" if field else f"byte {half.start()}"
            message = f"JSON is malformed: half a character, {half[0].decode()}, stands alone ({where})"
            return FormatError(message, code="document.malformed", field=field)
    said = "it ends too early" if said == "Input data was truncated" else said.removeprefix("JSON is malformed: ")
    return FormatError(f"JSON is malformed: {said}", code="document.malformed")


def _right(field: str, right: Mapping[str, str], what: str) -> str:
    """Return the accepted values of a field: as the format describes them, or as msgspec does."""
    bare = re.sub(r"\[\d+\]", "", field)
    known = right.get(bare, right.get(bare.rpartition(".")[0] + ".*"))
    if known is not None:
        return known
    expected = EXPECTED.match(what)
    if expected is None:
        return what
    kinds = [WORDS.get(kind.strip(), kind.strip()) for kind in expected["kind"].split("|")]
    return " or ".join(kind for kind in kinds if kind != "null" or len(kinds) == 1) + expected["bound"]


def _found(document: Json, path: str) -> tuple[str, Json]:
    """Return the field as people write it, and its value.

    msgspec leaves the key of a mapping open (``[...]``): it is the first whose value is no scalar.
    """
    field, value = "", document
    for name, index, is_open in _STEP.findall(path):
        if is_open:
            entries = value.items() if isinstance(value, dict) else ()
            name = next((key for key, one in entries if not isinstance(one, _SCALARS)), "…")  # noqa: PLW2901  (found)
        field += f"[{index}]" if index else f".{name}"
        value = _inside(value, index, name)
    return field.lstrip("."), value


def _inside(value: Json, index: str, name: str) -> Json:
    if isinstance(value, list):
        return value[int(index)]
    return value.get(name) if isinstance(value, dict) else None


def _shown(value: Json) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 80 else text[:79] + "…"  # noqa: PLR2004  (what a line of a terminal holds)


def _nul_field(value: Json, field: str) -> str | None:
    """Return the path of the first text with a NUL character, or None."""
    if isinstance(value, str):
        return field if "\0" in value else None
    if isinstance(value, list):
        inner = [(f"{field}[{index}]", one) for index, one in enumerate(value)]
    elif isinstance(value, dict):
        if any("\0" in key for key in value):
            return field
        inner = [(f"{field}.{key}", one) for key, one in value.items()]
    else:
        return None
    return next((found for name, one in inner if (found := _nul_field(one, name)) is not None), None)
