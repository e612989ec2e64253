# /// script
# requires-python = ">=3.11"
# dependencies = ["auscult", "scikit-learn>=1.9"]
# ///
"""Trains the head that tells what a sentence of a customer's asks for, and measures it.

    python bench/heads/intents.py DATA_DIR [--write]

The ways to ask stand in ``intents.txt`` beside this file. ``DATA_DIR`` holds ``banking77`` (train.csv, test.csv;
PolyAI, CC BY 4.0), some texts of which are learned from as well, so far as one of our intents covers their category.
scikit-learn is needed here and nowhere else. Nothing is drawn by chance: the same data gives the same file.
``bench/quality/topics.py`` measures what comes of it over whole conversations.
"""

import argparse
import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, cohen_kappa_score, f1_score

from auscult.domain.said.text import spoken_words
from auscult.engines.wordllama import WordLlama

_T = TypeVar("_T")

HERE = Path(__file__).parent
PACKAGED = HERE.parents[1] / "src" / "auscult" / "engines" / "trained" / "intents.npz"
REVISION = 1
HEAD = "intent"
MOST_WORDINGS = 24
"""So many wordings of one line are learned from, spread evenly over those that there are."""
OPENINGS = (
    "",
    "i want to",
    "i would like to",
    "i need to",
    "can you",
    "how do i",
    "please",
    "i am calling to",
    "could you help me",
    "",
    "",
)
MOST_BORROWED = 60
"""So many texts of banking77 at most are learned from for one intent."""
MIN_TEXTS = 2
WORD_SCALE, VECTOR_SCALE = 0.5, 2.0
STRENGTH = 3.0
KEPT_WEIGHT = 0.02
"""Words whose weights are all smaller than this are left out."""

BORROWED = {
    "activate card": "activate_my_card apple_pay_or_google_pay card_linking",
    "ask about card or account limit": "disposable_card_limits top_up_limits",
    "ask about exchange rate": "card_payment_wrong_exchange_rate exchange_rate exchange_via_app wrong_exchange_rate_for_cash_withdrawal",
    "ask about fees": "card_payment_fee_charged cash_withdrawal_charge top_up_by_bank_transfer_charge top_up_by_card_charge transfer_fee_charged",
    "change pin": "change_pin pin_blocked",
    "check refund status": "Refund_not_showing_up",
    "close account": "terminate_account",
    "deposit or withdraw money": "pending_cash_withdrawal pending_top_up top_up_by_cash_or_cheque top_up_failed top_up_reverted topping_up_by_card",
    "dispute charge": "transaction_charged_twice",
    "fix card problem": "card_acceptance card_not_working card_swallowed contactless_not_working declined_cash_withdrawal virtual_card_not_working wrong_amount_of_cash_received",
    "fix verification problem": "unable_to_verify_identity verify_my_identity verify_source_of_funds why_verify_identity",
    "get card": "get_disposable_virtual_card getting_spare_card getting_virtual_card visa_or_mastercard",
    "replace card": "card_about_to_expire card_arrival card_delivery_estimate",
    "report failed payment": "pending_card_payment reverted_card_payment?",
    "report fraud": "compromised_card",
    "report lost or stolen card": "lost_or_stolen_card",
    "report transfer problem": "beneficiary_not_allowed cancel_transfer declined_transfer failed_transfer pending_transfer transfer_not_received_by_recipient transfer_timing",
    "request refund": "request_refund",
    "reset password": "passcode_forgotten",
}
"""Our intents, and the categories of banking77 that they cover whole."""


def read_own() -> list[tuple[str, str]]:
    """Our wordings with their intents."""
    told: list[tuple[str, str]] = []
    intent, asked = "", 0
    for line in (HERE / "intents.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if not line.startswith(" "):
            intent = line
            continue
        for wording in spread(list(dict.fromkeys(wordings(line.strip()))), MOST_WORDINGS):
            if wording.startswith("to "):
                asked += 1
                told.append((intent, f"{OPENINGS[asked % len(OPENINGS)]} {wording.removeprefix('to ')}".strip()))
            else:
                told.append((intent, wording))
    return told


def wordings(line: str) -> list[str]:
    """Every wording of a line with alternatives."""
    alternatives = [part.strip("()").split("|") if part.startswith("(") else [part] for part in _parts(line)]
    found = [""]
    for some in alternatives:
        found = [before + one for before in found for one in some]
    return [" ".join(one.split()) for one in found]


def _parts(line: str) -> list[str]:
    return [part for part in re.split(r"(\([^()]*\))", line) if part]


def spread(all_of_them: Sequence[_T], most: int) -> list[_T]:
    """At most so many, spread evenly."""
    if len(all_of_them) <= most:
        return list(all_of_them)
    return [all_of_them[index * len(all_of_them) // most] for index in range(most)]


def read_banking(folder: Path, part: str) -> Iterator[tuple[str, str]]:
    """Texts of one part of banking77 that one of our intents covers, with that intent."""
    intents = {category: intent for intent, categories in BORROWED.items() for category in categories.split()}
    with (folder / "banking77" / f"{part}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["category"] in intents:
                yield intents[row["category"]], row["text"]


def borrowed(folder: Path) -> list[tuple[str, str]]:
    """What is learned from of banking77's training part."""
    found: dict[str, list[tuple[str, str]]] = {}
    for intent, text in read_banking(folder, "train"):
        found.setdefault(intent, []).append((intent, text))
    return [one for some in found.values() for one in spread(some, MOST_BORROWED)]


def grams(text: str) -> list[str]:
    """Words and pairs of neighbours, each once: what the engine looks up."""
    words = spoken_words(text).split()
    return list(dict.fromkeys([*words, *(f"{one} {two}" for one, two in pairwise(words))]))


def features(texts: Sequence[str], column_of: dict[str, int], engine: WordLlama) -> sparse.csr_matrix:
    """Words and pairs of them, each ``WORD_SCALE``, then the vector of length ``VECTOR_SCALE``."""
    found = [[column_of[gram] for gram in grams(text) if gram in column_of] for text in texts]
    columns = np.array([column for row in found for column in row], np.int64)
    ends = np.cumsum([0, *(len(row) for row in found)])
    words = sparse.csr_matrix((np.full(len(columns), WORD_SCALE), columns, ends), shape=(len(texts), len(column_of)))
    vectors = engine.embed(texts)
    lengths = np.sqrt((vectors * vectors).sum(axis=1, keepdims=True))
    scaled = np.divide(vectors * VECTOR_SCALE, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return sparse.hstack([words, sparse.csr_matrix(scaled)]).tocsr()


def train(matrix: sparse.csr_matrix, labels: NDArray[np.int64]) -> LogisticRegression:
    """A linear head; an intent with four times as many texts as another weighs twice as much."""
    counts = np.bincount(labels)
    weights = np.sqrt(len(labels) / len(counts) / counts)[labels]
    return LogisticRegression(C=STRENGTH, max_iter=1000).fit(matrix, labels, weights)


def measure(name: str, truth: Sequence[str], said: Sequence[str]) -> None:
    """Print how often the head was right, beside the intent that is right most often."""
    trivial = [Counter(truth).most_common(1)[0][0]] * len(truth)
    for who, answers in (("head", said), ("most frequent", trivial)):
        print(
            f"{name:<16} {who:<14} n {len(truth):>5}  accuracy {accuracy_score(truth, answers):.3f}"
            f"  macro-F1 {f1_score(truth, answers, average='macro', labels=sorted(set(truth))):.3f}"
            f"  kappa {cohen_kappa_score(truth, answers):.3f}"
        )


def whole(weights: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Weights as whole numbers of 8 bits, and what one of them is worth, by intent."""
    worth = np.abs(weights).max(axis=0) / 127
    return np.rint(weights / worth).astype(np.int8), worth


def write(path: Path, vocabulary: list[str], intents: list[str], model: LogisticRegression) -> None:
    """Write the head, words that tell nothing left out."""
    told = model.coef_.T
    words, vectors = told[: len(vocabulary)] * WORD_SCALE, told[len(vocabulary) :] * VECTOR_SCALE
    kept = np.flatnonzero(np.abs(words).max(axis=1) >= KEPT_WEIGHT)
    word_weights, word_worth = whole(words[kept])
    vector_weights, vector_worth = whole(vectors)
    np.savez_compressed(
        path,
        revision=np.array(REVISION),
        labels=np.frombuffer("\n".join(f"{HEAD}:{intent}" for intent in intents).encode(), np.uint8),
        vocabulary=np.frombuffer("\n".join(vocabulary[at] for at in kept).encode(), np.uint8),
        word_weights=word_weights,
        word_worth=word_worth,
        vector_weights=vector_weights,
        vector_worth=vector_worth,
        bias=model.intercept_,
    )
    print(f"{path.name}: {len(kept)} words and pairs, {len(intents)} intents, {path.stat().st_size / 1024:.0f} KiB")


def main() -> None:
    """Train, measure, and write where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true", help=f"write {PACKAGED.name} into the package")
    asked = parser.parse_args()
    engine = WordLlama()
    told = read_own() + borrowed(asked.data)
    intents = sorted({intent for intent, _ in told})
    counts = Counter(gram for _, text in told for gram in grams(text))
    vocabulary = sorted(gram for gram, count in counts.items() if count >= MIN_TEXTS)
    column_of = {gram: at for at, gram in enumerate(vocabulary)}
    labels = np.array([intents.index(intent) for intent, _ in told])
    model = train(features([text for _, text in told], column_of, engine), labels)
    print(f"{len(intents)} intents, {len(told)} texts")
    tests = list(read_banking(asked.data, "test"))
    said = model.predict(features([text for _, text in tests], column_of, engine))
    measure("banking77 test", [intent for intent, _ in tests], [intents[at] for at in said])
    if asked.write:
        write(PACKAGED, vocabulary, intents, model)


if __name__ == "__main__":
    main()
