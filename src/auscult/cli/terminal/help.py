"""Help as plain text, without boxes: it is drawn without Rich, which takes longer to import than all else."""

import inspect
from typing import Any

from typer.core import TyperCommand, TyperGroup

WIDTH = 100
"""Columns of help on a wide terminal."""


class Command(TyperCommand):
    """A command whose help shows arguments by their placeholders alone, without braces and Python types."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002  (a class that Typer does not export)
        """Return the pieces of the usage line: ``[OPTIONS] FILE...``, or ``[FILE]...`` where none is needed."""
        return [self.options_metavar or "", *(argument(each) for each in self.params if _is_argument(each))]

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  (the same)
        """Write a section for the arguments, and one for the options."""
        arguments: list[tuple[str, str]] = []
        options: list[tuple[str, str]] = []
        for each in self.get_params(ctx):
            record = each.get_help_record(ctx)
            if record is not None and _is_argument(each):
                arguments.append((argument(each, is_usage=False), record[1]))
            elif record is not None:
                options.append(record)
        for title, rows in (("Arguments", arguments), ("Options", options)):
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


def argument(of: Any, *, is_usage: bool = True) -> str:  # noqa: ANN401  (the same)
    """Return the placeholder of an argument, in brackets where a usage line need not have it."""
    name = of.metavar if of.required or not is_usage else f"[{of.metavar}]"
    return name + ("..." if of.nargs != 1 else "")


def _is_argument(parameter: Any) -> bool:  # noqa: ANN401  (the same)
    return parameter.param_type_name == "argument"


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
