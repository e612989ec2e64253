"""Train the heads that recognise dialogue acts, and fit the votes that decide questions from acts and words.

    python -m bench.acts.train DATA_DIR [--language en] [--write | --as-labelled] [--scores FILE]

DATA_DIR is as for ``bench.quality.first_sight``; it has English only. Other languages are fitted to their hands
(``hands/``), and have runs of letters besides words, since they have fewer labelled turns. Nothing is fitted to
conversations that stay unread (``split``). Votes are fitted to scores of heads that had not seen the author of the
conversation: each author is left out once, with a few others where there are many. Nothing is drawn by chance, and
every fit that is kept goes to the bottom, so that the same data gives the same files, but for the last digit of a
weight on another processor. With ``--write`` they go into the package; ``--scores`` keeps those scores there, or reads
them. ``--as-labelled`` fits votes to the acts as people label them, which shows how much of the disagreement is the
heads'. ``OPENBLAS_NUM_THREADS=1`` saves threads that only wait: most of the columns are sparse.
"""

import argparse
import pickle
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from auscult.domain.conversation import Turn
from auscult.domain.probe import Acts
from auscult.engines._acts.features import LETTERS, grams, letters, side_of
from auscult.engines._acts.reading import AGENT_ACTS, CUSTOMER_ACTS, positions, signs_of_position, text_signs
from auscult.engines._vectors.softmax import descend
from auscult.engines.acts import FOLDER, UNIT, unit_vectors
from auscult.engines.wordllama import WordLlama
from bench.acts.fit_votes import fit_votes
from bench.acts.material import OUTCOMES, UNKNOWN, WRITTEN_LINES, Labelled, folds_of, hands_of, labelled, written_lines

ENGLISH = "en"
REVISION = 3
FEWEST_TEXTS = 5
CLOSE, MOST_STEPS = 1e-5, 2_000
"""A slope so flat that a weight is off by less than its last digit, wherever it is computed."""
CLOSE_ENOUGH = 3e-4
"""The slope for heads that are only measured, or scored to sixteenths: ten times as steep, and other processors find
other sixteenths, other votes and figures that differ in the third place."""
WEIGHTS = {"development": 0.5, "challenge": 0.7}
"""Weight of a turn by its source; 1 for a source that is not listed."""
FEW_LINES = 1.5
"""Weight of a written line in languages other than English, which have few: they show what is only denied."""
SIGN_SCALES, VECTOR_SCALES, POSITION = (1.0, 0.7, 0.7), (3.0, 1.5, 1.5), 0.7
"""Scales of columns, of the turn, the one before and the one after: the higher, the less its weights are held back."""
RUN = 0.4
"""Scale of a run of letters: many of them show one word."""
GRAIN = 65_536
CERTAIN = 48
"""Score of an act that a turn has for certain, in sixteenths of log odds."""
SIDES = {"agent": AGENT_ACTS, "customer": CUSTOMER_ACTS}

Floats = NDArray[np.float64]


class Unit(NamedTuple):
    """A turn to learn from: its source, conversation, index, neighbours, and what is known of its acts."""

    source: str
    conversation_id: str
    number: int
    turn: Turn
    before: Turn | None
    after: Turn | None
    position_signs: Sequence[str]
    known: Mapping[str, int]


class Vocabulary(NamedTuple):
    """Names of features, by column."""

    grams: dict[str, int]
    signs: dict[str, int]
    positions: dict[str, int]


class Columns(NamedTuple):
    """Turns, a row each: words, signs of the turn and of its neighbours, and position; then the three vectors."""

    names: csr_array
    vectors: Floats

    def of(self, rows: NDArray[np.bool_]) -> "Columns":
        """Return some of the turns."""
        return Columns(self.names[rows], self.vectors[rows])

    def times(self, weights: Floats) -> Floats:
        """Return the logits of each turn's acts."""
        width = self.names.shape[1]
        return self.names @ weights[:width] + self.vectors @ weights[width:-1] + weights[-1]


def main() -> None:
    """Train, and write where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--language", default=ENGLISH)
    purpose = parser.add_mutually_exclusive_group()
    purpose.add_argument("--write", action="store_true", help="write the weights into the package")
    purpose.add_argument("--as-labelled", action="store_true", help="fit votes to acts as people label them")
    parser.add_argument("--scores", type=Path, help="keep the scores of the parts there, or read them")
    given = parser.parse_args()
    language: str = given.language
    sets = labelled(given.data) if language == ENGLISH else hands_of(language)
    if given.scores is None or not given.scores.exists():
        scores = train_heads(units_of(sets, language), language, write=given.write)
        if given.scores:
            given.scores.write_bytes(pickle.dumps(scores))
    else:
        scores = pickle.loads(given.scores.read_bytes())  # noqa: S301 our own file
    if given.as_labelled:
        scores = as_labelled(units_of(sets, language), scores)
    fit_votes(sets, scores, language, write=given.write)


def as_labelled(
    units: Sequence[Unit], scores: Mapping[tuple[str, int], Sequence[int]]
) -> dict[tuple[str, int], tuple[int, ...]]:
    """Return scores that are certain of each act that people labelled; those of the heads for outcomes, and elsewhere."""
    found = {key: tuple(row) for key, row in scores.items()}
    for unit in units:
        if unit.source.endswith(" read"):
            key = unit.conversation_id, unit.number
            known = [UNKNOWN if act in OUTCOMES else unit.known.get(act, UNKNOWN) for act in SIDES[unit.turn.speaker]]
            found[key] = tuple(
                score if has == UNKNOWN else CERTAIN * (2 * has - 1)
                for has, score in zip(known, found[key], strict=True)
            )
    return found


def units_of(sets: Sequence[Labelled], language: str) -> list[Unit]:
    """Return every turn that may be learned from."""
    units: list[Unit] = []
    for one in sets:
        if one.source.endswith("unread"):
            continue
        asked = Acts.of(one.conversation)
        turns = asked.turns
        for index, (turn, signs) in enumerate(zip(turns, map(signs_of_position, positions(asked)), strict=True)):
            if side_of(turn) in SIDES:
                before = turns[index - 1] if index else None
                after = turns[index + 1] if index + 1 < len(turns) else None
                known = one.acts.get(turn.id, {})
                units.append(Unit(one.source, one.conversation.id, index, turn, before, after, signs, known))
    for known, turn in written_lines(language):
        units.append(Unit(WRITTEN_LINES, "", 0, turn, None, None, (), known))
    return units


def train_heads(units: Sequence[Unit], language: str, *, write: bool) -> dict[tuple[str, int], tuple[int, ...]]:
    """Train on all, write where asked to; return the scores of heads that had not seen the conversation."""
    vocabulary = vocabulary_of(units, language)
    with ProcessPoolExecutor(len(SIDES)) as pool:
        weights, scores = zip(*pool.map(partial(train_side, units, vocabulary, language), SIDES), strict=True)
    if write:
        write_heads(vocabulary, dict(zip(SIDES, weights, strict=True)), language)
    return {key: row for of_side in scores for key, row in of_side.items()}


def train_side(
    units: Sequence[Unit], vocabulary: Vocabulary, language: str, side: str
) -> tuple[Floats, dict[tuple[str, int], tuple[int, ...]]]:
    """Return the weights of a side's acts, and the scores of its turns by weights that had not seen the conversation."""
    own, columns, known, counts = material_of(units, side, vocabulary, language)
    trained = fit(columns, known, counts)
    folds = folds_of((unit.source, unit.conversation_id) for unit in own)
    found: dict[tuple[str, int], tuple[int, ...]] = {}
    for fold in sorted({*folds} - {WRITTEN_LINES}):
        learned = folds != fold
        weights = fit(columns.of(learned), known[learned], counts[learned], near=trained)
        scores = np.clip(np.floor(columns.of(~learned).times(weights) * 16), -96, 96).astype(int)
        for row, of_row in zip(np.flatnonzero(~learned), scores.tolist(), strict=True):
            found[own[row].conversation_id, own[row].number] = tuple(of_row)
    _show(side, SIDES[side], own, known, found)
    return trained, found


def material_of(
    units: Sequence[Unit], side: str, vocabulary: Vocabulary, language: str
) -> tuple[list[Unit], Columns, NDArray[np.int8], Floats]:
    """Return the turns of a side, their columns, what is known of their acts, and how much each of them counts."""
    weights_of_sources = WEIGHTS | {WRITTEN_LINES: 1.0 if language == ENGLISH else FEW_LINES}
    own = [unit for unit in units if unit.turn.speaker == side]
    known = np.array([[unit.known.get(act, UNKNOWN) for act in SIDES[side]] for unit in own], np.int8)
    counts = np.array([weights_of_sources.get(unit.source, 1.0) for unit in own], np.float32)
    return own, columns_of(own, vocabulary, language), known, counts


def vocabulary_of(units: Sequence[Unit], language: str) -> Vocabulary:
    """Return the words and pairs that are frequent enough, and every sign."""
    counts = Counter(gram for unit in units for gram in signs_of(unit.turn, language)[0])
    grams = sorted(gram for gram, count in counts.items() if count >= FEWEST_TEXTS)
    signs = sorted({sign for unit in units for sign in signs_of(unit.turn, language)[1]})
    positions = sorted({sign for unit in units for sign in unit.position_signs})
    return Vocabulary(*({name: at for at, name in enumerate(names)} for names in (grams, signs, positions)))


def columns_of(units: Sequence[Unit], vocabulary: Vocabulary, language: str) -> Columns:
    """Return the columns of turns, each by its scale."""
    grams, signs, positions = vocabulary
    of_grams = gram_scales(grams)
    rows: list[dict[int, float]] = []
    for unit in units:
        row = {grams[name]: of_grams[grams[name]] for name in signs_of(unit.turn, language)[0] if name in grams}
        start = len(grams)
        for turn, scale in zip((unit.turn, unit.before, unit.after), SIGN_SCALES, strict=True):
            names = signs_of(turn, language)[1] if turn else ()
            row |= {start + signs[name]: scale for name in names if name in signs}
            start += len(signs)
        rows.append(row | {start + positions[name]: POSITION for name in unit.position_signs if name in positions})
    ends = np.cumsum([0, *map(len, rows)])
    columns, scales = (list(chain.from_iterable(of)) for of in (rows, (row.values() for row in rows)))
    names = csr_array((scales, columns, ends), (len(rows), len(grams) + 3 * len(signs) + len(positions)))
    words = WordLlama()
    vectors = [
        unit_vectors(words, [turn.text if turn else "" for turn in turns]) * (scale / UNIT)
        for turns, scale in zip(
            zip(*((unit.turn, unit.before, unit.after) for unit in units), strict=True), VECTOR_SCALES, strict=True
        )
    ]
    return Columns(names, np.hstack(vectors))


@cache
def signs_of(turn: Turn, language: str) -> tuple[list[str], list[str]]:
    """Return the signs of a turn's text."""
    (signs,) = text_signs([turn.text], language, is_customer=turn.speaker == "customer")
    return [*grams(turn.text), *(letters(turn.text) if language != ENGLISH else ())], signs


def gram_scales(grams: Mapping[str, int]) -> NDArray[np.float64]:
    """Return the scale of each word, pair or run of letters."""
    return np.array([RUN if name.startswith(LETTERS) else 1.0 for name in grams])


def fit(columns: Columns, known: NDArray[np.int8], counts: Floats, near: Floats | None = None) -> Floats:
    """Fit a logistic regression for each act, over the turns of which it is known; the last row is the bias.

    There is one lowest point. Where a fit of more turns is at hand, the way there is shorter from ``near`` it, and no
    weight is further than ``CLOSE_ENOUGH`` from where it would be otherwise: the turns left out leave no trace.
    """
    mask = (known != UNKNOWN) * counts[:, None]
    truth = (known == 1).astype(float)
    names, vectors = columns
    by_name = names.T.tocsr()

    def slope(weights: Floats) -> tuple[float, Floats]:
        logits = columns.times(weights)
        shares = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        loss = float((mask * (np.logaddexp(0, logits) - truth * logits)).sum())
        wrong = (shares - truth) * mask
        gradient = np.vstack([by_name @ wrong, vectors.T @ wrong, wrong.sum(axis=0)])
        gradient[:-1] += weights[:-1]
        return loss + 0.5 * float(np.square(weights[:-1]).sum()), gradient

    if near is not None:
        return descend(slope, near, CLOSE_ENOUGH, MOST_STEPS)
    return descend(slope, np.zeros((names.shape[1] + vectors.shape[1] + 1, known.shape[1])), CLOSE, MOST_STEPS)


def _show(
    side: str,
    acts: Sequence[str],
    units: Sequence[Unit],
    known: NDArray[np.int8],
    found: Mapping[tuple[str, int], Sequence[int]],
) -> None:
    """Print F1 of each act where nothing of the author was seen."""
    rows = [row for row, unit in enumerate(units) if unit.source.endswith(" read")]
    said = np.array([found[units[row].conversation_id, units[row].number] for row in rows]) >= 0
    truth = known[rows] == 1
    both, either = (said & truth).sum(axis=0), said.sum(axis=0) + truth.sum(axis=0)
    each = 2 * both / np.maximum(either, 1)
    shown = ", ".join(f"{act} {value:.2f}" for act, value in zip(acts, each, strict=True))
    print(f"{side}, {len(rows)} turns that the heads had not seen, F1: {shown}; mean {each.mean():.3f}", flush=True)


def write_heads(vocabulary: Vocabulary, trained: Mapping[str, Floats], language: str) -> None:
    """Write the heads of both sides into the package."""
    sides = [whole_numbers(trained[side], vocabulary) for side in SIDES]
    whole = {name: np.concatenate([side[name] for side in sides], axis=-1) for name in sides[0]}
    for name in ("signs", "vectors"):
        whole[name] = whole[name].reshape(len(whole[name]), -1)
    names = dict(zip(("gram_names", "sign_names", "place_names"), vocabulary, strict=True))
    texts = {key: np.frombuffer("\n".join(of).encode(), np.uint8) for key, of in names.items()}
    file = FOLDER / f"{language}.npz"
    np.savez_compressed(file, revision=np.array(REVISION), **whole, **texts)  # pyright: ignore[reportArgumentType] names, not its own
    size = file.stat().st_size / 1024
    print(f"{file.name}: {len(vocabulary.grams)} words and pairs, {len(vocabulary.signs)} signs, {size:.0f} KiB")


def whole_numbers(weights: Floats, vocabulary: Vocabulary) -> dict[str, NDArray[np.int32]]:
    """Return the weights of one side's acts as whole numbers, acts last.

    ``signs`` and ``vectors`` have an axis between: the turn, the one before, the one after.
    """
    grams, signs, positions = vocabulary
    ends = np.cumsum([len(grams), 3 * len(signs), len(positions), 3 * UNITS_OF_VECTOR])
    of_grams, of_signs, of_places, of_vectors, bias = np.split(weights, ends)
    held = {
        "grams": of_grams * gram_scales(grams)[:, None],
        "places": of_places * POSITION,
        "bias": bias[0],
        "signs": _by_turn(of_signs, SIGN_SCALES),
        "vectors": _by_turn(of_vectors, VECTOR_SCALES) / UNIT,
    }
    return {name: np.rint(values * GRAIN).astype(np.int32) for name, values in held.items()}


def _by_turn(weights: Floats, scales: Sequence[float]) -> Floats:
    return weights.reshape(len(scales), -1, weights.shape[-1]).swapaxes(0, 1) * np.array(scales)[:, None]


UNITS_OF_VECTOR = 256

if __name__ == "__main__":
    main()
