"""``auscult forms import``, ``export`` and ``copy``: forms as spreadsheets, and forms made of others."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auscult.cli.definitions.forms import STARTER, documents_of
from auscult.cli.terminal import options
from auscult.domain.errors import FormError, NotFoundError, RequestError, counted
from auscult.domain.said.spelling import did_you_mean

if TYPE_CHECKING:
    from auscult.services.definitions.sheets.importing import Imported

Form = Annotated[str, typer.Argument(metavar="FORM", help="A file, or with --app the id of a form in force.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="File to write. Default: stdout.")]
OfApp = Annotated[str | None, typer.Option("--app", metavar="ID", help="App of the form; not needed for a file.")]
Channel = Annotated[
    str | None,
    typer.Option("--channel", metavar="voice|chat", help="Channel, where the document names none or several."),
]


def import_sheet(
    sheet: Annotated[Path, typer.Argument(metavar="SHEET", help="A spreadsheet of questions, .xlsx or .csv.")],
    *,
    out: Out = None,
    form_id: Annotated[str | None, typer.Option("--id", metavar="ID", help="Id of the form.")] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the form.")] = None,
    channel: Channel = None,
) -> None:
    """Make a form from a spreadsheet: questions, weights, sections and answers.

    All faults are reported at once, each with its cell. What a form has no place for is reported and left out.
    """
    from auscult.services.definitions.sheets.importing import import_form

    if not sheet.is_file():
        raise NotFoundError(f"there is no file {sheet}", code="file.unknown", field="SHEET")
    given = {"id": form_id or "", "name": name or "", "channel": channel or ""}
    found = import_form(sheet.read_bytes(), str(sheet), {key: value for key, value in given.items() if value})
    for note in found.notes:
        typer.echo(f"{note.describe(str(sheet))} (note)", err=True)
    if found.faults:
        raise _refused(found, str(sheet))
    _write(out, found.document)


def export_sheet(
    form: Form,
    *,
    app: OfApp = None,
    version: Annotated[int | None, typer.Option(metavar="N", help="Which version. Default: the newest.")] = None,
    out: Out = None,
    channel: Channel = None,
    database: options.Database = None,
) -> None:
    """Write a form as a spreadsheet, CSV or, where FILE ends in .xlsx, a workbook; import reads the same form again."""
    from auscult.services.definitions.forms.reading import read_form
    from auscult.services.definitions.sheets.exporting import export_form

    if out is not None and out.suffix.casefold() not in (".csv", ".xlsx"):
        raise RequestError(f"unknown kind of sheet '{out.suffix}'; use .csv or .xlsx", code="file.kind", field="--out")
    document = _document(form, app, version, channel, database)
    read_form(document)
    _write(out, export_form(document, "xlsx" if out and out.suffix.casefold() == ".xlsx" else "csv"))


def copy(
    form: Form,
    new_id: Annotated[str, typer.Argument(metavar="NEW_ID", help="Id of the copy.")],
    *,
    app: OfApp = None,
    to_app: Annotated[
        str | None, typer.Option("--to-app", metavar="ID", help="App for the copy. Default: --app.")
    ] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the copy.")] = None,
    version: Annotated[int | None, typer.Option(metavar="N", help="Which version. Default: the newest.")] = None,
    out: Out = None,
    channel: Channel = None,
    database: options.Database = None,
) -> None:
    """Copy a form under another id, comments and all.

    A copy of a form in force is kept as a draft, of a file it is printed; --out writes either to a file.
    A copy is for the same queues: change its assignments, or retire the other form, before it is published.
    """
    from auscult.services.definitions.forms.edit import copied

    document = copied(_document(form, app, version, channel, database), new_id, name)
    if app is None or out is not None:
        _write(out, document)
        return
    from auscult.services.definitions.forms.drafts import save_draft

    target = to_app or app
    with options.opened(database, target) as (application, store):
        forms = store.forms
        if forms.get(new_id) is not None or forms.draft(new_id) is not None:
            raise RequestError(
                f"{target} has a form {new_id} already; choose another id", code="form.exists", field="NEW_ID"
            )
        save_draft(forms, document, application.answered, new_id)
    typer.echo(f"draft of {new_id} saved for {target}, a copy of {form}")


def _document(form: str, app: str | None, version: int | None, channel: str | None, database: str | None) -> bytes:
    """Return the one document that is meant."""
    if app is not None:
        return _stored(form, app, version, database)
    documents = documents_of(Path(f"{STARTER}-en" if form == STARTER else form))
    if channel is not None:
        documents = {name: one for name, one in documents.items() if channel in name}
    if len(documents) != 1:
        known = ", ".join(documents) or "none"
        message = f"{form} stands for {len(documents)} forms ({known}); name one with --channel voice or --channel chat"
        raise RequestError(message, code="form.ambiguous", field="FORM")
    return next(iter(documents.values()))


def _stored(form_id: str, app: str, version: int | None, database: str | None) -> bytes:
    with options.known_app(database, app) as its:
        forms = its.forms
        found = forms.get(form_id, version)
        known = [one.form_id for one in forms.in_force()]
    if found is None:
        which = form_id if version is None else f"{form_id} version {version}"
        hint = did_you_mean(form_id, known, f"available: {', '.join(known) or 'none yet'}")
        raise NotFoundError(f"unknown form {which}; {hint}", code="form.unknown", field="FORM")
    return found.document


def _refused(found: "Imported", sheet: str) -> FormError:
    problems = tuple(fault.describe(sheet) for fault in found.faults)
    count = counted(len(problems), "fault")
    return FormError(f"the sheet cannot be imported: {count}\n" + "\n".join(problems), problems=problems)


def _write(out: Path | None, document: bytes) -> None:
    if out is None:
        typer.echo(document, nl=not document.endswith(b"\n"))
        return
    out.write_bytes(document)
    typer.echo(f"{out} written", err=True)
