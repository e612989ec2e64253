"""Errors that the product raises on purpose: each has a stable code, and names what, where, and what would be right.

Their messages, and reasons, are coded: English texts that keep their template and its parts, for other languages.
In the store marks around the parts keep them; whatever is sent has the English text alone.

Codes are ``noun.problem``. One handler at the border (server, CLI) maps a code to an answer; nothing else does.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache, reduce
from itertools import count
from typing import ClassVar, Self

PART = re.compile(r"\{(\w+)(!r)?\}")
"""A part of a template, with its name."""
_BOTH = "{text}{more}"
MARKS = _VALUE, _TEXT, _END = "\x7f", "\x8d", "\x8f"
"""Marks in stored texts: around a value; before and after a text that has a code itself. They are no letters."""
_MARK = re.compile(f"([{_VALUE}{_TEXT}{_END}])")


class Coded(str):
    """An English text with its ``code``, which is its template, and the ``parts`` in it, some of them coded too.

    Those of a ``stored`` text are read when they are wanted; its parts are numbered: ``{0}``.
    """

    __slots__ = ("code", "parts", "stored")
    code: str
    parts: Mapping[str, object]
    stored: str

    def __getattr__(self, name: str) -> object:
        """Read the code and the parts of a stored text."""
        if name not in {"code", "parts"}:
            raise AttributeError(name)
        self.code, self.parts = _read(iter(_MARK.split(self.stored)))
        return getattr(self, name)

    def __add__(self, more: str) -> "Coded":
        """Return both in one text, each with its code."""
        return coded(_BOTH, text=self, more=more)

    def __radd__(self, before: str) -> "Coded":
        """Return both in one text, each with its code."""
        return coded(_BOTH, text=before, more=self)


def coded(code: str, **parts: object) -> Coded:
    """Return a text of a template. ``tools.languages`` collects the templates, which the catalogues translate."""
    text = Coded(filled(code, parts) if parts else code)
    text.code, text.parts = code, parts
    return text


def template(code: str) -> str:
    """Mark a code of a table for translation; ``coded`` makes a text of it."""
    return code


def to_store(text: str) -> str:
    """Return a text with marks around its parts; one that has such characters itself, as it is."""
    if not isinstance(text, Coded):
        return text
    return str(text) if _MARK.search(text) else filled(text.code, text.parts, _marked)


def from_store(stored: str) -> str:
    """Return a stored text in English: coded where its parts are marked."""
    if _VALUE not in stored and _END not in stored:
        return stored
    text = Coded(_MARK.sub("", stored))
    text.stored = stored
    return text


def sent(value: object) -> str:
    """Encode a coded text as its English: a hook of encoders, which refuse it. Raises ``TypeError`` for anything else."""
    if isinstance(value, Coded):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be encoded")


def kept(value: object) -> str:
    """Encode a coded text as it is stored; otherwise as ``sent``."""
    return to_store(value) if isinstance(value, Coded) else sent(value)


def _marked(value: object) -> str:
    if isinstance(value, Coded):
        return f"{_TEXT}{filled(value.code, value.parts, _marked)}{_END}"
    return f"{_VALUE}{value}{_VALUE}"


def _read(tokens: Iterator[str]) -> tuple[str, dict[str, object]]:
    """Return the code and the parts of a text of which these are the literals and marks, up to the mark after it."""
    code, parts = "", dict[str, object]()
    for token in tokens:
        if token == _END:
            break
        if token not in {_VALUE, _TEXT}:
            code += token
            continue
        code += f"{{{len(parts)}}}"
        if token == _TEXT:
            its_code, its_parts = _read(tokens)
            parts[str(len(parts))] = coded(its_code, **its_parts)
        else:
            parts[str(len(parts))] = next(tokens, "")
            next(tokens, "")
    return code, parts


def parts_of(text: object, code: str) -> Mapping[str, object] | None:
    """Return the parts of a text of this code, stored or not; None for any other text."""
    if not isinstance(text, Coded) or text.code not in {code, numbered(code)}:
        return None
    return dict(zip((name for name, _ in PART.findall(code)), text.parts.values(), strict=False))


@lru_cache(maxsize=4096)
def numbered(code: str) -> str:
    """Return a code as stored texts have it: its parts have numbers in place of names."""
    numbers = count()
    return PART.sub(lambda _: f"{{{next(numbers)}}}", code)


def joined(joint: str, texts: Iterable[str]) -> str:
    """Return texts with a joint between them, each with its code; empty for none."""
    first, *others = texts or ("",)
    return reduce(lambda text, more: text + joint + more, others, first)


def pieces_of(text: str) -> Iterator[Coded]:
    """Yield the coded texts that one was put together of, in order."""
    if isinstance(text, Coded) and text.code == _BOTH:
        for part in text.parts.values():
            yield from pieces_of(part) if isinstance(part, Coded) else ()
    elif isinstance(text, Coded):
        yield text


def filled(code: str, parts: Mapping[str, object], written: Callable[[object], str] = str) -> str:
    """Return a code with its parts, ``{name}`` or ``{name!r}``. Braces around other names are text, as of a form.

    ``written`` returns a part as text.
    """
    literals, slots = _pieces(code)
    found = [literals[0]]
    for (name, quoted), literal in zip(slots, literals[1:], strict=True):
        if name in parts:
            found.append(written(repr(parts[name]) if quoted else parts[name]))
        else:
            found.append(f"{{{name}{quoted}}}")
        found.append(literal)
    return "".join(found)


@lru_cache(maxsize=4096)
def _pieces(code: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the literals of a code, and each part between them: its name, and ``!r`` or nothing."""
    pieces = [each or "" for each in PART.split(code)]
    return pieces[::3], list(zip(pieces[1::3], pieces[2::3], strict=True))


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural but for one: ``1 problem``, ``2 problems``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def said(error: BaseException) -> str:
    """Return the message of an error with its code, where it has one."""
    message = error.coded if isinstance(error, AuscultError) else error.args[0] if error.args else ""
    return message if isinstance(message, Coded) else str(error)


class AuscultError(Exception):
    """Base of every error that a user may see.

    ``message`` names the fault and what would be right; ``field`` and ``value`` show where it is. It is a template of
    these and of other ``parts``, and ``coded`` keeps it, for readers of other languages.
    """

    code: ClassVar[str] = "auscult.error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        field: str | None = None,
        value: object = None,
        **parts: object,
    ) -> None:
        """Set a ``code`` of its own, or keep the class's."""
        self.coded = message if isinstance(message, Coded) else coded(message, field=field, value=value, **parts)
        self.message = str(self.coded)
        super().__init__(self.message)
        self.reason = code or self.code
        self.field = field
        self.value = value


class FormatError(AuscultError):
    """A document (a line of NDJSON, a vCon) that cannot become a conversation. ``line`` counts from 1."""

    code = "document.invalid"

    def __init__(
        self,
        message: str,
        *,
        line: int | None = None,
        code: str | None = None,
        field: str | None = None,
        value: object = None,
    ) -> None:
        """``line`` counts from 1; ``field`` is a path within the document, as ``turns[3].speaker``."""
        super().__init__(message, code=code, field=field, value=value)
        self.line = line


class DocumentError(AuscultError):
    """A document that cannot become knowledge."""

    code = "document.unreadable"


class RecordingError(AuscultError):
    """A recording that cannot be stored."""

    code = "recording.unreadable"


class DefinitionError(AuscultError):
    """A definition that cannot be used; ``problems`` holds one line for each fault, ready to print."""

    noun: ClassVar[str] = "definition"

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        """``problems`` are whole lines, with the file and the line in it where they are known."""
        super().__init__(message)
        self.problems = problems

    @classmethod
    def of(cls, problems: Iterable[str]) -> Self:
        """Return the error with all problems of a document, a line each."""
        lines = tuple(problems)
        return cls(
            f"the {cls.noun} cannot be used: {counted(len(lines), 'problem')}\n" + "\n".join(lines), problems=lines
        )


class FormError(DefinitionError):
    """An evaluation form that cannot be used."""

    code = "form.invalid"
    noun = "form"


class ScorecardError(DefinitionError):
    """A scorecard that cannot be used."""

    code = "scorecard.invalid"
    noun = "scorecard"


class TaxonomyError(DefinitionError):
    """A taxonomy that cannot be used."""

    code = "taxonomy.invalid"
    noun = "taxonomy"


class ConnectorError(DefinitionError):
    """A connector's document that cannot be used."""

    code = "connector.invalid"
    noun = "connector"


class AccessError(AuscultError):
    """Unknown caller, or one without the right to do this."""

    code = "access.denied"


class RequestError(AuscultError):
    """A request that is understood and wrong: a date, a range, a paging value, a body."""

    code = "request.invalid"


class NotFoundError(AuscultError):
    """A thing that was named and is not there."""

    code = "thing.unknown"


UNKNOWN: Mapping[str, str] = {
    "absence": "unknown absence {id}",
    "assignment": "unknown assignment {id}",
    "client": "unknown client {id}",
    "coaching": "unknown coaching {id}",
    "collection": "unknown collection {id}",
    "comment": "unknown comment {id}",
    "conversation": "unknown conversation {id}",
    "correction": "unknown correction {id}",
    "directory_change": "unknown directory_change {id}",
    "dispute": "unknown dispute {id}",
    "draw": "unknown draw {id}",
    "example": "unknown example {id}",
    "form": "unknown form {id}",
    "mail": "unknown mail {id}",
    "mask": "no placeholder at {id}",
    "metric": "unknown metric {id}",
    "notice": "unknown notice {id}",
    "pin": "unknown pin {id}",
    "plan": "unknown plan {id}",
    "redaction": "unknown redaction {id}",
    "schedule": "unknown schedule {id}",
    "target": "unknown target {id}",
    "taxonomy": "unknown taxonomy {id}",
    "thread": "unknown thread {id}",
    "turn": "unknown turn {id}",
    "user": "unknown user {id}",
    "view": "unknown view {id}",
}
"""Messages for things that do not exist, by noun."""


def unknown(noun: str, name: object, message: str = "", field: str = "", **parts: object) -> NotFoundError:
    """Return the error of a thing that is not there, or not visible: ``dispute.unknown`` of the noun ``dispute``.

    ``message`` replaces the usual one, with ``value`` for the name.
    """
    parts = {"id": repr(name), **parts}
    code, field = f"{noun}.unknown", field or f"{noun}_id"
    return NotFoundError(message or UNKNOWN[noun], code=code, field=field, value=name, **parts)


def not_evaluated(conversation_id: object, field: str = "") -> NotFoundError:
    """Return the error of a conversation that is not there, not visible, or not evaluated yet."""
    return unknown(
        "conversation",
        conversation_id,
        "there is no conversation {value} in this app, or it is not evaluated yet",
        field=field,
    )


def about(field: str, message: str) -> Coded:
    """Return a message that begins with its field; pages show the field by its label."""
    return coded("{field}: {message}", field=field, message=message)


def invalid(code: str, field: str, message: str, value: object = None) -> RequestError:
    """Return the error of a value that cannot be used, with what would be right."""
    text = coded("invalid {field}: {message}", field=field, message=message)
    return RequestError(text, code=code, field=field, value=value)


class ConflictError(AuscultError):
    """A write that contradicts what is stored."""

    code = "thing.conflict"


class EngineError(AuscultError):
    """An outside mind (embedding, judge) that is missing or cannot answer."""

    code = "engine.unavailable"


class BusyError(AuscultError):
    """Too much waits already; the same may be sent again after ``again_after_s`` seconds."""

    code = "backlog.full"

    def __init__(self, message: str, *, again_after_s: int = 10) -> None:
        """Set the seconds after which a retry makes sense."""
        super().__init__(message)
        self.again_after_s = again_after_s


class SettingsError(AuscultError):
    """A setting that cannot be used."""

    code = "settings.invalid"
