"""Parser of form documents, YAML or JSON, to plain values that know their lines.

Values are read as YAML 1.2 reads them: ``yes`` and ``12:30`` are text, and decimals stay exact. Harmful or
misleading input is refused: aliases (a few bytes can expand to gigabytes), keys given twice, tags, depth without end.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias, cast

import yaml

from auscult.domain.errors import Coded, coded
from auscult.domain.said.duration import parse_duration_ms

_LONGEST = 1_000
"""Characters of a line that are looked at: who writes longer ones needs more than a hint."""
_NO_SPACE = re.compile(r"\s*(?:- +)?([\w-]+):([^\s:/\\].*)")
_BRACKETED = re.compile(r"(?:^\s*-|:)\s+([\[{]).*[\]}]\s*[^\s,#\]}]")
_BEHIND_QUOTE = re.compile(r"""(?::|-)\s+(["']).*?\1\s*[^\s,#\]}]""")
_TWO_COLONS = re.compile(r":\s.*\S:(\s|$)")
_KNOWN = {
    "escape character": coded(
        "a backslash in double quotes begins an escape; use single quotes, or write it twice: '\\d'"
    ),
    "scanning an alias": coded('* begins a reference; put a text that begins with it in quotes: "*"'),
    "scanning an anchor": coded("& begins an anchor; put a text that begins with it in quotes"),
    "scanning a tag": coded("! begins a tag; put a text that begins with it in quotes"),
    "parsing a flow node": coded("something is missing in the list or mapping, or a [ or { above is never closed"),
    "block scalar": coded("> and | announce text on the lines below; put a text that begins with them in quotes"),
}
"""The usual cause of an error, by words of the parser's message."""
_NOT_IN_LINE = coded(
    "the line is not indented like those it belongs to; keys of one thing stand right under each other"
)
_FLOW_END = re.compile(r"expected ',' or '([\]}])'")
Scalar: TypeAlias = str | int | Decimal | bool | None
Value: TypeAlias = "Scalar | list[Value] | dict[str, Value]"
Path: TypeAlias = tuple[str | int, ...]
NONE = object()
"""In place of a value that a document does not have."""
MAX_BYTES = 1024 * 1024
MOST_PROBLEMS = 200
_MAX_DEPTH = 32
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_PLAIN = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# Where the two differ: JSON may be indented with tabs (in its strings a tab is never bare), and these three stand in
# its strings as they are, while YAML would break lines at them.
_JSON_AS_YAML = {0x09: " ", 0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}
_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_NUMERIC = frozenset("+-.0123456789")
"""The characters that a number begins with."""
_INTEGER = re.compile(r"[-+]?[0-9]{1,30}")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][-+]?[0-9]{1,3})?")


class Problem(NamedTuple):
    """One fault: the line (from 1; None where there is no document), the field, and what is wrong and would be right."""

    line: int | None
    field: str
    coded: str

    @property
    def reason(self) -> str:
        """Return what is wrong in English."""
        return str(self.coded)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {"line": self.line, "field": self.field, "reason": self.reason}

    def describe(self, file: str) -> str:
        """Return one line to print: ``form.yaml:12: metrics[0].weight: must be …``."""
        location = file if self.line is None else f"{file}:{self.line}"
        return f"{location}: {self.field}: {self.reason}" if self.field else f"{location}: {self.reason}"


class Document:
    """A document's values, the line of each path in it, and what is wrong with it so far."""

    def __init__(self, value: Value, lines: Mapping[Path, int], problems: Iterable[Problem] = ()) -> None:
        """Begin with what the reading of the bytes found."""
        self.value = value
        self.lines = lines
        self._problems = list(problems)
        self._unread: set[Path] = set()
        self._around: set[Path] = set()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return the problems, by line; of more than 200 the first, and a note that there are more."""
        ordered = sorted(self._problems, key=lambda problem: problem.line or 0)
        if len(ordered) <= MOST_PROBLEMS:
            return tuple(ordered)
        return (
            *ordered[:MOST_PROBLEMS],
            Problem(ordered[MOST_PROBLEMS].line, "", coded("more faults follow: fix these first")),
        )

    @property
    def is_hopeless(self) -> bool:
        """Return whether there are too many problems to report more; nothing more is noted then."""
        return len(self._problems) > MOST_PROBLEMS

    def unread(self, path: Path, reason: str, **parts: object) -> None:
        """Note a value that could not be read at all."""
        self.problem(path, reason, **parts)
        self._unread.add(path)
        self._around.update(path[:end] for end in range(len(path)))

    def duration(self, key: str, written: str | int) -> int:
        """Return the ms of a duration; 0 where it cannot be read, which is noted."""
        try:
            return parse_duration_ms(written)
        except ValueError as error:
            self.unread((key,), error.args[0])
            return 0

    def is_unread(self, path: Path) -> bool:
        """Return whether this, or something around or inside it, could not be read; then it is not checked further."""
        return path in self._around or any(path[:end] in self._unread for end in range(len(path) + 1))

    def problem(self, path: Path, reason: str, **parts: object) -> None:
        """Note a fault at a path that could be read, on the line of the nearest part of it that the document has."""
        if not self.is_unread(path):
            self.problem_of_all(path, reason, **parts)

    def problem_of_all(self, path: Path, reason: str, **parts: object) -> None:
        """The same of a path in which some could not be read, and not what this is about."""
        if not self.is_hopeless:
            said = reason if isinstance(reason, Coded) else coded(reason, **parts)
            self._problems.append(Problem(self.line(path), field_name(path), said))

    def line(self, path: Path) -> int | None:
        """The line of a path, or of the nearest thing around it that the document has."""
        present = next((path[:end] for end in range(len(path), -1, -1) if path[:end] in self.lines), None)
        return None if present is None else self.lines[present]


def field_name(path: Path) -> str:
    """Write a path as people do: ``metrics[0].answer``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def path_of(field: str) -> Path:
    """Read what ``field_name`` writes back into a path."""
    parts = field.replace("]", "").replace("[", ".").split(".")
    return tuple(int(part) if part.isdigit() else part for part in parts if part)


def read_document(document: bytes, noun: str = "form", keys: str = "id, name, channel and metrics") -> Document:
    """Read a document as far as it can be read; faults are in ``problems``, and then ``value`` is None.

    ``noun`` names the kind of document, and ``keys`` its keys.
    """
    text = ""
    try:
        text = text_of(document, noun)
        value, lines, problems = _built(text, noun, keys)
    except _Refusal as refusal:
        return Document(None, {}, [refusal.problem])
    except yaml.YAMLError as error:
        line, what = syntax_fault(text, error)
        return Document(None, {}, [Problem(line, "", coded("is neither YAML nor JSON: {syntax}", syntax=what))])
    return Document(_copied(value), lines, problems)


def reads_as(text: str, value: Value) -> bool:
    """Return whether a few words of YAML have a value. Nothing is kept of them, as it is of whole documents."""
    try:
        return _Builder(text, "", "").build()[0] == value
    except (_Refusal, yaml.YAMLError):
        return False


@lru_cache(maxsize=16)
def _built(text: str, noun: str, keys: str) -> tuple[Value, Mapping[Path, int], Sequence[Problem]]:
    """Read a text: one request reads a document a dozen times. The values are copied for each, which may change them."""
    return _Builder(text, noun, keys).build()


def _copied(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list) else value


class _Refusal(Exception):  # noqa: N818 never leaves this file
    def __init__(self, line: int | None, field: str, reason: str) -> None:
        super().__init__(reason)
        self.problem = Problem(line, field, reason)


def value_at(value: Any, path: Path) -> object:  # noqa: ANN401  (any value of a document)
    """Return the value at a path; ``NONE`` where the document has none."""
    for part in path:
        try:
            value = value[part]
        except (LookupError, TypeError):
            return NONE
    return cast("object", value)


def text_of(document: bytes, noun: str = "form") -> str:
    """The text of a document, JSON made into what YAML reads alike."""
    if len(document) > MAX_BYTES:
        raise _Refusal(
            1, "", coded("is {n} bytes long; a {name} has at most {m}", n=len(document), name=noun, m=MAX_BYTES)
        )
    if document.startswith(_UTF_16):
        raise _Refusal(1, "", coded("is UTF-16; save it as UTF-8"))
    try:
        text = document.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = document.count(b"\n", 0, error.start) + 1
        column = error.start - document.rfind(b"\n", 0, error.start)
        location = f"byte {document[error.start]:#04x} at column {column}"
        raise _Refusal(line, "", coded("is not UTF-8 text ({value}); save it as UTF-8", value=location)) from None
    if not text.lstrip().startswith(("{", "[")):
        return text
    return _PAIR.sub(_one_of_a_pair, text.translate(_JSON_AS_YAML))


def _one_of_a_pair(pair: re.Match[str]) -> str:
    """Return the character of two escapes of JSON; YAML knows no pairs."""
    halves = bytes.fromhex(pair[2] + pair[3])
    return pair[1] + halves.decode("utf-16-be")


class _Open(NamedTuple):
    """A mapping or list that is being filled."""

    path: Path
    value: list[Value] | dict[str, Value]


class _Builder:
    def __init__(self, text: str, noun: str, keys: str) -> None:
        self._text = text
        self._noun = noun
        self._keys = keys
        self._lines: dict[Path, int] = {}
        self._problems: list[Problem] = []
        self._open: list[_Open] = []
        self._key: str | None = None
        self._root: list[Value] = []

    def build(self) -> tuple[Value, dict[Path, int], list[Problem]]:
        for event in yaml.parse(self._text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.ScalarEvent):
                self._read_scalar(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._read_start(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._open.pop()
            elif isinstance(event, yaml.AliasEvent):
                raise self._refusal(
                    event, coded("refers to {name}; write it out, aliases are not read", name=f"*{event.anchor}")
                )
            elif isinstance(event, yaml.DocumentStartEvent) and self._root:
                raise self._refusal(event, coded("begins a second document; a file holds one {name}", name=self._noun))
        if not self._root:
            raise _Refusal(1, "", coded("is empty; a {name} has {list}", name=self._noun, list=self._keys))
        return self._root[0], self._lines, self._problems

    def _read_start(self, event: yaml.CollectionStartEvent) -> None:
        if len(self._open) >= _MAX_DEPTH:
            raise self._refusal(event, coded("is nested more than {n} deep", n=_MAX_DEPTH))
        if event.tag is not None:
            raise self._refusal(event, coded("has the tag {name}; tags are not read", name=event.tag))
        if self._is_key_next:
            raise self._refusal(event, coded("has a key that is not text"))
        path = self._here
        value: list[Value] | dict[str, Value] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._add(value, event)
        self._open.append(_Open(path, value))

    def _read_scalar(self, event: yaml.ScalarEvent) -> None:
        if event.tag is not None:
            raise self._refusal(event, coded("has the tag {name}; tags are not read", name=event.tag))
        if not self._is_key_next:
            self._add(_plain(event.value) if event.implicit[0] else event.value, event)
            return
        holder, key = self._open[-1], event.value
        path = (*holder.path, key)
        if key in holder.value:
            self._problems.append(Problem(_line(event), field_name(path), coded("is given twice; keep one")))
        self._key = key
        self._lines[path] = _line(event)

    @property
    def _is_key_next(self) -> bool:
        return self._key is None and bool(self._open) and isinstance(self._open[-1].value, dict)

    def _add(self, value: Value, event: yaml.Event) -> None:
        """Put a value where it belongs. The line of one with a key is that of the key."""
        if self._key is None:
            self._lines[self._here] = _line(event)
        holder = self._open[-1].value if self._open else self._root
        if isinstance(holder, list):
            holder.append(value)
        else:
            holder[self._key or ""] = value
            self._key = None

    @property
    def _here(self) -> Path:
        """Return the path of the next value, as far as that is known."""
        if not self._open:
            return ()
        holder = self._open[-1]
        if isinstance(holder.value, list):
            return (*holder.path, len(holder.value))
        return holder.path if self._key is None else (*holder.path, self._key)

    def _refusal(self, event: yaml.Event, reason: str) -> _Refusal:
        return _Refusal(_line(event), field_name(self._here), reason)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _plain(written: str) -> Scalar:
    """Read a bare word as YAML 1.2 does."""
    if written in _PLAIN:
        return _PLAIN[written]
    if written[0] not in _NUMERIC:
        return written
    if _INTEGER.fullmatch(written):
        return int(written)
    return Decimal(written) if _DECIMAL.fullmatch(written) else written


def syntax_fault(text: str, error: yaml.YAMLError) -> tuple[int, str]:
    """The line (from 1) on which the parser stopped, or that of the slip that made it, and what would be right."""
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        wrong = error.character if isinstance(error.character, int) else ord(error.character)
        return line, coded("the character {value} cannot be used; take it out", value=f"U+{wrong:04X}")
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return 1, str(error)
    lines = [line[:_LONGEST] for line in text.splitlines() or [""]]
    at = min(error.problem_mark.line, len(lines) - 1)
    began = error.context_mark.line if error.context_mark else at
    said = " ".join(part for part in (error.problem, error.context) if part)
    line, likely = _likely(lines, at, began, error.problem_mark.column, said)
    return line + 1, likely or said


def _likely(  # noqa: PLR0911  (one return for each slip)
    lines: list[str], at: int, began: int, column: int, said: str
) -> tuple[int, str]:
    """The line of the slip, from 0, and what it most likely is; nothing where it is none that is known."""
    line = lines[at]
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return at, coded("the line begins with a tab; indent with spaces")
    if "cannot start any token" in said:
        return at, coded("{value!r} cannot begin a text; put the text in quotes", value=line[column : column + 1])
    if "end of stream while scanning a quoted" in said:
        return began, coded("a quote is opened here and never closed")
    if bracket := _FLOW_END.search(said):
        opened = "[" if bracket[1] == "]" else "{"
        return at, coded("a comma is missing, or the {name} of line {n} is never closed", name=opened, n=began + 1)
    if known := next((likely for mark, likely in _KNOWN.items() if mark in said), ""):
        return at, known
    if "expected ':'" in said or "mapping values" in said:
        return _likely_colon(lines, at, said)
    if bracketed := _BRACKETED.search(line):
        return at, coded("a text that begins with {name} must be in quotes", name=bracketed[1])
    if _BEHIND_QUOTE.search(line):
        return at, coded(
            "something stands behind the closing quote; inside quotes write the other kind of quote, or '' for '"
        )
    return at, _NOT_IN_LINE if "did not find expected" in said else ""


def _likely_colon(lines: list[str], at: int, said: str) -> tuple[int, str]:
    """Return the same, where a colon is superfluous or missing."""
    before = next((index for index in range(at - 1, -1, -1) if lines[index].strip()), at)
    for index in (at, before):
        if found := _NO_SPACE.fullmatch(lines[index]):
            return index, coded("a space is missing after the colon: {name}", name=f"{found[1]}: {found[2]}")
    if "expected ':'" in said:
        return before if ":" in lines[at] else at, coded("a key without a colon behind it")
    return at, coded("a text with a colon in it must be in quotes") if _TWO_COLONS.search(lines[at]) else _NOT_IN_LINE
