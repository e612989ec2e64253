"""Every loop over the apps, or over what is due, has a guard: no input of one account ends the work of another."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.data_files import data_of

SOURCE = Path(__file__).parents[2] / "src" / "auscult"
ROOMS = ("bootstrap", "server", "services", "workers")
OF_MANY = frozenset({"tenants", "due", "due_removals", "unsent", "mails", "held"})
"""Methods that return things of several apps, or of several people, connectors and schedules of one."""
OPEN = data_of(__file__, "open")
"""Loops without one, each with the reason."""


def loops() -> Iterator[tuple[str, ast.For]]:
    """Yield each loop over such a method's result, with the file and the function that it is in."""
    for path in (each for room in ROOMS for each in sorted((SOURCE / room).rglob("*.py"))):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.For) and _called(node.iter) & OF_MANY:
                        yield f"{path.relative_to(SOURCE)}:{function.name}", node


def _called(iterated: ast.expr) -> set[str]:
    return {
        node.func.attr
        for node in ast.walk(iterated)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }


def _is_guarded(loop: ast.For) -> bool:
    withs = [each for each in ast.walk(loop) if isinstance(each, ast.With)]
    return any(
        isinstance(item.context_expr, ast.Call) and ast.unparse(item.context_expr.func) == "guarded"
        for each in withs
        for item in each.items
    )


def test_every_loop_over_what_is_of_many_is_guarded() -> None:
    """A new one has a guard, too, or a reason in ``OPEN``; and no reason is left behind."""
    found = list(loops())
    assert {name for name, loop in found if not _is_guarded(loop)} == set(OPEN)
    assert len([name for name, loop in found if _is_guarded(loop)]) >= 13
