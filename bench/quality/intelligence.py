"""How far the analyzers agree with people on labelled conversations: sentiment, escalation, churn, resolution, empathy.

    python bench/quality/intelligence.py DATA_DIR [LABELS ...] [--wrong]

DATA_DIR holds ``conversations/*.ndjson``, ``labels/dev.ndjson`` (by id), ``labels/challenge.ndjson`` (each line with
its conversation), and, where they are there, ``goemotions``, ``banking77``, ``nlupp`` and ``dstc11_natcs``. Further
LABELS files are like the challenge. Beside each figure stands what the most frequent answer alone would reach.
``--wrong`` names the conversations that were told differently, but not what they say.
"""

import argparse
import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from auscult.analyzers import ANALYZERS
from auscult.analyzers._contract import Unknown
from auscult.domain.audits.agreement import compare
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.insight import Insights, Outcome
from auscult.domain.probe import Answers, Classification, ClassificationAnswer, Probe
from auscult.engines import embedded
from auscult.engines._contract import Engine

FIELDS = ("customer_sentiment", "escalation", "churn_risk", "resolved", "empathy")
GROUPS = {
    "negative": "anger annoyance disappointment disapproval disgust embarrassment fear grief nervousness remorse sadness",
    "positive": "admiration amusement approval caring desire excitement gratitude joy love optimism pride relief",
    "neutral": "neutral confusion curiosity realization surprise",
}
"""GoEmotions' published sentiments; "ambiguous" counts as neutral, texts both good and bad are left out."""
LEAVING = ("terminate_account", "CloseBankAccount", "CloseAccount", "CancelPlan")
"""Intents of banking77 and DSTC11 that mean leaving."""

Engines = Mapping[type[Probe], Engine]


class Case(NamedTuple):
    """A labelled conversation."""

    conversation: Conversation
    gold: Mapping[str, Any]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("labels", type=Path, nargs="*")
    parser.add_argument("--wrong", action="store_true", help="name the conversations that were told differently")
    given = parser.parse_args()
    engines = {engine.probe: engine for engine in embedded()}
    dev = list(by_id(given.data))
    challenge = list(with_conversation(given.data / "labels" / "challenge.ndjson"))
    parts = {"development": dev, "challenge": challenge, "both": dev + challenge}
    parts |= {file.stem: list(with_conversation(file)) for file in given.labels}
    for name, cases in parts.items():
        show_cases(name, cases, engines, wrong=given.wrong and name != "both")
    if (given.data / "goemotions").is_dir():
        show_goemotions(given.data / "goemotions", engines)
    show_utterances(given.data)


def by_id(data: Path) -> Iterator[Case]:
    """The development labels with their conversations."""
    conversations = {
        conversation.id: conversation
        for file in sorted((data / "conversations").glob("*.ndjson"))
        if "verdicts" not in file.name
        for conversation in map(read_conversation, map(json.loads, lines(file)))
    }
    for gold in map(json.loads, lines(data / "labels" / "dev.ndjson")):
        yield Case(conversations[gold["id"]], gold)


def with_conversation(file: Path) -> Iterator[Case]:
    """Labels that bring their conversation along."""
    for line in map(json.loads, lines(file)):
        yield Case(read_conversation(line["conversation"]), line["gold"])


def read_conversation(document: Mapping[str, Any]) -> Conversation:
    """A conversation of a labelled set, all fields of which are as the product has them."""
    return msgspec.convert(document, Conversation, strict=False)


def lines(file: Path) -> list[str]:
    """The lines of a file."""
    return file.read_text(encoding="utf-8").splitlines()


def analyze(conversation: Conversation, engines: Engines) -> Insights:
    """What the analyzers find."""
    probes = dict.fromkeys(probe for analyzer in ANALYZERS.values() for probe in analyzer.probes(conversation))
    answers: Answers = {probe: engines[type(probe)].answer([probe])[0] for probe in probes if type(probe) in engines}
    known = Insights()
    for field, analyzer in ANALYZERS.items():
        found = analyzer.analyze(conversation, answers, known)
        if not isinstance(found, Unknown):
            known = msgspec.structs.replace(known, **{field: found})
    return known


def told(insights: Insights) -> dict[str, str]:
    """What the machine says, in the words of the labels. Nothing known of the customer: neutral, false, NA."""
    return {
        "customer_sentiment": insights.sentiment.label if insights.sentiment else "neutral",
        "escalation": str(bool(insights.escalation and insights.escalation.observed)),
        "churn_risk": str(bool(insights.churn_risk and insights.churn_risk.observed)),
        "resolved": insights.resolution.resolution if insights.resolution else "NA",
        "empathy": empathy(insights),
    }


def empathy(insights: Insights) -> str:
    """YES where trouble was answered with empathy at least once, NO where never, NA where none was told."""
    rows = insights.habits or ()
    if not any(row.empathy_sought for row in rows):
        return "NA"
    return "YES" if any(row.empathy_shown for row in rows) else "NO"


def gold(case: Case, field: str) -> str:
    """What people say."""
    return str(case.gold["metrics"]["em-empathy"][0] if field == "empathy" else case.gold[field])


def show_cases(name: str, cases: Sequence[Case], engines: Engines, *, wrong: bool) -> None:
    """Print how a labelled set was told."""
    found = [analyze(case.conversation, engines) for case in cases]
    answers = [told(insights) for insights in found]
    print(f"\n{name}: {len(cases)} conversations")
    for field in FIELDS:
        pairs = [(gold(case, field), answer[field]) for case, answer in zip(cases, answers, strict=True)]
        show(field, pairs)
        if wrong:
            for case, (said, answered) in zip(cases, pairs, strict=True):
                if said != answered:
                    print(f"    {case.conversation.id}: people {said}, machine {answered}")
    show_marks([(case.gold["resolved"], one.resolution) for case, one in zip(cases, found, strict=True)])


def show_marks(pairs: Iterable[tuple[str, Outcome | None]]) -> None:
    """Print the share of YES and NO that is right, of those that are certain and those that are unclear."""
    right: dict[bool, list[bool]] = {True: [], False: []}
    for said, outcome in pairs:
        if outcome is not None and outcome.resolution != "NA":
            right[outcome.doubt is msgspec.UNSET].append(said == outcome.resolution)
    shares = [
        f"{word} {sum(each)} of {len(each)}" for word, each in (("certain", right[True]), ("unclear", right[False]))
    ]
    print(f"  resolved, right: {', '.join(shares)}")


def show(name: str, pairs: Sequence[tuple[str, str]]) -> None:
    """Print agreement beside what the most frequent answer alone would reach."""
    agreement = compare(pairs)
    common = Counter(said for said, _ in pairs).most_common(1)[0][0]
    each = f1_by_label(pairs)
    trivial = f1_by_label([(said, common) for said, _ in pairs])
    kappa = "  none" if agreement.kappa is None else f"{agreement.kappa:6.3f}"
    print(
        f"  {name:<22} n {agreement.n:>5}  accuracy {agreement.agreement:.3f} (trivial {agreement.base_rate:.3f})"
        f"  macro-F1 {mean(each.values()):.3f} (trivial {mean(trivial.values()):.3f})  kappa {kappa}"
        f"  F1 {', '.join(f'{label} {value:.2f}' for label, value in each.items())}"
    )


def f1_by_label(pairs: Sequence[tuple[str, str]]) -> dict[str, float]:
    """F1 of each label that people gave."""
    scores: dict[str, float] = {}
    for label in sorted({said for said, _ in pairs}):
        both = sum(said == answered == label for said, answered in pairs)
        either = sum((said == label) + (answered == label) for said, answered in pairs)
        scores[label] = 2 * both / either
    return scores


def mean(values: Iterable[float]) -> float:
    """The plain mean."""
    kept = list(values)
    return sum(kept) / len(kept)


def show_goemotions(folder: Path, engines: Engines) -> None:
    """Print how the sentiment head, the emotion head and the whole analyzer tell GoEmotions' test texts."""
    names = (folder / "labels.txt").read_text(encoding="utf-8").split()
    group = {name: label for label, members in GROUPS.items() for name in members.split()}
    texts: list[tuple[str, str]] = []
    for line in lines(folder / "test.tsv"):
        text, labels, _ = line.split("\t")
        groups = {group[names[int(label)]] for label in labels.split(",")}
        if not {"negative", "positive"} <= groups:
            texts.append((min(groups - {"neutral"} or groups), text))
    asked = tuple(text for _, text in texts)
    print("\nGoEmotions test, grouped to negative, neutral, positive")
    sentiment, emotion = (classified(engines, head, asked) for head in ("sentiment", "emotion"))
    show("sentiment head", [(said, answer) for (said, _), answer in zip(texts, sentiment, strict=True)])
    by_emotion = {
        "neutral": "neutral",
        "confusion": "neutral",
        "anger": "negative",
        "sadness": "negative",
        "fear": "negative",
    }
    show(
        "emotion head, grouped",
        [(said, by_emotion.get(answer, "positive")) for (said, _), answer in zip(texts, emotion, strict=True)],
    )
    show("turns, by analyzer", [(said, turn_label(text, engines)) for said, text in texts])


def classified(engines: Engines, head: str, texts: tuple[str, ...]) -> list[str]:
    """The likeliest label of each text."""
    (answer,) = engines[Classification].answer([Classification(head, texts)])
    assert isinstance(answer, ClassificationAnswer)
    return [answer.labels[shares.index(max(shares))] for shares in answer.probabilities]


def turn_label(text: str, engines: Engines) -> str:
    """What the sentiment analyzer says of a text as a customer's turn."""
    sentiment = analyze(single(text), engines).sentiment
    return sentiment.turns[0].label if sentiment is not None else "neutral"


def single(text: str) -> Conversation:
    """A conversation of one turn of the customer's."""
    turn = Turn(id="m1", speaker="customer", text=text)
    return Conversation(id="c-1", channel="chat", started_at=datetime(2026, 1, 1, tzinfo=UTC), turns=(turn,))


def show_utterances(data: Path) -> None:
    """Print how often a single utterance raises a flag, in sets whose intents say whether it should."""
    raised = {
        field: lambda text, field=field: ANALYZERS[field].analyze(single(text), {}, Insights()).observed
        for field in ("churn_risk", "escalation")
    }
    print("\nSingle utterances")
    for part in ("train", "test"):
        file = data / "banking77" / f"{part}.csv"
        if file.is_file():
            rows = list(csv.DictReader(lines(file)))
            show(
                f"churn, banking77 {part}",
                [(str(row["category"] in LEAVING), str(raised["churn_risk"](row["text"]))) for row in rows],
            )
    for file in sorted((data / "dstc11_natcs").glob("*.jsonl")):
        rows = [json.loads(line) for line in lines(file)]
        name = f"churn, {file.name.partition('.')[0]}"
        show(name, [(str(row["intent"] in LEAVING), str(raised["churn_risk"](row["utterance"]))) for row in rows])
    rows = [
        row for file in sorted((data / "nlupp").glob("*_fold*.json")) for row in json.loads(file.read_text("utf-8"))
    ]
    if rows:
        pairs = [(str("handoff" in row.get("intents", [])), str(raised["escalation"](row["text"]))) for row in rows]
        show("escalation, NLU++", pairs)


if __name__ == "__main__":
    main()
