"""Runs an operation of the API in this process, on the database that is named, and prints its answer.

The caller is the operator or a user. The guard of the route narrows the app to what they see, and the handler calls
the same use case as over HTTP, so that both refuse alike.
"""

import inspect
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import msgspec
import typer
import yaml
from msgspec import Struct

from auscult import bootstrap
from auscult.cli.generated.printing import lines_of
from auscult.cli.generated.table import Input, Operation
from auscult.cli.terminal import options
from auscult.cli.terminal.principal import as_operator
from auscult.domain.errors import sent, unknown
from auscult.domain.people.principal import Principal
from auscult.domain.probe import Probe
from auscult.domain.tenancy import Tenant
from auscult.server.rest.bodies import refused
from auscult.server.rest.guards import Scopes
from auscult.server.rest.request import ApiResponse, encode
from auscult.storage import Store

if TYPE_CHECKING:  # these take a while to load
    from auscult.server.settings import ServerSettings
    from auscult.services.scoring.evaluate import Evaluator
    from auscult.services.scoring.render import Reports

_AT_ONCE = 1000


class Basis(Struct, frozen=True):
    """The basis of operations without a server."""

    application: bootstrap.Application

    @property
    def store(self) -> Store:
        """The whole store."""
        return self.application.store

    @property
    def reports(self) -> "Reports":
        """The reports, which few operations render."""
        from auscult.reports import REPORTS  # takes a while to load

        return REPORTS

    @property
    def settings(self) -> "ServerSettings":
        """The settings of a server."""
        return self.application.server_settings

    def answered(self) -> frozenset[type[Probe]]:
        """The kinds of probe for which an engine is configured."""
        return self.application.answered

    @staticmethod
    def now() -> datetime:
        """The clock."""
        return datetime.now(UTC)

    def trying(self) -> "Evaluator":
        """The services that forms are tried with."""
        return self.application.trying()


def run_operation(operation: Operation, given: dict[str, Any], body: Mapping[str, Any] | None = None) -> None:
    """Run the operation of a command with what its command line gave; ``body`` is one that is read already."""
    app_id, actor, as_json = given.pop("app"), given.pop("actor"), given.pop("as_json")
    file: str | None = given.pop("file", None)
    with opened(given.pop("database"), app_id, actor) as known:
        inputs = {each.name: each for each in operation.inputs}
        values = {key: _structured(inputs[key], value) for key, value in given.items() if value is not None}
        data = body or {key: values.pop(key) for key in operation.body if key in values}
        if file is not None or (operation.storing and data):
            before: dict[str, Any] = {} if file else msgspec.to_builtins(_answer(operation.handler, known, values))
            data = _document(file) if file else {key: data.get(key, before[key]) for key in operation.body}
        is_storing = bool(operation.storing and data)
        if operation.file or is_storing or (operation.body and not operation.storing):
            values["data"] = data
        place = operation.storing if is_storing else operation.handler
        if not operation.each:
            show(_answer(place, known, values), operation, as_json=as_json)
            return
        answers = [_answer(place, known, {**values, operation.each: each}) for each in values[operation.each]]
        for each in answers if as_json else [answers]:
            show(each, operation, as_json=as_json)


@contextmanager
def opened(database: str | None, app_id: str, actor: str | None) -> Generator[dict[str, Any]]:
    """Open a database, and yield what handlers receive by name."""
    with bootstrap.open(options.settings_of_existing(database)) as application:
        tenant = options.known_tenant(application.store, app_id)
        viewer = _viewer(application.store, tenant, actor)
        app = application.store.within(tenant)
        yield {"app": app, "rights": viewer, "caller": viewer, "server": Basis(application)}


def show(answer: Any, operation: Operation | None = None, *, as_json: bool) -> None:  # noqa: ANN401  (any answer)
    """Print an answer: as the operation says, or as JSON."""
    content = answer.content if isinstance(answer, ApiResponse) else answer
    if isinstance(content, bytes):
        typer.echo(content, nl=False)
    elif as_json:
        typer.echo(encode(content))
    elif operation and operation.prints:
        typer.echo(getattr(content, operation.prints).removesuffix("\n"))
    elif content is not None:
        plain = msgspec.to_builtins(content, builtin_types=(datetime,), enc_hook=sent)
        lines = "\n".join(lines_of(plain, operation.columns if operation else ()))
        typer.echo(lines or "none found", err=not lines)


def _answer(place: str, known: Mapping[str, Any], values: Mapping[str, Any]) -> Any:  # noqa: ANN401  (an answer)
    """Return the answer of a handler, with the app as far as its guard lets the caller see it."""
    module, _, name = place.partition(":")
    routes: Any = import_module(module)
    handler: Any = getattr(routes, name)
    has, is_of_conversation = dict(known), "{conversation_id" in min(handler.paths)
    for guard in handler.guards:
        if isinstance(guard, Scopes):
            conversation_id = values["conversation_id"] if is_of_conversation else None
            has["app"] = guard.narrowed(has["app"], has["rights"], conversation_id)
    fn = inspect.unwrap(handler.fn)
    _provide(fn, routes.ROUTER.dependencies, has)
    return _whole(fn, has, values)


def _provide(fn: Callable[..., Any], dependencies: Mapping[str, Any], has: dict[str, Any]) -> None:
    """Add what a function depends on, after what that depends on itself."""
    for key in inspect.signature(fn).parameters:
        if key in dependencies and key not in has:
            _provide(dependencies[key].dependency, dependencies, has)
            has[key] = _called(dependencies[key].dependency, has)


def _structured(of: Input, given: Any) -> Any:  # noqa: ANN401  (a parameter's value)
    """Return what a command line gave for an input: pairs as a mapping, records as their fields."""
    if of.kind == "pair":
        if wrong := next((each for each in given if "=" not in each), None):
            raise typer.BadParameter(f"invalid {of.word} {wrong!r}; give it as {of.metavar}")
        return dict(each.split("=", 1) for each in given)
    if of.parts:
        return [dict(zip(of.parts, each.split(of.joint, len(of.parts) - 1), strict=False)) for each in given]
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
        message = refused(str(error), value, get_args(kind)[0]).message if name == "data" else f"{name}: {error}"
        raise typer.BadParameter(message) from error


def _viewer(store: Store, tenant: Tenant, actor: str | None) -> Principal:
    """Return the operator, or the user of an e-mail address with their rights in the app."""
    if actor is None:
        return as_operator()
    user = store.people.users.by_email(actor)
    if user is None or user.account_id != tenant.account_id or user.state != "active":
        raise unknown("user", actor)
    from auscult.services.people.principals import Principals  # not for the operator

    return Principals(store).principal(store.people.access.of_user(user), tenant)


def _document(file: str) -> Any:  # noqa: ANN401  (whatever it says)
    if file != options.STDIN and not Path(file).is_file():
        raise typer.BadParameter(f"there is no file {file}")
    data = sys.stdin.buffer.read() if file == options.STDIN else Path(file).read_bytes()
    try:
        return msgspec.to_builtins(yaml.safe_load(data))  # a day in YAML is a text here, as in JSON
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{file} is neither YAML nor JSON: {error}") from error
