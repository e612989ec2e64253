"""``auscult backtest``: what a form would have done to conversations that are stored, and nothing changed of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
import typer

from auscult.cli.definitions.form_versions import is_file, read_file
from auscult.cli.history.waiting import wait_for
from auscult.cli.terminal import options
from auscult.domain.errors import EngineError, FormError, NotFoundError
from auscult.domain.form import Form

if TYPE_CHECKING:
    from auscult.bootstrap import Application
    from auscult.services.definitions.forms.difference import ComparedForms
    from auscult.services.history.backtests import BacktestLine, JudgeLine
    from auscult.services.history.trials import TrialOrder
    from auscult.storage.store import AppStore


class _Tried(NamedTuple):
    """The form that is tried, its document, what to call it, and how it would be published."""

    form: Form
    document: bytes
    name: str
    publish: str | None


FormOrId = Annotated[
    str,
    typer.Argument(metavar="FORM", help="A form: a file, - for stdin, or the id of one that has a draft or versions."),
]
Queues = Annotated[
    list[str] | None,
    typer.Option("--queue", metavar="QUEUE", help="Only conversations of this queue, by id or name; may be repeated."),
]
Sample = Annotated[
    int | None,
    typer.Option("--sample", metavar="N", min=1, help="Only so many conversations, spread evenly, always the same."),
]
Asking = Annotated[
    bool | None,
    typer.Option(
        "--ask/--no-ask",
        help="Whether a judge is asked what it was not asked yet. Default: the estimate is shown, and you are asked.",
    ),
]


def backtest(
    form: FormOrId,
    *,
    app: options.KnownApp,
    since: options.Since = None,
    until: options.Until = None,
    queue: Queues = None,
    sample: Sample = None,
    version: Annotated[
        int | None, typer.Option("--version", metavar="N", help="This version of the form, and not its draft.")
    ] = None,
    ask: Asking = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", dir_okay=False, help="Write the page there as well.")
    ] = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Show what a form would have done to stored conversations, without changing them.

    Scores and passes before and after, every metric, and the twenty conversations that change most, with the words
    that decided. Answers that are still valid are reused, so the result is that of a re-score.
    What a judge answers meanwhile is kept and not paid for twice.
    """
    from auscult.services.history.trials import TrialOrder

    with options.opened(database, app) as (application, store):
        tried = _tried(store, form, version)
        order = TrialOrder(
            document=tried.document.decode("utf-8-sig"),
            since=since,
            until=until,
            queues=tuple(queue or ()),
            sample=sample,
        )
        line = _run(application, store, tried.form, order)
        if line.judge is not None and line.judge.calls and _is_to_ask(line.judge, ask, as_json=as_json):
            line = _run(application, store, tried.form, msgspec.structs.replace(order, may_ask=True))
        differs = _differs(store, tried)
    if as_json:
        typer.echo(msgspec.json.encode(line))
    else:
        from auscult.cli.history.backtest_page import text

        typer.echo(text(line, _head(tried, order, line), differs, _footer(tried, line, app)))
    if html is not None:
        from auscult.cli.history.backtest_html import document

        html.write_text(document(line, _head(tried, order, line), differs), encoding="utf-8")
        typer.echo(f"written to {html}", err=True)


def _tried(store: "AppStore", form: str, version: int | None) -> _Tried:
    """Return what FORM names: a file, else the draft of a form, else its newest version.

    Raises ``FormError`` when it cannot be read, ``NotFoundError`` ``form.unknown``, ``file.unknown``.
    """
    from auscult.services.definitions.forms.cache import UNPUBLISHED
    from auscult.services.definitions.forms.reading import check_form

    app = store.tenant.app_id
    number, publish = UNPUBLISHED, None
    if version is None and is_file(form):
        name, document = read_file(form)
        publish = f"auscult forms apply {form} --app {app}"
    elif version is None and (draft := store.forms.draft(form)) is not None:
        name, document = f"draft of {form}", draft.document
        publish = f"auscult forms publish {form} --app {app}"
    else:
        found = store.forms.get(form, version)
        if found is None:
            known = ", ".join(one.form_id for one in store.forms.in_force()) or "none yet"
            which = form if version is None else f"{form} version {version}"
            raise NotFoundError(
                f"there is no file, draft or form {which}; in force: {known}", code="form.unknown", field="FORM"
            )
        name, document, number = f"{form} version {found.version}", found.document, found.version
    check = check_form(document, version=number)
    if check.form is None:
        raise FormError.of(each.describe(name) for each in check.problems)
    return _Tried(check.form, document, name, publish)


def _run(application: "Application", store: "AppStore", form: Form, order: "TrialOrder") -> "BacktestLine":
    """Return the result of a backtest that workers do, and remove the job."""
    from auscult.services.definitions.forms.cache import UNPUBLISHED
    from auscult.services.history.backtests import begin_backtest, end_backtest, view_backtest

    begun = begin_backtest(store, form, order)
    try:
        wait_for(application, store, begun.id, "tried")
        view = view_backtest(store, begun.id)
    finally:
        end_backtest(store, begun.id)
    if view.result is None:
        reason = view.reason or f"it is {view.state}"
        msg = f"the backtest has no result: {reason}"
        raise EngineError(msg)
    return msgspec.structs.replace(view.result, version=None if form.version == UNPUBLISHED else form.version)


def _is_to_ask(judge: "JudgeLine", ask: bool | None, *, as_json: bool) -> bool:  # noqa: FBT001  (None: not said)
    """Return whether to ask the judge. On a terminal, without an option, show the cost and let the user decide."""
    estimate = f"Asking the judge about {judge.conversations:,} conversations takes {_at_most(judge)}."
    if ask is None and not as_json and _is_somebody_there():
        return typer.confirm(f"{estimate} Ask?", err=True)
    if ask:
        typer.echo(estimate, err=True)
    return bool(ask)


def _is_somebody_there() -> bool:
    import sys

    return sys.stdin.isatty() and sys.stderr.isatty()


def _at_most(judge: "JudgeLine") -> str:
    cost = "" if judge.cost is None else f", cost at most {judge.cost:.4f}"
    tokens = f"{judge.tokens_in:,} tokens in and {judge.tokens_out:,} out"
    return f"at most {judge.calls:,} calls, {tokens}{cost}"


def _differs(store: "AppStore", tried: _Tried) -> "ComparedForms | None":
    """Return the differences between the form and its newest version, if that one can still be read."""
    from auscult.services.definitions.forms.difference import Named, choose, compared

    try:
        return compared(choose(store.forms, tried.form.id), Named(name=tried.name, form=tried.form))
    except (NotFoundError, FormError):
        return None


def _head(tried: _Tried, order: "TrialOrder", line: "BacktestLine") -> str:
    """``draft of ef-bank tried on 12,345 conversations from 2026-01-01 to before 2026-02-01``."""
    parts = [f"{tried.name} ({tried.form.name}) tried on {line.looked:,} conversation{'' if line.looked == 1 else 's'}"]
    if order.since is not None:
        parts.append(f"from {order.since:%Y-%m-%d %H:%M}")
    if order.until is not None:
        parts.append(f"to before {order.until:%Y-%m-%d %H:%M}")
    if order.queues:
        parts.append(f"of {', '.join(order.queues)}")
    if order.sample is not None:
        parts.append("(a sample)")
    return " ".join(parts)


def _footer(tried: _Tried, line: "BacktestLine", app: str) -> list[str]:
    """Return the lines on what can be done next."""
    lines: list[str] = []
    judge = line.judge
    if judge is not None and judge.calls:
        lines.append(
            f"Asking the judge about the {judge.conversations:,} others takes {_at_most(judge)}: --ask does it."
        )
    elif judge is not None:
        lines.append("The form asks a judge, and none is configured here.")
    if tried.publish is not None:
        lines.append(f"To publish it: {tried.publish}")
    if line.counted:
        lines.append(f"To score history with it then: auscult rescore --form {tried.form.id} --app {app}")
    return ["", *lines] if lines else []
