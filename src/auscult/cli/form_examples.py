"""Forms and taxonomies tried on their examples from the command line."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.cli.terminal.principal import as_operator
from auscult.domain.definitions.taxonomy import Taxonomy
from auscult.domain.errors import RequestError, sent
from auscult.domain.form import Form
from auscult.domain.form_examples import Example, TopicExample, Trials, Tried, TriedTopic
from auscult.domain.tenancy import Tenant

if TYPE_CHECKING:
    from auscult.services.scoring.evaluate import Evaluator
    from auscult.storage.store import AppStore, Store

_Tried = TypeVar("_Tried", Tried, TriedTopic)


def check_on_examples(forms: Sequence[Form] | None, app: str | None, database: str | None, *, as_json: bool) -> int:
    """Try forms on the examples of an app, those in force where none are given; print and return the wrong answers."""
    from auscult.services.definitions.forms.publish import in_force
    from auscult.services.form_examples import FormExamples

    def said(each: Tried) -> str:
        return _said(each.example, each.example.metric_id, each.answer or "unanswered")

    wrong = 0
    with _app(app, database) as (store, evaluator):
        examples = FormExamples(store, _now, as_operator())
        for form in in_force(store.forms).values() if forms is None else forms:
            found = examples.tried(evaluator, form)
            wrong += _print("form_id", form.id, found, said, "answer", as_json=as_json)
    return wrong


def check_topics_on_examples(
    taxonomies: Sequence[Taxonomy] | None, app: str | None, database: str | None, *, as_json: bool
) -> int:
    """Try taxonomies on the examples of an app, those in force where none are given; print and return the wrong topics."""
    from auscult.services.form_examples import TopicExamples
    from auscult.services.scoring.classification import in_force

    def said(each: TriedTopic) -> str:
        return _said(each.example, "the topic", " and ".join(each.found) or "none")

    wrong = 0
    with _app(app, database) as (store, evaluator):
        engines = evaluator.for_app(store.tenant.app_id, agent_emotions=False).engines
        present = in_force(store.definitions).values()
        examples = TopicExamples(store, _now, as_operator())
        for taxonomy in present if taxonomies is None else taxonomies:
            found = examples.tried(engines, present, taxonomy)
            wrong += _print("taxonomy_id", taxonomy.id, found, said, "found", as_json=as_json)
    return wrong


def _said(example: Example | TopicExample, what: str, answer: str) -> str:
    where = " ".join(filter(None, (example.conversation_id or example.example_id, example.turn_id)))
    return f"{what} in {where} should be {example.wanted or 'none'}, is {answer}"


def _print(
    key: str, name: str, found: Trials[_Tried], said: Callable[[_Tried], str], answer: str, *, as_json: bool
) -> int:
    """Print what is answered otherwise than expected, in words or as JSON, and the counts; return how many are wrong.

    ``key`` is that of the name, and ``answer`` that of an answer, in JSON.
    """
    if as_json:
        wrong = [
            {"example": each.example, answer: getattr(each, answer), "wanted": each.example.wanted}
            for each in found.wrong
        ]
        counts = {key: name, "right": found.right, "count": len(found.tried), "erased": found.erased}
        typer.echo(msgspec.json.encode(counts | {"wrong": wrong}, enc_hook=sent))
    else:
        for each in found.wrong:
            typer.echo(f"{name}: {said(each)}")
        erased = f"; {found.erased} erased" if found.erased else ""
        typer.echo(f"{name}: {found.right} of {len(found.tried)} examples right{erased}")
    return len(found.wrong)


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
