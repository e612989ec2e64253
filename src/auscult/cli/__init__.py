"""ROOM: the command line, one file a command.

Results go to stdout, everything else (progress, notes, errors) to stderr.
Exit status: 0 done, 1 refused or incomplete, 2 not a command line that we know, 130 interrupted.
"""

import sys
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import typer

from auscult import __version__
from auscult.cli import (
    _errors,
    agree,
    agreement,
    audits,
    backtest,
    clients,
    copy_store,
    demo,
    doctor,
    export,
    form_versions,
    forms,
    insights,
    jobs,
    knowledge,
    load,
    pull,
    rebuild,
    rescores,
    score,
    scorecards,
    serve,
    simulate,
    tables,
    taxonomy,
    token,
    tune,
    verify,
    worker,
)
from auscult.config import unknown_settings
from auscult.domain.errors import AuscultError


class Command(NamedTuple):
    """One command: its words after ``auscult``, what runs it, and the part of the help it stands in."""

    words: str
    run: Callable[..., None]
    panel: str


_RUN, _JUDGE, _ASSIST, _KEEP = "Run", "Judge", "Assist", "Keep"

COMMANDS = (
    Command("demo", demo.demo, _RUN),
    Command("serve", serve.serve, _RUN),
    Command("worker", worker.worker, _RUN),
    Command("load", load.load, _RUN),
    Command("pull", pull.pull, _RUN),
    Command("export", export.export, _RUN),
    Command("simulate", simulate.simulate, _RUN),
    Command("score", score.score, _JUDGE),
    Command("agree", agree.agree, _JUDGE),
    Command("agreement", agreement.agreement, _JUDGE),
    Command("tune", tune.tune, _JUDGE),
    Command("insights", insights.insights, _JUDGE),
    Command("forms check", forms.check, _JUDGE),
    Command("forms apply", forms.apply, _JUDGE),
    Command("forms list", forms.listing, _JUDGE),
    Command("forms show", forms.show, _JUDGE),
    Command("forms schema", forms.schema, _JUDGE),
    Command("forms versions", form_versions.versions, _JUDGE),
    Command("forms diff", form_versions.diff, _JUDGE),
    Command("forms draft", form_versions.draft, _JUDGE),
    Command("forms drafts", form_versions.drafts, _JUDGE),
    Command("forms publish", form_versions.publish, _JUDGE),
    Command("forms discard", form_versions.discard, _JUDGE),
    Command("forms retire", form_versions.retire, _JUDGE),
    Command("scorecards apply", scorecards.apply, _JUDGE),
    Command("scorecards list", scorecards.listing, _JUDGE),
    Command("scorecards show", scorecards.show, _JUDGE),
    Command("scorecards agents", scorecards.agents, _JUDGE),
    Command("scorecards remove", scorecards.remove, _JUDGE),
    Command("taxonomy check", taxonomy.check, _JUDGE),
    Command("taxonomy apply", taxonomy.apply, _JUDGE),
    Command("taxonomy list", taxonomy.listing, _JUDGE),
    Command("taxonomy show", taxonomy.show, _JUDGE),
    Command("taxonomy retire", taxonomy.retire, _JUDGE),
    Command("tables apply", tables.apply, _JUDGE),
    Command("tables list", tables.listing, _JUDGE),
    Command("tables show", tables.show, _JUDGE),
    Command("tables remove", tables.remove, _JUDGE),
    Command("backtest", backtest.backtest, _JUDGE),
    Command("rescore", rescores.rescore, _JUDGE),
    Command("rescores list", rescores.listing, _JUDGE),
    Command("rescores show", rescores.show, _JUDGE),
    Command("rescores cancel", rescores.cancel, _JUDGE),
    Command("rescores resume", rescores.resume, _JUDGE),
    Command("audits assign", audits.assign, _JUDGE),
    Command("audits answer", audits.answer, _JUDGE),
    Command("audits submit", audits.submit, _JUDGE),
    Command("audits list", audits.listing, _JUDGE),
    Command("audits show", audits.show, _JUDGE),
    Command("knowledge add", knowledge.add, _ASSIST),
    Command("knowledge list", knowledge.listing, _ASSIST),
    Command("knowledge search", knowledge.search, _ASSIST),
    Command("knowledge remove", knowledge.remove, _ASSIST),
    Command("jobs list", jobs.listing, _KEEP),
    Command("jobs show", jobs.show, _KEEP),
    Command("jobs retry", jobs.retry, _KEEP),
    Command("jobs cancel", jobs.cancel, _KEEP),
    Command("clients add", clients.add, _KEEP),
    Command("clients list", clients.listing, _KEEP),
    Command("clients revoke", clients.revoke, _KEEP),
    Command("token", token.token, _KEEP),
    Command("migrate", copy_store.migrate, _KEEP),
    Command("copy", copy_store.copy, _KEEP),
    Command("rebuild", rebuild.rebuild, _KEEP),
    Command("verify", verify.verify, _KEEP),
    Command("doctor", doctor.doctor, _KEEP),
)

GROUPS = {
    "forms": ("Evaluation forms: check, publish and read them.", _JUDGE),
    "scorecards": ("Scorecards: what agents are measured by, and what they come to.", _JUDGE),
    "taxonomy": ("Taxonomies: what conversations are sorted by, in three levels.", _JUDGE),
    "tables": ("Tables of values that metrics hold what was said against.", _JUDGE),
    "rescores": ("Re-scores: watched, cancelled and resumed.", _JUDGE),
    "audits": ("Audits: what people decide about conversations that the machine scored.", _JUDGE),
    "knowledge": ("What apps know, and assistants may quote: documents, in versions.", _ASSIST),
    "jobs": ("Batches that wait, run or failed: looked at, put back to work, ended.", _KEEP),
    "clients": ("Clients of the APIs: who may read an app's reports.", _KEEP),
}


def build() -> typer.Typer:
    """Assemble the command line from the table."""
    settings: dict[str, Any] = {
        "no_args_is_help": True,
        "context_settings": {"help_option_names": ["-h", "--help"]},
    }
    top = typer.Typer(
        name="auscult", help=auscult.__doc__, callback=auscult, pretty_exceptions_enable=False, **settings
    )
    groups = {name: typer.Typer(help=text, **settings) for name, (text, _) in GROUPS.items()}
    for command in COMMANDS:
        group, _, name = command.words.rpartition(" ")
        if group and groups[group] not in (known.typer_instance for known in top.registered_groups):
            top.add_typer(groups[group], name=group, rich_help_panel=GROUPS[group][1])
        parent, panel = (groups[group], None) if group else (top, command.panel)
        parent.command(name, rich_help_panel=panel)(command.run)
    return top


def _say_version(wanted: bool) -> None:  # noqa: FBT001  (Typer calls it so)
    if wanted:
        typer.echo(f"auscult {__version__}")
        raise typer.Exit


def auscult(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Conversations in, scores with evidence out.

    Documentation of every command: docs/reference/cli.md. Settings: docs/reference/settings.md.
    """


def main() -> None:
    """Run the command line; the one place where an error becomes an exit status."""
    for told in unknown_settings():
        typer.echo(f"warning: {told}", err=True)
    try:
        build()()
    except AuscultError as error:
        _errors.report(error, as_json="--json" in sys.argv)
        sys.exit(1)
    except OSError as error:
        if (fault := _errors.unusable_file(error)) is None:
            raise
        _errors.report(fault, as_json="--json" in sys.argv)
        sys.exit(1)
