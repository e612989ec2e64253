"""Help as plain text, without boxes: it is drawn without Rich, which takes longer to import than all else."""

import inspect
from typing import Any

from typer.core import TyperGroup

WIDTH = 100
"""Columns of help on a wide terminal."""


class Group(TyperGroup):
    """A group whose help lists its commands by panel, each with its whole first paragraph."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  (classes that Typer does not export)
        """Write a section for each panel."""
        names = self.list_commands(ctx)
        widest = max(map(len, names))
        panels: dict[str, list[tuple[str, str]]] = {}
        for name in names:
            command = self.commands[name]
            panel = getattr(command, "rich_help_panel", None) or "Commands"
            summary = inspect.cleandoc(command.help or "").partition("\n\n")[0].replace("\n", " ")
            panels.setdefault(panel, []).append((name.ljust(widest), summary))
        for panel, rows in panels.items():
            with formatter.section(panel):
                formatter.write_dl(rows)

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401  (the same)
        """Return the option with a default that Typer has not to convert: Pydantic takes long to import, too."""
        option: Any = super().get_help_option(ctx)
        option.default = False
        return option
