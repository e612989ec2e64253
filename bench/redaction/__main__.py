"""Print precision and recall by kind: ``python -m bench.redaction [FILE…]``.

A labelled span is found where the redactor covers all of its letters and digits, by whatever kind; a found span is
right where it overlaps a labelled one. Both count spans, not characters. Recall is printed with the 95 % interval of
Wilson, in which it would lie with more spans of the same sort.
"""

import sys
import time
from pathlib import Path

from auscult.domain.privacy.redaction import KINDS
from auscult.domain.statistics.intervals import wilson
from auscult.redactors.builtin import BuiltIn
from bench.redaction.labelled import Case, Score, read, score

HERE = Path(__file__).parent
_TIMES = 5


def main(paths: list[str]) -> None:
    """Score every file, and print what was missed or taken by mistake."""
    cases: list[Case] = [case for path in paths or [str(HERE / "utterances.txt")] for case in read(Path(path))]
    redactor = BuiltIn()
    scores = score(redactor, cases)
    print(f"{len(cases)} labelled utterances")
    for kind in (*KINDS, "all"):
        its = scores.get(kind, Score())
        around = wilson(its.recall, its.labelled)
        print(
            f"{kind:16} {its.labelled:4} labelled   recall {its.recall:.3f} ({around.low:.3f} to {around.high:.3f})   "
            f"precision {its.precision:.3f}, {its.right} of {its.found}"
        )
    for line in scores["all"].missed + scores["all"].mistaken:
        print(line)
    started = time.process_time()
    for _ in range(_TIMES):
        score(redactor, cases)
    print(f"{(time.process_time() - started) / _TIMES / len(cases) * 1000:.3f} ms a case")


if __name__ == "__main__":
    main(sys.argv[1:])
