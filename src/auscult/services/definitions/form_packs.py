"""Wording packs in form documents: pinned to versions when a form is published, and written out on request."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import yaml

from auscult.domain.definitions.form_version import UNSIGNED, FormVersion, Signed
from auscult.domain.errors import FormError
from auscult.metrics._finding.language import What
from auscult.metrics._finding.packed import readings_of
from auscult.services.definitions.forms.document import Path, Value, read_document
from auscult.services.definitions.forms.edit import with_numbers
from auscult.wording import Reading, is_reference, resolved

if TYPE_CHECKING:
    from auscult.storage.definitions.forms import AppForms

_CONDITIONS = frozenset(What.__struct_fields__)
_NEGATION = "not_negated"
_LISTS = ("any_of", "all_of", "none_of")


def publish_pinned(forms: "AppForms", form_id: str, document: bytes, signed: Signed = UNSIGNED) -> FormVersion:
    """Publish a document that is right, with the versions of its wording packs; a draft of the same document is done with."""
    kept = pinned(document)
    version = forms.publish(form_id, kept, signed)
    draft = forms.draft(form_id) if kept != document else None
    if draft is not None and draft.document == document:
        forms.discard_draft(form_id)
    return version


def pinned(document: bytes) -> bytes:
    """Return a document with a version in each reference to a wording pack; everything else stays as it is written.

    So a published form keeps its meaning when the packs get better. References that name a version stay.
    """
    found = dict(_references(read_document(document).value, ()))
    quote = '"' if document.lstrip().startswith(b"{") else ""
    loose = {path: f"{quote}{resolved(name)}{quote}" for path, name in found.items() if "@" not in name}
    return with_numbers(document, loose) if loose else document


def expanded(document: bytes) -> bytes:
    """Return a document that needs no packs: the lines of each are in the form itself. Comments are lost.

    Raises ``FormError`` for packs under ``all_of`` and ``none_of`` of a search that lines alone cannot express.
    """
    written = _written_out(read_document(document).value)
    text: str = yaml.dump(written, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, width=110)
    return text.encode()


class _PlainDumper(yaml.SafeDumper):
    """Dumper that writes repeated values in full, as forms have no aliases."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  (PyYAML's signature)
        return True


def _references(value: Value, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        for key, one in value.items():
            if key == "wording" and isinstance(one, str) and is_reference(one):
                yield (*path, key), one
            yield from _references(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _references(one, (*path, index))


def _written_out(value: Any) -> Any:  # noqa: ANN401  (any part of a document)
    if isinstance(value, list):
        return [_written_out(one) for one in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value if isinstance(value, str | int | bool | None) else float(value)
    mapping = cast("dict[str, Any]", value)
    if any(_is_packed(one) for key in _LISTS for one in mapping.get(key, ())):
        return _search_written_out(mapping)
    return {key: _written_out(one) for key, one in mapping.items()}


def _search_written_out(search: Mapping[str, Any]) -> dict[str, Any]:
    """Return a search without packs: where one of ``any_of`` has exceptions, one search for each of its readings."""
    search_keys = {key: _written_out(one) for key, one in search.items() if key not in _LISTS}
    every = _plain_lines(search.get("all_of", ()), is_required=True)
    never = _plain_lines(search.get("none_of", ()), is_required=False)
    some: list[Any] = search.get("any_of", [])
    plain = [one for one in some if not _is_packed(one)]
    searches = [
        _search(search_keys, [*_conditions(one, "says_so", packed)], every, [*never, *_conditions(one, "unless")])
        for packed in some
        if _is_packed(packed)
        for one in _readings(packed)
    ]
    if plain or not some:
        searches.insert(0, _search(search_keys, plain, every, never))
    return searches[0] if len(searches) == 1 else {"any_of": searches}


def _search(search_keys: Mapping[str, Any], some: list[Any], every: list[Any], never: list[Any]) -> dict[str, Any]:
    lists = zip(_LISTS, (some, every, never), strict=True)
    return {**search_keys, **{key: conditions for key, conditions in lists if conditions}}


def _plain_lines(conditions: Sequence[Any], *, is_required: bool) -> list[Any]:
    """Return conditions without packs, where that is possible one by one."""
    found: list[Any] = []
    for one in conditions:
        if not _is_packed(one):
            found.append(_written_out(one))
            continue
        said = [condition for reading in _readings(one) for condition in _conditions(reading, "says_so", one)]
        if any(_conditions(reading, "unless") for reading in _readings(one)) or (is_required and len(said) > 1):
            raise FormError(
                f"{one['wording']} has exceptions or several readings; it can be written out under any_of only"
            )
        found += said
    return found


def _conditions(reading: Reading, key: str, packed: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Return the phrases of a reading, or its exceptions, as plain conditions.

    They read negations as the condition ``packed`` does.
    """
    bare, written = (reading.says_so, reading.written) if key == "says_so" else (reading.unless, reading.unless_written)
    strict = {_NEGATION: packed[_NEGATION]} if packed and _NEGATION in packed else {}
    return [*([{"wording": list(bare)} | strict] if bare else []), *({"pattern": line} | strict for line in written)]


def _readings(condition: Mapping[str, Any]) -> tuple[Reading, ...]:
    also, never = (tuple(condition.get(key, ())) for key in ("also", "never"))
    return readings_of(What(wording=condition["wording"], also=also, never=never))


def _is_packed(value: Any) -> bool:  # noqa: ANN401  (any part of a document)
    if not isinstance(value, dict):
        return False
    mapping = cast("dict[str, Any]", value)
    return isinstance(mapping.get("wording"), str) and mapping.keys() <= _CONDITIONS
