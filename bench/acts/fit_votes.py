"""Fit the votes: for each question, weights of the answer by words and of the acts of a conversation."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from itertools import chain
from math import log
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auscult.domain.audits.agreement import Pair, compare, compare_counts, mean_kappa
from auscult.domain.probe import ActsAnswer
from auscult.engines._acts.features import side_of
from auscult.engines._acts.reading import ACTS, AGENT_ACTS
from auscult.engines._vectors.softmax import descend
from auscult.votes.signs import LOWEST, ONE, ScoredTurns, acts_of
from auscult.votes.voting import GRAIN, compiled, is_felt, values
from bench.acts.facts import FACTS, FLAGGED, TURNS, Fact, said, signs_of
from bench.acts.material import Labelled, folds_of
from bench.quality.first_sight import f1_of, machine

REVISION = 3
RESAMPLES = 400
HELD_BACK = 4.0
"""How far weights are held back (L2)."""
ELSEWHERE = 3.0
"""Weight of a conversation of the development set or the challenge: other kinds of calls, on which words alone do well."""

FELT = (-32, -24, -16, -8, 0)
"""Scores above which an act may make a mood."""
NEXT_TO_NOTHING = 0.01
"""Kappa or F1 that it may cost to overrule words, or to count a turn, more seldom."""

Floats = NDArray[np.float64]
Scores = Mapping[tuple[str, int], Sequence[int]]


class Decision(NamedTuple):
    """A metric's answer in a conversation whose author neither heads nor votes had seen, and what people say."""

    conversation_id: str
    metric: str
    people: str
    answer: str
    confidence: float

    @property
    def is_right(self) -> bool:
        """Return whether people agree."""
        return self.people == self.answer


def fit_votes(sets: Sequence[Labelled], scores: Scores, language: str, *, write: bool) -> list[Decision]:
    """Fit every question, print the agreement on authors that neither heads nor votes had seen, and write.

    Return the decisions on those authors, of all metrics together.
    """
    fitted = [one for one in sets if not one.source.endswith("unread")]
    words = machine((one.conversation for one in fitted), votes=False)
    all_scored = [course_of_scores(one, scores) for one in fitted]
    held: dict[str, object] = {}
    decisions: list[Decision] = []
    for name, fact in FACTS.items():
        rows = [index for index, one in enumerate(fitted) if said(fact, one.answers) in fact.answers]
        some = [fitted[row] for row in rows]
        by_words = [said(fact, words[one.conversation.id]) for one in some]
        found, of_fact = fitted_question(fact, some, by_words, [all_scored[row] for row in rows])
        held[name] = found
        decisions += of_fact if name.startswith("em-") else ()
    turns = {act: _least(act, fitted, all_scored) for act in TURNS}
    too = _by_words_too(fitted, words, all_scored, turns)
    print(f"turns count from {turns}, by words too: {too}", flush=True)
    if write:
        rows_of = ",\n".join(f"  {json.dumps(name)}: {json.dumps(of)}" for name, of in held.items())
        path = Path(str(files("auscult.votes") / "weights" / f"{language}.json"))
        rest = f'"turns": {json.dumps(turns)}, "by_words_too": {json.dumps(too)}'
        path.write_text(f'{{"revision": {REVISION}, "questions": {{\n{rows_of}\n}},\n{rest}}}\n')
    print(f"{macro(decisions)}; {calibration(decisions).shown}", flush=True)
    return decisions


def macro(decisions: Sequence[Decision]) -> str:
    """Return the mean of the metrics' kappas, with the middle 95 % of it where conversations are drawn again."""
    by_conversation: dict[str, list[tuple[str, Pair]]] = {}
    for one in decisions:
        by_conversation.setdefault(one.conversation_id, []).append((one.metric, (one.people, one.answer)))

    def mean(drawn: Iterable[list[tuple[str, Pair]]]) -> float:
        counts: dict[str, Counter[Pair]] = {}
        for metric, pair in chain.from_iterable(drawn):
            counts.setdefault(metric, Counter())[pair] += 1
        return mean_kappa(map(compare_counts, counts.values())) or 0.0

    all_of_them = list(by_conversation.values())
    random = Random(1960)  # noqa: S311 (nothing is secret)
    means = sorted(mean(random.choices(all_of_them, k=len(all_of_them))) for _ in range(RESAMPLES))
    low, high = means[RESAMPLES // 40], means[-RESAMPLES // 40]
    return f"macro kappa {mean(all_of_them):.3f}, {low:.3f} to {high:.3f} ({len(all_of_them)} conversations)"


class Calibration(NamedTuple):
    """How far confidences can be taken for shares of right decisions.

    ``error`` is the expected calibration error over ten bins of confidence (Naeini and others, 2015); ``brier`` the mean
    square of confidence less outcome, and ``base`` that of the share of right decisions, said of each.
    """

    count: int
    error: float
    brier: float
    base: float

    @property
    def shown(self) -> str:
        """Return it in words."""
        return (
            f"confidence of {self.count} decisions on metrics: expected calibration error {self.error:.3f}, "
            f"Brier {self.brier:.3f}, of the base rate {self.base:.3f}"
        )


def calibration(decisions: Sequence[Decision]) -> Calibration:
    """Return the calibration of decisions. Raises ``ZeroDivisionError`` where there are none."""
    bins: dict[int, list[Decision]] = {}
    for one in decisions:
        bins.setdefault(min(9, int(one.confidence * 10)), []).append(one)
    error = sum(abs(sum(one.confidence - one.is_right for one in of)) for of in bins.values()) / len(decisions)
    brier = sum((one.confidence - one.is_right) ** 2 for one in decisions) / len(decisions)
    right = sum(one.is_right for one in decisions) / len(decisions)
    return Calibration(len(decisions), error, brier, right * (1 - right))


def fitted_question(
    fact: Fact,
    sets: Sequence[Labelled],
    by_words: Sequence[str],
    all_scored: Sequence[ScoredTurns],
    judged: Sequence[ScoredTurns] | None = None,
) -> tuple[dict[str, object], list[Decision]]:
    """Return the weights of a question and its decisions on each author who was left out; print how well they do.

    Where ``judged`` are given, weights are fitted to ``all_scored`` and decide these, of the same conversations.
    """
    matrix = _matrix(fact, by_words, all_scored)
    decided_on = matrix if judged is None else _matrix(fact, by_words, judged)
    labels = np.array([fact.answers.index(said(fact, one.answers)) for one in sets])
    counts = np.array([1.0 if one.source.endswith(" read") else ELSEWHERE for one in sets])
    folds = folds_of((one.source, one.conversation.id) for one in sets)
    logits = np.zeros((len(sets), len(fact.answers)))
    for fold in sorted({*folds}):
        learned = folds != fold
        weights = _fit(matrix[learned], labels[learned], len(fact.answers), counts[learned])
        logits[~learned] = decided_on[~learned] @ weights[:-1] + weights[-1]
    sharpness = _sharpness(logits, labels)
    outweighs = fact.outweighs or _outweighs(fact, sets, by_words, logits, sharpness)
    felt, decided = _felt(
        fact, sets, by_words, _decided(fact, by_words, logits, sharpness, outweighs), judged or all_scored
    )
    _show(fact, sets, by_words, decided)
    weights = _fit(matrix, labels, len(fact.answers), counts)
    held: dict[str, object] = {
        "answers": fact.answers,
        "signs": signs_of(fact),
        "weights": np.rint(weights[:-1] * GRAIN / ONE).astype(int).tolist(),
        "bias": np.rint(weights[-1] * GRAIN).astype(int).tolist(),
        "sharpness": sharpness,
        "outweighs": outweighs,
        "silent": fact.silent,
        "felt": felt,
        "lean": round(fact.lean * GRAIN),
    }
    shares = _shares(logits, sharpness)
    found = zip(sets, decided, shares.tolist(), strict=True)
    decisions = [
        Decision(one.conversation.id, fact.label, said(fact, one.answers), answer, share[fact.answers.index(answer)])
        for one, answer, share in found
        if answer in fact.answers
    ]
    return held, decisions


def _matrix(fact: Fact, by_words: Sequence[str], all_scored: Sequence[ScoredTurns]) -> Floats:
    """Return the value of each sign, a row for each conversation."""
    signs = compiled(signs_of(fact))
    rows = [values(signs, words, scored_turns) for words, scored_turns in zip(by_words, all_scored, strict=True)]
    return np.array([[value / ONE for value in row] for row in rows])


def _shares(logits: Floats, sharpness: int) -> Floats:
    """Return the probability of each answer."""
    scaled = logits * sharpness / 100
    raised = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _decided(fact: Fact, by_words: Sequence[str], logits: Floats, sharpness: int, outweighs: int) -> list[str]:
    """Return the answers of the votes: those by words where the votes are less sure than ``outweighs``, in percent."""
    best = (logits + np.eye(len(fact.answers))[0] * fact.lean).argmax(axis=1)
    sure = _shares(logits, sharpness)[np.arange(len(best)), best] * 100 >= outweighs
    return [
        fact.answers[one] if is_sure or words not in fact.words or words == fact.silent else words
        for one, is_sure, words in zip(best, sure, by_words, strict=True)
    ]


def _outweighs(fact: Fact, sets: Sequence[Labelled], by_words: Sequence[str], logits: Floats, sharpness: int) -> int:
    """Return the confidence from which on words are overruled: the highest with next to the best kappa, authors left out."""
    if not fact.words or fact.lean:
        return 0

    def kappa(percent: int) -> float:
        answers = _decided(fact, by_words, logits, sharpness, percent)
        people = [said(fact, one.answers) for one in sets]
        return compare(list(zip(people, answers, strict=True)), None).kappa or 0.0

    kappas = {percent: kappa(percent) for percent in range(0, 96, 5)}
    return max(percent for percent, one in kappas.items() if one >= max(kappas.values()) - NEXT_TO_NOTHING)


def _felt(
    fact: Fact,
    sets: Sequence[Labelled],
    by_words: Sequence[str],
    voted: Sequence[str],
    all_scored: Sequence[ScoredTurns],
) -> tuple[int, list[str]]:
    """Return the score above which an act makes a mood, the highest with next to the best kappa, and the answers by it."""
    people = [said(fact, one.answers) for one in sets]

    def answers(least: int) -> list[str]:
        return [
            words if words == fact.silent and not is_felt(answer, scored_turns, least) else answer
            for words, answer, scored_turns in zip(by_words, voted, all_scored, strict=True)
        ]

    found = {least: answers(least) for least in FELT} if fact.silent else {0: list(voted)}
    kappas = {least: compare(list(zip(people, some, strict=True))).kappa or 0.0 for least, some in found.items()}
    best = max(least for least, one in kappas.items() if one >= max(kappas.values()) - NEXT_TO_NOTHING)
    return best, found[best]


def course_of_scores(one: Labelled, scores: Scores) -> ScoredTurns:
    """Return a conversation with given scores of its acts."""
    rows: list[tuple[int, ...]] = []
    for index, turn in enumerate(acts_of(one.conversation).turns):
        row = [LOWEST] * len(ACTS)
        found = scores.get((one.conversation.id, index), ())
        start = 0 if side_of(turn) == "agent" else len(AGENT_ACTS)
        row[start : start + len(found)] = found
        rows.append(tuple(row))
    return ScoredTurns(one.conversation, ActsAnswer(ACTS, tuple(rows), ""))


def _least(act: str, sets: Sequence[Labelled], all_scored: Sequence[ScoredTurns]) -> int:
    """Return the score from which on a turn counts as an act: the highest with next to the best F1."""
    scored: list[tuple[int, bool]] = []
    for one, scored_turns in zip(sets, all_scored, strict=True):
        known = [
            (score, one.acts[turn.id][act] == 1)
            for _, score, turn in scored_turns.scores(act)
            if act in one.acts[turn.id]
        ]
        if act in FLAGGED and known:
            known = [(max(score for score, _ in known), any(has for _, has in known))]
        scored += known
    f1 = {least: f1_of([(has, score >= least) for score, has in scored]) for least in range(-48, 49, 2)}
    return max(least for least, one in f1.items() if one >= max(f1.values()) - NEXT_TO_NOTHING)


def _by_words_too(
    sets: Sequence[Labelled],
    words: Mapping[str, Mapping[str, str]],
    all_scored: Sequence[ScoredTurns],
    turns: Mapping[str, int],
) -> Sequence[str]:
    """Return the flagged acts if escalations are found better where words count besides the acts; else none."""
    people = [one.answers["escalation"] == "True" for one in sets]
    acts = [
        any(score >= turns[act] for act in FLAGGED for _, score, _ in scored_turns.scores(act))
        for scored_turns in all_scored
    ]
    either = [by or words[one.conversation.id]["escalation"] == "True" for by, one in zip(acts, sets, strict=True)]
    alone, both = (f1_of(list(zip(people, found, strict=True))) for found in (acts, either))
    print(f"escalation, F1: acts {alone:.2f}, or words {both:.2f}", flush=True)
    return FLAGGED if both > alone + NEXT_TO_NOTHING else ()


def _fit(matrix: Floats, labels: NDArray[np.int64], answers: int, counts: Floats) -> Floats:
    """Fit a multinomial logistic regression."""
    truth = np.eye(answers)[labels]
    mass = counts[:, None]

    def slope(weights: Floats) -> tuple[float, Floats]:
        logits = matrix @ weights[:-1] + weights[-1]
        logits -= logits.max(axis=1, keepdims=True)
        raised = np.exp(logits)
        shares = raised / raised.sum(axis=1, keepdims=True)
        loss = -float((mass * truth * np.log(shares + 1e-12)).sum())
        loss += 0.5 * HELD_BACK * float(np.square(weights[:-1]).sum())
        loss += 0.01 * HELD_BACK * float(np.square(weights[-1]).sum())
        wrong = (shares - truth) * mass
        by_weight = matrix.T @ wrong + HELD_BACK * weights[:-1]
        return loss, np.vstack([by_weight, wrong.sum(axis=0) + 0.02 * HELD_BACK * weights[-1]])

    return descend(slope, np.zeros((matrix.shape[1] + 1, answers)), 0.001)


def _sharpness(logits: Floats, labels: NDArray[np.int64]) -> int:
    """Return how much surer the answers are than the weights say, in percent: what fits unseen authors best."""

    def cost(percent: int) -> float:
        shares = _shares(logits, percent)
        return -sum(log(max(1e-9, row[label])) for row, label in zip(shares, labels, strict=True))

    return min(range(40, 201, 5), key=cost)


def _show(fact: Fact, sets: Sequence[Labelled], by_words: Sequence[str], votes: Sequence[str]) -> None:
    """Print kappa (of a flag F1) of words and of votes, for all authors together, each of them, and the other sets."""
    authors = [one.source.partition(" ")[0] for one in sets]
    groups = {"authors": [row for row, one in enumerate(sets) if one.source.endswith(" read")]}
    groups |= {name: [row for row, author in enumerate(authors) if author == name] for name in dict.fromkeys(authors)}
    line = f"{fact.label:20}"
    for name, rows in groups.items():
        figures: list[str] = []
        for answers in (by_words, votes):
            pairs = [(said(fact, sets[row].answers), answers[row]) for row in rows]
            kappa = compare(pairs).kappa or 0.0
            is_flag = fact.label == "churn_risk"
            figures.append(f"{f1_of([(a == 'YES', b == 'YES') for a, b in pairs]) if is_flag else kappa:.2f}")
        line += f"  {name} {' > '.join(figures)}"
    print(line, flush=True)
