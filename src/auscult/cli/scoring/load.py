"""``auscult load``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from auscult.cli.terminal import hints, options
from auscult.cli.terminal.progress import progress


def _must_be_there(files: list[Path] | None) -> list[Path] | None:
    return [file for file in files if file.is_dir() or options.must_be_files([file])] if files else files


Files = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="FILE", callback=_must_be_there, help="Files of conversations, recognised by content; - reads stdin."
    ),
]


Scored = Annotated[
    Path | None,
    typer.Option(
        "--scored",
        metavar="FOLDER",
        exists=True,
        file_okay=False,
        help="Instead of files, take in what auscult score has written there, without judging again.",
    ),
]


NoWait = Annotated[bool, typer.Option("--no-wait", help="End when all is accepted; a server or worker scores it.")]
Shape = Annotated[
    str | None,
    typer.Option(
        "--format", metavar="NAME", help="The format, where it is not to be recognised by content, as genesys."
    ),
]
Description = Annotated[
    Path | None,
    typer.Option(
        "--describe", metavar="FILE", exists=True, help="Options of the format in YAML: which column holds what."
    ),
]


def load(
    files: Files = None,
    *,
    app: options.App,
    account: options.Account = None,
    org: options.Org = None,
    database: options.Database = None,
    no_wait: NoWait = False,
    shape: Shape = None,
    agent: options.AgentOfFiles = None,
    queue: options.QueueOfFiles = None,
    channel: options.ChannelOfFiles = None,
    language: options.LanguageOfFiles = None,
    started_at: options.StartedAt = None,
    time_zone: options.ZoneOfFiles = None,
    date_order: options.DateOrder = None,
    decimal: options.Decimal = None,
    columns: options.Columns = None,
    sides: options.Sides = None,
    description: Description = None,
    scored: Scored = None,
    as_json: options.AsJson = False,
) -> None:
    """Load conversations and wait until their scores are readable.

    Formats are recognised by content. What files do not say is assumed, and listed; options as --agent say it.
    What was loaded before adds nothing; a line that cannot be read goes, with its reason, to a rejects file,
    and the exit status is then 1. So it is when conversations wait for a judge that cannot answer: they stay accepted.
    """
    from auscult import bootstrap
    from auscult.bootstrap.scoring import load_scored
    from auscult.services.scoring.intake.times import of_app

    if bool(files) == (scored is not None):
        raise typer.BadParameter("name files of conversations, or --scored FOLDER, and not both", param_hint="FILE")
    values = (agent, queue, channel, language, started_at, time_zone, date_order, decimal)
    given = options.given_of(None if description else shape, values, columns, sides)
    with bootstrap.open(options.settings_of(database)) as application, progress("readable") as report:
        tenant = options.tenant_of(application.store, account, org, app)
        if scored is not None:
            counts = load_scored(application.store, tenant, scored, report)
        else:
            mapper = (shape or "described", _options(description)) if _is_mapped(shape, description) else None
            own = of_app(given, application.store.within(tenant))
            counts = application.load(tenant, files or [], wait=not no_wait, progress=report, shape=mapper, given=own)
        application.store.vacuum()
        _print_counts(counts, as_json=as_json)
        hints.after_loading(application.store.within(tenant), counts["not_evaluated"])
    if counts["rejected"] or counts["failed"] or counts["waiting"]:
        raise typer.Exit(1)


def _is_mapped(shape: str | None, description: Path | None) -> bool:
    """Return whether a format of connectors is named, or described."""
    from auscult.formats.vendors import FORMATS

    return description is not None or shape in FORMATS


def _options(description: Path | None) -> Mapping[str, Any]:
    """Read the options of a format. Raises ``RequestError`` where the file is no mapping."""
    if description is None:
        return {}
    import yaml

    try:
        found: Any = yaml.safe_load(description.read_bytes())
    except yaml.YAMLError as error:
        raise typer.BadParameter(f"{description} is no YAML: {error}", param_hint="--describe") from error
    if not isinstance(found, dict):
        raise typer.BadParameter(
            f"{description} should be a mapping, as columns: {{id: call_id}}", param_hint="--describe"
        )
    return found  # pyright: ignore[reportUnknownVariableType]


def _print_counts(counts: dict[str, Any], *, as_json: bool) -> None:
    used = counts["judge"]
    if as_json:
        typer.echo(msgspec.json.encode(counts | {"judge": used and used.as_dict()}))
    else:
        typer.echo(sentence(counts))
        if used:
            typer.echo(f"the judge took {used}")
    if counts["replaced"]:
        rest = ", …" if counts["replaced"] > len(counts["replaced_ids"]) else ""
        typer.echo(f"replaced by another of the same id: {', '.join(counts['replaced_ids'])}{rest}", err=True)
    if unknown := counts.get("unknown_keys"):
        lines = {
            key: f", line{'s' * (len(at) > 1)} {', '.join(map(str, at[:3]))}" if at else ""
            for key, at in counts["ignored"].items()
        }
        keys = ", ".join(f"{key} ({number}{lines[key]})" for key, number in unknown.items())
        typer.echo(f"not read, because these keys are not known (number of conversations): {keys}", err=True)
    if assumed := counts.get("assumed"):
        said = "; ".join(
            f"{field}: {', '.join(f'{how} ({number})' for how, number in by.items())}" for field, by in assumed.items()
        )
        typer.echo(f"assumed, because files do not say it (number of conversations): {said}", err=True)
    if counts["rejected"]:
        typer.echo(f"error: {counts['rejected']} rejected, with reasons, in {counts['rejects']}", err=True)
    if counts["failed"]:
        typer.echo(f"error: {counts['failed']} could not be scored; `auscult doctor` says why", err=True)
    if counts["waiting"]:
        advice = "wait for the judge; `auscult doctor` says why, and a server or worker tries them again"
        typer.echo(f"error: {counts['waiting']} {advice}", err=True)


def sentence(counts: Mapping[str, Any]) -> str:
    """``76 loaded, 74 scored, 2 below threshold, 0 rejected``; what is seldom is named only where it happened."""
    seldom = ("unchanged", "replaced", "duration_unavailable", "not_evaluated", "sides_unknown", "failed", "waiting")
    names = ("scored", "below_threshold", *seldom, "rejected")
    details = [f"{counts[name]} {name.replace('_', ' ')}" for name in names if name not in seldom or counts[name]]
    return ", ".join([f"{counts['accepted']} loaded", *details])
