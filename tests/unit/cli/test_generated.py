"""Commands that are operations of the API: what their handlers need is there without a server."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

import pytest

from auscult.cli.generated.table import Operation, table

GIVEN = {"app", "rights", "caller", "server", "data"}


def needed(fn: Callable[..., Any], dependencies: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names that a function has no default for, and those of what it depends on."""
    for key, parameter in inspect.signature(fn).parameters.items():
        if key in dependencies:
            yield from needed(dependencies[key].dependency, dependencies)
        elif parameter.default is parameter.empty:
            yield key


@pytest.mark.parametrize("operation", table().values(), ids=lambda operation: operation.words)
def test_a_handler_has_what_it_needs(operation: Operation) -> None:
    """Each name is an input of the command, or known in every one."""
    for place in filter(None, (operation.handler, operation.storing)):
        routes: Any = import_module(place.partition(":")[0])
        fn = inspect.unwrap(getattr(routes, place.partition(":")[2]).fn)
        assert {*needed(fn, routes.ROUTER.dependencies)} <= GIVEN | {each.name for each in operation.inputs}
