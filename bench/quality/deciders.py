"""One fact, one answer: where a starter metric and the insight on the same question differ, and how far both agree with people.

    python bench/quality/deciders.py DATA_DIR [LABELS ...] [--votes]

DATA_DIR holds ``conversations/*.ndjson``; LABELS are NDJSON whose lines each have a ``conversation`` and ``gold``. With
``--votes`` trained heads vote (``AUSCULT_VOTES``).
"""

import argparse
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from auscult import bootstrap
from auscult.analyzers.outcome.escalation import ASKS
from auscult.config import read_settings
from auscult.domain.audits.agreement import compare_all
from auscult.domain.conversation import Conversation
from auscult.domain.insight import Insights
from auscult.domain.scoring.stored import PendingConversation
from auscult.services.audits.labels import read_labels
from auscult.services.definitions.forms.reading import starter_forms
from bench.quality.verdicts import LIMITS, conversations_in

QUESTIONS = ("em-resolution", "em-empathy", "em-escalation")


def main() -> None:
    """Print both figures for each file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("labels", type=Path, nargs="*")
    parser.add_argument("--votes", action="store_true")
    given = parser.parse_args()
    for path in (given.data / "conversations", *given.labels):
        conversations = list(conversations_in([path]))
        print(
            f"{path.name}: {len(conversations)} conversations, {len(list(differences(conversations, votes=given.votes)))} differences"
        )
    for path in given.labels:
        _compare(path, votes=given.votes)


def differences(conversations: Iterable[Conversation], *, votes: bool = False) -> Iterator[str]:
    """Yield each case in which metric and insight answer one question differently."""
    for conversation, metrics, insights in _judged(conversations, votes=votes):
        for question, answer in by_insights(insights).items():
            if not is_same(question, metrics[question], answer):
                yield f"{conversation.id}: {question} is {metrics[question]}, its insight {answer}"


def is_same(question: str, metric: str, insight: str) -> bool:
    """Return whether both say the same; of an escalation the insight says only whether it was asked for."""
    return (metric != "NA") == (insight != "NA") if question == "em-escalation" else metric == insight


def by_insights(insights: Insights) -> dict[str, str]:
    """Return what the insights answer to the questions of the starter form, where they are known."""
    found: dict[str, str] = {}
    if insights.resolution is not None:
        found["em-resolution"] = insights.resolution.resolution
    if insights.habits is not None:
        sought = sum(agent.empathy_sought for agent in insights.habits)
        shown = sum(agent.empathy_shown for agent in insights.habits)
        found["em-empathy"] = "YES" if shown else "NO" if sought else "NA"
    if insights.escalation is not None:
        is_asked = any(piece.why.startswith(ASKS) for piece in insights.escalation.evidence)
        found["em-escalation"] = "asked" if is_asked else "NA"
    return found


def _judged(
    conversations: Iterable[Conversation], *, votes: bool
) -> Iterator[tuple[Conversation, dict[str, str], Insights]]:
    pending = [PendingConversation(conversation=one, revision=1) for one in conversations]
    evaluator = bootstrap.evaluator(replace(read_settings(), votes="on" if votes else "off"), judge_ineligible=True)
    for one, (evaluation, insights) in zip(
        pending, evaluator.evaluate(pending, starter_forms(), datetime.now(UTC)), strict=True
    ):
        answers = {result.metric.id: result.verdict.qualification for result in evaluation.results}
        if insights is not None:
            yield one.conversation, answers, insights


def _compare(path: Path, *, votes: bool) -> None:
    labels = read_labels(path, LIMITS)
    pairs: dict[str, list[tuple[str, str]]] = {}
    for conversation, metrics, _ in _judged(labels.conversations, votes=votes):
        for metric, answer in metrics.items():
            pairs.setdefault(metric, []).append((labels.answers[conversation.id][metric], answer))
    report = compare_all(pairs)
    shown = ", ".join(f"{metric} {report.metrics[metric].kappa}" for metric in QUESTIONS)
    print(f"{path.name}: kappa {shown}; macro of all metrics {report.macro_kappa}")


if __name__ == "__main__":
    main()
