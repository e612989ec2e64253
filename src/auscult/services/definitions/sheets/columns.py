"""Columns of a sheet of questions: how a key of a metric is written into a cell, and read back.

A value that its cell could not return exactly is written as JSON into the column ``settings`` instead.
"""

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple, cast

from auscult.services.definitions.sheets.cells import CellValue, number_of, text_of

SETTINGS = "settings"
ANSWERS = ("scale", "levels", "choices", "number")
"""Keys of a metric that the column ``answers`` holds, of which it has one at most."""

_YES = frozenset({"yes", "y", "true", "x", "1"})
_NO = frozenset({"no", "n", "false", "0"})
_PLAIN_ANSWERS = frozenset({"yes no", "yes no na", "y n", "y n na", "yes no n a", "y n n a", "true false", "pass fail"})
_SCALE = re.compile(r"(-?\d{1,4})\s*(?:-|\u2013|to|\.\.)\s*(-?\d{1,4})")
_SHARED = re.compile(r"(.*?)\s*[=:]\s*(\d[\d.]*)\s*%?")
_BANDED = re.compile(r"(-?\d[\d.]*)\s*=\s*(\d[\d.]*)\s*%?(?:\s*\((.*)\))?", re.DOTALL)
_CONDITION = re.compile(r"(\S+)\s+is\s+(.+)", re.IGNORECASE)
_REASON = re.compile(r"([^:;\s]+)\s*:\s*([^;]+)")


class Column(NamedTuple):
    """Column of a sheet: its heading, its keys, and how these are written and read.

    ``read`` raises ``ValueError`` that names what would be right; ``write`` returns None for what it cannot write.
    """

    name: str
    keys: tuple[str, ...]
    read: Callable[[CellValue], dict[str, Any]]
    write: Callable[[Mapping[str, Any]], CellValue | None]


def _text(key: str) -> Column:
    def write(metric: Mapping[str, Any]) -> CellValue | None:
        value = metric.get(key)
        return value if isinstance(value, str) and value == value.strip() and value else None

    def read(cell: CellValue) -> dict[str, Any]:
        return {key: text_of(cell)}

    return Column(key, (key,), read, write)


def _number(key: str) -> Column:
    def read(cell: CellValue) -> dict[str, Any]:
        number = number_of(cell)
        if number is None:
            raise ValueError(f"must be a number, not '{text_of(cell)}'")
        return {key: number}

    def write(metric: Mapping[str, Any]) -> CellValue | None:
        value = metric.get(key)
        return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None

    return Column(key, (key,), read, write)


def _flag(key: str) -> Column:
    def read(cell: CellValue) -> dict[str, Any]:
        word = text_of(cell).casefold()
        if word not in _YES | _NO:
            raise ValueError(f"must be yes or no, not '{text_of(cell)}'")
        return {key: word in _YES}

    def write(metric: Mapping[str, Any]) -> CellValue | None:
        value = metric.get(key)
        return ("yes" if value else "no") if isinstance(value, bool) else None

    return Column(key, (key,), read, write)


def _read_answers(cell: CellValue) -> dict[str, Any]:
    text = text_of(cell)
    if " ".join(re.findall(r"\w+", text.casefold())) in _PLAIN_ANSWERS:
        return {}
    if found := _SCALE.fullmatch(text):
        return {"scale": {"from": int(found[1]), "to": int(found[2])}}
    kind, parts = "levels", text
    for word in ("choices", "number", "levels"):
        if text.casefold().startswith(f"{word}:"):
            kind, parts = word, text[len(word) + 1 :]
    pieces = [piece.strip() for piece in re.split(r"[;\n]", parts) if piece.strip()]
    if kind == "number":
        return {"number": [_band(piece) for piece in pieces]}
    if len(pieces) == 1 and not _SHARED.fullmatch(pieces[0]):
        return _read_even([piece.strip() for piece in re.split(r"[,/|]", pieces[0]) if piece.strip()], text)
    return {kind: [_level(piece) for piece in pieces]}


def _read_even(names: list[str], text: str) -> dict[str, Any]:
    """Read answers without shares: whole numbers in order are a scale, words need a share each."""
    numbers = [int(name) for name in names if re.fullmatch(r"-?\d{1,4}", name)]
    if len(numbers) == len(names) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers))):
        return {"scale": {"from": numbers[0], "to": numbers[-1]}}
    raise ValueError(f"'{text}' has no shares; write them like Poor=0; Fair=50; Good=100, or a scale like 0-5")


def _level(piece: str) -> dict[str, Any]:
    found = _SHARED.fullmatch(piece)
    if found is None or not found[1]:
        raise ValueError(f"'{piece}' has no share; write answers like Poor=0; Fair=50; Good=100")
    return {"name": found[1], "share": _decimal(found[2])}


def _band(piece: str) -> dict[str, Any]:
    found = _BANDED.fullmatch(piece)
    if found is None:
        raise ValueError(f"'{piece}' is no band; write bands like number: 0=0; 60=100 (in time)")
    name = {"name": found[3]} if found[3] else {}
    return {"from": _decimal(found[1]), "share": _decimal(found[2])} | name


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        raise ValueError(f"'{text}' must be a number") from None


def _write_answers(metric: Mapping[str, Any]) -> CellValue | None:
    used = [key for key in ANSWERS if key in metric]
    if len(used) != 1:
        return None
    value: Any = metric[used[0]]
    try:
        if used[0] == "scale":
            return f"{value.get('from', 0)}-{value['to']}" if value.keys() <= {"from", "to"} else None
        if used[0] == "number":
            named = ((one["from"], one["share"], one.get("name")) for one in value)
            return "number: " + "; ".join(
                f"{low}={share}" + (f" ({name})" if name else "") for low, share, name in named
            )
        pairs = "; ".join(f"{one['name']}={one['share']}" for one in value)
        return pairs if used[0] == "levels" else f"choices: {pairs}"
    except (KeyError, TypeError, AttributeError):
        return None


def _read_condition(cell: CellValue) -> dict[str, Any]:
    found = _CONDITION.fullmatch(text_of(cell))
    if found is None:
        raise ValueError(f"'{text_of(cell)}' is no condition; write em-greeting is YES")
    answers = [answer.strip().upper() for answer in re.split(r",|\bor\b", found[2])]
    return {"when": {"metric": found[1], "is": answers[0] if len(answers) == 1 else answers}}


def _write_condition(metric: Mapping[str, Any]) -> CellValue | None:
    when = cast("dict[str, Any] | None", metric.get("when"))
    if when is None or not {"metric", "is"} >= when.keys():
        return None
    answers: Any = when.get("is", "YES")
    wanted = answers if isinstance(answers, str) else " or ".join(map(str, answers))
    return f"{when.get('metric')} is {wanted}"


def _read_reasons(cell: CellValue) -> dict[str, Any]:
    pieces = [piece.strip() for piece in re.split(r"[;\n]", text_of(cell)) if piece.strip()]
    found = [_REASON.fullmatch(piece) for piece in pieces]
    if not all(found):
        raise ValueError(f"'{text_of(cell)}' are no reasons; write them like late: Too late; rude: Rude words")
    return {"reasons": [{"code": one[1], "name": one[2].strip()} for one in found if one]}


def _write_reasons(metric: Mapping[str, Any]) -> CellValue | None:
    reasons = cast("list[dict[str, Any]] | None", metric.get("reasons"))
    return None if reasons is None else "; ".join(f"{one.get('code')}: {one.get('name')}" for one in reasons)


def _read_mark(cell: CellValue) -> dict[str, Any]:
    text = text_of(cell)
    return {"met_at": int(text) if re.fullmatch(r"-?\d{1,9}", text) else text}


def _write_mark(metric: Mapping[str, Any]) -> CellValue | None:
    value = metric.get("met_at")
    return str(value) if isinstance(value, str | int) else None


def _read_comments(cell: CellValue) -> dict[str, Any]:
    return {"comments": [line.strip() for line in text_of(cell).splitlines() if line.strip()]}


def _write_comments(metric: Mapping[str, Any]) -> CellValue | None:
    comments = cast("list[Any] | None", metric.get("comments"))
    return None if comments is None else "\n".join(map(str, comments))


COLUMNS: tuple[Column, ...] = (
    _text("section"),
    _text("id"),
    _text("name"),
    _text("type"),
    _text("question"),
    _number("weight"),
    _number("negative_weight"),
    Column("answers", ANSWERS, _read_answers, _write_answers),
    Column("met_at", ("met_at",), _read_mark, _write_mark),
    _flag("fatal"),
    _flag("fails_section"),
    _flag("bonus"),
    _text("correct_answer"),
    _text("not_applicable"),
    Column("when", ("when",), _read_condition, _write_condition),
    Column("reasons", ("reasons",), _read_reasons, _write_reasons),
    _flag("reason_required"),
    _text("guidance"),
    Column("comments", ("comments",), _read_comments, _write_comments),
)

ALIASES: Mapping[str, str] = {
    "questions": "question",
    "sections": "section",
    "weights": "weight",
    "group": "section",
    "category": "section",
    "area": "section",
    "code": "id",
    "question id": "id",
    "criterion": "name",
    "criteria": "name",
    "item": "name",
    "metric": "name",
    "title": "name",
    "question text": "question",
    "points": "weight",
    "max points": "weight",
    "maximum": "weight",
    "max": "weight",
    "max score": "weight",
    "weight %": "weight",
    "weight (%)": "weight",
    "weighting": "weight",
    "negative weight": "negative_weight",
    "penalty": "negative_weight",
    "answer": "answers",
    "answer options": "answers",
    "options": "answers",
    "scale": "answers",
    "rating": "answers",
    "ratings": "answers",
    "auto fail": "fatal",
    "auto-fail": "fatal",
    "critical": "fatal",
    "correct answer": "correct_answer",
    "reason codes": "reasons",
    "notes": "guidance",
    "description": "guidance",
    "how to score": "guidance",
    "comment templates": "comments",
}
"""Headings that people write for a column, by what it is called here."""


def same(one: Any, other: Any) -> bool:  # noqa: ANN401  (any part of a document)
    """Return whether two values mean the same in a document: ``1`` and ``1.0`` do, ``1`` and ``true`` do not."""
    return _canonical(one) == _canonical(other)


def as_json(value: Any) -> str:  # noqa: ANN401  (any part of a document)
    """Write a value as JSON on one line: decimals are exact numbers, and what cannot be printed is escaped."""
    text = _as_json(value)
    return text if text.isprintable() else "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text)


def _as_json(value: Any) -> str:  # noqa: ANN401  (any part of a document)
    match value:
        case dict():
            pairs = cast("dict[str, Any]", value).items()
            return (
                "{" + ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {_as_json(one)}" for key, one in pairs) + "}"
            )
        case list() | tuple():
            return "[" + ", ".join(map(_as_json, cast("list[Any]", value))) + "]"
        case Decimal():
            return f"{value:f}"
        case _:
            return json.dumps(value, ensure_ascii=False)


def _canonical(value: Any) -> Any:  # noqa: ANN401  (any part of a document)
    match value:
        case bool() | None | str():
            return (type(value).__name__, value)
        case dict():
            return {key: _canonical(one) for key, one in cast("dict[str, Any]", value).items()}
        case list() | tuple():
            return [_canonical(one) for one in cast("list[Any]", value)]
        case _:
            return Decimal(value).normalize()
