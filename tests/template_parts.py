"""Texts in the code of the product, and the machine's reasons that are left in English."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import auscult
from auscult.domain.errors import Coded, from_store, to_store
from auscult.language import speaking
from auscult.server.console.frame.reasons import in_words

SOURCE = Path(auscult.__file__).parent
OTHERS = frozenset({"because", "fault", "judged"})
"""Parts that may be the words of others."""
TEXTS = frozenset({"answer", "before", "doubt", "kind", "place", "span", "step", "who", "whole", "whose", "whys"})
"""Parts that are texts with codes themselves."""


def constants_of(*folders: str) -> set[str]:
    """Return the texts that the code of these folders has."""
    files = (file for folder in folders for file in (SOURCE / folder).rglob("*.py"))
    nodes = (node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def left_in_english(reasons: Iterable[str]) -> list[str]:
    """Return those of the machine's reasons that are not in German in every part, also after they were stored."""
    with speaking("de"):
        return sorted({reason for reason in reasons if reason and not _is_german(reason)})


def _is_german(reason: str) -> bool:
    if any(name in TEXTS and each and not isinstance(each, Coded) for name, each in _parts(reason)):
        return False
    german = in_words(reason)
    return "<span" not in german and in_words(from_store(to_store(reason))) == german


def _parts(reason: object) -> Iterator[tuple[str, object]]:
    for name, part in reason.parts.items() if isinstance(reason, Coded) else ():
        yield name, part
        if name not in OTHERS:
            yield from _parts(part)
