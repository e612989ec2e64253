"""Summaries of conversations side by side: those of another checkout, and those of this one.

    python -m bench.quality.summaries [--beside CHECKOUT] [--count 40] DATA_FILE ...

DATA_FILE holds conversations in the native format, or labels that bring their conversations. Of them every n-th is
summarised. CHECKOUT is a clone of the repository at an older commit; its summaries are written by its own code.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.conversation import Conversation
from auscult.domain.scoring.stored import PendingConversation
from auscult.formats import Limits
from auscult.services.scoring.intake.read import read_file


def main() -> None:
    """Print them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--beside", type=Path)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--json", action="store_true", help="print a line for each conversation, for a program to read")
    given = parser.parse_args()
    chosen = _chosen(list(conversations_in(given.files)), given.count)
    ours = summaries(chosen)
    if given.json:
        print("\n".join(json.dumps(one) for one in ours))
        return
    theirs = _beside(given.beside, given.files, given.count) if given.beside else [""] * len(ours)
    for number, (conversation, before, after) in enumerate(zip(chosen, theirs, ours, strict=True), 1):
        print(f"{number}. {conversation.id}")
        if given.beside:
            print(f"   before: {before}")
        print(f"   now:    {after}\n")


def summaries(conversations: Sequence[Conversation]) -> list[str]:
    """Return the summary of each conversation, or the reason why there is none in brackets."""
    evaluator = bootstrap.evaluator(read_settings(), judge_ineligible=True)
    pending = [PendingConversation(conversation=one, revision=1) for one in conversations]
    found: list[str] = []
    for _, insights in evaluator.evaluate(pending, (), datetime.now(UTC)):
        summary = insights.summary if insights else None
        reason = insights.unknown.get("summary", "") if insights else "not analysed"
        found.append(summary.text if summary else f"[{reason}]")
    return found


def conversations_in(files: Sequence[Path]) -> Iterator[Conversation]:
    """Yield the conversations of some files."""
    for file in files:
        lines: list[Any] = [msgspec.json.decode(line) for line in file.read_bytes().splitlines() if line.strip()]
        if lines and "conversation" in lines[0]:
            own = Path(os.environ.get("TMPDIR", "/tmp")) / f"summaries-{os.getpid()}.ndjson"  # noqa: S108
            own.write_bytes(b"\n".join(msgspec.json.encode(line["conversation"]) for line in lines))
            yield from _read(own)
            own.unlink()
        else:
            yield from _read(file)


def _read(file: Path) -> Iterator[Conversation]:
    for one in read_file(file, "", Limits()):
        if isinstance(one, Conversation):
            yield one


def _chosen(found: Sequence[Conversation], count: int) -> list[Conversation]:
    step = max(1, len(found) // count)
    return list(found[::step][:count])


def _beside(checkout: Path, files: Sequence[Path], count: int) -> list[str]:
    """Return the summaries of another checkout, made by this program with its code."""
    command = [sys.executable, __file__, "--json", "--count", str(count), *map(str, files)]
    done = subprocess.run(  # noqa: S603
        command, env={**os.environ, "PYTHONPATH": f"{checkout / 'src'}"}, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


if __name__ == "__main__":
    main()
