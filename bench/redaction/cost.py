"""Cost of redaction: the processor time of one process, on the example bank and written calls, off and on in turn.

Off is what reading the conversations takes; redaction is what comes on top. Each is the least of its rounds. At first
sight is the first round, behind labelled utterances that load and compile what there is: RE2 builds the states of a
pattern when a text first needs them, and most texts of an installation are new.
The process collects garbage as seldom as the workers that evaluate do. ``--codes`` finds security codes and passwords
alone, as where redaction is off.

``--beside`` names a folder with another ``auscult``: the ``src`` of another checkout, or an unpacked wheel. Processes of
both alternate, the least of each is printed, and what both redact has to be equal.

python -m bench.redaction.cost [--codes] [--rounds 3] [--beside FOLDER [--processes 3]]
"""

import argparse
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from auscult.bootstrap.processes import tune_for_evaluation
from auscult.domain.conversation import Conversation
from auscult.domain.privacy.conversations import redact_conversation
from auscult.domain.privacy.redaction import Hints, Utterance
from auscult.formats import Limits
from auscult.redactors import secrets
from auscult.redactors._fitted.decide import decision
from auscult.redactors._fitted.signs import Read
from auscult.redactors.builtin import BuiltIn
from auscult.services.scoring.intake.read import read_file
from bench.redaction.labelled import read

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "conversations"
LABELLED = Path(__file__).with_name("utterances.txt")
FILES = ("bank_calls.ndjson", "written_calls.ndjson")


class Cost(msgspec.Struct, frozen=True):
    """Seconds of processor time for each conversation, ``digest`` of what was redacted, and the share of turns that is read."""

    off: float
    on: float
    first: float
    count: int
    digest: str
    passed: float


def measured(rounds: int, *, has_codes_alone: bool) -> Cost:
    """Redact the conversations at first sight, and ``rounds`` times again."""
    tune_for_evaluation()
    find = (lambda talk, _hints: secrets(talk)) if has_codes_alone else BuiltIn().find
    for case in read(LABELLED):
        find(case.utterances, Hints())
    off = on = first = float("inf")
    count, digest = 0, hashlib.sha256()
    conversations: list[Conversation] = []
    for index in range(rounds + 1):
        began = time.process_time()
        documents = [each for name in FILES for each in read_file(EXAMPLES / name, "st-1", Limits())]
        conversations = [each for each in documents if isinstance(each, Conversation)]
        count = len(conversations)
        done = time.process_time()
        for each in conversations:
            redact_conversation(each, find)
        off = min(off, (done - began) / count)
        on = min(on, (time.process_time() - done) / count)
        first = on if index == 0 else first
        if index == 0:
            for each in conversations:
                digest.update(msgspec.json.encode(redact_conversation(each, find), enc_hook=str))
    share = passed(conversations)
    return Cost(off, on, first, count, digest.hexdigest()[:16], share)


def passed(conversations: Sequence[Conversation]) -> float:
    """Return the share of turns that pass the first look."""
    read, table = Read(), decision().table
    for each in conversations:
        read.add([Utterance(turn.speaker, turn.text) for turn in each.turns], table)
    return sum(read.open) / max(len(read.open), 1)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the milliseconds that each conversation takes without redaction, and what redaction adds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--codes", action="store_true", help="security codes and passwords alone")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--beside", type=Path, help="folder with another auscult, to compare with")
    parser.add_argument("--processes", type=int, default=3, help="of each, with --beside")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.one:
        print(msgspec.json.encode(measured(chosen.rounds, has_codes_alone=chosen.codes)).decode())
    elif chosen.beside:
        words = ["--one", *["--codes"] * chosen.codes, "--rounds", str(chosen.rounds)]
        _compare({"here": ROOT / "src", "beside": chosen.beside.resolve()}, words, chosen.processes)
    else:
        _show(measured(chosen.rounds, has_codes_alone=chosen.codes))


def _show(cost: Cost) -> None:
    print(f"off        {cost.off * 1000:.3f} ms a conversation: reading it")
    print(f"redaction  {cost.on * 1000:.3f} ms a conversation, {cost.count} conversations")
    print(f"           {cost.first * 1000:.3f} ms at first sight")
    print(f"first look {cost.passed:.2f} of the turns pass it")


def _compare(folders: Mapping[str, Path], words: Sequence[str], processes: int) -> None:
    found: dict[str, list[Cost]] = {name: [] for name in folders}
    for _ in range(processes):
        for name, folder in folders.items():
            found[name].append(_of(folder, words))
    for name, costs in found.items():
        on, first = min(each.on for each in costs), min(each.first for each in costs)
        print(f"{name:7} {on * 1000:.3f} ms a conversation, {first * 1000:.3f} ms at first sight")
    here, beside = found.values()
    for what, ratio in (
        ("again", min(each.on for each in beside) / min(each.on for each in here)),
        ("at first sight", min(each.first for each in beside) / min(each.first for each in here)),
    ):
        print(f"ratio   {ratio:.2f} {what}")
    digests = {each.digest for costs in found.values() for each in costs}
    assert len(digests) == 1, f"both redact differently: {digests}"
    print(f"both redact the same, digest {digests.pop()}")


def _of(folder: Path, words: Sequence[str]) -> Cost:
    """Run one process with the package of a folder, and this bench."""
    command = [sys.executable, "-m", "bench.redaction.cost", *words]
    environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=True)  # noqa: S603
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Cost)


if __name__ == "__main__":
    main()
