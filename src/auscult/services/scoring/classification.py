"""Taxonomies in force: published, and put into the analyzers of their app, for the conversations that come from then on."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache

from auscult.analyzers.topics.configured_intents import ConfiguredIntents
from auscult.domain.definitions.definition import Definition
from auscult.domain.definitions.form_version import UNSIGNED, Signed
from auscult.domain.definitions.taxonomy import Taxonomy
from auscult.domain.errors import TaxonomyError
from auscult.services.definitions.taxonomies import TaxonomyCheck, check_taxonomy, read_taxonomy
from auscult.services.scoring.analyze import Analyzers
from auscult.storage.definitions.repository import AppDefinitions
from auscult.storage.store import AppStore

KIND = "taxonomy"
KEPT_VERSIONS = 4
"""The version in force and three former ones are listed."""
MOST_KEPT = 64

_read_kept = lru_cache(maxsize=MOST_KEPT)(read_taxonomy)


class TaxonomyClassifier:
    """Gives each app its analyzers; the taxonomies of an app are read once by this process. Threads may share it."""

    def __init__(self) -> None:
        """Nothing is read before it is asked for."""
        self._kept: dict[tuple[object, ...], Analyzers] = {}

    def for_app(self, app: AppStore, analyzers: Analyzers) -> Analyzers:
        """The analyzers, with the app's taxonomies in that of configured intents."""
        stored = app.definitions.in_force(KIND) if ConfiguredIntents.field in analyzers else []
        if not stored:
            return analyzers
        key = (app.tenant.app_id, *((one.name, one.version) for one in stored))
        sorting = self._kept.get(key)
        if sorting is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            sorting = self._kept[key] = sorted_by(analyzers, in_force(app.definitions).values())
        return sorting


def sorted_by(analyzers: Analyzers, taxonomies: Iterable[Taxonomy]) -> Analyzers:
    """The analyzers, with these taxonomies in that of configured intents."""
    return {**analyzers, ConfiguredIntents.field: ConfiguredIntents(taxonomies)}


def in_force(definitions: AppDefinitions) -> dict[str, Taxonomy]:
    """The taxonomies in force, by id. One that an older version took and this one does not sorts nothing."""
    found: dict[str, Taxonomy] = {}
    for one in definitions.in_force(KIND):
        with suppress(TaxonomyError):
            found[one.name] = _read_kept(one.document, one.version)
    return found


def check_against(definitions: AppDefinitions, document: bytes) -> TaxonomyCheck:
    """Check a document as it would be to publish it now."""
    return check_taxonomy(document, in_force=in_force(definitions).values())


def publish(definitions: AppDefinitions, documents: Mapping[str, bytes], signed: Signed = UNSIGNED) -> list[Definition]:
    """Check documents, by the names that errors have, against each other and those in force; publish all or none.

    Raises ``TaxonomyError`` with every problem.
    """
    known = in_force(definitions)
    new: dict[str, bytes] = {}
    problems: list[str] = []
    for name, document in documents.items():
        found = check_taxonomy(document, in_force=known.values())
        problems += [problem.describe(name) for problem in found.problems]
        if found.taxonomy is None:
            continue
        if found.taxonomy.id in new:
            problems.append(f"{name}: id: {found.taxonomy.id} is the id of another of these files too")
        new[found.taxonomy.id] = document
        known[found.taxonomy.id] = found.taxonomy
    if problems:
        raise TaxonomyError.of(problems)
    return [definitions.publish(KIND, identity, document, signed) for identity, document in new.items()]


def listed_versions(definitions: AppDefinitions, taxonomy_id: str) -> list[Definition]:
    """The newest version of a taxonomy and the three before it, the newest first; none when it is unknown."""
    return definitions.versions(KIND, taxonomy_id)[:KEPT_VERSIONS]


def read_versions(definitions: AppDefinitions, taxonomy_id: str) -> Iterator[Taxonomy]:
    """Yield those that this version of the program takes."""
    for one in listed_versions(definitions, taxonomy_id):
        with suppress(TaxonomyError):
            yield _read_kept(one.document, one.version)
