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
_FILE = "{}, YAML or JSON; - reads stdin."
Replacing = Annotated[str | None, typer.Argument(metavar="FILE", help=_FILE.format("What is stored instead"))]


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
    if operation.file:
        given = typer.Argument(metavar="FILE", help=_FILE.format(operation.file))
        yield Parameter("file", Parameter.KEYWORD_ONLY, annotation=Annotated[str, given])
    elif operation.storing and not operation.body:
        yield Parameter("file", Parameter.KEYWORD_ONLY, default=None, annotation=Replacing)
    yield Parameter("app", Parameter.KEYWORD_ONLY, annotation=options.KnownApp)
    for each in operation.inputs:
        if not each.is_argument:
            yield _parameter(each)
    yield Parameter("actor", Parameter.KEYWORD_ONLY, default=None, annotation=Actor)
    yield Parameter("database", Parameter.KEYWORD_ONLY, default=None, annotation=options.Database)
    yield Parameter("as_json", Parameter.KEYWORD_ONLY, default=False, annotation=options.AsJson)


def _parameter(of: Input) -> Parameter:
    settings: dict[str, Any] = {"metavar": of.metavar, "help": _help(of)}
    if of.kind == "instant":
        settings["parser"] = options.instant
    if of.choices:
        settings["callback"] = _chosen(of)
    no = f"/--no-{of.word}" if of.is_either and "/" not in of.word else ""
    shown = typer.Argument(**settings) if of.is_argument else typer.Option(f"--{of.word}{no}", **settings)
    kinds: dict[str, Any] = {"integer": int, "number": float, "flag": bool, "instant": datetime}
    kind = kinds.get(of.kind, str)
    kind = list[kind] if of.is_many else kind
    if of.is_required:
        return Parameter(of.name, Parameter.KEYWORD_ONLY, annotation=Annotated[kind, shown])
    return Parameter(of.name, Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, shown])


def _help(of: Input) -> str:
    choices = f"{of.help.removesuffix('.')}: {', '.join(of.choices)}."
    default = f" Default: {of.default}." if of.default else ""
    return f"{choices if of.choices and not of.is_argument else of.help}{default}"


def _chosen(of: Input) -> Callable[[Any], Any]:
    def checked(given: Any) -> Any:  # noqa: ANN401  (one value or several)
        for each in given if of.is_many and given else [given]:
            if each is not None and each not in of.choices:
                raise typer.BadParameter(f"invalid {of.word} {each!r}; choose one of: {', '.join(of.choices)}")
        return given

    return checked
