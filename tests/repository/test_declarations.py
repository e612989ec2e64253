"""Operations are declared in few lines: decorators and signature, without docstring and body."""

import ast
from collections.abc import Iterator
from pathlib import Path

import auscult.server.api

API = Path(auscult.server.api.__file__).parent
VERBS = {"get", "post", "put", "patch", "delete"}
CEILING = 6.9
"""Lines of an operation's declaration on average, its command included; it only sinks."""


def declared() -> Iterator[tuple[str, int]]:
    """Yield each operation of the API with the lines of its declaration."""
    for path in sorted(API.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(map(_is_verb, node.decorator_list)):
                yield f"{path.stem}.{node.name}", node.body[0].lineno - node.decorator_list[0].lineno


def _is_verb(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return (called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")) in VERBS


def test_an_operation_is_declared_in_few_lines() -> None:
    """The average over all operations is at most the ceiling; the test prints it."""
    lines = dict(declared())
    average = sum(lines.values()) / len(lines)
    longest = sorted(lines, key=lambda name: -lines[name])[:10]
    print(f"{len(lines)} operations, {average:.2f} lines each; the longest: {', '.join(longest)}")  # noqa: T201  (shown with -s)
    assert average <= CEILING, f"{average:.2f} lines; the longest: {', '.join(longest)}"
