"""Questions in words, without a model: words become filters of the list and a figure, and the others are named."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

from msgspec import Struct

from auscult.domain.insights.periods import Calendar, period, periods_in

Figure = Literal["count", "pass", "score", "reasons", "questions", "met"]
"""Figure that a question asks for: a count with its share, the pass rate, the mean score, a ranking, or the rate of a metric."""
By = Literal["", "queue", "agent", "channel", "handled_by"]
_CONDITIONS = frozenset(
    (
        "outcome",
        "sentiment",
        "resolved",
        "escalation",
        "churn_risk",
        "repeated",
        "missed",
        "intent",
        "score_to",
        "score_from",
    )
)
"""Filters by outcome: groups that are asked for with one are counted."""
_FIGURES: tuple[Figure, ...] = ("questions", "reasons", "pass", "score", "count")
"""Figures by the order in which one is chosen where words of several are there."""
_BY_VALUES: tuple[By, ...] = ("channel", "handled_by")
_BY_NAMES: tuple[By, ...] = ("queue", "agent")
_AND = frozenset(("and", "und", "y", "et", "e"))
_WHO = frozenset(("who", "wer", "quien", "qui", "quem"))
_MEANS = frozenset(("figure:pass", "figure:score"))
"""Figures that several groups have apart, where counts are of all of them."""
_RANKS = frozenset(("order:best", "order:worst", "most"))
_OF_WORDS = frozenset(("reason verbs", "short for"))
"""Lists of words that are no meanings."""
_OPPOSITES: Mapping[str, str] = {"resolved=YES": "NO", "outcome=passed": "failed"}
_LEAST_OF_TYPO = 4
_LATELY = timedelta(days=27)
"""Before today: the days of a comparison that names none."""
_OR = frozenset(("or", "oder"))
_WORDS_OF_PART = 2
_STEM = re.compile(r"(?:ies|es|y|s|e)$")
_SHORT, _ENDING = 4, 4
_QUEUE = frozenset(("queue", "team", "department", "warteschlange", "abteilung", "cola", "file", "fila"))
"""Beside one of these a name is one of a queue, also where it is an ordinary word."""


class Vocabulary(NamedTuple):
    """Phrases by their meaning, months and weekdays by name, and names of the app: by kind, each with its value.

    Kinds are ``queue``, ``agent``, ``ai_agent``, ``intent`` and ``metric``.
    """

    phrases: Mapping[str, Sequence[str]]
    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    names: Mapping[str, Mapping[str, str]]


class Asked(Struct, frozen=True, kw_only=True):
    """A question as it was understood: filters of the list, a figure, ``by`` groups of a kind.

    ``since`` to ``last`` are its days. ``metric`` is the one that is asked about. ``is_best_first``: groups with the
    highest figure come first, else those with the lowest. ``unknown``: words without a meaning here; ``missing``: what
    the data do not have.
    """

    query: Mapping[str, tuple[str, ...]]
    figure: Figure
    by: By = ""
    since: date | None = None
    last: date | None = None
    metric: str = ""
    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    is_question: bool = False
    is_best_first: bool = False


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
        self._known = known
        self._words = list(_spelt(words_of(text), known))
        self._today = today
        self._meanings: list[str | None] = [None] * len(self._words)
        self._query: dict[str, list[str]] = {}
        self._found: set[str] = set()
        self._days: tuple[date, date] | None = None
        self._spans: list[tuple[int, date, date]] = []
        self._metric = ""

    def result(self) -> Asked:
        """Read names first, as they may contain words of phrases."""
        self._read_periods()
        self._read_bounds()
        for kind in ("queue", "ai_agent", "agent"):
            self._read_names(kind)
        self._read_reasons()
        self._read_part_of_queue()
        self._read_phrases()
        self._read_negations()
        self._read_periods(has_one_word=True)
        self._read_part_of_reason()
        self._set_days()
        query, by = self._filters()
        groups: tuple[By, ...] = ("queue", "agent", "channel")
        for each in groups:
            by = by or (each if f"by:{each}" in self._found else "")
        if (
            not by
            and self._words[:1]
            and self._words[0] in _WHO
            and (self._metric or not _RANKS.isdisjoint(self._found))
        ):
            by = "agent"
        if "figure:trend" in self._found and not self._days and not by:
            self._days = self._today - _LATELY, self._today
        asked: list[Figure] = [each for each in _FIGURES if f"figure:{each}" in self._found]
        if "compare" in self._found and not _MEANS.isdisjoint(
            self._found
        ):  # why a figure moved, in the groups below it
            asked = [each for each in asked if each != "reasons"]
        figure = self._figure(asked, by, query)
        unknown = tuple(word for word, meaning in zip(self._words, self._meanings, strict=True) if meaning is None)
        missing = tuple(sorted(each.removeprefix("no:") for each in self._found if each.startswith("no:")))
        if "ai_agent" in query and "handled_by" in query:
            missing = (*missing, "comparison of one AI agent with people")
        has_figure = bool(asked or missing or not {"figure:how", "figure:trend"}.isdisjoint(self._found))
        return Asked(
            query={name: tuple(values) for name, values in query.items()},
            figure=figure,
            by="" if figure in {"reasons", "questions"} else by,
            since=self._days and self._days[0],
            last=self._days and self._days[1],
            metric=self._metric,
            unknown=unknown,
            missing=missing,
            is_best_first="order:best" in self._found,
            is_question=has_figure
            or len(query) + bool(by) + bool(self._days) + bool(self._metric) + ("subject" in self._found) > 1,
        )

    def _figure(self, asked: Sequence[Figure], by: By, query: Mapping[str, Sequence[str]]) -> Figure:
        """Return the figure. Groups have a pass rate, but are counted where they are asked for by an outcome."""
        has_condition = not _CONDITIONS.isdisjoint(query)
        is_pass = bool(by or "figure:how" in self._found) and not (has_condition or "most" in self._found)
        figure: Figure = asked[0] if asked else "pass" if is_pass else "count"
        if self._metric and "missed" not in query and figure in {"count", "pass", "score"}:
            return "met"
        return figure

    def _filters(self) -> tuple[dict[str, list[str]], By]:
        """Return the filters, and the groups where two values of a kind are compared."""
        query = {name: list(dict.fromkeys(values)) for name, values in self._query.items()}
        if "both" in query.get("handled_by", ()):
            query["handled_by"] = ["both"]
        by: By = ""
        for name in _BY_VALUES:
            if len(query.get(name, ())) > 1:
                by = name
                del query[name]
        for name in _BY_NAMES:
            if len(query.get(name, ())) > 1 and ("compare" in self._found or not _MEANS.isdisjoint(self._found)):
                by = name
        if self._metric and ("missed" in self._found or "failed" in query.get("outcome", ())):
            query.pop("outcome", None)
            query["missed"] = [self._metric]
        if "figure:pass" in self._found:
            query.pop("outcome", None)
        if self._metric.endswith("resolution"):  # its words are those of the question
            query.pop("resolved", None)
        return query, by

    def _read_names(self, kind: str) -> None:
        for name, value in sorted(self._known.names.get(kind, {}).items(), key=lambda each: -len(each[0])):
            words = [each for each in words_of(name) if each not in _AND]
            is_word = any(" ".join(words) in some for some in self._known.phrases.values())
            for at, length in self._places_of_name(words) if words else ():
                if not is_word or _QUEUE.intersection(self._words[max(0, at - 1) : at + 2]):
                    self._take(at, length, f"{kind}={value}")

    def _places_of_name(self, words: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Yield where the words of a name begin and how many they are, with or without an "and" between them."""
        for at in range(len(self._words)):
            end = at
            for n, word in enumerate(words):
                end += bool(n and end < len(self._words) and self._words[end] in _AND)
                if end >= len(self._words) or self._words[end] != word:
                    break
                end += 1
            else:
                if not any(self._meanings[at:end]):
                    yield at, end - at

    def _read_part_of_queue(self) -> None:
        """Read a word that only one queue has, next to a word for queues: ``the orders team``."""
        names = {value: words_of(name) for name, value in self._known.names.get("queue", {}).items()}
        for n, word in enumerate(self._words):
            if self._meanings[n] is None and _QUEUE.intersection(self._words[n + 1 : n + 2]):
                found = [value for value, words in names.items() if any(_is(each, word) for each in words)]
                if len(found) == 1:
                    self._take(n, 1, f"queue={found[0]}")

    def _read_negations(self) -> None:
        """Read a ``not``: with a metric it is missed, and what has an opposite is that; any other has no meaning here."""
        for n, meaning in enumerate(self._meanings):
            if meaning != "negation":
                continue
            after = next((each for each in self._meanings[n + 1 : n + 5] if each in _OPPOSITES), None)
            if self._metric:
                self._found.add("missed")
            elif after:
                name, _, value = after.partition("=")
                self._query[name] = [_OPPOSITES[after] if each == value else each for each in self._query[name]]
            else:
                self._meanings[n] = None
        if "repeated=true" not in self._found:  # a time within which something else happens
            self._meanings = [None if each == "repeated within" else each for each in self._meanings]

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

    def _read_part_of_reason(self) -> None:
        """Read a word that only one reason has, if it is half of that: ``refund`` of ``check refund status``."""
        dull = set(self._known.phrases["reason verbs"])
        for n, word in enumerate(self._words):
            if self._meanings[n] is None and "intent" not in self._query:
                found = {
                    value
                    for name, value in self._known.names.get("intent", {}).items()
                    if any(_is(each, word) for each in words_of(name) if each not in dull)
                }
                if len(found) == 1 and len(_content_words(min(found), dull)) <= _WORDS_OF_PART:
                    self._meanings[n] = "intent"
                    self._query["intent"] = [found.pop()]

    def _of_reason(self, words: Sequence[str], dull: set[str]) -> list[int]:
        """Return where all words of a reason are; of words with "or" between them, one. Empty if one is not there."""
        groups: list[list[str]] = []
        for n, word in enumerate(words):
            if word in _OR:
                continue
            if n and words[n - 1] in _OR and groups:
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
            if meaning not in _OF_WORDS
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
        """Keep the days of a period; one alone to compare with is the one before the period that is asked about."""
        unit, number = value.split()
        ago = int(number)
        if (
            ago
            and at
            and "".join(self._words[max(0, at - 2) : at]).endswith(("comparedwith", "comparedto", "than", "against"))
        ):
            self._found.add("compare")
            ago -= 1
        self._spans.append((at, *period(unit, ago, self._today)))

    def _read_periods(self, *, has_one_word: bool = False) -> None:
        """Read periods of several words, or of one, which may be part of a phrase: ``may leave``."""
        known = Calendar(self._known.months, self._known.weekdays, self._today)
        for at, length, first, last in periods_in(self._words, known):
            if (length == 1) is has_one_word and not any(self._meanings[at : at + length]):
                self._meanings[at : at + length] = ["period"] * length
                self._spans.append((at, first, last))

    def _read_bounds(self) -> None:
        """Read bounds of the score: ``under 50``."""
        for n, word in enumerate(self._words):
            if word.isdecimal() and self._meanings[n] is None and int(word) <= 100 and self._has_score():  # noqa: PLR2004
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

    def _set_days(self) -> None:
        """Keep the days of the periods that were named: of two, those between them, or the later one and the one before."""
        spans = sorted({(first, last) for _at, first, last in self._spans})
        if len(spans) > 1 and spans[0][1] >= spans[1][0]:  # one lies in the other: October, on the 12th
            spans = [max(spans)]
        if not spans:
            return
        (first, until), (since, last) = spans[0], spans[-1]
        if len(spans) == 1:
            self._days = (since, self._today if "since" in self._found else last)
        elif len(spans) == 2 and "compare" in self._found and until + timedelta(days=1) == since:  # noqa: PLR2004
            self._days = since, last
        elif len(spans) == 2 and "compare" not in self._found and self._is_range(until, since):  # noqa: PLR2004
            self._days = first, last
        else:
            self._found.add("no:several periods")

    def _is_range(self, until: date, since: date) -> bool:
        """Return whether two periods are the ends of one, or follow each other."""
        places = sorted(at for at, _first, _last in self._spans)
        between = self._words[places[0] : places[-1]]
        is_between = any(word in self._known.phrases["range"] for word in (*self._words[: places[0]][-1:], *between))
        # Not "from September to February": the February that is meant is before that September.
        is_in_order = min(self._spans)[2] == until
        return is_in_order if is_between else until + timedelta(days=1) == since


def _content_words(name: str, dull: set[str]) -> list[str]:
    """Return the words of a reason that are not dull; of words with "or" between them, one."""
    words = [each for each in words_of(name) if each not in dull]
    return [
        each for n, each in enumerate(words) if each not in _OR and (n + 1 == len(words) or words[n + 1] not in _OR)
    ]


def _is(word: str, said: str) -> bool:
    """Return whether a word is said, whatever its ending."""
    stem = _STEM.sub("", word) if len(word) > _SHORT else word
    return said == word or (said.startswith(stem) and len(said) - len(word) <= _ENDING and len(stem) >= _SHORT - 1)


def _spelt(words: Sequence[str], known: Vocabulary) -> Iterator[str]:
    """Yield words in full, and those that are one slip of the keyboard away from a known word as that word."""
    short = dict(each.split() for each in known.phrases["short for"])
    phrases = {word for some in known.phrases.values() for phrase in some for word in phrase.split()}
    names = {word for some in known.names.values() for name in some for word in words_of(name)}
    every = {each for each in phrases if not each.endswith("*")} | names | {*known.months, *known.weekdays}
    endings = tuple(each[:-1] for each in phrases if each.endswith("*"))
    for word in words:
        if word in short:
            yield short[word]
        elif len(word) < _LEAST_OF_TYPO or word in every or word.startswith(endings) or not word.isalpha():
            yield word
        else:
            meant = sorted({each for each in every if _is_slip(word, each)})
            yield meant[0] if len(meant) == 1 else word


def _is_slip(typed: str, meant: str) -> bool:
    """Return whether a word lacks a letter, has one too many or another one, or two of them the wrong way round."""
    if typed[0] != meant[0] or abs(len(typed) - len(meant)) > 1 or len(meant) <= _LEAST_OF_TYPO:
        return False
    at = next((n for n, (one, other) in enumerate(zip(typed, meant, strict=False)) if one != other), len(meant))
    if len(typed) != len(meant):
        return typed[at:] == meant[at + 1 :] or typed[at + 1 :] == meant[at:]
    is_swapped = typed[at : at + 2] == meant[at : at + 2][::-1] and typed[at + 2 :] == meant[at + 2 :]
    return is_swapped or (len(typed) > _LEAST_OF_TYPO and typed[at + 1 :] == meant[at + 1 :])
