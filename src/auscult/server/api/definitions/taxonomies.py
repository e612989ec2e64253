"""Taxonomies, which classify conversations: checked, published, and read in every version."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, Literal

from litestar.params import RawBody
from msgspec import Struct

from auscult.domain.definitions.definition import Definition
from auscult.domain.definitions.form_version import signed
from auscult.domain.definitions.taxonomy import Taxonomy
from auscult.domain.errors import NotFoundError, TaxonomyError, unknown
from auscult.domain.operations.records import made_from
from auscult.server.problems import RefusedDocumentError
from auscult.server.rest import operation
from auscult.server.rest.context import App, Rights
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.lists import Called, OnePage
from auscult.server.rest.openapi import answer
from auscult.server.rest.parameters import PublishingNote, Version, path_id
from auscult.server.rest.request import ApiResponse, Takes
from auscult.services.definitions.taxonomies import read_taxonomy
from auscult.services.scoring.classification import KIND, check_against, listed_versions

TaxonomyId = Annotated[str, path_id("The taxonomy, percent-encoded.", "tx-shop")]


class ListedTaxonomy(Struct, frozen=True, kw_only=True):
    """One version of a taxonomy in a list. ``topics``: the numbers of topics on levels 1, 2 and 3.

    ``name``, ``languages`` and ``topics`` are null if it can no longer be read.
    """

    id: str
    version: int
    name: str | None
    languages: tuple[str, ...] | None
    topics: tuple[int, ...] | None
    published_at: datetime
    retired_at: datetime | None


TaxonomyList = Annotated[OnePage[ListedTaxonomy], Called("TaxonomyList", "Taxonomies, or versions of one.")]


class TaxonomyDocument(ListedTaxonomy, frozen=True, kw_only=True):
    """One version of a taxonomy, with the document as its author wrote it."""

    document: str


class TaxonomyProblem(Struct, frozen=True, kw_only=True):
    """One problem found by checking a taxonomy. An ``error`` prevents publishing."""

    kind: Literal["error", "warning"]
    line: int | None
    field: str
    reason: str


class CheckedTaxonomy(Struct, frozen=True, kw_only=True):
    """Result of checking a taxonomy. ``can_be_published`` takes those in force into account."""

    id: str | None
    can_be_published: bool
    problems: tuple[TaxonomyProblem, ...]


class PublishedTaxonomy(Struct, frozen=True, kw_only=True):
    """The newest version of a taxonomy, which is in force unless it is retired.

    ``published_by``: the user or client, null where the command line published it; ``note``: their reason, if given.
    """

    id: str
    version: int
    published_at: datetime
    published_by: str | None
    note: str | None
    retired_at: datetime | None


_PUBLISHED: dict[str, Any] = {
    "id": "tx-shop",
    "version": 2,
    "published_at": "2026-03-23T10:17:54Z",
    "published_by": "dana@example.com",
    "note": "Cards have a topic of their own",
    "retired_at": None,
}
example(_PUBLISHED)(PublishedTaxonomy)
_ITEM: dict[str, Any] = {**_PUBLISHED, "name": "Shop", "languages": ["en"], "topics": [1, 1, 1]}
_REASON = {"name": "Late", "description": "A delivery did not come in time.", "examples": ["where is my parcel"]}
_DOCUMENT: dict[str, Any] = {
    "id": "tx-shop",
    "name": "Shop",
    "topics": [{"name": "Shop", "topics": [{"name": "Delivery", "topics": [_REASON]}]}],
}
_BODY = Takes(
    "A taxonomy, as YAML or JSON; recognised by its content.",
    _DOCUMENT,
    {"type": "object", "description": "A taxonomy as docs/reference/taxonomies.md has it, in JSON or YAML."},
    ("application/yaml",),
)
_TOO_LARGE = "The document is larger than any taxonomy may be."
_EXAMPLE_PROBLEM: dict[str, Any] = {
    "kind": "error",
    "line": 4,
    "field": "topics[0].name",
    "reason": "has 61 characters; at most 50 are allowed",
}
example(_ITEM)(ListedTaxonomy)
example({**_ITEM, "document": "id: tx-shop\nname: Shop\n"})(TaxonomyDocument)
example({"id": None, "can_be_published": False, "problems": [_EXAMPLE_PROBLEM]})(CheckedTaxonomy)


@operation.get("/taxonomies", may=reading("forms"))
def list_taxonomies(app: App) -> TaxonomyList:
    """List the taxonomies in force. Each in its newest version, by id; retired ones are left out."""
    found = app.definitions.in_force(KIND)
    return OnePage(items=tuple(ListedTaxonomy(**_listed(one)) for one in found))


@operation.get("/taxonomies/{taxonomy_id}/versions", may=reading("forms"), summary="The newest versions of a taxonomy")
def list_taxonomy_versions(taxonomy_id: TaxonomyId, app: App) -> TaxonomyList:
    """List the newest versions first. A published version never changes; older ones can still be read by number."""
    found = listed_versions(app.definitions, taxonomy_id)
    if not found:
        raise _unknown(taxonomy_id)
    return OnePage(items=tuple(ListedTaxonomy(**_listed(one)) for one in found))


@operation.get("/taxonomies/{taxonomy_id}", may=reading("forms"), summary="One taxonomy")
def get_taxonomy(taxonomy_id: TaxonomyId, app: App, version: Version = None) -> TaxonomyDocument:
    """Return the newest version, or another one, with the document as its author wrote it."""
    found = app.definitions.get(KIND, taxonomy_id, version)
    if found is None:
        raise _unknown(taxonomy_id, version)
    document = found.document.decode("utf-8-sig", "replace")
    return TaxonomyDocument(**_listed(found), document=document)


@operation.post("/taxonomies/check", may=reading("forms"), refuses={413: _TOO_LARGE}, takes=_BODY)
def check_taxonomy(body: RawBody, app: App) -> CheckedTaxonomy:
    """Check a taxonomy. The answer has the problems that publishing the document now would have. Nothing is changed."""
    found = check_against(app.definitions, body)
    return CheckedTaxonomy(
        id=found.taxonomy.id if found.taxonomy else None,
        can_be_published=found.taxonomy is not None,
        problems=(
            *[TaxonomyProblem(kind="error", **one.as_dict()) for one in found.problems],
            *[TaxonomyProblem(kind="warning", **one.as_dict()) for one in found.warnings],
        ),
    )


@operation.post(
    "/taxonomies",
    may=writing("forms"),
    status=201,
    refuses={
        413: _TOO_LARGE,
        422: "The taxonomy cannot be used; `errors` has every fault with line, field and reason.",
    },
    answers={200: answer("This document is in force already.", PublishedTaxonomy, _PUBLISHED)},
    takes=_BODY,
)
def publish_taxonomy(
    body: RawBody, app: App, rights: Rights, note: PublishingNote = None
) -> ApiResponse[PublishedTaxonomy]:
    """Publish a taxonomy. It classifies the conversations that are analysed from now on; earlier ones stay.

    An existing taxonomy gets a new version; the same document again changes nothing.
    """
    found = check_against(app.definitions, body)
    if found.taxonomy is None:
        raise RefusedDocumentError("taxonomy", found.problems)
    before = app.definitions.get(KIND, found.taxonomy.id)
    stored = app.definitions.publish(KIND, found.taxonomy.id, body, signed(rights.name, note))
    is_new = before is None or before.version != stored.version
    return ApiResponse(_published(stored), status_code=201 if is_new else 200)


@operation.post(
    "/taxonomies/{taxonomy_id}/retire",
    may=writing("forms"),
    example={"retired_at": "2026-06-30T16:00:00Z"},
    command="taxonomy retire",
)
def retire_taxonomy(taxonomy_id: TaxonomyId, app: App) -> PublishedTaxonomy:
    """Retire a taxonomy. Conversations that are analysed from now on are not classified by it.

    Its results and versions stay; publishing it again, even the same document, makes a new version.
    """
    stored = app.definitions.remove(KIND, taxonomy_id)
    if stored is None:
        raise _unknown(taxonomy_id)
    return _published(stored)


def _listed(one: Definition) -> dict[str, Any]:
    taxonomy: Taxonomy | None = None
    with suppress(TaxonomyError):  # a version that was accepted once and would be refused today
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
    return made_from(PublishedTaxonomy, stored, id=stored.name, published_by=stored.by, retired_at=stored.removed_at)


def _unknown(taxonomy_id: str, version: int | None = None) -> NotFoundError:
    which = taxonomy_id if version is None else f"{taxonomy_id} version {version}"
    return unknown("taxonomy", taxonomy_id, "There is no taxonomy {which} in this app.", which=which)


ROUTER = operation.router(__name__)
