"""``auscult wording``: the wording packs that forms refer to, listed, shown and checked."""

from typing import Annotated

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.domain.errors import NotFoundError
from auscult.domain.said.spelling import did_you_mean

Name = Annotated[str, typer.Argument(metavar="PACK", help="A wording pack, as en/greeting or en/greeting@1.")]
Names = Annotated[
    list[str] | None, typer.Argument(metavar="PACK", help="Wording packs, as en/greeting. Default: all of them.")
]


def listing(*, as_json: options.AsJson = False) -> None:
    """List the wording packs: name, version, and what each means."""
    from auscult.wording import available, pack, versions

    for name in available():
        found = pack(name)
        if as_json:
            shown = {"pack": name, "version": found.version, "says": found.says, "versions": versions(name)}
            typer.echo(msgspec.json.encode(shown))
        else:
            typer.echo(f"{name}  version {found.version}  {found.says}")


Sentences = Annotated[bool, typer.Option("--sentences", help="Print the sentences that prove it.")]


def show(name: Name, *, with_sentences: Sentences = False) -> None:
    """Print a wording pack as written; with --sentences, the sentences that prove it."""
    from auscult.wording import pack_text, sentences

    if with_sentences:
        for proof in sentences(_known(name).partition("@")[0]):
            typer.echo(str(proof))
        return
    typer.echo(pack_text(_known(name)), nl=False)


def check(names: Names = None, *, as_json: options.AsJson = False) -> None:
    """Check wording packs: their notation, and every proving sentence. Exit status 1 when one fails."""
    from auscult.wording import available, check_pack

    faults = 0
    for name in names or available():
        found = check_pack(_known(name))
        faults += len(found.faults)
        if as_json:
            typer.echo(msgspec.json.encode(found))
            continue
        for fault in found.faults:
            typer.echo(f"{name}: {fault}")
        missed = f", {found.missed} known to be missed" if found.missed else ""
        summary = f"{len(found.faults)} faults" if found.faults else "no faults"
        typer.echo(f"{name}: {summary}; {found.lines} lines, {found.sentences} sentences{missed}")
    if faults:
        raise typer.Exit(1)


def _known(name: str) -> str:
    """Return the name of a pack that is there. Raises ``NotFoundError``."""
    from auscult.wording import available, versions

    plain, _, version = name.partition("@")
    known = versions(plain)
    if not known:
        hint = did_you_mean(plain, available(), "see auscult wording list")
        raise NotFoundError(f"unknown wording pack {plain!r}; {hint}", code="wording.unknown", field="PACK")
    if version and version not in map(str, known):
        listed = ", ".join(map(str, known))
        raise NotFoundError(
            f"unknown version {version!r} of {plain}; available: {listed}", code="wording.unknown", field="PACK"
        )
    return name
