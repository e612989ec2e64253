"""Views of forms and drafts in our own API, each with the same fields in every answer."""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from auscult.domain.definitions.form_version import FormVersion
from auscult.domain.errors import FormError, NotFoundError
from auscult.domain.form import Form
from auscult.domain.operations.records import made_from
from auscult.server.problems import RefusedDocumentError
from auscult.server.rest.examples import example
from auscult.server.rest.request import Takes
from auscult.services.definitions.forms.document import Problem
from auscult.services.definitions.forms.reading import FormCheck, read_form


class ListedFormItem(Struct, frozen=True, kw_only=True):
    """One version of a form in a list. ``metrics``: the number of metrics, null if it can no longer be read.

    ``published_by``: the user or client, null where the command line published it; ``note``: their reason, if given.
    """

    id: str
    version: int
    name: str | None
    channel: str | None
    metrics: int | None
    published_at: datetime
    published_by: str | None
    note: str | None
    retired_at: datetime | None


class FormProblem(Struct, frozen=True, kw_only=True):
    """One problem found by checking a form. An ``error`` and an ``unanswered`` question prevent publishing."""

    kind: Literal["error", "unanswered", "warning"]
    line: int | None
    field: str
    reason: str


class CheckedForm(Struct, frozen=True, kw_only=True):
    """Result of checking a form. ``can_be_published`` takes the forms in force into account."""

    id: str | None
    can_be_published: bool
    problems: tuple[FormProblem, ...]


class PublishedForm(Struct, frozen=True, kw_only=True):
    """The newest version of a form, which is in force unless it is retired."""

    id: str
    version: int
    published_at: datetime
    retired_at: datetime | None


def listed(one: FormVersion) -> ListedFormItem:
    """Return the view of a version in a list."""
    try:
        form = read_form(one.document, one.version)
    except FormError:  # a version that was accepted once and would be refused today
        form = None
    return made_from(
        ListedFormItem,
        one,
        id=one.form_id,
        name=form.name if form else None,
        channel=form.channel if form else None,
        metrics=len(form.metrics) if form else None,
        published_by=one.by,
    )


def published(version: FormVersion) -> PublishedForm:
    """Return the view of a version after a change to its form."""
    return made_from(PublishedForm, version, id=version.form_id)


def checked(found: FormCheck) -> CheckedForm:
    """Return the view of the result of checking a form."""
    return CheckedForm(
        id=found.form.id if found.form else None,
        can_be_published=found.form is not None and not found.unanswered,
        problems=problems(found),
    )


def problems(found: FormCheck) -> tuple[FormProblem, ...]:
    """Return all problems found by checking a form, the worst first."""
    kinds: tuple[tuple[Literal["error", "unanswered", "warning"], tuple[Problem, ...]], ...] = (
        ("error", found.problems),
        ("unanswered", found.unanswered),
        ("warning", found.warnings),
    )
    return tuple(
        FormProblem(kind=kind, line=one.line, field=one.field, reason=one.reason)
        for kind, some in kinds
        for one in some
    )


def usable(found: FormCheck) -> Form:
    """Return the form if it can be published. Raises ``RefusedDocumentError`` with every fault."""
    if found.form is None or found.unanswered:
        raise refused(found)
    return found.form


def refused(found: FormCheck) -> RefusedDocumentError:
    """Return the error that lists each fault of a form."""
    return RefusedDocumentError("form", (*found.problems, *found.unanswered))


def unknown(form_id: str, version: int | None = None) -> NotFoundError:
    """Return the error for a form, or a version of one, that does not exist."""
    which = form_id if version is None else f"{form_id} version {version}"
    return NotFoundError(f"There is no form {which} in this app.", code="form.unknown", field="form_id", value=form_id)


PUBLISHED: dict[str, Any] = {
    "id": "ef-billing",
    "version": 2,
    "published_at": "2026-03-23T10:17:54Z",
    "retired_at": None,
}
example(PUBLISHED)(PublishedForm)
ITEM: dict[str, Any] = {
    **PUBLISHED,
    "name": "Billing calls",
    "channel": "voice",
    "metrics": 1,
    "published_by": "dana@example.com",
    "note": "Greeting counted too much",
}
DOCUMENT: dict[str, Any] = {
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
BODY = Takes(
    "A form, as YAML or JSON; recognised by its content.",
    DOCUMENT,
    {"type": "object", "minProperties": 1, "description": "A form as docs/reference/forms.md has it, in JSON or YAML."},
    ("application/yaml",),
)
REFUSED_STATUSES = {
    413: "The document is larger than any form may be.",
    422: "The form cannot be used; `errors` has every fault with line, field and reason.",
}
