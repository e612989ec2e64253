"""Workbooks opened outside this process, so that none can exhaust its memory."""

import subprocess
import sys
from pathlib import Path

from auscult.domain.errors import FormatError

_TITLE = "this looks like an Excel workbook, but"


def rows_into(workbook: Path, rows: Path) -> None:
    """Write the rows of a workbook to a file: see ``Workbook.read_rows``. Raises ``FormatError`` where it has none."""
    done = subprocess.run(  # noqa: S603  (our own module, with paths that we made)
        [sys.executable, "-m", "auscult.sandbox.workbook_child", str(workbook), str(rows)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        message = f"{_TITLE} it takes too much memory or time to open; save it as CSV, or in parts"
        raise FormatError(message, line=1, code="document.too_large")
    if reason := done.stdout.decode(errors="replace"):
        raise FormatError(f"{_TITLE} {reason}", line=1, code="format.refused")
