"""Writes the version of the baseline of tables, which ends with their fingerprint; with ``--check`` compares only."""

import re
import sys
from pathlib import Path

from auscult.storage.core import baseline

MODULE = Path(baseline.__file__)
LINE = re.compile(r'^BASELINE = "(\d+)\.[0-9a-f]*"$', re.MULTILINE)


def main() -> int:
    """Write the version, or with ``--check`` compare; 1 when it differs."""
    source = MODULE.read_text(encoding="utf-8")
    right = LINE.sub(rf'BASELINE = "\1.{baseline.fingerprint()}"', source)
    if "--check" not in sys.argv[1:]:
        MODULE.write_text(right, encoding="utf-8")
        return 0
    if right != source:
        print(f"{MODULE.name} names another version than its tables have: run `make docs`", file=sys.stderr)
    return 0 if right == source else 1


if __name__ == "__main__":
    sys.exit(main())
