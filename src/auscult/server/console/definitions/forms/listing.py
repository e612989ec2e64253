"""The list of forms."""

from collections.abc import Mapping
from contextlib import suppress

from litestar import Controller, Response, get

from auscult.domain.errors import FormError
from auscult.server.console.definitions.forms.days import first_day_to_come
from auscult.server.console.definitions.forms.editor_view import FormRow, FormsView, channel_name
from auscult.server.console.frame.visit import BASE, NoPermissionError, TheVisit, Visit
from auscult.services.definitions.forms.cache import read_kept
from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.publish import in_force
from auscult.services.definitions.forms.reading import ai_starter_documents, all_starter_documents, read_form

PATH = f"{BASE}/forms"
NEW: Mapping[str, str] = {"name": "", "channel": "voice", "queue": "", "source": "example"}
"""Fields of the HTML form that begins a form, before anything is entered; ``queue``: a name, or ``*`` for all others."""


class FormsPage(Controller):
    """The forms of an app."""

    path = "/forms"

    @get(sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
        """List the forms in force, and the forms that are only drafts."""
        require_editor(visit)
        return forms_page(visit)


def forms_page(
    visit: Visit, problem: str = "", problem_at: str = "", entered: Mapping[str, str] = NEW
) -> Response[str]:
    """Return the list with the HTML form that begins one, as it was entered, and the problem with it."""
    own = in_force(visit.app.forms)
    documents = all_starter_documents() | ai_starter_documents()
    starters = {key: read_kept(each) for key, each in documents.items()}
    view = FormsView(
        rows=tuple(_rows(visit)),
        queues=tuple(visit.reader.queues.present().items()),
        starters=tuple((key, form.name) for key, form in starters.items() if form.id not in own),
        forms=tuple((each.id, each.name) for each in own.values()),
        may_edit=visit.principal.may_everywhere("form.edit"),
        problem=problem,
        problem_at=problem_at,
        entered=entered,
    )
    return visit.page("definitions/forms", "Forms", view, 422 if problem else 200)


def require_editor(visit: Visit) -> None:
    """Refuse visitors who neither edit nor publish forms in the whole app. Raises ``NoPermissionError``."""
    if not any(visit.principal.may_everywhere(each) for each in ("form.edit", "form.publish")):
        raise NoPermissionError("form.edit")


def _rows(visit: Visit) -> list[FormRow]:
    versions = {each.form_id: each for each in visit.app.forms.in_force()}
    drafts = {each.form_id: each for each in visit.app.forms.drafts()}
    found: list[FormRow] = []
    for form_id in sorted({*versions, *drafts}):
        version, draft = versions.get(form_id), drafts.get(form_id)
        document = version.document if version else draft.document if draft else b""
        name = ("", "", 0)
        with suppress(FormError):
            form = read_form(document)
            name = (form.name, channel_name(form.channel), len(form.metrics))
        if not name[0]:
            value = read_document(document).value
            name = (str(value.get("name", "")) if isinstance(value, dict) else "", "", 0)
        found.append(
            FormRow(
                id=form_id,
                name=name[0] or form_id,
                channel=name[1],
                metrics=name[2],
                version=version.version if version else 0,
                first=first_day_to_come(version, visit) if version else None,
                has_draft=draft is not None,
            )
        )
    return found
