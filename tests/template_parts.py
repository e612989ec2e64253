"""Templates of texts that the product writes elsewhere, compared with its code, and reasons left in English."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
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


def outdated_parts(
    templates: Iterable[str], folders: Iterable[str], composed: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """Return the parts of templates, between slots, that no text in the code of these folders or modules has any more.

    ``composed`` are the parts that a module writes in several pieces.
    """
    written = "\n".join(
        node.value
        for folder in folders
        for file in (*(SOURCE / folder).rglob("*.py"), *SOURCE.glob(f"{folder}.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    parts = {part for text in templates for part in re.split(r"\{\w+\}", text) if part.strip(" ;:,")}
    return [one for part in sorted(parts) for one in composed.get(part, (part,)) if one not in written]


def constants_of(*folders: str) -> set[str]:
    """Return the texts that the code of these folders has."""
    files = (file for folder in folders for file in (SOURCE / folder).rglob("*.py"))
    nodes = (node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def texts_written(modules: Iterable[str], of: str = "") -> Iterator[str]:
    """Yield the texts of several words in modules, with 1 in the place of each part that varies; docstrings aside.

    ``of``: a pattern of the names of functions, whose texts alone are meant; without it, all of them.
    """
    for module in modules:
        tree = ast.parse((SOURCE / module).read_text(encoding="utf-8"))
        functions = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef) and re.search(of, each.name)]
        for each in functions if of else [tree]:
            yield from _texts_in(each)


def _texts_in(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        text = ""
        if isinstance(child, ast.JoinedStr):
            text = "".join(str(each.value) if isinstance(each, ast.Constant) else "1" for each in child.values)
            for each in child.values:  # a part that varies may have texts of its own
                yield from _texts_in(each)
        elif isinstance(child, ast.Constant) and isinstance(child.value, str):
            text = child.value
        else:
            yield from _texts_in(child)
        if re.search(r"[a-z] [a-z0-9]", text) and "\n" not in text:
            yield text


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
