"""Fit the weights of the redactor to the labelled conversations: ``python -m bench.redaction.fit``.

Writes the weights, the vocabulary and the usual words of ``auscult.redactors._fitted``, the same bytes each time. With
``--halves`` nothing is written: each half of the hands is measured by weights that were fitted without it (hands_eval.py).
A logistic regression of all classes over the signs of each token, by AdaGrad over batches, in double precision.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from auscult.domain.privacy.redaction import KINDS, Utterance
from auscult.redactors._digits import lowered
from auscult.redactors._fitted import decide
from auscult.redactors._fitted.decide import CLASSES, OTHER, SCALE, Decision, passing
from auscult.redactors._fitted.signs import WIDTH, Columns, Read, columns
from auscult.redactors._fitted.tokens import TOKEN, Table, given_names, table_of
from bench.redaction.labelled import Label
from bench.redaction.made import made
from bench.redaction.material import ROOT, Labelled, hands, older

HALVES = (
    (
        "de", "de3", "de5", "en_af", "en_au", "en_ca2", "en_gb", "en_ie", "en_sc", "en_uk3", "en_uk5", "en_us2", "en_us4",
        "es2", "es4", "fr", "fr3", "fr5", "pii_dev", "pt2", "pt4", "en_in8", "en_uk8", "es8", "fr8",
    ),
    (
        "de2", "de4", "en_ca", "en_in", "en_nz", "en_ph", "en_sg", "en_uk2", "en_uk4", "en_us", "en_us3", "en_us5", "es",
        "es3", "es5", "fr2", "fr4", "pt", "pt3", "pt5", "de8", "en_au8", "en_us8", "pt8",
    ),
)  # fmt: skip
"""The hands, in two halves with something of each language."""
LEAST, USUAL, USUAL_GIVEN = 3, 2, 8
"""Occurrences from which on a word is in the vocabulary; conversations from which on it is a usual one."""
WORTH, WORTH_SWAPPED, WORTH_MADE, WORTH_FIELDS, WORTH_ORDINARY, WORTH_OLDER = 24.0, 8.0, 8.0, 3.0, 3.0, 0.3
"""How much a token of a hand counts, one with other values, one of made.py or the sets of codes, of a field, of ordinary
talk, of other older sets."""
SWAPPED = 8
"""Copies of each labelled text of a hand with other values."""
EPOCHS, RATE, DECAY, DROPPED, BATCH, SEED = 5, 0.3, 1.0, 0.25, 8192, 1
_BLOCK = 20_000
KEYS = {
    "name": ("name", "customer name", "kunde", "nombre", "nom", "nome"), "card": ("card number", "card", "karte", "tarjeta"),
    "security_code": ("cvv", "pin", "password", "security code"), "expiry": ("expiry", "valid until", "expires"),
    "iban": ("iban", "bank account"), "account": ("account number", "customer number", "kundennummer", "policy"),
    "national_number": ("national id", "ssn", "tax id", "passport", "dni"), "phone": ("phone", "mobile", "telefon", "callback"),
    "email": ("email", "e mail", "contact"), "birth_date": ("date of birth", "birthday", "geburtsdatum", "dob"),
    "address": ("address", "street", "postcode", "city", "adresse", "dirección"),
}  # fmt: skip
"""Keys of fields that hold values of each kind."""
Values = NDArray[np.float64]
_WORD = re.compile(r"[^\W\d_]+")


class Material(NamedTuple):
    """Tokens with their signs, the classes that are right for each, how much each counts, and the case of each."""

    its: Columns
    right: NDArray[np.bool_]
    worth: Values
    case: NDArray[np.int64]


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the weights, or print what those of the other half find in each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--halves", action="store_true", help="measure hands left out, and write nothing")
    if parser.parse_args(arguments).halves:
        from bench.redaction.hands_eval import measured, table  # noqa: PLC0415  (it measures what is fitted here)

        print("\n".join(table({name: tally for each in halves() for name, tally in measured(*each).items()})))
        return
    cases = cases_of(())
    vocabulary, usual = vocabulary_of(cases), everyday()
    folder = Path(decide.__file__).parent
    (folder / "vocabulary.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    (folder / "everyday.txt").write_text("\n".join(sorted(usual)) + "\n", encoding="utf-8")
    weights = whole(fitted(material_of(cases, table_of(vocabulary, usual))))
    np.savez_compressed(folder / "weights.npz", weights=weights)


def halves() -> Iterator[tuple[Decision, dict[str, list[Labelled]]]]:
    """Yield each half of the hands with a decision that was fitted without it."""
    everything = hands()
    for half in HALVES:
        cases = cases_of(half)
        vocabulary = vocabulary_of(cases)
        table = table_of(vocabulary, everyday())
        yield Decision(whole(fitted(material_of(cases, table))), table), {name: everything[name] for name in half}


def cases_of(without: Sequence[str]) -> list[Labelled]:
    """Return what is fitted to, without some hands: hands, older sets, fields of forms, made sentences, ordinary talk."""
    its = [case for name, cases in hands().items() if name not in without for case in cases]
    return [*its, *swapped(its), *fields(its), *older(), *of_sentences(), *ordinary_talk()]


def swapped(cases: Sequence[Labelled]) -> Iterator[Labelled]:
    """Yield copies of each case with its values replaced by others of the same language and kind that look alike.

    So the words around a value are learned independently of the value.
    """
    values: dict[tuple[str, str, bool, bool], list[str]] = {}
    for case in cases:
        for one in case.labels:
            values.setdefault(_alike(case, one), []).append(_value(case, one))
    for case in cases:
        for again in range(SWAPPED if case.labels else 0):
            yield _swapped(case, again, values)


def _swapped(case: Labelled, again: int, values: Mapping[tuple[str, str, bool, bool], Sequence[str]]) -> Labelled:
    said: list[Utterance] = []
    labels: list[Label] = []
    for turn, (speaker, text) in enumerate(case.utterances):
        new, end = "", 0
        for one in sorted((one for one in case.labels if one.turn == turn), key=lambda one: one.start):
            others = values[_alike(case, one)]
            other = others[crc32(f"{again} {len(labels)} {text}".encode()) % len(others)]
            new += text[end : one.start]
            labels.append(Label(turn, len(new), len(new) + len(other), one.kind))
            new, end = new + other, one.end
        said.append(Utterance(speaker, new + text[end:]))
    return Labelled("swapped", case.language, tuple(said), tuple(labels))


def _alike(case: Labelled, one: Label) -> tuple[str, str, bool, bool]:
    """Return what a value and its replacement have in common: language, kind, whether it has digits, whether it has capitals."""
    value = _value(case, one)
    return case.language, one.kind, any(map(str.isdigit, value)), value.islower()


def _value(case: Labelled, one: Label) -> str:
    return case.utterances[one.turn].text[one.start : one.end]


def of_sentences() -> Iterator[Labelled]:
    """Yield the conversations of made.py."""
    return (Labelled("made", "", case.utterances, case.labels) for case in made())


def fields(cases: Sequence[Labelled]) -> Iterator[Labelled]:
    """Yield one labelled value of each case as the field of a form, behind its key or another one."""
    for index, case in enumerate(cases):
        for one in case.labels[:1]:
            if one.kind in KEYS:
                keys = KEYS[one.kind]
                value = _value(case, one)
                said = (Utterance("key", keys[index % len(keys)]), Utterance("field", value))
                yield Labelled("fields", "", said, (Label(1, 0, len(value), one.kind),))
        if not case.labels:
            said = (
                Utterance("key", ("note", "reason", "subject")[index % 3]),
                case.utterances[0]._replace(speaker="field"),
            )
            yield Labelled("fields", "", said, ())


def ordinary_talk() -> Iterator[Labelled]:
    """Yield conversations with dialogue acts, but for every fourth, which hands_eval.py measures. Nothing in them is labelled."""
    for _, turns in _acts():
        said = tuple(Utterance(turn["speaker"], turn["text"]) for turn in turns)
        yield Labelled("ordinary", "", said, ())


def _acts() -> Iterator[tuple[str, list[dict[str, str]]]]:
    for path in sorted((ROOT / "bench" / "acts" / "hands").rglob("*.ndjson")):
        for index, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            if index % 4:
                body = json.loads(line)
                yield path.parent.name, body.get("conversation", body)["turns"]


def everyday() -> frozenset[str]:
    """Return the words of several conversations of ordinary talk, in small letters: no names, unless they are frequent."""
    counts: Counter[str] = Counter()
    for language, turns in _acts():
        words = {word for turn in turns for word in _WORD.findall(turn["text"])}
        small = {word.lower() for word in words if word.islower() or language == "de"}
        counts.update(small)
    given = given_names()
    return frozenset(
        word for word, count in counts.items() if len(word) > 1 and count >= (USUAL_GIVEN if word in given else USUAL)
    )


def vocabulary_of(cases: Sequence[Labelled]) -> tuple[str, ...]:
    """Return the words that have weights of their own, in order."""
    texts = (text for case in cases if case.hand not in ("ordinary", "swapped") for _, text in case.utterances)
    counts = Counter(word for text in texts for word in TOKEN.findall(lowered(text)))
    return tuple(sorted(word for word, count in counts.items() if count >= LEAST and not word.isdecimal()))


def material_of(cases: Sequence[Labelled], table: Table) -> Material:
    """Read cases as signs and classes."""
    read, first = Read(), [0]
    for case in cases:
        read.add(case.utterances, table)
        first.append(len(read.begins))
    right = np.zeros((len(read.rows), len(KINDS) + 1), dtype=bool)
    worth = np.ones(len(read.rows))
    bounds = [*read.begins, len(read.rows)]
    case_of = np.zeros(len(read.rows), dtype=np.int64)
    for index, case in enumerate(cases):
        its = slice(bounds[first[index]], bounds[first[index + 1]])
        right[its] = _unlabelled(case)
        worth[its] = worth_of(case)
        case_of[its] = index
        for one in case.labels:
            turn = first[index] + one.turn
            for at in range(bounds[turn] + 1, bounds[turn + 1]):
                if read.start[at] < one.end and one.start < read.end[at]:
                    right[at] = False
                    right[at, CLASSES["name" if one.kind == "agent_name" else one.kind]] = True
    right[read.begins] = False
    right[read.begins, OTHER] = True
    kept = passing(read)
    parts = [columns(read, kept[at : at + _BLOCK]) for at in range(0, len(kept), _BLOCK)]
    return Material(np.concatenate(parts), right[kept], worth[kept], case_of[kept])


def worth_of(case: Labelled) -> float:
    """Return how much the tokens of a case count."""
    if case.hand == "made" or case.hand.startswith(("variants/", "codes/", "unread/")):
        return WORTH_MADE
    if _is_older(case):
        return WORTH_OLDER
    return {"ordinary": WORTH_ORDINARY, "fields": WORTH_FIELDS, "swapped": WORTH_SWAPPED}.get(case.hand, WORTH)


def _is_older(case: Labelled) -> bool:
    return case.hand.startswith("un") or case.hand in ("utterances", "tuned")


def _unlabelled(case: Labelled) -> NDArray[np.bool_]:
    """Return the classes that a token without a label may have: older sets do not label every kind."""
    may: Mapping[str, bool] = {}
    if case.hand == "ordinary":
        may = dict.fromkeys(("name", "agent_name"), True)
    elif case.hand.startswith("variants/"):
        may = {"expiry": True}
    elif "/" in case.hand and "alike" not in case.hand:
        may = {kind: kind not in ("card", "security_code") for kind in KINDS}
    elif _is_older(case):
        may = {"expiry": True}
    return np.array([True, *(may.get(kind, False) for kind in KINDS)])


def fitted(material: Material) -> Values:
    """Return weights, one row a column of signs."""
    random = np.random.default_rng(SEED)
    count, signs = material.its.shape
    weights, squares = np.zeros((WIDTH, len(KINDS) + 1)), np.full((WIDTH, len(KINDS) + 1), 1e-2)
    for epoch in range(EPOCHS):
        order, rate = random.permutation(count), RATE * (1 - 0.85 * epoch / EPOCHS)
        for at in range(0, count, BATCH):
            chosen = order[at : at + BATCH]
            its = material.its[chosen]
            shown = (random.random(its.shape) > DROPPED).astype(float).ravel()
            ends = np.arange(0, its.size + 1, signs)
            matrix = csr_matrix((shown, its.ravel(), ends), shape=(len(chosen), WIDTH))
            likely = _likely(np.asarray(matrix @ weights))
            wanted = likely * material.right[chosen]
            wanted /= np.maximum(wanted.sum(axis=1, keepdims=True), 1e-9)
            slope = np.asarray(matrix.T @ ((likely - wanted) * material.worth[chosen][:, None]))
            slope += DECAY * weights
            squares += slope * slope
            weights -= rate * slope / np.sqrt(squares)
    return weights


def _likely(scores: Values) -> Values:
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    return likely / likely.sum(axis=1, keepdims=True)


def whole(weights: Values) -> NDArray[np.int8]:
    """Return weights as whole numbers, times ``SCALE``."""
    return np.clip(np.rint(weights * SCALE), -127, 127).astype(np.int8)


if __name__ == "__main__":
    main()
