"""Findings of the questions about AI agents on public trajectories of tau-bench, to be read and counted true or not.

    git clone https://github.com/sierra-research/tau-bench
    python -m bench.quality.ai_agents.tau tau-bench/historical_trajectories/gpt-4o-airline.json [--read 40]

Each trajectory is read as messages of a chat completion, with the signs that are shipped. ``--read`` prints that many
findings, drawn at random with one seed, with the conversation up to each; but for those of ``disclosed``, as none of
these AI agents says what it is. The reward is no yardstick for a
finding: it says whether the database ended as it should. The trajectories are under the MIT licence and not part of this
repository.
"""

import argparse
import io
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from auscult.domain.conversation import Conversation
from auscult.formats import Limits
from auscult.metrics._ai.answering import QUESTIONS, answer
from auscult.metrics._ai.reading import AiReading, Found
from auscult.services.scoring.intake.read import read_stream

SEED = 1960
SHOWN = 8
"""Steps before a finding that are printed."""


class Finding(NamedTuple):
    """NO to a question about a trajectory, with its reward."""

    reading: AiReading
    question: str
    found: Found
    reward: float


def main() -> None:
    """Count the findings, and print some to be read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--read", type=int, default=0)
    arguments = parser.parse_args()
    trajectories = [one for file in arguments.files for one in json.loads(file.read_text(encoding="utf-8"))]
    findings = list(_findings(trajectories))
    numbers = Counter(each.question for each in findings)
    failing = {id(each.reading) for each in findings}
    lines = [f"{name:14} {numbers[name]:4}" for name in QUESTIONS]
    sys.stdout.write("\n".join([f"{len(trajectories)} trajectories, {len(failing)} with a finding", *lines]) + "\n")
    others = [each for each in findings if each.question != "disclosed"]
    drawn = Random(SEED).sample(others, min(arguments.read, len(others)))  # noqa: S311  (nothing is secret in it)
    for number, each in enumerate(drawn, 1):
        sys.stdout.write(_shown(number, each))


def _findings(trajectories: list[dict[str, Any]]) -> Iterator[Finding]:
    for number, one in enumerate(trajectories):
        reading = AiReading(_conversation(number, one))
        for question in QUESTIONS:
            answered = answer(question, reading)
            if answered.found is not None:
                yield Finding(reading, question, answered.found, one["reward"])


def _conversation(number: int, one: dict[str, Any]) -> Conversation:
    document = {"id": f"t-{number}", "started_at": "2024-05-15T15:00:00Z", "language": "en", "messages": one["traj"]}
    stream = io.BytesIO(json.dumps(document).encode())
    (read,) = read_stream(stream, "", Limits())
    assert isinstance(read, Conversation), read
    return read


def _shown(number: int, one: Finding) -> str:
    steps, found = one.reading.steps, one.found
    at = next(index for index, step in enumerate(steps) if step is found.step)
    lines = [
        f"\n{number}. {one.question} {found.sign}: {found.why} (reward {one.reward:g})",
        f"   {found.text[:300]!r}",
    ]
    for step in steps[max(0, at - SHOWN) : at + 3]:
        what = f"{step.call.name} {step.call.arguments} -> {step.call.result}" if step.call else step.text
        lines.append(f"   {'>' if step is found.step else ' '} {step.side}: {what[:700]}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
