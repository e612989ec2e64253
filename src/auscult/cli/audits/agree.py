"""``auscult agree``."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.cli.terminal.figures import kappa, print_figures
from auscult.cli.terminal.progress import progress
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evaluation
from auscult.domain.form import Form
from auscult.domain.said.spelling import did_you_mean

if TYPE_CHECKING:
    from auscult.services.audits.labels import Compared
    from auscult.services.scoring.evaluate import Evaluator

GROUP = 200
NAMED = 5
"""Conversations of a kind that are named; of more only the number is shown."""


def agree(
    labels: Annotated[
        Path, typer.Argument(metavar="LABELS", exists=True, dir_okay=False, help="What people decided, as NDJSON.")
    ],
    files: options.MaybeFiles = None,
    *,
    form: options.Forms = None,
    tables: options.Tables = None,
    taxonomy: options.Taxonomies = None,
    as_json: options.AsJson = False,
) -> None:
    """Compare the machine with people: for each metric raw agreement, Cohen's kappa, base rate and n.

    The verdicts are those of `auscult score` with the same forms, tables and taxonomies.
    The files hold the conversations that the labels name, and may hold others.
    Labels that bring their conversations along need no files.
    """
    from auscult.bootstrap.scoring import file_evaluator
    from auscult.cli.definitions.forms import forms_of
    from auscult.cli.definitions.taxonomy import taxonomies_of
    from auscult.cli.terminal.input_files import limits_of, reading
    from auscult.services.audits.agreement import Method
    from auscult.services.audits.labels import compare_labels, read_labels

    settings = options.settings_of(None, tables_dir=None if tables is None else str(tables))
    gold = read_labels(labels, limits_of(settings))
    forms = forms_of(form)
    with reading(settings, files or []) as given:
        documents = chain(gold.conversations, given.conversations(files or []))
        wanted = (conversation for conversation in documents if conversation.id in gold.answers)
        with progress("judged") as report:
            evaluator = file_evaluator(settings, taxonomies_of(taxonomy or []))
            compared = compare_labels(gold, _evaluated(wanted, evaluator, forms, report))
        if as_json:
            counts = {"labels": compared.labels, "missing": compared.missing, "unjudged": compared.unjudged}
            typer.echo(msgspec.json.encode(msgspec.to_builtins(compared.report) | counts | {"interval": Method()}))
        else:
            _show(compared)
        _name(compared.missing, "labelled, but in none of the files")
        _name(compared.unjudged, "labelled, but no form fits")
        _name_unasked(compared.report.metrics, forms)


def _evaluated(
    conversations: Iterable[Conversation],
    evaluator: "Evaluator",
    forms: Sequence[Form],
    report: Callable[[int, int | None], None],
) -> Iterator[Evaluation]:
    from auscult.domain.scoring.stored import PendingConversation

    waiting = (PendingConversation(conversation=conversation, revision=1) for conversation in conversations)
    done = 0
    while group := list(islice(waiting, GROUP)):
        yield from (judged.evaluation for judged in evaluator.evaluate(group, forms, datetime.now(UTC)))
        done += len(group)
        report(done, None)


def _name(conversations: Sequence[str], what: str) -> None:
    """Report on stderr which labels could not be compared."""
    if conversations:
        more = f" and {len(conversations) - NAMED} more" if len(conversations) > NAMED else ""
        typer.echo(f"{len(conversations)} {what}: {', '.join(conversations[:NAMED])}{more}", err=True)


def _name_unasked(labelled: Iterable[str], forms: Sequence[Form]) -> None:
    """Report on stderr which labelled metrics no form asks, and which ones were likely meant."""
    asked = [metric.id for form in forms for metric in form.metrics]
    for metric in labelled:
        if metric not in asked:
            typer.echo(
                f"{metric} is labelled, but no form asks it; {did_you_mean(metric, asked, 'leave it out')}", err=True
            )


def _show(compared: "Compared") -> None:
    print_figures(compared.report.metrics.items())
    over = compared.labels - len(compared.missing)
    typer.echo(f"macro kappa {kappa(compared.report.macro_kappa)} over {over} conversation{'s' * (over != 1)}")
