"""How far the starter forms agree with people, on labelled conversations.

    python bench/quality/starter.py DATA_DIR [LABELS ...]

DATA_DIR holds ``conversations/*.ndjson``, ``labels/dev.ndjson`` (by id) and ``labels/challenge.ndjson`` (each line with
its conversation). Further LABELS files, like the challenge, are told each for itself.

The forms are written, not fitted, so there is nothing to fit anew for each fold of a cross-validation. What can be
asked instead is how much they lean on words that only the conversations at hand have: for each fold, every
alternative that matches in this fold and in no other is taken out of the forms before the fold is judged. That is
harsh, as a wording written from general knowledge may well match only once; see docs/explanation/starter-forms.md.
"""

import argparse
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import re2
import yaml

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.audits.agreement import AgreementReport, compare_all
from auscult.domain.conversation import Conversation
from auscult.domain.form import Form
from auscult.domain.privacy.conversations import redact_conversation
from auscult.domain.said.text import spoken_words, straighten_quotes
from auscult.domain.scoring.stored import PendingConversation
from auscult.formats import Limits
from auscult.redactors.builtin import BuiltIn
from auscult.services.audits.labels import read_labels
from auscult.services.definitions.form_packs import expanded
from auscult.services.definitions.forms.reading import read_form, starter_documents
from auscult.services.scoring.intake.read import read_file

LIMITS = Limits()
CHALLENGE_FOLDS = 7
NEVER = "never said by anybody"
Document = dict[str, Any]


class Case(NamedTuple):
    """A labelled conversation, and the fold it is left out with."""

    fold: str
    conversation: Conversation
    gold: Mapping[str, str]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("labels", type=Path, nargs="*")
    given = parser.parse_args()
    written = [yaml.safe_load(expanded(document)) for document in starter_documents().values()]
    forms = _read(written)
    dev, challenge = list(_dev(given.data)), list(_challenge(given.data / "labels" / "challenge.ndjson"))
    both = dev + challenge
    columns = {
        "development": _agreement(dev, forms),
        "challenge": _agreement(challenge, forms),
        "both": _agreement(both, forms),
        "masked": _agreement(_masked(both), forms),
        "left out": _left_out(both, written),
    }
    columns |= {file.stem: _agreement(list(_challenge(file)), forms) for file in given.labels}
    _show(columns)
    for fold in sorted({case.fold for case in dev}):
        cases = [case for case in dev if case.fold == fold]
        report = _agreement(cases, forms)
        equal = sum(one.agreement or 0 for one in report.metrics.values()) / len(report.metrics)
        print(f"{fold}: {len(cases)} conversations, mean agreement {equal:.1%}")


def _dev(data: Path) -> Iterator[Case]:
    """The development labels; a fold is a source."""
    labels = read_labels(data / "labels" / "dev.ndjson", LIMITS).answers
    for file in sorted((data / "conversations").glob("*.ndjson")):
        if "verdicts" in file.name:
            continue
        for read in read_file(file, "", LIMITS):
            if isinstance(read, Conversation) and read.id in labels:
                yield Case(file.stem, read, labels[read.id])


def _challenge(file: Path) -> Iterator[Case]:
    """Labels that bring their conversations; a fold is every seventh."""
    labels = read_labels(file, LIMITS)
    for number, conversation in enumerate(labels.conversations):
        yield Case(f"{file.stem} {number % CHALLENGE_FOLDS}", conversation, labels.answers[conversation.id])


def _masked(cases: Sequence[Case]) -> list[Case]:
    """Redact the conversations, as an app that masks does: the difference to ``both`` is what redaction costs."""
    find = BuiltIn().find
    return [case._replace(conversation=redact_conversation(case.conversation, find).conversation) for case in cases]


def _agreement(cases: Sequence[Case], forms: Sequence[Form]) -> AgreementReport:
    return compare_all(_pairs(cases, forms))


def _pairs(cases: Sequence[Case], forms: Sequence[Form]) -> dict[str, list[tuple[str, str]]]:
    """Metric -> (answer of people, answer of the machine) for each case."""
    evaluator = bootstrap.evaluator(read_settings(), judge_ineligible=True)
    pending = [PendingConversation(conversation=case.conversation, revision=1) for case in cases]
    pairs: dict[str, list[tuple[str, str]]] = {}
    for case, (evaluation, _) in zip(cases, evaluator.evaluate(pending, forms, datetime.now(UTC)), strict=True):
        for result in evaluation.results:
            answers = (case.gold[result.metric.id], result.verdict.qualification)
            pairs.setdefault(result.metric.id, []).append(answers)
    return pairs


def _left_out(cases: Sequence[Case], written: Sequence[Document]) -> AgreementReport:
    """Judge each fold by forms without the alternatives that match nowhere but in it."""
    found_in = {alternative: _folds(alternative, cases) for alternative in _alternatives(written)}
    pairs: dict[str, list[tuple[str, str]]] = {}
    for fold in sorted({case.fold for case in cases}):
        only_here = {alternative for alternative, folds in found_in.items() if folds == {fold}}
        forms = _read([_without(document, only_here) for document in written])
        for metric, some in _pairs([case for case in cases if case.fold == fold], forms).items():
            pairs.setdefault(metric, []).extend(some)
    return compare_all(pairs)


def _folds(alternative: tuple[str, str], cases: Iterable[Case]) -> set[str]:
    """The folds in which an alternative matches a turn of anybody."""
    kind, written = alternative
    options = re2.Options()
    options.case_sensitive = False
    pattern = re2.compile(f"(?m:(?:^| )(?:{written})(?: |$))" if kind == "wording" else written, options)
    if kind == "wording":
        texts = (
            (case.fold, "\n".join(spoken_words(turn.text)[1:-1] for turn in case.conversation.turns)) for case in cases
        )
        return {fold for fold, text in texts if pattern.search(text)}
    turns = ((case.fold, straighten_quotes(turn.text)) for case in cases for turn in case.conversation.turns)
    return {fold for fold, text in turns if pattern.search(text)}


def _alternatives(node: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 a node of a YAML document
    """Every alternative of every wording, and every pattern."""
    if isinstance(node, Mapping):
        for wording in node.get("wording", ()):
            yield from (("wording", one) for one in split(_one_line(wording)))
        if "pattern" in node:
            yield "pattern", node["pattern"]
        for value in node.values():
            yield from _alternatives(value)
    elif isinstance(node, list):
        for value in node:
            yield from _alternatives(value)


def _without(node: Any, gone: set[tuple[str, str]]) -> Any:  # noqa: ANN401 a node of a YAML document
    """The same document without some alternatives."""
    if isinstance(node, Mapping):
        kept = {key: _without(value, gone) for key, value in node.items()}
        if "wording" in kept:
            left = [
                one for wording in kept["wording"] for one in split(_one_line(wording)) if ("wording", one) not in gone
            ]
            kept["wording"] = left or [NEVER]
        if ("pattern", kept.get("pattern")) in gone:
            kept["pattern"] = NEVER
        return kept
    return [_without(value, gone) for value in node] if isinstance(node, list) else node


def split(pattern: str) -> list[str]:
    """The alternatives of a pattern: cut at every bar that stands in no bracket."""
    parts, depth, start = list[str](), 0, 0
    for match in re.finditer(r"\\.|\[[^\]]*\]|[()|]", pattern):
        depth += {"(": 1, ")": -1}.get(match.group(), 0)
        if match.group() == "|" and depth == 0:
            parts.append(pattern[start : match.start()])
            start = match.end()
    return [*parts, pattern[start:]]


def _one_line(wording: str) -> str:
    return "".join(line.strip() for line in wording.splitlines())


def _read(documents: Iterable[Document]) -> list[Form]:
    return [read_form(msgspec.json.encode(document)) for document in documents]


def _show(columns: Mapping[str, AgreementReport]) -> None:
    """One line a metric: agreement, kappa and base rate in each column."""
    print(" " * 17 + "".join(f"{name[:22]:>24}" for name in columns))
    sizes = {name: max(one.n for one in report.metrics.values()) for name, report in columns.items()}
    print(" " * 17 + "".join(f"{'n ' + str(sizes[name]):>24}" for name in columns))
    print(" " * 17 + f"{'equal kappa  base':>24}" * len(columns))
    for metric in next(iter(columns.values())).metrics:
        line = f"{metric:17}"
        for report in columns.values():
            one = report.metrics[metric]
            kappa = "    -" if one.kappa is None else f"{one.kappa:5.2f}"
            line += f"{one.agreement or 0:>12.0%} {kappa} {one.base_rate or 0:>5.0%}"
        print(line)
    macros = (report.macro_kappa for report in columns.values())
    print(f"{'macro kappa':17}" + "".join(f"{kappa or 0:>18.3f}{'':6}" for kappa in macros))


if __name__ == "__main__":
    main()
