"""The parts of a sheet around its questions: keys of the form, one a row, and the table of sections."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from auscult.services.definitions.sheets.cells import CellValue, number_of, text_of
from auscult.services.definitions.sheets.columns import SETTINGS

TEXT_KEYS = (
    "id",
    "name",
    "channel",
    "scoring",
    "min_duration",
    "not_applicable",
    "description",
    "owner",
    "valid_from",
)
NUMBER_KEYS = ("pass_score", "bonus_cap")
LIST_KEYS = ("languages", "tags")
FORM_KEYS = (*TEXT_KEYS, *NUMBER_KEYS, *LIST_KEYS, "re_audit", SETTINGS)
HEADS = {"id": "form id", "name": "form name", "description": "form description"}
"""Keys that columns of questions have too, as a sheet names them for the form."""

FORM_ALIASES: Mapping[str, str] = {
    **{head: key for key, head in HEADS.items()},
    "form": "name",
    "scorecard": "name",
    "pass mark": "pass_score",
    "pass score": "pass_score",
    "passing score": "pass_score",
    "language": "languages",
    "minimum duration": "min_duration",
    "valid from": "valid_from",
    "effective from": "valid_from",
}
SECTION_HEADINGS = ("section id", "section name", "section weight", "section pass score", "section required")
SECTION_KEYS = ("id", "name", "weight", "pass_score", "required")


def form_key(text: str) -> str | None:
    """Return the key of a form that a cell names, or None."""
    word = text.casefold().rstrip(":").strip()
    known = word.replace(" ", "_")
    return known if known in FORM_KEYS else FORM_ALIASES.get(word)


def read_form_value(key: str, cell: CellValue) -> dict[str, Any]:
    """Read the value of a key. Raises ``ValueError`` that names what would be right."""
    text = text_of(cell)
    if key == SETTINGS:
        return read_object(text)
    if key in NUMBER_KEYS:
        number = number_of(cell)
        if number is None:
            raise ValueError(f"must be a number, not '{text}'")
        return {key: number}
    if key in LIST_KEYS:
        return {key: [word.strip() for word in text.split(",") if word.strip()]}
    if key == "re_audit":
        if text.casefold() not in ("yes", "no", "true", "false"):
            raise ValueError(f"must be yes or no, not '{text}'")
        return {key: text.casefold() in ("yes", "true")}
    return {key: text.casefold() if key in ("channel", "scoring") else text}


def write_form_value(key: str, value: Any) -> CellValue | None:  # noqa: ANN401  (any part of a document)
    """Write the value of a key; return None for what a cell cannot hold."""
    if key in NUMBER_KEYS and isinstance(value, int | Decimal):
        return Decimal(value)
    if key in LIST_KEYS and isinstance(value, list):
        return ", ".join(map(str, cast("list[Any]", value)))
    if key == "re_audit" and isinstance(value, bool):
        return "yes" if value else "no"
    return value if key in TEXT_KEYS and isinstance(value, str) else None


def read_section_value(key: str, cell: CellValue) -> Any:  # noqa: ANN401  (any part of a document)
    """Read a cell of the table of sections. Raises ``ValueError`` that names what would be right."""
    text = text_of(cell)
    if key in ("weight", "pass_score"):
        number = number_of(cell)
        if number is None:
            raise ValueError(f"must be a number, not '{text}'")
        return number
    if key == "required":
        if text.casefold() not in ("yes", "no", "true", "false"):
            raise ValueError(f"must be yes or no, not '{text}'")
        return text.casefold() in ("yes", "true")
    return text


def read_object(text: str) -> dict[str, Any]:
    """Read a JSON object. Raises ``ValueError`` that names the fault."""
    try:
        value: Any = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise ValueError(f"is no JSON: {error.msg} at character {error.pos + 1}") from None
    if not isinstance(value, dict):
        raise ValueError("must be a JSON object of further keys")  # noqa: TRY004  (of a document, not of the program)
    return cast("dict[str, Any]", value)
