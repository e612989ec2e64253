"""Checks sizes: files of at most 400 lines, functions of at most 50, folders of at most 15 modules.

A function's length is counted from ``def`` to its last line, its docstring left out:
whoever explains more shall not be told to write smaller.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 50
FOLDER_MODULES = 15
FOLDERS = ("src", "tests", "tools", "bench")

ALLOWED: dict[str, str] = {
    "tests/e2e/test_openapi.py::test_every_answer_of_our_own_api_is_described": "one schemathesis case, told in order",
    "src/auscult/server/app.py::create_app": "the object graph of the server, each part named once",
}
"""``path`` or ``path::function`` -> why it may be longer. A line here needs a reason that a reader accepts."""


def too_large(root: Path) -> Iterator[tuple[str, str]]:
    """Each file and function over the ceiling: (its name as in ``ALLOWED``, what is wrong with it)."""
    for path in sorted(path for folder in FOLDERS for path in (root / folder).rglob("*.py")):
        if path.parent.name == "versions":  # a migration lists columns, however many there are
            continue
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


def too_full(root: Path) -> Iterator[tuple[str, str]]:
    """Each package of ``src`` with more modules than a reader can survey, migrations aside: (its name, the fault)."""
    for folder in sorted(path for path in (root / "src").rglob("*") if path.is_dir() and path.name != "versions"):
        modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        if len(modules) > FOLDER_MODULES:
            name = folder.relative_to(root).as_posix()
            yield name, f"{name}: {len(modules)} modules, at most {FOLDER_MODULES}; group them by capability"


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first, last = function.body[0], function.end_lineno or function.lineno
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if is_docstring else 0
    return last - function.lineno + 1 - docstring


def main() -> int:
    """Print what is too large, and what is allowed to be and no longer is; 1 if there is any."""
    found = dict(too_large(Path.cwd())) | dict(too_full(Path.cwd()))
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
