"""Print what `auscult score --out FILE` wrote as a table: a row a question, a column a conversation."""

import json
import sys
from pathlib import Path

conversations = [json.loads(line) for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()]
scored = [one for one in conversations if one["metrics"]]
names = [metric["id"] for metric in scored[0]["metrics"]]
width = max(len(name) for name in names) + 2


def row(head: str, *cells: object) -> None:
    """Print a row."""
    print(head.ljust(width) + "".join(str(cell).ljust(12) for cell in cells).rstrip())


row("", *(one["id"] for one in scored))
for at, name in enumerate(names):
    row(name, *(one["metrics"][at]["qualification"] for one in scored))
row("score", *(one["score"] for one in scored))
row("passed", *("yes" if one["passed"] else "no" for one in scored))
