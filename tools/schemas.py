"""Writes the JSON Schemas in docs/reference from the types; with ``--check`` says whether they are as they would be written."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from auscult.metrics import METRICS
from auscult.services.definitions.forms.schema import conversation_schema, form_schema

FOLDER = Path("docs/reference")


def files() -> Mapping[Path, bytes]:
    """What stands in each file."""
    schemas: dict[str, dict[str, Any]] = {"form": form_schema(METRICS), "conversation": conversation_schema()}
    return {
        FOLDER / f"{name}.schema.json": msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"
        for name, schema in schemas.items()
    }


def main() -> int:
    """Write the files, or with ``--check`` compare; 1 when one differs."""
    wrong = [path for path, text in files().items() if not path.is_file() or path.read_bytes() != text]
    if "--check" not in sys.argv[1:]:
        for path in wrong:
            path.write_bytes(files()[path])
        return 0
    for path in wrong:
        print(f"{path} is not what the types say: run `make docs`", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
