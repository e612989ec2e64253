"""``auscult knowledge``: what an app knows, and its assistant may quote."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.domain.errors import AuscultError, RequestError

if TYPE_CHECKING:
    from auscult.domain.assist.knowledge import Document, Passage
    from auscult.domain.assist.validity import Validity, Wish

_PLACES = {
    "person": "{text}",
    "metadata": "its metadata “{text}”",
    "title": "its title “{text}”",
    "heading": "its heading “{text}”",
    "text": "its text “{text}”",
    "name": "its name",
}


Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE", callback=options.must_exist, help="Markdown, HTML, CSV (question, answer) or PDF."),
]
Names = Annotated[list[str], typer.Argument(metavar="NAME", help="Names of documents, as list shows them.")]
Language = Annotated[str, typer.Option("--language", metavar="CODE", help="The language, by its code. Default: en.")]
MaybeLanguage = Annotated[str | None, typer.Option("--language", metavar="CODE", help="Only this language.")]
Kind = Annotated[
    str | None,
    typer.Option("--kind", metavar="KIND", help="markdown, html, csv or pdf, where neither name nor content shows it."),
]

First = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="DAY",
        help="The first day on which the documents count, whatever they state themselves: 2026-03-01; none for no such "
        "day, read for what they state. It stays when a document is added again.",
    ),
]
Last = Annotated[
    str | None,
    typer.Option("--until", metavar="DAY", help="The last day on which they count, given as for --from."),
]


def add(
    files: Files,
    *,
    app: options.App,
    account: options.Account = None,
    org: options.Org = None,
    language: Language = "en",
    kind: Kind = None,
    first: First = None,
    last: Last = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Add documents to the knowledge of an app; a document of the same name replaces the earlier one.

    Each change is a new version of the language's base, and conversations that go on are answered from it at once.
    A document that cannot be read is named, and the others are added. From when to when a document counts is read in its
    name, metadata, title, first heading and first lines, unless --from or --until state it.
    """
    from auscult.cli.terminal.errors import report
    from auscult.services.assist.knowledge import add_document

    wish = _wish(first, last)
    refused = 0
    with options.named_app(database, account, org, app) as its:
        for file in files:
            try:
                change = add_document(its, file.name, file.read_bytes(), language, kind, wish=wish, by=wish.by)
            except AuscultError as error:
                refused += 1
                typer.echo(f"{file}:", err=True)
                report(error, as_json=as_json)
                continue
            _print_document(change.document, "added" if change.is_new else "unchanged", change.version, as_json=as_json)
    if refused:
        raise typer.Exit(1)


def _wish(first: str | None, last: str | None) -> "Wish":
    """Return the days that the options state, on behalf of the operator."""
    from auscult.cli.terminal.principal import principal
    from auscult.domain.assist.validity import Wish
    from auscult.services.assist.knowledge import day_of

    try:
        return Wish(
            since=msgspec.UNSET if first is None else day_of(first, "--from"),
            until=msgspec.UNSET if last is None else day_of(last, "--until"),
            by=principal(),
            at=datetime.now(UTC),
        )
    except RequestError as error:
        raise typer.BadParameter(error.message) from error


def listing(
    *,
    app: options.KnownApp,
    language: MaybeLanguage = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """List the documents of an app, by language and name."""
    from auscult.services.assist.knowledge import language_of

    with options.known_app(database, app) as its:
        knowledge = its.knowledge
        versions = knowledge.versions()
        for document in knowledge.documents(None if language is None else language_of(language)):
            state = "in force" if document.validity.holds(datetime.now(UTC).date()) else "not in force"
            _print_document(document, state, versions[document.language], as_json=as_json)


def remove(
    names: Names,
    *,
    app: options.KnownApp,
    language: Language = "en",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Remove documents from the knowledge of an app. Quotations of them in conversations are kept."""
    from auscult.cli.terminal.principal import principal
    from auscult.services.assist.knowledge import remove_document

    with options.known_app(database, app) as store:
        for name in names:
            change = remove_document(store, name, language, principal())
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
    """Search as the assistant does, to see what it would quote: of each passage the part that answers. Nothing is kept.

    With --json: the passages in force that fit best, each with the likelihood that it answers the question, and those that
    fit but do not count today, with what states so.
    """
    from auscult import bootstrap

    with (
        options.opened(database, app) as (application, store),
        closing(bootstrap.assistant(application.settings, application.store)) as assistant,
    ):
        found = assistant.library.search(store, language, question, limit)
    in_force = {each.found.passage.id for each in found.suggestions}
    over = [each.passage for each in found.found if each.passage.id not in in_force]
    if as_json:
        shown: dict[str, Any] = {
            "suggestions": [
                {
                    **_shown(each.found.passage, each.answer),
                    "likelihood": each.likelihood,
                    "is_sure": each.is_sure,
                }
                for each in found.suggestions
            ],
            "not_in_force": [
                {**_shown(each, found.answers[each.id]), "validity": msgspec.to_builtins(found.validity[each.id])}
                for each in over
            ],
            "version": found.version,
        }
        typer.echo(msgspec.json.encode(shown))
        return
    for each in found.suggestions:
        mark = ", suggested" if each.is_sure else ""
        _print_passage(f"{each.likelihood:.2f}{mark}", each.found.passage, each.answer)
    for each in over:
        _print_passage(f"never suggested: {_counts(found.validity[each.id])}", each, found.answers[each.id])
    if not found.found:
        typer.echo(f"nothing in what the app knows in {language} (version {found.version}) fits it", err=True)


def _shown(passage: "Passage", answer: str) -> dict[str, Any]:
    where = {"document": passage.source, "heading": passage.title}
    return {**where, "text": passage.text, "answer": answer, "passage_id": passage.id}


def _print_passage(mark: str, passage: "Passage", answer: str) -> None:
    """Print what answers, below where it is from."""
    typer.echo(f"{mark}  {passage.source}: {passage.title}")
    typer.echo("".join(f"    {line}\n" for line in answer.split("\n")))


def _counts(validity: "Validity") -> str:
    """Return from when to when a document counts, and who or what states so."""
    if validity.superseded_by:
        days = f"superseded by {validity.superseded_by}"
    elif validity.is_over:
        days = "over"
    else:
        first = f"from {validity.since}" if validity.since else ""
        last = f"until {validity.until}" if validity.until else ""
        days = " ".join(each for each in (first, last) if each) or "counts always"
    stated = ", ".join(_PLACES[each.place].format(text=each.text) for each in validity.sources)
    return f"{days}, by {stated}" if stated else days


def _print_document(document: "Document", what: str, version: int, *, as_json: bool) -> None:
    """Print the outcome for a document, in one line."""
    if as_json:
        typer.echo(msgspec.json.encode({"state": what, "version": version, **msgspec.to_builtins(document)}))
        return
    count = f"{document.passages} passage{'s' * (document.passages != 1)}"
    counts = "" if document.validity.is_open and not document.validity.sources else f"; {_counts(document.validity)}"
    typer.echo(
        f"{document.language}  {document.source}  {document.format}, {count}, {what} (version {version}){counts}"
    )
