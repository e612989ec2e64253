"""Print what went wrong in conversations of an AI agent, and end with 1 where anything did: a step of a pipeline.

Reads the file that ``auscult score --out`` writes.
"""

import json
import sys
from pathlib import Path
from typing import Any


def findings(scored: dict[str, Any]) -> list[str]:
    """Return a line for each question that was answered with no: what was said, and why it does not hold."""
    found: list[str] = []
    for metric in scored["metrics"]:
        if metric["qualification"] == "NO":
            said = next((each["text"] for each in metric["evidence"] if each["text"]), "")
            found.append(f'{scored["id"]}: {metric["id"]}: {metric["evidence"][0]["why"]}: "{said}"')
    return found


if __name__ == "__main__":
    scored = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    lines = [line for each in scored for line in findings(json.loads(each))]
    print(*lines, sep="\n")
    sys.exit(1 if lines else 0)
