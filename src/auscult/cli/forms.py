"""``auscult forms``: evaluation forms, checked, published and read."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from auscult.cli import _checked, _hints, _options
from auscult.domain.errors import NotFoundError
from auscult.domain.form import Form
from auscult.domain.probe import Probe
from auscult.domain.spelling import did_you_mean
from auscult.pipeline.form_ports import FormVersion

STARTER = "starter"

Documents = Annotated[
    list[Path],
    typer.Argument(metavar="FILE", help="Forms, YAML or JSON; the word starter names those that come along."),
]
OfApp = Annotated[
    str | None, typer.Option("--app", metavar="ID", help="App whose forms; without it, the forms that come along.")
]


def check(files: Documents, *, as_json: _options.AsJson = False) -> None:
    """Check forms: every fault with line, field, reason, and what would be right.

    Several are checked beside each other, too: one form for each queue, channel and direction, and an id for each.
    A metric that asks what no engine here can answer is named too; such a form is right, and cannot be published yet.
    """
    from auscult.pipeline.forms import check_forms

    faults = 0
    for name, found in check_forms(_documents_of_all(files), answered=_answered()).items():
        faults += len(found.problems)
        told = [("error", found.problems), ("unanswered", found.unanswered), ("warning", found.warnings)]
        form = found.form
        right = (
            f"{form.id} is right: {len(form.metrics)} metric{'s' * (len(form.metrics) != 1)}, {form.channel}"
            if form
            else None
        )
        _checked.tell(name, told, right, as_json=as_json)
    if faults:
        raise typer.Exit(1)


def apply(
    files: Documents,
    *,
    app: _options.App,
    account: _options.Account = None,
    org: _options.Org = None,
    database: _options.Database = None,
) -> None:
    """Publish forms: conversations that are loaded from now on are scored with them.

    A form that is published already gets a new version; the same document again changes nothing.
    They are checked against each other and the other forms in force: one form for each queue, channel and direction.
    Of several files all are published, or, where one cannot be used, none.
    """
    from auscult import bootstrap
    from auscult.pipeline.publish import publish

    documents = _documents_of_all(files)
    with bootstrap.open(_options.settings_of(database)) as application:
        tenant = _options.tenant_of(application.store, account, org, app)
        store = application.store.within(tenant)
        published = publish(store.forms, documents, application.answered)
        for version in published:
            typer.echo(f"{version.form_id} version {version.version} is in force for {app}")
        _hints.after_publishing(store, published)


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


def schema() -> None:
    """Print the JSON Schema of a form, by which editors complete and check it.

    It tells keys and values; what only the whole of a form can tell, forms check says.
    """
    from auscult import bootstrap
    from auscult.metrics import METRICS
    from auscult.pipeline.schemas import form_schema

    bootstrap.plug_in()
    typer.echo(msgspec.json.format(msgspec.json.encode(form_schema(METRICS)), indent=2))


def show(
    form_id: Annotated[str, typer.Argument(metavar="FORM_ID", help="The form's id, as ef-starter-voice.")],
    *,
    app: OfApp = None,
    version: Annotated[int | None, typer.Option(metavar="N", help="Which version. Default: the newest.")] = None,
    is_draft: Annotated[bool, typer.Option("--draft", help="The draft, and no version.")] = False,
    database: _options.Database = None,
) -> None:
    """Print a form as its author wrote it."""
    from auscult.pipeline.forms import read_form, starter_documents

    if app is None:
        documents = {read_form(document).id: document for document in starter_documents().values()}
        document = documents.get(form_id)
        known = sorted(documents)
    else:
        from auscult import bootstrap
        from auscult.pipeline.drafts import get_draft

        with bootstrap.open(_options.settings_of(database)) as application:
            forms = application.store.within(_options.known_tenant(application.store, app)).forms
            found = get_draft(forms, form_id) if is_draft else forms.get(form_id, version)
            document = found.document if found else None
            known = [one.form_id for one in forms.in_force()]
    if document is None:
        which = form_id if version is None else f"{form_id} version {version}"
        hint = did_you_mean(form_id, known, f"there is: {', '.join(known) or 'none yet'}")
        raise NotFoundError(f"there is no form {which}; {hint}", code="form.unknown", field="FORM_ID")
    typer.echo(document, nl=not document.endswith(b"\n"))


def documents_of(file: Path) -> dict[str, bytes]:
    """The documents that a FORM argument names: one file, or the word ``starter``. Name as told -> document."""
    if str(file) == STARTER and not file.exists():
        from auscult.pipeline.forms import starter_documents

        return {f"{name}.yaml": document for name, document in starter_documents().items()}
    if not file.is_file():
        raise NotFoundError(f"there is no file {file}; give a form, or the word {STARTER}", code="file.unknown")
    return {str(file): file.read_bytes()}


def _documents_of_all(files: list[Path]) -> dict[str, bytes]:
    return {name: document for file in files for name, document in documents_of(file).items()}


def forms_of(form: Path) -> tuple[Form, ...]:
    """The forms that a ``--form`` names. Raises ``FormError`` with every fault."""
    from auscult.pipeline.forms import check_form, refused

    forms: list[Form] = []
    answered = _answered()
    for name, document in documents_of(form).items():
        found = check_form(document, answered=answered)
        if found.form is None or found.unanswered:
            raise refused([*found.problems, *found.unanswered], name)
        forms.append(found.form)
    return tuple(forms)


def _answered() -> frozenset[type[Probe]]:
    """The kinds of probe for which the settings configure an engine."""
    from auscult import bootstrap

    return bootstrap.evaluator(_options.settings_of(None)).answered


def _in_force(app: str, database: str | None) -> list[FormVersion]:
    from auscult import bootstrap

    with bootstrap.open(_options.settings_of(database)) as application:
        return application.store.within(_options.known_tenant(application.store, app)).forms.in_force()
