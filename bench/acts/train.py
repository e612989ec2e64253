"""Train the heads that recognise dialogue acts, and fit the votes that decide questions from acts and words.

    python -m bench.acts.train DATA_DIR [--language en] [--write] [--scores FILE]

DATA_DIR is as for ``bench.quality.first_sight``; it has English only. Other languages are fitted to their hands
(``hands/``), and have runs of letters besides words, since they have fewer labelled turns.
Nothing is fitted to conversations that stay unread (``split``). Votes
are fitted to scores of heads that had not seen the author of the conversation: each author is left out once. Nothing is
drawn by chance, so that the same data gives the same files but for the last digits of what the processor adds up. With
``--write`` they go into the package; ``--scores`` keeps those scores there, or reads them, as fitting the heads takes
minutes.
"""

import argparse
import pickle
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auscult.domain.conversation import Turn
from auscult.domain.probe import Acts
from auscult.engines._acts.features import LETTERS, side_of
from auscult.engines._acts.reading import ACTS, AGENT_ACTS, CUSTOMER_ACTS, position_signs, text_signs
from auscult.engines._vectors.softmax import descend
from auscult.engines.acts import FOLDER, UNIT, unit_vectors
from auscult.engines.wordllama import WordLlama
from bench.acts.fit_votes import fit_votes
from bench.acts.material import UNKNOWN, Labelled, fold_of, hands_of, labelled, written_lines

ENGLISH = "en"
REVISION = 3
FEWEST_TEXTS = 5
STRENGTH = 1.0
CLOSE = 0.3
WRITTEN_LINES = "lines"
WEIGHTS = {"development": 0.5, "challenge": 0.7}
"""Weight of a turn by its source; 1 for a source that is not listed."""
FEW_LINES = 3.0
"""Weight of a written line in languages other than English, which have few: they show what is only denied."""
OWN_VECTOR, OTHER_VECTOR, OTHER_SIGN, POSITION = 3.0, 1.5, 0.7, 0.7
"""Scales of features, which say how far each kind may be trusted: the higher, the less its weights are held back."""
RUN = 0.4
"""Scale of a run of letters: many of them show one word."""
GRAIN = 65_536
SIDES = {"agent": AGENT_ACTS, "customer": CUSTOMER_ACTS}

Floats = NDArray[np.float32]


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


def main() -> None:
    """Train, and write where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--language", default=ENGLISH)
    parser.add_argument("--write", action="store_true", help="write the weights into the package")
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
    fit_votes(sets, scores, language, write=given.write)


def units_of(sets: Sequence[Labelled], language: str) -> list[Unit]:
    """Return every turn that may be learned from."""
    units: list[Unit] = []
    for one in sets:
        if one.source.endswith("unread"):
            continue
        asked = Acts.of(one.conversation)
        turns = asked.turns
        for index, (turn, signs) in enumerate(zip(turns, position_signs(asked), strict=True)):
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
    words = WordLlama()
    vocabulary = vocabulary_of(units, language)
    weights_of_sources = WEIGHTS | {WRITTEN_LINES: 1.0 if language == ENGLISH else FEW_LINES}
    found: dict[tuple[str, int], tuple[int, ...]] = {}
    trained: dict[str, Floats] = {}
    for side, acts in SIDES.items():
        own = [unit for unit in units if unit.turn.speaker == side]
        matrix = features(own, vocabulary, words, language)
        known = np.array([[unit.known.get(act, UNKNOWN) for act in acts] for unit in own], np.int8)
        counts = np.array([weights_of_sources.get(unit.source, 1.0) for unit in own], np.float32)
        hands = np.array([fold_of(unit.source, unit.conversation_id) for unit in own])
        for hand in sorted({*hands} - {WRITTEN_LINES}):
            learned = hands != hand
            weights = fit(matrix[learned], known[learned], counts[learned])
            for row in np.flatnonzero(~learned):
                logits = matrix[row] @ weights[:-1] + weights[-1]
                scores = np.clip(np.floor(logits * 16), -96, 96).astype(int).tolist()
                found[own[row].conversation_id, own[row].number] = tuple(scores)
        _show(side, acts, own, known, found)
        if write:
            trained[side] = fit(matrix, known, counts)
    if write:
        write_heads(vocabulary, trained, language)
    return found


def vocabulary_of(units: Sequence[Unit], language: str) -> Vocabulary:
    """Return the words and pairs that are frequent enough, and every sign."""
    counts = Counter(gram for unit in units for gram in signs_of(unit.turn, language)[0])
    grams = sorted(gram for gram, count in counts.items() if count >= FEWEST_TEXTS)
    signs = sorted({sign for unit in units for sign in signs_of(unit.turn, language)[1]})
    positions = sorted({sign for unit in units for sign in unit.position_signs})
    return Vocabulary(*({name: at for at, name in enumerate(names)} for names in (grams, signs, positions)))


def features(units: Sequence[Unit], vocabulary: Vocabulary, words: WordLlama, language: str) -> Floats:
    """Columns: words, then signs and vector of the turn, of the one before, of the one after, then its position."""
    grams, signs, positions = vocabulary
    width = words.embed(["yes"]).shape[1]
    block = len(signs) + width
    matrix = np.zeros((len(units), len(grams) + 3 * block + len(positions)), np.float32)
    weigh = gram_scales(grams).astype(np.float32)
    for row, unit in enumerate(units):
        _set(matrix[row], 0, grams, signs_of(unit.turn, language)[0], 1.0)
        matrix[row, : len(grams)] *= weigh
        start = len(grams)
        scales = ((1.0, OWN_VECTOR), (OTHER_SIGN, OTHER_VECTOR), (OTHER_SIGN, OTHER_VECTOR))
        for turn, (sign, vector) in zip((unit.turn, unit.before, unit.after), scales, strict=True):
            if turn is not None:
                _set(matrix[row], start, signs, signs_of(turn, language)[1], sign)
                matrix[row, start + len(signs) : start + block] = unit_vectors(words, [turn.text])[0] * (vector / UNIT)
            start += block
        _set(matrix[row], start, positions, unit.position_signs, POSITION)
    return matrix


@cache
def signs_of(turn: Turn, language: str) -> tuple[list[str], list[str]]:
    """Return the signs of a turn's text."""
    (signs,) = text_signs(
        [turn.text], language, is_customer=turn.speaker == "customer", with_letters=language != ENGLISH
    )
    return signs


def gram_scales(grams: Mapping[str, int]) -> NDArray[np.float64]:
    """Return the scale of each word, pair or run of letters."""
    return np.array([RUN if name.startswith(LETTERS) else 1.0 for name in grams])


def _set(row: Floats, start: int, of: Mapping[str, int], names: Sequence[str], value: float) -> None:
    for name in names:
        if name in of:
            row[start + of[name]] = value


def fit(matrix: Floats, known: NDArray[np.int8], counts: Floats) -> Floats:
    """Fit a logistic regression for each act, over the turns of which it is known; the last row is the bias."""
    mask = ((known != UNKNOWN) * counts[:, None] * STRENGTH).astype(np.float32)
    truth = (known == 1).astype(np.float32)

    def slope(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        rows = weights.astype(np.float32)
        logits = matrix @ rows[:-1] + rows[-1]
        shares = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        loss = float((mask * (np.logaddexp(0, logits) - truth * logits)).sum())
        wrong = (shares - truth) * mask
        gradient = np.vstack([matrix.T @ wrong + rows[:-1], wrong.sum(axis=0)]).astype(np.float64)
        return loss + 0.5 * float(np.square(weights[:-1]).sum()), gradient

    start = np.zeros((matrix.shape[1] + 1, known.shape[1]))
    return descend(slope, start, CLOSE).astype(np.float32)


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
    """Write the heads of both sides as whole numbers into the package."""
    grams, signs, positions = vocabulary
    width = UNITS_OF_VECTOR
    block, acts = len(signs) + width, len(ACTS)
    held = {"grams": np.zeros((len(grams), acts)), "places": np.zeros((len(positions), acts)), "bias": np.zeros(acts)}
    held |= {"signs": np.zeros((len(signs), 3 * acts)), "vectors": np.zeros((width, 3 * acts))}
    first = 0
    scales = ((1.0, OWN_VECTOR), (OTHER_SIGN, OTHER_VECTOR), (OTHER_SIGN, OTHER_VECTOR))
    for side, of in SIDES.items():
        weights, own = trained[side].astype(np.float64), slice(first, first + len(of))
        held["grams"][:, own] = weights[: len(grams)] * gram_scales(grams)[:, None]
        for number, (sign, vector) in enumerate(scales):
            start = len(grams) + number * block
            columns = slice(number * acts + own.start, number * acts + own.stop)
            held["signs"][:, columns] = weights[start : start + len(signs)] * sign
            held["vectors"][:, columns] = weights[start + len(signs) : start + block] * (vector / UNIT)
        held["places"][:, own] = weights[-1 - len(positions) : -1] * POSITION
        held["bias"][own] = weights[-1]
        first += len(of)
    whole = {name: np.rint(values * GRAIN).astype(np.int32) for name, values in held.items()}
    names = {"gram_names": grams, "sign_names": signs, "place_names": positions}
    texts = {key: np.frombuffer("\n".join(of).encode(), np.uint8) for key, of in names.items()}
    file = FOLDER / f"{language}.npz"
    np.savez_compressed(file, revision=np.array(REVISION), **whole, **texts)  # pyright: ignore[reportArgumentType] names, not its own
    print(f"{file.name}: {len(grams)} words and pairs, {len(signs)} signs, {file.stat().st_size / 1024:.0f} KiB")


UNITS_OF_VECTOR = 256

if __name__ == "__main__":
    main()
