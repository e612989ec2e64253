"""What checking a document found, told to people or programs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
import typer

if TYPE_CHECKING:
    from auscult.pipeline.form_document import Problem


def tell(name: str, found: Sequence[tuple[str, Sequence["Problem"]]], right: str | None, *, as_json: bool) -> None:
    """Print what was found, by kind (``error``, ``warning``, …), in the file of this name.

    ``right`` says what a right document is; None where it is not.
    """
    if as_json:
        problems = [{"kind": kind, **one._asdict()} for kind, some in found for one in some]
        typer.echo(msgspec.json.encode({"file": name, "ok": right is not None, "problems": problems}))
        return
    for kind, some in found:
        for one in some:
            typer.echo(one.told(name) if kind == "error" else f"{one.told(name)} ({kind})")
    if right is not None:
        typer.echo(f"{name}: {right}")
