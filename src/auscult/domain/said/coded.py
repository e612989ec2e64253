"""English texts that keep their code and its parts, so that they can be shown in another language."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce

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
