"""The table of commands, their groups, and what the help of the whole program shows of them."""

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from auscult.cli.generated.commands import command
from auscult.cli.generated.table import table


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


class GeneratedCommand(Command):
    """A command that is made from an operation of the API."""

    @property
    def run(self) -> Callable[..., None]:
        """Make the function of the table."""
        return command(table()[self.words])


def made(group: str, names: str, panel: str) -> tuple[GeneratedCommand, ...]:
    """Return the commands of a group that are made from operations."""
    return tuple(GeneratedCommand(f"{group} {name}", "", panel) for name in names.split())


_RUN, _JUDGE, _ASSIST, _KEEP = "Run", "Judge", "Assist", "Keep"


COMMANDS = (
    Command("demo", "operations.demo:demo", _RUN),
    Command("serve", "operations.serve:serve", _RUN),
    Command("worker", "operations.worker:worker", _RUN),
    Command("mcp", "operations.mcp:mcp", _RUN),
    Command("load", "scoring.load:load", _RUN),
    Command("pull", "delivery.pull:pull", _RUN),
    Command("export", "delivery.export:export", _RUN),
    Command("sql", "delivery.sql:sql", _RUN),
    Command("simulate", "assist.simulate:simulate", _RUN),
    Command("connectors apply", "connectors.connectors:apply", _RUN),
    Command("connectors check", "connectors.connectors:check", _RUN),
    Command("connectors set", "connectors.connectors:set_", _RUN),
    Command("connectors run", "connectors.runs:run", _RUN),
    Command("connectors backfill", "connectors.runs:backfill", _RUN),
    *made("connectors", "list show remove pause resume log refused", _RUN),
    Command("score", "scoring.score:score", _JUDGE),
    Command("agree", "audits.agree:agree", _JUDGE),
    Command("agreement", "audits.agreement:agreement", _JUDGE),
    Command("tune", "audits.tune:tune", _JUDGE),
    Command("insights", "insights:insights", _JUDGE),
    GeneratedCommand("drivers", "", _JUDGE),
    Command("forms check", "definitions.forms:check", _JUDGE),
    Command("forms apply", "definitions.forms:apply", _JUDGE),
    Command("forms list", "definitions.forms:listing", _JUDGE),
    Command("forms show", "definitions.forms:show", _JUDGE),
    Command("forms schema", "definitions.forms:schema", _JUDGE),
    Command("forms import", "definitions.form_sheets:import_sheet", _JUDGE),
    Command("forms export", "definitions.form_sheets:export_sheet", _JUDGE),
    Command("forms copy", "definitions.form_sheets:copy", _JUDGE),
    Command("forms diff", "definitions.form_versions:diff", _JUDGE),
    Command("forms draft", "definitions.form_versions:draft", _JUDGE),
    Command("forms publish", "definitions.form_versions:publish", _JUDGE),
    Command("forms discard", "definitions.form_versions:discard", _JUDGE),
    *made("forms", "versions drafts retire", _JUDGE),
    *made("examples", "list keep remove", _JUDGE),
    *made("questions", "ask show tick learn", _JUDGE),
    Command("wording list", "definitions.wording:listing", _JUDGE),
    Command("wording show", "definitions.wording:show", _JUDGE),
    Command("wording check", "definitions.wording:check", _JUDGE),
    Command("scorecards apply", "definitions.scorecards:apply", _JUDGE),
    *made("scorecards", "list show remove", _JUDGE),
    Command("scorecards agents", "definitions.scorecards:agents", _JUDGE),
    Command("taxonomy check", "definitions.taxonomy:check", _JUDGE),
    Command("taxonomy apply", "definitions.taxonomy:apply", _JUDGE),
    Command("taxonomy list", "definitions.taxonomy:listing", _JUDGE),
    Command("taxonomy show", "definitions.taxonomy:show", _JUDGE),
    *made("taxonomy", "retire", _JUDGE),
    Command("tables apply", "definitions.tables:apply", _JUDGE),
    Command("tables list", "definitions.tables:listing", _JUDGE),
    Command("tables show", "definitions.tables:show", _JUDGE),
    Command("tables remove", "definitions.tables:remove", _JUDGE),
    Command("backtest", "history.backtest:backtest", _JUDGE),
    Command("rescore", "history.rescores:rescore", _JUDGE),
    Command("rescores resume", "history.rescores:resume", _JUDGE),
    *made("rescores", "list show cancel", _JUDGE),
    Command("audits answer", "audits.answers:answer", _JUDGE),
    Command("audits submit", "audits.answers:submit", _JUDGE),
    *made(
        "audits",
        "assign list show raters agents chart fairness segments bookmark unbookmark bookmarks settings",
        _JUDGE,
    ),
    *made("plans", "create revise preview list show draw repeat pause resume reassign", _JUDGE),
    Command("assignments next", "audits.answers:next_item", _JUDGE),
    *made(
        "assignments",
        "assign self list show answer submit reaudit decline reassign offered take",
        _JUDGE,
    ),
    *made("disputes", "list show review release accept undo-accept raise decide withdraw statistics policy", _JUDGE),
    Command("disputes examples", "disputes:examples", _JUDGE),
    *made("comments", "of list show add reply edit resolve reopen", _JUDGE),
    *made("corrections", "add add-many list of undo", _JUDGE),
    *made("notices", "list read read-all", _JUDGE),
    *made("absences", "list add remove", _JUDGE),
    *(Command(f"ai-agents {name}", f"ai_agents:{name}", _JUDGE) for name in ("register", "compare")),
    *made("ai-agents", "list show remove figures", _JUDGE),
    *made("collections", "list show create change remove restore pin unpin repin order", _JUDGE),
    *made(
        "calibration",
        "create list show suggest activate rate submit leave reference report close offered take",
        _JUDGE,
    ),
    *made("coaching", "create list show acknowledge finish review note consent new-colleagues", _JUDGE),
    *made("schedules", "create list run file remove", _JUDGE),
    GeneratedCommand("estimate", "", _JUDGE),
    Command("knowledge add", "assist.knowledge:add", _ASSIST),
    Command("knowledge list", "assist.knowledge:listing", _ASSIST),
    Command("knowledge search", "assist.knowledge:search", _ASSIST),
    Command("knowledge tune", "assist.knowledge_tuning:tune", _ASSIST),
    Command("knowledge remove", "assist.knowledge:remove", _ASSIST),
    Command("conversations list", "conversations:listing", _KEEP),
    Command("conversations show", "conversations:show", _KEEP),
    Command("recordings add", "recordings:add", _KEEP),
    Command("recordings list", "recordings:listing", _KEEP),
    Command("recordings load", "recordings:load", _KEEP),
    Command("jobs list", "scoring.jobs:listing", _KEEP),
    Command("jobs show", "scoring.jobs:show", _KEEP),
    Command("jobs retry", "scoring.jobs:retry", _KEEP),
    Command("jobs cancel", "scoring.jobs:cancel", _KEEP),
    Command("clients add", "operations.clients:add", _KEEP),
    Command("clients list", "operations.clients:listing", _KEEP),
    GeneratedCommand("clients set", "", _KEEP),
    Command("clients revoke", "operations.clients:revoke", _KEEP),
    Command("users add", "people.users:add", _KEEP),
    Command("users list", "people.users:listing", _KEEP),
    Command("users show", "people.users:show", _KEEP),
    Command("users grant", "people.users:grant", _KEEP),
    Command("users revoke", "people.users:revoke", _KEEP),
    Command("users disable", "people.users:disable", _KEEP),
    Command("users enable", "people.users:enable", _KEEP),
    Command("users password", "people.sign_in:password", _KEEP),
    Command("users reset-factor", "people.sign_in:reset_factor", _KEEP),
    Command("users link", "people.sign_in:link", _KEEP),
    Command("users token", "people.sign_in:token", _KEEP),
    Command("users why", "people.sign_in:why", _KEEP),
    Command("users test-sso", "people.sign_in:check_sign_on", _KEEP),
    *made("agents", "list show", _KEEP),
    Command("agents import", "people.directory:import_agents", _KEEP),
    *made("teams", "list show", _KEEP),
    Command("teams import", "people.directory:import_teams", _KEEP),
    *made("queues", "list show", _KEEP),
    Command("queues import", "people.directory:import_queues", _KEEP),
    *made("directory", "list rename merge undo", _KEEP),
    *made("webhooks", "list deliveries add enable remove", _KEEP),
    Command("token", "operations.token:token", _KEEP),
    Command("apps list", "privacy.apps:listing", _KEEP),
    Command("apps set", "privacy.apps:change", _KEEP),
    Command("apps show", "privacy.apps:show", _KEEP),
    GeneratedCommand("apps working-days", "", _KEEP),
    Command("limits set", "limits:change", _KEEP),
    Command("limits show", "limits:show", _KEEP),
    Command("limits list", "limits:listing", _KEEP),
    Command("retention set", "privacy.retention:change", _KEEP),
    Command("retention run", "privacy.retention:run", _KEEP),
    Command("retention resume", "privacy.retention:resume", _KEEP),
    *made("retention", "show preview", _KEEP),
    *made("redactions", "begin list show cancel resume", _KEEP),
    *made("masks", "of report faults", _KEEP),
    *made("holds", "place list lift", _KEEP),
    Command("approvals approve", "privacy.approvals:approve", _KEEP),
    *made("approvals", "list refuse", _KEEP),
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
    Command("meaning install", "operations.meaning:install", _KEEP),
    Command("rebuild", "scoring.rebuild:rebuild", _KEEP),
    Command("verify", "operations.verify:verify", _KEEP),
    Command("top", "operations.top:top", _KEEP),
    Command("doctor", "operations.doctor:doctor", _KEEP),
)

GROUPS = {
    "connectors": ("Connectors: read conversations from buckets, folders and other systems, on a schedule.", _RUN),
    "forms": ("Evaluation forms: check, publish and read them.", _JUDGE),
    "examples": ("Examples of forms: expected answers of questions in conversations.", _JUDGE),
    "questions": ("Questions in words, taught by ticking turns of past conversations.", _JUDGE),
    "wording": ("Wording packs: phrases with one meaning, which forms refer to.", _JUDGE),
    "scorecards": ("Scorecards: agents' measures and results.", _JUDGE),
    "taxonomy": ("Taxonomies: three levels of categories for conversations.", _JUDGE),
    "tables": ("Tables of values that metrics look up.", _JUDGE),
    "rescores": ("Re-scores: follow, cancel and resume them.", _JUDGE),
    "audits": ("Audits: what people decide about conversations that the machine scored.", _JUDGE),
    "plans": ("Plans: which conversations are audited, how many, and by whom.", _JUDGE),
    "assignments": ("Assignments: the work of auditors on what plans have drawn.", _JUDGE),
    "disputes": ("Disputes: objections to answers of audits, and their decisions.", _JUDGE),
    "comments": ("Comments on turns and conversations, in threads.", _JUDGE),
    "corrections": ("Conversations put right: queue, agent, scored again, left out of figures.", _JUDGE),
    "ai-agents": ("AI agents: their instructions, knowledge and tools, by version.", _JUDGE),
    "absences": ("Absences: days on which a person is away, and gets nothing new.", _JUDGE),
    "notices": ("Notices to one person: audits, disputes, comments and coaching of theirs.", _JUDGE),
    "collections": ("Collections of pinned moments, to listen through.", _JUDGE),
    "calibration": ("Calibration: several people rate the same conversations.", _JUDGE),
    "coaching": ("Coaching: one behaviour at a time, with evidence, a due date and its effect.", _JUDGE),
    "schedules": ("Schedules: recurring reports and alerts.", _JUDGE),
    "knowledge": ("Knowledge of apps: versioned documents that the assistant may quote.", _ASSIST),
    "conversations": ("Stored conversations, with scores and evidence.", _KEEP),
    "webhooks": ("Webhooks of apps, and their deliveries.", _KEEP),
    "recordings": ("Recordings: the sound of conversations.", _KEEP),
    "jobs": ("Jobs: batches that wait, run or failed. Show, retry and cancel them.", _KEEP),
    "apps": ("Apps, how they treat personal data, their time zones and working days.", _KEEP),
    "limits": ("Limits of accounts and apps: requests, backlog, storage, sound and the judge.", _KEEP),
    "retention": ("How long conversations are kept.", _KEEP),
    "redactions": ("Redaction of what is stored, after a policy that got stricter.", _KEEP),
    "masks": ("Placeholders: why they are there, and which are wrong.", _KEEP),
    "approvals": ("Steps that wait for a second person.", _KEEP),
    "holds": ("Legal holds, which win over retention and erasure.", _KEEP),
    "log": ("The access log: who saw, changed, exported and erased what.", _KEEP),
    "keys": ("The key to the secrets of the database.", _KEEP),
    "users": ("Users: the people who sign in, and what they may do.", _KEEP),
    "agents": ("Agents of an app.", _KEEP),
    "teams": ("Teams of an app, with their members.", _KEEP),
    "queues": ("Queues of an app, with their members.", _KEEP),
    "directory": ("Names and merges of queues, teams and agents, with undo.", _KEEP),
    "meaning": ("The encoder that search by meaning uses: install its weights.", _KEEP),
    "clients": ("Clients of the APIs: who may read an app's reports.", _KEEP),
}

SUMMARIES = {
    "demo": "Load example conversations, score them, print a table, and serve them over the API.",
    "serve": "Serve the APIs and the console on a database, with a worker.",
    "worker": "Run a worker on a database that servers use: any number, on PostgreSQL also on other hosts.",
    "mcp": "Speak the Model Context Protocol on stdin and stdout, for assistants that start this command.",
    "load": "Load conversations and wait until their scores are readable.",
    "pull": "Pull a whole report over any range of time, as NDJSON; or, with --from-vendor, conversations to load here.",
    "export": "Export a table or a whole report from the database into files, one per day (UTC, or of the app's time zone for tables).",
    "sql": "Query exported tables with SQL. Each folder of the export is a table of its name; files are only read.",
    "simulate": "Play recorded conversations to a running server, as if they were in progress.",
    "score": "Score conversations without a database: a line of NDJSON for each, with verdicts and evidence.",
    "agree": "Compare the machine with people: for each metric raw agreement, Cohen's kappa, base rate and n.",
    "agreement": "Compare the machine with audits: agreement, Cohen's kappa, and the disagreements to read.",
    "tune": "Fit thresholds of a form's similar conditions, and the lean of its votes, to people's answers; report what would change.",
    "insights": "Show failures by week, queue and agent, what drives scores and satisfaction, and what is new.",
    "drivers": "Split the change of a figure by queue, reason, agent, form, channel, language, handler, missed metric and pairs.",
    "backtest": "Show what a form would have done to stored conversations, without changing them.",
    "rescore": "Score stored conversations once more, with a version of a form.",
    "estimate": "Estimate a figure for all conversations from the machine's verdicts and the audits of some.",
    "token": 'Print a token (JWT, HS256) for trying the APIs: `curl -H "auth: $(auscult token ...)" ...`.',
    "erase": "List all conversations of a customer; with --run erase them, and print the certificate.",
    "reveal": "Print a conversation with its originals; recorded in the access log before anything is printed.",
    "migrate": "Make a database, or bring an older one's tables up to date; other commands do the same when they open it.",
    "copy": "Copy a whole database into another, as from SQLite to PostgreSQL, and compare every row.",
    "backup": "Write a backup of a database, with the key to its secrets, while servers and workers go on.",
    "restore": "Fill a new database from a backup, and put its key in place.",
    "config": "Print each setting, its value without secrets, and its source: default, option, variable or file.",
    "rebuild": "Render every row of every report again, and its tallies; evaluations stay as they are.",
    "verify": "Recount tallies, rows and jobs, and compare results; exit 0 only when all agree, or do after a repair.",
    "top": "Show queues, throughput, failures, webhooks, judge, backups and the busiest accounts, live on a terminal.",
    "doctor": "Check everything that auscult needs here, and show for each fault how to fix it.",
}
"""First paragraphs of what the commands outside groups do, for help that imports none of them."""
