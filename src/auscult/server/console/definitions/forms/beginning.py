"""A new form: begun from a starter form, a form of the app, a spreadsheet, one question, or nothing."""

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from litestar import Controller, Response, post
from litestar.datastructures import UploadFile
from litestar.response import Redirect
from msgspec.structs import replace

from auscult.domain.errors import FormError, RequestError
from auscult.language import gettext as _
from auscult.server.console.definitions.forms.builder import type_in_words
from auscult.server.console.definitions.forms.editor import EditedForm, editor_view
from auscult.server.console.definitions.forms.editor_view import SheetRow, SheetView
from auscult.server.console.definitions.forms.listing import PATH, forms_page
from auscult.server.console.definitions.forms.publishing import editor_page
from auscult.server.console.frame.posted import one, sentence
from auscult.server.console.frame.reasons import fault_in_words
from auscult.server.console.frame.visit import TheVisit, Visit, missing
from auscult.server.rest.request import AnyRequest
from auscult.server.rest.threads import run
from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.edit import copied
from auscult.services.definitions.forms.editing.changes import Put, changed
from auscult.services.definitions.forms.editing.questions import mappings
from auscult.services.definitions.forms.publish import all_in_force
from auscult.services.definitions.forms.reading import ai_starter_documents, all_starter_documents, check_form
from auscult.services.definitions.forms.rules import rivals
from auscult.services.definitions.sheets.cells import CellFault
from auscult.services.definitions.sheets.importing import Imported, import_form

EXAMPLE, NOTHING, SHEET, STARTER, FORM = "example", "nothing", "sheet", "starter", "form"
"""Values of the field ``source``; the last two with a colon and the key of a starter form, or the id of a form."""
LARGEST_SHEET = 4 << 20
_SHOWN = 3
_MOST_ROWS = 200
_LONGEST = 60
_HEAD = """id: {id}
name: {name}
channel: {channel}
languages: [en]
scoring: percentage
pass_score: 70
not_applicable: exclude
# an answer that the machine is unsure of is left to a person, and fails nobody
abstain_below: 0.5
abstain: audit
assignments:
  - {{queue: {queue}, direction: both}}
"""
_QUESTION = """metrics:
  - id: em-greeting
    name: Greeting
    type: by_question
    question: Does the agent greet the customer within the first three turns?
    weight: 100
    answer: {speaker: agent, window: {first: 3 turns}, any_of: [{wording: en/greeting}]}
"""


class Begun(NamedTuple):
    """The document of a new form; ``sheet``: the result for each row of its spreadsheet."""

    document: bytes
    sheet: SheetView | None = None


class FormBeginning(Controller):
    """The HTML form below the list that begins a form."""

    path = "/forms"

    @post(request_max_body_size=LARGEST_SHEET + (1 << 20))
    async def new(self, request: AnyRequest, visit: TheVisit) -> Response[str] | Redirect:
        """Create a form as a draft, and lead to its editor. The fields may come with a file, or without."""
        sent = await request.form()
        given: dict[str, Any] = {name: values[-1] for name, values in sent.dict().items()}
        return await run(partial(_begin, given, visit))


def _begin(data: Mapping[str, Any], visit: Visit) -> Response[str] | Redirect:
    visit.require_everywhere("form.edit")
    entered = {each: one(data, each) for each in ("name", "channel", "queue", "source")}
    entered["source"] = entered["source"] or EXAMPLE
    words = re.sub(r"[^a-z0-9]+", "-", entered["name"].lower()).strip("-")
    form_id = f"ef-{words}"[:_LONGEST]
    wrong = _wrong(visit, form_id if words else "", entered)
    if wrong:
        return forms_page(visit, *wrong, entered)
    try:
        document, sheet = begun(visit, form_id, entered, data.get("sheet"))
    except RequestError as error:
        return forms_page(visit, sentence(error.coded), error.field or "source", entered)
    form = check_form(document).form
    taken = next(rivals(form, all_in_force(visit.app.forms)), None) if form else None
    if taken:
        problem = _("{form} is for these conversations already. Choose another queue, or change that form.")
        return forms_page(visit, problem.format(form=taken.form.name), "queue", entered)
    visit.app.forms.save_draft(form_id, document)
    if sheet is None:
        return Redirect(f"{PATH}/{form_id}", status_code=303)
    return editor_page(visit, replace(editor_view(visit, form_id, EditedForm(document), ""), sheet=sheet), {}, 201)


def _wrong(visit: Visit, form_id: str, new: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the first problem of what was entered, with its field; ``form_id`` is empty where the name makes none."""
    if not form_id or len(new["name"]) > _LONGEST:
        return _("Give a name of 1 to {n} characters with a letter or digit in it.").format(n=_LONGEST), "name"
    if new["channel"] not in ("voice", "chat"):
        return _("Choose voice or chat."), "channel"
    if not new["queue"]:
        return _("Choose the queue whose conversations it scores."), "queue"
    if visit.app.forms.get(form_id) is not None or visit.app.forms.draft(form_id) is not None:
        return _("There is a form {form_id} already. Open it, or give another name.").format(form_id=form_id), "name"
    return None


def begun(visit: Visit, form_id: str, new: Mapping[str, str], file: object) -> Begun:
    """Begin a form. Raises ``RequestError`` where it cannot begin so, ``NotFoundError`` for no form.

    ``file`` is the uploaded spreadsheet.
    """
    kind, _colon, key = new["source"].partition(":")
    if kind not in _BEGIN:
        raise RequestError(_("Choose what the form begins from."), code="field.unknown_value", field="source")
    try:
        return _BEGIN[kind](visit, form_id, new, key, file)
    except FormError as error:
        field = "sheet" if kind == SHEET else "source"
        raise RequestError(sentence(error.coded), code="field.unknown_value", field=field) from error


def _plain(_visit: Visit, form_id: str, new: Mapping[str, str], _key: str, _file: object) -> Begun:
    name, queue = (json.dumps(each, ensure_ascii=False) for each in (new["name"], new["queue"]))
    head = _HEAD.format(id=form_id, name=name, channel=new["channel"], queue=queue)
    return Begun((head + ("metrics: []\n" if new["source"] == NOTHING else _QUESTION)).encode())


def _starter(_visit: Visit, form_id: str, new: Mapping[str, str], key: str, _file: object) -> Begun:
    documents: Mapping[str, bytes] = {**all_starter_documents(), **ai_starter_documents()}
    if key not in documents:
        raise missing("form", key)
    return Begun(_for_queue(copied(documents[key], form_id, new["name"]), new))


def _copy(visit: Visit, form_id: str, new: Mapping[str, str], key: str, _file: object) -> Begun:
    found = visit.app.forms.get(key)
    if found is None:
        raise missing("form", key)
    return Begun(_for_queue(copied(found.document, form_id, new["name"]), new))


def _sheet(_visit: Visit, form_id: str, new: Mapping[str, str], _key: str, file: object) -> Begun:
    if not isinstance(file, UploadFile) or not file.filename:
        raise RequestError(_("Choose the spreadsheet first."), code="field.missing", field="sheet")
    data = file.file.read(LARGEST_SHEET + 1)
    if len(data) > LARGEST_SHEET:
        text = _("The spreadsheet is larger than {n} MB.")
        raise RequestError(text.format(n=LARGEST_SHEET >> 20), code="field.out_of_range", field="sheet")
    found = import_form(data, file.filename, {"id": form_id, "name": new["name"], "channel": new["channel"]})
    if not mappings(read_document(found.document).value, "metrics"):
        said = "; ".join(_of_cell(each) for each in found.faults[:_SHOWN])
        raise RequestError(said or _("The sheet has no questions."), code="field.unknown_value", field="sheet")
    return Begun(_for_queue(found.document, new), _sheet_view(file.filename, found))


def _sheet_view(file: str, found: Imported) -> SheetView:
    """Return the result for each row of a spreadsheet that has a question or anything that was left out."""
    metrics = mappings(read_document(found.document).value, "metrics")
    left: dict[int, list[str]] = {}
    for each in (*found.faults, *found.notes):
        left.setdefault(each.row, []).append(_of_cell(each))
    rows: list[SheetRow] = []
    for row in sorted({*found.questions, *left}):
        place = found.questions.get(row)
        metric = {} if place is None else metrics[place]
        rows.append(
            SheetRow(
                row=row,
                place=place,
                name=str(metric.get("name", "")),
                by=type_in_words(str(metric["type"])) if "type" in metric else "",
                left=tuple(left.get(row, ())),
            )
        )
    shown = tuple(rows[:_MOST_ROWS])
    return SheetView(file=file, questions=len(metrics), rows=shown, more=len(rows) - len(shown))


def _of_cell(fault: CellFault) -> str:
    """Return a fault of a sheet in words, on one line, with its cell."""
    words = " ".join(fault_in_words(fault.reason).split())
    return f"{fault.cell}: {words}" if fault.cell else words


def _for_queue(document: bytes, new: Mapping[str, str]) -> bytes:
    """Return a document for the chosen queue alone."""
    return changed(document, Put(("assignments",), [{"queue": new["queue"], "direction": "both"}]))


_BEGIN: Mapping[str, Callable[[Visit, str, Mapping[str, str], str, object], Begun]] = {
    EXAMPLE: _plain,
    NOTHING: _plain,
    SHEET: _sheet,
    STARTER: _starter,
    FORM: _copy,
}
