"""Cost of redaction: the processor time of one process, on the example bank and written calls, off and on in turn.

Off is what reading the conversations takes; redaction is what comes on top. Each is the least of its rounds. At first
sight is the first round, behind labelled utterances that load and compile what there is: RE2 builds the states of a
pattern when a text first needs them, and most texts of an installation are new.
The process collects garbage as seldom as the workers that evaluate do.

python -m bench.redaction.cost [--rounds 3]
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from auscult.bootstrap.processes import tune_for_evaluation
from auscult.domain.conversation import Conversation
from auscult.domain.privacy.conversations import redact_conversation
from auscult.domain.privacy.redaction import Hints
from auscult.formats import Limits
from auscult.redactors.builtin import BuiltIn
from auscult.services.scoring.intake.read import read_file
from bench.redaction.labelled import read

EXAMPLES = Path(__file__).parents[2] / "examples" / "conversations"
LABELLED = Path(__file__).with_name("utterances.txt")
FILES = ("bank_calls.ndjson", "written_calls.ndjson")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the milliseconds that each conversation takes without redaction, and what redaction adds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args(arguments).rounds
    tune_for_evaluation()
    find = BuiltIn().find
    for case in read(LABELLED):
        find(case.utterances, Hints())
    off = on = first = float("inf")
    count = 0
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
    print(f"off        {off * 1000:.3f} ms a conversation: reading it")
    print(f"redaction  {on * 1000:.3f} ms a conversation, {count} conversations")
    print(f"           {first * 1000:.3f} ms at first sight")


if __name__ == "__main__":
    main()
