"""Forms tried on their examples from the command line."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.domain.errors import RequestError
from auscult.domain.form import Form
from auscult.domain.people.principal import operator
from auscult.domain.tenancy import Tenant
from auscult.form_examples.model import Trials, Tried

if TYPE_CHECKING:
    from auscult.storage.store import Store


def check_on_examples(forms: Sequence[Form] | None, app: str | None, database: str | None, *, as_json: bool) -> int:
    """Try forms on the examples of an app, those in force where none are given; print and return the wrong answers."""
    from auscult import bootstrap
    from auscult.form_examples.work import FormExamples
    from auscult.services.definitions.forms.publish import in_force

    wrong = 0
    with bootstrap.open(options.settings_of_existing(database)) as application:
        tenant = _tenant(application.store, app)
        store = application.store.within(tenant)
        evaluator = bootstrap.evaluator(application.settings, judge_ineligible=True, store=application.store)
        examples = FormExamples(store, lambda: datetime.now(UTC), operator())
        for form in in_force(store.forms).values() if forms is None else forms:
            found = examples.tried(evaluator, form)
            _print(form, found, as_json=as_json)
            wrong += len(found.wrong)
    return wrong


def _print(form: Form, found: Trials[Tried], *, as_json: bool) -> None:
    """Print what is answered otherwise than expected, and the counts."""
    if as_json:
        wrong = [
            {"example": each.example, "answer": each.answer, "wanted": each.example.wanted} for each in found.wrong
        ]
        counts = {"form_id": form.id, "right": found.right, "count": len(found.tried), "erased": found.erased}
        typer.echo(msgspec.json.encode(counts | {"wrong": wrong}))
        return
    for each in found.wrong:
        its = each.example
        where = its.conversation_id or its.example_id
        turn = f" {its.turn_id}" if its.turn_id else ""
        typer.echo(
            f"{form.id}: {its.metric_id} in {where}{turn} should be {its.wanted}, is {each.answer or 'unanswered'}"
        )
    erased = f"; {found.erased} erased" if found.erased else ""
    typer.echo(f"{form.id}: {found.right} of {len(found.tried)} examples right{erased}")


def _tenant(store: "Store", app: str | None) -> Tenant:
    """Return the app that is named, or the only one. Raises ``NotFoundError``, ``RequestError``."""
    if app is not None:
        return options.known_tenant(store, app)
    tenants = store.tenants()
    if len(tenants) == 1:
        return tenants[0]
    names = ", ".join(sorted(each.app_id for each in tenants)) or "none yet"
    raise RequestError(f"name the app whose examples are tried: {names}", code="app.required", field="--app")
