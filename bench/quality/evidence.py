"""Verdicts drawn at random with what the conversation page quotes for them, to be read by someone who knows nothing else.

    python -m bench.quality.evidence examples/conversations [--seed N] [--count N] [--form ai]
    python -m bench.quality.evidence DATA_DIR/labels/train_g.ndjson

Each argument is a file, or a folder of files, of conversations, or of labels that bring their conversation along. A
conversation is judged by the starter form of its language and channel, or by those for AI agents. Only verdicts that
quote a turn are drawn; how many of all quote one is printed first, and then for each verdict drawn its question, its
answer, and line by line the quoted words as the page shows them, with speaker, time and reason.
``--where answer`` keeps one answer, ``--metric`` one question, ``--read FILE`` counts a reader's marks: a line per
number, with ``y`` where the quotes convince.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import MetricResult
from auscult.domain.form import Form
from auscult.domain.scoring.stored import PendingConversation
from auscult.domain.statistics.intervals import wilson
from auscult.server.console.frame.naming import speaker_of
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.verdicts import Quote, VerdictView, verdict_view
from auscult.services.conversations.closest import closest
from auscult.services.definitions.forms.reading import ai_starter_documents, read_form
from bench.quality.first_sight import _evaluator, shipped_forms
from bench.quality.intelligence import lines, read_conversation

NOW = datetime.now(UTC)
READER = Reader(now=NOW)


class Case(NamedTuple):
    """One verdict of a conversation."""

    conversation: Conversation
    form: Form
    result: MetricResult


def main() -> None:
    """Print the verdicts, or count what a reader marked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", type=Path, nargs="*")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--form", choices=("people", "ai"), default="people")
    parser.add_argument("--where", choices=("YES", "NO", "NA", "-"))
    parser.add_argument("--metric")
    parser.add_argument("--read", type=Path)
    given = parser.parse_args()
    if given.read:
        return count(lines(given.read))
    forms = [read_form(each) for each in ai_starter_documents().values()] if given.form == "ai" else shipped_forms()
    every = judged([one for path in given.paths for one in conversations(path)], forms)
    asked = [one for one in every if given.metric in (None, one.result.metric.id)]
    asked = [one for one in asked if given.where in (None, one.result.verdict.qualification)]
    quoting = [one for one in asked if quotes(one)]
    answers = Counter(one.result.verdict.qualification for one in quoting)
    print(f"{len(quoting)} of {len(asked)} verdicts quote a turn: {dict(answers)}\n")
    drawn = random.Random(given.seed).sample(quoting, min(given.count, len(quoting)))  # noqa: S311  the same each time
    for number, one in enumerate(drawn, 1):
        print("\n".join([f"{number}. {one.conversation.id} {one.result.metric.id}", *shown(one), ""]))
    return None


def conversations(path: Path) -> Iterator[Conversation]:
    """Yield the conversations of a file, or of the files of a folder."""
    for file in sorted(path.rglob("*.ndjson")) if path.is_dir() else [path]:
        for document in map(json.loads, lines(file)):
            yield read_conversation(document.get("conversation", document))


def judged(given: Sequence[Conversation], forms: Sequence[Form]) -> list[Case]:
    """Return every verdict of the conversations."""
    pending = [PendingConversation(conversation=one, revision=1) for one in given]
    found = _evaluator(votes=True).evaluate(pending, forms, NOW)
    return [
        Case(one, each.evaluation.form, result)
        for one, each in zip(given, found, strict=True)
        if each.evaluation.form is not None
        for result in each.evaluation.results
    ]


def view_of(one: Case) -> VerdictView:
    """Return a verdict as the page shows it."""
    said = {turn.id: (speaker_of(turn, one.conversation), turn.text) for turn in one.conversation.turns}
    near = closest(one.result, one.conversation)
    return verdict_view(one.result, one.form, READER, said, near)


def quotes(one: Case) -> list[tuple[str, Quote]]:
    """Return the lines that the page quotes of a verdict, each with the words before it; of calls and turns only."""
    view = view_of(one)
    parts = (("", view.quotes[:3]), ("Closest: ", view.near[:1]), ("Asked because of ", view.cues[:2]))
    return [(begin, each) for begin, found in parts for each in found if each.text and (each.turn_id or each.call_id)]


def shown(one: Case) -> Iterator[str]:
    """Yield a verdict line by line."""
    view = view_of(one)
    yield f"  Q: {view.question or view.name}"
    yield f"  A: {view.word}" + (f" ({view.reason.striptags()})" if view.reason else "")
    for begin, each in quotes(one):
        yield f"  {begin}{each.place or 'call'}: \u201c{each.text}\u201d {each.why.striptags()}".rstrip()


def count(marks: Sequence[str]) -> None:
    """Print the share of marks that are ``y``, with its interval at 95 %."""
    said = [line.split()[1] for line in marks if line.strip()]
    convinced, of = said.count("y"), len(said)
    within = wilson(convinced / of, of)
    print(f"{convinced} of {of} convince: {convinced / of:.1%} ({within.low:.1%} to {within.high:.1%})")


if __name__ == "__main__":
    main()
