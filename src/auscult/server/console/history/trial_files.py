"""A file that a form is tried on: read as one of the first hour is, redacted as an upload is, and not stored."""

from io import BytesIO

from litestar.datastructures import UploadFile

from auscult.domain.conversation import Conversation
from auscult.domain.errors import RequestError
from auscult.domain.privacy.quotations import redact_quotations
from auscult.formats import Given, Rejected, Source, Table
from auscult.language import gettext as _
from auscult.sandbox.reading import Noted
from auscult.server.console.frame.posted import sentence
from auscult.server.console.frame.visit import Visit
from auscult.server.console.history.trial_view import LARGEST_FILE
from auscult.services.scoring.intake.read import read_given
from auscult.services.scoring.intake.times import of_app

MOST = 10
"""Conversations of a file that can be chosen."""


def conversations_in(file: object, visit: Visit) -> list[Conversation]:
    """Return the first conversations of an uploaded file. Raises ``RequestError`` where it has none, or is too large."""
    if not isinstance(file, UploadFile) or not file.filename:
        raise RequestError(_("choose the file again"), code="field.missing", field="file")
    content = file.file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        message = _("the file is larger than {n} MB; choose one with fewer conversations").format(n=LARGEST_FILE >> 20)
        raise RequestError(message, code="field.out_of_range", field="file")
    app = visit.app
    source = Source(
        app_id=app.tenant.app_id,
        limits=visit.services.settings.limits,
        given=of_app(Given(is_zone_of_app=True), app),
        name=file.filename,
    )
    noted = Noted()
    found: list[Conversation] = []
    refused: Rejected | None = None
    for each in read_given(BytesIO(content), source, noted):
        if isinstance(each, Rejected):
            refused = refused or each
        else:
            found.append(each)
        if len(found) == MOST:
            break
    if not found:
        raise _nothing_in(visit, noted.table, refused)
    return [*app.privacy.admitted(found).conversations]


def _nothing_in(visit: Visit, table: Table | None, refused: Rejected | None) -> RequestError:
    """Return why a file has no conversation."""
    message = _("there is no conversation in the file")
    if table is not None and table.missing:
        missing = ", ".join(table.missing)
        message = _("the table has no column for: {columns}; name its columns so").format(columns=missing)
    elif refused is not None:
        reason = sentence(redact_quotations(refused.error.coded, visit.app.privacy.refused))
        message = _("there is no conversation in the file. Line {n}: {reason}")
        message = message.format(n=refused.error.line or 1, reason=reason)
    return RequestError(message, code="field.unknown_value", field="file")
