"""Reading of other vendors' records: values with the paths where they lie, and native documents made of them."""

import codecs
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, cast

import msgspec
from msgspec.structs import replace

from auscult.domain.connectors import FoundAudit, Item, Mapped, Refused, Setup
from auscult.domain.connectors.legs import with_parties
from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.formats._contract import limits_of
from auscult.formats._faults import DECODE_ERRORS, fault_in
from auscult.formats._instants import instant, ms_between
from auscult.formats._others.languages import language_of
from auscult.formats.native import Native

_NATIVE = Native()
_OF_SOURCES = frozenset({"legs", "edition"})
"""Keys that no native document has: parts and copies of one conversation, as sources have them."""
_DAY_AND_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T_](\d{2})[-:_]?(\d{2})[-:_]?(\d{2})(\.\d+)?(Z|[+-]\d{2}:?\d{2})?")


class MissingError(Exception):
    """Something that a conversation needs is not there, or is of another kind."""

    def __init__(self, where: str, reason: str) -> None:
        """Name the path, and state what would be right."""
        super().__init__(reason)
        self.refused = Refused(reason, where)


class Fields:
    """One object of a record, and its path in the item."""

    def __init__(self, value: object, where: str = "", *, notes: bool = False) -> None:
        """Raise ``MissingError`` where it is no object. ``notes``: the keys that are asked for are noted."""
        if not isinstance(value, dict):
            raise MissingError(where, f"this is {kind_of(value)}; it should be an object")
        self._value = cast("dict[str, Any]", value)
        self.where = where
        self.seen: set[str] | None = set() if notes else None
        """Keys that were asked for; None where they are not noted."""

    def path_of(self, name: str) -> str:
        """Return the path of a key."""
        return f"{self.where}.{name}" if self.where else name

    def get(self, name: str) -> Any:  # noqa: ANN401  (any JSON value)
        """Return a value, None where it is absent."""
        if self.seen is not None:
            self.seen.add(name)
        return self._value.get(name)

    def names(self) -> list[str]:
        """Return the keys."""
        return list(self._value)

    def items(self) -> list[tuple[str, Any]]:
        """Return keys with their values."""
        return list(self._value.items())

    def text(self, name: str, should_be: str) -> str:
        """Return a text or number as text. Raises ``MissingError`` where it is absent or empty."""
        found = self.maybe_text(name)
        if found is None:
            raise MissingError(self.path_of(name), f"{name} is missing; it should be {should_be}")
        return found

    def words(self, name: str, should_be: str) -> str:
        """Return what was said, "" where that is empty or null. Raises ``MissingError`` where the key is absent."""
        return self.text(name, should_be) if name not in self._value else self.maybe_text(name) or ""

    def maybe_text(self, name: str) -> str | None:
        """Return a text or number as text, None where it is absent or empty."""
        value = self.get(name)
        if isinstance(value, str) or value is None:
            return value or None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise MissingError(self.path_of(name), f"{name} is {kind_of(value)}; it should be a text")
        return str(value)

    def number(self, name: str, should_be: str) -> float:
        """Return a number, which may be written as text. Raises ``MissingError``."""
        found = self.text(name, should_be)
        try:
            number = float(found)
            round(number)  # neither infinite nor no number, as "nan" is
        except (ValueError, OverflowError):
            raise MissingError(self.path_of(name), f"{name} is {found[:80]!r}; it should be {should_be}") from None
        return number

    def at(self, name: str, should_be: str) -> datetime:
        """Return an instant. Raises ``MissingError``."""
        return self._instant(self.text(name, should_be), name)

    def maybe_at(self, name: str) -> datetime | None:
        """Return an instant, None where it is absent."""
        found = self.maybe_text(name)
        return None if found is None else self._instant(found, name)

    def fields(self, name: str) -> "Fields":
        """Return an object, an empty one where it is absent."""
        value = self.get(name)
        return Fields({} if value is None else value, self.path_of(name))

    def each(self, name: str) -> Iterator["Fields"]:
        """Yield the objects of a list; none where it is absent."""
        value = self.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            raise MissingError(self.path_of(name), f"{name} is {kind_of(value)}; it should be a list")
        for at, one in enumerate(cast("list[Any]", value)):
            yield Fields(one, f"{self.path_of(name)}[{at}]")

    def required_list(self, name: str, should_be: str) -> list["Fields"]:
        """Return the objects of a list. Raises ``MissingError`` where it is absent."""
        if self._value.get(name) is None:
            raise MissingError(self.path_of(name), f"{name} is missing; it should be {should_be}")
        return list(self.each(name))

    def _instant(self, found: str, name: str) -> datetime:
        try:
            return instant(found, name)
        except FormatError as error:
            raise MissingError(self.path_of(name), error.message) from error


class Records:
    """Base of mappers of JSON: an item holds one record, a list of them, or one a line."""

    name: ClassVar[str]
    _LIST: ClassVar[str | None] = None
    """The key of the list of records, where an item may have one."""

    def __init__(self, setup: Setup) -> None:
        """Read for an app, within its limits."""
        self._app_id = setup.app_id
        self._options = setup.options
        self._limits = limits_of(setup)

    def accepts(self, key: str) -> bool:
        """Return whether the key ends like a file of JSON."""
        return key.lower().endswith((".json", ".ndjson", ".jsonl"))

    def map(self, item: Item) -> list[Mapped]:
        """Return conversations and refusals in the order of the item."""
        mapped: list[Mapped] = []
        try:
            for where, value in records_in(item.data, self._LIST):
                mapped += self._mapped(where, value, item)
        except MissingError as missing:
            mapped.append(missing.refused)
        return mapped

    def _document(self, record: Fields, item: Item) -> "Mapping[str, Any] | FoundAudit | None":
        """Return a native document, an audit, or None for a record that holds neither. Raises ``MissingError``."""
        raise NotImplementedError

    def _mapped(self, where: str, value: object, item: Item) -> list[Mapped]:
        if isinstance(value, Refused):
            return [value]
        try:
            document = self._document(Fields(value, where), item)
        except MissingError as missing:
            return [missing.refused]
        except (ValueError, OverflowError):  # of arithmetic with numbers and times that no conversation has
            return [
                MissingError(where, "a number or a time is out of range; it should be one of a conversation").refused
            ]
        if document is None or isinstance(document, FoundAudit):
            return [] if document is None else [document]
        return [self.conversation(document, where)]

    def conversation(self, document: Mapping[str, Any], where: str) -> Conversation | Refused:
        """Return the conversation of a native document, checked as one that is loaded."""
        native = {name: value for name, value in document.items() if name not in _OF_SOURCES}
        if not native.get("language") and (found := language_of(turn["text"] for turn in native.get("turns", ()))):
            native |= {"language": found, "assumed": {**native.get("assumed", {}), "language": "words"}}
        (read,) = _NATIVE.read(io.BytesIO(msgspec.json.encode(native)), self._app_id, self._limits)
        if isinstance(read, Conversation):
            return replace(with_parties(read, document.get("legs", ())), edition=document.get("edition"))
        field = "" if read.error.field is None else f"{read.error.field}: "
        return Refused(f"{field}{read.error.message}", where)


def records_in(data: bytes, name: str | None) -> Iterator[tuple[str, object]]:
    """Yield each record, or the ``Refused`` of a line that is no JSON, with its path.

    Raises ``MissingError`` where the bytes are no JSON, and are not one record a line either.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        value: Any = msgspec.json.decode(data)
    except DECODE_ERRORS as error:
        found = [(f"line {at}", line) for at, line in enumerate(data.splitlines(), 1) if line.strip()]
        lines = [(where, _record_of(line, where)) for where, line in found]
        whole = [isinstance(each, dict) for _, each in lines]
        if data.lstrip().startswith(b"[") or not any(whole) or not (whole[0] or 2 * sum(whole) >= len(whole)):
            raise MissingError("", f"this is no JSON ({error}); it may be cut off") from error
        yield from lines
        return
    inside: Any = value.get(name) if name is not None and isinstance(value, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if isinstance(inside, list):
        yield from ((f"{name}[{at}]", one) for at, one in enumerate(cast("list[Any]", inside)))
    elif isinstance(value, list):
        yield from ((f"[{at}]", one) for at, one in enumerate(cast("list[Any]", value)))
    else:
        yield "", value


def _record_of(line: bytes, where: str) -> object:
    """Return the record of a line, or why it is refused."""
    try:
        return msgspec.json.decode(line)
    except DECODE_ERRORS as error:
        fault = fault_in(error, line, {}).message.removeprefix("JSON is malformed: ")
        return Refused(f"this line is no JSON: {fault}; it may be cut off", where)


def line_of(place: str) -> int | None:
    """Return the line of a position, as of ``line 7.text``; None where it is none of lines."""
    line = place.removeprefix("line ").partition(".")[0]
    return int(line) if line.isdecimal() and place.startswith("line ") else None


def kind_of(value: object) -> str:
    """Return what a JSON value is, in words."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case str():
            return "a text"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case _:
            return "an object"


def offset_ms(start: datetime, at: datetime | None) -> int | None:
    """Return the ms from the start; None where it is unknown, 0 for what lies before."""
    return None if at is None else max(0, ms_between(start, at))


def check_sides(turns: Sequence[Mapping[str, Any]], parts: Sequence[Fields], name: str, should_be: str) -> None:
    """Raise ``MissingError`` for the first turn of an unknown speaker where nothing shows who the agent is."""
    if any(turn["speaker"] in {"agent", "bot"} for turn in turns):
        return
    for turn, part in zip(turns, parts, strict=True):
        if turn["speaker"] == "unknown":
            raise MissingError(part.path_of(name), f"{name} is {part.get(name)!r}; {should_be}")


def instant_in_key(key: str) -> datetime | None:
    """Return the first point in time that a key names, as ``2026-03-23T10:17:54Z``; None where it names none."""
    found = _DAY_AND_TIME.search(key.replace("%3A", ":"))
    if found is None:
        return None
    day, hours, minutes, seconds, fraction, zone = found.groups()
    try:
        return instant(f"{day}T{hours}:{minutes}:{seconds}{fraction or ''}{zone or 'Z'}", "key")
    except FormatError:
        return None
