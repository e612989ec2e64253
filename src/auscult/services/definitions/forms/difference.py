"""Comparison of two forms: the choice of the two, and their differences, for the command and our own API."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from auscult.domain.definitions.form_difference import Aspect, Change, FormDifference, Value, differences
from auscult.domain.definitions.form_version import FormVersion
from auscult.domain.errors import FormError, NotFoundError, RequestError, unknown
from auscult.domain.form import Form
from auscult.domain.operations.records import made_from
from auscult.services.definitions.forms.cache import read_kept
from auscult.services.definitions.forms.document import field_name
from auscult.services.definitions.forms.drafts import get_draft
from auscult.services.definitions.forms.reading import read_form
from auscult.storage.definitions.forms import AppForms

DRAFT = "draft"
"""The word by which a draft is meant, where a version may be named too."""
_LONGEST_NUMBER = 10


class Named(Struct, frozen=True, kw_only=True):
    """A form, and what to call it: ``version 3``, ``draft``, or the name of a file."""

    name: str
    form: Form
    version: int | None = None


class ChangeLine(Struct, frozen=True, kw_only=True):
    """One value that differs. ``before`` and ``after`` are absent where there is none; of lists, also what came and went."""

    field: str
    aspect: Aspect
    before: Any | UnsetType = UNSET
    after: Any | UnsetType = UNSET
    gone: tuple[Any, ...] | UnsetType = UNSET
    come: tuple[Any, ...] | UnsetType = UNSET


class MetricLine(Struct, frozen=True, kw_only=True):
    """Metric that differs. ``judged_anew``: answers given before are not valid under the form after."""

    id: str
    name: str
    change: Literal["added", "removed", "changed"]
    judged_anew: bool
    changes: tuple[ChangeLine, ...]


class Side(Struct, frozen=True, kw_only=True):
    """One of the two. ``version`` is null for a draft and for a document that is not published."""

    id: str
    name: str
    version: int | None


class ComparedForms(Struct, frozen=True, kw_only=True):
    """Differences of two forms. ``reordered``: metrics of both have another order."""

    before: Side
    after: Side
    same: bool
    changes: tuple[ChangeLine, ...]
    metrics: tuple[MetricLine, ...]
    reordered: bool


class VersionChanges(Struct, frozen=True, kw_only=True):
    """Changes of a version against the one before it: ids of metrics, and fields of the form itself.

    All are null for the first version, and where it or the one before can no longer be read. ``metric_versions`` counts
    the changes of each metric of the version so far; null where it cannot be read.
    """

    added: tuple[str, ...] | None
    removed: tuple[str, ...] | None
    changed: tuple[str, ...] | None
    fields: tuple[str, ...] | None
    metric_versions: dict[str, int] | None


_UNKNOWN = VersionChanges(added=None, removed=None, changed=None, fields=None, metric_versions=None)


def history(versions: Sequence[FormVersion]) -> list[VersionChanges]:
    """Return the changes of each version of a form, in the order given, which is the newest first."""
    changes: list[VersionChanges] = []
    counts: dict[str, int] = {}
    before: Form | None = None
    for version in reversed(versions):
        try:
            form = read_kept(version.document, version.version)
        except FormError:  # a version that was taken once and would not be today
            changes.append(_UNKNOWN)
            before = None
            continue
        found = differences(before, form) if before is not None else None
        new = {metric.id for metric in form.metrics} - counts.keys()
        said = {one.id for one in found.metrics if one.change != "removed"} if found else new
        counts |= {each: counts.get(each, 0) + 1 for each in said | new}
        changes.append(_changes(found, {metric.id: counts[metric.id] for metric in form.metrics}))
        before = form
    return changes[::-1]


def _changes(found: FormDifference | None, metric_versions: dict[str, int]) -> VersionChanges:
    if found is None:
        return replace(_UNKNOWN, metric_versions=metric_versions)

    def ids(change: str) -> tuple[str, ...]:
        return tuple(one.id for one in found.metrics if one.change == change)

    return VersionChanges(
        added=ids("added"),
        removed=ids("removed"),
        changed=ids("changed"),
        fields=tuple(dict.fromkeys(str(change.path[0]) for change in found.changes)),
        metric_versions=metric_versions,
    )


def choose(forms: AppForms, form_id: str, which: str | None = None) -> Named:
    """A form as it is named: by the number of a version, by the word ``draft``, or not at all, which means the newest.

    Raises ``NotFoundError`` ``form.unknown``, ``draft.unknown``; ``RequestError`` ``version.invalid``.
    """
    if which == DRAFT:
        return Named(name=DRAFT, form=read_form(get_draft(forms, form_id).document))
    if which is not None and not (which.isascii() and which.isdigit() and len(which) <= _LONGEST_NUMBER):
        raise RequestError(
            "{value!r} names no version; give a number, or {draft}",
            draft=DRAFT,
            code="version.invalid",
            field="version",
            value=which,
        )
    found = forms.get(form_id, None if which is None else int(which))
    if found is None:
        known = ", ".join(str(each.version) for each in forms.versions(form_id))
        message = (
            f"form {form_id} has no version {which}; there is: {known}" if known else f"there is no form {form_id}"
        )
        raise NotFoundError(message, code="form.unknown", field="form_id", value=form_id)
    return _named(found)


def choose_two(forms: AppForms, form_id: str) -> tuple[Named, Named]:
    """Return the forms compared by default: the newest version with the draft, or, without one, with that before it.

    Raises ``NotFoundError`` ``form.unknown``, ``draft.unknown`` where there is nothing to compare with.
    """
    if forms.draft(form_id) is not None:
        return choose(forms, form_id), choose(forms, form_id, DRAFT)
    older = forms.versions(form_id)[1:]
    newest = choose(forms, form_id)
    if not older:
        raise unknown(
            "draft",
            form_id,
            "{value} has one version and no draft: there is nothing to compare it with",
            field="form_id",
        )
    return _named(older[0]), newest


def compared(before: Named, after: Named) -> ComparedForms:
    """Compare them, and return the lines."""
    found = differences(before.form, after.form)
    return ComparedForms(
        before=_side(before),
        after=_side(after),
        same=found.is_empty,
        changes=tuple(_line(change) for change in found.changes),
        metrics=_metrics(found),
        reordered=found.is_reordered,
    )


def _named(version: FormVersion) -> Named:
    form = read_kept(version.document, version.version)
    return Named(name=f"version {version.version}", form=form, version=version.version)


def _side(named: Named) -> Side:
    return Side(id=named.form.id, name=named.name, version=named.version)


def _metrics(found: FormDifference) -> tuple[MetricLine, ...]:
    return tuple(
        made_from(
            MetricLine, one, judged_anew=one.is_judged_anew, changes=tuple(_line(change) for change in one.changes)
        )
        for one in found.metrics
    )


def _line(change: Change) -> ChangeLine:
    return ChangeLine(
        field=field_name(change.path),
        aspect=change.aspect,
        before=_shown(change.before),
        after=_shown(change.after),
        gone=tuple(map(_shown, change.gone)) if change.is_list else UNSET,
        come=tuple(map(_shown, change.come)) if change.is_list else UNSET,
    )


def _shown(value: Value) -> object:
    """JSON's own numbers for decimals: whole where they are."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, list):
        return [_shown(each) for each in value]
    return {key: _shown(each) for key, each in value.items()} if isinstance(value, dict) else value
