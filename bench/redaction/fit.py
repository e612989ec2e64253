"""Fit the weights of the second opinion to the labelled sets: ``python -m bench.redaction.fit [--without unseen_15.txt]``.

Each set is taken with what the rules found in it before they were changed by it (``first_sight.tsv``), so that what they
miss is as frequent as in text to come. A second copy of each leaves out half of what they found, at random with a fixed
seed. With ``--without`` nothing is written: it prints what is found in that set by weights that were fitted to the others.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import ClassVar, NamedTuple, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from auscult.domain.privacy.redaction import KINDS, Found, Hints, Kind, Utterance
from auscult.redactors._digits import lowered
from auscult.redactors._learned import opinion
from auscult.redactors._learned.features import Turn, columns, is_open, turns_of, width
from auscult.redactors._learned.opinion import MAY_HOLD, Model, SecondOpinion, is_read
from auscult.redactors._learned.tokens import table_of, words_of_text
from auscult.redactors._people.patterns import words_in
from auscult.redactors.builtin import BuiltIn
from bench.redaction.labelled import Case, read, score

HERE = Path(__file__).parent
VARIANTS = HERE.parents[1] / "tests" / "unit" / "redactors" / "builtin" / "variants"
REPEATED = 8
"""How often the lines that prove the rules are taken."""
SCALE = 32
SEED, LEFT_OUT, OF_COPY = 18, 0.5, 0.5
"""How much of what was found the copies leave out, and how much a copy counts."""
LEAST = 2
"""Occurrences in the sets from which on a word has weights of its own."""
STEPS, RATE, DECAY = 120, 0.1, 1.0
BEGINS, BEGINS_AS_WORD, GOES_ON = 1.2, -0.2, -2.5
"""Log odds from which on a number and a word begin a span, and from which on a token goes on in one."""
Values = NDArray[np.float64]


class Example(NamedTuple):
    """A case with what the rules found at first sight."""

    case: Case
    found: tuple[Found, ...]


class _Rules(BuiltIn):
    """The rules alone."""

    is_learned = False


def main() -> None:
    """Write the weights, or print what those of the other sets find in one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without", nargs="*", default=[])
    without: list[str] = parser.parse_args().without
    sets = first_sight()
    for name in without:
        print_set(
            name, sets[name], fitted([*(each for other in sets if other != name for each in sets[other]), *variants()])
        )
    if not without:
        model = fitted([*(each for its in sets.values() for each in its), *variants()])
        path = Path(opinion.__file__).with_name("weights.json")
        path.write_bytes(msgspec.json.encode(model).replace(b'],"', b'],\n"') + b"\n")


def first_sight() -> Mapping[str, list[Example]]:
    """Read the labelled sets with what was found in them at first sight."""
    sets: dict[str, list[Example]] = {}
    cases: list[Case] = []
    for line in (HERE / "first_sight.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name = line[1:].split()[0]
            cases = read(HERE / name)
            sets[name] = []
        elif not line.startswith("#"):
            its = list(sets.values())[-1]
            its.append(Example(cases[len(its)], tuple(_found(line))))
    return sets


def variants() -> list[Example]:
    """Read the lines that prove the rules, with what these find in them: mostly look-alikes that stay."""
    find = _Rules().find
    cases = [case for path in sorted(VARIANTS.glob("*.txt")) for case in read(path)]
    examples = [Example(case, tuple(find(case.utterances, Hints()))) for case in cases]
    return examples * REPEATED


def _found(line: str) -> Iterator[Found]:
    for each in line.split("\t") if line != "-" else ():
        turn, span, kind = each.split(":")
        start, end = span.split("-")
        yield Found(int(turn), int(start), int(end), cast("Kind", kind), "")


def fitted(examples: Sequence[Example]) -> Model:
    """Fit weights to examples."""
    texts = (text for each in examples for _, text in each.case.utterances)
    counts = Counter(word for text in texts for word in words_of_text(lowered(text)))
    words = sorted(word for word, count in counts.items() if count >= LEAST)
    column_of, right, worth = _rows(examples, words)
    weights = np.rint(_fit(column_of, right, worth, width(len(words))) * SCALE).astype(int)
    used = np.flatnonzero(weights)
    return Model(
        version=1,
        scale=SCALE,
        begins=round(BEGINS * SCALE),
        begins_as_word=round(BEGINS_AS_WORD * SCALE),
        goes_on=round(GOES_ON * SCALE),
        words=words,
        places=used.tolist(),
        weights=weights[used].tolist(),
    )


def _rows(examples: Sequence[Example], words: Sequence[str]) -> tuple[NDArray[np.int32], Values, Values]:
    """Return the columns of tokens that rules left, whether they are labelled, and how much each counts."""
    random = Random(SEED)  # noqa: S311  (no secret)
    table = table_of(words)
    column_of: list[NDArray[np.int32]] = []
    right: list[bool] = []
    worth: list[float] = []
    for case, found in examples:
        utterances, lows = case.utterances, [lowered(text) for _, text in case.utterances]
        hinted = [turn for turn, low in enumerate(lows) if is_read(low)]
        less = [one for one in found if random.random() >= LEFT_OUT]
        for its, weight in ((found, 1.0), (less, OF_COPY)) if len(less) < len(found) else ((found, 1.0),):
            turns = turns_of(utterances, lows, hinted, its, table)
            turns = [turn for turn in turns if turn.tokens]
            its_right = [
                _is_labelled(case, turn, index)
                for turn in turns
                for index in range(len(turn.tokens))
                if is_open(turn, index)
            ]
            if its_right:
                column_of.append(columns(turns).astype(np.int32))
                right += its_right
                worth += [weight] * len(its_right)
    return np.concatenate(column_of), np.array(right, dtype=float), np.array(worth)


def _is_labelled(case: Case, turn: Turn, index: int) -> bool:
    token = turn.tokens[index]
    return any(one.turn == turn.number and one.start < token.end and token.start < one.end for one in case.labels)


def _fit(column_of: NDArray[np.int32], right: Values, worth: Values, size: int) -> Values:
    """Return the weights of a logistic regression, by Adam over all rows at once."""
    weights, mean, square = np.zeros(size), np.zeros(size), np.zeros(size)
    flat, each = column_of.ravel(), column_of.shape[1]
    for step in range(1, STEPS + 1):
        likely = 1 / (1 + np.exp(-weights[column_of].sum(axis=1)))
        slope = np.bincount(flat, weights=np.repeat((likely - right) * worth, each), minlength=size) + DECAY * weights
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope * slope
        rate = RATE * (1 - 0.9 * step / STEPS)
        weights -= rate * mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.99**step)) + 1e-3)
    return weights


class _Replayed:
    """Redacts as at first sight, with the second opinion."""

    name: ClassVar[str] = "replayed"

    def __init__(self, examples: Sequence[Example], model: Model | None) -> None:
        self._found = {each.case.utterances: each.found for each in examples}
        self._opinion = SecondOpinion(model) if model is not None else None

    def find(self, utterances: Sequence[Utterance], hints: Hints) -> Sequence[Found]:  # noqa: ARG002  (the contract's)
        """Return what was found at first sight, and what is added."""
        found = self._found[tuple(utterances)]
        lows = [lowered(text) for _, text in utterances]
        wanted = [turn for turn, low in enumerate(lows) if MAY_HOLD.search(low)]
        return [
            *found,
            *(
                self._opinion.find(utterances, lows, wanted, frozenset(words_in("\n".join(lows))), found)
                if self._opinion
                else ()
            ),
        ]


def print_set(name: str, examples: Sequence[Example], model: Model) -> None:
    """Print recall by kind and precision, by the rules alone and with what is added."""
    cases = [each.case for each in examples]
    for title, its in (("rules", None), ("with the second opinion", model)):
        scores = score(_Replayed(examples, its), cases)
        recall = "  ".join(f"{kind} {scores[kind].recall:.3f}" for kind in KINDS if kind in scores)
        everything = scores["all"]
        print(f"{name}, {title}: {recall}  all {everything.recall:.3f}, precision {everything.precision:.3f}")


if __name__ == "__main__":
    main()
