"""Every verdict of the starter forms and every insight, a line of NDJSON for each conversation.

    python bench/quality/verdicts.py FILE_OR_FOLDER ... > verdicts.ndjson

FILE is any accepted format, or NDJSON whose lines each have a ``conversation``, as labelled sets do. A change that
must not change verdicts is proven by two equal outputs, before and after it; tests/golden/verdicts.ndjson is the
output for examples/.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.conversation import Conversation
from auscult.domain.errors import sent
from auscult.domain.evaluation import MetricResult
from auscult.domain.scoring.stored import PendingConversation
from auscult.formats import Limits
from auscult.services.audits.labels import read_labels
from auscult.services.definitions.forms.reading import starter_forms
from auscult.services.scoring.intake.read import read_file

LIMITS = Limits()


def main() -> None:
    """Print a line for each conversation."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", type=Path, nargs="+")
    for line in verdict_lines(conversations_in(parser.parse_args().paths)):
        sys.stdout.buffer.write(line + b"\n")


def conversations_in(paths: Iterable[Path]) -> Iterator[Conversation]:
    """Read every conversation of files and folders, in the order of their names."""
    for path in paths:
        files = (
            sorted(file for file in path.rglob("*") if file.suffix in (".ndjson", ".json")) if path.is_dir() else [path]
        )
        for file in files:
            if "verdicts" not in file.name:
                yield from _read(file)


def verdict_lines(conversations: Iterable[Conversation], at_a_time: int | None = None) -> Iterator[bytes]:
    """Return for each conversation its verdicts and insights, evidence reduced to turn ids; all are judged together by default."""
    pending = [PendingConversation(conversation=one, revision=1) for one in conversations]
    evaluator = bootstrap.evaluator(read_settings(), judge_ineligible=True)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    forms, step = starter_forms(), at_a_time or max(1, len(pending))
    parts = (pending[start : start + step] for start in range(0, len(pending), step))
    found = (judged for part in parts for judged in evaluator.evaluate(part, forms, now))
    for one, judged in zip(pending, found, strict=True):
        metrics = {result.metric.id: _verdict(result) for result in judged.evaluation.results}
        line = {
            "id": one.conversation.id,
            "metrics": metrics,
            "insights": _reduced(msgspec.to_builtins(judged.insights, enc_hook=sent)),
        }
        yield msgspec.json.encode(line, enc_hook=sent)


def _read(file: Path) -> Iterator[Conversation]:
    with file.open("rb") as opened:
        is_labelled = b'"conversation"' in opened.readline()
    if is_labelled:
        yield from read_labels(file, LIMITS).conversations
        return
    yield from (read for read in read_file(file, "", LIMITS) if isinstance(read, Conversation))


def _verdict(result: MetricResult) -> list[str]:
    verdict = result.verdict
    turns = [one.turn_id for one in (*verdict.trigger, *verdict.evidence) if one.turn_id is not None]
    return [verdict.qualification, *turns]


def _reduced(value: Any) -> Any:  # noqa: ANN401 plain values of any shape
    """The same, with a piece of evidence or the sentiment of a turn as its turn id and what is found there."""
    if isinstance(value, dict) and "turn_id" in value:
        return " ".join(str(value[key]) for key in ("turn_id", "score", "start_ms") if value.get(key) is not None)
    if isinstance(value, dict):
        is_cited = "observed" in value or isinstance(value.get("resolution"), str)
        found = {"evidence": []} if is_cited else {}
        return found | {key: _reduced(one) for key, one in value.items()}
    return [_reduced(one) for one in value] if isinstance(value, list | tuple) else value


if __name__ == "__main__":
    main()
