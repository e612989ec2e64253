"""Store of the working days of an app."""

from datetime import datetime

import msgspec
import sqlalchemy as sa

from auscult.domain.privacy.log import Draft
from auscult.domain.workdays import EVERY_DAY, WorkingDays
from auscult.storage.core.instants import ms_of
from auscult.storage.core.repository import OfApp
from auscult.storage.core.tables.operations import working_days
from auscult.storage.privacy.log import append_entry

_DECODE = msgspec.json.Decoder(WorkingDays).decode


class AppWorkingDays(OfApp):
    """The working days of one app."""

    def get(self) -> WorkingDays:
        """Return the working days; every day where none are set."""
        query = sa.select(working_days.c.document).where(working_days.c.app == self._app)
        found = self._database.value(query)
        return EVERY_DAY if found is None else _DECODE(found)

    def set(self, wanted: WorkingDays, at: datetime, entry: Draft) -> None:
        """Store the working days, with a line of the access log; the same again changes nothing."""
        if wanted == self.get():
            return
        row = {"app": self._app, "document": msgspec.json.encode(wanted), "changed_at": ms_of(at)}
        put = self._database.dialect.insert(working_days).values(row)
        changed = {name: value for name, value in row.items() if name != "app"}
        with self._database.writing() as connection:
            connection.execute(put.on_conflict_do_update(index_elements=["app"], set_=changed))
            append_entry(connection, self._database, entry)
