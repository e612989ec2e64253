"""``--quiet``: nothing on stderr but errors."""

from typing import Any

import typer

_ERRORS = ("error", '{"error"')


class _Quiet:
    """Flag of this process: notes, hints and progress are left out."""

    is_on = False


QUIET = _Quiet()


def be_quiet() -> None:
    """Suppress notes, hints, warnings and progress from now on; errors and results are printed."""
    if QUIET.is_on:
        return
    QUIET.is_on = True
    echo = typer.echo

    def echo_errors(message: Any = None, *args: Any, err: bool = False, **more: Any) -> None:  # noqa: ANN401  (as typer has it)
        text = message.decode() if isinstance(message, bytes) else str(message)
        if not err or text.startswith(_ERRORS):
            echo(message, *args, err=err, **more)

    typer.echo = echo_errors


def without_quiet(words: list[str]) -> tuple[list[str], bool]:
    """Return a command line without ``--quiet`` and ``-q``, and whether it had one; what follows ``--`` is left alone."""
    end = words.index("--") if "--" in words else len(words)
    kept = [word for word in words[:end] if word not in ("--quiet", "-q")]
    return [*kept, *words[end:]], len(kept) < end
