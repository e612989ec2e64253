"""Evaluation forms: checked, published, and read in every version."""

from typing import Any

import msgspec
from msgspec import Struct

from auscult.pipeline.compare import VersionChanges, history
from auscult.pipeline.publish import check_against
from auscult.server.api import _form, _query, _shown
from auscult.server.api._contract import Answer, Call, Operation, Parameter, Shown, reading, writing

_LARGEST_VERSION = 2**31 - 1


class FormList(Struct, frozen=True, kw_only=True):
    """Forms, or versions of one."""

    items: tuple[_form.ListedFormItem, ...]
    next_cursor: None = None


class VersionItem(_form.ListedFormItem, frozen=True, kw_only=True):
    """One version of a form, with what it changed."""

    changes: VersionChanges


class VersionList(Struct, frozen=True, kw_only=True):
    """Versions of a form, the newest first."""

    items: tuple[VersionItem, ...]
    next_cursor: None = None


class FormDocument(_form.ListedFormItem, frozen=True, kw_only=True):
    """One version of a form, with the document as its author wrote it."""

    document: str


def listing(call: Call) -> Answer:
    """List the forms in force."""
    return Answer(200, _shown.encode(FormList(items=tuple(_form.listed(one) for one in call.app.forms.in_force()))))


def versions(call: Call) -> Answer:
    """List every version of a form."""
    found = call.app.forms.versions(call.path["form_id"])
    if not found:
        raise _form.unknown(call.path["form_id"])
    items = tuple(
        VersionItem(**msgspec.structs.asdict(_form.listed(one)), changes=changes)
        for one, changes in zip(found, history(found), strict=True)
    )
    return Answer(200, _shown.encode(VersionList(items=items)))


def show(call: Call) -> Answer:
    """Show one version of a form, or the newest."""
    form_id = call.path["form_id"]
    version = None
    if "version" in call.query:
        version = _query.whole_number(call.query, "version", 1, least=1, most=_LARGEST_VERSION)
    found = call.app.forms.get(form_id, version)
    if found is None:
        raise _form.unknown(form_id, version)
    listed = _form.listed(found)
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
                retired_at=listed.retired_at,
                document=found.document.decode("utf-8-sig", "replace"),
            )
        ),
    )


def check(call: Call) -> Answer:
    """Check a form without publishing it."""
    found = check_against(call.app.forms, call.body, call.services.answered())
    return Answer(200, _shown.encode(_form.checked(found)))


def publish(call: Call) -> Answer:
    """Publish a form; the same document again changes nothing."""
    found = check_against(call.app.forms, call.body, call.services.answered())
    form = _form.usable(found)
    before = call.app.forms.get(form.id)
    version = call.app.forms.publish(form.id, call.body)
    is_new = before is None or before.version != version.version
    return Answer(201 if is_new else 200, _shown.encode(_form.published(version)))


def retire(call: Call) -> Answer:
    """Put a form out of force."""
    return Answer(200, _shown.encode(_form.published(call.app.forms.retire(call.path["form_id"]))))


_PATH = "/api/v1/forms"
_VERSION: dict[str, Any] = {
    **_form.ITEM,
    "changes": {
        "added": [],
        "removed": [],
        "changed": ["em-greeting"],
        "fields": ["pass_score"],
        "metric_versions": {"em-greeting": 2},
    },
}
_RETIRED = {**_form.PUBLISHED, "retired_at": "2026-06-30T16:00:00Z"}

OPERATIONS = (
    Operation(
        method="GET",
        path=_PATH,
        name="list_forms",
        summary="List the forms in force",
        text="The newest version of each form that is not retired, by id.",
        scopes=reading("forms"),
        handle=listing,
        answers={200: Shown("The forms.", FormList, {"items": [_form.ITEM], "next_cursor": None})},
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
        body=_form.BODY,
        answers={
            200: Shown("This document is in force already.", _form.PublishedForm, _form.PUBLISHED),
            201: Shown("A new version is in force.", _form.PublishedForm, _form.PUBLISHED),
        },
        statuses=_form.REFUSED_STATUSES,
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
        body=_form.BODY,
        answers={
            200: Shown(
                "What the look at it found.",
                _form.CheckedForm,
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
        text="The newest version, or another one, with the document as its author wrote it.",
        scopes=reading("forms"),
        handle=show,
        parameters=(
            Parameter(
                "version",
                {"type": "integer", "minimum": 1, "maximum": _LARGEST_VERSION},
                "Which version. Without it, the newest.",
            ),
        ),
        answers={
            200: Shown("The form.", FormDocument, {**_form.ITEM, "document": "id: ef-billing\nname: Billing calls\n"})
        },
    ),
    Operation(
        method="GET",
        path=_PATH + "/{form_id}/versions",
        name="list_form_versions",
        summary="Every version of a form",
        text="The newest first, each with what it changed: metrics by id, and fields of the form itself. A published "
        "version is never changed.",
        scopes=reading("forms"),
        handle=versions,
        answers={200: Shown("The versions.", VersionList, {"items": [_VERSION], "next_cursor": None})},
    ),
    Operation(
        method="POST",
        path=_PATH + "/{form_id}/retire",
        name="retire_form",
        summary="Put a form out of force",
        text="Conversations that are evaluated from now on are not scored with it. Scores that it gave stay, and so do "
        "its versions; publishing it again, even the same document, makes a new version.",
        scopes=writing("forms"),
        handle=retire,
        answers={200: Shown("It is not in force.", _form.PublishedForm, _RETIRED)},
        may_take_long=True,
    ),
)
