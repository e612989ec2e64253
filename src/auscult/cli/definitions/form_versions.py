"""``auscult forms``: versions and drafts, what differs between them, and forms put out of force."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.terminal import hints, options
from auscult.domain.definitions.form_version import signed
from auscult.domain.errors import FormError, NotFoundError, RequestError, sent

if TYPE_CHECKING:
    from auscult.services.definitions.forms.difference import Named
    from auscult.storage.definitions.forms import AppForms

FormId = Annotated[str, typer.Argument(metavar="FORM_ID", help="The form's id, as ef-starter-voice.")]
PublishingNote = Annotated[
    str | None, typer.Option("--note", metavar="TEXT", help="Why, kept with the version.", show_default=False)
]
IdOrFile = Annotated[str, typer.Argument(metavar="FORM", help="The form's id, or a file.")]
_WHICH = "The number of a version, the word draft, or a file; - reads stdin."
One = Annotated[str | None, typer.Argument(metavar="A", help=_WHICH, show_default=False)]
Other = Annotated[str | None, typer.Argument(metavar="B", help=_WHICH, show_default=False)]
Document = Annotated[str, typer.Argument(metavar="FILE", help="A form, YAML or JSON; - reads stdin.")]
MaybeApp = Annotated[
    str | None, typer.Option("--app", metavar="ID", help="App whose forms; not needed to compare two files.")
]


def diff(
    form: IdOrFile,
    a: One = None,
    b: Other = None,
    *,
    app: MaybeApp = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Show the differences between two versions of a form, metric by metric.

    Without A and B: the newest version and the draft, or, without a draft, the version before and the newest.
    With A alone: an older version and the newest, or the newest and a draft or file.
    A FORM that is a file is compared with the newest version, or with A. The last lines show what a re-score would
    keep.
    """
    from auscult.services.definitions.forms.difference import compared

    if app is None:
        found = compared(*_two(None, form, a, b))
    else:
        with options.known_app(database, app) as store:
            found = compared(*_two(store.forms, form, a, b))
    if as_json:
        typer.echo(msgspec.json.encode(found, enc_hook=sent))
        return
    from auscult.cli.definitions.difference import text

    typer.echo(text(found))


def draft(
    file: Document,
    *,
    app: options.App,
    account: options.Account = None,
    org: options.Org = None,
    database: options.Database = None,
) -> None:
    """Keep a form as a draft: it is not in force, and can be compared, backtested and published.

    It may still have faults; those that prevent its publication are listed. A form has one draft.
    """
    from auscult import bootstrap
    from auscult.services.definitions.forms.drafts import save_draft

    name, document = read_file(file)
    with bootstrap.open(options.settings_of(database)) as application:
        tenant = options.tenant_of(application.store, account, org, app)
        saved = save_draft(application.store.within(tenant).forms, document, application.answered, name)
    kept = saved.draft
    based_on = f", beside version {kept.based_on}" if kept.based_on else ""
    typer.echo(f"draft of {kept.form_id} saved for {app}{based_on}")
    for problem in (*saved.check.problems, *saved.check.unanswered):
        typer.echo(f"fix this before publishing: {problem.describe(name)}", err=True)


def publish(
    form_id: FormId, *, app: options.KnownApp, database: options.Database = None, note: PublishingNote = None
) -> None:
    """Publish the draft of a form: conversations that are loaded from now on are scored with it."""
    from auscult.services.definitions.forms.drafts import publish_draft

    with options.opened(database, app) as (application, store):
        version = publish_draft(store.forms, form_id, application.answered, signed(None, note))
        typer.echo(f"{version.form_id} version {version.version} is in force for {app}")
        hints.after_publishing(store, [version])


def discard(form_id: FormId, *, app: options.KnownApp, database: options.Database = None) -> None:
    """Discard the draft of a form; published versions stay as they are."""
    from auscult.services.definitions.forms.drafts import get_draft

    with options.known_app(database, app) as store:
        get_draft(store.forms, form_id)
        store.forms.discard_draft(form_id)
    typer.echo(f"draft of {form_id} discarded")


def _two(forms: "AppForms | None", form: str, a: str | None, b: str | None) -> "tuple[Named, Named]":
    """The two forms that a command line means, the older first."""
    from auscult.services.definitions.forms.difference import choose, choose_two

    if is_file(form):
        given = _of_file(form)
        if a is not None:
            return given, _named(forms, given.form.id, a)
        return choose(_needed(forms), given.form.id), given
    known = _needed(forms)
    if a is None:
        return choose_two(known, form)
    first = _named(known, form, a)
    if b is not None:
        return first, _named(known, form, b)
    newest = choose(known, form)
    return (newest, first) if first.version is None else (first, newest)


def _named(forms: "AppForms | None", form_id: str, word: str) -> "Named":
    from auscult.services.definitions.forms.difference import DRAFT, choose

    if word != DRAFT and not word.isdigit() and is_file(word):
        return _of_file(word)
    return choose(_needed(forms), form_id, word)


def _needed(forms: "AppForms | None") -> "AppForms":
    if forms is None:
        raise RequestError("say whose form it is with --app; only two files need none", field="--app")
    return forms


def is_file(word: str) -> bool:
    """Return whether a word on the command line names a file, or stdin."""
    return word == options.STDIN or Path(word).is_file()


def _of_file(word: str) -> "Named":
    from auscult import bootstrap
    from auscult.services.definitions.forms.difference import Named
    from auscult.services.definitions.forms.reading import check_form

    bootstrap.plug_in()
    name, document = read_file(word)
    found = check_form(document)
    if found.form is None:
        raise FormError.of(each.describe(name) for each in found.problems)
    return Named(name=name, form=found.form)


def read_file(word: str) -> tuple[str, bytes]:
    """A document by the name of its file, and the name for errors."""
    if word == options.STDIN:
        return "stdin", sys.stdin.buffer.read()
    if not Path(word).is_file():
        raise NotFoundError(f"there is no file {word}", code="file.unknown", field="FILE", value=word)
    return word, Path(word).read_bytes()
