"""Errors of our own API: problem details (RFC 9457), made of the same errors and the same table of reasons."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from auscult.domain.errors import AuscultError, FormError, counted
from auscult.domain.operations.tracing import TRACING
from auscult.services.definitions.forms.document import Problem

MEDIA_TYPE = "application/problem+json"
_OWN = "/api/v1/"
_PAGES = "/assist/"
_ASSISTANTS = "/mcp"
_VENDORS = "/api/v1/public/"

SCIM, SCIM_TYPE = "/scim/v2", "application/scim+json"
_SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
_SCIM_KINDS = {"user.conflict": "uniqueness", "scim.invalid": "invalidValue", "email.invalid": "invalidValue"}

_FAILED = "The log has what happened under request_id."

OWN_STATUSES: Mapping[str, int] = {"scope.missing": 403}
"""Statuses of our own API for reasons where the reports have another one, the vendor's."""

TITLES: Mapping[int, str] = {
    400: "The request is wrong",
    401: "Who asks is not known",
    403: "Who asks may not do this",
    404: "There is no such thing here",
    405: "The path does not take this method",
    409: "The request contradicts what is stored",
    413: "The body is too large",
    415: "The body is of a kind that is not read here",
    422: "The document cannot be used",
    429: "Too many requests",
    500: "A fault of ours",
    503: "Something that this needs is not there",
}


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """One of several faults in a document: where it is and what is wrong."""

    line: int | None
    field: str
    reason: str


class RefusedDocumentError(FormError):
    """A document with faults, each listed separately."""

    def __init__(self, noun: str, faults: Collection[Problem]) -> None:
        """Store the faults, which become ``errors`` of the problem; ``noun`` is what the document defines."""
        super().__init__(f"The {noun} cannot be used: {counted(len(faults), 'problem')}.")
        self.reason = f"{noun}.invalid"
        self.details = tuple(Detail(line=one.line, field=one.field, reason=one.reason) for one in faults)


def scim_body(error: AuscultError, status: int) -> bytes:
    """Return the JSON body of an error of SCIM (RFC 7644)."""
    kind = {"scimType": _SCIM_KINDS[error.reason]} if error.reason in _SCIM_KINDS else {}
    detail = error.message if status != 500 else _FAILED  # noqa: PLR2004  (what went wrong inside is for the log)
    return msgspec.json.encode({"schemas": [_SCIM_ERROR], "status": str(status), "detail": detail, **kind})


def is_own(path: str) -> bool:
    """Return whether a path belongs to our own API."""
    return path.startswith((_OWN, _PAGES, _ASSISTANTS)) and not path.startswith(_VENDORS)


def status_of(error: AuscultError, status: int) -> int:
    """Return the status of our own API where the reports have ``status``."""
    return OWN_STATUSES.get(error.reason, status)


def problem_body(error: AuscultError, status: int, path: str, request_id: str, value: object) -> bytes:
    """Return the JSON body of a problem. ``value`` is the error's, shortened."""
    details: dict[str, Any] = {
        "type": f"/docs#{error.reason}",
        "title": TITLES.get(status, "The request failed"),
        "status": status,
        "detail": error.message,
        "reason": error.reason,
        "instance": path,
        "request_id": request_id,
    }
    if trace_id := TRACING.trace_id():
        details["trace_id"] = trace_id
    if status == 500:  # noqa: PLR2004  (what went wrong inside is for the log)
        details["detail"] = _FAILED
    if error.field is not None:
        details["field"] = error.field
        if error.value is not None:
            details["value"] = value
    if isinstance(error, RefusedDocumentError):
        details["errors"] = error.details
    return msgspec.json.encode(details)
