"""``auscult score`` of shards: folders of files, each into a file of the same name."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from auscult import __version__
from auscult.cli.terminal.progress import progress
from auscult.config import Settings
from auscult.domain.definitions.taxonomy import Taxonomy
from auscult.domain.errors import counted
from auscult.domain.form import Form

if TYPE_CHECKING:
    from auscult.batch.shards import Outcome, Shard
    from auscult.services.scoring.engine_calls.answer_cache import Memory


def are_shards(files: Sequence[Path], out: Path | None, shard: str | None) -> bool:
    """Return whether a command line is about shards: a folder or Parquet is given, or an option of shards."""
    is_folder = out is not None and out.is_dir() and all(file.is_file() for file in files)
    return is_folder or shard is not None or any(file.is_dir() or file.suffix == ".parquet" for file in files)


def part_of(given: str | None) -> tuple[int, int]:
    """Read ``I/N``."""
    if given is None:
        return (1, 1)
    i, _, n = given.partition("/")
    if not (i.isdecimal() and n.isdecimal() and 0 <= int(i) <= int(n) and int(n) > 0):
        raise typer.BadParameter(
            f"{given!r} is no part of shards; write 1/4 for the first of four", param_hint="--shard"
        )
    return int(i), int(n)


def digest_of(files: Sequence[Path] | None, taxonomies: Sequence[Path], tables: Path | None) -> str:
    """Return a digest of all that decides about scores: with another one, finished shards are scored again."""
    from auscult.cli.definitions import forms, taxonomy

    documents = [
        *forms.documents_of_all(files or [Path(forms.STARTER)]).values(),
        *taxonomy.documents_of(list(taxonomies)).values(),
    ]
    documents += [file.read_bytes() for file in sorted(tables.glob("*")) if file.is_file()] if tables else []
    digest = hashlib.blake2b(__version__.encode(), digest_size=16)
    for document in documents:
        digest.update(len(document).to_bytes(8, "big") + document)
    return digest.hexdigest()


def score_shards(
    settings: Settings,
    where: tuple[Sequence[Path], Path, tuple[int, int]],
    by: tuple[Sequence[Form], Sequence[Taxonomy], str],
    kept: "Memory",
    dask: str | None = None,
) -> bool:
    """Score shards into a folder; return whether something was refused, waits or failed."""
    from auscult.batch.cluster import Work, score_on_cluster
    from auscult.batch.shards import shards_of

    given, out, part = where
    for folder in given:
        if folder.is_dir() and out.resolve().is_relative_to(folder.resolve()):
            raise typer.BadParameter(f"{out} lies in {folder}; results would be read as shards", param_hint="--out")
    shards = shards_of(given, part)
    if dask is None:
        coming = _here(settings, shards, out, by, kept)
    else:
        coming = score_on_cluster(dask, shards, Work(settings, *by, out))
    outcomes: list[Outcome] = []
    for outcome in coming:
        outcomes.append(outcome)
        _print_outcome(outcome, out)
    states = [outcome.state for outcome in outcomes]
    counts = [f"{states.count(state)} {state}" for state in ("scored", "finished before", "busy", "failed")]
    summary = ", ".join(each for each in counts if not each.startswith("0 ")) or "none"
    fresh = sum(one.conversations for one in outcomes if one.state == "scored")
    shards, conversations = counted(len(outcomes), "shard"), counted(fresh, "conversation")
    typer.echo(f"{shards}: {summary}; {conversations} scored into {out}")
    return any(one.rejected or one.waiting or one.state == "failed" for one in outcomes)


def _here(
    settings: Settings,
    shards: "Sequence[Shard]",
    out: Path,
    by: tuple[Sequence[Form], Sequence[Taxonomy], str],
    kept: "Memory",
) -> "Iterator[Outcome]":
    """Score on all cores of this machine, one shard after the other."""
    from auscult.batch.rows import limits_of
    from auscult.batch.shards import Shards
    from auscult.bootstrap.scoring import scoring

    forms, taxonomies, digest = by
    with scoring(settings, forms, kept, taxonomies, recorded=True) as scored, progress("scored") as report:
        work = Shards(out, scored, digest, limits_of(settings), lambda: kept.waiting)
        done = 0
        for shard in shards:
            outcome = work.run(shard, lambda count, before=done: report(before + count, None))
            done += outcome.conversations
            yield outcome


def _print_outcome(outcome: "Outcome", out: Path) -> None:
    if outcome.state in ("failed", "busy"):
        typer.echo(f"{'error: ' * (outcome.state == 'failed')}{outcome.shard}: {outcome.reason}", err=True)
    if outcome.rejected:
        where = out / "_rejects" / f"{outcome.shard.replace('/', '-')}.rejects.ndjson"
        typer.echo(f"error: {outcome.shard}: {outcome.rejected} rejected, with reasons, in {where}", err=True)
    if outcome.waiting:
        typer.echo(f"error: {outcome.shard}: {outcome.waiting} not scored: the judge could not answer", err=True)
