"""Operations of our own API: a decorator for each verb, which reads from the function what it states already.

    from auscult.server.rest import operation

    @operation.post("/calibrations/{session_id}/close", may=RUNNING, refuses={409: "It is not active."})
    def close_calibration(session_id: SessionId, sessions: Sessions) -> ShownSession:
        '''Close a calibration session. Raters who have not submitted do not count in its figures.'''
        return sessions.close(session_id)

    ROUTER = operation.router(__name__, sessions=calibrating)

| Part of the operation | Read from |
| --- | --- |
| id | the function's name |
| summary, description | the first sentence of its docstring, and the rest |
| parameters, body | its signature (``rest/parameters.py``); the body is ``data: JSONBody[...]`` |
| answer | the annotation of what it returns; of ``ApiResponse[Record]``, the record |
| descriptions and examples of body and answer | the records: their docstrings, and ``rest/examples.py`` |
| status | 200, or 204 if nothing is returned |
| thread | quick for GET, slow for the others, none for an ``async`` function |

Everything else is an argument, and so is what differs from the table. A use case is an argument of the function, by the
name under which ``router`` provides it: a function of ``app``, ``caller``, ``rights`` or ``server`` makes it.
"""

import inspect
import re
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, get_args, get_origin

import litestar
from litestar import Router
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler

from auscult.server.rest.examples import example_of
from auscult.server.rest.guards import Scopes
from auscult.server.rest.openapi import Shown, answer, refusals
from auscult.server.rest.request import TAKES, Takes
from auscult.server.rest.threads import in_slow_thread, in_thread

Function = Callable[..., Any]
_NOTHING: Mapping[int, Any] = MappingProxyType({})
_PARAMETER = re.compile(r"\{(\w+)\}")
_FIRST_SENTENCE = re.compile(r"(.+?)\.(?:\s+|$)(.*)", re.DOTALL)


class Verb(NamedTuple):
    """The decorator of a method of HTTP."""

    method: type[HTTPRouteHandler]
    is_slow: bool = True

    def __call__(  # noqa: PLR0913  (all that may differ)
        self,
        path: str,
        *,
        may: Scopes | None,
        refuses: Mapping[int, str] = _NOTHING,
        status: int | None = None,
        summary: str = "",
        example: Mapping[str, Any] | None = None,
        answers: Mapping[int, Shown] = _NOTHING,
        takes: Takes | None = None,
        is_slow: bool | None = None,
        **opt: Any,  # noqa: ANN401  (whatever a handler has)
    ) -> Callable[[Function], HTTPRouteHandler]:
        """Declare an operation.

        ``may``: the guard; None admits everyone who is signed in, or with ``open=True`` everyone.
        ``refuses``: what a status means here, in addition to those of every operation.
        ``example``: the fields in which the answer differs from the record's example.
        ``answers``: further answers by status, or one that the annotation does not state.
        ``takes``: a body that is not JSON of a record, or has a rule between its fields.
        ``opt``: ``command``, ``arguments``, ``named``, ``columns``, ``file``, ``prints``, ``each`` and ``changes`` of a
        command (``tools/operations.py``), ``open``, and options of Litestar.
        """

        def declare(function: Function) -> HTTPRouteHandler:
            body = _returned(function)
            code = status or (200 if body is not None else 204)
            shown = None if example is None else {**example_of(body), **example}
            first, rest = _described(function, summary)
            return self.method(
                _PARAMETER.sub(r"{\1:str}", path),
                operation_id=function.__name__,
                summary=first,
                description=rest,
                guards=[may] if may else [],
                status_code=code,
                responses={code: answer("", body, shown), **answers, **refusals(refuses)},
                **({TAKES: takes} if takes else {}),
                **opt,
            )(_in_thread(function, is_slow=self.is_slow if is_slow is None else is_slow))

        return declare


get = Verb(litestar.get, is_slow=False)
post = Verb(litestar.post)
put = Verb(litestar.put)
patch = Verb(litestar.patch)
delete = Verb(litestar.delete)


def handlers(module: str) -> list[HTTPRouteHandler]:
    """Return the operations that a module declares."""
    found = (each for each in vars(sys.modules[module]).values() if isinstance(each, HTTPRouteHandler))
    return [each for each in found if each.fn.__module__ == module]


def router(module: str, **uses: Function) -> Router:
    """Return the router of a module's operations. ``uses`` make the use cases that operations name as arguments."""
    provided = {name: Provide(make, sync_to_thread=False) for name, make in uses.items()}
    return Router("/", route_handlers=handlers(module), dependencies=provided)


def _returned(function: Function) -> Any:  # noqa: ANN401  (a type)
    """Return the type of a function's answer, without the response around it."""
    kind = function.__annotations__["return"]
    is_response = inspect.isclass(get_origin(kind)) and issubclass(get_origin(kind), litestar.Response)
    found = get_args(kind)[0] if is_response else kind
    return None if found is type(None) else found


def _described(function: Function, summary: str) -> tuple[str, str]:
    """Return summary and description of an operation; a given summary leaves the docstring whole."""
    text = inspect.cleandoc(function.__doc__ or "")
    found = _FIRST_SENTENCE.match(text)
    return (summary, text) if summary or found is None else (found[1], found[2])


def _in_thread(function: Function, *, is_slow: bool) -> Function:
    if inspect.iscoroutinefunction(function):
        return function
    return in_slow_thread(function) if is_slow else in_thread(function)
