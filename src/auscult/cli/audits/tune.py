"""``auscult tune``."""

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import chain, starmap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.cli.terminal.figures import kappa
from auscult.cli.terminal.principal import as_operator
from auscult.cli.terminal.progress import progress
from auscult.config import Settings
from auscult.domain.errors import ConflictError, RequestError, counted, sent
from auscult.domain.form import Form, Metric, choose_form
from auscult.domain.said.spelling import did_you_mean

if TYPE_CHECKING:
    from auscult.domain.questions.taught import Taught
    from auscult.services.audits.agreement import Selection
    from auscult.services.audits.tuning import AuditLabels, Labelled, TunedMetric, Tuning
    from auscult.services.scoring.evaluate import Evaluator
    from auscult.services.tuning import TaughtFit

    Learned = Callable[[Form], Iterable[tuple[Metric, Taught]]]

TheForm = Annotated[Path, typer.Argument(metavar="FORM", help="The form, YAML or JSON.")]
LabelFile = Annotated[
    Path | None,
    typer.Option(
        "--labels", metavar="LABELS", exists=True, dir_okay=False, help="What people decided, as NDJSON; see agree."
    ),
]
ByAudits = Annotated[bool, typer.Option("--audits", help="Take submitted audits with this form, of --app.")]
OfApp = Annotated[str | None, typer.Option("--app", metavar="ID", help="App whose audits.")]
Only = Annotated[
    list[str] | None, typer.Option("--metric", metavar="ID", help="Only this metric; say it once for each.")
]
Folds = Annotated[int, typer.Option("--folds", metavar="N", min=2, max=50, help="Parts of the cross-validation.")]
NewFile = Annotated[
    Path | None,
    typer.Option("--write", metavar="NEWFILE", help="Write the form with what is better to a new file, comments kept."),
]


def tune(
    form: TheForm,
    files: options.MaybeFiles = None,
    *,
    labels: LabelFile = None,
    audits: ByAudits = False,
    app: OfApp = None,
    since: options.Since = None,
    until: options.Until = None,
    metric: Only = None,
    folds: Folds = 5,
    write: NewFile = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Fit thresholds of a form's similar conditions, and the lean of its votes, to people's answers; report what would change.

    With --audits the confidence of the form's judge is fitted to whether auditors agreed with its answers, and taught
    questions learn from the ticks of the app. For each metric kappa as it is, as fitted, and cross-validated: fitted to some conversations and tried on others.
    The change is worth making only where the last is better. Nothing is changed: the form, the app and its scores
    stay as they are. With --write the fitted form is written to a new file, to be checked and applied.
    """
    from auscult import bootstrap
    from auscult.services.audits.tuning import tune
    from auscult.services.tuning import TaughtFit

    is_by_labels, is_by_audits = labels is not None, audits and app is not None
    if is_by_labels == is_by_audits or (is_by_audits and files):
        raise typer.BadParameter("give --labels LABELS and files of conversations, or --audits and --app")
    settings = options.settings_of_existing(database) if labels is None else options.settings_of(database)
    document, read = _read(form)
    _must_be_known(metric or [], [one.id for one in read.metrics])
    if write is not None and write.exists():
        raise ConflictError(f"{write} is there already; name a file that is not", code="file.exists", field="--write")
    evaluator = bootstrap.evaluator(settings)
    if labels is None:
        from auscult.services.audits.agreement import Selection

        selection = Selection(form_id=read.id, since=since, until=until)
        source = _of_audits(settings, app or "", selection, evaluator)
    else:
        source = _of_labels(settings, labels, files or [], read)
    with source as (labelled, learned), progress("read") as report:
        found = tune(
            read,
            labelled,
            types=evaluator.types,
            engines=evaluator.engines,
            only=frozenset(metric or ()),
            folds=folds,
            report=report,
        )
        taught = {each: by for each, by in learned(read) if not metric or each.id in metric}
    _show(found, list(starmap(TaughtFit.of, taught.items())), as_json=as_json)
    if write is not None:
        _write(write, document, read, found, {each.id: by for each, by in taught.items()})


def _read(form: Path) -> tuple[bytes, Form]:
    """The document of the one form that is named, and the form."""
    from auscult.cli.definitions.forms import documents_of, forms_of

    documents, (first, *others) = documents_of(form), forms_of([form])
    if others:
        raise RequestError(
            f"name one form: {' or '.join(f'auscult forms show {one.id} > FILE' for one in (first, *others))}, and tune that",
            code="form.several",
            field="FORM",
            value=str(form),
        )
    return next(iter(documents.values())), first


def _must_be_known(metrics: list[str], known: list[str]) -> None:
    for metric in metrics:
        if metric not in known:
            hint = did_you_mean(metric, known, f"it has {', '.join(known)}")
            message = f"the form has no metric {metric}; {hint}"
            raise RequestError(message, code="metric.unknown", field="--metric", value=metric)


@contextmanager
def _of_labels(
    settings: Settings, file: Path, files: list[Path], form: Form
) -> Generator[tuple[Iterator["Labelled"], "Learned"]]:
    """Yield the labelled conversations of files that the form is for; report unusable ones at the end."""
    from auscult.cli.terminal.input_files import limits_of, reading
    from auscult.services.audits.labels import read_labels
    from auscult.services.audits.tuning import Labelled

    gold = read_labels(file, limits_of(settings))
    seen: set[str] = set()
    unfit = 0
    with reading(settings, files) as given:

        def labelled() -> Iterator[Labelled]:
            nonlocal unfit
            for conversation in chain(gold.conversations, given.conversations(files)):
                if conversation.id in gold.answers and conversation.id not in seen:
                    seen.add(conversation.id)
                    if choose_form(conversation, [form]) is None:
                        unfit += 1
                    else:
                        yield Labelled(conversation, gold.answers[conversation.id])

        yield labelled(), lambda _form: ()
        if missing := len(gold.answers.keys() - seen):
            typer.echo(f"{missing} labelled, but in none of the files", err=True)
        if unfit:
            typer.echo(f"{unfit} labelled, but the form is not for them", err=True)
        known = [metric.id for metric in form.metrics]
        strange = dict.fromkeys(name for answers in gold.answers.values() for name in answers if name not in known)
        if strange:
            hints = [f"{name} ({hint})" if (hint := did_you_mean(name, known)) else name for name in strange]
            typer.echo(f"labelled, but not on the form: {', '.join(hints)}", err=True)


@contextmanager
def _of_audits(
    settings: Settings, app: str, selection: "Selection", evaluator: "Evaluator"
) -> Generator[tuple["AuditLabels", "Learned"]]:
    """The audited conversations of an app, and what its ticks teach the questions of a form."""
    from auscult import bootstrap
    from auscult.services.audits.agreement import audited_in
    from auscult.services.audits.tuning import AuditLabels
    from auscult.services.taught import Teaching

    with bootstrap.open(settings) as application:
        store = application.store.within(options.known_tenant(application.store, app))
        labelled = AuditLabels(audited_in(store.audits, selection), selection.form_id or "")
        teaching = Teaching(store, partial(datetime.now, UTC), as_operator(), lambda: evaluator)
        yield labelled, teaching.learned
        if labelled.revised:
            typer.echo(f"{labelled.revised} audited, but revised since", err=True)


def _write(file: Path, document: bytes, form: Form, found: "Tuning", taught: Mapping[str, "Taught"]) -> None:
    """Write the form with the thresholds that are better, and what ticks teach."""
    from auscult.services.definitions.forms.edit import with_numbers
    from auscult.services.definitions.forms.reading import read_form
    from auscult.services.taught import with_taught

    changes = found.changes(form)
    if not changes and not taught:
        typer.echo("nothing is better, so that nothing is written", err=True)
        return
    written = with_taught(with_numbers(document, changes), taught)
    read_form(written)
    file.write_bytes(written)
    numbers = Counter(path[-1] for path in changes)
    changed = [counted(numbers.pop(kind), kind) for kind in ("threshold", "lean") if kind in numbers]
    changed += ["the judge's confidence"] * bool(numbers)
    changed += [f"what {counted(len(taught), 'question')} learned"] * bool(taught)
    typer.echo(
        f"{' and '.join(changed)} changed in {file}; look at it, then auscult forms check and apply it", err=True
    )


def _show(found: "Tuning", taught: Sequence["TaughtFit"], *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(msgspec.to_builtins(found, enc_hook=sent) | {"taught": taught}))
        return
    for metric in found.metrics:
        typer.echo("\n".join(_lines(metric)))
    for skipped in found.skipped:
        typer.echo(f"{skipped.id}: not fitted, {skipped.reason}")
    if found.judge is not None:
        typer.echo("\n".join(found.judge.findings()))
        typer.echo(f"    {'change it' if found.judge.calibration else 'leave it'}")
    for each in taught:
        before = kappa(each.before.kappa if each.before else None)
        after = f"{kappa(each.after.kappa)} by {each.after.answers} ticked conversations"
        typer.echo(f"{each.id}: kappa {before}, taught {after}: change it")
    better = sum(metric.is_better for metric in found.metrics)
    conversations, fitted = counted(found.conversations, "conversation"), counted(len(found.metrics), "metric")
    typer.echo(
        f"{conversations}, {fitted} fitted, {better} better when cross-validated"
        f" over {found.folds} parts; nothing was changed"
    )


def _lines(metric: "TunedMetric") -> Iterator[str]:
    """A line for the metric, and one for each of its thresholds."""
    answers = ", ".join(f"{count} {answer}" for answer, count in metric.answers.items())
    is_same = all(one.new == one.old for one in metric.thresholds)
    verdict = "leave it" if is_same or not metric.is_better else "change it"
    yield (
        f"{metric.id}: kappa {kappa(metric.kappa_before)}, fitted {kappa(metric.kappa_fitted)}, cross-validated "
        f"{kappa(metric.kappa_cross_validated)} over {metric.n} answers ({answers}): {verdict}"
    )
    for one in metric.thresholds:
        fitted = f"{one.old:g} stays" if one.new == one.old else f"{one.old:g} → {one.new:g}"
        between = f"{min(one.folds):g} to {max(one.folds):g} in the parts"
        sample = f", “{one.samples[0]}”" if one.samples else ""
        yield f"    {fitted:<12} {one.field}{sample}; {between}"
    for warning in metric.warnings:
        yield f"    warning: {warning}"
