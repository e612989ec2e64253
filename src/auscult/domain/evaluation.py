"""The heart: from verdicts to a score (rules 1 to 5, 9 and 11). Pure, exact, and small enough to read in a dispute."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple, NewType, TypeAlias, TypedDict, Unpack, cast, overload

from msgspec import Struct
from msgspec.structs import force_setattr, replace

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import coded, from_store
from auscult.domain.form import Form, Handler, Metric

Qualification = Literal["YES", "NO", "NA", "-"]
DECIDED: tuple[Qualification, ...] = ("YES", "NO")
Status = Literal["evaluated", "below_threshold", "duration_unavailable", "not_evaluated", "sides_unknown"]


WORDS: Mapping[bool | None, str] = {True: "passed", False: "failed", None: "undecided"}
"""Outcomes of a score in words: undecided while a fatal metric has no answer (rule 5)."""


class Evidence(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that a verdict rests on: the turn, when it was said (ms from the start), the words, and why they count.

    Without ``turn_id`` it is what ``why`` says: a figure, the word of a source or a person, or the stretch that was read in
    vain; with ``call_id`` the call of a tool. ``similarity`` and ``threshold`` are there when a comparison of meaning decided.
    """

    turn_id: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    text: str = ""
    why: str = ""
    similarity: float | None = None
    threshold: float | None = None
    call_id: str | None = None

    def __post_init__(self) -> None:
        """Read the code of a stored reason."""
        force_setattr(self, "why", from_store(self.why))

    @property
    def is_ground(self) -> bool:
        """Return whether a verdict can rest on it: it names a turn, or states something."""
        return bool(self.turn_id or self.why.strip())

    @property
    def is_absence(self) -> bool:
        """Return whether it is a stretch of turns that was read in vain."""
        return not self.text and self.why.startswith("nothing of the kind")


Cited = NewType("Cited", Evidence)
"""Evidence that names a turn; it is made of a turn, never of an id."""
Attested = NewType("Attested", Evidence)
"""Evidence of an answer that this version did not decide: a person's, or an earlier version's."""
Grounds: TypeAlias = tuple[Cited, *tuple[Evidence, ...]]
"""Evidence that a YES can rest on: it begins with a turn."""

BY_A_PERSON = Attested(Evidence(why=coded("answered by a person")))
"""Evidence of an answer for which a person quotes nothing."""
UNSTATED = Attested(Evidence(why=coded("evaluated by a version that did not keep what it rests on")))
SHOWN_TURN = 400


def cite(
    turn: Turn, why: str, piece: str = "", similarity: float | None = None, threshold: float | None = None
) -> Cited:
    """Quote a turn. Of a turn of more than 400 characters, quote the piece that decided, or its beginning."""
    text = turn.text if len(turn.text) <= SHOWN_TURN else (piece or turn.text)[:SHOWN_TURN]
    said = Evidence(turn_id=turn.id, start_ms=turn.start_ms, end_ms=turn.end_ms, text=text, why=why)
    return Cited(said if similarity is None else replace(said, similarity=similarity, threshold=threshold))


def at(turn: Turn, why: str, start_ms: int | None, end_ms: int | None, text: str = "") -> Cited:
    """Name the turn at which something happens that is not said, like a hold, with its times in ms."""
    return Cited(Evidence(turn_id=turn.id or None, start_ms=start_ms, end_ms=end_ms, text=text, why=why))


def over(turns: Sequence[Turn], why: str) -> Cited:
    """Name the first of the turns that a figure was computed from. Raises ``GroundlessError`` where there are none."""
    if not turns:
        raise GroundlessError("YES")
    return at(turns[0], why, None, None)


def grounds(evidence: Iterable[Evidence]) -> Grounds:
    """Parse evidence of unknown origin, turns first. Raises ``GroundlessError`` where none of it names a turn."""
    found = tuple(sorted(evidence, key=lambda one: not one.turn_id))
    if not found or not found[0].turn_id:
        raise GroundlessError("YES")
    return cast("Grounds", found)


def nothing_in(turns: Sequence[Turn], first: int = 0, last: int = -1) -> Evidence:
    """Return the stretch of turns from index ``first`` to ``last`` as evidence of an absence: it was read in vain."""
    last = len(turns) + last if last < 0 else last
    if not 0 <= first <= last < len(turns):
        return Evidence(why=coded("nothing of the kind, as there are no turns to read"))
    if last > first:
        return Evidence(why=coded("nothing of the kind in turns {n} to {m}", n=first + 1, m=last + 1))
    return Evidence(why=coded("nothing of the kind in turn {n}", n=first + 1))


def unsaid_in(turns: Sequence[Turn], first: int = 0, last: int = -1) -> Cited:
    """Return a stretch that was read in vain as the ground of a YES: with its last turn. Raises ``GroundlessError``."""
    last = len(turns) + last if last < 0 else last
    return over(turns[last : last + 1], nothing_in(turns, first, last).why)


class GroundlessError(ValueError):
    """YES that names no turn, or NO that rests on nothing."""

    def __init__(self, qualification: str) -> None:
        """State what would be right."""
        super().__init__(
            f"{qualification} rests on nothing; cite a turn"
            + ("" if qualification == "YES" else ", a figure, a source, a person, or the stretch that was read")
        )


class Part(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Question within a metric, with its own answer.

    ``weight`` is its share of the metric's weight and ``negative_weight`` of the metric's negative weight, in percent.
    The weights of a verdict's parts total 100; or they are all 0, and the parts are shown but not scored one by one.
    """

    id: str
    name: str
    qualification: Qualification
    weight: Decimal = Decimal(0)
    negative_weight: Decimal = Decimal(0)
    fatal: bool = False
    correct_answer: Literal["yes", "no"] = "yes"
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        """Read the code of a stored reason."""
        force_setattr(self, "reason", from_store(self.reason))

    @property
    def adhered(self) -> bool | None:
        """Return whether the answer is the right one; None when it is NA."""
        return _adhered(self.qualification, self.correct_answer)


class Calibrated(Struct, frozen=True, kw_only=True):
    """Origin of the confidence of a judged verdict.

    ``stated`` is what ``engine`` itself gives it, null where it gives nothing; ``answers`` of people are what the
    confidence is fitted to: with 0 it is not calibrated.
    """

    engine: str
    stated: float | None
    answers: int = 0


class Comparison(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Value that was said, and the value of a source of truth. ``said`` is None where nothing was said."""

    name: str
    source: str
    said: str | None = None


class _More(TypedDict, total=False):
    """Fields that every verdict may have."""

    trigger: tuple[Evidence, ...]
    reason: str
    parts: tuple[Part, ...]
    compared: Comparison | None
    level: str | None
    share: Decimal | None
    reason_code: str | None
    confidence: Decimal | None
    calibration: Calibrated | None
    certain: bool


class Verdict(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Raw answer to one metric, with its grounds. "-" is a manual metric without an answer yet.

    YES begins with a turn (``Grounds``), unless a person or an earlier version answered; NO rests on evidence, of its
    own or of its parts. A type checker refuses another YES, and what is read as one raises ``GroundlessError``.
    ``reason`` explains it in words, above all where there are no turns to cite (NO, NA). Where there are ``parts``,
    ``qualification`` is what ``joined`` makes of them. Of a graded metric ``level`` is the answer, ``share`` its part
    of the weight in percent, and ``qualification`` YES where it reaches the metric's own mark. ``confidence`` is the
    probability that the answer is right, from 0 to 1, where heads voted, signs were counted, or a judge answered; else
    None. ``calibration`` is the origin of a judge's. ``certain`` is false where the answer is unclear, and ``reason`` is why.
    """

    qualification: Qualification
    evidence: tuple[Evidence, ...] = ()
    trigger: tuple[Evidence, ...] = ()
    reason: str = ""
    parts: tuple[Part, ...] = ()
    compared: Comparison | None = None
    level: str | None = None
    share: Decimal | None = None
    reason_code: str | None = None
    confidence: Decimal | None = None
    calibration: Calibrated | None = None
    certain: bool = True

    if TYPE_CHECKING:

        @overload
        def __init__(
            self, *, qualification: Qualification, evidence: Grounds | tuple[Attested], **more: Unpack[_More]
        ) -> None: ...
        @overload
        def __init__(
            self,
            *,
            qualification: Literal["NO", "NA", "-"],
            evidence: tuple[Evidence, ...] = (),
            **more: Unpack[_More],
        ) -> None: ...
        def __init__(self, **fields: object) -> None:
            """Overloaded above; the class makes its own."""

    def __post_init__(self) -> None:
        """Refuse a YES without a turn, and a NO that rests on nothing; read the code of a stored reason."""
        force_setattr(self, "reason", from_store(self.reason))
        if self.qualification == "YES":
            if not any(one.turn_id for one in self.evidence) and self.evidence not in (_PERSON, _EARLIER):
                raise GroundlessError(self.qualification)
        elif self.qualification == "NO":
            every = (*self.evidence, *(one for part in self.parts for one in part.evidence))
            if not any(one.is_ground for one in every):
                raise GroundlessError(self.qualification)


_PERSON, _EARLIER = (BY_A_PERSON,), (UNSTATED,)


def answered(qualification: Qualification, evidence: Iterable[Evidence], **more: Unpack[_More]) -> Verdict:
    """Return a verdict with evidence of unknown origin. Raises ``GroundlessError``."""
    found = tuple(evidence)
    if qualification == "YES":
        return Verdict(qualification="YES", evidence=grounds(found), **more)
    return Verdict(qualification=qualification, evidence=found, **more)


def rests_on(verdict: Verdict, conversation: Conversation) -> Verdict:
    """Return the verdict of a metric type. Raises ``GroundlessError`` for a YES that names no turn of the conversation."""
    if verdict.qualification == "YES":
        turns = {turn.id for turn in conversation.turns}
        if not any(one.turn_id in turns for one in verdict.evidence):
            raise GroundlessError(verdict.qualification)
    return verdict


class MetricResult(Struct, frozen=True, kw_only=True):
    """Verdict with the metric it answers, as the metric was on the form at that time."""

    metric: Metric
    verdict: Verdict

    @property
    def adhered(self) -> bool | None:
        """Return whether the answer is the right one; None when it is NA or not yet given."""
        return _adhered(self.verdict.qualification, self.metric.correct_answer)

    @property
    def is_fatal_error(self) -> bool:
        """A fatal metric, or a fatal part of one, that was not met, here (rule 3)."""
        if self.verdict.parts and any(part.fatal and part.adhered is False for part in self.verdict.parts):
            return True
        return self.metric.fatal and self.adhered is False

    def is_fatal_open(self, form: Form) -> bool:
        """A fatal metric, or a fatal part of one, that has no answer on this form: "-", or abstained (rule 5)."""
        if any(part.fatal and part.qualification == "-" for part in self.verdict.parts):
            return True
        return self.metric.fatal and (self.verdict.qualification == "-" or abstains(self.verdict, form))


class Evaluation(Struct, frozen=True, kw_only=True):
    """Machine's decision about one revision of one conversation, by one version of one form.

    ``results`` is empty unless ``status`` is ``evaluated``; ``engines`` names every engine that answered. ``reason``
    explains why there is no score, where ``status`` is another, or why it is undecided.

    With a form for segments, ``segments`` holds the evaluation of each, and the rest is that of the one that rows show:
    ``segment`` is its number, 0 for a whole conversation, and ``agent_id`` the agent who handled it.
    """

    conversation_id: str
    revision: int
    form: Form | None
    status: Status
    score: Decimal | None
    passed: bool | None
    fatal_errors: int
    results: tuple[MetricResult, ...]
    engines: tuple[str, ...]
    evaluated_at: datetime
    reason: str | None = None
    segment: int = 0
    handler: Handler | None = None
    agent_id: str | None = None
    segments: tuple["Evaluation", ...] = ()

    @property
    def is_undecided(self) -> bool:
        """Neither passed nor failed, because a fatal metric has no answer (rule 5); ``reason`` names it."""
        return self.status == "evaluated" and self.passed is None and self.reason is not None


class Points(NamedTuple):
    """Weight that was gained, negative where more was lost, and that could have been."""

    gained: Decimal
    possible: Decimal


def score(results: Iterable[MetricResult], form: Form) -> Decimal | None:
    """Score from -100 to 100, a whole number, or None when nothing applies (rules 2 to 4).

    100 x (weights of adhered - negative weights of not adhered) / weights of applicable, rounded half up: -12.5 is -12.
    NA leaves both sums, or with ``award`` adds its weight to both. A metric whose parts have weights counts as that
    many metrics, each with its share (rule 9).
    """
    results = tuple(results)
    if any(result.is_fatal_error for result in results):
        return Decimal(0)
    gained, possible = total(results, form)
    return None if possible == 0 else max(Decimal(-100), min(Decimal(100), half_up(100 * gained / possible)))


def half_up(exact: Decimal) -> Decimal:
    """Round to a whole number, a half to the greater one: 12.5 is 13, -12.5 is -12."""
    return (exact + Decimal("0.5")).to_integral_value(ROUND_FLOOR)


def total(results: Iterable[MetricResult], form: Form) -> Points:
    """Add up results. A section that failed keeps its losses only; bonus points count up to the form's cap."""
    results = tuple(results)
    failed = {result.metric.section for result in results if result.metric.fails_section and result.adhered is False}
    gained = possible = bonus = Decimal(0)
    for result in results:
        counted = points(result, form)
        possible += counted.possible
        earned = min(counted.gained, Decimal(0)) if result.metric.section in failed else counted.gained
        if result.metric.bonus:
            bonus += earned
        else:
            gained += earned
    return Points(gained + (bonus if form.bonus_cap is None else min(bonus, form.bonus_cap)), possible)


def points(result: MetricResult, form: Form) -> Points:
    """Return what one result adds to both sums of the score. Bonus points count as gained, never as possible."""
    gained = possible = Decimal(0)
    awarded = (result.metric.not_applicable or form.not_applicable) == "award" and not result.metric.bonus
    for answer, adhered, weight, negative_weight in _counted(result):
        if adhered is not None or (answer == "NA" and awarded):
            possible += weight
            gained += weight if adhered is not False else -negative_weight
    share = result.verdict.share
    if share is not None and result.adhered is not None:
        lost = Decimal(0) if result.adhered else result.metric.negative_weight * (100 - share) / 100
        gained = result.metric.weight * share / 100 - lost
    return Points(gained, Decimal(0) if result.metric.bonus else possible)


def abstains(verdict: Verdict, form: Form) -> bool:
    """Return whether the confidence of a verdict is below what a form wants."""
    least = form.abstain_below
    return least is not None and verdict.confidence is not None and verdict.confidence < least


def joined(parts: Iterable[Part]) -> Qualification:
    """The answer of a whole of which these are the parts: YES when every one that applies is met, NA when none does."""
    adhered = [part.adhered for part in parts if part.adhered is not None]
    if not adhered:
        return "NA"
    return "YES" if all(adhered) else "NO"


def passed(score: Decimal | None, fatal_errors: int, form: Form) -> bool | None:
    """Return whether the rounded score reaches the form's pass score and nothing fatal failed."""
    return None if score is None else score >= form.pass_score and fatal_errors == 0


def duration_status(conversation: Conversation, form: Form | None) -> Status:
    """Return whether this conversation is evaluated with this form, and if not, why."""
    if form is None:
        return "not_evaluated"
    if conversation.duration_ms is None:
        return "duration_unavailable"
    return "evaluated" if conversation.duration_ms >= form.min_duration_ms else "below_threshold"


def ineligible_because(conversation: Conversation, form: Form | None) -> str | None:
    """Return why a conversation is not evaluated with this form, or None where it is (rules 10 and 11)."""
    if form is None:
        return coded("no form applies to its queue, channel and direction")
    if conversation.duration_ms is None:
        return coded("its duration is unknown: give ended_at, or the times of its turns")
    if conversation.duration_ms < form.min_duration_ms:
        lasts, least = conversation.duration_ms / 1000, form.min_duration_ms / 1000
        return coded(
            "it lasts {s} s, and form '{name}' requires {least} s", s=f"{lasts:g}", name=form.id, least=f"{least:g}"
        )
    return None


_Counted = tuple[Qualification, bool | None, Decimal, Decimal]


def _counted(result: MetricResult) -> tuple[_Counted, ...]:
    """Return a result as it counts: answer, whether it is right, weights; of itself, or of each part."""
    metric, verdict = result.metric, result.verdict
    if not verdict.parts or not any(part.weight for part in verdict.parts):
        return ((verdict.qualification, result.adhered, metric.weight, metric.negative_weight),)
    return tuple(
        (
            part.qualification,
            part.adhered,
            metric.weight * part.weight / 100,
            metric.negative_weight * part.negative_weight / 100,
        )
        for part in verdict.parts
    )


def _adhered(answer: Qualification, correct_answer: str) -> bool | None:
    return answer == correct_answer.upper() if answer in ("YES", "NO") else None
