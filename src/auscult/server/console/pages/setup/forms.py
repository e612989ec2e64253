"""Forms: the list, and a new one."""

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Redirect

from auscult.domain.errors import FormError, RequestError
from auscult.server.console.language import gettext as _
from auscult.server.console.pages.setup.beginning import EXAMPLE, LARGEST_SHEET, SHEET, document_of
from auscult.server.console.pages.setup.publishing.days import first_day_to_come
from auscult.server.console.posted import one, sentence
from auscult.server.console.views.setup.forms import FormRow, FormsView, NewForm, channel_name, form_row
from auscult.server.console.visit import BASE, NoPermissionError, Visit
from auscult.server.rest.request import AnyRequest
from auscult.server.rest.threads import run
from auscult.services.definitions.forms.cache import read_kept
from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.publish import all_in_force, in_force
from auscult.services.definitions.forms.reading import all_starter_documents, check_form, read_form
from auscult.services.definitions.forms.rules import rivals

PATH = f"{BASE}/forms"
_LONGEST = 60
IMPORTED = "imported"
"""In the address: a form was made from a spreadsheet that had more than it holds."""


class FormsPage(Controller):
    """The forms of an app."""

    path = "/forms"

    @get(sync_to_thread=True)
    def show(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """List the forms in force, and the forms that are only drafts."""
        require_editor(visit)
        return self._page(visit)

    @post(request_max_body_size=LARGEST_SHEET + (1 << 20))
    async def new(self, request: AnyRequest, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str] | Redirect:
        """Create a form as a draft, and redirect to its editor. The fields may come with a file, or without."""
        sent = await request.form()
        given: dict[str, Any] = {name: values[-1] for name, values in sent.dict().items()}
        return await run(partial(self._begin, given, visit))

    def _begin(self, data: Mapping[str, Any], visit: Visit) -> Response[str] | Redirect:
        visit.require_everywhere("form.edit")
        name, channel = one(data, "name"), one(data, "channel")
        entered = NewForm(
            name=name, channel=channel, queue=one(data, "queue"), source=one(data, "source", EXAMPLE) or EXAMPLE
        )
        words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        form_id = f"ef-{words}"[:_LONGEST]
        if not words or len(name) > _LONGEST or channel not in ("voice", "chat"):
            problem = _("Give a name of 1 to {n} characters with a letter or digit in it.").format(n=_LONGEST)
            return self._page(visit, problem, entered)
        if not entered.queue:
            return self._page(visit, _("Choose the queue whose conversations it scores."), entered)
        if visit.app.forms.get(form_id) is not None or visit.app.forms.draft(form_id) is not None:
            problem = _("There is a form {form_id} already. Open it, or give another name.").format(form_id=form_id)
            return self._page(visit, problem, entered)
        try:
            document = document_of(visit, form_id, entered, data.get("sheet"))
        except RequestError as error:
            return self._page(visit, sentence(error.message), entered)
        form = check_form(document).form
        taken = next(rivals(form, all_in_force(visit.app.forms)), None) if form else None
        if taken:
            problem = _("{form} is for these conversations already. Choose another queue, or change that form.")
            return self._page(visit, problem.format(form=taken.form.name), entered)
        visit.app.forms.save_draft(form_id, document)
        done = f"?done={IMPORTED}" if document.startswith(b"#") and entered.source == SHEET else ""
        return Redirect(f"{PATH}/{form_id}{done}", status_code=303)

    def _page(self, visit: Visit, problem: str = "", entered: NewForm | None = None) -> Response[str]:
        may_edit = visit.principal.may_everywhere("form.edit")
        view = FormsView(
            rows=tuple(_rows(visit)),
            queues=tuple(visit.reader.queues.present().items()),
            starters=tuple((key, read_kept(each).name) for key, each in all_starter_documents().items()),
            forms=tuple((each.id, each.name) for each in in_force(visit.app.forms).values()),
            may_edit=may_edit,
            problem=problem,
            entered=entered or NewForm(),
        )
        return visit.page("setup/forms", "Forms", view, 422 if problem else 200)


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
        first = first_day_to_come(version, visit) if version else None
        found.append(form_row(version, draft, name, PATH, visit.reader.day(first) if first else ""))
    return found
