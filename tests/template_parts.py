"""Templates of texts that the product writes elsewhere, compared with its code."""

import ast
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import auscult

SOURCE = Path(auscult.__file__).parent


def outdated_parts(
    templates: Iterable[str], folders: Iterable[str], composed: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """Return the parts of templates, between slots, that no text in the code of these folders has any more.

    ``composed`` are the parts that a module writes in several pieces.
    """
    written = "\n".join(
        node.value
        for folder in folders
        for file in (SOURCE / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    parts = {part for text in templates for part in re.split(r"\{\w+\}", text) if part.strip(" ;:,")}
    return [one for part in sorted(parts) for one in composed.get(part, (part,)) if one not in written]
