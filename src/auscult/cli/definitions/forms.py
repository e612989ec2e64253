"""``auscult forms``: evaluation forms, checked, published and read."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from auscult.cli.definitions.form_versions import PublishingNote
from auscult.cli.terminal import checked, hints, options
from auscult.domain.definitions.form_version import FormVersion, signed
from auscult.domain.errors import FormError, NotFoundError, counted
from auscult.domain.form import Form
from auscult.domain.probe import Probe
from auscult.domain.said.spelling import did_you_mean

STARTER = "starter"

_DOCUMENTS = "Forms, YAML or JSON; the word starter names those that come along, starter-es those for Spanish."
Documents = Annotated[list[Path], typer.Argument(metavar="FILE", help=_DOCUMENTS)]
MaybeDocuments = Annotated[list[Path] | None, typer.Argument(metavar="[FILE]", help=_DOCUMENTS)]
OfApp = Annotated[
    str | None, typer.Option("--app", metavar="ID", help="App whose forms; without it, the forms that come along.")
]


def check(
    files: MaybeDocuments = None,
    *,
    with_examples: Annotated[
        bool, typer.Option("--examples", help="Try the forms on their examples, too: the files, or those in force.")
    ] = False,
    app: options.OfExamples = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Check forms: every fault with line, field, reason, and what would be right.

    Several are also checked together: one form for each queue, channel and direction, and an id for each.
    A metric that needs an engine that is not here is named too; such a form is right, and cannot be published yet.
    """
    from auscult.services.definitions.forms.reading import check_forms

    if not files and not with_examples:
        raise typer.BadParameter("name the forms to check, or try those in force with --examples", param_hint="FILE")
    faults = 0
    forms: list[Form] = []
    for name, found in check_forms(documents_of_all(files or ()), answered=_answered()).items():
        faults += len(found.problems)
        problems = [("error", found.problems), ("unanswered", found.unanswered), ("warning", found.warnings)]
        form = found.form
        forms += [form] if form else []
        right = f"{form.id} is right: {counted(len(form.metrics), 'metric')}, {form.channel}" if form else None
        checked.print_problems(name, problems, right, as_json=as_json)
    if with_examples:
        from auscult.cli.form_examples import check_on_examples

        faults += check_on_examples(forms if files else None, app, database, as_json=as_json)
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
    """Publish forms: conversations that are loaded from now on are scored with them.

    A form that is published already gets a new version; the same document again changes nothing.
    They are checked against each other and the other forms in force: one form for each queue, channel and direction.
    Of several files all are published, or, where one cannot be used, none.
    """
    from auscult import bootstrap
    from auscult.services.definitions.forms.publish import publish

    documents = documents_of_all(files)
    with bootstrap.open(options.settings_of(database)) as application:
        tenant = options.tenant_of(application.store, account, org, app)
        store = application.store.within(tenant)
        published = publish(store.forms, documents, application.answered, signed(None, note))
        for version in published:
            typer.echo(f"{version.form_id} version {version.version} is in force for {app}")
        hints.after_publishing(store, published)


def listing(*, app: OfApp = None, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """List the forms in force."""
    from auscult.services.definitions.forms.reading import all_starter_documents, read_form

    if app is None:
        versions = [(read_form(document), None) for document in all_starter_documents().values()]
    else:
        versions = [(read_form(one.document, one.version), one.published_at) for one in _in_force(app, database)]
    for form, published_at in versions:
        shown = {"id": form.id, "version": form.version, "channel": form.channel, "name": form.name}
        if as_json:
            typer.echo(msgspec.json.encode(shown | {"metrics": len(form.metrics), "published_at": published_at}))
            continue
        since = f"  published {published_at:%Y-%m-%d %H:%M}" if published_at else ""
        typer.echo(
            f"{form.id}  version {form.version}  {form.channel}  {len(form.metrics)} metrics  {form.name}{since}"
        )


def schema() -> None:
    """Print the JSON Schema of a form, by which editors complete and check it.

    It covers keys and values; forms check also finds faults that only show in the whole form.
    """
    from auscult import bootstrap
    from auscult.metrics import METRICS
    from auscult.services.definitions.forms.schema import form_schema

    bootstrap.plug_in()
    typer.echo(msgspec.json.format(msgspec.json.encode(form_schema(METRICS)), indent=2))


def show(
    form_id: Annotated[str, typer.Argument(metavar="FORM_ID", help="The form's id, as ef-starter-voice.")],
    *,
    app: OfApp = None,
    version: Annotated[int | None, typer.Option(metavar="N", help="Which version. Default: the newest.")] = None,
    is_draft: Annotated[bool, typer.Option("--draft", help="The draft, and no version.")] = False,
    is_expanded: Annotated[
        bool, typer.Option("--expand", help="Write out the lines of wording packs, so that the form needs none.")
    ] = False,
    database: options.Database = None,
) -> None:
    """Print a form as its author wrote it."""
    from auscult.services.definitions.forms.reading import all_starter_documents, read_form

    if app is None:
        documents = {read_form(document).id: document for document in all_starter_documents().values()}
        document = documents.get(form_id)
        known = sorted(documents)
    else:
        from auscult.services.definitions.forms.drafts import get_draft

        with options.known_app(database, app) as its:
            forms = its.forms
            found = get_draft(forms, form_id) if is_draft else forms.get(form_id, version)
            document = found.document if found else None
            known = [one.form_id for one in forms.in_force()]
    if document is None:
        which = form_id if version is None else f"{form_id} version {version}"
        hint = did_you_mean(form_id, known, f"there is: {', '.join(known) or 'none yet'}")
        raise NotFoundError(f"there is no form {which}; {hint}", code="form.unknown", field="FORM_ID")
    if is_expanded:
        from auscult.services.definitions.form_packs import expanded

        document = expanded(document)
    typer.echo(document, nl=not document.endswith(b"\n"))


def documents_of(file: Path) -> dict[str, bytes]:
    """Return the documents that a FORM argument names, a file or the word ``starter``: name for messages -> document.

    ``starter`` names the forms of every language, ``starter-es`` those of one, ``starter-ai`` those for AI agents.

    A file for several channels has one document for each.
    """
    from auscult.services.definitions.form_channels import by_channel

    if _is_starter(file):
        return {f"{name}.yaml": document for name, document in _starters(str(file)).items()}
    if not file.is_file():
        raise NotFoundError(f"there is no file {file}; give a form, or the word {STARTER}", code="file.unknown")
    document = file.read_bytes()
    channels = by_channel(document)
    return {f"{file} ({channel})": one for channel, one in channels.items()} if channels else {str(file): document}


def _is_starter(file: Path) -> bool:
    return str(file).partition("-")[0] == STARTER and not file.exists()


def _starters(word: str) -> dict[str, bytes]:
    """Return the forms that ``starter`` names: those of every language, or with ``starter-es`` those of one."""
    from auscult.services.definitions.forms.reading import (
        STARTER_LANGUAGES,
        ai_starter_documents,
        all_starter_documents,
        starter_documents,
    )

    language = word.partition("-")[2]
    if not language:
        return all_starter_documents()
    if language == "ai":
        return ai_starter_documents()
    if language not in STARTER_LANGUAGES:
        known = ", ".join(f"{STARTER}-{one}" for one in (*STARTER_LANGUAGES, "ai"))
        raise NotFoundError(f"there is no starter form {word!r}; choose one of: {known}", code="file.unknown")
    return starter_documents(language)


def documents_of_all(files: Sequence[Path]) -> dict[str, bytes]:
    """Return the documents that FORM arguments name: name for messages -> document."""
    return {name: document for file in files for name, document in documents_of(file).items()}


def forms_of(files: Sequence[Path] | None) -> tuple[Form, ...]:
    """The forms that ``--form`` names, the starter forms by default, pinned as they would be published.

    They are checked together, as they would be published: one form for each queue, channel, direction and language.
    Starter forms alone are right, as tests require; checking them would search for nothing in five languages.
    Raises ``FormError`` with every fault.
    """
    from auscult.services.definitions.form_packs import pinned
    from auscult.services.definitions.forms.reading import read_form

    files = files or [Path(STARTER)]
    documents = documents_of_all(files)
    if len(files) > 1 or not _is_starter(files[0]):
        _check(documents)
    return tuple(read_form(pinned(document)) for document in documents.values())


def _check(documents: Mapping[str, bytes]) -> None:
    """Check forms together. Raises ``FormError`` with every fault."""
    from auscult.services.definitions.forms.reading import check_forms

    found = check_forms(documents, answered=_answered())
    problems = [one.describe(name) for name, each in found.items() for one in (*each.problems, *each.unanswered)]
    if problems:
        raise FormError.of(problems)


def _answered() -> frozenset[type[Probe]]:
    """The kinds of probe for which the settings configure an engine."""
    from auscult import bootstrap

    return bootstrap.evaluator(options.settings_of(None)).answered


def _in_force(app: str, database: str | None) -> list[FormVersion]:
    with options.known_app(database, app) as its:
        return its.forms.in_force()
