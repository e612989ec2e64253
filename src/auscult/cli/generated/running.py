"""Runs an operation of the API in this process, on the database that is named, and prints its answer.

The caller is the operator or a user. The guard of the route narrows the app to what they see, and the handler calls
the same use case as over HTTP, so that both refuse alike.
"""

import inspect
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

import msgspec
import typer
import yaml

from auscult import bootstrap
from auscult.cli.generated.printing import lines_of
from auscult.cli.generated.table import Input, Operation
from auscult.cli.terminal import options
from auscult.cli.terminal.principal import principal
from auscult.domain.errors import unknown
from auscult.domain.people.principal import Principal, operator
from auscult.domain.tenancy import Tenant
from auscult.reports import REPORTS
from auscult.server.rest.guards import Scopes
from auscult.server.rest.request import ApiResponse, encode
from auscult.services.people.principals import Principals
from auscult.services.scoring.render import Reports
from auscult.storage import Store

_AT_ONCE = 1000


class Basis(NamedTuple):
    """The basis of operations without a server."""

    store: Store
    reports: Reports
    now: Callable[[], datetime]


def run_operation(operation: Operation, given: dict[str, Any]) -> None:
    """Run the operation of a command with what its command line gave."""
    database, app_id, actor = given.pop("database"), given.pop("app"), given.pop("actor")
    as_json, file = given.pop("as_json"), given.pop("file", None)
    module, _, name = (operation.handler if file is None else operation.storing).partition(":")
    routes: Any = import_module(module)
    handler: Any = getattr(routes, name)
    inputs = {each.name: each for each in operation.inputs}
    values = {key: _structured(inputs[key], value) for key, value in given.items() if value is not None}
    if file is not None:
        values["data"] = _document(file)
    elif operation.body:
        values["data"] = {key: values.pop(key) for key in operation.body if key in values}
    with bootstrap.open(options.settings_of_existing(database)) as application:
        tenant = options.known_tenant(application.store, app_id)
        viewer = _viewer(application.store, tenant, actor)
        app = application.store.within(tenant)
        for guard in handler.guards:
            app = guard.narrowed(app, viewer) if isinstance(guard, Scopes) else app
        known = {
            "app": app,
            "rights": viewer,
            "caller": viewer,
            "server": Basis(application.store, REPORTS, lambda: datetime.now(UTC)),
        }
        for key, provided in routes.ROUTER.dependencies.items():
            known[key] = _called(provided.dependency, known)
        answer = _whole(inspect.unwrap(handler.fn), known, values)
    if isinstance(answer, ApiResponse):
        typer.echo(answer.render(answer.content, ""), nl=False)
    elif as_json:
        typer.echo(encode(answer))
    else:
        for line in lines_of(msgspec.to_builtins(answer, builtin_types=(datetime,)), operation.columns):
            typer.echo(line)


def _structured(of: Input, given: Any) -> Any:  # noqa: ANN401  (a parameter's value)
    """Return what a command line gave for an input: pairs as a mapping, records as their fields."""
    if of.kind == "pair":
        if wrong := next((each for each in given if "=" not in each), None):
            raise typer.BadParameter(f"invalid {of.word} {wrong!r}; give it as {of.metavar}")
        return dict(each.split("=", 1) for each in given)
    if of.parts:
        return [dict(zip(of.parts, each.split("#", len(of.parts) - 1), strict=False)) for each in given]
    return given


def _whole(fn: Callable[..., Any], known: Mapping[str, Any], values: Mapping[str, Any]) -> Any:  # noqa: ANN401  (an answer)
    """Return the answer of a handler; of a list all pages as one."""
    hints = get_type_hints(fn, include_extras=True)
    is_paged = "cursor" in hints
    read = {key: _read(key, value, hints[key]) for key, value in values.items()}
    answer = _called(fn, {**known, **read}, **({"limit": _AT_ONCE} if is_paged else {}))
    while is_paged and answer.next_cursor is not None:
        more = _called(fn, {**known, **read}, limit=_AT_ONCE, cursor=answer.next_cursor)
        answer = msgspec.structs.replace(more, items=(*answer.items, *more.items))
    return answer


def _called(fn: Callable[..., Any], known: Mapping[str, Any], **more: Any) -> Any:  # noqa: ANN401  (any handler's)
    """Call a function with those of the known values that it takes."""
    names = inspect.signature(fn).parameters
    return fn(**{key: value for key, value in known.items() if key in names}, **more)


def _read(name: str, value: object, kind: Any) -> Any:  # noqa: ANN401  (a type of the handler)
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise typer.BadParameter(f"{'invalid' if name == 'data' else name}: {error}") from error


def _viewer(store: Store, tenant: Tenant, actor: str | None) -> Principal:
    """Return the operator, or the user of an e-mail address with their rights in the app."""
    if actor is None:
        return operator(principal())
    user = store.people.users.by_email(actor)
    if user is None or user.account_id != tenant.account_id or user.state != "active":
        raise unknown("user", actor)
    return Principals(store).principal(store.people.access.of_user(user), tenant)


def _document(file: str) -> Any:  # noqa: ANN401  (whatever it says)
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    try:
        return yaml.safe_load(data)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{file} is neither YAML nor JSON: {error}") from error
