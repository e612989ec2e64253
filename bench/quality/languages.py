"""Agreement of the starter forms and analyzers with labels, for Spanish and German.

    python -m bench.quality.languages [--errors] [FILE ...]

Without a FILE: ``bench/quality/spoken/*.ndjson`` (its README has the authors). Of the 40 conversations a language that
were written for this, those with an odd number were read while the packs were corrected; those with an even number were
judged only: their errors are never listed. The translated ones were all read after their first figures. Those of
``third_*.ndjson`` are read by no author of packs: their errors are never listed either.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.audits.agreement import AgreementReport, compare_all
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evaluation
from auscult.domain.insight import Insights
from auscult.domain.scoring.stored import PendingConversation
from auscult.formats import Limits
from auscult.services.audits.labels import read_labels
from auscult.services.definitions.forms.reading import all_starter_documents, read_form

UNREAD = frozenset({"third_de", "third_es"})
"""Files whose errors no author of packs may see."""
OURS = Path(__file__).parent / "spoken"
LANGUAGE_CODE = 2
LABELS = ("customer_sentiment", "escalation", "churn_risk")


class Case(NamedTuple):
    """A labelled conversation with what the machine found. ``is_read``: its errors may be read."""

    conversation: Conversation
    gold: Mapping[str, str]
    found: Mapping[str, str]
    is_read: bool


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--errors", action="store_true", help="list the errors of the conversations that may be read")
    given = parser.parse_args()
    for file in given.files or sorted(OURS.glob("*.ndjson")):
        cases = list(judged(file))
        halves = {"all": cases}
        if len(file.stem) == LANGUAGE_CODE:
            halves |= {"read": [c for c in cases if c.is_read], "unread": [c for c in cases if not c.is_read]}
        _show(file.stem, {name: agreement(some) for name, some in halves.items() if some})
        if given.errors:
            _errors(cases)


def judged(file: Path, *, votes: bool = True) -> Iterator[Case]:
    """Judge the conversations of a file of labels, with votes or by words alone."""
    labels = read_labels(file, Limits())
    gold = {
        line["conversation"]["id"]: line["gold"] for line in map(msgspec.json.decode, file.read_bytes().splitlines())
    }
    forms = [read_form(document) for document in all_starter_documents().values()]
    evaluator = bootstrap.evaluator(replace(read_settings(), votes="on" if votes else "off"), judge_ineligible=True)
    pending = [PendingConversation(conversation=one, revision=1) for one in labels.conversations]
    for number, (one, (evaluation, insights)) in enumerate(
        zip(labels.conversations, evaluator.evaluate(pending, forms, datetime.now(UTC)), strict=True), 1
    ):
        told = {name: _said(gold[one.id][name]) for name in LABELS}
        is_read = file.stem not in UNREAD and (bool(number % 2) or len(file.stem) != LANGUAGE_CODE)
        yield Case(one, labels.answers[one.id] | told, _found(evaluation, insights), is_read)


def _found(evaluation: Evaluation, insights: Insights | None) -> dict[str, str]:
    known = insights or Insights()
    found = {result.metric.id: result.verdict.qualification for result in evaluation.results}
    flags = {"escalation": known.escalation, "churn_risk": known.churn_risk}
    return (
        found
        | {name: _said(flag.observed) if flag else "unknown" for name, flag in flags.items()}
        | {"customer_sentiment": known.sentiment.label if known.sentiment else "unknown"}
    )


def _said(value: Any) -> str:  # noqa: ANN401  (a label)
    return {True: "YES", False: "NO"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def agreement(cases: Sequence[Case]) -> AgreementReport:
    """Return the agreement with the labels, for each metric and label."""
    names = dict.fromkeys(name for case in cases for name in case.gold)
    return compare_all(
        {name: [(case.gold[name], case.found.get(name, "-")) for case in cases if name in case.gold] for name in names}
    )


def _show(name: str, columns: Mapping[str, AgreementReport]) -> None:
    """Print a line for each metric: agreement and kappa in each column."""
    print(f"\n{name:20}" + "".join(f"{column:>16}" for column in columns))
    metrics = list(next(iter(columns.values())).metrics)
    for metric in metrics:
        line = f"{metric:20}"
        for report in columns.values():
            one = report.metrics[metric]
            line += f"{one.agreement or 0:>9.0%} " + ("     -" if one.kappa is None else f"{one.kappa:6.2f}")
        print(line)
    for what, some in (("macro kappa, 10 metrics", [m for m in metrics if m.startswith("em-")]),):
        line = f"{what:24}"
        for report in columns.values():
            kappas = [kappa for metric in some if (kappa := report.metrics[metric].kappa) is not None]
            line += f"{sum(kappas) / len(kappas):>12.3f}    "
        print(line)


def _errors(cases: Sequence[Case]) -> None:
    for case in cases:
        for name, answer in case.gold.items():
            if case.is_read and case.found.get(name) != answer:
                print(f"{case.conversation.id} {name}: {answer} by label, {case.found.get(name)} found")


if __name__ == "__main__":
    main()
