"""Values set in a form document, all else left as its author wrote it: comments, order, spelling."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

import yaml

from auscult.domain.errors import FormError, RequestError, coded
from auscult.domain.said.spelling import did_you_mean
from auscult.services.definitions.forms.document import Path, read_document, text_of
from auscult.services.definitions.forms.editing.changes import Insert, changed
from auscult.wording import available

_LONGEST_ID = 200


class _Mapping(NamedTuple):
    """Position of a mapping's first key, and the layout of its keys."""

    start: int
    column: int
    is_flow: bool


def with_numbers(document: bytes, numbers: Mapping[Path, str]) -> bytes:
    """Write numbers at these paths of a form document that can be read.

    A key that is not there is put before the others of its mapping, which must be there.
    """
    text = text_of(document)
    spans, mappings = _spans_and_mappings(text)
    edits: list[tuple[int, int, str]] = []
    for path, number in numbers.items():
        if path in spans:
            edits.append((*spans[path], number))
            continue
        mapping = mappings[path[:-1]]
        key = f'"{path[-1]}"' if text.lstrip().startswith("{") else str(path[-1])
        rest = ", " if mapping.is_flow else "\n" + " " * mapping.column
        edits.append((mapping.start, mapping.start, f"{key}: {number}{rest}"))
    for start, end, written in sorted(edits, reverse=True):
        text = text[:start] + written + text[end:]
    return text.encode()


def copied(document: bytes, new_id: str, name: str | None = None) -> bytes:
    """Return a form document with another id and, where given, another name. Raises ``FormError`` for an invalid id."""
    if not 0 < len(new_id) <= _LONGEST_ID or not new_id.isprintable() or any(map(str.isspace, new_id)):
        raise FormError(coded("the id '{id}' must be 1 to 200 characters without spaces, like ef-billing", id=new_id))
    read = read_document(document)
    if not isinstance(read.value, dict) or read.problems:
        raise FormError("the form cannot be copied, because it cannot be read; see auscult forms check")
    if read.value.get("id") == new_id:
        raise FormError(coded("the form has the id {id} already; choose another", id=new_id))
    changes: dict[Path, str] = {("id",): json.dumps(new_id, ensure_ascii=False)}
    changes |= {} if name is None else {("name",): json.dumps(name, ensure_ascii=False)}
    return with_numbers(document, changes)


def _spans_and_mappings(text: str) -> tuple[dict[Path, tuple[int, int]], dict[Path, _Mapping]]:
    """Return the position of each scalar (its first character, and behind its last), and of each mapping that is not empty."""
    spans: dict[Path, tuple[int, int]] = {}
    mappings: dict[Path, _Mapping] = {}
    open_paths: list[Path] = []
    is_flow: dict[Path, bool] = {}
    next_part: dict[Path, int | str | None] = {}

    def next_path() -> Path:
        """Return the path of the next value."""
        if not open_paths:
            return ()
        holder = open_paths[-1]
        part = next_part[holder]
        next_part[holder] = part + 1 if isinstance(part, int) else None
        return (*holder, *([] if part is None else [part]))

    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            path = next_path()
            open_paths.append(path)
            is_flow[path] = bool(event.flow_style)
            next_part[path] = None if isinstance(event, yaml.MappingStartEvent) else 0
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            open_paths.pop()
        elif isinstance(event, yaml.ScalarEvent) and event.start_mark and event.end_mark:
            start, end = event.start_mark, event.end_mark
            holder = open_paths[-1] if open_paths else ()
            if open_paths and next_part[holder] is None:
                next_part[holder] = event.value
                mappings.setdefault(holder, _Mapping(start.index, start.column, is_flow[holder]))
            else:
                spans[next_path()] = (start.index, end.index)
    return spans, mappings


def with_pack(document: bytes, path: Path, name: str) -> bytes:
    """Add a wording pack to the conditions of a search. Raises ``RequestError`` for a pack that is not known."""
    if name not in available():
        near = did_you_mean(name, list(available()))
        raise RequestError(
            coded("there is no wording pack {name!r}", name=name) + (near and "; " + near),
            code="field.unknown_value",
            field="pack",
        )
    return changed(document, Insert((*path, _length(document, path)), {"wording": name}))


def _length(document: bytes, path: Path) -> int:
    """Return the length of the list at a path. Raises ``RequestError`` where there is none."""
    found: object = read_document(document).value
    for part in path:
        is_inside = isinstance(found, dict | list) and (part in found if isinstance(found, dict) else True)
        found = cast("Any", found)[part] if is_inside else None
    if not isinstance(found, list) or not found:
        raise RequestError("there is no search here", code="field.unknown_value", field=".".join(map(str, path)))
    return len(cast("list[object]", found))
