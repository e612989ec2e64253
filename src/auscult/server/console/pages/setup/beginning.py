"""Documents that a new form begins with: a starter form, a form of the app, a spreadsheet, one question, or nothing."""

import json
from collections.abc import Callable, Mapping

from litestar.datastructures import UploadFile

from auscult.domain.errors import FormError, RequestError
from auscult.server.console.language import gettext as _
from auscult.server.console.posted import sentence
from auscult.server.console.reasons import fault_in_words
from auscult.server.console.views.setup.forms import NewForm
from auscult.server.console.visit import Visit, missing
from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.edit import copied
from auscult.services.definitions.forms.editing.changes import Put, changed
from auscult.services.definitions.forms.editing.questions import mappings
from auscult.services.definitions.forms.reading import all_starter_documents
from auscult.services.definitions.sheets.cells import CellFault
from auscult.services.definitions.sheets.importing import import_form

EXAMPLE, NOTHING, SHEET, STARTER, FORM = "example", "nothing", "sheet", "starter", "form"
"""Values of the field ``source``; the last two with a colon and the key of a starter form, or the id of a form."""
LARGEST_SHEET = 4 << 20
_SHOWN = 3
_MOST_LINES = 200
_HEAD = """id: {id}
name: {name}
channel: {channel}
languages: [en]
scoring: percentage
pass_score: 70
not_applicable: exclude
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


def document_of(visit: Visit, form_id: str, new: NewForm, file: object) -> bytes:
    """Return the document of a new form. Raises ``RequestError`` where it cannot begin so, ``NotFoundError`` for no form.

    ``file`` is the uploaded spreadsheet.
    """
    kind, _colon, key = new.source.partition(":")
    if kind not in _BEGIN:
        raise RequestError(_("Choose what the form begins from."), code="field.unknown_value", field="source")
    try:
        return _BEGIN[kind](visit, form_id, new, key, file)
    except FormError as error:
        raise RequestError(sentence(error.message), code="field.unknown_value", field="source") from error


def _plain(_visit: Visit, form_id: str, new: NewForm, _key: str, _file: object) -> bytes:
    name, queue = (json.dumps(each, ensure_ascii=False) for each in (new.name, new.queue))
    head = _HEAD.format(id=form_id, name=name, channel=new.channel, queue=queue)
    return (head + ("metrics: []\n" if new.source == NOTHING else _QUESTION)).encode()


def _starter(_visit: Visit, form_id: str, new: NewForm, key: str, _file: object) -> bytes:
    documents: Mapping[str, bytes] = all_starter_documents()
    if key not in documents:
        raise missing("form", key)
    return _for_queue(copied(documents[key], form_id, new.name), new)


def _copy(visit: Visit, form_id: str, new: NewForm, key: str, _file: object) -> bytes:
    found = visit.app.forms.get(key)
    if found is None:
        raise missing("form", key)
    return _for_queue(copied(found.document, form_id, new.name), new)


def _sheet(_visit: Visit, form_id: str, new: NewForm, _key: str, file: object) -> bytes:
    if not isinstance(file, UploadFile) or not file.filename:
        raise RequestError(_("Choose the spreadsheet first."), code="field.missing", field="sheet")
    data = file.file.read(LARGEST_SHEET + 1)
    if len(data) > LARGEST_SHEET:
        text = _("The spreadsheet is larger than {n} MB.")
        raise RequestError(text.format(n=LARGEST_SHEET >> 20), code="field.out_of_range", field="sheet")
    found = import_form(data, file.filename, {"id": form_id, "name": new.name, "channel": new.channel})
    if not mappings(read_document(found.document).value, "metrics"):
        said = "; ".join(_of_cell(each) for each in found.faults[:_SHOWN])
        raise RequestError(said or _("The sheet has no questions."), code="field.unknown_value", field="sheet")
    left = [f"# {' '.join(file.filename.split())}, {_of_cell(each)}\n" for each in (*found.faults, *found.notes)]
    return "".join(left[:_MOST_LINES]).encode() + _for_queue(found.document, new)


def _of_cell(fault: CellFault) -> str:
    """Return a fault of a sheet in words, on one line, with its cell."""
    words = " ".join(fault_in_words(fault.reason).split())
    return f"{fault.cell}: {words}" if fault.cell else words


def _for_queue(document: bytes, new: NewForm) -> bytes:
    """Return a document for the chosen queue alone."""
    return changed(document, Put(("assignments",), [{"queue": new.queue, "direction": "both"}]))


_BEGIN: Mapping[str, Callable[[Visit, str, NewForm, str, object], bytes]] = {
    EXAMPLE: _plain,
    NOTHING: _plain,
    SHEET: _sheet,
    STARTER: _starter,
    FORM: _copy,
}
