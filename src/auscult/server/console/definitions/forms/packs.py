"""Wording packs in the form view: their uses in a metric, their meanings, and the available ones."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast

from msgspec import Struct

from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.definitions.forms.builder_words import VALUES
from auscult.wording import available, is_reference, pack

_CONDITIONS = frozenset({"similar", "phrases", "wording", "pattern", "judge", "event"})


class PacksView(Struct, frozen=True, kw_only=True):
    """One search that can use packs: the path of its conditions, and the packs among them, each with its meaning."""

    label: str
    path: str
    packs: tuple[tuple[str, str], ...]


@cache
def choices() -> tuple[tuple[str, str], ...]:
    """Return every available pack with its meaning."""
    return tuple((name, pack(name).says) for name in available())


def pack_views(value: Any, path: str, context: tuple[str, ...] = ()) -> Iterator[PacksView]:  # noqa: ANN401  (YAML)
    """Find the searches of a metric, each with its position in the rule."""
    if isinstance(value, list):
        for index, each in enumerate(cast("list[Any]", value)):
            yield from pack_views(each, f"{path}.{index}", context)
    if not isinstance(value, dict):
        return
    mapping = cast("dict[str, Any]", value)
    speaker: object = mapping.get("speaker")
    here = (*context, spoken_by(speaker)) if isinstance(speaker, str) else context
    for key, each in mapping.items():
        if key == "any_of" and (conditions := _conditions(each)):
            yield PacksView(label=" ".join((*here, _("says"))), path=f"{path}.{key}", packs=_used(conditions))
        else:
            branch = () if context or isinstance(key, int) else (_(_BRANCHES.get(key, "")),)
            yield from pack_views(each, f"{path}.{key}", (*filter(None, branch), *here))


_BRANCHES = {
    "answer": later("Yes when"),
    "trigger": later("Asked when"),
    "not_when": later("N/A when"),
    "excused_when": later("Excused when"),
}


def spoken_by(speaker: str) -> str:
    """Return the speaker in words; one that no form knows as it is written."""
    return _(VALUES.get(speaker, speaker))


def _conditions(value: Any) -> list[Mapping[str, Any]]:  # noqa: ANN401
    """Return the entries of a list if each is a condition on one turn, else none."""
    entries = cast("list[Any]", value) if isinstance(value, list) else []
    found = [cast("Mapping[str, Any]", each) for each in entries if isinstance(each, dict)]
    is_plain = all(_CONDITIONS & each.keys() and not {"any_of", "speaker"} & each.keys() for each in found)
    return found if is_plain and len(found) == len(entries) else []


def _used(entries: list[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, _says(name)) for each in entries if isinstance(name := each.get("wording"), str))


def _says(name: str) -> str:
    """Return the meaning of a pack, empty for an unknown pack."""
    try:
        return pack(name).says if is_reference(name) else ""
    except KeyError:
        return ""
