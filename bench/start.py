"""How long a server takes to start, and a command.

    python -m bench.start [--database URL] [--rounds 3]

Each round: seconds, and seconds of processor of all its processes, until ``auscult serve`` says that it listens; then
conversations one by one, each until it is readable, the first of them at once. ``auscult score`` of one conversation, with
the starter forms. Seconds of processor hold beside other work, those on the clock do not.
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from bench.flow import Home, encoded
from bench.program import family, measure, processor_s
from bench.tenants import Account

LATER = 10
"""Conversations after the first."""
GOAL_FIRST_S, GOAL_LISTENS_S, GOAL_SCORE_S = 0.5, 2.0, 0.8


def readable_s(account: Account, document: bytes) -> float:
    """Send a conversation; return seconds until it is readable."""
    began = time.perf_counter()
    assert account.load([document], wait=60).is_success
    return time.perf_counter() - began


def main() -> None:
    """Start, send, score, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--database", help="an empty PostgreSQL database")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = Home(chosen.database or f"sqlite:///{folder}/start.db", folder, "st-start")
        for number in range(chosen.rounds):
            documents, began = encoded(1 + LATER, number), time.perf_counter()
            with home.serving(1):
                listens_s, used_s = time.perf_counter() - began, sum(map(processor_s, family(home.pid)))
                account = Account(home.url_of_server, home.access)
                first, *later = [readable_s(account, each) for each in documents]
            file = folder / "one.ndjson"
            file.write_bytes(documents[0])
            scored = measure(["score", str(file), "--out", str(folder / "out")], folder)
            print(
                f"load {os.getloadavg()[0]:.1f}: listens after {listens_s:.1f} s (at most {GOAL_LISTENS_S:g}), "
                f"{used_s:.1f} of processor; the first readable after {first:.2f} s (at most {GOAL_FIRST_S:g}), "
                f"later ones {statistics.median(later):.2f}; score {scored.wall_s:.1f} s (at most {GOAL_SCORE_S:g}), "
                f"{scored.processor_s:.2f} of processor",
                flush=True,
            )


if __name__ == "__main__":
    main()
