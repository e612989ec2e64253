"""Evaluation forms: checked, published, and read in every version."""

from typing import Annotated, Any

import msgspec
from litestar.params import JSONBody, RawBody
from msgspec import Meta, Struct

from auscult.domain.definitions.form_version import signed
from auscult.domain.errors import RequestError
from auscult.server.api.definitions import form_views
from auscult.server.rest import operation
from auscult.server.rest.context import App, Rights, Server
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.lists import Called, OnePage
from auscult.server.rest.openapi import answer
from auscult.server.rest.parameters import FormId, PublishingNote, Version
from auscult.server.rest.request import ApiResponse
from auscult.services.definitions.form_packs import publish_pinned
from auscult.services.definitions.forms.difference import VersionChanges, history
from auscult.services.definitions.forms.publish import check_against
from auscult.services.definitions.forms.reading import read_form
from auscult.services.scoring import trial
from auscult.services.scoring.score import ScoreLine, score_line

example(form_views.ITEM)(form_views.ListedFormItem)
FormList = Annotated[OnePage[form_views.ListedFormItem], Called("FormList", "Forms, or versions of one.")]


class VersionItem(form_views.ListedFormItem, frozen=True, kw_only=True):
    """One version of a form, with its changes."""

    changes: VersionChanges


VersionList = Annotated[OnePage[VersionItem], Called("VersionList", "Versions of a form, the newest first.")]


@example({**form_views.ITEM, "document": "id: ef-billing\nname: Billing calls\n"})
class FormDocument(form_views.ListedFormItem, frozen=True, kw_only=True):
    """One version of a form, with the document as its author wrote it."""

    document: str


@example({"transcript": "Agent: Hello, this is Sam.\nCustomer: Hi, where is my parcel?"})
class Transcript(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words to try a form on: a line a turn, each with ``Agent:`` or ``Customer:`` before it."""

    transcript: Annotated[str, Meta(min_length=1, max_length=trial.MOST_CHARACTERS)]


_VERSION: dict[str, Any] = {
    **form_views.ITEM,
    "changes": {
        "added": [],
        "removed": [],
        "changed": ["em-greeting"],
        "fields": ["pass_score"],
        "metric_versions": {"em-greeting": 2},
    },
}
example(
    {
        "id": "c-pasted",
        "form": {"id": "ef-billing", "version": 2},
        "status": "evaluated",
        "score": 100,
        "passed": True,
        "fatal_errors": 0,
        "metrics": [
            {
                "id": "em-greeting",
                "qualification": "YES",
                "adhered": True,
                "evidence": [
                    {
                        "turn_id": "t1",
                        "start_ms": 0,
                        "end_ms": 6000,
                        "text": "Hello, this is Sam.",
                        "why": "says 'hello'",
                    }
                ],
            }
        ],
        "insights": None,
    }
)(ScoreLine)
_CHANGES = ("added", "removed", "changed", "fields")
_RETIRED = {**form_views.PUBLISHED, "retired_at": "2026-06-30T16:00:00Z"}
example(_VERSION)(VersionItem)
example(
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
    }
)(form_views.CheckedForm)


@operation.get("/forms", may=reading("forms"))
def list_forms(app: App) -> FormList:
    """List the forms in force. Each in its newest version, by id; retired ones are left out."""
    return OnePage(items=tuple(form_views.listed(one) for one in app.forms.in_force()))


@operation.get(
    "/forms/{form_id}/versions",
    may=reading("forms"),
    summary="Every version of a form",
    command="forms versions",
    columns=("version", "published_at", "retired_at", *(f"changes.{each}" for each in _CHANGES)),
)
def list_form_versions(form_id: FormId, app: App) -> VersionList:
    """List versions, the newest first, with their changes: metrics by id, and fields of the form itself.

    A published version is never changed.
    """
    found = app.forms.versions(form_id)
    if not found:
        raise form_views.unknown(form_id)
    items = tuple(
        VersionItem(**msgspec.structs.asdict(form_views.listed(one)), changes=changes)
        for one, changes in zip(found, history(found), strict=True)
    )
    return OnePage(items=items)


@operation.get("/forms/{form_id}", may=reading("forms"), summary="One form")
def get_form(form_id: FormId, app: App, version: Version = None) -> FormDocument:
    """Return the newest version, or another one, with the document as its author wrote it."""
    found = app.forms.get(form_id, version)
    if found is None:
        raise form_views.unknown(form_id, version)
    return FormDocument(
        **msgspec.structs.asdict(form_views.listed(found)), document=found.document.decode("utf-8-sig", "replace")
    )


@operation.post(
    "/forms/check",
    may=reading("forms"),
    refuses={413: "The document is larger than any form may be."},
    takes=form_views.BODY,
)
def check_form(body: RawBody, app: App, server: Server) -> form_views.CheckedForm:
    """Check a form. The answer has the problems that publishing the document now would have. Nothing is changed."""
    found = check_against(app.forms, body, server.answered())
    return form_views.checked(found)


@operation.post(
    "/forms/{form_id}/try",
    may=reading("forms"),
    refuses={422: "A line cannot be read, or only a judge can answer a question of the form."},
)
def try_form(form_id: FormId, data: JSONBody[Transcript], app: App, server: Server) -> ScoreLine:
    """Score a transcript. The newest version of the form does. Nothing is stored, and no judge is asked.

    The transcript is a voice call or a chat as the form is, in the form's first language, without recorded times.
    """
    found = app.forms.get(form_id, None)
    if found is None:
        raise form_views.unknown(form_id)
    form = read_form(found.document, found.version)
    conversation = trial.pasted(data.transcript, form, server.now())
    (evaluation,) = trial.tried(
        server.trying().for_app(app.tenant.app_id, agent_emotions=app.privacy.settings().agent_emotions),
        form,
        [conversation],
        server.now(),
    )
    if evaluation is None:
        raise RequestError(
            f"only a judge can answer questions of {form_id}, and trying asks none",
            code="form.needs_judge",
            field="form_id",
        )
    return score_line(evaluation, None)


@operation.post(
    "/forms",
    may=writing("forms"),
    status=201,
    refuses=form_views.REFUSED_STATUSES,
    answers={200: answer("This document is in force already.", form_views.PublishedForm, form_views.PUBLISHED)},
    takes=form_views.BODY,
)
def publish_form(
    body: RawBody, app: App, server: Server, rights: Rights, note: PublishingNote = None
) -> ApiResponse[form_views.PublishedForm]:
    """Publish a form. It scores the conversations that are evaluated from now on.

    An existing form gets a new version; the same document again changes nothing. It is checked against the other forms
    in force: one form for each queue, channel and direction.
    """
    found = check_against(app.forms, body, server.answered())
    form = form_views.usable(found)
    before = app.forms.get(form.id)
    version = publish_pinned(app.forms, form.id, body, signed(rights.name, note))
    is_new = before is None or before.version != version.version
    return ApiResponse(form_views.published(version), status_code=201 if is_new else 200)


@operation.post("/forms/{form_id}/retire", may=writing("forms"), example=_RETIRED, command="forms retire")
def retire_form(form_id: FormId, app: App) -> form_views.PublishedForm:
    """Retire a form. Conversations that are evaluated from now on are not scored with it.

    Its scores and versions stay; publishing it again, even the same document, makes a new version.
    """
    return form_views.published(app.forms.retire(form_id))


ROUTER = operation.router(__name__)
