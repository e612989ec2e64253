"""Questions of one's own, taught by ticks: how they agree with people on conversations that come later.

``python -m bench.quality.own_questions DATA [--weights FOLDER] [--heads FILE]`` plays a manager who teaches twelve dialogue acts as
questions in words, in each of six houses: half of a house's conversations are past ones, which the product proposes and
the labels tick, handful by handful; the other half come later, and so do those of the other houses. A conversation is
a Yes where any turn has the act. FOLDER has the encoder that ``auscult meaning install`` wrote; without it, words alone.
The heads of dialogue acts that come along were fitted to these labels, and to the acts that are taught. Here signs are
those of heads that saw none of these houses, without the act that is asked for and those that ``RELATED`` names; FILE
keeps their scores, or has them. Training takes ten minutes.
"""

import argparse
import csv
import pickle
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from statistics import mean
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from auscult.domain.audits.agreement import kappa_of
from auscult.domain.engines import Engines
from auscult.domain.form import Form, Metric
from auscult.domain.probe import Acts, ActsAnswer, Answer, Lesson, Probe, Resemblance
from auscult.domain.questions.taught import Tick, speaker_of
from auscult.engines._acts.reading import ACTS
from auscult.engines.acts import MOST
from auscult.engines.meaning import Meaning
from auscult.engines.taught import Taught, Teacher
from auscult.engines.wordllama import WordLlama
from auscult.metrics.by_example import ByExample, Settings
from auscult.services.taught import TaughtQuestion, TickedQuestion
from bench.acts import train
from bench.acts.material import Labelled, labelled

QUESTIONS = Path(__file__).with_name("own_questions.tsv")
HOUSES = ("train_a", "train_b", "c", "d", "e", "f")
TAUGHT = (20, 40)
HANDFUL = 5
RELATED = {
    "churn": ("leave",),
    "done": ("answers",),
    "promise": ("answers",),
    "refuse": ("denies",),
}
"""Heads that would give an act away."""
OTHERS = 120
"""Conversations of other houses that a question is tried on."""
_AT = datetime(2026, 1, 1, tzinfo=UTC)
_ANY = Decimal(0)
"""So that every answer is given, whatever the agreement."""
_KIND = ByExample()

Scores = dict[Acts, NDArray[np.int64]]
"""Of every turn of a conversation and every act, by the question for them."""


class Outcome(NamedTuple):
    """One question in one house: kappa there later, on other houses, what the page said, and the Yes among 20 shown."""

    act: str
    same: float
    others: float
    said: float
    yes: float


class UnseenActs:
    """Scores of acts by heads that saw none of the houses, where some acts are unknown."""

    probe: ClassVar[type[Probe]] = Acts
    version = "unseen"

    def __init__(self, scores: Scores, unknown: Sequence[str]) -> None:
        """Answer with the scores of a conversation, by its acts."""
        self._scores, self._unknown = scores, [ACTS.index(act) for act in unknown]

    def answer(self, probes: Sequence[Probe]) -> list[Answer]:
        """Return the scores that are known of each turn, and the lowest of the others."""
        found: list[Answer] = []
        for probe in probes:
            assert isinstance(probe, Acts)
            rows = self._scores[probe].copy()
            rows[:, self._unknown] = -MOST
            found.append(ActsAnswer(ACTS, tuple(map(tuple, rows.tolist())), self.version))
        return found


def unseen_scores(sets: Sequence[Labelled]) -> Scores:
    """Return the scores of the houses' acts by heads that were trained on all else."""
    mine = [each for each in sets if house_of(each) in HOUSES]
    units = train.units_of([each for each in sets if house_of(each) not in HOUSES], train.ENGLISH)
    vocabulary = train.vocabulary_of(units, train.ENGLISH)
    turns = {each.conversation.id: Acts.of(each.conversation) for each in mine}
    found = {acts: np.full((len(acts.turns), len(ACTS)), -MOST) for acts in turns.values()}
    read = train.units_of([each._replace(source="read") for each in mine], train.ENGLISH)
    for side, acts in train.SIDES.items():
        _own, columns, known, counts = train.material_of(units, side, vocabulary, train.ENGLISH)
        start = np.zeros((columns.names.shape[1] + columns.vectors.shape[1] + 1, len(acts)))
        weights = train.fit(columns, known, counts, near=start)
        own, columns, _known, _counts = train.material_of(read, side, vocabulary, train.ENGLISH)
        scores = np.clip(np.floor(columns.times(weights) * 16), -MOST, MOST).astype(int)
        for unit, row in zip(own, scores, strict=True):
            if unit.conversation_id:
                found[turns[unit.conversation_id]][unit.number, [ACTS.index(act) for act in acts]] = row
    return found


def house_of(one: Labelled) -> str:
    """Return the house that a conversation is of."""
    return one.source.partition(" ")[0]


class Pupil:
    """A question as it is taught in one house."""

    def __init__(self, act: str, question: str, past: Sequence[Labelled], engines: Engines) -> None:
        """Begin with a question that nothing was ticked for."""
        self._act = act
        self._past = {each.conversation.id: each for each in past}
        self._engines = engines
        self._settings = Settings(question=question, speaker=speaker_of(question))
        self._ticks: list[Tick] = []
        self._shown: list[bool] = []

    def taught_with(self, count: int) -> None:
        """Tick proposals until ``count`` conversations have ticks."""
        while (left := count - len({each.conversation_id for each in self._ticks})) > 0:
            proposals = self._ticked.shown(min(HANDFUL, left), (), None, ()).proposals
            if not proposals:
                return
            for proposal in proposals:
                ticked = self._past[proposal.conversation_id]
                for at, turn in enumerate(proposal.turns):
                    says = ticked.acts.get(turn.turn_id, {}).get(self._act) == 1
                    self._ticks.append(_tick(len(self._ticks), proposal.conversation_id, turn.turn_id, says=says))
                    if at == 0 and proposal.kind == "likely":
                        self._shown.append(says)

    @property
    def page(self) -> TaughtQuestion:
        """The agreement that the page shows."""
        return self._ticked.shown(0, (), None, ())

    @property
    def yes(self) -> float:
        """Of 20 likely turns that were shown, how many are a Yes."""
        return 20 * mean(self._shown[:20]) if self._shown else 0.0

    def kappa(self, later: Sequence[Labelled]) -> float:
        """Return the agreement with people on conversations; 0 where it was taught nothing."""
        taught = self._ticked.taught
        if taught is None:
            return 0.0
        settings = Settings(
            question=self._settings.question, speaker=self._settings.speaker, counts_from=_ANY, taught=taught
        )
        pairs: list[tuple[str, str]] = []
        for each in later:
            probes = _KIND.probes(settings, each.conversation)
            answers = dict(zip(probes, self._engines[Resemblance].answer(probes), strict=True))
            verdict = _KIND.judge(settings, each.conversation, answers)
            if verdict.qualification != "NA":
                is_yes = any(acts.get(self._act) == 1 for acts in each.acts.values())
                pairs.append((verdict.qualification, "YES" if is_yes else "NO"))
        return kappa_of(pairs) or 0.0

    @property
    def _ticked(self) -> TickedQuestion:
        metric = Metric(id="em-own", name="Own", type=_KIND.name, settings=self._settings)
        form = Form(id="ef-own", name="Own", channel="voice", metrics=(metric,))
        pool = {name: each.conversation for name, each in self._past.items()}
        return TickedQuestion(form, metric, self._ticks, pool, self._engines)


def _tick(number: int, conversation_id: str, turn_id: str, *, says: bool) -> Tick:
    return Tick(
        tick_id=f"tk-{number}",
        form_id="ef-own",
        metric_id="em-own",
        says=says,
        conversation_id=conversation_id,
        turn_id=turn_id,
        by="bench",
        at=_AT,
    )


def measured(
    sets: Sequence[Labelled], engines: Callable[[str], Engines], houses: Sequence[str]
) -> dict[int, list[Outcome]]:
    """Return the outcomes by the number of conversations that were ticked; ``engines`` are those for an act."""
    by_house: defaultdict[str, list[Labelled]] = defaultdict(list)
    for each in sets:
        by_house[house_of(each)].append(each)
    found: dict[int, list[Outcome]] = {count: [] for count in TAUGHT}
    for house in houses:
        mine = _shuffled(by_house[house])
        past, later = mine[: len(mine) // 2], mine[len(mine) // 2 :]
        others = _shuffled([each for name in HOUSES if name != house for each in by_house[name]])[:OTHERS]
        for act, question in questions().items():
            pupil = Pupil(act, question, past, engines(act))
            for count in TAUGHT:
                pupil.taught_with(count)
                same, other = pupil.kappa(later), pupil.kappa(others)
                found[count].append(Outcome(act, same, other, pupil.page.agreement.kappa, pupil.yes))
    return found


def questions() -> Mapping[str, str]:
    """Return the questions in words, by the act that they ask for."""
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        return dict(csv.reader(file, delimiter="\t"))


def _shuffled(some: Sequence[Labelled]) -> list[Labelled]:
    ordered = sorted(some, key=lambda each: each.conversation.id)
    random.Random(1).shuffle(ordered)  # noqa: S311  (the same order each time)
    return ordered


def main() -> None:
    """Measure, and print a line for each number of ticked conversations, and one for each question."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--heads", type=Path, help="keep the scores of the heads there, or read them")
    parser.add_argument("--houses", nargs="+", default=HOUSES, choices=HOUSES)
    given = parser.parse_args()
    words = WordLlama()
    encoder = Meaning(given.weights) if given.weights else None
    sets = labelled(given.data)
    if given.heads and given.heads.exists():
        scores: Scores = pickle.loads(given.heads.read_bytes())  # noqa: S301  (our own file)
    else:
        scores = unseen_scores(sets)
        if given.heads:
            given.heads.write_bytes(pickle.dumps(scores))

    def engines(act: str) -> Engines:
        acts = UnseenActs(scores, (act, *RELATED.get(act, ())))
        return {Resemblance: Taught(words, acts, encoder), Lesson: Teacher(words, acts, encoder)}

    for count, outcomes in measured(sets, engines, given.houses).items():
        gaps = [each.said - each.same for each in outcomes]
        sys.stdout.write(
            f"{count} conversations: kappa {mean(each.same for each in outcomes):.3f} in the same house,"
            f" {mean(each.others for each in outcomes):.3f} on others; page above later ones by {mean(gaps):+.3f},"
            f" {mean(map(abs, gaps)):.3f} either way; {mean(each.yes for each in outcomes):.1f} of 20 likely turns are Yes\n"
        )
        for act in questions():
            mine = [each for each in outcomes if each.act == act]
            sys.stdout.write(
                f"  {act:14} {mean(each.same for each in mine):.2f} {mean(each.others for each in mine):.2f}"
                f" {mean(each.said for each in mine):.2f} {mean(each.yes for each in mine):.1f}\n"
            )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
