"""ROOM: the command line, one file a command.

Results go to stdout, everything else (progress, notes, errors) to stderr.
Exit status: 0 done, 1 refused or incomplete, 2 not a command line that we know, 130 interrupted.
"""

import atexit
import gc
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, Any, NoReturn

import typer

from auscult.cli.commands import COMMANDS, GROUPS, SUMMARIES
from auscult.cli.terminal import errors
from auscult.cli.terminal.help import WIDTH, Command, Group
from auscult.cli.terminal.quiet import be_quiet, without_quiet
from auscult.cli.terminal.version import version_line
from auscult.config import unknown_settings
from auscult.domain.errors import AuscultError

_COMPLETING = "_AUSCULT_COMPLETE"
"""Set by a shell that completes a command line."""
_COLLECTING = (20_000, 20, 20)
"""Thresholds of the garbage collector: importing what a command needs allocates much, and little of it is garbage."""


def build(words: Sequence[str] | None = None) -> typer.Typer:
    """Assemble the command line from the table; for these words only the commands that they can mean.

    Groups are always there: help lists them, and suggestions for a mistyped word come from all names.
    Where the words name no command, the commands outside groups are only their names and summaries.
    Where they name one, the options that install completion are left out: Typer loads Pydantic to read them.
    """
    settings: dict[str, Any] = {
        "cls": Group,
        "no_args_is_help": True,
        "rich_markup_mode": None,
        "context_settings": {"help_option_names": ["-h", "--help"], "max_content_width": WIDTH},
    }
    meant = None if words is None or _COMPLETING in os.environ else _meant(words)
    top = typer.Typer(
        name="auscult",
        help=auscult.__doc__,
        callback=auscult,
        add_completion=not meant,
        pretty_exceptions_enable=False,
        **settings,
    )
    groups = {name: typer.Typer(help=text, **settings) for name, (text, _) in GROUPS.items()}
    for command in COMMANDS:
        group, _, name = command.words.rpartition(" ")
        if group and groups[group] not in (known.typer_instance for known in top.registered_groups):
            top.add_typer(groups[group], name=group, rich_help_panel=GROUPS[group][1])
        parent, panel = (groups[group], None) if group else (top, command.panel)
        if meant is None or meant in (command.words, group or command.words):
            parent.command(name, cls=Command, rich_help_panel=panel)(command.run)
        elif not meant and not group:
            parent.command(name, rich_help_panel=panel, help=SUMMARIES[name])(_named_only)
    return top


def _meant(words: Sequence[str]) -> str:
    """Return the command, else the group, that a command line names; empty where it names none."""
    first, second, *_ = [*(word for word in words if word[:1] != "-"), "", ""]
    known = {*GROUPS, *(command.words for command in COMMANDS)}
    return next((each for each in (f"{first} {second}", first) if each in known), "")


def _named_only() -> None:
    """Do nothing: a command under this name is listed or suggested, and cannot run."""


def _say_version(wanted: bool) -> None:  # noqa: FBT001  (Typer calls it so)
    if wanted:
        typer.echo(version_line())
        raise typer.Exit


def auscult(
    *,
    _version: Annotated[
        bool, typer.Option("--version", "-V", callback=_say_version, is_eager=True, help="Print the version.")
    ] = False,
    _quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors and results only.")] = False,
) -> None:
    """Conversations in, scores with evidence out.

    --quiet is accepted anywhere on the command line.
    Documentation of every command: docs/reference/cli.md. Settings: docs/reference/settings.md.
    """


def _keep_numpy_to_one_thread() -> None:
    """Let numpy start no threads in this process and in those that it starts. numpy reads the setting when it is loaded.

    There is work for every core, and threads that wait by spinning take it all: a load took 1.4 times the processor
    time, and a server that searches 10,000 passages three times, with suggestions 70 times later.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def main() -> None:
    """Run the command line; the one place where an error becomes an exit status."""
    # What commands write (databases with their logs, exports, backups, recordings) is of people: for its owner alone.
    os.umask(0o077)
    gc.set_threshold(*_COLLECTING)
    _keep_numpy_to_one_thread()
    words, is_quiet = without_quiet(sys.argv[1:])
    if is_quiet:
        be_quiet()
    as_json = "--json" in words
    for warning in unknown_settings():
        typer.echo(f"warning: {warning}", err=True)
    try:
        status = build(words)(words, prog_name="auscult", standalone_mode=False)
    except AuscultError as error:
        errors.report(error, as_json=as_json)
        status = errors.status_of(error)
    except OSError as error:
        if (fault := errors.unusable_file(error)) is None:
            raise
        errors.report(fault, as_json=as_json)
        status = 1
    except typer.Abort:
        typer.echo("error: aborted", err=True)
        status = 1
    except Exception as error:
        if errors.is_usage(error):
            status = errors.report_usage(error, as_json=as_json)
        elif (fault := errors.database_trouble(error)) is not None:
            errors.report(fault, as_json=as_json)
            status = 1
        else:
            raise
    _leave(status)


def _leave(status: int | None) -> NoReturn:
    """Exit; at once after what is registered for the exit where daemon threads still run.

    One that is inside C++, as RE2 is, aborts the process when the interpreter is taken apart (before Python 3.14).
    """
    if any(each.daemon for each in threading.enumerate()):
        threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001
        atexit._run_exitfuncs()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        with suppress(OSError):  # a closed pipe
            sys.stdout.flush()
        os._exit(status or 0)
    sys.exit(status)
