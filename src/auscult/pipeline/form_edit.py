"""Numbers set in a form document, all else left as its author wrote it: comments, order, spelling."""

from collections.abc import Mapping
from typing import NamedTuple

import yaml

from auscult.pipeline.form_document import Path, text_of


class _Mapping(NamedTuple):
    """Where a mapping's first key begins, and how its keys stand beside each other."""

    start: int
    column: int
    is_flow: bool


def with_numbers(document: bytes, numbers: Mapping[Path, str]) -> bytes:
    """Write numbers at these paths of a form document that can be read.

    A key that is not there is put before the others of its mapping, which must be there.
    """
    text = text_of(document)
    spans, mappings = _places(text)
    edits: list[tuple[int, int, str]] = []
    for path, number in numbers.items():
        if path in spans:
            edits.append((*spans[path], number))
            continue
        place = mappings[path[:-1]]
        key = f'"{path[-1]}"' if text.lstrip().startswith("{") else str(path[-1])
        rest = ", " if place.is_flow else "\n" + " " * place.column
        edits.append((place.start, place.start, f"{key}: {number}{rest}"))
    for start, end, written in sorted(edits, reverse=True):
        text = text[:start] + written + text[end:]
    return text.encode()


def _places(text: str) -> tuple[dict[Path, tuple[int, int]], dict[Path, _Mapping]]:
    """Where each scalar stands (its first character, and behind its last), and each mapping that is not empty."""
    spans: dict[Path, tuple[int, int]] = {}
    mappings: dict[Path, _Mapping] = {}
    open_paths: list[Path] = []
    is_flow: dict[Path, bool] = {}
    next_part: dict[Path, int | str | None] = {}

    def take() -> Path:
        """The path of the value that comes now."""
        if not open_paths:
            return ()
        holder = open_paths[-1]
        part = next_part[holder]
        next_part[holder] = part + 1 if isinstance(part, int) else None
        return (*holder, *([] if part is None else [part]))

    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            path = take()
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
                spans[take()] = (start.index, end.index)
    return spans, mappings
