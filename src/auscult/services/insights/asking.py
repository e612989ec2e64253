"""Questions in words over the names of an app."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple, cast

import yaml
from babel.dates import get_day_names, get_month_names
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.insights.questions import Asked, By, Vocabulary, words_of
from auscult.services.conversations.latest import Sought, count
from auscult.services.insights.quality import METRICS, adherence, by_period, numbers_of_intents
from auscult.storage.store import AppStore

_FEW = 10
"""Groups of fewer cases come last, whatever their figure."""
_SHOWN = 5
_LANGUAGES = ("en", "de", "es", "fr", "pt")


def vocabulary_of(names: Mapping[str, Mapping[str, str]]) -> Vocabulary:
    """Return the words of five languages, with names of an app. Of agents, a part that only one has names them, too."""
    agents = names.get("agent", {})
    parts = [(part, value) for name, value in agents.items() for part in name.split() if len(part) > 2]  # noqa: PLR2004
    once = {part: value for part, value in parts if sum(each == part for each, _ in parts) == 1}
    return Vocabulary(*_words(), {**names, "agent": {**once, **agents}})


@cache
def _words() -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, int], Mapping[str, int]]:
    text = files("auscult.language").joinpath("questions.yaml").read_text(encoding="utf-8")
    phrases: Mapping[str, list[str]] = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506  (it makes text and nothing else)
    plain = {meaning: tuple(map(_plain, some)) for meaning, some in phrases.items()}
    months: dict[str, int] = {}
    weekdays: dict[str, int] = {}
    for language in _LANGUAGES:
        for known, names in ((months, get_month_names), (weekdays, get_day_names)):
            named = cast("Mapping[int, str]", names("wide", locale=language))
            known |= {words_of(name)[0]: number for number, name in named.items()}
    return plain, months, weekdays


def _plain(phrase: str) -> str:
    return " ".join(words_of(word)[0] + "*" * word.endswith("*") for word in phrase.split())


class Row(Struct, frozen=True, kw_only=True):
    """One group of an answer: ``n`` of ``whole`` conversations, or the ``mean`` score of ``n``."""

    name: str
    n: int
    whole: int = 0
    mean: float | None = None


class Figures(Struct, frozen=True, kw_only=True):
    """The figures of an answer: of all that was asked for, of the period before, and of groups, the worst first."""

    now: Row
    before: Row | None = None
    rows: tuple[Row, ...] = ()


class Selected(NamedTuple):
    """The conversations of a question, those that its share is of, and of the period before; with names to group by."""

    sought: Sought
    of: Sought | None
    before: Sought | None
    names: Mapping[str, str]


def figures_of(app: AppStore, asked: Asked, selected: Selected) -> Figures:
    """Return the figures that a question asks for. ``selected`` has a period."""
    now = _row(app, asked, selected.sought, selected.of)
    before = _row(app, asked, selected.before, None) if selected.before else None
    return Figures(now=now, before=before, rows=tuple(_rows(app, asked, selected)))


def _row(app: AppStore, asked: Asked, sought: Sought, of: Sought | None, name: str = "") -> Row:
    if asked.figure in {"count", "reasons"}:
        return Row(name=name, n=count(app, sought), whole=count(app, of) if of else 0)
    assert sought.since is not None and sought.until is not None  # noqa: S101, PT018  (a period is asked for)
    if asked.figure == "met":
        found = adherence(app, sought, asked.metric, sought.since, sought.until)
        return Row(name=name, n=found.met, whole=found.n)
    (period,) = by_period(app, sought, ((sought.since, sought.until),), ("outcome", "score"))
    if asked.figure == "score":
        mean = period.mean(name)
        return Row(name=name, n=mean.n, mean=mean.mean * 100)
    return Row(name=name, n=period.passed.passed, whole=period.passed.scored)


def _rows(app: AppStore, asked: Asked, selected: Selected) -> list[Row]:
    """Return the groups with the largest number, or with the lowest or highest figure; those of few cases last."""
    sought = selected.sought
    assert sought.since is not None and sought.until is not None  # noqa: S101, PT018  (a period is asked for)
    span = (sought.since, sought.until)
    if asked.figure == "reasons":
        numbers = numbers_of_intents(app, sought, list(selected.names), span)
        return sorted((Row(name=name, n=n) for name, (n,) in numbers.items() if n), key=lambda each: -each.n)[:_SHOWN]
    if asked.figure == "questions":
        (period,) = by_period(app, sought, (span,), METRICS)
        rows = [Row(name=name, n=each.missed, whole=each.n) for name, each in period.metrics.items() if each.missed]
        return sorted(rows, key=lambda each: (each.whole < _FEW, -each.n / each.whole))[:_SHOWN]
    if not asked.by:
        return []
    rows = [
        _row(
            app,
            asked,
            _narrowed(sought, asked.by, value),
            _narrowed(selected.of, asked.by, value) if selected.of else None,
            value,
        )
        for value in selected.names
    ]
    if asked.figure == "count":
        return sorted((each for each in rows if each.n), key=lambda each: -each.n)[:_SHOWN]
    rows = [each for each in rows if each.whole or (each.mean is not None and each.n)]

    def place(each: Row) -> tuple[bool, float]:
        value = each.n / each.whole if each.mean is None else each.mean
        return max(each.whole, each.n) < _FEW, -value if asked.is_best_first else value

    return sorted(rows, key=place)[:_SHOWN]


def _narrowed(sought: Sought, by: By, value: str) -> Sought:
    """Return a selection of one group."""
    if by == "handled_by":
        return replace(sought, fields=replace(sought.fields, handled_by=(value,)))
    return replace(sought, **{f"{by}s": (value,)})
