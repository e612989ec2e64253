"""Figures of a calibration session: consensus, agreement, accuracy, and where raters differ.

Answers are YES, NO and NA, and NA counts as a verdict of its own. Shares are from 0 to 1.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from auscult.domain.audits.agreement import kappa_of
from auscult.domain.statistics.agreement import LEAST_FOR_BANDS, band_of

NA_MARGIN = 0.15
"""A rater whose share of NA exceeds the session's mean by more than this is flagged."""
_ROUNDING = 1e-9
_GREEN, _AMBER = 0.9, 0.7
_CALIBRATED, _ATTENTION = 0.8, 0.65

Answers = Mapping[str, Mapping[str, str]]
"""Answers of a session: question (a metric of a conversation) -> rater -> answer."""


class Question(Struct, frozen=True, kw_only=True):
    """Agreement on one question: the answer of more than half of the raters, if any, and the share of the largest."""

    answers: dict[str, int]
    agreement: float
    consensus: str | None
    category: Literal["full", "majority", "none"]


class Rater(Struct, frozen=True, kw_only=True):
    """A rater in a session. A figure is None where nothing defines it.

    ``agreement`` is the share of consensus questions answered like the consensus, ``accuracy`` that of referenced
    questions answered like the reference. ``kappa``, against the consensus, needs 10 consensus questions.
    """

    questions: int
    agreement: float | None
    accuracy: float | None
    na_rate: float
    na_flagged: bool
    kappa: float | None
    band: str | None


class MetricGap(Struct, frozen=True):
    """Mean agreement on a metric over the session's conversations, with its label."""

    agreement: float
    label: Literal["calibrated", "needs attention", "calibration required"]


class SessionFigures(Struct, frozen=True, kw_only=True):
    """Figures of a session. ``agreement`` is the mean over questions with a consensus; None where there is none."""

    questions: dict[str, Question]
    agreement: float | None
    colour: Literal["green", "amber", "red"] | None
    raters: dict[str, Rater]


def question_figures(answers: Sequence[str]) -> Question:
    """Return agreement and consensus of the answers to one question; at least one answer is needed."""
    counts = Counter(answers)
    answer, most = counts.most_common(1)[0]
    consensus = answer if 2 * most > len(answers) else None
    category = "full" if most == len(answers) else "majority" if consensus else "none"
    return Question(answers=dict(counts), agreement=most / len(answers), consensus=consensus, category=category)


def session_figures(answers: Answers, reference: Mapping[str, str] | None = None) -> SessionFigures:
    """Return the figures of a session; ``reference`` holds the decided answers by question.

    The machine is no rater: leave its answers out and compare them by ``compare_raters``.
    """
    questions = {key: question_figures(list(given.values())) for key, given in answers.items() if given}
    agreed = [one.agreement for one in questions.values() if one.consensus]
    agreement = sum(agreed) / len(agreed) if agreed else None
    names = list(dict.fromkeys(rater for given in answers.values() for rater in given))
    rates = {name: _na_rate(answers, name) for name in names}
    mean = sum(rates.values()) / len(rates) if rates else 0.0
    return SessionFigures(
        questions=questions,
        agreement=agreement,
        colour=None if agreement is None else colour_of(agreement),
        raters={
            name: _rater(name, answers, questions, reference or {}, mean + NA_MARGIN + _ROUNDING) for name in names
        },
    )


def colour_of(agreement: float) -> Literal["green", "amber", "red"]:
    """Return green from 90 %, amber from 70 %, red below."""
    return "green" if agreement >= _GREEN else "amber" if agreement >= _AMBER else "red"


def metric_gaps(questions: Mapping[str, Question], metric_of: Mapping[str, str]) -> dict[str, MetricGap]:
    """Return the mean agreement by metric, the lowest first; ties stay in the order of the questions."""
    found: dict[str, list[float]] = {}
    for key, one in questions.items():
        found.setdefault(metric_of[key], []).append(one.agreement)
    means = {metric: sum(some) / len(some) for metric, some in found.items()}
    return {metric: MetricGap(means[metric], _label(means[metric])) for metric in sorted(means, key=means.__getitem__)}


def _label(agreement: float) -> Literal["calibrated", "needs attention", "calibration required"]:
    if agreement >= _CALIBRATED:
        return "calibrated"
    return "needs attention" if agreement >= _ATTENTION else "calibration required"


def _na_rate(answers: Answers, rater: str) -> float:
    given = [one[rater] for one in answers.values() if rater in one]
    return given.count("NA") / len(given)


def _rater(
    name: str, answers: Answers, questions: Mapping[str, Question], reference: Mapping[str, str], na_limit: float
) -> Rater:
    given = {key: one[name] for key, one in answers.items() if name in one}
    with_consensus = [(consensus, given[key]) for key in given if (consensus := questions[key].consensus) is not None]
    referenced = [(reference[key], given[key]) for key in given if key in reference]
    kappa = kappa_of(with_consensus) if len(with_consensus) >= LEAST_FOR_BANDS else None
    return Rater(
        questions=len(given),
        agreement=_equal(with_consensus),
        accuracy=_equal(referenced),
        na_rate=_na_rate(answers, name),
        na_flagged=_na_rate(answers, name) > na_limit,
        kappa=kappa,
        band=band_of(kappa, len(with_consensus)),
    )


def _equal(pairs: Sequence[tuple[str, str]]) -> float | None:
    return sum(one == other for one, other in pairs) / len(pairs) if pairs else None
