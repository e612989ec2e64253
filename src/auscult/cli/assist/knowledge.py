"""``auscult knowledge``: what an app knows, and its assistant may quote."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.domain.errors import AuscultError

if TYPE_CHECKING:
    from auscult.domain.assist.knowledge import Document


def _must_exist(files: list[Path]) -> list[Path]:
    """Refuse a command line that names a file which is not there, before anything is changed."""
    for file in files:
        if not file.is_file():
            raise typer.BadParameter(f"there is no file {file}")
    return files


Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE", callback=_must_exist, help="Markdown, HTML, CSV (question, answer) or PDF."),
]
Names = Annotated[list[str], typer.Argument(metavar="NAME", help="Names of documents, as list shows them.")]
Language = Annotated[str, typer.Option("--language", metavar="CODE", help="The language, by its code. Default: en.")]
MaybeLanguage = Annotated[str | None, typer.Option("--language", metavar="CODE", help="Only this language.")]
Kind = Annotated[
    str | None,
    typer.Option("--kind", metavar="KIND", help="markdown, html, csv or pdf, where neither name nor content shows it."),
]


def add(
    files: Files,
    *,
    app: options.App,
    account: options.Account = None,
    org: options.Org = None,
    language: Language = "en",
    kind: Kind = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Add documents to the knowledge of an app; a document of the same name replaces the earlier one.

    Each change is a new version of the language's base, and conversations that go on are answered from it at once.
    A document that cannot be read is named, and the others are added.
    """
    from auscult import bootstrap
    from auscult.cli.terminal.errors import report
    from auscult.services.assist.knowledge import add_document

    refused = 0
    with bootstrap.open(options.settings_of(database)) as application:
        tenant = options.tenant_of(application.store, account, org, app)
        for file in files:
            try:
                change = add_document(application.store.within(tenant), file.name, file.read_bytes(), language, kind)
            except AuscultError as error:
                refused += 1
                typer.echo(f"{file}:", err=True)
                report(error, as_json=as_json)
                continue
            _print_document(change.document, "added" if change.is_new else "unchanged", change.version, as_json=as_json)
    if refused:
        raise typer.Exit(1)


def listing(
    *,
    app: options.KnownApp,
    language: MaybeLanguage = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """List the documents of an app, by language and name."""
    from auscult import bootstrap
    from auscult.services.assist.knowledge import language_of

    with bootstrap.open(options.settings_of_existing(database)) as application:
        knowledge = application.store.within(options.known_tenant(application.store, app)).knowledge
        versions = knowledge.versions()
        for document in knowledge.documents(None if language is None else language_of(language)):
            _print_document(document, "in force", versions[document.language], as_json=as_json)


def remove(
    names: Names,
    *,
    app: options.KnownApp,
    language: Language = "en",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Remove documents from the knowledge of an app. Quotations of them in conversations are kept."""
    from auscult import bootstrap
    from auscult.services.assist.knowledge import remove_document

    with bootstrap.open(options.settings_of_existing(database)) as application:
        store = application.store.within(options.known_tenant(application.store, app))
        for name in names:
            change = remove_document(store, name, language)
            _print_document(change.document, "removed", change.version, as_json=as_json)


def search(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What a customer or an agent would ask.")],
    *,
    app: options.KnownApp,
    language: Language = "en",
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=20, help="Most passages. Default: 3.")] = 3,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Search as the assistant does, to see what it would quote; nothing is kept."""
    from auscult import bootstrap

    settings = options.settings_of_existing(database)
    with bootstrap.open(settings) as application:
        store = application.store.within(options.known_tenant(application.store, app))
        with closing(bootstrap.assistant(settings)) as assistant:
            found = assistant.library.search(store, language, question, limit)
    for each in found.found:
        is_enough = each in found.fit
        if as_json:
            line: dict[str, Any] = {
                "score": each.score,
                "is_enough": is_enough,
                "version": found.version,
                **msgspec.to_builtins(each.passage),
            }
            typer.echo(msgspec.json.encode(line))
            continue
        mark = "" if is_enough else ", too little to be suggested"
        typer.echo(f"{each.score:.2f}{mark}  {each.passage.source}: {each.passage.title}")
        typer.echo("".join(f"    {line}\n" for line in each.passage.text.split("\n")))
    if not found.found:
        typer.echo(f"nothing in what the app knows in {language} (version {found.version}) fits it", err=True)


def _print_document(document: "Document", what: str, version: int, *, as_json: bool) -> None:
    """Print the outcome for a document, in one line."""
    if as_json:
        typer.echo(msgspec.json.encode({"state": what, "version": version, **msgspec.to_builtins(document)}))
        return
    count = f"{document.passages} passage{'s' * (document.passages != 1)}"
    typer.echo(f"{document.language}  {document.source}  {document.format}, {count}, {what} (version {version})")
