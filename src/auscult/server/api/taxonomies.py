"""Taxonomies: what conversations are sorted by, checked, published, and read in every version."""

from contextlib import suppress
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from auscult.domain.errors import NotFoundError, TaxonomyError
from auscult.domain.taxonomy import Taxonomy
from auscult.pipeline.definition_ports import Definition
from auscult.pipeline.sorting import KEPT_VERSIONS, KIND, check_against, listed_versions
from auscult.pipeline.taxonomies import TaxonomyCheck, read_taxonomy
from auscult.server.api import _query, _shown
from auscult.server.api._contract import Answer, Body, Call, Operation, Parameter, Shown, reading, writing
from auscult.server.problems import Detail, RefusedDocumentError

_LARGEST_VERSION = 2**31 - 1


class ListedTaxonomy(Struct, frozen=True, kw_only=True):
    """One version of a taxonomy, as lists show it. ``topics``: how many it has on levels 1, 2 and 3.

    ``name``, ``languages`` and ``topics`` are null where it can no longer be read.
    """

    id: str
    version: int
    name: str | None
    languages: tuple[str, ...] | None
    topics: tuple[int, ...] | None
    published_at: datetime
    retired_at: datetime | None


class TaxonomyList(Struct, frozen=True, kw_only=True):
    """Taxonomies, or versions of one."""

    items: tuple[ListedTaxonomy, ...]
    next_cursor: None = None


class TaxonomyDocument(ListedTaxonomy, frozen=True, kw_only=True):
    """One version of a taxonomy, with the document as its author wrote it."""

    document: str


class TaxonomyProblem(Struct, frozen=True, kw_only=True):
    """One thing that a look at a taxonomy found. An ``error`` stands in the way of publishing."""

    kind: Literal["error", "warning"]
    line: int | None
    field: str
    reason: str


class CheckedTaxonomy(Struct, frozen=True, kw_only=True):
    """What a look at a taxonomy found. ``can_be_published`` takes those in force into account."""

    id: str | None
    can_be_published: bool
    problems: tuple[TaxonomyProblem, ...]


class PublishedTaxonomy(Struct, frozen=True, kw_only=True):
    """The newest version of a taxonomy, which is in force unless it is retired."""

    id: str
    version: int
    published_at: datetime
    retired_at: datetime | None


def listing(call: Call) -> Answer:
    """List the taxonomies in force."""
    found = call.app.definitions.in_force(KIND)
    return Answer(200, _shown.encode(TaxonomyList(items=tuple(ListedTaxonomy(**_listed(one)) for one in found))))


def versions(call: Call) -> Answer:
    """List the newest versions of a taxonomy."""
    found = listed_versions(call.app.definitions, call.path["taxonomy_id"])
    if not found:
        raise _unknown(call.path["taxonomy_id"])
    return Answer(200, _shown.encode(TaxonomyList(items=tuple(ListedTaxonomy(**_listed(one)) for one in found))))


def show(call: Call) -> Answer:
    """Show one version of a taxonomy, or the newest."""
    taxonomy_id = call.path["taxonomy_id"]
    version = None
    if "version" in call.query:
        version = _query.whole_number(call.query, "version", 1, least=1, most=_LARGEST_VERSION)
    found = call.app.definitions.get(KIND, taxonomy_id, version)
    if found is None:
        raise _unknown(taxonomy_id, version)
    document = found.document.decode("utf-8-sig", "replace")
    return Answer(200, _shown.encode(TaxonomyDocument(**_listed(found), document=document)))


def check(call: Call) -> Answer:
    """Check a taxonomy without publishing it."""
    found = check_against(call.app.definitions, call.body)
    told = CheckedTaxonomy(
        id=found.taxonomy.id if found.taxonomy else None,
        can_be_published=found.taxonomy is not None,
        problems=(
            *[TaxonomyProblem(kind="error", **one._asdict()) for one in found.problems],
            *[TaxonomyProblem(kind="warning", **one._asdict()) for one in found.warnings],
        ),
    )
    return Answer(200, _shown.encode(told))


def publish(call: Call) -> Answer:
    """Publish a taxonomy; the same document again changes nothing."""
    found = check_against(call.app.definitions, call.body)
    if found.taxonomy is None:
        raise _refused(found)
    before = call.app.definitions.get(KIND, found.taxonomy.id)
    stored = call.app.definitions.publish(KIND, found.taxonomy.id, call.body)
    is_new = before is None or before.version != stored.version
    return Answer(201 if is_new else 200, _shown.encode(_published(stored)))


def retire(call: Call) -> Answer:
    """Put a taxonomy out of force."""
    stored = call.app.definitions.remove(KIND, call.path["taxonomy_id"])
    if stored is None:
        raise _unknown(call.path["taxonomy_id"])
    return Answer(200, _shown.encode(_published(stored)))


def _refused(found: TaxonomyCheck) -> RefusedDocumentError:
    count = "1 problem" if len(found.problems) == 1 else f"{len(found.problems)} problems"
    details = tuple(Detail(line=one.line, field=one.field, reason=one.reason) for one in found.problems)
    error = RefusedDocumentError(f"The taxonomy cannot be used: {count}.", details)
    error.reason = "taxonomy.invalid"
    return error


def _listed(one: Definition) -> dict[str, Any]:
    taxonomy: Taxonomy | None = None
    with suppress(TaxonomyError):  # a version that was taken once and would not be today
        taxonomy = read_taxonomy(one.document, one.version)
    return {
        "id": one.name,
        "version": one.version,
        "name": taxonomy.name if taxonomy else None,
        "languages": taxonomy.languages if taxonomy else None,
        "topics": taxonomy.counts() if taxonomy else None,
        "published_at": one.published_at,
        "retired_at": one.removed_at,
    }


def _published(stored: Definition) -> PublishedTaxonomy:
    return PublishedTaxonomy(
        id=stored.name, version=stored.version, published_at=stored.published_at, retired_at=stored.removed_at
    )


def _unknown(taxonomy_id: str, version: int | None = None) -> NotFoundError:
    which = taxonomy_id if version is None else f"{taxonomy_id} version {version}"
    return NotFoundError(
        f"There is no taxonomy {which} in this app.", code="taxonomy.unknown", field="taxonomy_id", value=taxonomy_id
    )


_PATH = "/api/v1/taxonomies"
_ONE = _PATH + "/{taxonomy_id}"
_PUBLISHED: dict[str, Any] = {
    "id": "tx-shop",
    "version": 2,
    "published_at": "2026-03-23T10:17:54Z",
    "retired_at": None,
}
_ITEM: dict[str, Any] = {**_PUBLISHED, "name": "Shop", "languages": ["en"], "topics": [1, 1, 1]}
_REASON = {"name": "Late", "description": "A delivery did not come in time.", "examples": ["where is my parcel"]}
_DOCUMENT: dict[str, Any] = {
    "id": "tx-shop",
    "name": "Shop",
    "topics": [{"name": "Shop", "topics": [{"name": "Delivery", "topics": [_REASON]}]}],
}
_BODY = Body(
    "document",
    {"type": "object", "description": "A taxonomy as docs/reference/taxonomies.md has it, in JSON or YAML."},
    _DOCUMENT,
    "A taxonomy, as YAML or JSON; told by the content.",
    ("application/json", "application/yaml"),
)
_TOO_LARGE = "The document is larger than any taxonomy may be."
_EXAMPLE_PROBLEM: dict[str, Any] = {
    "kind": "error",
    "line": 4,
    "field": "topics[0].name",
    "reason": "has 61 characters; at most 50 are allowed",
}

OPERATIONS = (
    Operation(
        method="GET",
        path=_PATH,
        name="list_taxonomies",
        summary="List the taxonomies in force",
        text="The newest version of each taxonomy that is not retired, by id.",
        scopes=reading("forms"),
        handle=listing,
        answers={200: Shown("The taxonomies.", TaxonomyList, {"items": [_ITEM], "next_cursor": None})},
    ),
    Operation(
        method="POST",
        path=_PATH,
        name="publish_taxonomy",
        summary="Publish a taxonomy",
        text="Conversations that are analysed from now on are sorted by it, and earlier ones stay as they are. One that "
        "is there gets a new version; the same document again changes nothing.",
        scopes=writing("forms"),
        handle=publish,
        body=_BODY,
        answers={
            200: Shown("This document is in force already.", PublishedTaxonomy, _PUBLISHED),
            201: Shown("A new version is in force.", PublishedTaxonomy, _PUBLISHED),
        },
        statuses={
            413: _TOO_LARGE,
            422: "The taxonomy cannot be used; `errors` has every fault with line, field and reason.",
        },
        may_take_long=True,
    ),
    Operation(
        method="POST",
        path=_PATH + "/check",
        name="check_taxonomy",
        summary="Check a taxonomy",
        text="What publishing it now would say, and nothing is changed.",
        scopes=reading("forms"),
        handle=check,
        body=_BODY,
        answers={
            200: Shown(
                "What the look at it found.",
                CheckedTaxonomy,
                {"id": None, "can_be_published": False, "problems": [_EXAMPLE_PROBLEM]},
            )
        },
        statuses={413: _TOO_LARGE},
        may_take_long=True,
    ),
    Operation(
        method="GET",
        path=_ONE,
        name="get_taxonomy",
        summary="One taxonomy",
        text="The newest version, or another one, with the document as its author wrote it.",
        scopes=reading("forms"),
        handle=show,
        parameters=(
            Parameter(
                "version",
                {"type": "integer", "minimum": 1, "maximum": _LARGEST_VERSION},
                "Which version. Without it, the newest.",
            ),
        ),
        answers={200: Shown("The taxonomy.", TaxonomyDocument, {**_ITEM, "document": "id: tx-shop\nname: Shop\n"})},
    ),
    Operation(
        method="GET",
        path=_ONE + "/versions",
        name="list_taxonomy_versions",
        summary="The newest versions of a taxonomy",
        text=f"The newest {KEPT_VERSIONS}, the newest first. A published version is never changed, and older ones can "
        "still be read by their number.",
        scopes=reading("forms"),
        handle=versions,
        answers={200: Shown("The versions.", TaxonomyList, {"items": [_ITEM], "next_cursor": None})},
    ),
    Operation(
        method="POST",
        path=_ONE + "/retire",
        name="retire_taxonomy",
        summary="Put a taxonomy out of force",
        text="Conversations that are analysed from now on are not sorted by it. What it found stays, and so do its "
        "versions; publishing it again, even the same document, makes a new version.",
        scopes=writing("forms"),
        handle=retire,
        answers={
            200: Shown("It is not in force.", PublishedTaxonomy, {**_PUBLISHED, "retired_at": "2026-06-30T16:00:00Z"})
        },
        may_take_long=True,
    ),
)
