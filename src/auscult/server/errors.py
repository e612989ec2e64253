"""Errors on the wire (rule 17): one table of reasons, one body, one handler for each way that an error gets here."""

import logging
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from typing import Any, NamedTuple

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException
from litestar.status_codes import (
    HTTP_400_BAD_REQUEST,
    HTTP_401_UNAUTHORIZED,
    HTTP_404_NOT_FOUND,
    HTTP_500_INTERNAL_SERVER_ERROR,
)

from auscult.domain.errors import (
    AccessError,
    AuscultError,
    BusyError,
    ConflictError,
    DocumentError,
    EngineError,
    FormatError,
    FormError,
    NotFoundError,
    RecordingError,
    RequestError,
    TaxonomyError,
)
from auscult.domain.limits import LimitReachedError
from auscult.domain.operations.tracing import TRACING
from auscult.server import problems
from auscult.server.asgi import ClientDisconnect, Scope, scope_of, with_head
from auscult.server.request_context import context_of
from auscult.services.people.admission import SignInLimitedError

AnyRequest = Request[Any, Any, Any]

_LOG = logging.getLogger(__name__)
_LONGEST_VALUE = 200
_TROUBLES: Mapping[str, tuple[str, str, int]] = {
    "away": ("The database does not answer; ask again later", "database.away", 5),
    "full": ("The disk of the database is full; ask again once there is room", "database.full", 60),
}
"""Message, reason and seconds to wait, by the trouble that the database is in."""


class Reason(NamedTuple):
    """The response to an error with this reason. With ``msg`` None it has the error's own message."""

    status: int
    code: int
    meaning: str
    msg: str | None = None


def _reasons() -> Iterator[tuple[str, Reason]]:
    lines = files("auscult.server").joinpath("reasons.tsv").read_text("utf-8").splitlines()
    for line in lines[1:]:
        name, status, code, meaning, message = line.split("\t")
        yield name, Reason(int(status), int(code), meaning, message or None)


REASONS: Mapping[str, Reason] = dict(_reasons())
"""Every reason of an error response; docs/reference/errors.md lists them, and a test compares the two."""

_REASON_OF_KIND: Mapping[type[AuscultError], str] = {
    AccessError: "tenant.unknown",
    RequestError: "request.invalid",
    NotFoundError: "thing.unknown",
    ConflictError: "thing.conflict",
    FormatError: "document.invalid",
    DocumentError: "document.unreadable",
    FormError: "form.invalid",
    RecordingError: "recording.unreadable",
    TaxonomyError: "taxonomy.invalid",
    BusyError: "backlog.full",
    EngineError: "engine.unavailable",
}
"""Reason in place of one that is not in the table, such as a plugin's."""


def reason_of(error: AuscultError) -> Reason:
    """Return the entry of the table for this error."""
    if error.reason in REASONS:
        return REASONS[error.reason]
    kinds = (_REASON_OF_KIND[kind] for kind in type(error).__mro__ if kind in _REASON_OF_KIND)
    return REASONS[next(kinds, "server.failed")]


def error_response(scope: Scope, error: AuscultError) -> tuple[int, bytes, str]:
    """Return status, body and media type of the response to an error, in the format of the requested API."""
    context = context_of(scope)
    status, request_id, path = reason_of(error).status, context.request_id, context.path
    if problems.is_own(path):
        status = problems.status_of(error, status)
        body = problems.problem_body(error, status, path, request_id, _shortened(error.value))
        return status, body, problems.MEDIA_TYPE
    if path.startswith(problems.SCIM):
        return status, problems.scim_body(error, status), problems.SCIM_TYPE
    return status, error_body(error, request_id), "application/json"


def error_body(error: AuscultError, request_id: str) -> bytes:
    """Return the JSON body of the response to this error."""
    reason = reason_of(error)
    msg = reason.msg or error.message
    details: dict[str, Any] = {
        "msg": msg,
        "message": msg,
        "code": reason.code,
        "reason": error.reason,
        "requestId": request_id,
    }
    if trace_id := TRACING.trace_id():
        details["traceId"] = trace_id
    if error.field is not None:
        details["field"] = error.field
        if error.reason not in ("field.missing", "header.missing"):
            details["value"] = _shortened(error.value)
    return msgspec.json.encode({"errors": [details]})


def error_answer(scope: Scope, error: AuscultError, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """Return the whole response to a request that ended in this error."""
    status, body, media_type = error_response(scope, error)
    challenge = {"WWW-Authenticate": "Bearer"} if status == HTTP_401_UNAUTHORIZED else {}
    return Response(body, status_code=status, headers={**(headers or {}), **challenge}, media_type=media_type)


def exception_handlers(
    trouble_of: Callable[[Exception], str | None],
) -> dict[int | type[Exception], Callable[..., Response[bytes]]]:
    """Return the handlers that respond to every error of a handler.

    A failure in trouble of the database (``trouble_of``: away, full) is no fault of the server: the client may retry.
    """

    def refused(request: AnyRequest, error: AuscultError) -> Response[bytes]:
        headers = error.headers if isinstance(error, MethodNotAllowedError) else None
        if isinstance(error, BusyError | SignInLimitedError) or (
            isinstance(error, LimitReachedError) and error.again_after_s
        ):
            headers = {"Retry-After": str(error.again_after_s)}
        return error_answer(scope_of(request), error, headers)

    def refused_by_router(request: AnyRequest, error: HTTPException) -> Response[bytes]:
        if error.status_code >= HTTP_500_INTERNAL_SERVER_ERROR:
            return failed(request, error)
        if isinstance(error, MethodNotAllowedException):
            methods = {each.strip() for each in (error.headers or {}).get("allow", "").split(",")}
            return refused(request, MethodNotAllowedError(", ".join(sorted(with_head(methods)))))
        reason = "path.unknown" if error.status_code == HTTP_404_NOT_FOUND else "request.invalid"
        return error_answer(scope_of(request), RequestError(error.detail, code=reason), error.headers)

    def left(request: AnyRequest, error: ClientDisconnect) -> Response[bytes]:
        del request, error  # the client is gone and reads no response
        return Response(b"", status_code=HTTP_400_BAD_REQUEST)

    def failed(request: AnyRequest, error: Exception) -> Response[bytes]:
        return error_answer(scope_of(request), *failure_of(request, error, trouble_of))

    return {
        AuscultError: refused,
        HTTPException: refused_by_router,
        ClientDisconnect: left,
        Exception: failed,
    }


def failure_of(
    request: AnyRequest, error: Exception, trouble_of: Callable[[Exception], str | None]
) -> tuple[AuscultError, dict[str, str]]:
    """Log an error that nothing expected, and return it as a client may see it, with the headers of the response.

    Trouble of the database is a warning in a sentence, which the log has once a minute, however many requests fail.
    """
    trouble = _TROUBLES.get(trouble_of(error) or "")
    if trouble is None:
        request_id = context_of(scope_of(request)).request_id
        _LOG.error("request %s failed: %s", request_id, type(error).__name__, exc_info=error)
        return AuscultError(str(error), code="server.failed"), {}
    message, code, again_after_s = trouble
    _LOG.warning("requests fail with %s: %s (%s)", code, message.partition(";")[0], type(error).__name__)
    return AuscultError(message, code=code), {"Retry-After": str(again_after_s)}


class MethodNotAllowedError(RequestError):
    """A request to a known path with a method that it does not support."""

    code = "method.not_allowed"

    def __init__(self, allowed: str) -> None:
        """Name the method that is ``allowed``."""
        super().__init__(f"This path takes {allowed}.")
        self.headers = {"Allow": allowed}


def _shortened(value: object) -> object:
    """Return a given value as the response repeats it, a long one cut off."""
    if isinstance(value, int | float | bool | None):
        return value if not isinstance(value, int) or abs(value) < 2**64 else str(value)[:_LONGEST_VALUE]
    shown = value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()
    if len(shown) > _LONGEST_VALUE:
        return shown[:_LONGEST_VALUE] + "…"
    return value
