"""Questions in words: how many of forty are understood as they were meant, how many are refused, and which are wrong.

    python -m bench.quality.asked

The names are those of the demo. ``asked.tsv`` was written before the code.
"""

import csv
from collections import Counter
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
}
_VALUES = {
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
    found = outcomes()
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
