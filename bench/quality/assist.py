"""How well passages are found, and how seldom anything is suggested to small talk.

    python -m bench.quality.assist [--passages 10000]

Questions as customers and agents ask them, three for each of the 55 cases of the example shop's guidelines, written
for this before anything was measured; the passages of that case are the known ones. The first of each three was
looked at while weights and threshold were chosen, the other two were not. Small talk is what customers of the example
conversations say beside their requests, and the requests of customers of others (a bank, a hotel) are asked too. A broadband provider's pages, with near twins and outdated ones, have 45
questions and 15 that they do not answer.
"""

import argparse
from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from auscult.domain.said.text import spoken_words
from auscult.engines.hybrid import Hybrid, HybridIndex
from auscult.engines.wordllama import WordLlama
from bench.knowing import as_passages, beside, elsewhere, questions, small_talk, store, written

Scores = Callable[[Sequence[str]], NDArray[np.float32]]
DEPTH = 5
RIVALS = 12


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--passages", type=int, default=10_000, help="passages in all, in the second table")
    count = parser.parse_args().passages
    hybrid = Hybrid(WordLlama())
    known = list(store())
    print(hybrid.version)
    tell(hybrid, "the guidelines alone", hybrid.index(as_passages(iter(known)), "en"))
    passages, asked = written("broadband")
    print(f"\n{len(passages)} passages, a broadband provider, of which nothing was used to choose anything")
    show_shown(hybrid, hybrid.index(passages, "en"), f"all (n = {sum(bool(each) for each, _ in asked)})", asked)
    others = (("others", piece) for piece in beside(count - len(known)))
    tell(hybrid, "and others beside", hybrid.index(as_passages(chain(known, others)), "en"))


def tell(hybrid: Hybrid, name: str, index: HybridIndex) -> None:
    """Print the figures of one index."""
    ways: dict[str, Scores] = {
        "BM25 alone": index.by_words,
        "embedding alone": index.by_meaning,
        "hybrid": lambda words: index.by_words(words) + index.by_meaning(words),
    }
    asked = questions()
    parts = {"looked at": asked[::3], "not looked at": [*asked[1::3], *asked[2::3]], "all": asked}
    print(f"\n{len(index)} passages, {name}")
    for way, scores in ways.items():
        told = [f"{part} (n = {len(of)}) {_recall(index, of, scores)}" for part, of in parts.items()]
        print(f"  {way:<16} {'; '.join(told)}")
    for what, texts in (
        ("questions", [question for _, question in asked]),
        ("small talk", small_talk()),
        ("requests to others", elsewhere()),
    ):
        share = np.mean([_shown(hybrid, index, text) is not None for text in texts])
        print(f"  suggested to {share:6.1%} of {len(texts)} {what}, from a likelihood of {hybrid.likely} on")
    for part, of in parts.items():
        show_shown(hybrid, index, part, of)


def show_shown(hybrid: Hybrid, index: HybridIndex, part: str, asked: Sequence[tuple[str, str]]) -> None:
    """Print how often an agent is shown the right passage first, how often a wrong one, and how often for no answer."""
    answered = [(heading, _shown(hybrid, index, question)) for heading, question in asked if heading]
    right = sum(shown == heading for heading, shown in answered)
    wrong = sum(shown not in (heading, None) for heading, shown in answered)
    print(f"  shown, {part}: right {right / len(answered):.3f}, wrong {wrong / len(answered):.3f}")
    others = [_shown(hybrid, index, question) is not None for heading, question in asked if not heading]
    if others:
        print(f"  shown to {np.mean(others):.3f} of {len(others)} questions without an answer")


def _shown(hybrid: Hybrid, index: HybridIndex, question: str) -> str | None:
    """Return the heading of the passage that an agent would be shown."""
    found = index.search(question, RIVALS)
    likely = index.likelihood(question, found) >= hybrid.likely
    return found[0].passage.heading[-1] if likely else None


def _recall(index: HybridIndex, asked: Sequence[tuple[str, str]], scores: Scores) -> str:
    """How often a known passage is the first, among the first three, among the first five."""
    ranks: list[int] = []
    for heading, question in asked:
        best = np.argsort(-scores(spoken_words(question).split()), kind="stable")[:DEPTH]
        hits = [place for place, passage in enumerate(best) if index.passage(int(passage)).heading[-1:] == (heading,)]
        ranks.append(hits[0] if hits else DEPTH)
    found = [f"@{depth} {np.mean(np.array(ranks) < depth):.3f}" for depth in (1, 3, 5)]
    return " ".join(found)


if __name__ == "__main__":
    main()
