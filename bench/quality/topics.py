"""How well generated intents and topics tell conversations apart, beside what people say they are about.

    python bench/quality/topics.py DATA_DIR [--show]

DATA_DIR holds ``conversations`` with ``schema_guided.ndjson`` and its verdicts (the intent of each conversation),
``bank_calls.ndjson`` with ``harper_valley/metadata`` (the task), ``written_calls.ndjson`` with ``vcon/dataset`` (the
problem it was written about), and ``dstc11_natcs`` and ``banking77``, whose utterances are read as conversations of
one turn. The names that people gave are not ours, so that agreement is told in three ways:

- accuracy: the first name is one that ``NAMES`` holds for the intent, where it holds any; ``found`` is that any is;
- NMI: normalised mutual information (arithmetic mean) between the first name and the intent;
- purity: how often a name's most frequent intent is the intent, which one name for all brings to the share of the
  most frequent intent.

``NAMES`` was written by reading the lists of intents, before the figures.
"""

import argparse
import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from math import log
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml

from auscult.analyzers import ANALYZERS
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.insight import Insights
from auscult.engines import embedded
from auscult.services.scoring.analyze import analyze, open_analysis

NAMES: dict[str, dict[str, list[str]]] = yaml.safe_load(Path(__file__).with_name("topics.yaml").read_text("utf-8"))
AT_A_TIME = 200


class Case(NamedTuple):
    """A conversation, and what people say that it is about."""

    conversation: Conversation
    gold: str


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--show", action="store_true", help="print the names that each intent got")
    given = parser.parse_args()
    for name, cases in sets(given.data):
        if cases:
            show(name, cases, NAMES.get(name.partition(",")[0], {}), shown=given.show)


def sets(data: Path) -> Iterator[tuple[str, list[Case]]]:
    """The labelled sets."""
    yield "schema-guided", list(schema_guided(data / "conversations"))
    yield "bank calls", list(bank_calls(data))
    yield "written calls", list(written_calls(data))
    for file in sorted((data / "dstc11_natcs").glob("*.jsonl")):
        rows = map(json.loads, file.read_text("utf-8").splitlines())
        yield f"DSTC11, {file.name.partition('.')[0]}", [Case(single(row["utterance"]), row["intent"]) for row in rows]
    if (data / "banking77" / "test.csv").is_file():
        with (data / "banking77" / "test.csv").open(encoding="utf-8", newline="") as file:
            yield "banking77, test", [Case(single(row["text"]), row["category"]) for row in csv.DictReader(file)]


def schema_guided(folder: Path) -> Iterator[Case]:
    """Chats with an assistant; many of them go on to a second thing, of which the gold says nothing."""
    verdicts = lines(folder / "schema_guided.verdicts.ndjson")
    intents = {row["id"]: row["intent"] for row in map(json.loads, verdicts)}
    for document in map(json.loads, lines(folder / "schema_guided.ndjson")):
        yield Case(read(document), intents[document["id"]])


def bank_calls(data: Path) -> Iterator[Case]:
    """Calls to a bank, with the task that the caller was given."""
    for document in map(json.loads, lines(data / "conversations" / "bank_calls.ndjson")):
        call = document["custom_id"].partition(":")[2]
        metadata = json.loads((data / "harper_valley" / "metadata" / f"{call}.json").read_text("utf-8"))
        yield Case(read(document), metadata["agent"]["responses"][-1]["data"]["task_type"])


def written_calls(data: Path) -> Iterator[Case]:
    """Calls that a model wrote, with the one word about the problem that it was given."""
    for document in map(json.loads, lines(data / "conversations" / "written_calls.ndjson")):
        name = document["custom_id"].partition(":")[2]
        vcon = json.loads((data / "vcon" / "dataset" / f"{name}.vcon.json").read_text("utf-8"))
        made = next(one for one in vcon["attachments"] if one["type"] == "generation_info")
        yield Case(read(document), made["body"]["problem"])


def lines(file: Path) -> list[str]:
    """The lines of a file; none where there is none."""
    return file.read_text(encoding="utf-8").splitlines() if file.is_file() else []


def read(document: dict[str, Any]) -> Conversation:
    """A conversation, all fields of which are as the product has them."""
    return msgspec.convert(document, Conversation, strict=False)


def single(text: str) -> Conversation:
    """A conversation of one turn of the customer's."""
    turn = Turn(id="m1", speaker="customer", text=text)
    return Conversation(id="c-1", channel="chat", started_at=datetime(2026, 1, 1, tzinfo=UTC), turns=(turn,))


def analyzed(cases: Sequence[Case]) -> Iterator[Insights]:
    """What the product finds in each."""
    engines = {engine.probe: engine for engine in embedded()}
    for start in range(0, len(cases), AT_A_TIME):
        opened = [
            open_analysis(case.conversation, ANALYZERS, frozenset(engines)) for case in cases[start : start + AT_A_TIME]
        ]
        asked = dict.fromkeys(probe for one in opened for probe in one.probes)
        answers = {}
        for kind, engine in engines.items():
            of_kind = [probe for probe in asked if type(probe) is kind]
            answers |= zip(of_kind, engine.answer(of_kind), strict=True)
        yield from analyze(opened, ANALYZERS, answers)


def show(name: str, cases: Sequence[Case], names: dict[str, list[str]], *, shown: bool) -> None:
    """Print one set."""
    found = [[intent.name for intent in one.intents or ()] for one in analyzed(cases)]
    first = [some[0] if some else "" for some in found]
    gold = [case.gold for case in cases]
    mapped = [index for index, one in enumerate(gold) if one in names]
    common = max(Counter(gold[index] for index in mapped).values(), default=0)
    right = sum(first[index] in names[gold[index]] for index in mapped)
    any_right = sum(not set(names[gold[index]]).isdisjoint(found[index]) for index in mapped)
    told = (
        f"accuracy {right / len(mapped):.3f} found {any_right / len(mapped):.3f} (trivial {common / len(mapped):.3f})"
    )
    print(
        f"{name:<24} n {len(cases):>5} mapped {len(mapped):>5}  {told if mapped else 'no accuracy':<52}"
        f"  NMI {mutual(gold, first):.3f} (trivial 0)  purity {purity(gold, first):.3f}"
        f" (trivial {max(Counter(gold).values()) / len(gold):.3f})  names {len(set(first))} for {len(set(gold))}"
        f"  a conversation {sum(map(len, found)) / len(found):.2f}  without {first.count('') / len(first):.3f}"
    )
    if shown:
        by_gold: dict[str, Counter[str]] = defaultdict(Counter)
        for one, other in zip(gold, first, strict=True):
            by_gold[one][other] += 1
        for one, others in sorted(by_gold.items()):
            print(f"    {one:<34} {', '.join(f'{other or None} {count}' for other, count in others.most_common(6))}")


def mutual(gold: Sequence[str], found: Sequence[str]) -> float:
    """Normalised mutual information, arithmetic mean; 0 where one of the two is all the same."""
    joint = entropy(Counter(zip(gold, found, strict=True)).values())
    one, other = entropy(Counter(gold).values()), entropy(Counter(found).values())
    return 2 * (one + other - joint) / (one + other) if one and other else 0.0


def entropy(counts: Iterable[int]) -> float:
    """In nats."""
    kept = list(counts)
    total = sum(kept)
    return -sum(count / total * log(count / total) for count in kept)


def purity(gold: Sequence[str], found: Sequence[str]) -> float:
    """The share that is of its name's most frequent intent."""
    by_found: dict[str, Counter[str]] = defaultdict(Counter)
    for one, other in zip(gold, found, strict=True):
        by_found[other][one] += 1
    return sum(max(some.values()) for some in by_found.values()) / len(gold)


if __name__ == "__main__":
    main()
