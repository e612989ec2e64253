"""Forms and taxonomies tried on their examples from the command line."""

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.domain.definitions.taxonomy import Taxonomy
from auscult.domain.errors import RequestError
from auscult.domain.form import Form
from auscult.domain.people.principal import operator
from auscult.domain.tenancy import Tenant
from auscult.form_examples.model import Example, TopicExample, Trials, Tried, TriedTopic

if TYPE_CHECKING:
    from auscult.services.scoring.evaluate import Evaluator
    from auscult.storage.store import AppStore, Store


def check_on_examples(forms: Sequence[Form] | None, app: str | None, database: str | None, *, as_json: bool) -> int:
    """Try forms on the examples of an app, those in force where none are given; print and return the wrong answers."""
    from auscult.form_examples.work import FormExamples
    from auscult.services.definitions.forms.publish import in_force

    wrong = 0
    with _app(app, database) as (store, evaluator):
        examples = FormExamples(store, _now, operator())
        for form in in_force(store.forms).values() if forms is None else forms:
            found = examples.tried(evaluator, form)
            shown = (_wrong(each.example, each.example.metric_id, each.answer or "unanswered") for each in found.wrong)
            given = [
                {"example": each.example, "answer": each.answer, "wanted": each.example.wanted} for each in found.wrong
            ]
            _print({"form_id": form.id}, found, shown, given, as_json=as_json)
            wrong += len(found.wrong)
    return wrong


def check_topics_on_examples(
    taxonomies: Sequence[Taxonomy] | None, app: str | None, database: str | None, *, as_json: bool
) -> int:
    """Try taxonomies on the examples of an app, those in force where none are given; print and return the wrong topics."""
    from auscult.form_examples.work import TopicExamples
    from auscult.services.scoring.classification import in_force

    wrong = 0
    with _app(app, database) as (store, evaluator):
        engines = evaluator.for_app(store.tenant.app_id, agent_emotions=False).engines
        present = in_force(store.definitions).values()
        examples = TopicExamples(store, _now, operator())
        for taxonomy in present if taxonomies is None else taxonomies:
            found = examples.tried(engines, present, taxonomy)
            shown = (_wrong(each.example, "the topic", " and ".join(each.found) or "none") for each in found.wrong)
            given = [
                {"example": each.example, "found": each.found, "wanted": each.example.wanted} for each in found.wrong
            ]
            _print({"taxonomy_id": taxonomy.id}, found, shown, given, as_json=as_json)
            wrong += len(found.wrong)
    return wrong


def _wrong(example: Example | TopicExample, what: str, answer: str) -> str:
    where = " ".join(filter(None, (example.conversation_id or example.example_id, example.turn_id)))
    return f"{what} in {where} should be {example.wanted or 'none'}, is {answer}"


def _print(
    of: dict[str, str],
    found: Trials[Tried] | Trials[TriedTopic],
    shown: Iterable[str],
    given: list[dict[str, Any]],
    *,
    as_json: bool,
) -> None:
    """Print what is answered otherwise than expected, in words or as JSON, and the counts."""
    if as_json:
        counts = {"right": found.right, "count": len(found.tried), "erased": found.erased}
        typer.echo(msgspec.json.encode(of | counts | {"wrong": given}))
        return
    (name,) = of.values()
    for each in shown:
        typer.echo(f"{name}: {each}")
    erased = f"; {found.erased} erased" if found.erased else ""
    typer.echo(f"{name}: {found.right} of {len(found.tried)} examples right{erased}")


@contextmanager
def _app(app: str | None, database: str | None) -> "Generator[tuple[AppStore, Evaluator]]":
    """Yield the store of an app, and what judges in it."""
    from auscult import bootstrap

    with bootstrap.open(options.settings_of_existing(database)) as application:
        evaluator = bootstrap.evaluator(application.settings, judge_ineligible=True, store=application.store)
        yield application.store.within(_tenant(application.store, app)), evaluator


def _now() -> datetime:
    return datetime.now(UTC)


def _tenant(store: "Store", app: str | None) -> Tenant:
    """Return the app that is named, or the only one. Raises ``NotFoundError``, ``RequestError``."""
    if app is not None:
        return options.known_tenant(store, app)
    tenants = store.tenants()
    if len(tenants) == 1:
        return tenants[0]
    names = ", ".join(sorted(each.app_id for each in tenants)) or "none yet"
    raise RequestError(f"name the app whose examples are tried: {names}", code="app.required", field="--app")
