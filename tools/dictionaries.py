"""The dictionaries with which stored documents are packed, made of a database of the demo.

    auscult demo --once --folder FOLDER
    python -m tools.dictionaries FOLDER/auscult.db

A dictionary that is there stays, because stored documents need it: make a better one under the next number, in
`NUMBERS` of `auscult.storage.core.packing`. The documents are those of the demo, never those of a benchmark, so that the
benchmark measures forms that no dictionary knows.
"""

import argparse
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from auscult.storage.core.packing import FOLDER, NUMBERS, unpack

DICTIONARY_BYTES = 8_192
_ROWS = "SELECT body FROM report_rows JOIN listings USING (listing) WHERE report = ? ORDER BY row"
_OTHERS = {
    "insights": "SELECT body FROM insights ORDER BY conversation, revision",
    "documents": "SELECT body FROM conversations ORDER BY conversation",
}


def made(documents: Iterable[bytes]) -> bytes:
    """Return the dictionary of documents: the last of them, as many as it holds."""
    return b"".join(documents)[-DICTIONARY_BYTES:]


def stored(database: sqlite3.Connection, kind: str) -> list[bytes]:
    """Return the documents of a kind."""
    found = database.execute(_OTHERS.get(kind, _ROWS), () if kind in _OTHERS else (kind,))
    return [unpack(body) for (body,) in found]


def main() -> None:
    """Write the dictionaries that are not there yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=Path)
    database = sqlite3.connect(f"file:{parser.parse_args().database}?mode=ro", uri=True)
    for kind, number in NUMBERS.items():
        path = FOLDER / f"{number}.dict"
        if not path.exists():
            path.write_bytes(made(stored(database, kind)))
            print(f"{path}: {path.stat().st_size:,} bytes for {kind}")


if __name__ == "__main__":
    main()
