"""Verdicts of the starter forms that masking changes, on the example bank and written calls: ``python -m bench.redaction.verdicts``."""

import hashlib

import msgspec

from auscult.domain.privacy.conversations import redact_conversation
from auscult.redactors.builtin import BuiltIn
from bench.quality.verdicts import conversations_in, verdict_lines
from bench.redaction.cost import EXAMPLES, FILES


def main() -> None:
    """Print each verdict that differs, and how many do."""
    before = list(conversations_in(EXAMPLES / name for name in FILES))
    masked = [redact_conversation(one, BuiltIn().find, digest=_digest).conversation for one in before]
    count = changed = 0
    for lines in zip(verdict_lines(before), verdict_lines(masked), strict=True):
        was, now = (msgspec.json.decode(line) for line in lines)
        for metric, (answer, *_) in was["metrics"].items():
            after = now["metrics"][metric][0]
            count, changed = count + 1, changed + (answer != after)
            if answer != after:
                print(f"{was['id']} {metric}: {answer} becomes {after}")
    print(f"{changed} of {count} verdicts of {len(before)} conversations change")


def _digest(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind} {value}".encode()).hexdigest()[:16]


if __name__ == "__main__":
    main()
