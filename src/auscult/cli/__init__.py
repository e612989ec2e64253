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
    audits,
    clients,
    demo,
    doctor,
    forms,
    load,
    rebuild,
    score,
    serve,
    token,
    verify,
    worker,
)
from auscult.domain.errors import AuscultError


class Command(NamedTuple):
    """One command: its words after ``auscult``, what runs it, and the part of the help it stands in."""

    words: str
    run: Callable[..., None]
    panel: str


_RUN, _JUDGE, _KEEP = "Run", "Judge", "Keep"

COMMANDS = (
    Command("demo", demo.demo, _RUN),
    Command("serve", serve.serve, _RUN),
    Command("worker", worker.worker, _RUN),
    Command("load", load.load, _RUN),
    Command("score", score.score, _JUDGE),
    Command("agree", agree.agree, _JUDGE),
    Command("forms check", forms.check, _JUDGE),
    Command("forms apply", forms.apply, _JUDGE),
    Command("forms list", forms.listing, _JUDGE),
    Command("forms show", forms.show, _JUDGE),
    Command("audits assign", audits.assign, _JUDGE),
    Command("audits answer", audits.answer, _JUDGE),
    Command("audits submit", audits.submit, _JUDGE),
    Command("audits list", audits.listing, _JUDGE),
    Command("audits show", audits.show, _JUDGE),
    Command("clients add", clients.add, _KEEP),
    Command("clients list", clients.listing, _KEEP),
    Command("clients revoke", clients.revoke, _KEEP),
    Command("token", token.token, _KEEP),
    Command("rebuild", rebuild.rebuild, _KEEP),
    Command("verify", verify.verify, _KEEP),
    Command("doctor", doctor.doctor, _KEEP),
)

GROUPS = {
    "forms": ("Evaluation forms: check, publish and read them.", _JUDGE),
    "audits": ("Audits: what people decide about conversations that the machine scored.", _JUDGE),
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
    try:
        build()()
    except AuscultError as error:
        _errors.report(error, as_json="--json" in sys.argv)
        sys.exit(1)
