"""``auscult forms``: evaluation forms, checked, published and read."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from auscult.cli import _options
from auscult.domain.errors import NotFoundError
from auscult.domain.form import Form
from auscult.pipeline.ports import FormVersion

STARTER = "starter"

Document = Annotated[
    Path, typer.Argument(metavar="FILE", help="A form, YAML or JSON; the word starter names the forms that come along.")
]
OfApp = Annotated[
    str | None, typer.Option("--app", metavar="ID", help="App whose forms; without it, the forms that come along.")
]


def check(file: Document, *, as_json: _options.AsJson = False) -> None:
    """Check a form: every fault with line, field, reason, and what would be right.

    A metric that asks what no engine here can answer is named too; such a form is right, and cannot be published yet.
    """
    from auscult.pipeline.forms import check_form

    faults = 0
    for name, document in documents_of(file).items():
        found = check_form(document)
        faults += len(found.problems)
        told = [("error", found.problems), ("unanswered", found.unanswered), ("warning", found.warnings)]
        if as_json:
            problems = [
                {"kind": kind, "line": one.line, "field": one.field, "reason": one.reason}
                for kind, some in told
                for one in some
            ]
            typer.echo(msgspec.json.encode({"file": name, "ok": found.form is not None, "problems": problems}))
            continue
        for kind, some in told:
            for one in some:
                typer.echo(one.told(name) if kind == "error" else f"{one.told(name)} ({kind})")
        if found.form is not None:
            typer.echo(f"{name}: {found.form.id} is right: {len(found.form.metrics)} metrics, {found.form.channel}")
    if faults:
        raise typer.Exit(1)


def apply(
    file: Document,
    *,
    app: _options.App,
    account: _options.Account = None,
    org: _options.Org = None,
    database: _options.Database = None,
) -> None:
    """Publish a form: conversations that are loaded from now on are scored with it.

    A form that is published already gets a new version; the same document again changes nothing.
    It is checked against the other forms in force: one form for each queue, channel and direction.
    """
    from auscult import bootstrap
    from auscult.pipeline.publish import publish

    documents = documents_of(file)
    with bootstrap.open(_options.settings_of(database)) as application:
        tenant = _options.tenant_of(application.store, account, org, app)
        published = publish(application.store.within(tenant).forms, documents, set(application.engines))
    for version in published:
        typer.echo(f"{version.form_id} version {version.version} is in force for {app}")


def listing(*, app: OfApp = None, database: _options.Database = None, as_json: _options.AsJson = False) -> None:
    """List the forms in force."""
    from auscult.pipeline.forms import read_form, starter_documents

    if app is None:
        versions = [(read_form(document), None) for document in starter_documents().values()]
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


def show(
    form_id: Annotated[str, typer.Argument(metavar="FORM_ID", help="The form's id, as ef-starter-voice.")],
    *,
    app: OfApp = None,
    version: Annotated[int | None, typer.Option(metavar="N", help="Which version. Default: the one in force.")] = None,
    database: _options.Database = None,
) -> None:
    """Print a form as its author wrote it."""
    from auscult.pipeline.forms import read_form, starter_documents

    if app is None:
        documents = {read_form(document).id: document for document in starter_documents().values()}
        document = documents.get(form_id)
        known = ", ".join(sorted(documents))
    else:
        from auscult import bootstrap

        with bootstrap.open(_options.settings_of(database)) as application:
            forms = application.store.within(_options.known_tenant(application.store, app)).forms
            found = forms.get(form_id, version)
            document = found.document if found else None
            known = ", ".join(one.form_id for one in forms.in_force()) or "none yet"
    if document is None:
        which = form_id if version is None else f"{form_id} version {version}"
        raise NotFoundError(f"there is no form {which}; there is: {known}", code="form.unknown", field="FORM_ID")
    typer.echo(document, nl=not document.endswith(b"\n"))


def documents_of(file: Path) -> dict[str, bytes]:
    """The documents that a FORM argument names: one file, or the word ``starter``. Name as told -> document."""
    if str(file) == STARTER and not file.exists():
        from auscult.pipeline.forms import starter_documents

        return {f"{name}.yaml": document for name, document in starter_documents().items()}
    if not file.is_file():
        raise NotFoundError(f"there is no file {file}; give a form, or the word {STARTER}", code="file.unknown")
    return {str(file): file.read_bytes()}


def forms_of(form: Path) -> tuple[Form, ...]:
    """The forms that a ``--form`` names. Raises ``FormError`` with every fault."""
    from auscult.pipeline.forms import check_form, refused

    forms: list[Form] = []
    for name, document in documents_of(form).items():
        found = check_form(document)
        if found.form is None or found.unanswered:
            raise refused([*found.problems, *found.unanswered], name)
        forms.append(found.form)
    return tuple(forms)


def _in_force(app: str, database: str | None) -> list[FormVersion]:
    from auscult import bootstrap

    with bootstrap.open(_options.settings_of(database)) as application:
        return application.store.within(_options.known_tenant(application.store, app)).forms.in_force()
