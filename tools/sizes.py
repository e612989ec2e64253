"""Checks sizes: files of at most 750 lines, functions of at most 50, folders of at most 15 modules.

A line of a pattern or of a phrase list in ``src`` ends at column 120. The formatter wraps code; prose may be longer.

All of ``src`` and all of ``tests`` have a ceiling that only sinks: what a feature adds, saying things once must pay for.
A function's length is counted from ``def`` to its last line, its docstring left out:
whoever explains more shall not be told to write smaller.

A module that is named for a capability does not count towards its folder's: floors have one file or folder for each
capability, and a name is one if at least two floors have it.
"""

import ast
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

FILE_LINES = 750
FUNCTION_LINES = 50
FOLDER_MODULES = 15
CEILINGS = {"src": 196_043, "tests": 107_277}
"""Lines of Python in all. Work that saves lines lowers them by what it saved; after a conflict the lower number counts."""
FLOORS = ("domain", "storage", "services", "server/api", "server/console", "cli")
FOLDERS = ("src", "tests", "tools", "bench")
LINE_COLUMNS = 120
LIST_ITEMS = 4
"""Strings on a line that make it a list."""
STRINGS = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", None)}
"""Tokens of a string; Python 3.12 and later split an f-string into several."""
PATTERN = re.compile(r"\||\\b|\(\?")
"""Alternatives, a word boundary or a group: signs of a regular expression."""

ALLOWED: dict[str, str] = {
    "src/auscult/server/app.py::create_app": "the object graph of the server, each part named once",
}
"""``path`` or ``path::function`` -> why it may be longer. A line here needs a reason that a reader accepts."""


def over_ceiling(root: Path) -> Iterator[tuple[str, str]]:
    """Yield each folder with more lines of Python than its ceiling: (its name, the fault)."""
    for folder, most in CEILINGS.items():
        lines = sum(path.read_bytes().count(b"\n") for path in (root / folder).rglob("*.py"))
        if lines > most:
            yield (
                folder,
                f"{folder}: {lines:,} lines of Python, at most {most:,}; say something once that is said twice",
            )


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


def capabilities(root: Path) -> set[str]:
    """Return the names of capabilities: those of files and folders that at least two floors have."""
    folders = (root / "src/auscult" / floor for floor in FLOORS)
    found = Counter(path.stem for folder in folders for path in folder.glob("[a-z]*") if path.suffix in ("", ".py"))
    return {name for name, floors in found.items() if floors > 1}


def too_full(root: Path) -> Iterator[tuple[str, str]]:
    """Each folder with more modules than a reader can survey, migrations and capabilities aside: (its name, the fault)."""
    known = capabilities(root)
    paths = (path for top in ("src", "tests") for path in (root / top, *(root / top).rglob("*")))
    for folder in sorted(path for path in paths if path.is_dir() and path.name != "versions"):
        modules = [path for path in folder.glob("*.py") if path.name != "__init__.py" and path.stem not in known]
        if len(modules) > FOLDER_MODULES:
            name = folder.relative_to(root).as_posix()
            yield name, f"{name}: {len(modules)} modules, at most {FOLDER_MODULES}; group them by capability"


def too_wide(root: Path) -> Iterator[tuple[str, str]]:
    """Yield each line over the ceiling of a pattern or a phrase list in ``src``: (its name, the fault)."""
    for path in sorted(path for path in (root / "src").rglob("*") if path.suffix in (".py", ".txt", ".yaml")):
        read = _wide_strings if path.suffix == ".py" else _wide_lines
        for line in read(path):
            name = f"{path.relative_to(root).as_posix()}:{line}"
            yield name, f"{name}: a pattern or phrase list beyond column {LINE_COLUMNS}; wrap it"


def _wide_lines(path: Path) -> Iterator[int]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return (number for number, line in enumerate(lines, 1) if len(line) > LINE_COLUMNS)


def _wide_strings(path: Path) -> Iterator[int]:
    """Yield the lines of a module with a pattern, or a string of a list, that ends beyond the last column."""
    if not any(_wide_lines(path)):
        return
    with path.open("rb") as file:
        strings = [token for token in tokenize.tokenize(file.readline) if token.type in STRINGS]
    on_line = Counter(token.start[0] for token in strings)
    for token in strings:
        line, column = token.end
        is_one_line = token.start[0] == line  # docstrings and texts of several lines are prose
        is_pattern = PATTERN.search(token.string) is not None or on_line[line] >= LIST_ITEMS
        if is_one_line and column > LINE_COLUMNS and is_pattern:
            yield line


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first, last = function.body[0], function.end_lineno or function.lineno
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if is_docstring else 0
    return last - function.lineno + 1 - docstring


def main() -> int:
    """Print what is too large, and what is allowed to be and no longer is; 1 if there is any."""
    root = Path.cwd()
    found = dict(over_ceiling(root)) | dict(too_large(root)) | dict(too_full(root)) | dict(too_wide(root))
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
