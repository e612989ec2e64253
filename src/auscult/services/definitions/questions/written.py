"""Keys of a form document that group, grade and condition metrics, and the values that they are read into."""

from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct, field

from auscult.domain.questions.structure import Answered, Condition, Grades, Level

_WHOLE = Decimal(100)
MOST_STEPS = 100


class WrittenCondition(Struct, frozen=True, kw_only=True):
    """The metric that a question depends on, and the answers to it with which the question is asked."""

    metric: str
    answers: Answered | tuple[Answered, ...] = field(name="is", default="YES")


class WrittenScale(Struct, frozen=True, kw_only=True):
    """Whole numbers from the worst to the best."""

    lowest: int = field(name="from", default=0)
    highest: int = field(name="to")


class WrittenLevel(Struct, frozen=True, kw_only=True):
    """A named answer and its share of the weight in percent."""

    name: str
    share: Decimal


class WrittenRange(Struct, frozen=True, kw_only=True):
    """A band of numbers: from this one up to the next band."""

    lowest: Decimal = field(name="from")
    share: Decimal
    name: str = ""


class WrittenGrades(Struct, frozen=True, kw_only=True):
    """The four ways to write graded answers, of which a metric has at most one."""

    scale: WrittenScale | None = None
    levels: tuple[WrittenLevel, ...] = ()
    choices: tuple[WrittenLevel, ...] = ()
    number: tuple[WrittenRange, ...] = ()
    met_at: str | int | None = None


def read_condition(written: WrittenCondition | None) -> Condition | None:
    """Return the condition with its answers as a list."""
    if written is None:
        return None
    answers = (written.answers,) if isinstance(written.answers, str) else written.answers
    return Condition(metric=written.metric, answers=answers)


def read_grades(written: WrittenGrades) -> Grades | None:
    """Return the grades in the order of their shares; None where there are none, or where a scale has no steps.

    ``met_at`` is the best level's share where the document names none or an unknown one.
    """
    if written.scale is not None:
        kind, levels = "scale", _steps(written.scale)
    elif written.levels:
        kind, levels = "levels", _rising(Level(name=one.name, share=one.share) for one in written.levels)
    elif written.choices:
        kind, levels = "choices", tuple(Level(name=one.name, share=one.share) for one in written.choices)
    else:
        kind = "number"
        levels = tuple(
            Level(name=one.name or f"from {one.lowest}", share=one.share, at_least=one.lowest) for one in written.number
        )
    if not levels:
        return None
    shares = {level.name: level.share for level in levels}
    best = max(shares.values())
    return Grades(
        kind=kind, levels=levels, met_at=best if written.met_at is None else shares.get(str(written.met_at), best)
    )


def _steps(scale: WrittenScale) -> tuple[Level, ...]:
    steps = scale.highest - scale.lowest
    if not 0 < steps <= MOST_STEPS:
        return ()
    return tuple(Level(name=str(scale.lowest + at), share=_WHOLE * at / steps) for at in range(steps + 1))


def _rising(levels: Iterable[Level]) -> tuple[Level, ...]:
    given = tuple(levels)
    return given if given[0].share <= given[-1].share else given[::-1]
