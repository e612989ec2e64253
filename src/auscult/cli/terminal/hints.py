"""Hints on stderr after commands whose work is easily left half done."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

from auscult.domain.definitions.form_version import FormVersion

if TYPE_CHECKING:
    from auscult.storage.store import AppStore


def after_publishing(store: "AppStore", published: Iterable[FormVersion]) -> None:
    """Report how many stored conversations the new versions would score, since publishing scores none of them."""
    from auscult.services.definitions.forms.publish import in_force
    from auscult.services.history.coverage import fitting

    app = store.tenant.app_id
    found = fitting(store, list(in_force(store.forms).values()))
    for form_id in dict.fromkeys(version.form_id for version in published):
        if count := found.counts[form_id]:
            typer.echo(
                f"{_least(is_least=found.is_least)}{_stored(count)} it; "
                f"`auscult rescore --form {form_id} --app {app}` applies it",
                err=True,
            )


def after_loading(store: "AppStore", not_evaluated: int) -> None:
    """Report what conversations without a form need."""
    from auscult.services.definitions.forms.publish import in_force
    from auscult.services.history.coverage import fitting

    if not not_evaluated:
        return
    app = store.tenant.app_id
    forms = list(in_force(store.forms).values())
    if not forms:
        hint = (
            f"no form is in force for {app}: `auscult forms apply FORM --app {app}`, then re-score as that command says"
        )
        typer.echo(hint, err=True)
        return
    found = fitting(store, forms, ("not_evaluated",))
    for form_id, count in sorted(found.counts.items()):
        typer.echo(
            f"{_least(is_least=found.is_least)}{_stored(count)} {form_id} now, without a score: "
            f"`auscult rescore --form {form_id} --app {app}`",
            err=True,
        )
    if not found.counts:
        known = ", ".join(form.id for form in forms)
        typer.echo(
            f"no form in force is for them ({known}): `auscult forms show` says which channel, queues, "
            "directions and languages one is for",
            err=True,
        )


def _least(*, is_least: bool) -> str:
    return "at least " if is_least else ""


def _stored(count: int) -> str:
    """Return the subject and verb of a sentence about conversations that fit."""
    return f"{count} stored conversation fits" if count == 1 else f"{count} stored conversations fit"
