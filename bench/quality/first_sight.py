"""How far verdicts and insights agree with people on conversations that nothing was fitted to, beside those that were read.

    python -m bench.quality.first_sight DATA_DIR [LABELS ...] [--save FILE] [--beside FILE]

LABELS are NDJSON whose lines each have a ``conversation`` and ``gold``; each is split by ``split.is_unread`` into what
was read and what never was. Or they are folders of written conversations (``bench.acts.compact``), which are not split.
DATA_DIR's ``labels/dev.ndjson`` and ``labels/challenge.ndjson`` were read whole.
Kappa has a 95 % interval (BCa, 2,000 resamples). ``--save`` keeps the machine's answers, by conversation id, so that a
later commit can print them again with ``--beside``; ``first_sight_before.json`` holds those of commit 0caacea.
"""

import argparse
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.audits.agreement import Agreement, Pair, compare
from auscult.domain.conversation import Conversation
from auscult.domain.form import Form
from auscult.domain.scoring.stored import PendingConversation
from auscult.services.definitions.forms.reading import all_starter_documents, read_form
from auscult.services.scoring.evaluate import Evaluator
from bench.acts.compact import written
from bench.quality.intelligence import by_id, f1_by_label, mean, told, with_conversation
from bench.quality.split import is_unread

SEED = 1960
FLAGS = ("escalation", "churn_risk")
FIELDS = ("resolved", *FLAGS, "customer_sentiment")
Answers = dict[str, str]


class Case(NamedTuple):
    """A labelled conversation, and what people say of each metric and field."""

    conversation: Conversation
    gold: Answers


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("labels", type=Path, nargs="*")
    parser.add_argument("--save", type=Path)
    parser.add_argument("--beside", type=Path)
    given = parser.parse_args()
    parts = parts_of(given.data, given.labels)
    answers = {name: machine(case.conversation for case in cases) for name, cases in parts.items()}
    before = msgspec.json.decode(given.beside.read_bytes(), type=dict[str, dict[str, Answers]]) if given.beside else {}
    show_reliability(parts)
    for name, cases in parts.items():
        show(name, cases, answers[name], before.get(name, {}))
    if given.save:
        given.save.write_bytes(msgspec.json.encode(answers) + b"\n")


def parts_of(data: Path, labels: Iterable[Path]) -> dict[str, list[Case]]:
    """Every labelled set, those that are split in two."""
    parts = {
        "development": [Case(one.conversation, gold(one.gold)) for one in by_id(data)],
        "challenge": _cases(data / "labels" / "challenge.ndjson"),
    }
    for file in labels:
        if file.is_dir():
            parts[file.name] = [Case(one.conversation, dict(one.answers)) for one in written(file)]
            continue
        cases = _cases(file)
        parts[f"{file.stem} read"] = [case for case in cases if not is_unread(case.conversation.id)]
        parts[f"{file.stem} unread"] = [case for case in cases if is_unread(case.conversation.id)]
    unread = [case for name, cases in parts.items() if name.endswith(" unread") for case in cases]
    return parts | ({"all unread": unread} if sum(name.endswith(" unread") for name in parts) > 1 else {})


def _cases(file: Path) -> list[Case]:
    return [Case(one.conversation, gold(one.gold)) for one in with_conversation(file)]


def gold(label: Mapping[str, Any]) -> Answers:
    """Return what people say, by metric and field."""
    metrics = {metric: said[0] for metric, said in label["metrics"].items()}
    return metrics | {field: str(label[field]) for field in FIELDS}


def shipped_forms() -> list[Form]:
    """Return the starter forms of every language, which here abstain from no answer, so that each is compared."""
    forms = [read_form(document) for document in all_starter_documents().values()]
    return [replace(form, abstain_below=None, abstain="na") for form in forms]


def machine(conversations: Iterable[Conversation], *, votes: bool = True) -> dict[str, Answers]:
    """Return the answers of the starter forms and of the analyzers, with votes or without, by conversation id."""
    pending = [PendingConversation(conversation=one, revision=1) for one in conversations]
    evaluator = _evaluator(votes=votes)
    answers: dict[str, Answers] = {}
    judged = evaluator.evaluate(pending, shipped_forms(), datetime.now(UTC))
    for one, (evaluation, insights) in zip(pending, judged, strict=True):
        found = {result.metric.id: result.verdict.qualification for result in evaluation.results}
        assert insights is not None
        answers[one.conversation.id] = found | {
            field: said for field, said in told(insights).items() if field in FIELDS
        }
    return answers


def _evaluator(*, votes: bool) -> Evaluator:
    return bootstrap.evaluator(replace(read_settings(), votes="on" if votes else "off"), judge_ineligible=True)


def f1_of(pairs: Iterable[tuple[bool, bool]]) -> float:
    """Return F1 of pairs: whether it is so, and whether the machine says so."""
    both = Counter(pairs)
    return 2 * both[True, True] / max(1, 2 * both[True, True] + both[True, False] + both[False, True])


def show(name: str, cases: Sequence[Case], answers: Mapping[str, Answers], before: Mapping[str, Answers]) -> None:
    """Print a set: for each question kappa with its interval, the figure before, and F1 of flags and sentiment."""
    print(f"\n{name}: {len(cases)} conversations")
    kappas: list[tuple[float, float]] = []
    for question in cases[0].gold:
        now, then = _agreement(cases, answers, question), _agreement(cases, before, question)
        line = f"  {question:20}{_kappa(now)} {_interval(now):15} agreement {now.agreement or 0:.3f}"
        if then.n:
            line += f"   before {_kappa(then)} {_interval(then):15}"
        print(line + _f1(question, cases, answers, before))
        if question.startswith("em-") and now.kappa is not None:
            kappas.append((now.kappa, then.kappa or 0.0))
    print(
        f"  {'macro of the ten':20}{mean(one for one, _ in kappas):6.3f}   before {mean(one for _, one in kappas):6.3f}"
    )


def show_reliability(parts: Mapping[str, Sequence[Case]]) -> None:
    """Print how often verdicts are right, by the confidence that they have."""
    for name, cases in parts.items():
        if name != "all unread":
            continue
        pending = [PendingConversation(conversation=case.conversation, revision=1) for case in cases]
        evaluator = _evaluator(votes=True)
        said: dict[int, list[bool]] = {}
        for case, judged in zip(cases, evaluator.evaluate(pending, shipped_forms(), datetime.now(UTC)), strict=True):
            for result in judged.evaluation.results:
                if (confidence := result.verdict.confidence) is not None:
                    is_right = result.verdict.qualification == case.gold[result.metric.id]
                    said.setdefault(min(9, int(confidence * 10)), []).append(is_right)
        print(f"{name}: verdicts that are right, by confidence")
        for tenth, right in sorted(said.items()):
            print(
                f"  {tenth / 10:.1f} to {tenth / 10 + 0.1:.1f}: {len(right):4} verdicts, {mean(map(float, right)):.3f} right"
            )


def _agreement(cases: Sequence[Case], answers: Mapping[str, Answers], question: str) -> Agreement:
    return compare(pairs(cases, answers, question), _stream())


def pairs(cases: Iterable[Case], answers: Mapping[str, Answers], question: str) -> list[Pair]:
    """Return each answer of people with the machine's, where it gave one."""
    both = ((case.gold[question], answers.get(case.conversation.id, {}).get(question)) for case in cases)
    return [(said, answered) for said, answered in both if answered is not None]


def _f1(question: str, cases: Sequence[Case], *answers: Mapping[str, Answers]) -> str:
    """Return F1 of a flag, or the mean F1 of sentiments, now and before."""
    if question not in (*FLAGS, "customer_sentiment"):
        return ""
    figures: list[str] = []
    for one in answers:
        if found := pairs(cases, one, question):
            each = f1_by_label(found)
            figures.append(f"{each.get('True', 0.0) if question in FLAGS else mean(each.values()):.3f}")
    return f"   F1 {' before '.join(figures)}"


def _stream() -> Callable[[], float]:
    return random.Random(SEED).random  # noqa: S311  the same numbers each time


def _kappa(one: Agreement) -> str:
    return "  none" if one.kappa is None else f"{one.kappa:6.3f}"


def _interval(one: Agreement) -> str:
    found = one.kappa_interval
    return f"[{found.low:.2f}, {found.high:.2f}]" if found else ""


if __name__ == "__main__":
    main()
