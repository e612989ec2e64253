"""How well topics are learned from a few examples of each: banking77 and NLU++ by their published protocols.

    python bench/quality/intents.py DATA_DIR [--embedding semantic] [--draws 10]

- banking77 (DATA_DIR/banking77): 10 texts of each of 77 intents drawn from the training part, all 3,080 texts of the
  test part told; ``draws`` times, and once with the first ten of each. The same with 3, and with the names of the
  intents alone or as further examples, as a taxonomy has them.
- NLU++ banking (DATA_DIR/nlupp, 20 folds): 20-fold trains on one fold and tests on the other nineteen, 10-fold on two
  and eighteen, each in turn. A text has several of 48 intents, so that each is learned for itself, yes or no.
  Micro-F1 is what is published of it.
- Whether a text is about none of the topics (DSTC11-NatCS, DATA_DIR/dstc11_natcs): every second intent is taken out of
  the taxonomy, and F1 counts what is found of texts of all intents, as a conversation of one turn.

What one answer for all would reach stands in brackets; draws are seeded.
"""

import argparse
import csv
import json
import random
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from auscult.analyzers.topics.configured_intents import ConfiguredIntents
from auscult.domain.audits.agreement import compare
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.definitions.taxonomy import Node, Taxonomy
from auscult.domain.insight import Insights
from auscult.domain.probe import Examples, FewShot, FewShotAnswer, Probe
from auscult.engines import embedded
from auscult.engines._contract import Engine

Rows = list[tuple[str, str]]
"""Texts with their labels."""
Engines = Mapping[type[Probe], Engine]
STARTED = "2026-01-01T00:00:00Z"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--embedding", choices=("wordllama", "semantic"), default="wordllama")
    parser.add_argument("--draws", type=int, default=10)
    given = parser.parse_args()
    engines: Engines = {engine.probe: engine for engine in embedded(given.embedding)}
    print(engines[FewShot].version)
    if (given.data / "banking77").is_dir():
        banking(given.data / "banking77", engines, given.draws)
    if (given.data / "nlupp").is_dir():
        nlupp(given.data / "nlupp", engines)
    for file in sorted((given.data / "dstc11_natcs").glob("*.jsonl")):
        rows = [(row["utterance"], row["intent"]) for row in map(json.loads, file.read_text("utf-8").splitlines())]
        outside(file.name.partition(".")[0], rows, engines)


def banking(folder: Path, engines: Engines, draws: int) -> None:
    """Ten and three examples of each intent; none but their names."""
    parts: dict[str, Rows] = {}
    for part in ("train", "test"):
        with (folder / f"{part}.csv").open(encoding="utf-8", newline="") as file:
            parts[part] = [(row["text"], row["category"]) for row in csv.DictReader(file)]
    by_label: dict[str, list[str]] = {}
    for text, label in parts["train"]:
        by_label.setdefault(label, []).append(text)
    names = {label: [spelled(label)] for label in by_label}
    for count, named in ((10, False), (10, True), (3, False), (3, True)):
        told = [
            figures(learned(drawn(by_label, count, seed), names if named else {}), parts["test"], engines)
            for seed in range(draws)
        ]
        show(f"banking77, {count} a class{', names' if named else ''}, {draws} draws", told, parts["test"])
    show("banking77, the first 10", [figures(learned(first(by_label, 10), {}), parts["test"], engines)], parts["test"])
    show("banking77, names alone", [figures(learned(names, {}), parts["test"], engines)], parts["test"])


def drawn(by_label: Mapping[str, Sequence[str]], count: int, seed: int) -> dict[str, list[str]]:
    """So many texts of each label, by chance."""
    chance = random.Random(seed)  # noqa: S311  (a draw, no secret)
    return {label: chance.sample(list(texts), count) for label, texts in sorted(by_label.items())}


def first(by_label: Mapping[str, Sequence[str]], count: int) -> dict[str, list[str]]:
    """The first texts of each label."""
    return {label: list(texts[:count]) for label, texts in by_label.items()}


def learned(texts: Mapping[str, Sequence[str]], more: Mapping[str, Sequence[str]]) -> Examples:
    """Examples of labels, with more of each."""
    return Examples(tuple(texts), tuple((*some, *more.get(label, ())) for label, some in texts.items()))


def spelled(label: str) -> str:
    """A label as words: ``card_arrival`` and ``CardArrival`` become ``card arrival``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label).replace("_", " ").replace("?", "").lower()


def figures(examples: Examples, rows: Rows, engines: Engines) -> tuple[float, float, float]:
    """Accuracy, macro-F1 and kappa over texts with labels."""
    (answer,) = engines[FewShot].answer([FewShot(examples, tuple(text for text, _ in rows))])
    assert isinstance(answer, FewShotAnswer)
    said = [likely[0].label if likely else "" for likely in answer.likely]
    pairs = list(zip([label for _, label in rows], said, strict=True))
    agreement = compare(pairs)
    return agreement.agreement or 0.0, macro_f1(pairs), agreement.kappa or 0.0


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """The mean of F1 over the labels that people gave."""
    right = Counter(label for label, said in pairs if label == said)
    either = Counter(label for pair in pairs for label in pair)
    labels = {label for label, _ in pairs}
    return sum(2 * right[label] / either[label] for label in labels) / len(labels)


def show(name: str, told: Sequence[tuple[float, float, float]], rows: Rows) -> None:
    """Print means over draws, beside what the most frequent label would reach."""
    common = Counter(label for _, label in rows).most_common(1)[0]
    trivial = macro_f1([(label, common[0]) for _, label in rows])
    accuracy, f1, kappa = (statistics.mean(some) for some in zip(*told, strict=True))
    spread = f" ± {statistics.stdev([one[0] for one in told]):.3f}" if len(told) > 1 else ""
    least = f", least {min(one[0] for one in told):.3f}" if len(told) > 1 else ""
    print(
        f"{name:<44} n {len(rows):>5}  accuracy {accuracy:.3f}{spread}{least} (trivial {common[1] / len(rows):.3f})"
        f"  macro-F1 {f1:.3f} (trivial {trivial:.3f})  kappa {kappa:.3f}",
        flush=True,
    )


def nlupp(folder: Path, engines: Engines) -> None:
    """Figures over all intents of all texts, the mean over folds."""
    folds = [json.loads((folder / f"banking_fold{number}.json").read_text("utf-8")) for number in range(20)]
    for size in (1, 2):
        told, trivial = [], []
        for start in range(0, len(folds), size):
            train = [row for fold in folds[start : start + size] for row in fold]
            test = [row for index, fold in enumerate(folds) if not start <= index < start + size for row in fold]
            gold = [set(row.get("intents", [])) for row in test]
            said: list[set[str]] = [set() for _ in test]
            for intent in sorted({intent for row in train for intent in row.get("intents", [])}):
                for index in having(intent, train, test, engines):
                    said[index].add(intent)
            told.append(of_several(gold, said))
            common = Counter(intent for row in train for intent in row.get("intents", [])).most_common(1)[0][0]
            trivial.append(of_several(gold, [{common}] * len(test)))
        print(f"NLU++ banking, {20 // size}-fold{'':<22} n {sum(map(len, folds)):>5}", end="")
        for name, some, other in zip(
            ("micro-F1", "macro-F1", "accuracy", "kappa"),
            zip(*told, strict=True),
            zip(*trivial, strict=True),
            strict=True,
        ):
            mean, spread = statistics.mean(some), statistics.stdev(some)
            print(f"  {name} {mean:.3f} ± {spread:.3f} (trivial {statistics.mean(other):.3f})", end="")
        print(flush=True)


def having(intent: str, train: Sequence[dict], test: Sequence[dict], engines: Engines) -> Iterator[int]:
    """The indexes of the test texts that are said to have an intent."""
    texts = {
        answer: tuple(row["text"] for row in train if (intent in row.get("intents", [])) == (answer == "yes"))
        for answer in ("yes", "no")
    }
    probe = FewShot(Examples(tuple(texts), tuple(texts.values())), tuple(row["text"] for row in test))
    (answer,) = engines[FewShot].answer([probe])
    assert isinstance(answer, FewShotAnswer)
    return (index for index, likely in enumerate(answer.likely) if likely and likely[0].label == "yes")


def of_several(gold: Sequence[set[str]], said: Sequence[set[str]]) -> tuple[float, float, float, float]:
    """Micro-F1 as it is published, macro-F1 over the intents, texts with all of theirs right and no other, and kappa.

    Kappa is that of every yes and no, one for each text and intent.
    """
    right = Counter(intent for one, other in zip(gold, said, strict=True) for intent in one & other)
    theirs, ours = (Counter(intent for one in sets for intent in one) for sets in (gold, said))
    each = [2 * right[intent] / (theirs[intent] + ours[intent]) for intent in theirs]
    exact = sum(one == other for one, other in zip(gold, said, strict=True)) / len(gold)
    both, wanted, found, decisions = right.total(), theirs.total(), ours.total(), len(gold) * len({*theirs, *ours})
    agreed = (decisions - wanted - found + 2 * both) / decisions
    chance = (wanted * found + (decisions - wanted) * (decisions - found)) / decisions**2
    return 2 * both / (wanted + found), statistics.mean(each), exact, (agreed - chance) / (1 - chance)


def outside(name: str, rows: Rows, engines: Engines) -> None:
    """A taxonomy of all intents, and of every second one, by names alone and with three examples of each."""
    labels = sorted({label for _, label in rows})
    for kept in (labels, labels[::2]):
        for count in (0, 3):
            by_label: dict[str, list[str]] = {label: [] for label in kept}
            for text, label in rows:
                if label in by_label:
                    by_label[label].append(text)
            taken = {
                label: texts[:: max(1, len(texts) // count)][:count] if count else []
                for label, texts in by_label.items()
            }
            nodes = tuple(
                Node(name=label, level=1, description=spelled(label), examples=tuple(taken[label])) for label in kept
            )
            analyzer = ConfiguredIntents([Taxonomy(id="tx-bench", name="Bench", topics=nodes)])
            known = {text for texts in taken.values() for text in texts}
            tested = [(text, label) for text, label in rows if text not in known]
            right = found = wanted = 0
            for text, label in tested:
                told = topics(text, analyzer, engines)
                right, found, wanted = right + (label in told), found + len(told), wanted + (label in by_label)
            everybody = 2 * wanted / (len(tested) * len(kept) + wanted)
            print(
                f"{f'DSTC11 {name}, {len(kept)} of {len(labels)} topics':<44} n {len(tested):>5}"
                f"  {count} examples  precision {right / max(1, found):.3f}  recall {right / wanted:.3f}"
                f"  F1 {2 * right / (found + wanted):.3f} (all topics for all {everybody:.3f})",
                flush=True,
            )


def topics(text: str, analyzer: ConfiguredIntents, engines: Engines) -> set[str]:
    """The topics found in a conversation of one turn."""
    turn = Turn(id="m1", speaker="customer", text=text)
    said = Conversation(id="c-1", channel="chat", started_at=STARTED, turns=(turn,))  # type: ignore[arg-type]
    answers = {probe: engines[type(probe)].answer([probe])[0] for probe in analyzer.probes(said)}
    found = analyzer.analyze(said, answers, Insights(language="en"))
    return {topic.name for topic in found} if isinstance(found, tuple) and not hasattr(found, "reason") else set()


if __name__ == "__main__":
    main()
