"""Holds the ceiling: files to 400 lines, functions to 50. Past that, look for the second idea in them.

A function's length is counted from ``def`` to its last line, its docstring left out:
whoever explains more shall not be told to write smaller.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 50
FOLDERS = ("src", "tests", "tools", "bench")

ALLOWED: dict[str, str] = {
    "src/auscult/storage/migrations/versions/0001_first_tables.py::_create_conversations": "a migration lists columns",
    "src/auscult/storage/migrations/versions/0001_first_tables.py::_create_rows": "a migration lists columns",
}
"""``path`` or ``path::function`` -> why it may be longer. A line here needs a reason that a reader accepts."""


def too_large(root: Path) -> Iterator[tuple[str, str]]:
    """Each file and function over the ceiling: (its name as in ``ALLOWED``, what is wrong with it)."""
    for path in sorted(path for folder in FOLDERS for path in (root / folder).rglob("*.py")):
        name = path.relative_to(root).as_posix()
        source = path.read_text(encoding="utf-8")
        lines = source.count("\n")
        if lines > FILE_LINES:
            yield name, f"{name}: {lines} lines, {FILE_LINES} at most"
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (length := _length(node)) > FUNCTION_LINES:
                yield (
                    f"{name}::{node.name}",
                    f"{name}:{node.lineno}: {node.name} has {length} lines, {FUNCTION_LINES} at most",
                )


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first, last = function.body[0], function.end_lineno or function.lineno
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if is_docstring else 0
    return last - function.lineno + 1 - docstring


def main() -> int:
    """Print what is too large, and what is allowed to be and no longer is; 1 if there is any."""
    found = dict(too_large(Path.cwd()))
    faults = [text for name, text in found.items() if name not in ALLOWED]
    faults += [
        f"{name}: allowed to be large in tools/sizes.py, and is not: take it off"
        for name in ALLOWED
        if name not in found
    ]
    print("\n".join(faults), end="\n" if faults else "", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
