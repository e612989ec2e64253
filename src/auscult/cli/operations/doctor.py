"""``auscult doctor``."""

import os
import platform
import socket
import sqlite3
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec
import typer

from auscult import __version__
from auscult.cli.terminal import options
from auscult.config import Settings, unknown_settings, variable
from auscult.domain.conversation import Turn
from auscult.domain.errors import AuscultError, EngineError
from auscult.domain.probe import Judgement, JudgementAnswer, Resemblance, Similarity, Transcript
from auscult.domain.scoring.judging import BILLION, Usage

if TYPE_CHECKING:
    from auscult.bootstrap import Application
    from auscult.domain.engines import RemoteEngine
    from auscult.domain.history.backfills import Backfill
    from auscult.domain.scoring.batches import Batch
    from auscult.storage import Store

_FAILED_SHOWN = 5


class Finding(NamedTuple):
    """The result of one check, and where it failed, the remedy."""

    state: Literal["ok", "warn", "fail"]
    what: str
    fix: str = ""


def doctor(*, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """Check everything that auscult needs here, and show for each fault how to fix it.

    Checks Python, SQLite, settings, plug-ins, database, the key to its secrets, unfinished and failed work, whether anything is erased, pg_dump, the
    hosts that metrics may ask, the engine, the judge and the cross-encoder where they are configured (each is asked one
    small thing), and the port. An existing database is brought up to date, as by every command; a new one is not made.
    The exit status is 1 when something fails.
    """
    settings = options.settings_of(database)
    worst = "ok"
    for finding in examine(settings):
        worst = finding.state if finding.state != "ok" and worst != "fail" else worst
        if as_json:
            typer.echo(msgspec.json.encode(finding._asdict()))
        else:
            typer.echo(f"{finding.state:<5}{finding.what}" + (f"\n     → {finding.fix}" if finding.fix else ""))
    if worst == "fail":
        raise typer.Exit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Run one check after the other."""
    yield _python()
    yield _size()
    yield from _settings()
    yield from _plugins()
    found = list(_database(settings))
    yield from found
    if all(finding.state != "fail" for finding in found):
        yield from _backups(settings)
        yield from _erasures(settings)
    yield from _recordings(settings)
    yield from _proxy()
    hosts = list(_hosts(settings))
    yield from hosts
    if any(finding.state == "fail" for finding in hosts):
        settings = msgspec.structs.replace(settings, hosts_file=None)
    yield _engine(settings)
    yield from _judge(settings)
    yield from _reranker(settings)
    yield _encoder(settings)
    yield _port(settings)


def _python() -> Finding:
    from auscult.storage.core.dialect import OLDEST_SQLITE_FOR_312

    what = f"auscult {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    if sys.version_info >= (3, 12) and sqlite3.sqlite_version_info < OLDEST_SQLITE_FOR_312:
        return Finding(
            "fail", what, "Python 3.12 and newer need SQLite 3.42 or newer for durable jobs: use Python 3.11 here"
        )
    return Finding("ok", what)


def _size() -> Finding:
    from auscult.cli.operations.installed import installed

    found = installed()
    return Finding(
        "ok", f"{found.megabytes} MB are installed: auscult and {found.packages - 1} packages, without extras"
    )


def _settings() -> Iterator[Finding]:
    for warning in unknown_settings():
        yield Finding("warn", warning, "mend or unset it: nothing reads it")


def _plugins() -> Iterator[Finding]:
    from auscult import bootstrap

    for plugin, error in bootstrap.examine_plugins():
        if error is None:
            yield Finding("ok", f"plug-in: {plugin}")
        else:
            yield Finding("fail", f"plug-in: {error.message}", f"pip uninstall {plugin.package.partition(' ')[0]}")


def _database(settings: Settings) -> Iterator[Finding]:
    from auscult import bootstrap

    path = bootstrap.sqlite_path(settings)
    if path is not None and not path.exists():
        folder = path.parent
        if folder.is_dir() and os.access(folder, os.W_OK):
            yield Finding("ok", f"no database at {path} yet: the first command makes it")
        else:
            yield Finding(
                "fail", f"no database at {path}, and none can be made there", f"make {folder} and let us write in it"
            )
        return
    shown = settings.database_url.partition("?")[0].rpartition("@")[2]
    try:
        with bootstrap.open(settings) as application:
            yield Finding("ok", f"database {shown} answers and is up to date")
            batches = application.store.batches
            waiting, failed, backlog = batches.waiting(), batches.failed(), batches.backlog()
            postponed = [*batches.postponed(), *(batch for batch in waiting if batch.reason)]
            backfills = application.store.backfills.unfinished(_FAILED_SHOWN)
            figures = application.store.figures()
            spent = application.store.spending.spent(datetime.now(UTC).date().isoformat())
            sign_in = _slowed(application.store)
            held = list(_untaught(application))
    except AuscultError as error:
        yield Finding("fail", f"database {shown}: {error.message}", "see --database, or AUSCULT_DATABASE_URL")
        return
    if path is not None:
        yield _privacy(path)
    yield _key(bootstrap.key_path(settings), is_set=settings.secret_key is not None)
    if figures.workers:
        live, bulk = figures.workers - figures.bulk_workers, figures.bulk_workers
        yield Finding("ok", f"workers run: {live} for what is live and for loads, {bulk} for loads alone")
    if waiting:
        count = backlog.live + backlog.backfill
        yield Finding("warn", f"{count} conversations wait to be scored", "run auscult serve or auscult worker")
    yield from map(_postponed, postponed[:_FAILED_SHOWN])
    yield from sign_in
    yield from held
    if any(spent):
        tokens, cost = spent
        yield Finding("ok", f"judges used {tokens} tokens today" + (f", cost {cost / BILLION:.4f}" if cost else ""))
    yield from map(_failed, failed[:_FAILED_SHOWN])
    yield from map(_backfill, backfills)


def _postponed(batch: "Batch") -> Finding:
    """Return the finding on a batch that is tried again later."""
    until = f"{batch.postponed_until:%Y-%m-%d %H:%M:%S} UTC" if batch.postponed_until else "now"
    return Finding(
        "warn",
        f"conversations of batch {batch.batch_id} of {batch.tenant.app_id} are not scored yet: {batch.reason}",
        f"they are tried again at {until}, and when a server or worker starts",
    )


def _untaught(application: "Application") -> Iterator[Finding]:
    """Name the questions in force that were taught with an encoder that this process does not have."""
    from auscult.metrics.by_example import ByExample
    from auscult.services.definitions.forms.reading import read_form

    for tenant in application.store.tenants():
        for version in application.store.within(tenant).forms.in_force():
            for metric in read_form(version.document, version.version).metrics:
                taught = metric.settings.taught if metric.type == ByExample.name else None
                if taught is None:
                    continue
                try:
                    application.trying().engines[Resemblance].answer([Resemblance(taught.weights, taught.encoder, ())])
                except EngineError as error:
                    named = f"form {version.form_id} of {tenant.app_id}, {metric.id}"
                    yield Finding("fail", f"{named}: {error.message}", "its conversations wait for the encoder")


def _failed(batch: "Batch") -> Finding:
    """Return the finding on a batch that was given up."""
    return Finding(
        "warn",
        f"batch {batch.batch_id} of {batch.tenant.app_id} failed: {batch.reason}",
        f"auscult jobs retry {batch.batch_id}: what was scored stays, the rest is tried again",
    )


def _slowed(store: "Store") -> list[Finding]:
    """Report e-mail addresses whose sign-ins fail from many network addresses."""
    from auscult.services.people.sign_in import EVERYWHERE, NAME_TRIES

    slowed = store.people.failures.number_of(EVERYWHERE, NAME_TRIES, datetime.now(UTC))
    what = f"sign-ins of {slowed} e-mail addresses fail from many addresses and are slowed"
    remedy = "if all come through a proxy, have it overwrite X-Forwarded-For: docs/how-to/run-several-processes.md"
    return [Finding("warn", what, remedy)] if slowed else []


def _backfill(backfill: "Backfill") -> Finding:
    """Return the findings on re-scores and backtests that run or failed."""
    what, of_app = (
        f"{backfill.kind} {backfill.backfill_id} of {backfill.tenant.app_id}",
        f"--app {backfill.tenant.app_id}",
    )
    reason = f": {backfill.reason}" if backfill.reason else ""
    if backfill.state == "running":
        at = f"{what} is under way, {backfill.looked} of {backfill.total} conversations are looked at{reason}"
        return Finding("warn", at, "run auscult serve or auscult worker")
    if backfill.kind in {"rescore", "redaction"}:
        again = f"auscult {backfill.kind}s resume {backfill.backfill_id} {of_app}, or cancel in place of resume"
    else:
        again = f"begin it again: auscult backtest FORM {of_app}"
    return Finding("warn", f"{what} failed{reason}", again)


def _privacy(path: Path) -> Finding:
    """Examine who can read the files of a database: those of an earlier version are readable for all."""
    files = [each for each in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))) if each.exists()]
    open_to_others = [str(each) for each in files if stat.S_IMODE(each.stat().st_mode) & 0o077]
    if open_to_others:
        names = " ".join(open_to_others)
        return Finding("warn", f"others can read the database: {names}", f"chmod 600 {names}")
    return Finding("ok", "the database's files are readable by their owner only")


def _key(path: Path, *, is_set: bool) -> Finding:
    if is_set:
        return Finding("ok", "the key to the clients' secrets comes from AUSCULT_SECRET_KEY")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Finding("fail", f"others can read the key {path} (mode {mode:04o})", f"chmod 600 {path}")
    return Finding("ok", f"the key {path} is readable by its owner only")


def _erasures(settings: Settings) -> Iterator[Finding]:
    """Report why nothing is erased, if anything stops it."""
    from auscult import bootstrap

    path = bootstrap.sqlite_path(settings)
    if path is not None and not path.exists():
        return
    with bootstrap.open(settings) as application:
        stops = list(bootstrap.privacy.stops(settings, application.store))
    for fault, remedy in stops:
        yield Finding("fail", f"nothing is erased: {fault}", remedy)
    if settings.erasures_to is not None and not stops:
        yield Finding("ok", f"the list of erasures and holds {settings.erasures_to} can be written")


def _backups(settings: Settings) -> Iterator[Finding]:
    """Compare PostgreSQL's client here with the server: an older pg_dump refuses to copy it."""
    from auscult import bootstrap

    if bootstrap.sqlite_path(settings) is not None:
        return
    client, server = bootstrap.backup_versions(settings)
    remedy = f"install the client programs of version {server} or newer (Debian: postgresql-client-{server})"
    if client is None:
        yield Finding("warn", "pg_dump is not installed: auscult backup cannot run here", remedy)
    elif client < server:
        yield Finding("warn", f"pg_dump {client} cannot back up PostgreSQL {server}", remedy)
    else:
        yield Finding("ok", f"pg_dump {client} can back up PostgreSQL {server}")


def _recordings(settings: Settings) -> Iterator[Finding]:
    """Report recordings that other hosts of the database could not read."""
    from auscult import bootstrap
    from auscult.storage.recordings.folder import NO_PLACE, PLACE_REMEDY

    if not bootstrap.recordings.has_place(settings):
        yield Finding("warn", NO_PLACE, PLACE_REMEDY)


def _proxy() -> Iterator[Finding]:
    """Report that every client may state an address of its own, which makes limits on sign-in useless."""
    trusted = variable("FORWARDED_ALLOW_IPS") or ""
    if {each.strip() for each in trusted.split(",")} & {"*", "0.0.0.0/0", "::/0"}:
        what = (
            f"FORWARDED_ALLOW_IPS is {trusted}: every client can state another address, and no limit on sign-in holds"
        )
        yield Finding("warn", what, "name the proxy's address or network there")


def _hosts(settings: Settings) -> Iterator[Finding]:
    """Return the hosts that may be asked, if any; none is contacted."""
    from auscult import bootstrap

    try:
        hosts = bootstrap.allowed_hosts(settings)
    except AuscultError as error:
        yield Finding("fail", error.message, "see docs/reference/hosts.md")
        return
    if hosts is None or settings.hosts_file is None:
        return
    mode = stat.S_IMODE(Path(settings.hosts_file).stat().st_mode)
    if hosts.has_secrets and mode & 0o077:
        what = f"others can read {settings.hosts_file}, in which headers may be secrets (mode {mode:04o})"
        yield Finding("fail", what, f"chmod 600 {settings.hosts_file}")
    yield Finding("ok", f"may be asked by metrics: {', '.join(map(str, hosts.origins)) or 'no host'}")


def _engine(settings: Settings) -> Finding:
    from auscult import bootstrap

    try:
        engine = bootstrap.evaluator(settings).engines[Similarity]
        engine.answer([Similarity(samples=("good morning",), texts=("good morning",))])
    except AuscultError as error:
        return Finding("fail", f"the embedding engine: {error.message}", "install the pinned packages again: make demo")
    return Finding("ok", f"the embedding engine answers ({engine.version})")


def _judge(settings: Settings) -> Iterator[Finding]:
    """Ask the judge one thing, where one is configured: within the limit of the day, and counted."""
    from auscult import bootstrap

    with ExitStack() as opened:
        spending = None
        path = bootstrap.sqlite_path(settings)
        if path is None or path.exists():
            with suppress(AuscultError):  # found before: "database ...". A judge is asked all the same.
                spending = opened.enter_context(bootstrap.open(settings)).store.spending
        try:
            judge = bootstrap.evaluator(settings, spending=spending).far.get(Judgement)
        except AuscultError as error:
            yield Finding("fail", error.message, "see docs/how-to/judge-with-a-model.md")
            return
        if judge is not None:
            yield _asked(judge)


def _asked(judge: "RemoteEngine") -> Finding:
    turn = Turn("m1", "agent", "Good morning, how can I help you?")
    question = Judgement("The agent says good morning.", Transcript("doctor", (turn,)), (turn.id,))
    heard = list(judge.ask([question]))
    judge.close()
    used = sum((one.usage for one in heard if one.usage), Usage())
    answers = [answer for one in heard for answer in one.answers.values()]
    if not answers:
        reason = next((one.postponed.reason for one in heard if one.postponed), "the judge did not answer")
        return Finding("fail", reason, "see AUSCULT_JUDGE_URL and its fellows in docs/reference/settings.md")
    if isinstance(answers[0], JudgementAnswer) and answers[0].holds:
        return Finding("ok", f"the judge answers ({answers[0].engine}; {used})")
    what = f"the judge {judge.version} answers, and does not find 'good morning' in 'Good morning' ({used})"
    return Finding("warn", what, "a model this weak judges badly: try another, and see `auscult agreement`")


def _encoder(settings: Settings) -> Finding:
    """Name the encoder of texts, or what it would add."""
    from auscult.bootstrap.engines import encoder_folder
    from auscult.engines.meaning import Meaning, is_installed

    folder = encoder_folder(settings)
    if is_installed(folder):
        return Finding("ok", f"searches read whole sentences: {Meaning(folder).version}")
    return Finding("ok", "searches go by words; with `auscult meaning install` also by sentences, in English")


def _reranker(settings: Settings) -> Iterator[Finding]:
    """Have the cross-encoder score two texts, where one is configured, and compare the time with what it has."""
    from auscult import bootstrap
    from auscult.engines.ranker import ScoringError

    encoder = bootstrap.cross_encoder(settings)
    if encoder is None:
        return
    fix = "see docs/how-to/assist-agents-live.md#have-passages-put-in-order"
    question, texts = "When are you open?", ["A refund takes five days.", "The shop is open from 9:00 to 17:30."]
    try:
        with suppress(ScoringError):  # the first call opens a connection, which later ones find open
            encoder.scores(question, texts)
        began = time.monotonic()
        scores = encoder.scores(question, texts)
        took_ms = (time.monotonic() - began) * 1000
    except ScoringError as error:
        yield Finding("fail", str(error), fix)
        return
    finally:
        encoder.close()
    named = f"the {encoder.version}"
    if scores is None:
        yield Finding("fail", f"{named} does not score each text once", fix)
    elif took_ms > settings.reranker_ms:
        what = f"{named} answers in {took_ms:.0f} ms, and has {settings.reranker_ms}: its orders are left out"
        yield Finding("warn", what, "serve a smaller model, or set AUSCULT_RERANKER_MS")
    elif scores[1] <= scores[0]:
        what = f"{named} finds that a refund answers when a shop is open"
        yield Finding("warn", what, "is it a cross-encoder, with a head that scores? try another model")
    else:
        yield Finding("ok", f"{named} answers in {took_ms:.0f} ms")


def _port(settings: Settings) -> Finding:
    address = f"{settings.host}:{settings.port}"
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        return Finding(
            "warn", f"{address} cannot be listened on: {error.strerror}", "is a server running? else serve --port"
        )
    return Finding("ok", f"{address} is free")
