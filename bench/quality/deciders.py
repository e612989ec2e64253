"""One fact, one answer, one turn: where a starter metric and the insight on it differ, and how far both agree with people.

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
from auscult.analyzers.speech.habits import ANSWERS
from auscult.config import read_settings
from auscult.domain.audits.agreement import compare_all
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Verdict
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
    """Yield each case in which metric and insight answer one question differently, or cite no turn in common."""
    for conversation, verdicts, insights in _judged(conversations, votes=votes):
        for question, answer in by_insights(insights).items():
            verdict = verdicts[question]
            if not is_same(question, verdict.qualification, answer):
                yield f"{conversation.id}: {question} is {verdict.qualification}, its insight {answer}"
            cited = {one.turn_id for one in (verdict.trigger if question == "em-escalation" else verdict.evidence)}
            turns = turns_of(insights, question)
            if turns and verdict.qualification in ("YES", "NO") and not turns & cited:
                yield f"{conversation.id}: {question} cites {cited}, its insight {turns}"


def turns_of(insights: Insights, question: str) -> set[str | None]:
    """Return the turns in which an insight finds the fact that a question asks about."""
    if question == "em-empathy":
        return {one.turn_id for row in insights.habits or () for one in row.evidence if one.why.startswith(ANSWERS)}
    found = insights.resolution if question == "em-resolution" else insights.escalation
    begins = "" if question == "em-resolution" else ASKS
    return {one.turn_id for one in found.evidence if one.why.startswith(begins)} if found else set()


def is_same(question: str, metric: str, insight: str) -> bool:
    """Return whether both say the same; of an escalation the insight says only whether it was asked for.

    A metric that is left to a person says nothing else.
    """
    if metric == "-":
        return True
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
) -> Iterator[tuple[Conversation, dict[str, Verdict], Insights]]:
    pending = [PendingConversation(conversation=one, revision=1) for one in conversations]
    evaluator = bootstrap.evaluator(replace(read_settings(), votes="on" if votes else "off"), judge_ineligible=True)
    for one, (evaluation, insights) in zip(
        pending, evaluator.evaluate(pending, starter_forms(), datetime.now(UTC)), strict=True
    ):
        verdicts = {result.metric.id: result.verdict for result in evaluation.results}
        if insights is not None:
            yield one.conversation, verdicts, insights


def _compare(path: Path, *, votes: bool) -> None:
    labels = read_labels(path, LIMITS)
    pairs: dict[str, list[tuple[str, str]]] = {}
    for conversation, verdicts, _ in _judged(labels.conversations, votes=votes):
        for metric, verdict in verdicts.items():
            pairs.setdefault(metric, []).append((labels.answers[conversation.id][metric], verdict.qualification))
    report = compare_all(pairs)
    shown = ", ".join(f"{metric} {report.metrics[metric].kappa}" for metric in QUESTIONS)
    print(f"{path.name}: kappa {shown}; macro of all metrics {report.macro_kappa}")


if __name__ == "__main__":
    main()
