"""Errors on the wire (rule 17): one table of reasons, one body, one handler for each way that an error gets here."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

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
    RequestError,
    TaxonomyError,
)
from auscult.server import problems
from auscult.server.exchange import exchange_of

_LOG = logging.getLogger(__name__)
_LONGEST_VALUE = 200
_AGAIN_AFTER_S = 5

INVALID_CREDENTIALS = "Invalid SDK credentials"
INVALID_TOKEN = "Invalid JWT token"  # noqa: S105  (the vendor's words)
WRONG_SCOPE = "Permission denied. Scope is incorrect!"
TOO_MANY = "You've exceeded the per-minute rate limit. Wait for sometime before retrying."


class Reason(NamedTuple):
    """How an error with this reason is answered. ``msg`` None takes the error's own words."""

    status: int
    code: int
    meaning: str
    msg: str | None = None


def _identity(meaning: str, msg: str = INVALID_CREDENTIALS) -> Reason:
    return Reason(401, 4002, meaning, msg)


REASONS: Mapping[str, Reason] = {
    "token.missing": _identity("Neither the header `auth` nor `Authorization: Bearer` is there."),
    "token.malformed": _identity("What was sent as token is not a JWT.", INVALID_TOKEN),
    "token.algorithm_refused": _identity("The token is not signed with HS256; `none` is refused like every other."),
    "token.invalid": _identity("The client is unknown or revoked, or the signature is not its own; not told apart."),
    "token.claim_invalid": _identity("`exp`, `nbf`, `iat`, `aud` or `jti` is there and is not what it has to be."),
    "token.expired": _identity("`exp` has passed."),
    "token.not_yet_valid": _identity("`nbf` or `iat` lies in the future."),
    "token.audience_wrong": _identity("`aud` is there and does not name this server."),
    "session.missing": _identity("Nobody is signed in to the agent's page."),
    "session.expired": _identity("The sign-in to the agent's page has ended."),
    "link.invalid": _identity("The link to the agent's page lacks what it must say, or holds for longer than it may."),
    "page.only": Reason(403, 403, "The header that the agent's page sends is not there; programs use `/api/v1`."),
    "header.missing": _identity("A header that says who is asking is not there; `field` names it."),
    "tenant.unknown": _identity(
        "Client, account, org and app do not belong together, or one of them does not exist; not told apart."
    ),
    "scope.missing": _identity("The client has none of the scopes that this API asks for.", WRONG_SCOPE),
    "request.invalid": Reason(400, 400, "The request is understood and wrong, in a way that has no reason of its own."),
    "body.malformed": Reason(400, 400, "The body is not JSON; the message has line and column of the first fault."),
    "body.wrong_type": Reason(400, 400, "The body is JSON and not an object."),
    "body.too_large": Reason(413, 413, "The body is larger than the limit that the message names."),
    "content_type.unsupported": Reason(415, 415, "`Content-Type` is not `application/json` in UTF-8."),
    "content_encoding.unsupported": Reason(415, 415, "The body is compressed; this API takes it plain."),
    "field.missing": Reason(400, 400, "A required field is not there; `field` names it."),
    "field.wrong_type": Reason(400, 400, "A field has a value of the wrong type; null is a type too."),
    "field.out_of_range": Reason(400, 400, "A number, or the length of a list, is outside what the message names."),
    "field.unknown_value": Reason(400, 400, "A field has a value that is not in the list that the message names."),
    "date.unreadable": Reason(400, 400, "A date is not in an accepted spelling, or no calendar shows it."),
    "range.reversed": Reason(400, 400, "The end lies before the start."),
    "range.too_long": Reason(400, 400, "The range is longer than this API takes, which the message names."),
    "limit.above_maximum": Reason(400, 400, "`limit` is above the largest page, which the message names."),
    "cursor.unreadable": Reason(400, 400, "`cursor` is not one that this API gave."),
    "cursor.ahead": Reason(400, 400, "`cursor` is ahead of the feed: of another database, or of a later state of it."),
    "cursor.conflict": Reason(400, 400, "`cursor` stands beside `offset` or `page`."),
    "path.unknown": Reason(404, 404, "Nothing is served at this path.", "Not Found"),
    "thing.unknown": Reason(404, 404, "A thing that was named is not there."),
    "method.not_allowed": Reason(405, 405, "The path is right and the method is not.", "Method Not Allowed"),
    "thing.conflict": Reason(409, 409, "The request contradicts what is stored."),
    "document.invalid": Reason(400, 400, "A document cannot become a conversation."),
    "form.invalid": Reason(422, 422, "An evaluation form cannot be used; `errors` lists every fault with its line."),
    "form.unknown": Reason(404, 404, "There is no such form, or no such version of it."),
    "scorecard.invalid": Reason(422, 422, "A scorecard cannot be used; `errors` lists every fault with its line."),
    "scorecard.unknown": Reason(404, 404, "There is no such scorecard."),
    "taxonomy.invalid": Reason(422, 422, "A taxonomy cannot be used; `errors` lists every fault with its line."),
    "taxonomy.unknown": Reason(404, 404, "There is no such taxonomy, or no such version of it."),
    "version.invalid": Reason(400, 400, "A version is neither a number nor the word draft."),
    "draft.unknown": Reason(404, 404, "The form has no draft, or nothing that it could be compared with."),
    "draft.misnamed": Reason(400, 400, "The document is of another form than the path."),
    "form.retired": Reason(400, 400, "The form is not in force; a version of it has to be named."),
    "rescore.unknown": Reason(404, 404, "There is no such re-score."),
    "job.unknown": Reason(404, 404, "There is no such job."),
    "backtest.unknown": Reason(404, 404, "There is no such backtest."),
    "sample.invalid": Reason(400, 400, "A sample has no conversation."),
    "sweep.running": Reason(409, 409, "A re-score of this form is under way; `value` is its id."),
    "app.required": Reason(400, 400, "The client has several apps, and the request names none of them."),
    "app.unknown": Reason(404, 404, "The client has no such app, whether or not there is one."),
    "parameter.unknown": Reason(400, 400, "The query has a parameter that this operation does not take."),
    "parameter.repeated": Reason(400, 400, "The query has a parameter twice that is taken once."),
    "body.empty": Reason(400, 400, "The body holds nothing."),
    "field.unknown": Reason(400, 400, "The body has a field that this operation does not take."),
    "group.unknown": Reason(400, 400, "What was named is no kind of group with a name in it, such as an intent."),
    "webhook.unknown": Reason(404, 404, "There is no such webhook."),
    "webhook.bad_url": Reason(
        400, 400, "The address of a webhook is not https, or nothing that could be asked."
    ),
    "conversation.unknown": Reason(
        404, 404, "There is no such conversation; or, for an audit, it waits to be evaluated for the first time."
    ),
    "audit.no_form": Reason(
        409, 409, "The conversation was not evaluated with a form, so there is nothing to audit."
    ),
    "audit.not_assigned": Reason(409, 409, "The conversation is not assigned to an auditor."),
    "audit.finished": Reason(409, 409, "The audit was submitted, and takes no more changes."),
    "audit.moved": Reason(409, 409, "The audit, or what it is about, was changed in between; read it again."),
    "audit.incomplete": Reason(422, 422, "Metrics that count have no answer yet; `value` lists them."),
    "auditor.invalid": Reason(422, 422, "The name of an auditor cannot be used."),
    "metric.unknown": Reason(422, 422, "The form has no such metric."),
    "comment.too_long": Reason(422, 422, "A comment is longer than the limit."),
    "live.unknown": Reason(404, 404, "There is no such live conversation: nothing came in for it by the hook."),
    "answer.unknown": Reason(404, 404, "The assistant gave no such answer in this conversation."),
    "summary.unknown": Reason(404, 404, "The assistant wrote no such summary in this conversation."),
    "summary.limit_reached": Reason(409, 409, "The agent has had as many interim summaries of the conversation as there may be."),
    "summary.nothing_said": Reason(409, 409, "Nothing was said that could be summarised."),
    "feedback.unknown_reason": Reason(422, 422, "A reason is not among those that the app lets agents pick."),
    "document.unknown": Reason(404, 404, "The app knows no document of this name in this language."),
    "document.unreadable": Reason(422, 422, "A document is damaged, or is not text in UTF-8."),
    "document.incomplete": Reason(422, 422, "A table of questions and answers lacks a column, or a row of it an answer."),
    "document.no_text": Reason(422, 422, "A document has no text in it, as a scan has none."),
    "document.unknown_kind": Reason(422, 422, "A document is of no kind that is read here."),
    "document.name_invalid": Reason(400, 400, "The name of a document is empty, too long, or not printable."),
    "document.no_reader": Reason(503, 503, "The extra that reads PDF is not installed."),
    "language.invalid": Reason(400, 400, "A language is not given by its code."),
    "rate.exceeded": Reason(429, 429, "The account's requests of this minute are used up; see `Retry-After`.", TOO_MANY),
    "backlog.full": Reason(503, 503, "As many conversations wait to be scored as may; see `Retry-After`."),
    "engine.unavailable": Reason(503, 503, "An engine that this needs is missing or does not answer."),
    "database.away": Reason(503, 503, "The database does not answer; see `Retry-After`."),
    "server.failed": Reason(500, 500, "A fault of ours; the log has it under `requestId`.", "Internal Server Error"),
    "server.not_ready": Reason(503, 503, "The database does not answer."),
}  # fmt: skip
"""Every reason that an answer may carry; docs/reference/errors.md shows them, and a test holds the two together."""

_REASON_OF_KIND: Mapping[type[AuscultError], str] = {
    AccessError: "tenant.unknown",
    RequestError: "request.invalid",
    NotFoundError: "thing.unknown",
    ConflictError: "thing.conflict",
    FormatError: "document.invalid",
    DocumentError: "document.unreadable",
    FormError: "form.invalid",
    TaxonomyError: "taxonomy.invalid",
    BusyError: "backlog.full",
    EngineError: "engine.unavailable",
}
"""How an error is answered whose reason is not in the table, as one of a plugin may be."""


def reason_of(error: AuscultError) -> Reason:
    """How this error is answered."""
    if error.reason in REASONS:
        return REASONS[error.reason]
    kinds = (_REASON_OF_KIND[kind] for kind in type(error).__mro__ if kind in _REASON_OF_KIND)
    return REASONS[next(kinds, "server.failed")]


def told_to(scope: Scope, error: AuscultError) -> tuple[int, bytes, str]:
    """Status, body and media type of the answer to a request that ended in this error, as its API has them."""
    status, request_id, path = reason_of(error).status, exchange_of(scope).request_id, scope["path"]
    if problems.is_own(path):
        status = problems.status_of(error, status)
        body = problems.problem_body(error, status, path, request_id, _shortened(error.value))
        return status, body, problems.MEDIA_TYPE
    return status, error_body(error, request_id), "application/json"


def error_body(error: AuscultError, request_id: str) -> bytes:
    """The JSON body of an answer that tells of this error."""
    reason = reason_of(error)
    msg = reason.msg or error.message
    told: dict[str, Any] = {
        "msg": msg,
        "message": msg,
        "code": reason.code,
        "reason": error.reason,
        "requestId": request_id,
    }
    if error.field is not None:
        told["field"] = error.field
        if error.reason not in ("field.missing", "header.missing"):
            told["value"] = _shortened(error.value)
    return msgspec.json.encode({"errors": [told]})


def error_answer(request: Request, error: AuscultError, headers: Mapping[str, str] | None = None) -> Response:
    """The whole answer to a request that ended in this error."""
    status, body, media_type = told_to(request.scope, error)
    return Response(
        body,
        status,
        headers={**(headers or {}), **({"WWW-Authenticate": "Bearer"} if status == 401 else {})},  # noqa: PLR2004
        media_type=media_type,
    )


def install(app: FastAPI, is_ready: Callable[[], bool]) -> None:
    """Make every error that leaves a handler of this application an answer.

    What fails while the database does not answer (``is_ready``) is no fault of ours, and may be asked again.
    """

    def told(request: Request, error: Exception) -> Response:
        assert isinstance(error, AuscultError)  # noqa: S101  (registered for nothing else)
        headers = error.headers if isinstance(error, MethodNotAllowedError) else None
        if isinstance(error, BusyError):
            headers = {"Retry-After": str(error.again_after_s)}
        return error_answer(request, error, headers)

    def refused_by_router(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101  (registered for nothing else)
        reason = {404: "path.unknown", 405: "method.not_allowed"}.get(error.status_code, "request.invalid")
        return error_answer(request, RequestError(str(error.detail), code=reason), error.headers)

    def refused_by_model(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101  (registered for nothing else)
        first: dict[str, Any] = dict(error.errors()[0])
        field = ".".join(str(part) for part in first.get("loc", ()))
        return error_answer(
            request, RequestError(f"{field}: {first.get('msg')}.", field=field, value=first.get("input"))
        )

    def failed(request: Request, error: Exception) -> Response:
        exchange = exchange_of(request.scope)
        # The trace is logged by the web server, to which the error goes on.
        _LOG.error("request %s failed: %s", exchange.request_id, type(error).__name__)
        if is_ready():
            answer = error_answer(request, AuscultError(str(error), code="server.failed"))
        else:
            away = AuscultError("The database does not answer; ask again later", code="database.away")
            answer = error_answer(request, away, {"Retry-After": str(_AGAIN_AFTER_S)})
        # This answer goes out past the layer that gives the others their headers.
        answer.headers.update(exchange.headers())
        return answer

    app.add_exception_handler(AuscultError, told)
    app.add_exception_handler(HTTPException, refused_by_router)
    app.add_exception_handler(RequestValidationError, refused_by_model)
    app.add_exception_handler(Exception, failed)


class MethodNotAllowedError(RequestError):
    """A known path asked with a method that it does not take."""

    code = "method.not_allowed"

    def __init__(self, allowed: str) -> None:
        """Name the method that is ``allowed``."""
        super().__init__(f"This path takes {allowed}.")
        self.headers = {"Allow": allowed}


def _shortened(value: object) -> object:
    """A given value as the answer repeats it: long ones only by their beginning."""
    if isinstance(value, int | float | bool | None):
        return value if not isinstance(value, int) or abs(value) < 2**64 else str(value)[:_LONGEST_VALUE]
    shown = value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()
    if len(shown) > _LONGEST_VALUE:
        return shown[:_LONGEST_VALUE] + "…"
    return value
