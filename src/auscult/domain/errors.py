"""Errors that the product raises on purpose: each has a stable code, and names what, where, and what would be right.

Their messages, and reasons, are coded: English texts that keep their template and its parts, for other languages.

Codes are ``noun.problem``. One handler at the border (server, CLI) maps a code to an answer; nothing else does.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import ClassVar

_PART = re.compile(r"\{(\w+)(!r)?\}")
_BOTH = "{text}{more}"


class Coded(str):
    """An English text with its ``code``, which is its template, and the ``parts`` in it, some of them coded too."""

    __slots__ = ("code", "parts")
    code: str
    parts: Mapping[str, object]

    def __add__(self, more: str) -> "Coded":
        """Return both in one text, each with its code."""
        return coded(_BOTH, text=self, more=more)

    def __radd__(self, before: str) -> "Coded":
        """Return both in one text, each with its code."""
        return coded(_BOTH, text=before, more=self)


def coded(code: str, **parts: object) -> Coded:
    """Return a text of a template. ``tools.languages`` collects the templates, which the catalogues translate."""
    text = Coded(filled(code, parts))
    text.code, text.parts = code, parts
    return text


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


def filled(template: str, parts: Mapping[str, object]) -> str:
    """Return a template with its parts, ``{name}`` or ``{name!r}``. Braces around other names are text, as of a form."""

    def part(found: re.Match[str]) -> str:
        name, is_quoted = found.groups()
        return found[0] if name not in parts else repr(parts[name]) if is_quoted else str(parts[name])

    return _PART.sub(part, template)


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


class FormError(AuscultError):
    """An evaluation form that cannot be used; ``problems`` holds one line for each fault, ready to print."""

    code = "form.invalid"

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        """``problems`` are whole lines, with file and line of the form where they are known."""
        super().__init__(message)
        self.problems = problems


class ScorecardError(AuscultError):
    """A scorecard that cannot be used; ``problems`` holds one line for each fault, ready to print."""

    code = "scorecard.invalid"

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        """``problems`` are whole lines, with file and line where they are known."""
        super().__init__(message)
        self.problems = problems


class TaxonomyError(AuscultError):
    """A taxonomy that cannot be used; ``problems`` holds one line for each fault, ready to print."""

    code = "taxonomy.invalid"

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        """``problems`` are whole lines, with file and line where they are known."""
        super().__init__(message)
        self.problems = problems


class ConnectorError(AuscultError):
    """A connector's document that cannot be used; ``problems`` holds one line for each fault, ready to print."""

    code = "connector.invalid"

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        """``problems`` are whole lines, with file and line where they are known."""
        super().__init__(message)
        self.problems = problems


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
    "metric": "unknown metric {id}",
    "notice": "unknown notice {id}",
    "pin": "unknown pin {id}",
    "plan": "unknown plan {id}",
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
