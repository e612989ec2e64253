"""Commands of the table: functions from which Typer reads arguments, options and help."""

from collections.abc import Callable, Iterator
from datetime import datetime
from inspect import Parameter, Signature
from typing import Annotated, Any

import typer

from auscult.cli.generated.table import Input, Operation
from auscult.cli.terminal import options

Actor = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="EMAIL",
        help="Act as this user, with their permissions; without it as the operator, who may all.",
    ),
]
File = Annotated[
    str | None, typer.Argument(metavar="FILE", help="What is stored instead, YAML or JSON; - reads stdin.")
]


def command(operation: Operation) -> Callable[..., None]:
    """Return the function that Typer makes a command of."""

    def run(**given: Any) -> None:  # noqa: ANN401  (by the table)
        from auscult.cli.generated.running import run_operation

        run_operation(operation, given)

    parameters = list(_parameters(operation))
    run.__doc__ = operation.help
    run.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def _parameters(operation: Operation) -> Iterator[Parameter]:
    """Yield the parameters of a command: its arguments, the options of every command on an app, its own."""
    for each in operation.inputs:
        if each.is_argument:
            yield _parameter(each)
    if operation.storing:
        yield Parameter("file", Parameter.KEYWORD_ONLY, default=None, annotation=File)
    yield Parameter("app", Parameter.KEYWORD_ONLY, annotation=options.KnownApp)
    for each in operation.inputs:
        if not each.is_argument:
            yield _parameter(each)
    yield Parameter("actor", Parameter.KEYWORD_ONLY, default=None, annotation=Actor)
    yield Parameter("database", Parameter.KEYWORD_ONLY, default=None, annotation=options.Database)
    yield Parameter("as_json", Parameter.KEYWORD_ONLY, default=False, annotation=options.AsJson)


def _parameter(of: Input) -> Parameter:
    settings: dict[str, Any] = {"metavar": of.metavar, "help": of.help}
    if of.kind == "instant":
        settings["parser"] = options.instant
    if of.choices:
        settings["callback"] = _chosen(of)
    if of.choices and not of.is_argument:
        settings["help"] = f"{of.help.removesuffix('.')}: {', '.join(of.choices)}."
    no = f"/--no-{of.word}" if of.kind == "flag" and of.is_required else ""  # without a default both are said
    shown = typer.Argument(**settings) if of.is_argument else typer.Option(f"--{of.word}{no}", **settings)
    kinds: dict[str, Any] = {"text": str, "integer": int, "flag": bool, "instant": datetime, "pair": str}
    kind = list[kinds[of.kind]] if of.is_many else kinds[of.kind]
    if of.is_required:
        return Parameter(of.name, Parameter.KEYWORD_ONLY, annotation=Annotated[kind, shown])
    return Parameter(of.name, Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, shown])


def _chosen(of: Input) -> Callable[[str | None], str | None]:
    def checked(given: str | None) -> str | None:
        if given is not None and given not in of.choices:
            raise typer.BadParameter(f"invalid {of.word} {given!r}; choose one of: {', '.join(of.choices)}")
        return given

    return checked
