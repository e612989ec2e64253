"""Questions in words, without a model: words become filters of the list and a figure, and the others are named."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

from msgspec import Struct

Figure = Literal["count", "pass", "score", "reasons", "questions", "met"]
"""Figure that a question asks for: a count with its share, the pass rate, the mean score, a ranking, or the rate of a metric."""
By = Literal["", "queue", "agent", "channel", "handled_by"]
_QUARTER = re.compile(r"q[1-4]")
_YEAR = re.compile(r"20\d\d")
_BY_VALUES: tuple[By, ...] = ("channel", "handled_by")
_STEM = re.compile(r"(?:ies|es|y|s|e)$")
_SHORT, _ENDING = 4, 4
_LAST: Mapping[str, int] = {
    each: days
    for days, words in ((1, "day days tag tage tagen dias jours"), (7, "week weeks woche wochen semanas semaines"))
    for each in words.split()
}
_QUEUE = frozenset(("queue", "warteschlange", "cola", "file", "fila"))
"""Beside one of these a name is one of a queue, also where it is an ordinary word."""
_IN_LAST = frozenset(("last", "past", "letzten", "letzte", "vergangenen", "ultimos", "derniers"))


class Vocabulary(NamedTuple):
    """Phrases by their meaning, months by name, and names of the app: by kind, each with its value in the list.

    Kinds are ``queue``, ``agent``, ``ai_agent``, ``intent`` and ``metric``.
    """

    phrases: Mapping[str, Sequence[str]]
    months: Mapping[str, int]
    names: Mapping[str, Mapping[str, str]]


class Asked(Struct, frozen=True, kw_only=True):
    """A question as it was understood: filters of the list, a figure, ``by`` groups of a kind.

    ``since`` to ``last`` are its days, and ``is_compared`` with the period before. ``metric`` is the one that is asked
    about. ``unknown``: words without a meaning here; ``missing``: what the data do not have.
    """

    query: Mapping[str, tuple[str, ...]]
    figure: Figure
    by: By = ""
    since: date | None = None
    last: date | None = None
    metric: str = ""
    is_compared: bool = False
    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    is_question: bool = False


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters, without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"\w+", "".join(each for each in plain if not unicodedata.combining(each)))


def read_question(text: str, known: Vocabulary, today: date) -> Asked:
    """Return what a question asks for. It is no question (``is_question``) where too little of it has a meaning."""
    return _Reading(text, known, today).result()


class _Reading:
    """The words of a question, and the meaning of those that have one so far."""

    def __init__(self, text: str, known: Vocabulary, today: date) -> None:
        self._words = words_of(text)
        self._known = known
        self._today = today
        self._meanings: list[str | None] = [None] * len(self._words)
        self._query: dict[str, list[str]] = {}
        self._found: set[str] = set()
        self._days: tuple[date, date] | None = None
        self._metric = ""

    def result(self) -> Asked:
        """Read names first, as they may contain words of phrases."""
        self._read_numbers()
        for kind in ("queue", "ai_agent", "agent"):
            self._read_names(kind)
        self._read_reasons()
        self._read_phrases()
        self._read_months()
        query, by = self._filters()
        found = {each.split(":")[1] for each in self._found if each.startswith("figure:")}
        order: tuple[Figure, ...] = ("questions", "reasons", "pass", "score", "count")
        asked: list[Figure] = [each for each in order if each in found]
        groups: tuple[By, ...] = ("queue", "agent", "channel")
        for each in groups:
            by = by or (each if f"by:{each}" in self._found else "")
        figure: Figure = asked[0] if asked else "pass" if by else "count"
        if by and figure == "count":
            figure = "pass"
        if self._metric and "missed" not in query and figure in {"count", "pass"}:
            figure = "met"
        unknown = tuple(word for word, meaning in zip(self._words, self._meanings, strict=True) if meaning is None)
        missing = tuple(sorted(each.removeprefix("no:") for each in self._found if each.startswith("no:")))
        if "ai_agent" in query and "handled_by" in query:
            missing = (*missing, "comparison of one AI agent with people")
        parts = len(query) + bool(asked) + bool(by) + bool(self._days) + bool(self._metric) + len(missing)
        return Asked(
            query={name: tuple(values) for name, values in query.items()},
            figure=figure,
            by="" if figure in {"reasons", "questions"} else by,
            since=self._days and self._days[0],
            last=self._days and self._days[1],
            metric=self._metric,
            is_compared="compare" in self._found,
            unknown=unknown,
            missing=missing,
            is_question=parts > 1 or bool(asked or missing),
        )

    def _filters(self) -> tuple[dict[str, list[str]], By]:
        """Return the filters. Two values of a kind that are compared are no filter, but groups."""
        query = {name: list(dict.fromkeys(values)) for name, values in self._query.items()}
        if "both" in query.get("handled_by", ()):
            query["handled_by"] = ["both"]
        for name in _BY_VALUES:
            if len(query.get(name, ())) > 1:
                del query[name]
                return query, name
        if self._metric and ("missed" in self._found or "failed" in query.get("outcome", ())):
            query.pop("outcome", None)
            query["missed"] = [self._metric]
        if "figure:pass" in self._found:
            query.pop("outcome", None)
        return query, ""

    def _read_names(self, kind: str) -> None:
        for name, value in sorted(self._known.names.get(kind, {}).items(), key=lambda each: -len(each[0])):
            words = words_of(name)
            is_word = any(" ".join(words) in some for some in self._known.phrases.values())
            for at in self._places(words) if words else ():
                if not is_word or _QUEUE.intersection(self._words[max(0, at - 1) : at + 2]):
                    self._take(at, len(words), f"{kind}={value}")

    def _read_reasons(self) -> None:
        """Read the reason with the most words in the question, in any order and with other endings."""
        dull = set(self._known.phrases["reason verbs"])
        best: tuple[list[int], str] = ([], "")
        for name, value in self._known.names.get("intent", {}).items():
            places = self._of_reason(words_of(name), dull)
            if len(places) > max(1, len(best[0])):
                best = (places, value)
        for at in best[0]:
            self._meanings[at] = "intent"
        if best[1]:
            self._query["intent"] = [best[1]]

    def _of_reason(self, words: Sequence[str], dull: set[str]) -> list[int]:
        """Return where all words of a reason are; of words with "or" between them, one. Empty if one is not there."""
        groups: list[list[str]] = []
        for n, word in enumerate(words):
            if word in {"or", "oder"}:
                continue
            if n and words[n - 1] in {"or", "oder"} and groups:
                groups[-1].append(word)
            elif word not in dull:
                groups.append([word])
        free = [n for n, meaning in enumerate(self._meanings) if meaning is None]
        places = [next((n for n in free for each in group if _is(each, self._words[n])), None) for group in groups]
        return [] if None in places else [each for each in places if each is not None]

    def _read_phrases(self) -> None:
        phrases = [
            (phrase.split(), meaning)
            for meaning, some in self._known.phrases.items()
            if meaning != "reason verbs"
            for phrase in some
        ]
        for words, meaning in sorted(phrases, key=lambda each: (each[1] == "say nothing", -len(each[0]))):
            for at in self._places(words):
                self._take(at, len(words), meaning)
        for name, value in self._known.names.get("metric", {}).items():
            words = words_of(name)
            for at in self._places(words, also="say nothing") if words else ():
                self._take(at, len(words), f"metric={value}")

    def _places(self, words: Sequence[str], also: str = "") -> Iterator[int]:
        """Yield where words are that have no meaning yet, one after the other."""
        for at in range(len(self._words) - len(words) + 1):
            place = range(at, at + len(words))
            if all(self._meanings[n] in {None, also or None} for n in place) and all(
                self._words[n].startswith(word[:-1]) if word.endswith("*") else self._words[n] == word
                for n, word in zip(place, words, strict=True)
            ):
                yield at

    def _take(self, at: int, length: int, meaning: str) -> None:
        self._meanings[at : at + length] = [meaning] * length
        self._found.add(meaning)
        kind, _, value = meaning.partition(":")
        name, sign, chosen = meaning.partition("=")
        if kind == "period":
            self._set_period(at, value)
        elif kind == "question":
            ids = self._known.names.get("metric", {}).values()
            self._metric = next((each for each in ids if each.endswith(value)), "")
            if not self._metric:
                self._meanings[at : at + length] = [None] * length
        elif name == "metric":
            self._metric = chosen
        elif sign:
            self._query.setdefault(name, []).append(chosen)

    def _set_period(self, at: int, value: str) -> None:
        """Keep the days of a period; one to compare with is the one before it."""
        unit, number = value.split()
        ago = int(number)
        if ago and at and "".join(self._words[max(0, at - 2) : at]).endswith(("comparedwith", "comparedto", "than")):
            self._found.add("compare")
            ago -= 1
        self._days = period(unit, ago, self._today)

    def _read_numbers(self) -> None:
        """Read ``last 30 days``, a quarter, and bounds of the score: ``under 50``."""
        words = self._words
        for n, word in enumerate(words):
            before = words[n - 1] if n else ""
            after = words[n + 1] if n + 1 < len(words) else ""
            if word.isdecimal() and before in _IN_LAST and after in _LAST:
                self._days = (self._today - timedelta(days=int(word) * _LAST[after] - 1), self._today)
                self._meanings[n - 1 : n + 2] = ["period"] * 3
            elif _QUARTER.fullmatch(word):
                year = int(after) if _YEAR.fullmatch(after) else self._today.year
                first = date(year, 3 * int(word[1]) - 2, 1)
                if first > self._today:
                    first = first.replace(year=year - 1)
                self._days = (first, _end_of_month(first.replace(month=first.month + 2)))
                self._meanings[n : n + 1 + bool(_YEAR.fullmatch(after))] = ["period"] * (
                    1 + bool(_YEAR.fullmatch(after))
                )
            elif word.isdecimal() and int(word) <= 100 and self._has_score():  # noqa: PLR2004  (the best score)
                self._read_bound(n, int(word))

    def _has_score(self) -> bool:
        return any(word in self._known.phrases["figure:score"] for word in self._words)

    def _read_bound(self, n: int, number: int) -> None:
        for side, name, value in (("below", "score_to", number - 1), ("above", "score_from", number + 1)):
            for phrase in self._known.phrases[f"bound:{side}"]:
                words = phrase.split()
                if self._words[max(0, n - len(words)) : n] == words:
                    self._query[name] = [str(value)]
                    self._meanings[n - len(words) : n + 1] = ["bound"] * (len(words) + 1)
                    for at, word in enumerate(self._words):
                        if word in self._known.phrases["figure:score"]:
                            self._meanings[at] = "bound"

    def _read_months(self) -> None:
        for n, word in enumerate(self._words):
            month = self._known.months.get(word)
            if month is None or self._meanings[n] is not None:
                continue
            after = self._words[n + 1] if n + 1 < len(self._words) else ""
            year = int(after) if _YEAR.fullmatch(after) else self._today.year - (month > self._today.month)
            first = date(year, month, 1)
            self._days = (first, self._today if "since" in self._found else _end_of_month(first))
            self._meanings[n : n + 1 + bool(_YEAR.fullmatch(after))] = ["period"] * (1 + bool(_YEAR.fullmatch(after)))


def period(unit: str, ago: int, today: date) -> tuple[date, date]:
    """Return the first and the last day of a period that began ``ago`` units before the present one, which ends today."""
    if unit == "day":
        day = today - timedelta(days=ago)
        return day, day
    if unit == "week":
        first = today - timedelta(days=today.weekday() + 7 * ago)
        return first, min(today, first + timedelta(days=6))
    if unit == "year":
        return date(today.year - ago, 1, 1), min(today, date(today.year - ago, 12, 31))
    months = today.year * 12 + today.month - 1 - ago
    first = date(months // 12, months % 12 + 1, 1)
    return first, min(today, _end_of_month(first))


def days_before(since: date, last: date) -> tuple[date, date]:
    """Return the period before one: of whole months the months before, else as many days."""
    if since.day == 1 and last == _end_of_month(last):
        months = (last.year - since.year) * 12 + last.month - since.month + 1
        number = since.year * 12 + since.month - 1 - months
        return date(number // 12, number % 12 + 1, 1), since - timedelta(days=1)
    return since - timedelta(days=(last - since).days + 1), since - timedelta(days=1)


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _is(word: str, said: str) -> bool:
    """Return whether a word is said, whatever its ending."""
    stem = _STEM.sub("", word) if len(word) > _SHORT else word
    return said == word or (said.startswith(stem) and len(said) - len(word) <= _ENDING and len(stem) >= _SHORT - 1)
