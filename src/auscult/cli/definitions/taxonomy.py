"""``auscult taxonomy``: what conversations are sorted by, checked, published and read."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.definitions.form_versions import PublishingNote
from auscult.cli.terminal import checked, options
from auscult.domain.definitions.form_version import signed
from auscult.domain.errors import NotFoundError, TaxonomyError

if TYPE_CHECKING:
    from auscult.domain.definitions.taxonomy import Taxonomy

STARTER = "starter"

_DOCUMENTS = "Taxonomies, YAML or JSON; the word starter names the one that comes along."
Documents = Annotated[list[Path], typer.Argument(metavar="FILE", help=_DOCUMENTS)]
MaybeDocuments = Annotated[list[Path] | None, typer.Argument(metavar="[FILE]", help=_DOCUMENTS)]
OfApp = Annotated[
    str | None, typer.Option("--app", metavar="ID", help="App whose taxonomies; without it, the one that comes along.")
]


def check(
    files: MaybeDocuments = None,
    *,
    with_examples: Annotated[
        bool,
        typer.Option("--examples", help="Try the taxonomies on their examples, too: the files, or those in force."),
    ] = False,
    app: options.OfExamples = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Check taxonomies: every fault with line, field, reason, and what would be right."""
    from auscult.services.definitions.taxonomies import check_taxonomy

    if not files and not with_examples:
        raise typer.BadParameter(
            "name the taxonomies to check, or try those in force with --examples", param_hint="FILE"
        )
    faults = 0
    known: list[Taxonomy] = []
    for name, document in documents_of(files or []).items():
        found = check_taxonomy(document, in_force=known)
        faults += len(found.problems)
        known += [found.taxonomy] if found.taxonomy else []
        problems = [("error", found.problems), ("warning", found.warnings)]
        taxonomy = found.taxonomy
        right = f"{taxonomy.id} is right: {_counted(taxonomy)}" if taxonomy else None
        checked.print_problems(name, problems, right, as_json=as_json)
    if with_examples:
        from auscult.cli.form_examples import check_topics_on_examples

        faults += check_topics_on_examples(known if files else None, app, database, as_json=as_json)
    if faults:
        raise typer.Exit(1)


def apply(
    files: Documents,
    *,
    app: options.App,
    account: options.Account = None,
    org: options.Org = None,
    database: options.Database = None,
    note: PublishingNote = None,
) -> None:
    """Publish taxonomies: conversations that are loaded from now on are sorted by them; earlier ones stay as they are.

    One that is published already gets a new version; the same document again changes nothing.
    Of several files all are published, or, where one cannot be used, none.
    """
    from auscult.services.scoring.classification import publish

    documents = documents_of(files)
    with options.named_app(database, account, org, app) as its:
        for one in publish(its.definitions, documents, signed(None, note)):
            typer.echo(f"{one.name} version {one.version} is in force for {app}")


def listing(
    taxonomy_id: Annotated[
        str | None, typer.Argument(metavar="TAXONOMY_ID", help="List the newest versions of this one.")
    ] = None,
    *,
    app: OfApp = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """List the taxonomies in force; or of one the version in force and the three before it, the newest first."""
    from auscult.services.definitions.taxonomies import read_taxonomy, starter_taxonomy
    from auscult.services.scoring.classification import KIND, listed_versions

    if app is None:
        found = [(read_taxonomy(starter_taxonomy()), None, None)]
    else:
        with options.known_app(database, app) as its:
            definitions = its.definitions
            stored = definitions.in_force(KIND) if taxonomy_id is None else listed_versions(definitions, taxonomy_id)
        found = [(read_taxonomy(one.document, one.version), one.published_at, one.removed_at) for one in stored]
    if taxonomy_id is not None:
        found = [one for one in found if one[0].id == taxonomy_id]
        if not found:
            raise _unknown(taxonomy_id, None)
    for taxonomy, published_at, retired_at in found:
        if as_json:
            shown = {"id": taxonomy.id, "version": taxonomy.version, "name": taxonomy.name}
            more = {"languages": taxonomy.languages, "topics": taxonomy.counts()}
            dates = {"published_at": published_at, "retired_at": retired_at}
            typer.echo(msgspec.json.encode(shown | more | dates))
            continue
        since = f"  published {published_at:%Y-%m-%d %H:%M}" if published_at else ""
        until = f"  retired {retired_at:%Y-%m-%d %H:%M}" if retired_at else ""
        typer.echo(f"{taxonomy.id}  version {taxonomy.version}  {_counted(taxonomy)}  {taxonomy.name}{since}{until}")


def show(
    taxonomy_id: Annotated[str, typer.Argument(metavar="TAXONOMY_ID", help="The taxonomy's id, as tx-general.")],
    *,
    app: OfApp = None,
    version: Annotated[int | None, typer.Option(metavar="N", help="Which version. Default: the newest.")] = None,
    database: options.Database = None,
) -> None:
    """Print a taxonomy as its author wrote it."""
    from auscult.services.definitions.taxonomies import read_taxonomy, starter_taxonomy
    from auscult.services.scoring.classification import KIND

    document: bytes | None = None
    if app is None:
        document = starter_taxonomy()
        document = document if read_taxonomy(document).id == taxonomy_id and version in (None, 1) else None
    else:
        with options.known_app(database, app) as its:
            definitions = its.definitions
            found = definitions.get(KIND, taxonomy_id, version)
            document = found.document if found else None
    if document is None:
        raise _unknown(taxonomy_id, version)
    typer.echo(document, nl=not document.endswith(b"\n"))


def documents_of(files: list[Path]) -> dict[str, bytes]:
    """Return the documents that arguments name: files, or the word ``starter``. Name as given -> document."""
    from auscult.services.definitions.taxonomies import starter_taxonomy

    documents: dict[str, bytes] = {}
    for file in files:
        if str(file) == STARTER and not file.exists():
            documents["general.yaml"] = starter_taxonomy()
        elif file.is_file():
            documents[str(file)] = file.read_bytes()
        else:
            raise NotFoundError(f"there is no file {file}; give a taxonomy, or the word {STARTER}", code="file.unknown")
    return documents


def taxonomies_of(files: list[Path]) -> "tuple[Taxonomy, ...]":
    """The taxonomies that options name, read. Raises ``TaxonomyError`` with every fault."""
    from auscult.services.definitions.taxonomies import check_taxonomy

    read: list[Taxonomy] = []
    problems: list[str] = []
    for name, document in documents_of(files).items():
        found = check_taxonomy(document, in_force=read)
        problems += [problem.describe(name) for problem in found.problems]
        read += [found.taxonomy] if found.taxonomy else []
    if problems:
        raise TaxonomyError.of(problems)
    return tuple(read)


def _counted(taxonomy: "Taxonomy") -> str:
    return " > ".join(str(count) for count in taxonomy.counts()) + " topics"


def _unknown(taxonomy_id: str, version: int | None) -> NotFoundError:
    which = taxonomy_id if version is None else f"{taxonomy_id} version {version}"
    return NotFoundError(f"there is no taxonomy {which} here", code="taxonomy.unknown", field="TAXONOMY_ID")
