# /// script
# requires-python = ">=3.11"
# dependencies = ["auscult", "scikit-learn>=1.9"]
# ///
"""Trains the heads that tell the tone of a text and whether it reports trouble, and measures them.

    python bench/heads/train.py DATA_DIR [--write]

``DATA_DIR`` holds ``goemotions`` (train.tsv, dev.tsv, test.tsv, labels.txt; Google, CC BY 4.0), ``banking77``
(train.csv, test.csv; PolyAI, CC BY 4.0), ``dstc11_natcs`` (*.jsonl; Amazon, CDLA-Permissive-2.0) and ``nlupp``
(*_fold*.json; PolyAI, CC BY 4.0; folds with an even number train, the others measure). The contact-centre lines beside this file are the project's own.
scikit-learn is needed here and nowhere else. Nothing is drawn by chance: the same data gives the same file. What the
heads are for, and their figures: docs/reference/analyzers.md.
"""

import argparse
import csv
import json
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, cohen_kappa_score, f1_score

from auscult.domain.said.text import spoken_words
from auscult.engines.wordllama import WordLlama

HERE = Path(__file__).parent
PACKAGED = HERE.parents[1] / "src" / "auscult" / "engines" / "trained" / "tone.npz"
REVISION = 2
MIN_TEXTS = 5
"""In how many texts a word or pair of words must stand to count."""
OWN_WEIGHT = 3.0
"""What a contact-centre line weighs beside a text of GoEmotions."""
VECTOR_SCALE = 2.0
PENALTY = 0.1
KEPT_WEIGHT = 0.04
"""Words whose weights are all smaller than this are left out."""

EMOTIONS = {
    "neutral": "neutral realization curiosity surprise desire",
    "anger": "anger annoyance disapproval disgust",
    "sadness": "sadness disappointment grief remorse embarrassment",
    "fear": "fear nervousness",
    "confusion": "confusion",
    "happiness": "joy amusement excitement love optimism pride relief",
    "satisfaction": "admiration approval",
    "gratitude": "gratitude",
    "caring": "caring",
}
"""GoEmotions' labels by ours."""
SENTIMENTS = {
    "negative": "anger annoyance disapproval disgust sadness disappointment grief remorse embarrassment fear nervousness",
    "neutral": "neutral realization curiosity surprise confusion",
    "positive": "joy amusement excitement love optimism pride relief admiration approval gratitude caring desire",
}
"""The published grouping, its fourth group ("ambiguous") counted as neutral."""
OWN = {
    "anger": ("negative", "anger", "trouble"),
    "sadness": ("negative", "sadness", "trouble"),
    "fear": ("negative", "fear", "trouble"),
    "problem": ("neutral", "neutral", "trouble"),
    "confusion": ("neutral", "confusion", None),
    "neutral": ("neutral", "neutral", "plain"),
    "happiness": ("positive", "happiness", "plain"),
    "satisfaction": ("positive", "satisfaction", "plain"),
    "gratitude": ("positive", "gratitude", "plain"),
    "empathy": (None, "caring", None),
    "patience": ("neutral", "neutral", None),
}
"""Our lines' labels as (sentiment, emotion, trouble); None leaves them out."""
TROUBLE = (
    "balance_not_updated_after_bank_transfer balance_not_updated_after_cheque_or_cash_deposit"
    " beneficiary_not_allowed card_not_working card_payment_not_recognised card_payment_wrong_exchange_rate"
    " card_swallowed cash_withdrawal_not_recognised compromised_card contactless_not_working"
    " declined_card_payment declined_cash_withdrawal declined_transfer direct_debit_payment_not_recognised"
    " extra_charge_on_statement failed_transfer lost_or_stolen_card lost_or_stolen_phone"
    " pending_cash_withdrawal pin_blocked Refund_not_showing_up reverted_card_payment? top_up_failed"
    " top_up_reverted transaction_charged_twice transfer_not_received_by_recipient unable_to_verify_identity"
    " virtual_card_not_working wrong_amount_of_cash_received wrong_exchange_rate_for_cash_withdrawal"
    " DisputeCharge ReportAutomobileAccident ReportBillingIssue ReportLostStolenCard"
    " wrong_notworking_notshowing lost_stolen"
)
"""Intents of banking77, DSTC11 and NLU++ with which something went wrong."""
UNSURE = (
    "card_about_to_expire cancel_transfer card_arrival card_payment_fee_charged cash_withdrawal_charge"
    " exchange_charge passcode_forgotten pending_card_payment pending_top_up pending_transfer request_refund"
    " terminate_account top_up_by_bank_transfer_charge top_up_by_card_charge transfer_fee_charged"
    " FileClaim RequestNewCard ResetPassword"
)
"""Intents with which something may have gone wrong or not: left out."""


class Text(NamedTuple):
    """A text, where it comes from, and the names it has there."""

    text: str
    names: tuple[str, ...]
    source: Literal["goemotions", "own", "intents"]


Tell = Callable[[Text], list[str]]
"""Gives a text's labels."""


class Head(NamedTuple):
    """What is asked of a text: a name, the labels, and which of them a text has."""

    name: str
    labels: list[str]
    tell: Tell


class Examples(NamedTuple):
    """Texts, each with its labels and weight; a text with two labels stands here twice."""

    rows: NDArray[np.int64]
    labels: NDArray[np.int64]
    weights: NDArray[np.float64]


def read(folder: Path, part: str) -> list[Text]:
    """One part of GoEmotions."""
    names = (folder / "labels.txt").read_text(encoding="utf-8").split()
    lines = (folder / f"{part}.tsv").read_text(encoding="utf-8").splitlines()
    cells = (line.split("\t") for line in lines)
    return [
        Text(text, tuple(names[int(label)] for label in labels.split(",")), "goemotions") for text, labels, _ in cells
    ]


def read_own() -> list[Text]:
    """The contact-centre lines."""
    lines = (HERE / "contact_centre.tsv").read_text(encoding="utf-8").splitlines()
    return [Text(text, (label,), "own") for label, text in (line.split("\t") for line in lines)]


def read_banking(folder: Path, part: str) -> list[Text]:
    """One part of banking77."""
    rows = csv.DictReader((folder / f"{part}.csv").read_text(encoding="utf-8").splitlines())
    return [Text(row["text"], (row["category"],), "intents") for row in rows]


def read_natcs(folder: Path) -> list[Text]:
    """The utterances of DSTC11."""
    files = sorted(folder.glob("*.jsonl"))
    rows = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [Text(row["utterance"], (row["intent"],), "intents") for row in rows]


def read_nlupp(folder: Path, part: Literal["train", "test"]) -> list[Text]:
    """The utterances of NLU++, which have several intents or none: folds with an even number train, the others test."""
    files = [file for file in sorted(folder.glob("*_fold*.json")) if (file.stem[-1] in "02468") == (part == "train")]
    rows = [row for file in files for row in json.loads(file.read_text(encoding="utf-8"))]
    return [Text(row["text"], tuple(row.get("intents", ())), "intents") for row in rows]


def sentiment(text: Text) -> list[str]:
    """Its sentiment; nothing for a text that is both positive and negative, or of which it is not known."""
    if text.source == "intents":
        return []
    if text.source == "own":
        return [one for name in text.names if (one := OWN[name][0])]
    back = {name: group for group, names in SENTIMENTS.items() for name in names.split()}
    groups = {back[name] for name in text.names}
    if {"negative", "positive"} <= groups:
        return []
    return sorted(groups - {"neutral"} or groups)


def emotion(text: Text) -> list[str]:
    """Its emotions; nothing where they are not known."""
    if text.source == "intents":
        return []
    if text.source == "own":
        return [OWN[name][1] for name in text.names]
    back = {name: group for group, names in EMOTIONS.items() for name in names.split()}
    groups = {back[name] for name in text.names}
    return sorted(groups - {"neutral"} or groups)


def trouble(text: Text) -> list[str]:
    """Whether something went wrong, by its intents; nothing where that is not known. Neutral talk is plain."""
    if text.source == "own":
        return [one for name in text.names if (one := OWN[name][2])]
    if text.source == "goemotions":
        return ["plain"] if text.names == ("neutral",) else []
    if set(UNSURE.split()).intersection(text.names):
        return []
    return ["trouble" if set(TROUBLE.split()).intersection(text.names) else "plain"]


def examples(texts: Sequence[Text], labels: Sequence[str], tell: Tell) -> Examples:
    """Every text once for each of its labels, its weight shared out among them."""
    rows: list[int] = []
    told: list[int] = []
    weights: list[float] = []
    for row, text in enumerate(texts):
        names = tell(text)
        for name in names:
            rows.append(row)
            told.append(labels.index(name))
            weights.append((OWN_WEIGHT if text.source == "own" else 1.0) / len(names))
    return Examples(np.array(rows), np.array(told), np.array(weights))


def grams(text: str) -> list[str]:
    """Words and pairs of neighbours, each once: what the engine looks up."""
    words = spoken_words(text).split()
    return list(dict.fromkeys([*words, *(f"{one} {two}" for one, two in pairwise(words))]))


def features(texts: Sequence[Text], column_of: dict[str, int], engine: WordLlama) -> sparse.csr_matrix:
    """Words and pairs as ones and zeros, then the vector of length ``VECTOR_SCALE``."""
    found = [[column_of[gram] for gram in grams(text.text) if gram in column_of] for text in texts]
    columns = np.array([column for row in found for column in row])
    ends = np.cumsum([0, *(len(row) for row in found)])
    words = sparse.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(texts), len(column_of)))
    parts = [engine.embed([text.text for text in texts[at : at + 2000]]) for at in range(0, len(texts), 2000)]
    vectors = np.concatenate(parts)
    lengths = np.sqrt((vectors * vectors).sum(axis=1, keepdims=True))
    scaled = np.divide(vectors * VECTOR_SCALE, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return sparse.hstack([words, sparse.csr_matrix(scaled)]).tocsr()


def train(matrix: sparse.csr_matrix, known: Examples) -> LogisticRegression:
    """A linear head, each label weighing the same however rare it is."""
    model = LogisticRegression(C=PENALTY, max_iter=1000, class_weight="balanced")
    return model.fit(matrix[known.rows], known.labels, known.weights)


def measure(head: Head, part: str, model: LogisticRegression, matrix: sparse.csr_matrix, texts: Sequence[Text]) -> None:
    """Print how well a head does on texts that have one label, beside the label that is right most often."""
    name, labels = f"{head.name}, {part}", head.labels
    told = [head.tell(text) for text in texts]
    rows = [row for row, names in enumerate(told) if len(names) == 1]
    truth = [labels.index(told[row][0]) for row in rows]
    if len(set(truth)) <= 1:  # nothing of this kind to tell apart
        return
    said = model.predict(matrix[rows])
    trivial = [Counter(truth).most_common(1)[0][0]] * len(truth)
    for who, answers in (("head", said), ("most frequent label", trivial)):
        print(
            f"{name:<26} {who:<20} n {len(truth):>5}  accuracy {accuracy_score(truth, answers):.3f}"
            f"  macro-F1 {f1_score(truth, answers, average='macro'):.3f}"
            f"  kappa {cohen_kappa_score(truth, answers):.3f}"
        )
    each = f1_score(truth, said, average=None, labels=range(len(labels)))
    print(" " * 27 + ", ".join(f"{label} {value:.2f}" for label, value in zip(labels, each, strict=True)))


def weights_of(model: LogisticRegression) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A row of weights and a bias for each label. Of two labels the model weighs the second; half of it goes to each."""
    rows, biases = model.coef_, model.intercept_
    if len(rows) == 1:
        return np.vstack([-rows, rows]) / 2, np.concatenate([-biases, biases]) / 2
    return rows, biases


def whole(weights: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Weights as whole numbers of 8 bits, and what one of them is worth, by label."""
    worth = np.abs(weights).max(axis=0) / 127
    return np.rint(weights / worth).astype(np.int8), worth


def write(path: Path, vocabulary: list[str], heads: dict[str, tuple[list[str], LogisticRegression]]) -> None:
    """Write the heads, words that tell nothing left out."""
    weighed = [weights_of(model) for _, model in heads.values()]
    told = np.concatenate([rows.T for rows, _ in weighed], axis=1)
    words, vectors = told[: len(vocabulary)], told[len(vocabulary) :] * VECTOR_SCALE
    kept = np.flatnonzero(np.abs(words).max(axis=1) >= KEPT_WEIGHT)
    word_weights, word_worth = whole(words[kept])
    vector_weights, vector_worth = whole(vectors)
    names = [f"{head}:{label}" for head, (labels, _) in heads.items() for label in labels]
    np.savez_compressed(
        path,
        revision=np.array(REVISION),
        labels=np.frombuffer("\n".join(names).encode(), np.uint8),
        vocabulary=np.frombuffer("\n".join(vocabulary[at] for at in kept).encode(), np.uint8),
        word_weights=word_weights,
        word_worth=word_worth,
        vector_weights=vector_weights,
        vector_worth=vector_worth,
        bias=np.concatenate([biases for _, biases in weighed]),
    )
    print(f"{path.name}: {len(kept)} words and pairs, {len(names)} labels, {path.stat().st_size / 1024:.0f} KiB")


def main() -> None:
    """Train, measure, and write where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true", help=f"write {PACKAGED.name} into the package")
    asked = parser.parse_args()
    data = asked.data
    engine = WordLlama()
    texts = read(data / "goemotions", "train") + read_own()
    texts += read_banking(data / "banking77", "train") + read_natcs(data / "dstc11_natcs")
    texts += read_nlupp(data / "nlupp", "train")
    counts = Counter(
        gram for text in texts for gram in grams(text.text) * (int(OWN_WEIGHT) if text.source == "own" else 1)
    )
    vocabulary = sorted(gram for gram, count in counts.items() if count >= MIN_TEXTS)
    column_of = {gram: at for at, gram in enumerate(vocabulary)}
    matrix = features(texts, column_of, engine)
    tests = {f"GoEmotions {part}": read(data / "goemotions", part) for part in ("dev", "test")}
    tests |= {
        "banking77 test": read_banking(data / "banking77", "test"),
        "NLU++ test": read_nlupp(data / "nlupp", "test"),
    }
    tried = {part: features(held, column_of, engine) for part, held in tests.items()}
    heads: dict[str, tuple[list[str], LogisticRegression]] = {}
    for head in (
        Head("sentiment", list(SENTIMENTS), sentiment),
        Head("emotion", list(EMOTIONS), emotion),
        Head("trouble", ["plain", "trouble"], trouble),
    ):
        model = train(matrix, examples(texts, head.labels, head.tell))
        heads[head.name] = (head.labels, model)
        for part, held in tests.items():
            measure(head, part, model, tried[part], held)
    if asked.write:
        PACKAGED.parent.mkdir(exist_ok=True)
        write(PACKAGED, vocabulary, heads)


if __name__ == "__main__":
    main()
