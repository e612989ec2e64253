"""How well passages are found, and how seldom anything is suggested to small talk.

    python -m bench.quality.assist [--passages 10000] [--base NAME] [--semantic FOLDER] [--meaning WEIGHTS] [--goals]

``--goals`` prints one table alone, a line for each base: what is found, what of it is shown, and what is shown where
nothing answers.

``--semantic`` adds the model of ``auscult[semantic]``, or that of ``AUSCULT_EMBEDDINGS_MODEL``, and keeps its vectors of
passages in a folder; the first time, 10,000 passages take half an hour of one core. ``--meaning`` adds the encoder whose weights
``auscult meaning install`` wrote to that folder. ``--base`` measures one of the written bases alone.

Questions as customers and agents ask them, three for each of the 55 cases of the example shop's guidelines, written
for this before anything was measured; the passages of that case are the known ones. The first of each three was
looked at while weights were first chosen. Small talk is what customers of the example conversations say beside their
requests, and the requests of customers of others (a bank, a hotel) are asked too. A broadband provider's pages, with
near twins and outdated ones, have 45 questions and 15 that they do not answer; an outdoor shop's, by another hand, 110
and 25. Since November 2026 the weights with a model are from all these (``bench.quality.assist_fit``). The pages of
``shop``, by a third hand, were measured once, after everything was chosen.
"""

import argparse
import os
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auscult.domain.said.text import spoken_words
from auscult.engines.hybrid import Hybrid, SentenceIndex
from auscult.engines.meaning import Meaning
from auscult.engines.semantic import Semantic
from auscult.engines.wordllama import WordLlama
from auscult.services.assist.answers import SHOWN
from bench.knowing import Index, as_passages, beside, completed, elsewhere, questions, small_talk, store, written

Scores = Callable[[str], NDArray[np.float32]]
DEPTH = 5
RIVALS = 12
WRITTEN = {
    "broadband": "a broadband provider",
    "energy": "an energy supplier",
    "outdoor": "an outdoor shop",
    "shop": "a shop by a third hand",
}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--passages", type=int, default=10_000, help="passages in all, in the second table")
    parser.add_argument("--semantic", type=Path, metavar="FOLDER", help="with the model, whose vectors are kept here")
    parser.add_argument("--meaning", type=Path, metavar="WEIGHTS", help="with the encoder in this folder")
    parser.add_argument("--base", choices=WRITTEN, help="measure this written base alone")
    parser.add_argument("--goals", action="store_true", help="print one table alone, a line for each base")
    chosen = parser.parse_args()
    count = chosen.passages
    model = Semantic(os.environ.get("AUSCULT_EMBEDDINGS_MODEL")) if chosen.semantic else None
    hybrid = Hybrid(WordLlama(), Meaning(chosen.meaning) if chosen.meaning else model, chosen.semantic)
    if chosen.goals:
        return show_goals(hybrid)
    if chosen.base:
        return show_written(hybrid, chosen.base)
    known = list(store())
    guidelines = completed(hybrid, as_passages(iter(known)))
    print(guidelines.version)
    tell("the guidelines alone", guidelines)
    for name in WRITTEN:
        show_written(hybrid, name)
    others = (("others", piece) for piece in beside(count - len(known)))
    tell("and others beside", completed(hybrid, as_passages(chain(known, others))))
    return None


def show_goals(hybrid: Hybrid) -> None:
    """Print for each base what is found, what is shown of it, and what is shown where nothing answers.

    Found counts whatever its likelihood; shown counts what an agent sees, alone or to choose from. Sure is what is
    suggested as the answer, of those questions whose right passage is shown first.
    """
    bases = {"store": (as_passages(store()), questions()), **{name: written(name) for name in WRITTEN}}
    columns = ("found first", "found in 3", "shown first", "shown in 3", "sure of right", "shown, none", "sure, none")
    print(f"{'base':<10} {'questions':>9} " + " ".join(f"{each:>13}" for each in columns))
    total = np.zeros(9, int)
    for name, (passages, asked) in bases.items():
        counts = _goals(completed(hybrid, passages), asked)
        total += counts
        print(_goal_line(name, counts))
    print(_goal_line("all", total))


def _goals(index: Index, asked: Sequence[tuple[str, str]]) -> NDArray[np.int_]:
    """Return questions with an answer, those without, and the counts of the seven columns."""
    counts = np.zeros(9, int)
    for heading, question in asked:
        found = index.search(question, RIVALS)
        likelihood = index.likelihood(question, found)
        names = [each.passage.heading[-1] for each in found[:SHOWN]]
        is_shown, is_sure = likelihood >= index.possible, likelihood >= index.likely
        if not heading:
            counts += (0, 1, 0, 0, 0, 0, 0, is_shown, is_sure)
            continue
        is_first, is_there = names[:1] == [heading], heading in names
        counts += (1, 0, is_first, is_there, is_shown and is_first, is_shown and is_there, is_sure and is_first, 0, 0)
    return counts


def _goal_line(name: str, counts: NDArray[np.int_]) -> str:
    """Return a line of shares: of the questions with an answer, of those shown first, and of those without one."""
    answered, empty, *rest = counts.tolist()
    wholes = (answered, answered, answered, answered, rest[2], empty, empty)
    shares = [f"{part / whole:.3f}" if whole else "-" for part, whole in zip(rest, wholes, strict=True)]
    return f"{name:<10} {answered + empty:>9} " + " ".join(f"{each:>13}" for each in shares)


def show_written(hybrid: Hybrid, name: str) -> None:
    """Print what is found and shown of a written base."""
    passages, asked = written(name)
    index = completed(hybrid, passages)
    answered = [(heading, question) for heading, question in asked if heading]
    ranks = [[each.passage.heading[-1] for each in index.search(question, 3)] for _, question in answered]
    first = np.mean([found[:1] == [heading] for found, (heading, _) in zip(ranks, answered, strict=True)])
    three = np.mean([heading in found for found, (heading, _) in zip(ranks, answered, strict=True)])
    print(f"\n{len(passages)} passages, {WRITTEN[name]}: found first {first:.3f}, among three {three:.3f}")
    show_shown(index, f"all (n = {len(answered)})", asked)


def tell(name: str, index: Index) -> None:
    """Print the figures of one index."""
    words = index.words if isinstance(index, SentenceIndex) else index
    ways: dict[str, Scores] = {
        "BM25 alone": lambda question: words.by_words(_words(question)),
        "embedding alone": lambda question: words.by_meaning(_words(question)),
        "hybrid": lambda question: words.by_words(_words(question)) + words.by_meaning(_words(question)),
    }
    if isinstance(index, SentenceIndex):
        ways["model alone"] = index.by_sentences
        ways["hybrid, model"] = lambda question: index.scores(question, _words(question))
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
        share = np.mean([_shown(index, text) is not None for text in texts])
        print(f"  suggested to {share:6.1%} of {len(texts)} {what}, from a likelihood of {index.likely} on")
    for part, of in parts.items():
        show_shown(index, part, of)


def show_shown(index: Index, part: str, asked: Sequence[tuple[str, str]]) -> None:
    """Print how often an agent is shown the right passage first, how often a wrong one, and how often for no answer.

    Then the same of the three passages that are offered to choose from.
    """
    answered = [(heading, _shown(index, question)) for heading, question in asked if heading]
    right = sum(shown == heading for heading, shown in answered)
    wrong = sum(shown not in (heading, None) for heading, shown in answered)
    print(f"  shown, {part}: right {right / len(answered):.3f}, wrong {wrong / len(answered):.3f}")
    others = [_shown(index, question) is not None for heading, question in asked if not heading]
    if others:
        print(f"  shown to {np.mean(others):.3f} of {len(others)} questions without an answer")
    offers = [(heading, _offered(index, question)) for heading, question in asked]
    first = sum(heading in offer[:1] for heading, offer in offers if heading)
    three = sum(heading in offer for heading, offer in offers if heading)
    empty = [bool(offer) for heading, offer in offers if not heading]
    print(
        f"  offered, {part}: right first {first} of {len(answered)}, among three {three}; without an answer {sum(empty)} of {len(empty)}"
    )


def _offered(index: Index, question: str) -> list[str]:
    """Return the headings of the passages that an agent may choose from."""
    found = index.search(question, RIVALS)
    possible = index.likelihood(question, found) >= index.possible
    return [each.passage.heading[-1] for each in found[:SHOWN]] if possible else []


def _shown(index: Index, question: str) -> str | None:
    """Return the heading of the passage that an agent would be shown."""
    found = index.search(question, RIVALS)
    likely = index.likelihood(question, found) >= index.likely
    return found[0].passage.heading[-1] if likely else None


def _words(question: str) -> list[str]:
    return spoken_words(question).split()


def _recall(index: Index, asked: Sequence[tuple[str, str]], scores: Scores) -> str:
    """How often a known passage is the first, among the first three, among the first five."""
    ranks: list[int] = []
    for heading, question in asked:
        best = np.argsort(-scores(question), kind="stable")[:DEPTH]
        hits = [rank for rank, passage in enumerate(best) if index.passage(int(passage)).heading[-1:] == (heading,)]
        ranks.append(hits[0] if hits else DEPTH)
    found = [f"@{depth} {np.mean(np.array(ranks) < depth):.3f}" for depth in (1, 3, 5)]
    return " ".join(found)


if __name__ == "__main__":
    main()
