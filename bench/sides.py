"""Fits the weights of ``auscult.sides``, and measures how often they find whose side a speaker is.

    python -m bench.sides [DATA_DIR] [--fit]

Without ``--fit`` each hand of ``bench/acts`` is measured with weights that were fitted to the other hands: roles hidden,
the whole conversation, its first half alone, three speakers (a second agent speaks the second half of the agent's turns), and
a bot before the person. With a folder of further labelled conversations the shipped weights are measured on those.
``--fit`` writes ``src/auscult/sides/weights``, byte for byte the same from the same hands; it fits to what may be read.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil, sqrt
from pathlib import Path
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from scipy import sparse

from auscult.domain.conversation import Conversation, Speaker, Turn, speaker_name
from auscult.engines._vectors.softmax import descend
from auscult.sides.finding import SURE, find, probability
from auscult.sides.reading import GRAIN, Reader, Weights, features, languages, reader
from bench.acts.material import hands_of
from bench.quality.intelligence import read_conversation

WRITTEN = Path(__file__).parents[1] / "src" / "auscult" / "sides" / "weights"
ORDER = ("en", "es", "de", "fr", "pt")
REVISION = 1
FEWEST = 4
"""Turns that a word, pair or run is in at least."""
MOST_WEIGHTS = 12_000
HELD_BACK = 10.0
"""How far weights are held back (L2)."""
FOLDS = 6
Z95 = 1.959964
SWAPPED_BELOW = 1 - 0.99
"""The probability of stated sides below which they are flagged."""

Floats = NDArray[np.float64]
Case = tuple[str, Conversation]


class Outcome(NamedTuple):
    """One conversation with its roles hidden: whether the sides found are right, and whether they were sure."""

    is_right: bool
    is_sure: bool
    has_bot: bool | None = None


class Text(NamedTuple):
    """A turn to learn from."""

    text: str
    is_agent: bool


def texts_of(cases: Iterable[Case]) -> list[Text]:
    """Return what agents and customers say."""
    return [
        Text(turn.text, turn.speaker == "agent")
        for _, conversation in cases
        for turn in conversation.turns
        if turn.speaker in ("agent", "customer") and turn.text.strip()
    ]


def fitted(texts: Sequence[Text], sharpness: int) -> Weights:
    """Fit weights: logistic regression over turns, the most useful of them, in whole numbers."""
    rows = [Counter(features(each.text)) for each in texts]
    often = Counter(name for row in rows for name in row)
    names = sorted(name for name, count in often.items() if count >= FEWEST)
    column = {name: index for index, name in enumerate(names)}
    cells = [
        (index, column[name], count) for index, row in enumerate(rows) for name, count in row.items() if name in column
    ]
    asks = [(index, len(names), text.text.count("?")) for index, text in enumerate(texts) if "?" in text.text]
    down, across, values = (np.array(each, dtype=float) for each in zip(*cells, *asks, strict=True))
    shape = (len(texts), len(names) + 1)
    table = sparse.csr_matrix((values, (down.astype(int), across.astype(int))), shape=shape)
    signs = np.array([1.0 if each.is_agent else -1.0 for each in texts])
    back = table.T.tocsr()

    def slope(weights: Floats) -> tuple[float, Floats]:
        margins = signs * (table @ weights[:-1] + weights[-1])
        loss = float(np.logaddexp(0, -margins).sum()) + 0.5 * HELD_BACK * float(np.square(weights[:-1]).sum())
        wrong = -signs / (1 + np.exp(np.clip(margins, -50, 50)))
        return loss, np.append(back @ wrong + HELD_BACK * weights[:-1], wrong.sum())

    found = descend(slope, np.zeros(shape[1] + 1), 0.5)
    counts = np.array([often[name] for name in names], dtype=float)
    worth = np.abs(found[: len(names)]) * np.sqrt(counts)
    kept = sorted(sorted(range(len(names)), key=lambda each: (-worth[each], names[each]))[:MOST_WEIGHTS])
    whole = {names[each]: round(float(found[each]) * GRAIN) for each in kept}
    kinds = {
        kind: {name: of for (its, name), of in whole.items() if its == kind and of}
        for kind in ("words", "pairs", "runs")
    }
    return Weights(
        revision=REVISION,
        bias=round(float(found[-1]) * GRAIN),
        sharpness=sharpness,
        asks=round(float(found[len(names)]) * GRAIN),
        **kinds,
    )


def hidden(conversation: Conversation) -> tuple[Conversation, dict[str, Speaker]]:
    """Return a conversation whose speakers have labels alone, and the side of each label."""
    names: dict[str, str] = {}
    for turn in conversation.turns:
        if turn.speaker != "system":
            names.setdefault(_who(turn), f"Speaker {len(names) + 1}")
    right: dict[str, Speaker] = {
        names[_who(turn)]: turn.speaker for turn in conversation.turns if turn.speaker != "system"
    }
    turns = tuple(
        turn
        if turn.speaker == "system"
        else replace(turn, speaker="unknown", speaker_label=names[_who(turn)], agent_id=None)
        for turn in conversation.turns
    )
    return replace(conversation, turns=turns, agents=(), customer=None), right


def _who(turn: Turn) -> str:
    return f"{turn.speaker} {turn.agent_id or ''}"


def outcome(conversation: Conversation, reading: Reader) -> Outcome | None:
    """Find the sides of a conversation whose roles are hidden; None where not both sides speak."""
    shown, right = hidden(conversation)
    said = {speaker_name(turn) for turn in shown.turns if turn.text.strip()}
    right = {name: side for name, side in right.items() if name in said}
    if "customer" not in right.values() or len(right) < 2:
        return None
    found = find(shown, reading, {speaker_name(each): "system" for each in shown.turns if each.speaker == "system"})
    wrong = [
        name
        for name, side in right.items()
        if found.sides[name] != "unknown" and (found.sides[name] == "customer") != (side == "customer")
    ]
    bots = [found.sides[name] == "bot" for name, side in right.items() if side == "bot"]
    return Outcome(not wrong, found.is_sure, all(bots) if bots else None)


def variants(conversation: Conversation, bots: Sequence[tuple[Turn, ...]]) -> Iterator[tuple[str, Conversation]]:
    """Yield a conversation whole, its first half, with a second agent, and behind a bot."""
    yield "whole", conversation
    turns = conversation.turns
    yield "first half", replace(conversation, turns=turns[: ceil(len(turns) / 2)])
    agents = [index for index, turn in enumerate(turns) if turn.speaker == "agent"]
    if len(agents) >= 4:
        later = agents[len(agents) // 2]
        moved = tuple(
            replace(turn, agent_id=f"a-{1 + (index >= later)}") if turn.speaker == "agent" else turn
            for index, turn in enumerate(turns)
        )
        yield "three speakers", replace(conversation, turns=moved)
    if bots and not any(turn.speaker == "bot" for turn in turns):
        before = bots[sum(conversation.id.encode()) % len(bots)]
        yield "bot, then a person", replace(conversation, turns=(*before, *turns))
    elif any(turn.speaker == "bot" for turn in turns):
        yield "bot, then a person", conversation


def cases_of(language: str) -> list[Case]:
    """Return the conversations of a language with the name of their hand."""
    return [(each.source.partition(" ")[0], each.conversation) for each in hands_of(language)]


def bots_in(cases: Iterable[Case]) -> list[tuple[Turn, ...]]:
    """Return what bots say before a person does."""
    found = [tuple(turn for turn in each.turns if turn.speaker == "bot") for _, each in cases]
    return [each for each in found if each]


MOST_SHARPNESS = 100
"""In percent; hands on which nothing goes wrong say nothing of others."""


def sharpness_of(margins: Sequence[float]) -> int:
    """Return how far a sum is to be believed, in percent: the slope of a logistic regression of held-out sums."""
    values = np.array(margins) / GRAIN
    slopes = np.arange(5, MOST_SHARPNESS + 1, 5) / 100
    losses = [float(np.logaddexp(0, -slope * values).sum()) for slope in slopes]
    return round(100 * float(slopes[int(np.argmin(losses))]))


def held_out(
    language: str, cases: Sequence[Case], sharpness: int
) -> tuple[Counter[str], list[float], dict[str, list[Outcome]]]:
    """Measure each hand with weights of the other hands: flags of stated sides, margins, and outcomes by variant."""
    names = sorted({name for name, _ in cases})
    outcomes: dict[str, list[Outcome]] = {}
    margins: list[float] = []
    flags: Counter[str] = Counter()
    for fold in range(min(FOLDS, len(names))):
        left_out = set(names[fold :: min(FOLDS, len(names))])
        others = [each for each in cases if each[0] not in left_out]
        reading = Reader(fitted(texts_of(others), sharpness), language)
        bots = bots_in(each for each in cases if each[0] in left_out)
        for _, conversation in (each for each in cases if each[0] in left_out):
            totals = Counter[str]()
            for turn in conversation.turns:
                totals[turn.speaker] += reading.score(turn.text)
            if any(each.speaker == "customer" for each in conversation.turns) and "agent" in totals:
                margins.append(totals["agent"] - totals["customer"])
                stated = 1 / (1 + np.exp(-margins[-1] * sharpness / 100 / GRAIN))
                flags["stated"] += 1
                flags["flagged though right"] += stated < SWAPPED_BELOW
                flags["flagged when swapped"] += 1 - stated < SWAPPED_BELOW
            for variant, shown in variants(conversation, bots):
                if one := outcome(shown, reading):
                    outcomes.setdefault(variant, []).append(one)
    return flags, margins, outcomes


def interval(right: int, count: int) -> tuple[float, float]:
    """Return Wilson's interval of a share, 95 %."""
    if not count:
        return 0.0, 1.0
    share, square = right / count, Z95 * Z95
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = Z95 * sqrt(share * (1 - share) / count + square / (4 * count * count)) / (1 + square / count)
    return middle - half, middle + half


def show(name: str, outcomes: Mapping[str, Sequence[Outcome]]) -> None:
    """Print a line for each variant."""
    for variant, found in outcomes.items():
        sure = [each for each in found if each.is_sure]
        right = sum(each.is_right for each in sure)
        low, high = interval(right, len(sure))
        share_low, share_high = interval(len(sure), len(found))
        bots = [each.has_bot for each in sure if each.has_bot is not None]
        print(
            f"{name:14} {variant:20} {len(found):5}  right where sure {right / max(1, len(sure)):.4f}"
            f" ({low:.4f} to {high:.4f})  sure {len(sure) / len(found):.4f} ({share_low:.4f} to {share_high:.4f})"
            f"  right in all {sum(each.is_right for each in found) / len(found):.4f}"
            + (f"  bot known as one {sum(bots) / len(bots):.2f}" if bots else ""),
            flush=True,
        )


def further(folder: Path) -> None:
    """Measure the shipped weights on conversations that no hand of the fit wrote."""
    files = sorted((folder / "labels").glob("*.ndjson")) + sorted((folder / "conversations").glob("*.ndjson"))
    for file in files:
        cases: list[Case] = []
        for line in file.read_text(encoding="utf-8").splitlines():
            document = json.loads(line)
            document = document.get("conversation", document)
            if isinstance(document, dict) and "channel" in document and "turns" in document:
                cases.append((file.stem, read_conversation(document)))
        outcomes: dict[str, list[Outcome]] = {}
        flags: Counter[str] = Counter()
        for _, conversation in cases:
            reading = reader(conversation.language[:2])
            if reading is None:
                continue
            stated = probability(conversation.turns, reading)
            flags.update(stated=stated is not None, flagged=stated is not None and stated < SWAPPED_BELOW)
            for variant, shown in variants(conversation, ()):
                if one := outcome(shown, reading):
                    outcomes.setdefault(variant, []).append(one)
        show(file.stem[:14], outcomes)
        print(f"{'':14} stated {flags['stated']}, flagged though right {flags['flagged']}")


def main() -> None:
    """Measure, and write the weights where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--language", choices=ORDER, action="append")
    given = parser.parse_args()
    if given.data is not None:
        further(given.data)
        return
    print(f"sure from {SURE}")
    for language in given.language or ORDER:
        cases = cases_of(language)
        flags, margins, outcomes = held_out(language, cases, _sharpness(language))
        show(language, outcomes)
        print(f"{language:14} {dict(flags)}", flush=True)
        if given.fit:
            read = [each for each in hands_of(language) if not each.source.endswith("unread")]
            texts = texts_of((each.source, each.conversation) for each in read)
            weights = fitted(texts, sharpness_of(margins))
            WRITTEN.mkdir(exist_ok=True)
            (WRITTEN / f"{language}.json").write_text(written(weights), encoding="utf-8")
            print(f"{language:14} written, sharpness {weights.sharpness} %", flush=True)


def _sharpness(language: str) -> int:
    """Return the sharpness of the weights that are shipped, 100 where there are none yet."""
    found = reader(language) if language in languages() else None
    return 100 if found is None else round(100 * found.sharpness)


def written(weights: Weights) -> str:
    """Return weights as they are stored: one kind a line, in the order of letters."""
    head = (
        f'{{"revision":{weights.revision},"bias":{weights.bias},"sharpness":{weights.sharpness},"asks":{weights.asks}'
    )
    kinds = {"words": weights.words, "pairs": weights.pairs, "runs": weights.runs}
    return (
        head
        + "".join(
            f',\n"{kind}":{json.dumps(of, ensure_ascii=False, sort_keys=True, separators=(",", ":"))}'
            for kind, of in kinds.items()
        )
        + "}\n"
    )


if __name__ == "__main__":
    main()
