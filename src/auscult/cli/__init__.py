"""ROOM: the command line, one file a command.

Results go to stdout, everything else (progress, notes, errors) to stderr.
Exit status: 0 done, 1 refused or incomplete, 2 not a command line that we know, 130 interrupted.
"""

import gc
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Annotated, Any, NamedTuple

import typer

from auscult.cli.terminal import errors
from auscult.cli.terminal.quiet import be_quiet, without_quiet
from auscult.cli.terminal.usage import is_usage, report_usage
from auscult.cli.terminal.version import version_line
from auscult.config import unknown_settings
from auscult.domain.errors import AuscultError


class Command(NamedTuple):
    """One command: its words after ``auscult``, the function that runs it, and its part of the help.

    The function is named and not imported: a command line starts with the one that it needs, and not with all of them.
    """

    words: str
    where: str
    panel: str

    @property
    def run(self) -> Callable[..., None]:
        """Import the function."""
        module, _, name = self.where.partition(":")
        found: Callable[..., None] = getattr(import_module(f"auscult.cli.{module}"), name)
        return found


_COMPLETING = "_AUSCULT_COMPLETE"
"""Set by a shell that completes a command line."""
_COLLECTING = (20_000, 20, 20)
"""Thresholds of the garbage collector: importing what a command needs allocates much, and little of it is garbage."""
_RUN, _JUDGE, _ASSIST, _KEEP = "Run", "Judge", "Assist", "Keep"

COMMANDS = (
    Command("demo", "operations.demo:demo", _RUN),
    Command("serve", "operations.serve:serve", _RUN),
    Command("worker", "operations.worker:worker", _RUN),
    Command("load", "scoring.load:load", _RUN),
    Command("pull", "delivery.pull:pull", _RUN),
    Command("export", "delivery.export:export", _RUN),
    Command("sql", "delivery.sql:sql", _RUN),
    Command("simulate", "assist.simulate:simulate", _RUN),
    Command("connectors apply", "connectors.connectors:apply", _RUN),
    Command("connectors list", "connectors.connectors:listing", _RUN),
    Command("connectors show", "connectors.connectors:show", _RUN),
    Command("connectors check", "connectors.connectors:check", _RUN),
    Command("connectors remove", "connectors.connectors:remove", _RUN),
    Command("connectors pause", "connectors.connectors:pause", _RUN),
    Command("connectors resume", "connectors.connectors:resume", _RUN),
    Command("connectors run", "connectors.runs:run", _RUN),
    Command("connectors backfill", "connectors.runs:backfill", _RUN),
    Command("connectors log", "connectors.runs:log", _RUN),
    Command("connectors refused", "connectors.runs:refused", _RUN),
    Command("score", "scoring.score:score", _JUDGE),
    Command("agree", "audits.agree:agree", _JUDGE),
    Command("agreement", "audits.agreement:agreement", _JUDGE),
    Command("tune", "audits.tune:tune", _JUDGE),
    Command("insights", "insights.insights:insights", _JUDGE),
    Command("forms check", "definitions.forms:check", _JUDGE),
    Command("forms apply", "definitions.forms:apply", _JUDGE),
    Command("forms list", "definitions.forms:listing", _JUDGE),
    Command("forms show", "definitions.forms:show", _JUDGE),
    Command("forms schema", "definitions.forms:schema", _JUDGE),
    Command("forms import", "definitions.form_sheets:import_sheet", _JUDGE),
    Command("forms export", "definitions.form_sheets:export_sheet", _JUDGE),
    Command("forms copy", "definitions.form_sheets:copy", _JUDGE),
    Command("forms versions", "definitions.form_versions:versions", _JUDGE),
    Command("forms diff", "definitions.form_versions:diff", _JUDGE),
    Command("forms draft", "definitions.form_versions:draft", _JUDGE),
    Command("forms drafts", "definitions.form_versions:drafts", _JUDGE),
    Command("forms publish", "definitions.form_versions:publish", _JUDGE),
    Command("forms discard", "definitions.form_versions:discard", _JUDGE),
    Command("forms retire", "definitions.form_versions:retire", _JUDGE),
    Command("wording list", "definitions.wording:listing", _JUDGE),
    Command("wording show", "definitions.wording:show", _JUDGE),
    Command("wording check", "definitions.wording:check", _JUDGE),
    Command("scorecards apply", "definitions.scorecards:apply", _JUDGE),
    Command("scorecards list", "definitions.scorecards:listing", _JUDGE),
    Command("scorecards show", "definitions.scorecards:show", _JUDGE),
    Command("scorecards agents", "definitions.scorecards:agents", _JUDGE),
    Command("scorecards remove", "definitions.scorecards:remove", _JUDGE),
    Command("taxonomy check", "definitions.taxonomy:check", _JUDGE),
    Command("taxonomy apply", "definitions.taxonomy:apply", _JUDGE),
    Command("taxonomy list", "definitions.taxonomy:listing", _JUDGE),
    Command("taxonomy show", "definitions.taxonomy:show", _JUDGE),
    Command("taxonomy retire", "definitions.taxonomy:retire", _JUDGE),
    Command("tables apply", "definitions.tables:apply", _JUDGE),
    Command("tables list", "definitions.tables:listing", _JUDGE),
    Command("tables show", "definitions.tables:show", _JUDGE),
    Command("tables remove", "definitions.tables:remove", _JUDGE),
    Command("backtest", "history.backtest:backtest", _JUDGE),
    Command("rescore", "history.rescores:rescore", _JUDGE),
    Command("rescores list", "history.rescores:listing", _JUDGE),
    Command("rescores show", "history.rescores:show", _JUDGE),
    Command("rescores cancel", "history.rescores:cancel", _JUDGE),
    Command("rescores resume", "history.rescores:resume", _JUDGE),
    Command("audits assign", "audits.audits:assign", _JUDGE),
    Command("audits answer", "audits.audits:answer", _JUDGE),
    Command("audits submit", "audits.audits:submit", _JUDGE),
    Command("audits list", "audits.audits:listing", _JUDGE),
    Command("audits show", "audits.audits:show", _JUDGE),
    Command("audits raters", "audits.quality:raters", _JUDGE),
    Command("audits agents", "audits.quality:agents", _JUDGE),
    Command("audits chart", "audits.quality:chart", _JUDGE),
    Command("audits fairness", "audits.quality:fairness", _JUDGE),
    Command("audits segments", "audits.bookmarks:segments", _JUDGE),
    Command("audits bookmark", "audits.bookmarks:bookmark", _JUDGE),
    Command("audits bookmarks", "audits.bookmarks:bookmarks", _JUDGE),
    Command("audits settings", "audits.bookmarks:settings", _JUDGE),
    Command("plans create", "audits.plans:create", _JUDGE),
    Command("plans revise", "audits.plans:revise", _JUDGE),
    Command("plans preview", "audits.plans:preview", _JUDGE),
    Command("plans list", "audits.plans:listing", _JUDGE),
    Command("plans show", "audits.plans:show", _JUDGE),
    Command("plans draw", "audits.plans:draw", _JUDGE),
    Command("plans repeat", "audits.plans:repeat", _JUDGE),
    Command("plans pause", "audits.plans:pause", _JUDGE),
    Command("plans resume", "audits.plans:resume", _JUDGE),
    Command("plans reassign", "audits.plans:reassign", _JUDGE),
    Command("assignments assign", "audits.bookmarks:assign", _JUDGE),
    Command("assignments self", "audits.bookmarks:review_oneself", _JUDGE),
    Command("assignments next", "audits.assignments:next_item", _JUDGE),
    Command("assignments list", "audits.assignments:listing", _JUDGE),
    Command("assignments show", "audits.assignments:show", _JUDGE),
    Command("assignments answer", "audits.assignments:answer", _JUDGE),
    Command("assignments submit", "audits.assignments:submit", _JUDGE),
    Command("assignments reaudit", "audits.assignments:reaudit", _JUDGE),
    Command("assignments decline", "audits.assignments:decline", _JUDGE),
    Command("assignments reassign", "audits.assignments:reassign", _JUDGE),
    Command("disputes list", "disputes.disputes:listing", _JUDGE),
    Command("disputes show", "disputes.disputes:show", _JUDGE),
    Command("disputes review", "disputes.disputes:review", _JUDGE),
    Command("disputes release", "disputes.disputes:release", _JUDGE),
    Command("disputes accept", "disputes.disputes:accept", _JUDGE),
    Command("disputes raise", "disputes.disputes:raise_", _JUDGE),
    Command("disputes decide", "disputes.disputes:decide", _JUDGE),
    Command("disputes withdraw", "disputes.disputes:withdraw", _JUDGE),
    Command("disputes statistics", "disputes.disputes:statistics", _JUDGE),
    Command("disputes examples", "disputes.disputes:examples", _JUDGE),
    Command("disputes policy", "disputes.disputes:policy", _JUDGE),
    Command("calibration create", "disputes.calibration:create", _JUDGE),
    Command("calibration list", "disputes.calibration:listing", _JUDGE),
    Command("calibration show", "disputes.calibration:show", _JUDGE),
    Command("calibration suggest", "disputes.calibration:suggest", _JUDGE),
    Command("calibration activate", "disputes.calibration:activate", _JUDGE),
    Command("calibration rate", "disputes.calibration:rate", _JUDGE),
    Command("calibration submit", "disputes.calibration:submit", _JUDGE),
    Command("calibration leave", "disputes.calibration:leave", _JUDGE),
    Command("calibration reference", "disputes.calibration:reference", _JUDGE),
    Command("calibration close", "disputes.calibration:close", _JUDGE),
    Command("calibration report", "disputes.calibration:report", _JUDGE),
    Command("coaching create", "disputes.coaching:create", _JUDGE),
    Command("coaching list", "disputes.coaching:listing", _JUDGE),
    Command("coaching show", "disputes.coaching:show", _JUDGE),
    Command("coaching acknowledge", "disputes.coaching:acknowledge", _JUDGE),
    Command("coaching finish", "disputes.coaching:finish", _JUDGE),
    Command("coaching complete", "disputes.coaching:complete", _JUDGE),
    Command("coaching return", "disputes.coaching:give_back", _JUDGE),
    Command("coaching new-colleagues", "disputes.coaching:new_colleagues", _JUDGE),
    Command("schedules create", "disputes.schedules:create", _JUDGE),
    Command("schedules list", "disputes.schedules:listing", _JUDGE),
    Command("schedules run", "disputes.schedules:run", _JUDGE),
    Command("schedules remove", "disputes.schedules:remove", _JUDGE),
    Command("estimate", "audits.estimate:estimate", _JUDGE),
    Command("knowledge add", "assist.knowledge:add", _ASSIST),
    Command("knowledge list", "assist.knowledge:listing", _ASSIST),
    Command("knowledge search", "assist.knowledge:search", _ASSIST),
    Command("knowledge remove", "assist.knowledge:remove", _ASSIST),
    Command("conversations list", "scoring.conversations:listing", _KEEP),
    Command("conversations show", "scoring.conversations:show", _KEEP),
    Command("recordings add", "recordings.recordings:add", _KEEP),
    Command("recordings list", "recordings.recordings:listing", _KEEP),
    Command("recordings load", "recordings.recordings:load", _KEEP),
    Command("jobs list", "scoring.jobs:listing", _KEEP),
    Command("jobs show", "scoring.jobs:show", _KEEP),
    Command("jobs retry", "scoring.jobs:retry", _KEEP),
    Command("jobs cancel", "scoring.jobs:cancel", _KEEP),
    Command("clients add", "operations.clients:add", _KEEP),
    Command("clients list", "operations.clients:listing", _KEEP),
    Command("clients revoke", "operations.clients:revoke", _KEEP),
    Command("users add", "people.users:add", _KEEP),
    Command("users list", "people.users:listing", _KEEP),
    Command("users show", "people.users:show", _KEEP),
    Command("users grant", "people.users:grant", _KEEP),
    Command("users revoke", "people.users:revoke", _KEEP),
    Command("users disable", "people.users:disable", _KEEP),
    Command("users enable", "people.users:enable", _KEEP),
    Command("users password", "people.sign_in:password", _KEEP),
    Command("users token", "people.sign_in:token", _KEEP),
    Command("users why", "people.sign_in:why", _KEEP),
    Command("users test-sso", "people.sign_in:check_sign_on", _KEEP),
    Command("agents list", "people.directory:list_agents", _KEEP),
    Command("agents show", "people.directory:show_agent", _KEEP),
    Command("agents import", "people.directory:import_agents", _KEEP),
    Command("teams list", "people.directory:list_teams", _KEEP),
    Command("teams show", "people.directory:show_team", _KEEP),
    Command("teams import", "people.directory:import_teams", _KEEP),
    Command("queues list", "people.directory:list_queues", _KEEP),
    Command("queues show", "people.directory:show_queue", _KEEP),
    Command("queues import", "people.directory:import_queues", _KEEP),
    Command("webhooks list", "delivery.webhooks:listing", _KEEP),
    Command("token", "operations.token:token", _KEEP),
    Command("apps list", "privacy.apps:listing", _KEEP),
    Command("apps set", "privacy.apps:change", _KEEP),
    Command("apps show", "privacy.apps:show", _KEEP),
    Command("retention set", "privacy.retention:change", _KEEP),
    Command("retention show", "privacy.retention:show", _KEEP),
    Command("retention preview", "privacy.retention:preview", _KEEP),
    Command("retention run", "privacy.retention:run", _KEEP),
    Command("holds place", "privacy.holds:place", _KEEP),
    Command("holds list", "privacy.holds:listing", _KEEP),
    Command("holds lift", "privacy.holds:lift", _KEEP),
    Command("approvals list", "privacy.approvals:listing", _KEEP),
    Command("approvals approve", "privacy.approvals:approve", _KEEP),
    Command("approvals refuse", "privacy.approvals:refuse", _KEEP),
    Command("erase", "privacy.erase:erase", _KEEP),
    Command("reveal", "privacy.reveal:reveal", _KEEP),
    Command("log export", "privacy.log:export", _KEEP),
    Command("log seal", "privacy.log:seal", _KEEP),
    Command("keys rotate", "privacy.keys:rotate", _KEEP),
    Command("migrate", "operations.copy_store:migrate", _KEEP),
    Command("copy", "operations.copy_store:copy", _KEEP),
    Command("backup", "operations.backup:backup", _KEEP),
    Command("restore", "operations.backup:restore", _KEEP),
    Command("config", "operations.settings:config", _KEEP),
    Command("rebuild", "scoring.rebuild:rebuild", _KEEP),
    Command("verify", "operations.verify:verify", _KEEP),
    Command("top", "operations.top:top", _KEEP),
    Command("doctor", "operations.doctor:doctor", _KEEP),
)

GROUPS = {
    "connectors": ("Connectors: read conversations from buckets, folders and other systems, on a schedule.", _RUN),
    "forms": ("Evaluation forms: check, publish and read them.", _JUDGE),
    "wording": ("Wording packs: phrases with one meaning, which forms refer to.", _JUDGE),
    "scorecards": ("Scorecards: agents' measures and results.", _JUDGE),
    "taxonomy": ("Taxonomies: three levels of categories for conversations.", _JUDGE),
    "tables": ("Tables of values that metrics look up.", _JUDGE),
    "rescores": ("Re-scores: follow, cancel and resume them.", _JUDGE),
    "audits": ("Audits: what people decide about conversations that the machine scored.", _JUDGE),
    "plans": ("Plans: which conversations are audited, how many, and by whom.", _JUDGE),
    "assignments": ("Assignments: the work of auditors on what plans have drawn.", _JUDGE),
    "disputes": ("Disputes: objections to answers of audits, and their decisions.", _JUDGE),
    "calibration": ("Calibration: several people rate the same conversations.", _JUDGE),
    "coaching": ("Coaching: one behaviour at a time, with evidence, a due date and its effect.", _JUDGE),
    "schedules": ("Schedules: recurring reports and alerts.", _JUDGE),
    "knowledge": ("Knowledge of apps: versioned documents that the assistant may quote.", _ASSIST),
    "conversations": ("Stored conversations, with scores and evidence.", _KEEP),
    "webhooks": ("Webhooks of apps, and their deliveries.", _KEEP),
    "recordings": ("Recordings: the sound of conversations.", _KEEP),
    "jobs": ("Jobs: batches that wait, run or failed. Show, retry and cancel them.", _KEEP),
    "apps": ("Apps, how they treat personal data, and their time zones.", _KEEP),
    "retention": ("How long conversations are kept.", _KEEP),
    "approvals": ("Steps that wait for a second person.", _KEEP),
    "holds": ("Legal holds, which win over retention and erasure.", _KEEP),
    "log": ("The access log: who saw, changed, exported and erased what.", _KEEP),
    "keys": ("The key to the secrets of the database.", _KEEP),
    "users": ("Users: the people who sign in, and what they may do.", _KEEP),
    "agents": ("Agents of an app.", _KEEP),
    "teams": ("Teams of an app, with their members.", _KEEP),
    "queues": ("Queues of an app, with their members.", _KEEP),
    "clients": ("Clients of the APIs: who may read an app's reports.", _KEEP),
}


def build(words: Sequence[str] | None = None) -> typer.Typer:
    """Assemble the command line from the table; for these words only the commands that they can mean.

    Groups are always there: help lists them, and suggestions for a mistyped word come from all names.
    """
    settings: dict[str, Any] = {
        "no_args_is_help": True,
        "context_settings": {"help_option_names": ["-h", "--help"]},
    }
    top = typer.Typer(
        name="auscult", help=auscult.__doc__, callback=auscult, pretty_exceptions_enable=False, **settings
    )
    groups = {name: typer.Typer(help=text, **settings) for name, (text, _) in GROUPS.items()}
    meant = None if words is None or _COMPLETING in os.environ else next((w for w in words if w[:1] != "-"), "")
    is_known = meant in GROUPS or any(command.words == meant for command in COMMANDS)
    for command in COMMANDS:
        group, _, name = command.words.rpartition(" ")
        if group and groups[group] not in (known.typer_instance for known in top.registered_groups):
            top.add_typer(groups[group], name=group, rich_help_panel=GROUPS[group][1])
        if meant is not None and (meant not in (command.words, group) if is_known else group):
            continue
        parent, panel = (groups[group], None) if group else (top, command.panel)
        parent.command(name, rich_help_panel=panel)(command.run)
    return top


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


def main() -> None:
    """Run the command line; the one place where an error becomes an exit status."""
    gc.set_threshold(*_COLLECTING)
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
        status = 1
    except OSError as error:
        if (fault := errors.unusable_file(error)) is None:
            raise
        errors.report(fault, as_json=as_json)
        status = 1
    except typer.Abort:
        typer.echo("error: aborted", err=True)
        status = 1
    except Exception as error:
        if not is_usage(error):
            raise
        status = report_usage(error, as_json=as_json)
    sys.exit(status)
