"""Questions in words: how many of forty are understood as they were meant, how many are refused, and which are wrong.

    python -m bench.quality.asked [--unseen | --trade]

The names are those of the demo. ``asked.tsv`` was written before the code, ``asked_unseen.tsv`` by someone who saw none of
it, with names of their own, and ``asked_trade.tsv`` as by a manager of a supplier of energy.
"""

import argparse
import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from auscult.domain.insights.questions import Asked, read_question
from auscult.services.insights.asking import vocabulary_of

TODAY = date(2026, 11, 29)
NAMES = {
    "queue": [
        "Online Store",
        "Retail Banking",
        "Credit Union",
        "Customer Care",
        "Device Support",
        "Kundenservice",
        "AI",
    ],
    "agent": [
        *("Noor Haddad", "Ryan Torres", "Brian Martinez", "Michael Henderson", "Elizabeth", "Frau Haas", "Michael"),
        *("David", "Mary", "Grace Lindholm", "Owen Pratt", "Mark Gonzales"),
    ],
    "ai_agent": ["Fern", "Lark"],
    "intent": [
        *("add or remove person", "cancel order", "change address", "check account balance", "check refund status"),
        *("complain about service", "pay bill", "replace card", "report lost or stolen card", "return item"),
        *(
            "report late or missing delivery",
            "report wrong or missing item",
            "speak to person",
            "track order",
            "unclear",
        ),
    ],
}
METRICS = {
    "em-greeting": "Greeting",
    "em-introduction": "Introduction",
    "em-offer-help": "Offer of help",
    "em-verification": "Identity details asked",
    "em-empathy": "Empathy",
    "em-resolution": "Resolution stated",
    "em-further-help": "Further help offered",
    "em-signoff": "Sign-off",
    "em-escalation": "Escalation handled",
}
_FIGURES = {
    "count": ("count", ""),
    "share": ("count", ""),
    "top reasons": ("reasons", ""),
    "pass rate by queue": ("pass", "queue"),
    "pass rate by channel": ("pass", "channel"),
    "pass rate by handled by": ("pass", "handled_by"),
    "score by agent": ("score", "agent"),
    "score": ("score", ""),
    "pass rate": ("pass", ""),
    "questions missed": ("questions", ""),
    "question rate": ("met", ""),
}
"""The number of a count stands with its share, so that one answers both."""
_FILTERS = {
    "escalation": ("escalation", ("true",)),
    "churn": ("churn_risk", ("true",)),
    "unresolved": ("resolved", ("NO",)),
    "repeated": ("repeated", ("true",)),
}
_VALUES = {
    "language: German": ("language", ("de",)),
    "handled by: AI": ("handled_by", ("ai",)),
    "handled by: both": ("handled_by", ("both",)),
    "question missed: Greeting is audible": ("missed", ("em-greeting",)),
    "question missed: Identity details asked": ("missed", ("em-verification",)),
    "score: under 50": ("score_to", ("49",)),
    "agent: Michael Henderson or Ryan Torres": ("agent", ("Michael Henderson", "Ryan Torres")),
}
_PERIODS = {
    "last month": (date(2026, 10, 1), date(2026, 10, 31)),
    "November": (date(2026, 11, 1), date(2026, 11, 30)),
    "this week": (date(2026, 11, 23), TODAY),
    "this month": (date(2026, 11, 1), TODAY),
    "last week": (date(2026, 11, 16), date(2026, 11, 22)),
    "last 30 days": (date(2026, 10, 31), TODAY),
    "yesterday": (date(2026, 11, 28), date(2026, 11, 28)),
    "since October": (date(2026, 10, 1), TODAY),
    "this month, compared with last month": (date(2026, 11, 1), TODAY),
    "July to September": (date(2026, 7, 1), date(2026, 9, 30)),
    "October": (date(2026, 10, 1), date(2026, 10, 31)),
}


def judged(asked: Asked, filters: str, figure: str) -> str:
    """Return whether a question was understood: ``right``, ``refused`` or ``wrong``."""
    refused = bool(asked.unknown or asked.missing or not asked.is_question)
    if figure in {"refused", "words"}:
        return "right" if refused else "wrong"
    if refused:
        return "refused"
    query: dict[str, tuple[str, ...]] = {}
    days: tuple[date, date] | tuple[None, None] = (None, None)
    metric = ""
    for each in filter(None, (part.strip() for part in filters.split(";"))):
        name, _, value = each.partition(": ")
        if name == "period":
            days = _PERIODS[value]
        elif name == "question":
            metric = next(key for key, said in METRICS.items() if said == value)
        elif each == "handled by: AI or human":
            continue
        elif each in _VALUES or each in _FILTERS:
            name, values = _VALUES.get(each) or _FILTERS[each]
            query[name] = values
        else:
            query[{"reason": "intent", "result": "outcome"}.get(name, name)] = (value,)
    found = {name: tuple(sorted(values)) for name, values in asked.query.items()}
    is_same = found == {name: tuple(sorted(values)) for name, values in query.items()}
    is_right = (asked.figure, asked.by) == _FIGURES[figure] and (asked.since, asked.last) == days
    return "right" if is_same and is_right and (not metric or asked.metric == metric) else "wrong"


UNSEEN = {
    "queue": ["Bank", "Online Store", "Device Support", "Account Support", "Orders & Returns"],
    "agent": ["Noor", "Crystal", "Elizabeth", "David"],
    "intent": [*("replace card", "order status", "promo code", "return item", "appointment"), "account balance"],
}
TRADE = {
    "queue": ["Billing", "Smart Meters", "Outages", "Moving House", "Meter Reading"],
    "agent": ["Priya", "Tomasz Nowak", "Aoife Kelly"],
    "intent": ["power outage", "payment plan", "meter reading", "move house", "change tariff"],
}
_KINDS_OF_FIGURES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "count": (("count",), ("",)),
    "list": (("count",), ("",)),
    "moments": (("count",), ("",)),
    "share": (("count",), ("",)),
    "pass rate": (("pass", "met"), ("",)),
    "average score": (("score",), ("",)),
    "questions missed": (("questions",), ("",)),
    "top agents": (("count", "pass", "met", "score"), ("agent",)),
    "top reasons": (("reasons",), ("",)),
    "trend": (("count", "pass", "met", "score"), ("",)),
}
"""Figures and groups that answer a kind of question. A count has its share, its list, moments, and the period before."""
_NAMES_OF_FILTERS = {
    "escalated": {"yes": ("escalation", "true")},
    "resolution": {"no": ("resolved", "NO"), "yes": ("resolved", "YES")},
    "churn risk": {"yes": ("churn_risk", "true")},
    "repeated contact": {"yes": ("repeated", "true")},
    "language": {"German": ("language", "de"), "Spanish": ("language", "es"), "French": ("language", "fr")},
    "score": {"below 50": ("score_to", "49")},
    "handled by": {"AI": ("handled_by", "ai"), "human": ("handled_by", "human")},
    "result": {"fatal": ("outcome", "fatal"), "passed": ("outcome", "passed"), "failed": ("outcome", "failed")},
    "answer": {"not passed": ("missed", "")},
}
_QUESTIONS = {
    "sign-off": "em-signoff",
    "empathy": "em-empathy",
    "verification": "em-verification",
    "hold notice": "em-hold-notice",
    "further help": "em-further-help",
    "greeting": "em-greeting",
    "resolution stated": "em-resolution",
}
_UNSEEN_PERIODS = _PERIODS | {
    "since 1 November": (date(2026, 11, 1), TODAY),
    "since Monday": (date(2026, 11, 23), TODAY),
}


def judged_unseen(asked: Asked, filters: str, figure: str) -> str:
    """Return whether a question of others was understood: ``right``, ``refused`` or ``wrong``."""
    is_refused = bool(asked.unknown or asked.missing or not asked.is_question)
    if figure.startswith("refused"):
        return "right" if is_refused else "wrong"
    if is_refused:
        return "refused"
    query: dict[str, set[str]] = {}
    days: tuple[date | None, date | None] = (None, None)
    metric = ""
    for part in filter(None, filters.split("; ")):
        name, _, value = part.partition(": ")
        if name == "period":
            days = _UNSEEN_PERIODS[value]
        elif name == "question":
            metric = _QUESTIONS[value]
        else:
            for each in value.split(", "):
                known = _NAMES_OF_FILTERS.get(name, {}).get(each, ({"reason": "intent"}.get(name, name), each))
                query.setdefault(known[0], set()).add(known[1] or metric)
    figures, groups = _KINDS_OF_FIGURES[figure]
    compared = next((name for name in ("agent", "handled_by") if len(query.get(name, ())) > 1), "")
    if compared == "handled_by":
        del query[compared]
    found = {name: {each.casefold() for each in values} for name, values in asked.query.items()}
    is_same = found == {name: {each.casefold() for each in values} for name, values in query.items()}
    is_metric = "missed" in query or (asked.metric == metric and (not metric or asked.figure == "met"))
    is_figure = asked.figure in figures and asked.by in ((compared,) if compared else groups)
    if figure == "top agents" and "missed" in query and asked.figure == "met" and not asked.is_best_first:
        del query["missed"]  # the lowest rates first are the same ranking
        is_same, is_metric = found == {name: {each.casefold() for each in some} for name, some in query.items()}, True
    is_period = (asked.since, asked.last) == days or (figure == "trend" and days == (None, None))
    return "right" if is_same and is_metric and is_figure and is_period else "wrong"


def unseen(of: str = "unseen", given: Mapping[str, Sequence[str]] = UNSEEN) -> list[tuple[str, str, Asked]]:
    """Return each question of others with how it was understood."""
    names = {kind: {each: each for each in some} for kind, some in given.items()}
    metrics = METRICS | {"em-hold-notice": "Waiting announced"}
    known = vocabulary_of(names | {"metric": {name: key for key, name in metrics.items()}})
    with Path(__file__).with_name(f"asked_{of}.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    asked = [(row, read_question(row["question"], known, TODAY)) for row in rows]
    return [(row["question"], judged_unseen(each, row["filters"] or "", row["figure"]), each) for row, each in asked]


def outcomes() -> list[tuple[str, str, Asked]]:
    """Return each question with how it was understood."""
    names = {kind: {each: each for each in some} for kind, some in NAMES.items()}
    known = vocabulary_of(names | {"metric": {name: key for key, name in METRICS.items()}})
    with Path(__file__).with_suffix(".tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    asked = [read_question(row["question"], known, TODAY) for row in rows]
    return [
        (row["question"], judged(each, row["filters"] or "", row["figure"]), each)
        for row, each in zip(rows, asked, strict=True)
    ]


def main() -> None:
    """Print the figures, and each question that is not right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unseen", action="store_true", help="the questions of others")
    parser.add_argument("--trade", action="store_true", help="those of another trade")
    given = parser.parse_args()
    found = unseen("trade", TRADE) if given.trade else unseen() if given.unseen else outcomes()
    for question, verdict, asked in found:
        if verdict != "right":
            query = {name: " or ".join(values) for name, values in asked.query.items()}
            print(
                f"{verdict:8} {question}\n         {asked.figure} {asked.by} {query} {asked.since} {asked.last}", end=""
            )
            print(f" unknown {asked.unknown} missing {asked.missing}")
    print(", ".join(f"{number} {name}" for name, number in Counter(verdict for _, verdict, _ in found).most_common()))


if __name__ == "__main__":
    main()
