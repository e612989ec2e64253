"""Evaluation forms: checked, published, and read in every version."""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from auscult.domain.errors import FormError, NotFoundError
from auscult.domain.form import Form
from auscult.pipeline.form_document import Problem
from auscult.pipeline.forms import FormCheck, read_form
from auscult.pipeline.ports import FormVersion
from auscult.pipeline.publish import check_against
from auscult.server.api import _query, _shown
from auscult.server.api._contract import Answer, Body, Call, Operation, Parameter, Shown, reading, writing
from auscult.server.problems import Detail, RefusedDocumentError

_LARGEST_VERSION = 2**31 - 1


class ListedFormItem(Struct, frozen=True, kw_only=True):
    """One version of a form, as lists show it. ``metrics``: how many it has; null where it can no longer be read."""

    id: str
    version: int
    name: str | None
    channel: str | None
    metrics: int | None
    published_at: datetime


class FormList(Struct, frozen=True, kw_only=True):
    """Forms, or versions of one."""

    items: tuple[ListedFormItem, ...]
    next_cursor: None = None


class FormDocument(ListedFormItem, frozen=True, kw_only=True):
    """One version of a form, with the document as its author wrote it."""

    document: str


class FormProblem(Struct, frozen=True, kw_only=True):
    """One thing that a look at a form found. An ``error`` and something ``unanswered`` stand in the way of publishing."""

    kind: Literal["error", "unanswered", "warning"]
    line: int | None
    field: str
    reason: str


class CheckedForm(Struct, frozen=True, kw_only=True):
    """What a look at a form found. ``can_be_published`` takes the forms in force into account."""

    id: str | None
    can_be_published: bool
    problems: tuple[FormProblem, ...]


class PublishedForm(Struct, frozen=True, kw_only=True):
    """A form that is in force now."""

    id: str
    version: int
    published_at: datetime


def listing(call: Call) -> Answer:
    """List the forms in force."""
    return Answer(200, _shown.encode(FormList(items=tuple(_listed(one) for one in call.app.forms.in_force()))))


def versions(call: Call) -> Answer:
    """List every version of a form."""
    found = call.app.forms.versions(call.path["form_id"])
    if not found:
        raise _unknown(call.path["form_id"])
    return Answer(200, _shown.encode(FormList(items=tuple(_listed(one) for one in found))))


def show(call: Call) -> Answer:
    """Show one version of a form, or the one in force."""
    form_id = call.path["form_id"]
    version = None
    if "version" in call.query:
        version = _query.whole_number(call.query, "version", 1, least=1, most=_LARGEST_VERSION)
    found = call.app.forms.get(form_id, version)
    if found is None:
        raise _unknown(form_id, version)
    listed = _listed(found)
    return Answer(
        200,
        _shown.encode(
            FormDocument(
                id=listed.id,
                version=listed.version,
                name=listed.name,
                channel=listed.channel,
                metrics=listed.metrics,
                published_at=listed.published_at,
                document=found.document.decode("utf-8-sig", "replace"),
            )
        ),
    )


def check(call: Call) -> Answer:
    """Check a form without publishing it."""
    found = check_against(call.app.forms, call.body, call.services.answered())
    kinds: tuple[tuple[Literal["error", "unanswered", "warning"], tuple[Problem, ...]], ...] = (
        ("error", found.problems),
        ("unanswered", found.unanswered),
        ("warning", found.warnings),
    )
    told = CheckedForm(
        id=found.form.id if found.form else None,
        can_be_published=_can_be_published(found) is not None,
        problems=tuple(
            FormProblem(kind=kind, line=one.line, field=one.field, reason=one.reason)
            for kind, some in kinds
            for one in some
        ),
    )
    return Answer(200, _shown.encode(told))


def publish(call: Call) -> Answer:
    """Publish a form; the same document again changes nothing."""
    found = check_against(call.app.forms, call.body, call.services.answered())
    form = _can_be_published(found)
    if form is None:
        faults = (*found.problems, *found.unanswered)
        count = "1 problem" if len(faults) == 1 else f"{len(faults)} problems"
        details = tuple(Detail(line=one.line, field=one.field, reason=one.reason) for one in faults)
        raise RefusedDocumentError(f"The form cannot be used: {count}.", details)
    before = call.app.forms.get(form.id)
    version = call.app.forms.publish(form.id, call.body)
    is_new = before is None or before.version != version.version
    told = PublishedForm(id=version.form_id, version=version.version, published_at=version.published_at)
    return Answer(201 if is_new else 200, _shown.encode(told))


def _can_be_published(found: FormCheck) -> Form | None:
    return None if found.unanswered else found.form


def _listed(one: FormVersion) -> ListedFormItem:
    try:
        form = read_form(one.document, one.version)
    except FormError:  # a version that was taken once and would not be today
        form = None
    return ListedFormItem(
        id=one.form_id,
        version=one.version,
        name=form.name if form else None,
        channel=form.channel if form else None,
        metrics=len(form.metrics) if form else None,
        published_at=one.published_at,
    )


def _unknown(form_id: str, version: int | None = None) -> NotFoundError:
    which = form_id if version is None else f"{form_id} version {version}"
    return NotFoundError(f"There is no form {which} in this app.", code="form.unknown", field="form_id", value=form_id)


_PATH = "/api/v1/forms"
_ONE: dict[str, Any] = {"id": "ef-billing", "version": 2, "published_at": "2026-03-23T10:17:54Z"}
_ITEM: dict[str, Any] = {**_ONE, "name": "Billing calls", "channel": "voice", "metrics": 1}
_DOCUMENT: dict[str, Any] = {
    "id": "ef-billing",
    "name": "Billing calls",
    "channel": "voice",
    "pass_score": 70,
    "assignments": [{"queue": "qu-billing", "direction": "both"}],
    "metrics": [
        {
            "id": "em-greeting",
            "name": "Greeting",
            "type": "by_question",
            "weight": 100,
            "answer": {"any_of": [{"phrases": ["hello, this is"]}]},
        }
    ],
}
_BODY = Body(
    "document",
    {"type": "object", "description": "A form as docs/reference/forms.md has it, in JSON or YAML."},
    _DOCUMENT,
    "A form, as YAML or JSON; told by the content.",
    ("application/json", "application/yaml"),
)

OPERATIONS = (
    Operation(
        method="GET",
        path=_PATH,
        name="list_forms",
        summary="List the forms in force",
        text="The newest version of each form, by id.",
        scopes=reading("forms"),
        handle=listing,
        answers={200: Shown("The forms.", FormList, {"items": [_ITEM], "next_cursor": None})},
    ),
    Operation(
        method="POST",
        path=_PATH,
        name="publish_form",
        summary="Publish a form",
        text="Conversations that are evaluated from now on are scored with it. A form that is there gets a new version; "
        "the same document again changes nothing. It is checked against the other forms in force: one form for "
        "each queue, channel and direction.",
        scopes=writing("forms"),
        handle=publish,
        body=_BODY,
        answers={
            200: Shown("This document is in force already.", PublishedForm, _ONE),
            201: Shown("A new version is in force.", PublishedForm, _ONE),
        },
        statuses={
            413: "The document is larger than any form may be.",
            422: "The form cannot be used; `errors` has every fault with line, field and reason.",
        },
        may_take_long=True,
    ),
    Operation(
        method="POST",
        path=_PATH + "/check",
        name="check_form",
        summary="Check a form",
        text="What publishing it now would say, and nothing is changed.",
        scopes=reading("forms"),
        handle=check,
        body=_BODY,
        answers={
            200: Shown(
                "What the look at it found.",
                CheckedForm,
                {
                    "id": None,
                    "can_be_published": False,
                    "problems": [
                        {
                            "kind": "error",
                            "line": 4,
                            "field": "metrics",
                            "reason": "weights total 90; on a percentage form they must total exactly 100",
                        }
                    ],
                },
            )
        },
        statuses={413: "The document is larger than any form may be."},
        may_take_long=True,
    ),
    Operation(
        method="GET",
        path=_PATH + "/{form_id}",
        name="get_form",
        summary="One form",
        text="The version in force, or another one, with the document as its author wrote it.",
        scopes=reading("forms"),
        handle=show,
        parameters=(
            Parameter(
                "version",
                {"type": "integer", "minimum": 1, "maximum": _LARGEST_VERSION},
                "Which version. Without it, the one in force.",
            ),
        ),
        answers={200: Shown("The form.", FormDocument, {**_ITEM, "document": "id: ef-billing\nname: Billing calls\n"})},
    ),
    Operation(
        method="GET",
        path=_PATH + "/{form_id}/versions",
        name="list_form_versions",
        summary="Every version of a form",
        text="The newest first. A published version is never changed.",
        scopes=reading("forms"),
        handle=versions,
        answers={200: Shown("The versions.", FormList, {"items": [_ITEM], "next_cursor": None})},
    ),
)
