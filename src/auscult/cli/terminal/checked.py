"""Findings of a checked document, printed for people or programs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
import typer

if TYPE_CHECKING:
    from auscult.services.definitions.forms.document import Problem


def print_problems(
    name: str, found: Sequence[tuple[str, Sequence["Problem"]]], right: str | None, *, as_json: bool
) -> None:
    """Print the problems of the file ``name``, by kind (``error``, ``warning``, …).

    ``right`` describes a document without faults; None where there are faults.
    """
    if as_json:
        problems = [{"kind": kind, **one.as_dict()} for kind, some in found for one in some]
        typer.echo(msgspec.json.encode({"file": name, "ok": right is not None, "problems": problems}))
        return
    for kind, some in found:
        for one in some:
            typer.echo(one.describe(name) if kind == "error" else f"{one.describe(name)} ({kind})")
    if right is not None:
        typer.echo(f"{name}: {right}")
